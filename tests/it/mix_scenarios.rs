//! What if: changes of activity that costs nothing, and what a scenario tells of its parts.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::Day;
use mixtouch::budget::Goal;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Change, Panel};
use mixtouch::mix::posterior::{PlanHorizon, Posterior};
use mixtouch::mix::specification::{BaselinePart, Likelihood, MixSpecification};

const WEEKS: usize = 80;

fn fit(panel: &Panel) -> Posterior {
    Search::default()
        .with_evaluations(100)
        .with_pareto_evaluations(0)
        .with_draws(5)
        .estimate(&MixSpecification::new(), panel)
        .unwrap()
}

/// Posts and reach that cost nothing, and views of which every fourth week's were free.
struct Free {
    posts: Vec<f64>,
    reach: Vec<f64>,
    views: Vec<f64>,
    kpi: Vec<f64>,
}

impl Free {
    fn new() -> Self {
        let mut random = Random::new(3);
        let mut series = || bursts(WEEKS, 100.0, &mut random);
        let (posts, reach, views) = (series(), series(), series());
        let kpi = (0..WEEKS)
            .map(|t| 500.0 + posts[t] + 0.7 * reach[t] + 0.5 * views[t] + 10.0 * random.normal());
        Self {
            kpi: kpi.collect(),
            posts,
            reach,
            views,
        }
    }

    /// The panel with each channel's activity times a factor, but free views.
    fn panel(&self, [posts, reach, views]: [f64; 3]) -> Panel {
        let times = |values: &[f64], by: f64| values.iter().map(|x| x * by).collect::<Vec<_>>();
        let spend = |by: f64| {
            let paid = self.views.iter().enumerate();
            let paid = paid.map(|(t, x)| if t % 4 == 0 { 0.0 } else { 0.5 * x * by });
            paid.collect::<Vec<_>>()
        };
        let seen = self.views.iter().enumerate();
        let seen = seen.map(|(t, x)| if t % 4 == 0 { *x } else { x * views });
        let often = self.reach.iter().map(|x| if *x > 0.0 { 2.0 } else { 0.0 });
        let panel = Panel::national(weeks(WEEKS), self.kpi.clone()).unwrap();
        let panel = panel.with_organic_channel("posts", times(&self.posts, posts));
        let panel = panel
            .unwrap()
            .with_exposures("views", spend(views), seen.collect());
        let reach = times(&self.reach, reach);
        let panel = panel.unwrap();
        panel
            .with_reach_frequency("reach", vec![0.0; WEEKS], reach, often.collect())
            .unwrap()
    }
}

fn near(panel: &Panel, expected: &Panel) {
    for (is, should) in panel.channels().iter().zip(expected.channels()) {
        let cells = is.activity().iter().zip(should.activity());
        let spend = is.spend().iter().zip(should.spend());
        for (is, should) in cells.chain(spend) {
            assert!((is - should).abs() <= 1e-9 * should.abs(), "{is} {should}");
        }
    }
}

#[test]
fn activity_that_costs_nothing_is_changed_and_not_lost() {
    let free = Free::new();
    let panel = free.panel([1.0; 3]);
    let changed = |change: Change| panel.with_changes(&[change]).unwrap();
    near(
        &changed(Change::times("posts", 0.7)),
        &free.panel([0.7, 1.0, 1.0]),
    );
    near(
        &changed(Change::times("reach", 1.5)),
        &free.panel([1.0, 1.5, 1.0]),
    );
    near(
        &changed(Change::times("views", 0.7)),
        &free.panel([1.0, 1.0, 0.7]),
    );
    let more = changed(Change::plus("posts", 2.0));
    assert_eq!(more.channels()[0].activity()[5], free.posts[5] + 2.0);
    let model = fit(&panel);
    let brought = model.decomposition().totals();
    for (c, name) in ["posts", "views", "reach"].into_iter().enumerate() {
        let by = |factor: f64| {
            let scenario = model.scenario(&[Change::times(name, factor)]).unwrap();
            scenario.difference()
        };
        assert_eq!((by(1.0).low(), by(1.0).high()), (0.0, 0.0), "{name}");
        let (less, none) = (by(0.7).value(), by(0.0).value());
        assert!(none < less && less < 0.0, "{name}: {none} {less}");
        assert!(none >= -brought[c] * (1.0 + 1e-9), "{name}: {none}");
        assert!(by(1.3).value() > 0.0, "{name}");
    }
}

#[test]
fn free_activity_that_cannot_be_is_refused() {
    let panel = Free::new().panel([1.0; 3]);
    let refused = |change: Change| panel.with_changes(&[change]).unwrap_err().to_string();
    assert!(refused(Change::plus("posts", -1e9)).contains("0 or more"));
    assert!(refused(Change::plus("views", 1.0)).contains("exposures to change in proportion"));
    assert!(refused(Change::set("reach", 5.0)).contains("whose frequency is known"));
    // Paid media that a first change switches off are still bought.
    let back = [Change::times("views", 0.0), Change::plus("views", 5.0)];
    let refused = panel.with_changes(&back).unwrap_err().to_string();
    assert!(
        refused.contains("exposures to change in proportion"),
        "{refused}"
    );
}

