//! Waterfalls.

use crate::report::chart::{Step, Waterfall};
use crate::report::svg::canvas::{Anchor, Canvas};
use crate::report::svg::length::px;
use crate::report::svg::rows::Rows;
use crate::report::svg::spread;

pub(crate) fn draw(waterfall: &Waterfall, canvas: &mut Canvas) {
    let measure = waterfall.measure();
    let spans = waterfall.spans();
    let names: Vec<String> = waterfall
        .steps()
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    let figures: Vec<String> = waterfall
        .steps()
        .iter()
        .map(|step| figure(waterfall, step))
        .collect();
    let ends = spans.iter().flatten().flat_map(|(from, to)| [*from, *to]);
    let range = spread::bounds(ends.chain([0.0])).unwrap_or((0.0, 1.0));
    let rows = Rows::new(canvas, &names, px(16), &figures, range, measure);
    rows.grid(canvas);
    let mut before = None;
    for (row, ((name, step), span)) in waterfall.steps().iter().zip(&spans).enumerate() {
        let top = rows.next(canvas, row);
        let Some((from, to)) = *span else {
            let at = (rows.scale().zero() + px(4), top + px(13));
            canvas.text("mut", at, Anchor::Start, "not estimated");
            continue;
        };
        let (from, to) = (rows.scale().at(from), rows.scale().at(to));
        if let Some((x, y)) = before {
            canvas.line("grid", (x, y), (x, top));
        }
        let class = match step {
            Step::Level(_) => "tot",
            Step::Change(change) if *change < 0.0 => "loss",
            Step::Change(_) => "gain",
        };
        canvas.told(&format!("{name}: {}", figures[row]), |canvas| {
            canvas.rect(class, (from, top), (to - from, px(16)));
        });
        rows.figure(canvas, top, &figures[row]);
        before = Some((to, top + px(16)));
    }
    rows.axis(canvas, measure);
}

fn figure(waterfall: &Waterfall, (_, step): &(String, Step)) -> String {
    let written = |amount: f64| waterfall.measure().written(amount);
    match *step {
        Step::Level(amount) | Step::Change(amount) if !amount.is_finite() => String::new(),
        Step::Level(level) => written(level),
        Step::Change(change) if change > 0.0 => format!("+{}", written(change)),
        Step::Change(change) => written(change),
    }
}
