//! The planner against closed forms, on bad input and under an observer.

mod goals;
mod random;

use crate::budget::curve::shapes::Shape;
use crate::budget::{
    Bound, Budget, ChannelBudget, Ensemble, Goal, GroupBudget, Plan, ResponseCurve,
};
use crate::error::{Error, Result};
use crate::progress::{Progress, Stage};
use crate::stats::ConfidenceLevel;
use crate::util::Random;

fn budget(bounds: &[(f64, f64, f64)]) -> Budget {
    let channel = |(index, &(now, low, high)): (usize, &(f64, f64, f64))| {
        ChannelBudget::new(format!("c{index}"), now).with_bounds(low..=high)
    };
    Budget::new(bounds.iter().enumerate().map(channel))
}

fn plan(bounds: &[(f64, f64, f64)], curves: &[Shape], goal: Goal) -> Result<Plan> {
    budget(bounds).plan(&Ensemble::single(curves.to_vec()).unwrap(), goal)
}

fn spend(plan: &Plan) -> Vec<f64> {
    plan.channels()
        .iter()
        .map(|channel| channel.planned)
        .collect()
}

fn assert_near(got: &[f64], want: &[f64], tolerance: f64) {
    assert!(
        got.len() == want.len()
            && got
                .iter()
                .zip(want)
                .all(|(a, b)| (a - b).abs() <= tolerance),
        "{got:?}, not {want:?}"
    );
}

/// The spend where every exponential curve returns the same, found without the planner: x_i = k_i
/// ln(a_i / (k_i price)) within its bounds, the price by bisection on the total.
fn equal_marginal(curves: &[(f64, f64)], bounds: &[(f64, f64, f64)], total: f64) -> Vec<f64> {
    let at = |price: f64| -> Vec<f64> {
        curves
            .iter()
            .zip(bounds)
            .map(|(&(top, scale), &(_, low, high))| {
                (scale * libm::log(top / (scale * price))).clamp(low, high)
            })
            .collect()
    };
    let (mut low, mut high) = (1e-12, 1e12);
    for _ in 0..400 {
        let middle = libm::sqrt(low * high);
        if at(middle).iter().sum::<f64>() > total {
            low = middle
        } else {
            high = middle
        }
    }
    at(low)
}

#[test]
fn concave_curves_end_at_equal_marginal_returns() {
    let mut random = Random::new(11);
    for case in 0..100 {
        let count = 2 + random.index(10) as usize;
        let curves: Vec<(f64, f64)> = (0..count)
            .map(|_| (random.between(1.0, 50.0), random.between(2.0, 30.0)))
            .collect();
        let bounds: Vec<_> = (0..count)
            .map(|_| {
                (
                    random.between(0.0, 20.0),
                    random.between(0.0, 4.0),
                    random.between(8.0, 60.0),
                )
            })
            .collect();
        let (least, most) = bounds
            .iter()
            .fold((0.0, 0.0), |sum, bound| (sum.0 + bound.1, sum.1 + bound.2));
        let total = random.between(least, most);
        let shapes: Vec<Shape> = curves
            .iter()
            .map(|&(top, scale)| Shape::Exponential { top, scale })
            .collect();
        let plan = plan(&bounds, &shapes, Goal::Outcome { total }).unwrap();
        assert_near(
            &spend(&plan),
            &equal_marginal(&curves, &bounds, total),
            1e-6,
        );
        assert!(
            plan.kkt_residual() <= 1e-8,
            "case {case}: residual {}",
            plan.kkt_residual()
        );
        assert!((plan.total() - total).abs() <= 1e-9 * total);
    }
}

#[test]
fn profit_and_marginal_roi_stop_where_the_next_unit_pays_just_enough() {
    // slope a/k exp(-x/k) = cost at x = k ln(a / (k cost)); the second curve never returns enough.
    let curves = [
        Shape::Exponential {
            top: 100.0,
            scale: 10.0,
        },
        Shape::Exponential {
            top: 3.0,
            scale: 10.0,
        },
    ];
    let bounds = [(5.0, 0.0, 100.0), (5.0, 1.0, 100.0)];
    let want = [10.0 * libm::log(20.0), 1.0];
    for goal in [
        Goal::Profit { margin: 2.0 },
        Goal::MarginalRoi { target: 0.5 },
    ] {
        let plan = plan(&bounds, &curves, goal).unwrap();
        assert_near(&spend(&plan), &want, 1e-6);
        assert!((plan.marginal_return() - 0.5).abs() < 1e-9);
        assert_eq!(plan.channels()[1].at_bound, Some(Bound::Lower));
        assert_eq!(plan.channels()[0].at_bound, None);
    }
}

