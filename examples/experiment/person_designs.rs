//! Tests on persons tried on a log of the past: how long, with or without persons' past, at what
//! cost.

use std::collections::HashSet;
use std::time::Duration;

use mixtouch::experiment::{ArmFigures, Assignments, Effect, PersonLift, PersonTest};
use mixtouch::report::{Cell, Table, figure};
use mixtouch::{Error, Events, PersonKey, Result};
use serde::Serialize;
use serde_json::json;

use crate::Output;
use crate::plans::PersonPlan;

const DAY: u32 = 86_400;

/// A test that the log's last days were tried with.
#[derive(Serialize)]
struct Design {
    days: u32,
    /// Whether persons' past is taken out of their outcome.
    adjusted: bool,
    persons_in_each_arm: u64,
    /// Whether the log has as many who could be assigned.
    is_possible: bool,
    variance_reduction: f64,
    /// Conversions that the effect would have brought in the arm that goes without.
    given_up: f64,
    /// Of treating the other arm.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

/// All designs, those that are possible and cost least first.
pub(crate) fn designs(plan: &PersonPlan, log: &Events) -> Result<Output> {
    let mut designs = Vec::new();
    let mut most = 0;
    for &days in &plan.lengths {
        let lift = by_lot(plan, log, days)?;
        let known = lift.control.persons + lift.treatment.persons;
        most = most.max(known);
        let explained = lift.variance_reduction;
        let shares = [Some(0.0), Some(explained).filter(|share| *share > 0.0)];
        for variance_reduction in shares.into_iter().flatten() {
            let test = plan.with_settings(effect(&lift, plan.lift));
            let test = test.with_variance_reduction(variance_reduction);
            let persons = test.sample_size()?;
            let brought = plan.lift * mean(&lift) * persons as f64 * plan.reached;
            let treated = persons as f64 * plan.reached * f64::from(days);
            designs.push(Design {
                days,
                adjusted: variance_reduction > 0.0,
                persons_in_each_arm: persons,
                is_possible: 2 * persons <= known,
                variance_reduction,
                given_up: brought,
                cost: plan.cost.map(|cost| cost * treated),
            });
        }
    }
    let price = |design: &Design| design.cost.unwrap_or(design.given_up);
    designs.sort_by(|one, other| {
        let possible = other.is_possible.cmp(&one.is_possible);
        possible.then(price(one).total_cmp(&price(other)))
    });
    Ok(output(plan, &designs, most))
}

/// The last days of the log as a test in which nothing was done, with arms drawn by lot among those
/// whom the log knew before.
fn by_lot(plan: &PersonPlan, log: &Events, days: u32) -> Result<PersonLift> {
    let times = || log.iter().map(|event| event.time());
    let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    let start = last - i64::from(days) * i64::from(DAY);
    if start <= first || days == 0 {
        let covered = (last - first) / i64::from(DAY);
        return Err(Error::Setting {
            name: "--lengths".into(),
            value: days.to_string(),
            expected: format!("1 to fewer days than the log's {covered}, as some come before")
                .into(),
        });
    }
    let (mut assignments, mut known) = (Assignments::new(), HashSet::<PersonKey<'_>>::new());
    for event in log.iter().filter(|event| event.time() < start) {
        if known.insert(event.person()) {
            // one after the other, as the log met them
            let arm = if known.len() % 2 == 0 { "one" } else { "other" };
            assignments.assign(event.person(), start, arm)?;
        }
    }
    let past = Duration::from_secs(u64::from(plan.past) * u64::from(DAY));
    let mut test = PersonTest::new("one").with_past(past);
    if let Some(goal) = &plan.goal {
        test = test.with_goal(goal);
    }
    test.lift(&assignments, log)
}

/// Conversions a person.
fn mean(lift: &PersonLift) -> f64 {
    let arms = [&lift.control, &lift.treatment];
    let sum = |figure: fn(&ArmFigures) -> f64| -> f64 { arms.into_iter().map(figure).sum() };
    sum(|arm| arm.conversions) / sum(|arm| arm.persons as f64)
}

/// The effect to find, beside the spread of a person's conversions without the past.
fn effect(lift: &PersonLift, relative: f64) -> Effect {
    let arms = [&lift.control, &lift.treatment];
    let each: f64 = arms.map(|arm| 1.0 / arm.persons as f64).iter().sum();
    let error = lift.conversions.standard_error;
    Effect::Means {
        difference: relative * mean(lift),
        deviation: error / (each * (1.0 - lift.variance_reduction)).sqrt(),
    }
}

fn output(plan: &PersonPlan, designs: &[Design], most: u64) -> Output {
    let mut columns = vec![
        "days",
        "outcome",
        "persons in each arm",
        "conversions given up",
    ];
    columns.extend(plan.cost.map(|_| "cost"));
    columns.push("");
    let row = |design: &Design| {
        let outcome = match design.adjusted {
            true => format!(
                "past taken out ({:.0} %)",
                100.0 * design.variance_reduction
            ),
            false => "as it is".to_owned(),
        };
        let mut row = vec![
            Cell::count(u64::from(design.days)),
            Cell::text(outcome),
            Cell::count(design.persons_in_each_arm),
            Cell::number(design.given_up, 0),
        ];
        row.extend(design.cost.map(|cost| Cell::number(cost, 0)));
        row.push(Cell::from(if design.is_possible {
            ""
        } else {
            "too few persons"
        }));
        row
    };
    let table = Table::new(columns).with_rows(designs.iter().map(row));
    Output {
        text: format!(
            "Tests that find {} % more conversions, tried on the log's last days; the log knows {} persons\n\n{table}",
            figure(100.0 * plan.lift, 1),
            figure(most as f64, 0)
        ),
        json: json!({"persons": most, "designs": designs}),
    }
}
