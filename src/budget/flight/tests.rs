//! Plans by period against exhaustive search and the plan by channel.

use crate::budget::curve::shapes::Shape;
use crate::budget::flight::{FlightCurve, Flights};
use crate::budget::{Budget, ChannelBudget, Goal, GroupBudget, HorizonCurve, Risk};
use crate::util::Random;

const PERIODS: usize = 3;
const WEIGHTS: [f64; 3] = [0.5, 0.3, 0.2];

fn shapes(random: &mut Random, steepness: f64) -> Vec<(Shape, Vec<f64>)> {
    (0..2)
        .map(|_| {
            let shape = Shape::Hill {
                top: random.between(5.0, 20.0),
                half: random.between(5.0, 20.0),
                steepness,
            };
            (
                shape,
                vec![random.between(0.0, 30.0), random.between(0.0, 30.0)],
            )
        })
        .collect()
}

fn flights(shapes: &[(Shape, Vec<f64>)]) -> Flights<Shape> {
    let curves = shapes
        .iter()
        .map(|(shape, past)| vec![FlightCurve::new(*shape, 1.0, PERIODS, &WEIGHTS, past).unwrap()]);
    Flights::new(vec![(1.0, curves.collect())]).unwrap()
}

fn budget() -> Budget {
    Budget::new(["a", "b"].map(|name| ChannelBudget::new(name, 30.0).with_bounds(0.0..=60.0)))
}

#[test]
fn an_even_layout_returns_what_the_plan_by_channel_says() {
    let mut random = Random::new(1);
    let shapes = shapes(&mut random, 1.6);
    for (shape, past) in &shapes {
        let even = [1.0 / 3.0; PERIODS];
        let horizon = HorizonCurve::laid_out(*shape, &even, &WEIGHTS, past).unwrap();
        let flight = FlightCurve::new(*shape, 1.0, PERIODS, &WEIGHTS, past).unwrap();
        let response = crate::budget::ResponseCurve::response(&horizon, 24.0);
        assert!((flight.response(&[8.0; PERIODS]) - response).abs() < 1e-12);
    }
}

#[test]
fn plans_by_period_are_as_good_as_an_exhaustive_search() {
    const FINE: usize = 12;
    let mut random = Random::new(2);
    for (case, steepness) in [1.0, 0.8, 1.0, 2.5, 2.5, 0.6].into_iter().enumerate() {
        let shapes = shapes(&mut random, steepness);
        let flights = flights(&shapes);
        let total = random.between(20.0, 60.0);
        let plan = budget()
            .plan_flights(&flights, Goal::Outcome { total }, 3.0)
            .unwrap();
        assert!((plan.total - total).abs() < 1e-9 * total);
        let unit = total / FINE as f64;
        let mut best = 0.0_f64;
        let mut parts = [0; 6];
        // Every way to share the total in twelfths among six cells.
        fn each(
            parts: &mut [usize; 6],
            at: usize,
            left: usize,
            visit: &mut impl FnMut(&[usize; 6]),
        ) {
            if at == 5 {
                parts[5] = left;
                return visit(parts);
            }
            for part in 0..=left {
                parts[at] = part;
                each(parts, at + 1, left - part, visit);
            }
        }
        each(&mut parts, 0, FINE, &mut |parts| {
            let spend = parts.map(|part| part as f64 * unit);
            best = best.max(flights.outcomes(&spend)[0].1);
        });
        assert!(
            plan.outcome_planned >= best * (1.0 - 1e-9),
            "case {case}: {} {best}",
            plan.outcome_planned
        );
        assert!(plan.outcome_planned >= plan.outcome_laid_out_evenly * (1.0 - 1e-9));
        assert!(
            plan.kkt_residual < 1e-5,
            "case {case}: {}",
            plan.kkt_residual
        );
    }
}

#[test]
fn bounds_of_channels_groups_and_peaks_hold() {
    let mut random = Random::new(5);
    let flights = flights(&shapes(&mut random, 1.0));
    let budget = budget().with_group(GroupBudget::new("both", ["a", "b"]).with_bounds(0.0..=40.0));
    let plan = budget
        .plan_flights(&flights, Goal::Profit { margin: 100.0 }, 1.2)
        .unwrap();
    assert!((plan.total - 40.0).abs() < 1e-6, "{plan:?}");
    for channel in &plan.channels {
        let highest = channel.by_period.iter().copied().fold(0.0, f64::max);
        assert!(highest <= 1.2 * 20.0 * (1.0 + 1e-9) && channel.planned <= 60.0);
    }
}

#[test]
fn a_gain_by_period_is_judged_by_the_other_half() {
    let mut random = Random::new(6);
    let members: Vec<_> = (0..6)
        .map(|_| {
            let curves = shapes(&mut random, 1.0).into_iter().map(|(shape, _)| {
                vec![FlightCurve::new(shape, 1.0, PERIODS, &WEIGHTS, &[5.0]).unwrap()]
            });
            (1.0, curves.collect::<Vec<_>>())
        })
        .collect();
    let flights = Flights::new(members).unwrap();
    let plan = budget()
        .plan_flights(&flights, Goal::Outcome { total: 60.0 }, 2.0)
        .unwrap();
    assert!(plan.gain() < plan.outcome_planned - plan.outcome_now);
    assert_eq!(plan.gains.len(), 6);
}

#[test]
fn impossible_plans_by_period_are_refused() {
    let flights = flights(&shapes(&mut Random::new(5), 1.0));
    let refused = |budget: Budget, goal: Goal, peak: f64| {
        budget
            .plan_flights(&flights, goal, peak)
            .unwrap_err()
            .to_string()
    };
    let goal = Goal::Outcome { total: 60.0 };
    assert!(refused(budget(), goal, 0.5).starts_with("peak of a period is 0.5"));
    assert!(refused(budget(), Goal::Roi { target: 1.0 }, 2.0).contains("another goal"));
    let risk = Risk::TailMean { share: 0.5 };
    assert!(refused(budget().with_risk(risk), goal, 2.0).contains("the mean"));
    assert!(refused(budget(), Goal::Outcome { total: 500.0 }, 2.0).contains("total budget"));
    let one = Budget::new([ChannelBudget::new("a", 1.0)]);
    assert!(refused(one, goal, 2.0).contains("one for each channel"));
    assert!(FlightCurve::new(Shape::Root { top: 1.0 }, 1.0, 0, &[1.0], &[]).is_err());
    assert!(FlightCurve::new(Shape::Root { top: 1.0 }, -1.0, 2, &[1.0], &[]).is_err());
    assert!(Flights::<Shape>::new(vec![]).is_err());
}
