//! The plan of the next periods' spend, for reading and as JSON.

use mixtouch::budget::{FlightPlan, Goal, Plan, PlanSensitivity};
use mixtouch::mix::posterior::{BeyondSeen, PlanHorizon, Posterior};
#[cfg(feature = "html")]
use mixtouch::pages::PlanChapter;
use mixtouch::progress::Progress;
#[cfg(feature = "html")]
use mixtouch::report::html::Chapter;
use mixtouch::report::{Alignment, Cell, Column, Section, Table, digits_for, figure};
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Error, Result};
use serde_json::{Value, json};

use crate::plan_options::PlanOptions;

const LEVEL: ConfidenceLevel = ConfidenceLevel::P90;

/// The plan, and what else is asked for of it.
pub(crate) struct Planned {
    plan: Plan,
    goal: Goal,
    /// What is gained: the KPI, or revenue where the panel has that of a unit.
    outcome: &'static str,
    horizon: PlanHorizon,
    flights: Option<FlightPlan>,
    sensitivity: Option<PlanSensitivity>,
    /// Channels that the plan takes far beyond what was seen.
    beyond_seen: Vec<BeyondSeen>,
}

/// The plan that is asked for.
pub(crate) fn best(
    options: &PlanOptions,
    model: &Posterior,
    progress: &dyn Progress,
) -> Result<Option<Planned>> {
    let Some(goal) = options.goal()? else {
        return Ok(None);
    };
    let horizon = options.horizon();
    let budget = options.refine(&model.budget_over(&horizon)?)?;
    if budget
        .channels()
        .iter()
        .all(|channel| channel.high() <= 0.0)
    {
        return Err(Error::Empty {
            what: "list of channels that spend now".into(),
            expected: "one at least; name periods in which some spent with --now".into(),
        });
    }
    let curves = model.response_curves_over(&horizon)?;
    let sensitivity = options
        .sensitivity
        .then(|| budget.sensitivity(&curves, goal, LEVEL));
    let flights = |peak: f64| budget.plan_flights(&model.flights_over(&horizon)?, goal, peak);
    let plan = budget.plan_with_progress(&curves, goal, progress)?;
    Ok(Some(Planned {
        beyond_seen: model.beyond_seen(&plan, &horizon),
        plan,
        goal,
        outcome: match model.panel().revenue_per_kpi() {
            Some(_) => "revenue",
            None => "the KPI",
        },
        flights: options.peak.map(flights).transpose()?,
        sensitivity: sensitivity.transpose()?,
        horizon,
    }))
}

/// The best plans of less and more than the plan's total, those that its limits allow.
#[cfg(feature = "html")]
pub(crate) fn of_other_totals(
    options: &PlanOptions,
    model: &Posterior,
    planned: &Planned,
) -> Result<Vec<Plan>> {
    let horizon = &planned.horizon;
    let budget = options.refine(&model.budget_over(horizon)?)?;
    let curves = model.response_curves_over(horizon)?;
    let total = planned.plan.total();
    let other = |factor: f64| {
        let total = factor * total;
        budget.plan(&curves, Goal::Outcome { total }).ok()
    };
    Ok([0.6, 0.8, 1.2, 1.4].into_iter().filter_map(other).collect())
}

impl Planned {
    #[cfg(feature = "html")]
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    #[cfg(feature = "html")]
    pub(crate) const fn sensitivity(&self) -> Option<&PlanSensitivity> {
        self.sensitivity.as_ref()
    }

    /// The plan in charts.
    #[cfg(feature = "html")]
    pub(crate) fn chapter(
        &self,
        model: &Posterior,
        kpi: Option<&str>,
        other_totals: &[Plan],
    ) -> Result<Chapter> {
        let (first, last) = self.horizon.now(model.panel())?;
        let chapter = PlanChapter::new(&self.plan)
            .with_model(model, self.horizon.periods())
            .with_now(first, last)
            .with_totals(other_totals);
        let chapter = match kpi {
            Some(name) => chapter.with_kpi_name(name),
            None => chapter,
        };
        let chapter = match &self.sensitivity {
            Some(sensitivity) => chapter.with_sensitivity(sensitivity),
            None => chapter,
        };
        let chapter = match &self.flights {
            Some(flights) => chapter.with_flights(flights),
            None => chapter,
        };
        Ok(chapter.chapter())
    }

