//! What to plan, on the command line.

use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::Args;
use mixtouch::Day;
use mixtouch::mix::posterior::PlanHorizon;

/// The plan that is asked for; none without a total.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Plan")]
pub(crate) struct PlanOptions {
    /// Plan the next periods' spend with this total
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) budget: Option<f64>,
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

    fn from_str(text: &str) -> Result<Self, String> {
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
    /// The periods to plan, and what counts as spent now.
    pub(crate) fn horizon(&self) -> PlanHorizon {
        let mut horizon = PlanHorizon::new(self.plan_periods).with_geos(self.plan_by_geo);
        if let Some(factors) = &self.budget_bounds {
            horizon = horizon.with_factors(factors.clone());
        }
        match self.now {
            None => horizon,
            Some(Now::Last(periods)) => horizon.with_now_of_last(periods),
            Some(Now::Between(from, to)) => horizon.with_now_between(from, to),
        }
    }
}

/// `LEAST..MOST` as numbers.
fn bounds(text: &str) -> Result<RangeInclusive<f64>, String> {
    let parsed = text
        .split_once("..")
        .and_then(|(a, b)| Some(a.parse::<f64>().ok()?..=b.parse::<f64>().ok()?));
    parsed
        .filter(|b| b.start() <= b.end())
        .ok_or_else(|| "expected LEAST..MOST, such as 0.5..1.5".into())
}
