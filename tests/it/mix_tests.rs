//! Lift tests whose spend the panel records or does not, over several geos, and against each other.

use mixtouch::Day;
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Finding, Panel};
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::{MixSpecification, RoiPrior};
use mixtouch::mix::transform::Order;
use mixtouch::simulate::panels::PanelWorld;

const PERIODS: usize = 80;
const WINDOW: std::ops::Range<usize> = 20..32;

fn search() -> Search {
    Search::default()
        .with_evaluations(60)
        .with_pareto_evaluations(24)
        .with_draws(6)
}

/// A panel of two geos; within the window the first channel's spend is multiplied.
fn panel(factor: f64) -> Panel {
    let world = PanelWorld::small_business().unwrap();
    let drawn = world.with_size(2, PERIODS).unwrap().simulate(3);
    let drawn = drawn.panel().unwrap();
    let mut panel = Panel::new(
        None,
        drawn.dates().to_vec(),
        drawn.geos().to_vec(),
        drawn.kpi().to_vec(),
    )
    .unwrap();
    for (at, channel) in drawn.channels().iter().enumerate() {
        let mut spend = channel.spend().to_vec();
        let rows = spend.iter_mut().enumerate();
        rows.filter(|(row, _)| at == 0 && WINDOW.contains(&(row % PERIODS)))
            .for_each(|(_, x)| *x *= factor);
        panel = panel.with_channel(channel.name(), spend).unwrap();
    }
    panel
}

fn days(panel: &Panel) -> (Day, Day) {
    (
        panel.dates()[WINDOW.start],
        panel.dates()[WINDOW.end - 1].plus(6),
    )
}

fn test_of(panel: &Panel, change: f64, outcome: f64, error: f64) -> LiftTest {
    let (start, end) = days(panel);
    LiftTest::new(panel.channels()[0].name(), start, end)
        .with_spend_change(change)
        .with_outcome_change(outcome)
        .with_standard_error(error)
}

fn spent(panel: &Panel) -> f64 {
    let spend = panel.channels()[0].spend().iter().enumerate();
    spend
        .filter(|(row, _)| WINDOW.contains(&(row % PERIODS)))
        .map(|(_, x)| x)
        .sum()
}

/// The first channel's contribution in the window, by geo, were its spend another.
fn contribution(model: &Posterior, spend: impl Fn(usize, f64) -> f64) -> f64 {
    let mut document = serde_json::to_value(model).unwrap();
    let cells = document["panel"]["channels"][0]["spend"].as_array_mut();
    for (row, cell) in cells.unwrap().iter_mut().enumerate() {
        *cell = serde_json::json!(spend(row, cell.as_f64().unwrap()));
    }
    let changed: Posterior = serde_json::from_value(document).unwrap();
    let parts = changed.decomposition().contributions()[0]
        .iter()
        .enumerate();
    parts
        .filter(|(row, _)| WINDOW.contains(&(row % PERIODS)))
        .map(|(_, x)| x)
        .sum()
}

fn fitted(panel: &Panel, order: Order, test: LiftTest) -> Posterior {
    let specification = MixSpecification::new()
        .with_order(order)
        .with_lift_tests(vec![test]);
    search().estimate(&specification, panel).unwrap()
}

#[test]
fn a_recorded_test_compares_the_recorded_spend_with_less() {
    let panel = panel(1.0);
    let spent = spent(&panel);
    for order in [Order::AdstockFirst, Order::SaturationFirst] {
        // A quarter of the recorded spend was added by the test.
        let test = test_of(&panel, 0.25 * spent, 0.2 * spent, 0.05 * spent).with_recorded(true);
        let model = fitted(&panel, order, test);
        let inside = |row: usize| WINDOW.contains(&(row % PERIODS));
        let change = contribution(&model, |_, x| x)
            - contribution(&model, |row, x| if inside(row) { 0.75 * x } else { x });
        let report = &model.lift_report()[0];
        assert!(
            report.recorded && (report.predicted.value() / change - 1.0).abs() < 1e-6,
            "{report:?} {change}"
        );
    }
}

#[test]
fn a_recorded_change_is_the_reverse_of_its_withdrawal() {
    let panel = panel(1.0);
    let change = 0.25 * spent(&panel);
    let recorded = test_of(&panel, change, 900.0, 100.0).with_recorded(true);
    let reverse = test_of(&panel, -change, -900.0, 100.0);
    let draws = |test| fitted(&panel, Order::AdstockFirst, test).draws().to_vec();
    assert_eq!(draws(recorded), draws(reverse));
}