#[test]
fn free_activity_far_from_what_was_seen_says_so() {
    let model = fit(&Free::new().panel([1.0; 3]));
    let far = model.scenario(&[Change::times("posts", 10.0)]).unwrap();
    assert_eq!(far.beyond_seen()[0].column, "posts");
    assert_eq!(far.spend_difference(), 0.0);
}

/// Sales that a price moves, in weeks of which the last eight are to come.
fn priced(likelihood: Likelihood) -> (Posterior, Panel) {
    let mut random = Random::new(9);
    let tv = bursts(WEEKS, 100.0, &mut random);
    let price: Vec<f64> = (0..WEEKS)
        .map(|t| 10.0 + (t * 7 % 5) as f64 / 4.0)
        .collect();
    let kpi = (0..WEEKS).map(|t| {
        let level = 1_000.0 * (-0.04 * (price[t] - 10.0)).exp() + 2.0 * tv[t];
        level + 5.0 * random.normal()
    });
    let panel = Panel::national(weeks(WEEKS), kpi.collect()).unwrap();
    let panel = panel.with_channel("tv", tv).unwrap();
    let panel = panel.with_control("price", price).unwrap();
    let cut = panel.dates()[WEEKS - 8];
    let past = panel.between(Day::MIN, cut.plus(-1)).unwrap();
    let mix = MixSpecification::new().with_likelihood(likelihood);
    let search = Search::default().with_evaluations(100);
    let search = search.with_pareto_evaluations(0).with_draws(5);
    let model = search.estimate(&mix, &past).unwrap();
    (model, panel.between(cut, Day::MAX).unwrap())
}

#[test]
fn a_changed_control_has_a_row_of_its_own() {
    let (model, _) = priced(Likelihood::Normal);
    let changes = [Change::plus("price", 1.0), Change::times("tv", 0.7)];
    let scenario = model.scenario(&changes).unwrap();
    let [(part, price)] = scenario.baseline() else {
        panic!("{:?}", scenario.baseline())
    };
    assert_eq!(*part, BaselinePart::Control("price".into()));
    let sum = price.value() + scenario.channels()[0].1.value();
    assert!((sum / scenario.difference().value() - 1.0).abs() < 1e-9);
    let tv = model.scenario(&changes[1..]).unwrap();
    assert!(tv.baseline().is_empty());
}

/// A unit more of the price takes about 4 % of what is sold.
#[test]
fn what_a_unit_of_a_control_brings_is_in_units_of_the_kpi() {
    for likelihood in [Likelihood::Normal, Likelihood::Log] {
        let (model, _) = priced(likelihood);
        let parts = model.baseline_parts();
        let price = parts.iter().find_map(|part| part.per_unit).unwrap();
        assert!((-60.0..-20.0).contains(&price.value()), "{price}");
    }
}

#[test]
fn a_scenario_of_the_future_is_the_difference_of_its_forecasts() {
    let (model, future) = priced(Likelihood::Normal);
    let changes = [Change::plus("price", 1.0), Change::times("tv", 0.5)];
    let changed = future.with_changes(&changes).unwrap();
    let expected = |panel: &Panel| -> f64 {
        let forecast = model.forecast(panel).unwrap();
        forecast.predictions().iter().map(|row| row.value()).sum()
    };
    let (was, then) = (expected(&future), expected(&changed));
    let scenario = model.scenario_over(&future, &changes).unwrap();
    assert!((scenario.outcome() / was - 1.0).abs() < 1e-9);
    let difference = scenario.difference();
    assert!((difference.value() - (then - was)).abs() < 1e-6 * was);
    // The same draws: what both do not know of the level is in no interval.
    assert!(difference.high() - difference.low() < 0.1 * was);
    assert_eq!(scenario.periods().len(), 8);
    let spent: f64 = future.channels()[0].spend().iter().sum();
    assert!((scenario.spend_difference() + 0.5 * spent).abs() < 1e-9 * spent);
    // Nothing of the past is changed.
    let past = Change::times("tv", 0.5).between(Day::MIN, future.dates()[0].plus(-1));
    assert!(model.scenario_over(&future, &[past]).is_err());
    let none = model.scenario_over(&future, &[]).unwrap().difference();
    assert_eq!((none.low(), none.high()), (0.0, 0.0));
}

#[test]
fn a_plan_that_leaves_what_was_seen_says_so() {
    let (model, _) = priced(Likelihood::Normal);
    let beyond = |factors: std::ops::RangeInclusive<f64>, times: f64| {
        let horizon = PlanHorizon::new(2)
            .with_now_of_last(13)
            .with_factors(factors);
        let budget = model.budget_over(&horizon).unwrap();
        let total = times * budget.channels()[0].now();
        let curves = model.response_curves_over(&horizon).unwrap();
        let plan = budget.plan(&curves, Goal::Outcome { total }).unwrap();
        (plan.total() / 2.0, model.beyond_seen(&plan, &horizon))
    };
    let (spend, far) = beyond(0.0..=100.0, 60.0);
    assert_eq!((far[0].column.as_str(), far[0].value), ("tv", spend));
    assert!(far[0].to_string().contains("nothing was seen"));
    assert!(beyond(0.5..=1.5, 1.0).1.is_empty());
}