#[test]
fn a_target_return_is_met_with_the_largest_outcome() {
    // Roots: with price p, x_i = (a_i / 2p)^2, outcome = sum a_i^2 / 2p, spend = sum a_i^2 / 4p^2,
    // ROI = 2p. Target 0.5: p = 0.25.
    let curves = [Shape::Root { top: 1.0 }, Shape::Root { top: 2.0 }];
    let plan = plan(
        &[(5.0, 0.0, 100.0), (5.0, 0.0, 100.0)],
        &curves,
        Goal::Roi { target: 0.5 },
    )
    .unwrap();
    assert_near(&spend(&plan), &[4.0, 16.0], 1e-6);
    assert!(plan.roi() >= 0.5 && plan.roi() < 0.5 + 1e-9);
}

#[test]
fn what_cannot_be_met_is_a_typed_error() {
    let curves = [Shape::Exponential {
        top: 10.0,
        scale: 5.0,
    }; 2];
    let bounds = [(5.0, 2.0, 10.0), (5.0, 2.0, 10.0)];
    let message = |goal| plan(&bounds, &curves, goal).unwrap_err().to_string();
    assert_eq!(
        message(Goal::Outcome { total: 21.0 }),
        "total budget is 21, expected: 4 to 20, as its channels' bounds allow"
    );
    assert_eq!(
        message(Goal::Outcome { total: 3.0 }),
        "total budget is 3, expected: 4 to 20, as its channels' bounds allow"
    );
    assert_eq!(
        message(Goal::Outcome { total: f64::NAN }),
        "total budget is NaN, expected: a finite number, 0 or more"
    );
    // At the least spend of 2 a channel returns 10 (1 - e^-0.4) / 2 = 1.6484 and the next unit 2
    // e^-0.4 = 1.3406.
    assert!(
        message(Goal::Roi { target: 2.0 }).starts_with("target ROI is 2, expected: at most 1.6483")
    );
    assert!(
        message(Goal::MarginalRoi { target: 1.5 })
            .starts_with("target marginal ROI is 1.5, expected: at most 1.3406")
    );
    assert!(message(Goal::Profit { margin: 0.0 }).starts_with("margin is 0"));
    let broken = plan(
        &bounds,
        &[Shape::Line { slope: f64::NAN }; 2],
        Goal::Outcome { total: 10.0 },
    )
    .unwrap_err()
    .to_string();
    assert!(broken.contains("response of channel \"c0\""), "{broken}");
    let few = budget(&bounds)
        .plan(
            &Ensemble::single(vec![curves[0]]).unwrap(),
            Goal::Outcome { total: 10.0 },
        )
        .unwrap_err()
        .to_string();
    assert_eq!(
        few,
        "number of response curves is 1, expected: 2, one for each channel"
    );
}

#[test]
fn groups_bind_and_are_named() {
    let curves = [
        Shape::Root { top: 1.0 },
        Shape::Root { top: 1.0 },
        Shape::Root { top: 3.0 },
    ];
    let group = GroupBudget::new("small", ["c0", "c1"]).with_bounds(30.0..=40.0);
    let budget = budget(&[(10.0, 0.0, 100.0); 3]).with_group(group);
    let plan = budget
        .plan(
            &Ensemble::single(curves.to_vec()).unwrap(),
            Goal::Outcome { total: 90.0 },
        )
        .unwrap();
    assert_near(&spend(&plan), &[15.0, 15.0, 60.0], 1e-7);
    assert_eq!(plan.groups()[0].at_bound, Some(Bound::Lower));
    assert!(plan.kkt_residual() < 1e-8);
    assert!((plan.marginal_return() - 1.5 / libm::sqrt(60.0)).abs() < 1e-8);
}

#[test]
fn fixed_channels_stay_and_lines_go_to_their_bounds() {
    let curves = [
        Shape::Line { slope: 1.0 },
        Shape::Line { slope: 3.0 },
        Shape::Line { slope: 2.0 },
    ];
    let plan = plan(
        &[(7.0, 7.0, 7.0), (1.0, 0.0, 10.0), (1.0, 0.0, 10.0)],
        &curves,
        Goal::Outcome { total: 20.0 },
    )
    .unwrap();
    assert_near(&spend(&plan), &[7.0, 10.0, 3.0], 1e-9);
    assert_eq!(plan.channels()[0].at_bound, Some(Bound::Fixed));
    assert_eq!(plan.channels()[1].at_bound, Some(Bound::Upper));
    assert!((plan.marginal_return() - 2.0).abs() < 1e-6);
}

