//! A panel drawn from a world, and experiments in it.

use std::ops::RangeInclusive;

use ndarray::Array2;

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::simulate::panels::channel::TrueChannel;
use crate::time::Day;
use crate::util::Random;

/// A panel drawn from a [`PanelWorld`](crate::simulate::panels::PanelWorld), in long form: one row for each geo and period, geo by geo,
/// periods in order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SimulatedPanel {
    /// First day of each row's period.
    pub dates: Vec<Day>,
    /// Each row's geo.
    pub geos: Vec<String>,
    /// The channels' names: the columns of `spend` and `contributions`.
    pub channels: Vec<String>,
    /// Spend, rows by channels.
    pub spend: Array2<f64>,
    /// The controls' names: the columns of `controls`.
    pub control_names: Vec<String>,
    /// Controls, rows by controls.
    pub controls: Array2<f64>,
    /// Sales.
    pub kpi: Vec<f64>,
    /// Truth: sales that each channel brought in each row, rows by channels.
    pub contributions: Array2<f64>,
    /// Truth: how each channel works, and its coefficient.
    pub truth: Vec<TrueChannel>,
    /// Truth: the spend at which each geo's channel counts as 1 before adstock, geos (in order of
    /// appearance) by channels.
    pub scales: Array2<f64>,
    /// How many periods each geo has.
    pub periods: usize,
}

impl SimulatedPanel {
    /// The geos' names, each once.
    pub fn geo_names(&self) -> impl Iterator<Item = &str> {
        self.geos
            .iter()
            .step_by(self.periods.max(1))
            .map(String::as_str)
    }

    /// Truth: a channel's contribution over all rows.
    pub fn contribution(&self, channel: usize) -> f64 {
        self.contributions.column(channel).sum()
    }

    /// Truth: a channel's contribution over all rows per unit of spend; 0 where nothing was spent.
    pub fn roas(&self, channel: usize) -> f64 {
        let spend = self.spend.column(channel).sum();
        if spend > 0.0 {
            self.contribution(channel) / spend
        } else {
            0.0
        }
    }

    /// An experiment in this world: the channel's spend is multiplied by `factor` on the periods
    /// that begin between `start` and `end` (both included), in one geo or in all, and sales over
    /// those days are measured with an error.
    ///
    /// The outcome change is the true one, carry-over inside the window included, plus a normal
    /// error; the error's standard deviation, which the test states, is `relative_error` times the
    /// size of the true change.
    ///
    /// ```
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::national()?.simulate(1);
    /// let (start, end) = (panel.dates[20], panel.dates[23].plus(6));
    /// let test = panel.lift_test("tv", None, (start, end), 1.5, 0.1, 7)?;
    /// assert!(test.spend_change() > 0.0 && test.standard_error() > 0.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no such channel or geo, the spend or the outcome does not change, or the factor
    /// or the relative error is out of range.
    pub fn lift_test(
        &self,
        channel: &str,
        geo: Option<&str>,
        (start, end): (Day, Day),
        factor: f64,
        relative_error: f64,
        seed: u64,
    ) -> Result<LiftTest> {
        let column = self.column(channel)?;
        self.check_geo(geo)?;
        if !(factor.is_finite() && factor >= 0.0) {
            return Err(Error::setting(
                "factor of spend",
                factor,
                "a finite number, 0 or more",
            ));
        }
        if !(relative_error.is_finite() && relative_error > 0.0) {
            return Err(Error::setting(
                "relative error",
                relative_error,
                "a finite number > 0",
            ));
        }
        let (mut spend_change, mut outcome_change) = (0.0, 0.0);
        for (index, _) in self
            .geo_names()
            .enumerate()
            .filter(|(_, name)| geo.is_none_or(|geo| geo == *name))
        {
            let (spend, outcome) = self.changes(index, column, start..=end, factor);
            spend_change += spend;
            outcome_change += outcome;
        }
        let standard_error = relative_error * outcome_change.abs();
        let measured = outcome_change + standard_error * Random::new(seed).normal();
        geo.into_iter()
            .fold(
                LiftTest::new(channel, start, end)
                    .with_spend_change(spend_change)
                    .with_outcome_change(measured)
                    .with_standard_error(standard_error),
                LiftTest::with_geo,
            )
            .checked()
    }

    /// By how much spend and outcome of one geo change within the days of a test that multiplies
    /// the channel's spend.
    fn changes(
        &self,
        geo: usize,
        column: usize,
        days: RangeInclusive<Day>,
        factor: f64,
    ) -> (f64, f64) {
        let rows = geo * self.periods..(geo + 1) * self.periods;
        let inside: Vec<bool> = self.dates[rows.clone()]
            .iter()
            .map(|day| days.contains(day))
            .collect();
        let before: Vec<f64> = rows.map(|row| self.spend[[row, column]]).collect();
        let after: Vec<f64> = before
            .iter()
            .zip(&inside)
            .map(|(x, inside)| if *inside { x * factor } else { *x })
            .collect();
        let change = |now: &[f64], then: &[f64]| -> f64 {
            now.iter()
                .zip(then)
                .zip(&inside)
                .filter(|(_, inside)| **inside)
                .map(|((a, b), _)| b - a)
                .sum()
        };
        let (truth, scale) = (&self.truth[column], self.scales[[geo, column]]);
        let outcome = change(
            &truth.contributions(&before, scale),
            &truth.contributions(&after, scale),
        );
        (change(&before, &after), outcome)
    }

    fn column(&self, channel: &str) -> Result<usize> {
        self.channels
            .iter()
            .position(|name| name == channel)
            .ok_or_else(|| Error::UnknownChannel {
                role: "lift test".into(),
                channel: channel.to_owned(),
                known: self.channels.clone(),
            })
    }

    fn check_geo(&self, geo: Option<&str>) -> Result<()> {
        match geo {
            Some(geo) if !self.geo_names().any(|name| name == geo) => Err(Error::setting(
                "geo of the lift test",
                format!("{geo:?}"),
                self.geo_names().collect::<Vec<_>>().join(", "),
            )),
            _ => Ok(()),
        }
    }
}