    /// The plan for reading.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let mut sections = vec![self.channels()];
        let flights = self.flights.as_ref();
        sections.extend(flights.map(|flights| by_period(flights, self.outcome)));
        let sensitivity = self.sensitivity.as_ref();
        sections.extend(sensitivity.map(|sensitivity| knowledge(sensitivity, self.outcome)));
        sections
    }

    fn channels(&self) -> Section {
        let plan = &self.plan;
        let gain = Cell::number(plan.gain(), digits_for([plan.gain()], 0));
        let interval = plan.gain_interval(LEVEL);
        let gain = interval.map_or(gain.clone(), |ends| {
            gain.with_interval(ends.low(), ends.high())
        });
        let what = match self.horizon.periods() {
            1 => "next period's plan".to_owned(),
            count => format!("plan of the next {count} periods"),
        };
        let now: f64 = plan.channels().iter().map(|channel| channel.now).sum();
        let digits = digits_for(plan.channels().iter().map(|channel| channel.planned), 0);
        let heading = format!(
            "{what} of {} (now {}): {} gains {gain} over spending as now{}",
            figure(plan.total(), digits),
            figure(now, digits),
            self.outcome,
            self.profit(now)
        );
        let rows = plan.channels().iter().map(|channel| {
            let bound = channel.at_bound.map_or_else(String::new, |bound| {
                format!("at its bound: {bound:?}").to_lowercase()
            });
            let spend = [channel.now, channel.planned].map(|spend| Cell::number(spend, digits));
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
        let unmet = match self.goal {
            Goal::Roi { target } if plan.total() <= 0.0 => Some(format!(
                "note: no spend within the bounds returns {target} per unit, so that none is planned"
            )),
            _ => None,
        };
        let beyond = self.beyond_seen.iter();
        Section::new()
            .with_heading(heading)
            .with_table(table)
            .with_lines(unmet)
            .with_lines(beyond.map(|beyond| format!("note: {beyond}")))
            .set_apart()
    }

    /// What a plan for profit earns more than the spend now, after the spend.
    fn profit(&self, now: f64) -> String {
        let Goal::Profit { margin } = self.goal else {
            return String::new();
        };
        let gain = margin * self.plan.gain() - (self.plan.total() - now);
        format!(", profit {}", figure(gain, digits_for([gain], 0)))
    }

    /// The plan as JSON.
    pub(crate) fn document(&self) -> Value {
        let plan = &self.plan;
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
            "gain_where_chosen": plan.gain_where_chosen(),
            "marginal_return": plan.marginal_return(),
            "kkt_residual": plan.kkt_residual(),
            "channels": channels.collect::<Vec<_>>(),
        });
        if let Some(gain) = plan.gain_interval(LEVEL) {
            document["gain_low"] = json!(gain.low());
            document["gain_high"] = json!(gain.high());
        }
        if !self.beyond_seen.is_empty() {
            document["beyond_seen"] = json!(self.beyond_seen);
        }
        if let Some(flights) = &self.flights {
            document["by_period"] = json!(flights);
            document["by_period"]["expected_gain"] = json!(flights.gain());
        }
        if let Some(sensitivity) = &self.sensitivity {
            document["sensitivity"] = json!(sensitivity);
        }
        document
    }
}

fn by_period(plan: &FlightPlan, outcome: &str) -> Section {
    let heading = format!(
        "by period: {} in all, {outcome} gains {} over spending as now, {} of it by timing",
        figure(plan.total, 0),
        figure(plan.gain(), 0),
        figure(plan.outcome_planned - plan.outcome_laid_out_evenly, 0)
    );
    let periods = plan
        .channels
        .first()
        .map_or(0, |channel| channel.by_period.len());
    let names = (1..=periods).map(|period| period.to_string());
    let table = names.fold(Table::new(["channel"]), |table, name| {
        table.with_column(Column::new(name, Alignment::Right))
    });
    let rows = plan.channels.iter().map(|channel| {
        let spend = channel
            .by_period
            .iter()
            .map(|spend| Cell::number(*spend, 0));
        std::iter::once(Cell::from(&channel.channel))
            .chain(spend)
            .collect::<Vec<_>>()
    });
    Section::new()
        .with_heading(heading)
        .with_table(table.with_rows(rows))
        .set_apart()
}

fn knowledge(sensitivity: &PlanSensitivity, outcome: &str) -> Section {
    let rows = sensitivity.channels.iter().map(|channel| {
        let best = Cell::number(channel.planned, 0)
            .with_interval(channel.optimum.low(), channel.optimum.high());
        [
            Cell::from(&channel.channel),
            best,
            Cell::number(channel.worth_of_knowing, 0),
        ]
    });
    let first = sensitivity.to_test_first();
    let first = first.map_or_else(String::new, |channel| {
        format!("; test {} first", channel.channel)
    });
    let of_outcome = match outcome {
        "revenue" => "revenue",
        _ => "of the KPI",
    };
    let heading = format!(
        "how much more {of_outcome} the plan would bring if the curves were known: {}{first}",
        figure(sensitivity.worth_of_knowing_all, 0)
    );
    let table = Table::new(["channel", "planned (best, 90 %)", "worth of knowing"]);
    Section::new()
        .with_heading(heading)
        .with_table(table.with_rows(rows))
        .set_apart()
}
