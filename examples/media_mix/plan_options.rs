//! What to plan, on the command line.

use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::Args;
use mixtouch::budget::{Budget, ChannelBudget, Goal, Risk};
use mixtouch::mix::posterior::PlanHorizon;
use mixtouch::{Day, Error, Result};

/// The plan that is asked for; none without a total.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Plan")]
pub(crate) struct PlanOptions {
    /// Plan the next periods' spend with this total
    #[arg(long, allow_negative_numbers = true)]
    budget: Option<f64>,
    /// What to plan for: outcome (with --budget), target-roi=X, target-marginal-roi=X or
    /// profit=MARGIN, what a unit of the KPI earns before advertising; with --revenue-per-kpi all of
    /// them are in revenue, and MARGIN is what a unit of revenue earns
    #[arg(long, default_value = "outcome")]
    goal: String,
    /// What of an uncertain outcome to make large: mean, quantile=0.1 or tail=0.2, the mean of the
    /// worst fifth
    #[arg(long, value_parser = risk)]
    risk: Option<Risk>,
    /// Channels bought in whole multiples of an amount, A=amount
    #[arg(long, value_delimiter = ',', value_parser = amount)]
    steps: Vec<(String, f64)>,
    /// Plan by period too, with at most this multiple of an even part of a channel's upper bound
    #[arg(long)]
    pub(crate) peak: Option<f64>,
    /// How far the plan depends on what the model does not know, and what to test first
    #[arg(long)]
    pub(crate) sensitivity: bool,
    /// Each channel's planned spend as a multiple of its spend now; otherwise 0.5..1.5 and whatever
    /// it spent in the last quarter of a year
    #[arg(long, value_parser = bounds)]
    budget_bounds: Option<RangeInclusive<f64>>,
    /// How many periods to plan
    #[arg(long, default_value_t = 1)]
    plan_periods: usize,
    /// What counts as spent now: the mean of the last N periods, or of FROM..TO
    #[arg(long, value_parser = Now::from_str)]
    now: Option<Now>,
    /// What a unit of a medium's exposures or reach will cost, A=cost; as in the periods of --now
    /// otherwise
    #[arg(long, value_delimiter = ',', value_parser = amount)]
    cost_per_unit: Vec<(String, f64)>,
    /// Plan every geo on its own
    #[arg(long, requires = "geo")]
    plan_by_geo: bool,
}

/// The periods whose mean spend counts as the spend now.
#[derive(Debug, Clone, Copy)]
enum Now {
    Last(usize),
    Between(Day, Day),
}

impl FromStr for Now {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let between = || {
            let (from, to) = text.split_once("..")?;
            Some(Self::Between(from.parse().ok()?, to.parse().ok()?))
        };
        let last = || text.parse().ok().map(Self::Last);
        last()
            .or_else(between)
            .ok_or_else(|| "expected a number of periods or YYYY-MM-DD..YYYY-MM-DD".into())
    }
}

impl PlanOptions {
    /// What to plan for; none if no plan is asked for.
    pub(crate) fn goal(&self) -> Result<Option<Goal>> {
        let fault = |expected: &str| {
            Err(Error::Setting {
                name: "--goal".into(),
                value: self.goal.clone(),
                expected: expected.to_owned().into(),
            })
        };
        let details = [
            ("--budget-bounds", self.budget_bounds.is_some()),
            ("--now", self.now.is_some()),
            ("--plan-by-geo", self.plan_by_geo),
            ("--cost-per-unit", !self.cost_per_unit.is_empty()),
            ("--risk", self.risk.is_some()),
            ("--steps", !self.steps.is_empty()),
            ("--peak", self.peak.is_some()),
            ("--sensitivity", self.sensitivity),
        ];
        let names = "outcome, target-roi=X, target-marginal-roi=X or profit=MARGIN";
        let number = |text: &str| text.parse::<f64>().ok();
        let goal = match (self.goal.split_once('='), self.budget) {
            (None, Some(total)) if self.goal == "outcome" => {
                return Ok(Some(Goal::Outcome { total }));
            }
            (None, None) if self.goal == "outcome" => {
                let detail = details.iter().find(|(_, given)| *given);
                return detail.map_or(Ok(None), |(name, _)| {
                    Err(Error::Empty {
                        what: format!("plan for {name}").into(),
                        expected: "--budget TOTAL, or a --goal that finds the total".into(),
                    })
                });
            }
            (None, _) => return fault(names),
            (Some(_), Some(_)) => {
                return fault("outcome with --budget; other goals find the total");
            }
            (Some((name, value)), None) => (name, number(value)),
        };
        match goal {
            ("target-roi", Some(target)) => Ok(Some(Goal::Roi { target })),
            ("target-marginal-roi", Some(target)) => Ok(Some(Goal::MarginalRoi { target })),
            ("profit", Some(margin)) => Ok(Some(Goal::Profit { margin })),
            _ => fault(names),
        }
    }

