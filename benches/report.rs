//! How long a page takes that has 40 channels and 104 weeks: 53 charts, each drawn for a screen and
//! for a phone with its table behind it. Prints milliseconds a page, the median of 11 runs on one
//! thread, and bytes; the aim is 100 ms and 1 MB.
//!
//!     cargo bench --features html --bench report

use mixtouch::report::chart::{
    Area, Bars, Chart, Forest, Lines, Mark, Measure, ResponseCurve, Size, Waterfall,
};
use mixtouch::report::html::{Chapter, Page};
use std::time::Instant;

const CHANNELS: usize = 40;
const WEEKS: usize = 104;

fn main() {
    let page = page();
    let html = page.html();
    let mut runs: Vec<f64> = (0..11)
        .map(|_| {
            let started = Instant::now();
            assert_eq!(page.html().len(), html.len());
            1e3 * started.elapsed().as_secs_f64()
        })
        .collect();
    runs.sort_by(f64::total_cmp);
    println!(
        "{} charts: {:.1} ms a page, {} bytes",
        page.charts().len(),
        runs[5],
        html.len()
    );
}

fn amount(channel: usize, week: usize) -> f64 {
    50.0 + ((channel * 37 + week * 11) % 29) as f64 + channel as f64 / 3.0
}

fn page() -> Page {
    let names: Vec<String> = (1..=CHANNELS)
        .map(|at| format!("Paid channel {at}"))
        .collect();
    let weeks: Vec<String> = (1..=WEEKS).map(|week| format!("2024-W{week:03}")).collect();
    let sales = || Measure::new("sales").with_digits(0);
    let around = |x: f64| Mark::new(x).with_interval(0.8 * x, 1.3 * x);
    let by_name = |week: usize| (0..CHANNELS).map(move |at| around(amount(at, week)));
    let bars = Bars::new(sales(), names.clone())
        .with_series("Markov", by_name(1))
        .with_series("Last touch", by_name(7));
    let layers = names[..11].iter().enumerate();
    let area = layers.fold(Area::new(sales(), weeks.clone()), |area, (at, name)| {
        area.with_layer(name, (0..WEEKS).map(move |week| amount(at, week)))
    });
    let lines = Lines::new(sales(), weeks)
        .with_series("expected", (0..WEEKS).map(|week| around(amount(1, week))))
        .with_series("actual", (0..WEEKS).map(|week| amount(1, week + 1)));
    let parts = names.iter().enumerate();
    let waterfall = parts.fold(Waterfall::new(sales()), |waterfall, (at, name)| {
        waterfall.with_change(name, amount(at, 3))
    });
    let forests = (0..9).map(|at| {
        let forest = Forest::new(Measure::new("return"), names.clone());
        let forest = forest
            .with_series("", by_name(at))
            .with_reference(1.0, "break-even");
        Chart::new(format!("Forest {at}"), forest).with_size(Size::Half)
    });
    let curves = names.iter().enumerate().map(|(at, name)| {
        let points = (0..=24).map(|x| (f64::from(x), around(amount(at, 2) * f64::from(x).sqrt())));
        let curve = ResponseCurve::new(Measure::new("spend"), sales()).with_points(points);
        Chart::new(name, curve.with_dot("today", 12.0)).with_size(Size::Third)
    });
    Page::new("Forty channels").with_chapter(
        Chapter::new("All")
            .with_chart(Chart::new("Credit", bars))
            .with_chart(Chart::new("Parts", area))
            .with_chart(Chart::new("Actual", lines))
            .with_chart(Chart::new("Waterfall", waterfall).with_size(Size::Half))
            .with_charts(forests)
            .with_charts(curves),
    )
}
