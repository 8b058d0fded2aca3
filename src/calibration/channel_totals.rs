//! What one method says each channel brought.

use serde::{Deserialize, Serialize};

use crate::attribution::{ChannelCredit, ComparisonTable, Provenance};
use crate::error::{Error, Result};
use crate::mix::posterior::Posterior;
use crate::time::limits::DAY;
use crate::time::{Day, TimeRange};

/// How far a method's totals may be off for reasons that its own interval does not hold, as a share
/// of each channel's total, unless set.
const STRUCTURAL_ERROR: f64 = 0.2;

/// What is counted of conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcomes {
    /// Their number.
    Conversions,
    /// What they are worth.
    Value,
}

/// What one method says each channel brought over a period, and how sure it is.
///
/// A method's covariance has two parts: what its own replicates or draws vary by, and a structural
/// error, (share x total)^2 for each channel, for what they cannot know: that a log misses whole
/// channels, that a regression takes a season for an effect. What a channel loses by either goes to
/// the baseline, so that the whole stays.
///
/// ```
/// use mixtouch::calibration::ChannelTotals;
///
/// let log = ChannelTotals::new("attribution", [("search", 300.0, 20.0), ("tv", 80.0, 10.0)])?;
/// assert_eq!(log.total("search"), Some(300.0));
/// // sqrt(20^2 + (0.2 x 300)^2)
/// assert!((log.standard_error("search").unwrap() - 63.2456).abs() < 1e-4);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelTotals {
    pub(super) method: String,
    pub(super) channels: Vec<String>,
    pub(super) totals: Vec<f64>,
    /// Of replicates or draws, row by row.
    own: Vec<f64>,
    structural_error: f64,
    pub(super) days: Option<(Day, Day)>,
}

impl ChannelTotals {
    /// Totals by hand: each channel's name, total and standard error. Errors count as independent.
    ///
    /// # Errors
    /// If there are no channels, one is named twice, a total is not finite, or a standard error is
    /// not a finite number > 0.
    pub fn new<S: Into<String>>(
        method: impl Into<String>,
        channels: impl IntoIterator<Item = (S, f64, f64)>,
    ) -> Result<Self> {
        let (mut names, mut totals, mut errors) = (vec![], vec![], vec![]);
        for (name, total, error) in channels {
            names.push(name.into());
            totals.push(total);
            errors.push(error);
        }
        let size = names.len();
        let mut own = vec![0.0; size * size];
        for (at, error) in errors.iter().enumerate() {
            own[at * size + at] = error * error;
        }
        Self {
            method: method.into(),
            channels: names,
            totals,
            own,
            structural_error: STRUCTURAL_ERROR,
            days: None,
        }
        .checked()
    }

    /// The credit of one model of a comparison, over the period that was scored.
    ///
    /// Channels without credit in any replicate are left out: the log cannot see them, and a total
    /// of 0 would say that they do nothing. Errors of channels count as independent, which
    /// bootstrap replicates of persons nearly are. The period's days are those of UTC; of a path
    /// table they are not known.
    ///
    /// # Errors
    /// If the comparison has no such model, drew no intervals, or credits no channel.
    pub fn of_attribution(
        table: &ComparisonTable,
        model: &str,
        outcomes: Outcomes,
    ) -> Result<Self> {
        let found = table.model(model).ok_or_else(|| {
            let names: Vec<&str> = table.models().iter().map(|model| &*model.model).collect();
            Error::setting(
                "model of a comparison",
                format!("{model:?}"),
                names.join(", "),
            )
        })?;
        let Some(bootstrap) = table.bootstrap() else {
            return Err(Error::MissingInput {
                model: "reconciliation".into(),
                needs: "intervals of attribution: a comparison with a bootstrap".into(),
            });
        };
        let z = bootstrap.level().z();
        let figures = |credit: &ChannelCredit| {
            let (total, low, high) = match outcomes {
                Outcomes::Conversions => (
                    credit.conversions,
                    credit.conversions_low,
                    credit.conversions_high,
                ),
                Outcomes::Value => (credit.value, credit.value_low, credit.value_high),
            };
            let error = (high? - low?) / (2.0 * z);
            (error > 0.0).then(|| (credit.channel.clone(), total, error))
        };
        let totals = Self::new(model, found.channels.iter().filter_map(figures))?;
        let scored = table.provenance().and_then(Provenance::scored);
        let days = scored.map(days_of).transpose()?;
        Ok(Self { days, ..totals })
    }

