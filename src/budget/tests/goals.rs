//! Steps, risk and the worth of knowledge, against exhaustive search.

use crate::budget::curve::shapes::Shape;
use crate::budget::tests::{assert_near, budget, spend};
use crate::budget::{
    Budget, ChannelBudget, ChannelSensitivity, Ensemble, Goal, PlanSensitivity, Risk,
};
use crate::stats::{ConfidenceLevel, Interval};
use crate::util::Random;

fn exponential(random: &mut Random) -> Shape {
    Shape::Exponential {
        top: random.between(1.0, 50.0),
        scale: random.between(2.0, 40.0),
    }
}

/// Members whose curves vary around those of the first.
fn ensemble(random: &mut Random, channels: usize, members: usize) -> Ensemble<Shape> {
    let base: Vec<(f64, f64)> = (0..channels)
        .map(|_| (random.between(5.0, 50.0), random.between(5.0, 40.0)))
        .collect();
    let draws = (0..members).map(|_| {
        let curves = base.iter().map(|&(top, scale)| Shape::Exponential {
            top: top * libm::exp(0.8 * random.normal()),
            scale,
        });
        (1.0, curves.collect())
    });
    Ensemble::new(draws.collect()).unwrap()
}

#[test]
fn steps_are_as_good_as_trying_all_multiples() {
    let mut random = Random::new(3);
    for case in 0..40 {
        let curves: Vec<Shape> = (0..4).map(|_| exponential(&mut random)).collect();
        let steps = [0, 1, 2].map(|_| random.between(3.0, 15.0));
        let total = random.between(30.0, 90.0);
        let channel = |at: usize| {
            let channel = ChannelBudget::new(format!("c{at}"), 10.0).with_bounds(0.0..=40.0);
            match steps.get(at) {
                Some(step) => channel.with_steps(*step),
                None => channel,
            }
        };
        // The last channel takes any amount, in every other case.
        let count = 3 + case % 2;
        let budget = Budget::new((0..count).map(channel));
        let ensemble = Ensemble::single(curves[..count].to_vec()).unwrap();
        let plan = budget.plan(&ensemble, Goal::Outcome { total }).unwrap();
        let mut best = 0.0_f64;
        let multiples = |at: usize| {
            let step = steps[at];
            (0..=(40.0 / step) as usize).map(move |k| k as f64 * step)
        };
        for x in multiples(0) {
            for y in multiples(1) {
                for z in multiples(2) {
                    let rest = total - x - y - z;
                    if rest < 0.0 {
                        continue;
                    }
                    let spend = [x, y, z, rest.min(40.0)];
                    best = best.max(ensemble.outcome(&spend[..count]));
                }
            }
        }
        assert!(
            (plan.outcome_planned() / best - 1.0).abs() < 1e-9,
            "case {case}: {} {best}",
            plan.outcome_planned()
        );
        for (channel, step) in plan.channels().iter().zip(steps) {
            let multiple = channel.planned / step;
            assert!((multiple - multiple.round()).abs() < 1e-9, "{channel:?}");
        }
        assert!(plan.total() <= total * (1.0 + 1e-9));
    }
}

#[test]
fn steps_that_cannot_be_are_refused() {
    let message = |step: f64| {
        let channel = ChannelBudget::new("tv", 5.0).with_bounds(4.0..=9.0);
        let budget = Budget::new([channel.with_steps(step)]);
        budget.check().map_err(|error| error.to_string())
    };
    assert!(message(4.5).is_ok());
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            message(step)
                .unwrap_err()
                .ends_with("expected: a finite number > 0")
        );
    }
    assert_eq!(
        message(10.0).unwrap_err(),
        "step of channel \"tv\" is 10, expected: a multiple from 4 to 9"
    );
    assert!(message(1e-9).unwrap_err().contains("10,000th"));
    let budget = Budget::new([ChannelBudget::new("tv", 5.0)
        .with_bounds(0.0..=9.0)
        .with_steps(3.0)]);
    let json = serde_json::to_string(&budget).unwrap();
    assert_eq!(serde_json::from_str::<Budget>(&json).unwrap(), budget);
    assert!(serde_json::from_str::<Budget>(&json.replace("3.0", "-3.0")).is_err());
}

#[test]
fn risk_is_as_good_as_an_exhaustive_search() {
    const FINE: usize = 120;
    let mut random = Random::new(9);
    for case in 0..12 {
        let curves = ensemble(&mut random, 3, 31);
        let total = random.between(20.0, 80.0);
        for (risk, tolerance) in [
            (Risk::TailMean { share: 0.2 }, 1e-4),
            (Risk::TailMean { share: 1.0 }, 1e-9),
            (Risk::Quantile { probability: 0.1 }, 5e-2),
        ] {
            let plan = budget(&[(total / 3.0, 0.0, total); 3])
                .with_risk(risk)
                .plan(&curves, Goal::Outcome { total })
                .unwrap();
            let found = risk.value(&curves.outcomes(&spend(&plan)));
            let mut best = f64::NEG_INFINITY;
            for i in 0..=FINE {
                for j in 0..=FINE - i {
                    let part = |k: usize| total * k as f64 / FINE as f64;
                    let spend = [part(i), part(j), part(FINE - i - j)];
                    best = best.max(risk.value(&curves.outcomes(&spend)));
                }
            }
            assert!(
                found >= best * (1.0 - tolerance),
                "case {case}, {risk:?}: {found} {best}"
            );
            assert!((plan.total() - total).abs() < 1e-9 * total);
        }
    }
}