#[test]
fn going_dark_is_a_recorded_cut() {
    let panel = panel(0.0);
    // Each geo has its usual part of what was not spent, evenly over the days.
    let totals: Vec<f64> = panel.channels()[0]
        .spend()
        .chunks(PERIODS)
        .map(|geo| geo.iter().sum())
        .collect();
    let part = |row: usize| totals[row / PERIODS] / (totals[0] + totals[1]);
    let test = test_of(&panel, -1200.0, -2500.0, 500.0).with_recorded(true);
    let model = fitted(&panel, Order::AdstockFirst, test);
    let change = contribution(&model, |_, x| x)
        - contribution(&model, |row, x| {
            let inside = WINDOW.contains(&(row % PERIODS));
            x + if inside { part(row) * 100.0 } else { 0.0 }
        });
    let predicted = model.lift_report()[0].predicted.value();
    assert!(
        change < 0.0 && (predicted / change - 1.0).abs() < 1e-6,
        "{predicted} {change}"
    );
    // On top of nothing, nothing can be cut; the message names the way out.
    let on_top = MixSpecification::new().with_lift_tests(vec![test_of(&panel, -1200.0, -9.0, 5.0)]);
    let refused = search().estimate(&on_top, &panel).unwrap_err().to_string();
    assert!(
        refused.contains("at least -0") && refused.contains("recorded"),
        "{refused}"
    );
    let large = test_of(&panel, 5.0, 9.0, 5.0).with_recorded(true);
    let refused = MixSpecification::new().with_lift_tests(vec![large]);
    let refused = search().estimate(&refused, &panel).unwrap_err().to_string();
    assert!(refused.contains("at most 0"), "{refused}");
}

#[test]
fn a_test_over_named_geos_is_one_row() {
    let panel = panel(1.0);
    let geos = panel.geos().to_vec();
    let test = test_of(&panel, 400.0, 800.0, 200.0);
    let all = fitted(&panel, Order::AdstockFirst, test.clone());
    let named = fitted(
        &panel,
        Order::AdstockFirst,
        test.with_geos(geos.iter().rev()),
    );
    assert_eq!(all.draws(), named.draws());
    assert_eq!(named.lift_report()[0].geo, Some(geos.join(", ")));
}

#[test]
fn tests_that_contradict_each_other_are_found_before_and_after_the_fit() {
    let panel = panel(1.0);
    let spent = spent(&panel);
    let change = 0.2 * spent;
    // What the data alone say of the test: one with so large an error pulls at nothing.
    let idle = fitted(
        &panel,
        Order::AdstockFirst,
        test_of(&panel, change, 0.0, 1e9),
    );
    let alone = idle.lift_report()[0].predicted.value();
    let test = |outcome: f64| test_of(&panel, change, outcome * alone, 0.1 * alone);
    let findings = |tests: Vec<LiftTest>| {
        let specification = MixSpecification::new().with_lift_tests(tests);
        let before = specification.check(&panel).unwrap();
        let before: Vec<f64> = before
            .iter()
            .filter_map(|finding| match finding {
                Finding::TestsDisagree { z, .. } => Some(*z),
                _ => None,
            })
            .collect();
        let model = search().estimate(&specification, &panel).unwrap();
        (before, model.test_agreement().remove(0))
    };
    let (before, after) = findings(vec![test(0.9), test(1.1)]);
    assert!(
        before.is_empty() && !after.is_doubtful(),
        "{before:?} {after}"
    );
    // 1 apart, with errors of .1 each: z = 1 / (.1 sqrt 2).
    let (before, after) = findings(vec![test(0.5), test(1.5)]);
    assert!(
        (before[0] - 1.0 / (0.1 * 2.0_f64.sqrt())).abs() < 1e-9,
        "{before:?}"
    );
    // However the fit mediates, the two are 10 errors apart: at least 5^2 + 5^2.
    assert!(
        after.is_doubtful() && after.chi_square >= 50.0 - 1e-9,
        "{after}"
    );
    assert_eq!(after.degrees, 2);
    // A test against the rest of the data, and a belief against a test.
    let (_, alone) = findings(vec![test(4.0)]);
    assert!(alone.is_doubtful(), "{alone}");
    let roi = idle.channels()[0].roi.unwrap().value();
    let belief = RoiPrior::new(panel.channels()[0].name(), 9.0 * roi, 0.5 * roi).unwrap();
    let specification = MixSpecification::new()
        .with_lift_tests(vec![test(1.0)])
        .with_roi_priors(vec![belief]);
    let model = search().estimate(&specification, &panel).unwrap();
    let agreement = &model.test_agreement()[0];
    assert!(
        agreement.is_doubtful() && agreement.degrees == 2,
        "{agreement}"
    );
    assert!(agreement.deviations[1].name.contains("belief"));
}
