//! Geos that opened lately: a level and a note in place of slopes and seasons that nothing shows.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::mix::estimate::{Estimator, Holdout, Search};
use mixtouch::mix::panel::{Finding, Panel};
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::{Baseline, Likelihood, MixSpecification, Trend};

const WEEKS: usize = 104;
const GEOS: usize = 3;
const LEVEL: f64 = 1_000.0;

/// North and south all the time, east in its last weeks only.
fn panel(weeks_of_east: usize) -> Panel {
    let mut random = Random::new(4);
    let (mut kpi, mut tv, mut absent) = (vec![], vec![], vec![]);
    for geo in 0..GEOS {
        let spend = bursts(WEEKS, 900.0, &mut random);
        for (t, spend) in spend.into_iter().enumerate() {
            let away = geo == 2 && t < WEEKS - weeks_of_east;
            let season = 80.0 * (std::f64::consts::TAU * t as f64 / 52.18).sin();
            let response = 400.0 * spend / (spend + 500.0);
            let sales = LEVEL + season + response + 20.0 * random.normal();
            let there = if away { 0.0 } else { 1.0 };
            kpi.push(there * sales);
            tv.push(there * spend);
            absent.push(away);
        }
    }
    let names = ["north", "south", "east"].map(str::to_owned).to_vec();
    let panel = Panel::new(None, weeks(WEEKS), names, kpi).unwrap();
    let panel = panel.with_channel("tv", tv).unwrap();
    match absent.contains(&true) {
        true => panel.with_absent_rows(absent).unwrap(),
        false => panel,
    }
}

fn search() -> Search {
    Search::default()
        .with_evaluations(60)
        .with_pareto_evaluations(0)
        .with_draws(10)
}

fn fit(mix: &MixSpecification, panel: &Panel) -> Posterior {
    search().estimate(mix, panel).unwrap()
}

/// A quarter to come in which nothing runs.
fn quiet() -> Panel {
    let names = ["north", "south", "east"].map(str::to_owned).to_vec();
    let dates = weeks(WEEKS + 13)[WEEKS..].to_vec();
    let panel = Panel::new(None, dates, names, vec![0.0; GEOS * 13]).unwrap();
    panel.with_channel("tv", vec![0.0; GEOS * 13]).unwrap()
}

#[test]
fn a_geo_of_ten_weeks_keeps_its_level_and_a_note_says_so() {
    let panel = panel(10);
    for (likelihood, trend) in [
        (Likelihood::Normal, Trend::Linear),
        (Likelihood::Log, Trend::Linear),
        (Likelihood::Normal, Trend::Smooth),
    ] {
        let baseline = Baseline::new(trend, 2).unwrap();
        let mix = MixSpecification::new().with_baseline(baseline);
        let mix = mix.with_likelihood(likelihood);
        let model = fit(&mix, &panel);
        let baseline = model.decomposition().baseline();
        for level in &baseline[GEOS * WEEKS - 10..] {
            assert!((600.0..1_400.0).contains(level), "{level}");
        }
        assert!(model.dropped_columns().is_empty());
        let forecast = model.forecast(&quiet()).unwrap();
        for row in forecast.predictions() {
            assert!((500.0..1_500.0).contains(&row.value()), "{row}");
        }
        let told = forecast.findings()[0].to_string();
        assert!(told.starts_with("east: less than half a year"), "{told}");
        assert!(mix.check(&panel).unwrap().contains(&Finding::ShortGeos {
            geos: vec!["east".into()],
            rows: 10,
            parameters: 6,
            level_only: true,
        }));
    }
}

/// East's baseline and its forecast are about its level.
#[cfg(feature = "linfa")]
fn assert_level(model: &Posterior) {
    let baseline = model.decomposition().baseline();
    let forecast = model.forecast(&quiet()).unwrap();
    let seen = baseline[GEOS * WEEKS - 10..].iter().copied();
    let to_come = forecast.predictions()[2 * 13..].iter();
    for level in seen.chain(to_come.map(|row| row.value())) {
        assert!((500.0..1_500.0).contains(&level), "{level}");
    }
}

#[cfg(feature = "linfa")]
#[test]
fn least_squares_keeps_the_level_of_a_brief_geo() {
    use mixtouch::mix::estimate::LeastSquares;
    let panel = panel(10);
    let mix = MixSpecification::new();
    let (model, _) = LeastSquares::new()
        .with_draws(10)
        .fit(&mix, &panel)
        .unwrap();
    assert_level(&model);
}

#[test]
fn a_geo_of_less_than_a_year_is_named() {
    let mix = MixSpecification::new();
    let short = |weeks| {
        let found = mix.check(&panel(weeks)).unwrap();
        found.into_iter().find_map(|finding| match finding {
            Finding::ShortGeos { level_only, .. } => Some(level_only),
            _ => None,
        })
    };
    assert_eq!(short(40), Some(false));
    assert_eq!(short(60), None);
    assert_eq!(short(WEEKS), None);
}

#[test]
fn a_geo_without_a_fitted_period_is_not_forecast() {
    let panel = panel(10);
    let mix = MixSpecification::new();
    let refused = Holdout::new(13).run(&search(), &mix, &panel);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("east") && refused.contains("fitted"),
        "{refused}"
    );
    assert!(Holdout::new(4).run(&search(), &mix, &panel).is_ok());
}

#[test]
fn rows_that_are_not_looked_at_are_not_counted() {
    let north = weeks(WEEKS);
    let kpi = (0..WEEKS).map(|t| LEVEL + (t * 7 % 11) as f64).collect();
    let panel = Panel::national(north, kpi).unwrap();
    let tv = (0..WEEKS).map(|t| (t * 5 % 7) as f64).collect();
    let weights = (0..WEEKS).map(|t| f64::from(u8::from(t >= 84)));
    let panel = panel.with_channel("tv", tv).unwrap();
    let panel = panel.with_weights(weights.collect()).unwrap();
    let found = MixSpecification::new().check(&panel).unwrap();
    let few = |finding: &Finding| matches!(finding, Finding::FewRows { rows: 20, .. });
    assert!(found.iter().any(few), "{found:?}");
}

#[test]
fn a_geo_that_was_not_there_yet_needs_no_history() {
    let panel = panel(10);
    let before = weeks(WEEKS);
    let first = before[0];
    let dates = (1..=4).rev().map(|week| first.plus(-7 * week)).collect();
    let names = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let history = |geos: &[&str], dates: &Vec<_>| {
        let rows = geos.len() * 4;
        let kpi = vec![0.0; rows];
        let earlier = Panel::new(None, dates.clone(), names(geos), kpi).unwrap();
        let tv = (1..=rows).map(|t| t as f64).collect();
        panel.preceded_by(&earlier.with_channel("tv", tv).unwrap())
    };
    let whole = history(&["north", "south"], &dates).unwrap();
    let expected = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(whole.channels()[0].history(), expected);
    for wrong in [&["north", "east"][..], &["north", "south", "west"]] {
        let refused = history(wrong, &dates).unwrap_err().to_string();
        assert!(refused.contains("geos of the history"), "{refused}");
    }
}