#[test]
fn an_ensemble_plans_for_its_mean_and_is_judged_by_the_other_half() {
    // Mean of tops 1 and 3 is 2: the plan of a root of 2 beside a root of 2.
    let members = vec![
        (
            1.0,
            vec![Shape::Root { top: 1.0 }, Shape::Root { top: 2.0 }],
        ),
        (
            1.0,
            vec![Shape::Root { top: 3.0 }, Shape::Root { top: 2.0 }],
        ),
    ];
    let plan = budget(&[(10.0, 0.0, 100.0), (90.0, 0.0, 100.0)])
        .plan(
            &Ensemble::new(members).unwrap(),
            Goal::Outcome { total: 100.0 },
        )
        .unwrap();
    assert_near(&spend(&plan), &[50.0, 50.0], 1e-6);
    // Each member alone would spend a^2 / (a^2 + 4) of the total on the first channel: 20 and
    // 69.23. Its plan is judged by the other.
    let leap = |top: f64, x: f64| {
        top * (libm::sqrt(x) - libm::sqrt(10.0)) + 2.0 * (libm::sqrt(100.0 - x) - libm::sqrt(90.0))
    };
    let (first, second) = (leap(1.0, 900.0 / 13.0), leap(3.0, 20.0));
    assert_near(&[plan.gain()], &[0.5 * (first + second)], 1e-6);
    let gain = plan.gain_interval(ConfidenceLevel::P90).unwrap();
    assert_near(
        &[gain.low(), gain.high()],
        &[first.min(second), first.max(second)],
        1e-6,
    );
    let chosen = 0.5 * (leap(1.0, 50.0) + leap(3.0, 50.0));
    assert!((plan.gain_where_chosen() - chosen).abs() < 1e-6 && plan.gain() < chosen);
}

#[test]
fn nothing_to_choose_is_a_plan_too() {
    let curves = [
        Shape::Root { top: 1.0 },
        Shape::Hill {
            top: 5.0,
            half: 2.0,
            steepness: 2.0,
        },
    ];
    let idle = plan(&[(0.0, 0.0, 0.0); 2], &curves, Goal::Outcome { total: 0.0 }).unwrap();
    assert_eq!(
        (idle.total(), idle.roi(), idle.gain(), idle.kkt_residual()),
        (0.0, 0.0, 0.0, 0.0)
    );
    for goal in [
        Goal::Outcome { total: 7.0 },
        Goal::Profit { margin: 1.0 },
        Goal::MarginalRoi { target: 9.0 },
        Goal::Roi { target: 0.1 },
    ] {
        let fixed = plan(&[(3.0, 3.0, 3.0), (4.0, 4.0, 4.0)], &curves, goal).unwrap();
        assert_eq!(spend(&fixed), [3.0, 4.0]);
        assert!(
            fixed
                .channels()
                .iter()
                .all(|channel| channel.at_bound == Some(Bound::Fixed))
        );
    }
    assert!(
        plan(
            &[(3.0, 3.0, 3.0), (4.0, 4.0, 4.0)],
            &curves,
            Goal::Outcome { total: 6.0 }
        )
        .is_err()
    );
    // The spend now may lie outside what is allowed from now on.
    let outside = plan(
        &[(90.0, 0.0, 10.0), (0.0, 5.0, 10.0)],
        &curves,
        Goal::Outcome { total: 15.0 },
    )
    .unwrap();
    assert!((outside.total() - 15.0).abs() < 1e-9 && outside.kkt_residual() < 1e-8);
}

#[test]
fn slopes_that_are_no_number_are_refused() {
    struct Broken;
    impl ResponseCurve for Broken {
        fn response(&self, spend: f64) -> f64 {
            spend
        }

        fn slope(&self, _: f64) -> f64 {
            f64::NAN
        }
    }
    let plan = budget(&[(5.0, 1.0, 10.0)]).plan(
        &Ensemble::single(vec![Broken]).unwrap(),
        Goal::Profit { margin: 1.0 },
    );
    assert!(
        plan.unwrap_err()
            .to_string()
            .starts_with("slope of channel \"c0\" at spend 5 is NaN")
    );
}

/// An observer that counts calls and stops at one of them.
struct Observer {
    calls: std::sync::atomic::AtomicU64,
    stop_at: u64,
}

impl Progress for Observer {
    fn advance(&self, _: Stage, _: u64, _: Option<u64>) -> std::ops::ControlFlow<()> {
        let calls = self
            .calls
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if calls >= self.stop_at {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    }
}

#[test]
fn an_observer_changes_nothing_and_may_stop_the_plan() {
    let curves = Ensemble::single(vec![Shape::Root { top: 1.0 }, Shape::Root { top: 2.0 }]);
    let (curves, goal) = (curves.unwrap(), Goal::Roi { target: 0.5 });
    let budget = budget(&[(5.0, 0.0, 100.0); 2]);
    let watched = |stop_at: u64| {
        let observer = Observer {
            calls: 0.into(),
            stop_at,
        };
        let plan = budget.plan_with_progress(&curves, goal, &observer);
        (plan, observer.calls.into_inner())
    };
    let (plan, calls) = watched(u64::MAX);
    assert_eq!(plan.unwrap(), budget.plan(&curves, goal).unwrap());
    assert!((2..1000).contains(&calls), "{calls}");
    for stop_at in [0, calls - 1] {
        assert!(matches!(
            watched(stop_at).0,
            Err(Error::Cancelled {
                stage: Stage::Planning
            })
        ));
    }
}