#[test]
fn what_counts_under_risk_by_hand() {
    let outcomes = [(0.25, 4.0), (0.25, 1.0), (0.25, 3.0), (0.25, 2.0)];
    let value = |risk: Risk| risk.value(&outcomes);
    assert_near(
        &[
            value(Risk::Mean),
            value(Risk::TailMean { share: 0.25 }),
            value(Risk::TailMean { share: 0.375 }),
            value(Risk::TailMean { share: 1.0 }),
            value(Risk::Quantile { probability: 0.5 }),
            value(Risk::Quantile { probability: 0.51 }),
        ],
        &[2.5, 1.0, 4.0 / 3.0, 2.5, 2.0, 3.0],
        1e-12,
    );
    for risk in [
        Risk::TailMean { share: 0.0 },
        Risk::TailMean { share: 1.1 },
        Risk::Quantile { probability: 1.0 },
        Risk::Quantile {
            probability: f64::NAN,
        },
    ] {
        assert!(budget(&[(1.0, 0.0, 2.0)]).with_risk(risk).check().is_err());
    }
    let refused = budget(&[(1.0, 0.0, 2.0)])
        .with_risk(Risk::TailMean { share: 0.1 })
        .plan(
            &Ensemble::single(vec![Shape::Root { top: 1.0 }]).unwrap(),
            Goal::Roi { target: 0.1 },
        )
        .unwrap_err();
    assert!(
        refused.to_string().starts_with("risk is TailMean"),
        "{refused}"
    );
}

#[test]
fn profit_under_risk_spends_less() {
    let curves = ensemble(&mut Random::new(4), 3, 60);
    let total = |risk: Risk| {
        let budget = budget(&[(10.0, 0.0, 100.0); 3]).with_risk(risk);
        budget
            .plan(&curves, Goal::Profit { margin: 2.0 })
            .unwrap()
            .total()
    };
    assert!(total(Risk::TailMean { share: 0.1 }) < 0.9 * total(Risk::Mean));
}

#[test]
fn the_worth_of_knowing_is_that_of_an_exhaustive_search() {
    // Two roots, the first known to be 1 or 3, the second 2 or 2.5, all four together as likely.
    let tops = [(1.0, 2.0), (1.0, 2.5), (3.0, 2.0), (3.0, 2.5)];
    let members = tops.map(|(a, b)| (1.0, vec![Shape::Root { top: a }, Shape::Root { top: b }]));
    let curves = Ensemble::new(members.to_vec()).unwrap();
    let goal = Goal::Outcome { total: 100.0 };
    let budget = budget(&[(50.0, 0.0, 100.0); 2]);
    let found = budget
        .sensitivity(&curves, goal, ConfidenceLevel::P90)
        .unwrap();
    // With tops a and b the best outcome of 100 is 10 sqrt(a^2 + b^2).
    let best = |a: f64, b: f64| 10.0 * libm::hypot(a, b);
    let mean = best(2.0, 2.25);
    let all = tops.iter().map(|(a, b)| best(*a, *b)).sum::<f64>() / 4.0 - mean;
    let first = 0.5 * (best(1.0, 2.25) + best(3.0, 2.25)) - mean;
    let second = 0.5 * (best(2.0, 2.0) + best(2.0, 2.5)) - mean;
    assert_near(
        &[
            found.worth_of_knowing_all,
            found.channels[0].worth_of_knowing,
            found.channels[1].worth_of_knowing,
        ],
        &[all, first, second],
        1e-7,
    );
    assert_eq!(found.to_test_first().unwrap().channel, "c0");
    let share = |a: f64, b: f64| 100.0 * a * a / (a * a + b * b);
    let optimum = found.channels[0].optimum;
    assert_near(
        &[optimum.low(), optimum.high()],
        &[share(1.0, 2.5), share(3.0, 2.0)],
        1e-5,
    );
    assert!(
        budget
            .sensitivity(&curves, Goal::Roi { target: 0.1 }, ConfidenceLevel::P90)
            .is_err()
    );
}

#[test]
fn what_is_promised_is_what_comes() {
    // The truth is one of the members, at random; the plan is made from others drawn as it was.
    let mut random = Random::new(12);
    let (mut promised, mut chosen, mut came) = (0.0, 0.0, 0.0);
    for _ in 0..60 {
        let draws = ensemble(&mut random, 5, 9);
        let members = draws.members();
        let truth = Ensemble::single(members[8].1.clone()).unwrap();
        let known = Ensemble::new(members[..8].to_vec()).unwrap();
        let budget = budget(&[(10.0, 0.0, 30.0); 5]);
        let plan = budget.plan(&known, Goal::Outcome { total: 50.0 }).unwrap();
        let now = [10.0; 5];
        promised += plan.gain();
        chosen += plan.gain_where_chosen();
        came += truth.outcome(&spend(&plan)) - truth.outcome(&now);
    }
    assert!(
        (0.8..1.25).contains(&(promised / came)),
        "{promised} {came}"
    );
    assert!(chosen > 1.05 * promised, "{chosen} {promised}");
}

#[test]
fn rounding_is_no_channel_to_test() {
    let channel = |name: &str, worth| ChannelSensitivity {
        channel: name.to_owned(),
        planned: 10.0,
        optimum: Interval::from_ends(9.0, 11.0, ConfidenceLevel::P90),
        worth_of_knowing: worth,
    };
    let first = |worth: [f64; 2]| {
        let sensitivity = PlanSensitivity {
            channels: vec![channel("tv", worth[0]), channel("search", worth[1])],
            worth_of_knowing_all: worth[0] + worth[1],
            outcome: 1_000.0,
        };
        sensitivity
            .to_test_first()
            .map(|first| first.channel.clone())
    };
    assert_eq!(first([1e-9, 1e-11]), None);
    assert_eq!(first([1e-9, 5.0]), Some("search".to_owned()));
}
