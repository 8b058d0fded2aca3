//! The planner against closed forms, exhaustive search and itself.

use proptest::prelude::*;

use crate::budget::curve::shapes::Shape;
use crate::budget::*;
use crate::stats::ConfidenceLevel;
use crate::util::Random;

fn budget(bounds: &[(f64, f64, f64)]) -> Budget {
    let channel = |(index, &(now, low, high)): (usize, &(f64, f64, f64))| {
        ChannelBudget::new(format!("c{index}"), now, low, high).unwrap()
    };
    Budget::new(bounds.iter().enumerate().map(channel).collect()).unwrap()
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
        "total budget is NaN, expected: a finite number from 0"
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
    let group = GroupBudget::new("small", ["c0", "c1"], 30.0, 40.0).unwrap();
    let budget = budget(&[(10.0, 0.0, 100.0); 3]).with_group(group).unwrap();
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
fn an_ensemble_plans_for_its_mean_and_tells_the_spread() {
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
    let leap = |top: f64| {
        top * (libm::sqrt(50.0) - libm::sqrt(10.0)) + 2.0 * (libm::sqrt(50.0) - libm::sqrt(90.0))
    };
    let gain = plan.gain_interval(ConfidenceLevel::P90).unwrap();
    assert_near(&[gain.low(), gain.high()], &[leap(1.0), leap(3.0)], 1e-6);
    assert!((plan.gain() - 0.5 * (gain.low() + gain.high())).abs() < 1e-9);
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

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let mut random = Random::new(8);
    let curves: Vec<Shape> = (0..9).map(|_| random_curve(&mut random)).collect();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            plan(
                &[(10.0, 2.0, 40.0); 9],
                &curves,
                Goal::Outcome { total: 120.0 },
            )
            .unwrap()
        })
    };
    assert!(on(1) == on(2) && on(1) == on(7));
}

/// A random curve, half of them S-shaped.
fn random_curve(random: &mut Random) -> Shape {
    let (top, scale) = (random.between(1.0, 50.0), random.between(2.0, 40.0));
    match random.index(4) {
        0 => Shape::Exponential { top, scale },
        1 => Shape::Hill {
            top,
            half: scale,
            steepness: random.between(0.4, 1.0),
        },
        _ => Shape::Hill {
            top,
            half: scale,
            steepness: random.between(1.2, 5.0),
        },
    }
}

#[test]
fn s_shaped_curves_are_planned_as_well_as_by_exhaustive_search() {
    const FINE: usize = 200;
    let mut random = Random::new(5);
    let mut short = 0;
    for _ in 0..100 {
        let curves: Vec<Shape> = (0..3).map(|_| random_curve(&mut random)).collect();
        let total = random.between(10.0, 80.0);
        let ensemble = Ensemble::single(curves.clone()).unwrap();
        let found = plan(
            &[(total / 3.0, 0.0, total); 3],
            &curves,
            Goal::Outcome { total },
        )
        .unwrap()
        .outcome_planned();
        let mut best = 0.0_f64;
        for i in 0..=FINE {
            for j in 0..=FINE - i {
                let (x, y) = (
                    total * i as f64 / FINE as f64,
                    total * j as f64 / FINE as f64,
                );
                best = best.max(ensemble.outcome(&[x, y, (total - x - y).max(0.0)]));
            }
        }
        short += usize::from(found < best * (1.0 - 1e-9));
    }
    assert_eq!(short, 0);
}

/// Channels of random curves and bounds, the first two a group where there are more, planned for
/// one of three goals.
fn random_plan(seed: u64, count: usize, which: usize) -> (Plan, Vec<(f64, f64, f64)>, Goal) {
    let mut random = Random::new(seed);
    let curves: Vec<Shape> = (0..count).map(|_| random_curve(&mut random)).collect();
    let bounds: Vec<_> = (0..count)
        .map(|_| {
            let now = random.between(0.0, 50.0);
            (now, now * random.uniform(), now * random.between(1.0, 2.0))
        })
        .collect();
    let now: Vec<f64> = bounds.iter().map(|bound| bound.0).collect();
    let (total, outcome) = (
        now.iter().sum::<f64>(),
        curves
            .iter()
            .zip(&now)
            .map(|(curve, &x)| curve.response(x))
            .sum::<f64>(),
    );
    let goal = match which {
        0 => Goal::Outcome { total },
        1 => Goal::Profit {
            margin: random.between(0.2, 5.0),
        },
        _ => Goal::Roi {
            target: outcome / total * (1.0 - 1e-12),
        },
    };
    let mut budget = budget(&bounds);
    if count > 2 {
        let pair = now[0] + now[1];
        budget = budget
            .with_group(GroupBudget::new("pair", ["c0", "c1"], 0.9 * pair, 1.2 * pair).unwrap())
            .unwrap();
    }
    (
        budget
            .plan(&Ensemble::single(curves).unwrap(), goal)
            .unwrap(),
        bounds,
        goal,
    )
}

#[test]
fn slow_climbs_go_on_where_rounding_hides_the_rise() {
    // a convex channel that shares a group's sum with a concave one: steps gain a digit in two or
    // three
    let residual = random_plan(15_914_215_692_240_440_945, 7, 1)
        .0
        .kkt_residual();
    assert!(residual <= 1e-11, "residual {residual}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_worse_than_now(seed in any::<u64>(), count in 1_usize..9, which in 0_usize..3) {
        let (plan, bounds, goal) = random_plan(seed, count, which);
        match goal {
            Goal::Profit { margin } => {
                let total: f64 = bounds.iter().map(|bound| bound.0).sum();
                let now = margin * plan.outcome_now() - total;
                prop_assert!(margin * plan.outcome_planned() - plan.total() >= now - 1e-12 * now.abs());
            }
            _ => prop_assert!(plan.gain() >= 0.0, "gain {}", plan.gain()),
        }
        // of 300,000 such plans the worst had 1.1e-8 left
        prop_assert!(plan.kkt_residual() <= 1e-7, "residual {}", plan.kkt_residual());
        for (channel, bound) in plan.channels().iter().zip(&bounds) {
            prop_assert!(channel.planned >= bound.1 * (1.0 - 1e-12) && channel.planned <= bound.2 * (1.0 + 1e-12));
        }
    }
}