    /// The contributions of a mix model over the periods that begin from `from` to `to`, both
    /// included, in units of the panel's KPI: the same conversions or value that the log counts. Its
    /// days run to the end of the last of these periods.
    ///
    /// # Errors
    /// If no period of the panel begins there.
    pub fn of_mix(posterior: &Posterior, from: Day, to: Day) -> Result<Self> {
        let panel = posterior.panel();
        let within = |row: usize| {
            let day = panel.dates()[row % panel.periods()];
            from <= day && day <= to
        };
        let rows: Vec<usize> = (0..panel.rows()).filter(|&row| within(row)).collect();
        if rows.is_empty() {
            return Err(Error::setting(
                "days to reconcile",
                format!("{from} to {to}"),
                "some of the panel's periods",
            ));
        }
        let spans = rows.iter().map(|row| {
            let date = panel.dates()[row % panel.periods()];
            panel.period().span(date)
        });
        let days = spans.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        let by_draw: Vec<Vec<f64>> = posterior
            .draws()
            .iter()
            .map(|draw| {
                let parts = posterior.decompose_by(panel, draw);
                let total = |channel: &Vec<f64>| rows.iter().map(|&row| channel[row]).sum();
                parts.contributions.iter().map(total).collect()
            })
            .collect();
        let size = panel.channels().len();
        let (totals, own) = moments(&by_draw, size);
        Self {
            method: "mix model".into(),
            channels: panel.channel_names().map(str::to_owned).collect(),
            totals,
            own,
            structural_error: STRUCTURAL_ERROR,
            days: days.map(|(first, after)| (first, after.plus(-1))),
        }
        .checked()
    }

    /// With the days that totals by hand are about, both included. Totals of other days, and tests
    /// outside of them, are then refused
    /// ([`Reconciliation::solve`](crate::calibration::Reconciliation::solve)).
    #[must_use]
    pub fn with_days(self, from: Day, to: Day) -> Self {
        Self {
            days: Some((from, to)),
            ..self
        }
    }

    /// The first and the last day that the totals are about, where they are known.
    pub fn days(&self) -> Option<(Day, Day)> {
        self.days
    }

    /// With another structural error, as a share of each channel's total; 0.2 unless set, 0 for a
    /// method that is believed to the letter.
    #[must_use]
    pub fn with_structural_error(self, structural_error: f64) -> Self {
        Self {
            structural_error,
            ..self
        }
    }

    /// What a channel brought.
    pub fn total(&self, channel: &str) -> Option<f64> {
        self.place(channel).map(|at| self.totals[at])
    }

    /// The standard error of a channel's total, structural error included.
    pub fn standard_error(&self, channel: &str) -> Option<f64> {
        self.place(channel).map(|at| self.covariance(at, at).sqrt())
    }

    pub(super) fn place(&self, channel: &str) -> Option<usize> {
        self.channels.iter().position(|name| name == channel)
    }

    pub(super) fn covariance(&self, a: usize, b: usize) -> f64 {
        let structural = if a == b {
            (self.structural_error * self.totals[a]).powi(2)
        } else {
            0.0
        };
        self.own[a * self.channels.len() + b] + structural
    }

    pub(super) fn checked(self) -> Result<Self> {
        if self.channels.is_empty() {
            return Err(Error::Empty {
                what: format!("list of channels that {} credits", self.method).into(),
                expected: "at least one with an interval".into(),
            });
        }
        if let Some((from, to)) = self.days.filter(|(from, to)| from > to) {
            let what = format!("days of {}", self.method);
            let expected = "a first day that is not after the last";
            return Err(Error::setting(what, format!("{from} to {to}"), expected));
        }
        for (at, name) in self.channels.iter().enumerate() {
            let error = self.covariance(at, at).sqrt();
            let fault = if self.channels[..at].contains(name) {
                Some(("channel", format!("{name:?} twice"), "each channel once"))
            } else if !self.totals[at].is_finite() {
                Some(("total", self.totals[at].to_string(), "a finite number"))
            } else if !(error > 0.0 && error.is_finite()) {
                Some(("standard error", error.to_string(), "a finite number > 0"))
            } else {
                None
            };
            if let Some((what, value, expected)) = fault {
                let what = format!("{what} of {name:?} by {}", self.method);
                return Err(Error::setting(what, value, expected));
            }
        }
        Ok(self)
    }
}

/// The days of UTC that a range of time touches.
fn days_of(time: TimeRange) -> Result<(Day, Day)> {
    let day = |second: i64| Day::new((second / i64::from(DAY)) as i32);
    Ok((day(time.from())?, day(time.to() - 1)?))
}

/// Means over draws and their covariance.
fn moments(by_draw: &[Vec<f64>], size: usize) -> (Vec<f64>, Vec<f64>) {
    let count = by_draw.len() as f64;
    let mean = |at: usize| by_draw.iter().map(|draw| draw[at]).sum::<f64>() / count;
    let means: Vec<f64> = (0..size).map(mean).collect();
    let covariance = |a: usize, b: usize| {
        let product = |draw: &Vec<f64>| (draw[a] - means[a]) * (draw[b] - means[b]);
        by_draw.iter().map(product).sum::<f64>() / (count - 1.0).max(1.0)
    };
    let pairs = (0..size * size).map(|cell| covariance(cell / size, cell % size));
    let own = pairs.collect();
    (means, own)
}
