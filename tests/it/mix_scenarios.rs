//! What if: changes of activity that costs nothing, and what a scenario tells of its parts.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Change, Panel};
use mixtouch::mix::posterior::Posterior;
use mixtouch::mix::specification::MixSpecification;

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
}

#[test]
fn free_activity_far_from_what_was_seen_says_so() {
    let model = fit(&Free::new().panel([1.0; 3]));
    let far = model.scenario(&[Change::times("posts", 10.0)]).unwrap();
    assert_eq!(far.beyond_seen()[0].column, "posts");
    assert_eq!(far.spend_difference(), 0.0);
}
