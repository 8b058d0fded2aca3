//! Panels that a model explains to the last bit, and tests too precise for it: figures or a typed
//! error, and what is stored loads again.

use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Search, SearchFit};
use mixtouch::mix::panel::{Frequency, Panel};
use mixtouch::mix::specification::{Baseline, MixSpecification, Pooling, Trend};
use mixtouch::{Day, Error};

fn weeks(count: i32) -> Vec<Day> {
    (0..count)
        .map(|week| Day::new(19_723 + 7 * week).unwrap())
        .collect()
}

/// The trend explains a straight line without any media. Its score was infinite, which JSON has no
/// number for.
#[test]
fn an_exact_fit_is_stored_and_loads() {
    let kpi = (0..40).map(|week| 100.0 + f64::from(week)).collect();
    let spend = (0..40).map(|week| f64::from(week * 2 % 13)).collect();
    let panel = Panel::national(weeks(40), kpi)
        .unwrap()
        .with_channel("tv", spend)
        .unwrap();
    let fit = Search::default()
        .with_evaluations(100)
        .with_draws(40)
        .fit(&MixSpecification::new(), &panel)
        .unwrap();
    let stored = serde_json::to_string(&fit).unwrap();
    let loaded: SearchFit = serde_json::from_str(&stored).unwrap();
    assert_eq!(loaded, fit);
    let best = fit.report().best().objectives().unwrap();
    let figures = [best.nrmse, best.rssd, best.score];
    assert!(
        figures.iter().all(|figure| figure.is_finite()),
        "{figures:?}"
    );
}

/// A test of a standard error of 0.001 on an outcome of 43,397: with coefficients by geo, the
/// equations have no single solution to the precision of floating point.
#[test]
fn a_test_too_precise_for_separate_geos_is_no_panic() {
    let (days, geos) = (23, 3);
    let dates: Vec<Day> = (0..days)
        .map(|day| Day::new(19_000 + day).unwrap())
        .collect();
    let rows = days as usize * geos;
    let kpi = (0..rows)
        .map(|row| 1_000.0 + [0.0, 0.01, 659.0, 40.0, 926.0][row * row % 5])
        .collect();
    let spend = |odd: usize| -> Vec<f64> {
        let sizes = [0.0, 1_000.0, 0.01, 57.0, 1.0, 0.001, 7.0];
        (0..rows)
            .map(|row| sizes[(row * odd + row * row) % 7])
            .collect()
    };
    let names = (0..geos).map(|geo| format!("g{geo}")).collect();
    let panel = Panel::new(Some(Frequency::Day), dates.clone(), names, kpi)
        .and_then(|panel| panel.with_channel("c0", spend(3)))
        .and_then(|panel| panel.with_channel("c2", spend(5)))
        .unwrap();
    for error in [1e-9, 1e-6, 0.001, 0.01, 1.0] {
        for pooling in [Pooling::Separate, Pooling::Partial(1.0), Pooling::Pooled] {
            let test = LiftTest::new("c0", dates[0], dates[22])
                .with_spend_change(29_244.0)
                .with_outcome_change(43_397.0)
                .with_standard_error(error);
            let mix = MixSpecification::new()
                .with_baseline(Baseline::new(Trend::Linear, 0).unwrap())
                .with_pooling(pooling)
                .with_lift_tests(vec![test]);
            let search = Search::default()
                .with_evaluations(60)
                .with_pareto_evaluations(0)
                .with_draws(3)
                .with_folds(0);
            match search.fit(&mix, &panel) {
                Ok(fit) => assert!(fit.posterior().draws().iter().all(|draw| {
                    draw.coefficients()
                        .iter()
                        .flatten()
                        .all(|effect| effect.is_finite())
                })),
                Err(Error::Solver { .. } | Error::Setting { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}