    /// A budget with the steps and the risk that are asked for.
    pub(crate) fn refine(&self, budget: &Budget) -> Result<Budget> {
        let known = budget.channels().iter().map(ChannelBudget::channel);
        let known: Vec<String> = known.map(str::to_owned).collect();
        if let Some((name, _)) = self.steps.iter().find(|(name, _)| !known.contains(name)) {
            return Err(Error::UnknownChannel {
                role: "--steps".into(),
                channel: name.clone(),
                known,
            });
        }
        let channels = budget.channels().iter().cloned().map(|channel| {
            let step = self
                .steps
                .iter()
                .find(|(name, _)| name == channel.channel());
            match step {
                Some((_, step)) => channel.with_steps(*step),
                None => channel,
            }
        });
        let refined = Budget::new(channels).with_risk(self.risk.unwrap_or_default());
        let groups = budget.groups().iter().cloned();
        Ok(groups.fold(refined, Budget::with_group))
    }

    /// What counts as spent now.
    #[cfg(feature = "html")]
    pub(crate) fn now_in_words(&self) -> String {
        match self.now {
            None => "the mean of the last periods".to_owned(),
            Some(Now::Last(periods)) => format!("the mean of the last {periods} periods"),
            Some(Now::Between(from, to)) => format!("the mean of {from} to {to}"),
        }
    }

    /// The periods to plan, and what counts as spent now.
    pub(crate) fn horizon(&self) -> PlanHorizon {
        let mut horizon = PlanHorizon::new(self.plan_periods).with_geos(self.plan_by_geo);
        if let Some(factors) = &self.budget_bounds {
            horizon = horizon.with_factors(factors.clone());
        }
        for (medium, cost) in &self.cost_per_unit {
            horizon = horizon.with_cost_per_unit(medium, *cost);
        }
        match self.now {
            None => horizon,
            Some(Now::Last(periods)) => horizon.with_now_of_last(periods),
            Some(Now::Between(from, to)) => horizon.with_now_between(from, to),
        }
    }
}

/// `LEAST..MOST` as numbers.
fn bounds(text: &str) -> std::result::Result<RangeInclusive<f64>, String> {
    let parsed = text
        .split_once("..")
        .and_then(|(a, b)| Some(a.parse::<f64>().ok()?..=b.parse::<f64>().ok()?));
    parsed
        .filter(|b| b.start() <= b.end())
        .ok_or_else(|| "expected LEAST..MOST, such as 0.5..1.5".into())
}

/// `NAME` or `NAME=NUMBER` as a risk.
fn risk(text: &str) -> std::result::Result<Risk, String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    match (name, value.parse()) {
        ("mean", Err(_)) if value.is_empty() => Ok(Risk::Mean),
        ("quantile", Ok(probability)) => Ok(Risk::Quantile { probability }),
        ("tail", Ok(share)) => Ok(Risk::TailMean { share }),
        _ => Err("expected mean, quantile=PROBABILITY or tail=SHARE".into()),
    }
}

/// `A=AMOUNT` taken apart.
fn amount(text: &str) -> std::result::Result<(String, f64), String> {
    text.split_once('=')
        .and_then(|(name, amount)| Some((name.to_owned(), amount.parse().ok()?)))
        .ok_or_else(|| "expected CHANNEL=AMOUNT".into())
}
