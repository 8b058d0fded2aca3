//! Pages of many channels and weeks stay small enough to send.

use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::mix::estimate::LeastSquares;
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::pages::Results;
use mixtouch::{Comparison, Day, Journeys, Outcome, PathTable};

const CHANNELS: usize = 40;
const WEEKS: usize = 104;

fn name(at: usize) -> String {
    format!("Channel {}", at + 1)
}

/// Every channel before, between and after others.
fn journeys() -> Journeys {
    let mut paths = PathTable::new();
    for start in 0..CHANNELS {
        for step in 1..8 {
            let path = [0, step, 3 * step].map(|on| name((start + on) % CHANNELS));
            let outcome = Outcome::new((start % 5 + step) as f64, 20.0, 10.0).unwrap();
            paths
                .push(path.iter().map(String::as_str), outcome)
                .unwrap();
        }
    }
    paths.journeys().unwrap()
}

/// Spend that jumps about, and sales that follow some of it.
fn model() -> Posterior {
    let first: Day = "2024-01-01".parse().unwrap();
    let dates = (0..WEEKS).map(|week| first.plus(7 * week as i32)).collect();
    let spend = |at: usize| {
        move |week: usize| ((week * 7_919 + at * 104_729 + week * week * at) % 97) as f64
    };
    let brought = |week: usize| {
        (0..CHANNELS)
            .map(|at| 0.1 * at as f64 * spend(at)(week))
            .sum::<f64>()
    };
    let sales = (0..WEEKS).map(|week| 9_000.0 + brought(week) + (week * 31 % 53) as f64);
    let panel = Panel::national(dates, sales.collect()).unwrap();
    let panel = (0..CHANNELS).fold(panel, |panel, at| {
        let spends = (0..WEEKS).map(spend(at)).collect();
        panel.with_channel(name(at), spends).unwrap()
    });
    let least_squares = LeastSquares::new().with_draws(20);
    least_squares
        .fit(&MixSpecification::new(), &panel)
        .unwrap()
        .0
}

#[test]
fn forty_channels_and_two_years_of_weeks_stay_below_a_megabyte() {
    let (journeys, model) = (journeys(), model());
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .model("linear", Linear)
        .fit("markov", Markov::order(1).unwrap())
        .run(&journeys)
        .unwrap();
    let page = Results::new("A large shop")
        .with_attribution(&table)
        .with_journeys(&journeys)
        .with_mix(&model)
        .page();
    assert!(page.charts().len() > CHANNELS);
    let size = page.html().len();
    assert!(size < 1_000_000, "{size} bytes");
}
