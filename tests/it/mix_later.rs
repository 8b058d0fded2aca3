//! Later periods: forecasts and refreshes with events and holidays that come, stay away or are new.

use crate::common::random::Random;
use mixtouch::Day;
use mixtouch::mix::estimate::{Estimator, Search, SearchFit};
use mixtouch::mix::panel::{Finding, Panel, PanelColumns};
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::{Baseline, Holidays, MixSpecification, Trend};

const FIRST: &str = "2022-01-03";

/// Weeks `from..to` of one world as a table: sales rise by 50 with a sale and by 20 with a fair.
fn table(from: i32, to: i32, promotion: impl Fn(i32) -> &'static str) -> String {
    let first: Day = FIRST.parse().unwrap();
    let mut text = "date,sales,tv,promotion\n".to_owned();
    for week in 0..to {
        let mut random = Random::new(week as u64);
        let label = promotion(week);
        let extra = match label {
            "sale" => 50.0,
            "fair" => 20.0,
            _ => 0.0,
        };
        let tv = 10.0 * random.uniform();
        let sales = 200.0 + 3.0 * tv + extra + random.normal();
        if week >= from {
            text += &format!("{},{sales},{tv},{label}\n", first.plus(7 * week));
        }
    }
    text
}

fn past(week: i32) -> &'static str {
    match week % 10 {
        3 => "sale",
        7 => "fair",
        _ => "na",
    }
}

fn read(text: &str) -> Panel {
    PanelColumns::new("date", "sales")
        .channel("tv")
        .events("promotion")
        .period(mixtouch::mix::panel::Frequency::Week)
        .read(text.as_bytes())
        .unwrap()
}

fn search() -> Search {
    Search::default()
        .with_evaluations(60)
        .with_pareto_evaluations(0)
        .with_draws(5)
}

fn mix() -> MixSpecification {
    MixSpecification::new().with_baseline(Baseline::new(Trend::None, 0).unwrap())
}

fn fitted() -> SearchFit {
    search().fit(&mix(), &read(&table(0, 100, past))).unwrap()
}

#[test]
fn an_event_that_stays_away_may_be_missing() {
    let fit = fitted();
    let model = fit.posterior();
    let without = model.forecast(&read(&table(100, 104, |_| "na"))).unwrap();
    let with = model
        .forecast(&read(&table(100, 104, |week| {
            if week == 102 { "sale" } else { "" }
        })))
        .unwrap();
    let (without, with) = (
        without.decomposition().baseline(),
        with.decomposition().baseline(),
    );
    let effect: Vec<f64> = with.iter().zip(without).map(|(a, b)| a - b).collect();
    assert!((effect[2] - 50.0).abs() < 3.0, "{effect:?}");
    assert!(
        effect.iter().enumerate().all(|(t, e)| t == 2 || *e == 0.0),
        "{effect:?}"
    );
    // Each event keeps its own effect though the later table has but the one of them.
    let fair = model
        .forecast(&read(&table(100, 104, |week| {
            if week == 102 { "fair" } else { "" }
        })))
        .unwrap();
    assert!((fair.decomposition().baseline()[2] - without[2] - 20.0).abs() < 3.0);
}

#[test]
fn an_event_never_seen_cannot_be_forecast_but_learnt() {
    let fit = fitted();
    let model = fit.posterior();
    let new = read(&table(
        100,
        120,
        |week| if week % 4 == 0 { "flood" } else { "na" },
    ));
    let refused = model.forecast(&new).unwrap_err().to_string();
    assert!(
        refused.starts_with("event to forecast is \"promotion=flood\", expected: events of the panel the model was fitted to"),
        "{refused}"
    );
    let refreshed = search().refresh(&fit, &new).unwrap();
    let refreshed = refreshed.posterior();
    let names: Vec<&str> = refreshed
        .panel()
        .controls()
        .iter()
        .map(|c| c.name())
        .collect();
    assert_eq!(
        names,
        ["promotion=fair", "promotion=sale", "promotion=flood"]
    );
    assert!(refreshed.panel().controls().iter().all(|c| c.is_event()));
    let flood = refreshed.panel().controls()[2].values();
    assert!(flood[..100].iter().all(|v| *v == 0.0) && flood[100..].iter().sum::<f64>() == 5.0);
    assert!(
        refreshed
            .forecast(&read(&table(120, 122, |_| "flood")))
            .is_ok()
    );
    let saved: Posterior =
        serde_json::from_str(&serde_json::to_string(refreshed).unwrap()).unwrap();
    assert!(saved.forecast(&read(&table(120, 122, |_| "na"))).is_ok());
}

#[test]
fn a_control_may_not_be_missing() {
    let panel = read(&table(0, 100, past))
        .with_control("price", (0..100).map(|t| f64::from(t % 7)).collect())
        .unwrap();
    let refused = search()
        .estimate(&mix(), &panel)
        .unwrap()
        .forecast(&read(&table(100, 104, past)))
        .unwrap_err()
        .to_string();
    assert_eq!(
        refused,
        "later panel's columns and geos is tv, all, expected: tv, price, all"
    );
}

#[test]
fn holidays_to_come_can_be_added() {
    let first: Day = FIRST.parse().unwrap();
    let holidays = |weeks: &[i32], name: &str| {
        Holidays::new(
            weeks
                .iter()
                .map(|w| (first.plus(7 * w + 2), name.to_owned()))
                .collect(),
        )
        .unwrap()
    };
    let years = |last: i32| (0..=last).map(|y| 3 + 10 * y).collect::<Vec<i32>>();
    let baseline = Baseline::new(Trend::None, 0)
        .unwrap()
        .with_holidays(holidays(&years(9), "sale day"));
    let panel = |from, to| {
        PanelColumns::new("date", "sales")
            .channel("tv")
            .period(mixtouch::mix::panel::Frequency::Week)
            .read(table(from, to, |w| if w % 10 == 3 { "sale" } else { "na" }).as_bytes())
            .unwrap()
    };
    let fit = search()
        .fit(&mix().with_baseline(baseline), &panel(0, 100))
        .unwrap();
    let model = fit.posterior();
    let effect = |model: &Posterior| {
        let baseline = model
            .forecast(&panel(100, 106))
            .unwrap()
            .decomposition()
            .baseline()
            .to_vec();
        baseline[3] - baseline[2]
    };
    assert_eq!(effect(model), 0.0);
    // A table that ends too soon is told.
    let told = |model: &Posterior, from| {
        let forecast = model.forecast(&panel(from, 106)).unwrap();
        forecast.findings().to_vec()
    };
    let last = first.plus(7 * 93 + 2);
    let ends = Finding::HolidaysEnd { last, periods: 6 };
    assert_eq!(told(model, 100), [ends]);
    let longer = fit
        .clone()
        .with_holidays(holidays(&years(10), "sale day"))
        .unwrap();
    assert!((effect(longer.posterior()) - 50.0).abs() < 3.0);
    assert_eq!(longer.posterior().decomposition(), model.decomposition());
    let next = fit.clone().with_holidays(holidays(&years(11), "sale day"));
    assert_eq!(told(next.unwrap().posterior(), 100), []);
    assert!(search().refresh(&longer, &panel(100, 106)).is_ok());
    for other in [
        holidays(&years(10), "other day"),
        holidays(&years(8), "sale day"),
    ] {
        let refused = model.clone().with_holidays(other).unwrap_err().to_string();
        assert!(refused.contains("fit again for others"), "{refused}");
    }
}
