//! The plan of the next period's spend, for reading and as JSON.

use mixtouch::Result;
use mixtouch::budget::{Goal, Plan};
use mixtouch::mix::posterior::Posterior;
use mixtouch::progress::Progress;
use mixtouch::report::{Alignment, Cell, Column, Section, Table, figure};
use mixtouch::stats::ConfidenceLevel;
use serde_json::{Value, json};

use crate::plan_options::PlanOptions;

/// The plan that is asked for.
pub(crate) fn best(
    options: &PlanOptions,
    model: &Posterior,
    progress: &dyn Progress,
) -> Result<Option<Plan>> {
    let Some(total) = options.budget else {
        return Ok(None);
    };
    let horizon = options.horizon();
    let budget = model.budget_over(&horizon)?;
    let curves = model.response_curves_over(&horizon)?;
    let plan = budget.plan_with_progress(&curves, Goal::Outcome { total }, progress)?;
    Ok(Some(plan))
}

pub(crate) fn section(plan: &Plan) -> Section {
    let gain = Cell::number(plan.gain(), 0);
    let interval = plan.gain_interval(ConfidenceLevel::P90);
    let gain = interval.map_or(gain.clone(), |ends| {
        gain.with_interval(ends.low(), ends.high())
    });
    let heading = format!(
        "next period's plan of {}: gains {gain} over spending as now",
        figure(plan.total(), 0)
    );
    let rows = plan.channels().iter().map(|channel| {
        let bound = channel.at_bound.map_or_else(String::new, |bound| {
            format!("at its bound: {bound:?}").to_lowercase()
        });
        let spend = [channel.now, channel.planned].map(|spend| Cell::number(spend, 0));
        let [now, planned] = spend;
        [
            Cell::from(&channel.channel),
            now,
            planned,
            Cell::from(bound),
        ]
    });
    let table = Table::new(["channel", "now", "planned"])
        .with_column(Column::new("", Alignment::Left))
        .with_rows(rows);
    Section::new()
        .with_heading(heading)
        .with_table(table)
        .set_apart()
}

pub(crate) fn document(plan: &Plan) -> Value {
    let channels = plan.channels().iter().map(|channel| {
        json!({
            "channel": channel.channel,
            "now": channel.now,
            "planned": channel.planned,
            "at_bound": channel.at_bound,
        })
    });
    let mut document = json!({
        "total": plan.total(),
        "expected_gain": plan.gain(),
        "marginal_return": plan.marginal_return(),
        "kkt_residual": plan.kkt_residual(),
        "channels": channels.collect::<Vec<_>>(),
    });
    if let Some(gain) = plan.gain_interval(ConfidenceLevel::P90) {
        document["gain_low"] = json!(gain.low());
        document["gain_high"] = json!(gain.high());
    }
    document
}
