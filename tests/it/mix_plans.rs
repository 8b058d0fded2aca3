//! Plans of a mix model: what counts as spent now, and which spend is allowed.

use mixtouch::Day;
use mixtouch::budget::Goal;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::{PlanHorizon, Posterior};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::simulate::panels::PanelWorld;

const WEEKS: usize = 120;

/// A panel whose last channel began twelve weeks ago and whose first one paused for the last four.
fn late_launch() -> Panel {
    let dates: Vec<Day> = (0..WEEKS as i32)
        .map(|week| Day::new(18_995 + 7 * week).unwrap())
        .collect();
    let tv: Vec<f64> = (0..WEEKS)
        .map(|week| {
            if week < WEEKS - 4 {
                (week * 7 % 11 * 100) as f64
            } else {
                0.0
            }
        })
        .collect();
    let search: Vec<f64> = (0..WEEKS).map(|week| (week * 5 % 13 * 30) as f64).collect();
    let new: Vec<f64> = (0..WEEKS)
        .map(|week| match week {
            _ if week >= WEEKS - 4 => 480.0 + (week % 2 * 10) as f64,
            _ if week >= WEEKS - 12 => 700.0 + (week % 3 * 50) as f64,
            _ => 0.0,
        })
        .collect();
    let root = |x: f64| 10.0 * x.sqrt();
    let kpi = (0..WEEKS).map(|week| {
        1000.0 + root(tv[week]) + root(search[week]) + root(new[week]) + (week * 3 % 7) as f64
    });
    Panel::national(dates, kpi.collect())
        .unwrap()
        .with_channel("tv", tv)
        .unwrap()
        .with_channel("search", search)
        .unwrap()
        .with_channel("new", new)
        .unwrap()
}

fn model() -> Posterior {
    let search = Search::default()
        .with_evaluations(60)
        .with_pareto_evaluations(0)
        .with_draws(4);
    search
        .estimate(&MixSpecification::new().with_window(4), &late_launch())
        .unwrap()
}

#[test]
fn a_plan_starts_from_the_last_periods_and_allows_what_was_spent() {
    let model = model();
    let budget = model.budget_over(&PlanHorizon::new(1)).unwrap();
    // The mean of the last four weeks, not of the 120.
    let new = budget.channel("new").unwrap();
    assert_eq!(new.now(), 485.0);
    // A channel that paused may be resumed as it was in the quarter before.
    let tv = budget.channel("tv").unwrap();
    let spend = model.panel().channels()[0].spend();
    let most = spend[WEEKS - 13..].iter().copied().fold(0.0, f64::max);
    assert_eq!((tv.now(), tv.low(), tv.high()), (0.0, 0.0, most));
    assert!(most > 300.0);
    // What all three really spent is a feasible total, as is a mean over years.
    let curves = model.response_curves(1).unwrap();
    for total in [485.0 + 180.0 + most, 700.0] {
        budget.plan(&curves, Goal::Outcome { total }).unwrap();
    }
    // The bounds of a longer plan are those of stretches as long.
    let month = model.budget_over(&PlanHorizon::new(4)).unwrap();
    let stretches = spend[WEEKS - 13..].windows(4);
    let sums = stretches.map(|stretch| stretch.iter().sum::<f64>());
    let longest = sums.fold(0.0, f64::max);
    assert_eq!(month.channel("tv").unwrap().high(), longest);
    // Stated factors hold to the letter.
    let stated = model.budget(1, 0.5, 1.5).unwrap();
    assert_eq!(stated.channel("tv").unwrap().high(), 0.0);
}

#[test]
fn what_counts_as_now_can_be_stated() {
    let model = model();
    let now = |horizon: PlanHorizon| {
        let budget = model.budget_over(&horizon).unwrap();
        budget.channel("new").unwrap().now()
    };
    let spend = model.panel().channels()[2].spend();
    let mean = |weeks: std::ops::Range<usize>| {
        spend[weeks.clone()].iter().sum::<f64>() / weeks.len() as f64
    };
    let dates = model.panel().dates();
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9 * b, "{a} {b}");
    close(now(PlanHorizon::new(8)), 8.0 * mean(WEEKS - 8..WEEKS));
    close(now(PlanHorizon::new(40)), 40.0 * mean(WEEKS - 13..WEEKS));
    close(
        now(PlanHorizon::new(1).with_now_of_last(12)),
        mean(WEEKS - 12..WEEKS),
    );
    let between = PlanHorizon::new(2).with_now_between(dates[110], dates[113].plus(3));
    close(now(between), 2.0 * mean(110..114));
    for (horizon, part) in [
        (PlanHorizon::new(0), "periods to plan is 0"),
        (PlanHorizon::new(usize::MAX), "1 to 1000"),
        (PlanHorizon::new(1).with_now_of_last(0), "1 to 120"),
        (PlanHorizon::new(1).with_now_of_last(121), "1 to 120"),
        (
            PlanHorizon::new(1).with_now_between(Day::MIN, Day::MIN.plus(9)),
            "days of the spend now",
        ),
        (PlanHorizon::new(1).with_factors(2.0..=1.0), "upper bound"),
    ] {
        let refused = model.budget_over(&horizon).unwrap_err().to_string();
        assert!(refused.contains(part), "{refused}");
    }
}

#[test]
fn geos_planned_on_their_own_add_up_to_their_channel() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .with_size(2, 80)
        .unwrap()
        .simulate(2)
        .panel()
        .unwrap();
    let search = Search::default().with_evaluations(100).with_draws(8);
    let model = search.estimate(&MixSpecification::new(), &panel).unwrap();
    let whole = PlanHorizon::new(4).with_factors(0.5..=1.5);
    let apart = whole.clone().with_geos(true);
    let budget = model.budget_over(&apart).unwrap();
    let curves = model.response_curves_over(&apart).unwrap();
    let total: f64 = budget.channels().iter().map(|channel| channel.now()).sum();
    let goal = Goal::Outcome { total };
    let plan = budget.plan(&curves, goal).unwrap();
    let one = model.budget_over(&whole).unwrap();
    let one = one
        .plan(&model.response_curves_over(&whole).unwrap(), goal)
        .unwrap();
    for channel in one.channels() {
        let parts: Vec<_> = plan
            .channels()
            .iter()
            .filter(|part| {
                part.channel
                    .starts_with(&format!("{} in ", channel.channel))
            })
            .collect();
        assert_eq!(parts.len(), 2);
        let now: f64 = parts.iter().map(|part| part.now).sum();
        assert!((now - channel.now).abs() < 1e-9 * now);
        let outcome: f64 = parts.iter().map(|part| part.outcome_now).sum();
        assert!((outcome - channel.outcome_now).abs() < 1e-9 * outcome);
        let group = plan.group(&channel.channel).unwrap();
        assert!(group.planned <= 1.5 * now * (1.0 + 1e-9));
    }
    // More freedom is never worse.
    assert!(plan.outcome_planned() >= one.outcome_planned() * (1.0 - 1e-9));
    assert!(plan.kkt_residual() < 1e-6);
}
