//! Times until an event of which some are still running: the Kaplan-Meier estimate.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;
use crate::stats::mean::Mean;

/// Probabilities of the quantiles a report gives.
const PROBABILITIES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

/// How far a survival may lie from a probability and still count as equal to it: products of
/// fractions such as 3/4 x 2/3 miss 1/2 by a rounding.
const ROUNDING: f64 = 1e-9;

/// A time that was watched: until its event came, or until watching ended before it came.
///
/// ```
/// use mixtouch::stats::Spell;
///
/// let (closed, open) = (Spell::ended(6.5), Spell::open(12.0));
/// assert!(closed.is_ended() && !open.is_ended());
/// assert_eq!(open.time(), 12.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spell {
    time: f64,
    ended: bool,
}

impl Spell {
    /// The event came after `time`.
    pub const fn ended(time: f64) -> Self {
        Self { time, ended: true }
    }

    /// The event had not come after `time`, when watching ended: a censored time.
    pub const fn open(time: f64) -> Self {
        Self { time, ended: false }
    }

    /// The time watched.
    pub const fn time(self) -> f64 {
        self.time
    }

    /// Whether the event came.
    pub const fn is_ended(self) -> bool {
        self.ended
    }

    /// Spells that can be counted, by time; within a time those that ended come first, as an open
    /// one was watched through it.
    pub(crate) fn sorted(spells: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let is_counted = |spell: &Self| spell.time.is_finite() && spell.time >= 0.0;
        let mut spells: Vec<Self> = spells.into_iter().filter(is_counted).collect();
        spells.sort_by(|a, b| a.time.total_cmp(&b.time).then(b.ended.cmp(&a.ended)));
        spells
    }
}

/// An interval whose ends the data may leave unknown.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Spell, Survival};
///
/// let spells = [Spell::ended(2.0), Spell::ended(5.0), Spell::open(5.0), Spell::open(9.0)];
/// let days = Survival::from_spells(spells, "days", ConfidenceLevel::default());
/// let median = days.quantiles.iter().find(|quantile| quantile.probability == 0.5).unwrap();
/// assert_eq!((median.limits.low, median.limits.high), (Some(2.0), None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limits {
    /// The lower end; none if it is unknown.
    pub low: Option<f64>,
    /// The upper end; none if it is unknown.
    pub high: Option<f64>,
    /// The level of confidence.
    pub level: ConfidenceLevel,
}

impl fmt::Display for Limits {
    /// Both ends, `-` for an unknown one, with the formatter's precision (2 digits by default).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let end = |end: Option<f64>| end.map_or("-".to_owned(), |end| format!("{end:.digits$}"));
        let level = 100.0 * self.level.get();
        let (low, high) = (end(self.low), end(self.high));
        write!(f, "{level:.0} % interval {low} to {high}")
    }
}

/// The time by which the event has come with a given probability.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Spell, Survival};
///
/// let spells = [Spell::ended(2.0), Spell::ended(4.0), Spell::open(5.0)];
/// let days = Survival::from_spells(spells, "days", ConfidenceLevel::default());
/// let last = days.quantiles.last().unwrap();
/// assert_eq!((last.probability, last.value), (0.9, None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SurvivalQuantile {
    /// The probability, 0 to 1.
    pub probability: f64,
    /// The time; none if watching ended before enough events came.
    pub value: Option<f64>,
    /// The interval of Brookmeyer and Crowley (1982) on the logarithm of the survival, R's default.
    #[serde(rename = "interval")]
    pub limits: Limits,
}

/// Times until an event, of which some had not come when watching ended: the estimate of Kaplan and
/// Meier (1958).
///
/// Leaving the open ones out makes times look short: the long ones are those still open. Where the
/// curve is exactly level at a quantile, the quantile lies half-way along it, as in R.
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Spell, Survival};
///
/// // of four cases one is open after 9 hours
/// let spells = [Spell::ended(2.0), Spell::ended(4.0), Spell::ended(8.0), Spell::open(9.0)];
/// let hours = Survival::from_spells(spells, "hours", ConfidenceLevel::default());
/// assert_eq!((hours.ended, hours.open), (3, 1));
/// assert_eq!((hours.quantile(0.5), hours.quantile(0.9)), (Some(6.0), None));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Survival {
    /// The unit of the times, such as `hours`.
    pub unit: String,
    /// Times whose event came.
    pub ended: u64,
    /// Times still open when watching ended.
    pub open: u64,
    /// Number of all times, and their mean: the area under the curve. Unknown unless the curve
    /// falls to 0, that is unless the longest time ended.
    pub mean: Mean,
    /// The shortest time that ended; none if none did.
    pub smallest: Option<f64>,
    /// The longest time that ended; none if none did.
    pub largest: Option<f64>,
    /// The 10th, 25th, 50th, 75th and 90th percentile; empty without times.
    pub quantiles: Vec<SurvivalQuantile>,
}

impl Survival {
    /// The distribution of times in any order, without those that are negative or not finite.
    pub fn from_spells(
        spells: impl IntoIterator<Item = Spell>,
        unit: &str,
        level: ConfidenceLevel,
    ) -> Self {
        let spells = Spell::sorted(spells);
        let curve = Curve::new(&spells);
        let ended = || spells.iter().filter(|spell| spell.ended);
        let quantiles = PROBABILITIES.map(|probability| curve.quantile(probability, level));
        Self {
            unit: unit.to_owned(),
            ended: ended().count() as u64,
            open: spells.iter().filter(|spell| !spell.ended).count() as u64,
            mean: mean(&spells, &curve, level),
            smallest: ended().next().map(|spell| spell.time),
            largest: ended().next_back().map(|spell| spell.time),
            quantiles: quantiles
                .into_iter()
                .filter(|_| !spells.is_empty())
                .collect(),
        }
    }

    /// The value of one of the five quantiles, by its probability; none if it is unknown.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        let mut quantiles = self.quantiles.iter();
        quantiles
            .find(|quantile| quantile.probability == probability)?
            .value
    }
}

/// The mean: of complete times with Student's interval, else the area with Greenwood's variance.
fn mean(spells: &[Spell], curve: &Curve, level: ConfidenceLevel) -> Mean {
    if spells.iter().all(|spell| spell.ended) {
        let times: Vec<f64> = spells.iter().map(|spell| spell.time).collect();
        return Mean::from_values(&times, level);
    }
    let area = curve.area().filter(|_| curve.reaches_0());
    let interval = area.and_then(|(area, variance)| {
        let half = level.z() * variance.sqrt();
        Interval::new(area - half, area + half, level).ok()
    });
    Mean {
        population: spells.len() as u64,
        mean: area.map(|(area, _)| area),
        interval,
    }
}

/// The steps of a Kaplan-Meier curve, one for each time with an event.
struct Curve(Vec<Step>);

#[derive(Clone, Copy)]
struct Step {
    time: f64,
    /// The share that lasts longer.
    survival: f64,
    /// Greenwood's sum up to here: the variance of the survival's logarithm.
    variance: f64,
    /// What this step adds to it.
    own: f64,
}

impl Curve {
    /// Of spells in their order.
    fn new(spells: &[Spell]) -> Self {
        let (mut survival, mut variance, mut at_risk) = (1.0, 0.0, spells.len());
        let mut steps = Vec::new();
        for same in spells.chunk_by(|a, b| a.time == b.time) {
            let ended = same.iter().filter(|spell| spell.ended).count();
            if ended > 0 {
                let (count, all) = (ended as f64, at_risk as f64);
                let own = count / (all * (all - count));
                variance += own;
                survival *= (all - count) / all;
                let time = same[0].time;
                steps.push(Step {
                    time,
                    survival,
                    variance,
                    own,
                });
            }
            at_risk -= same.len();
        }
        Self(steps)
    }

    fn reaches_0(&self) -> bool {
        self.0.last().is_some_and(|step| step.survival == 0.0)
    }

    fn quantile(&self, probability: f64, level: ConfidenceLevel) -> SurvivalQuantile {
        let z = level.z();
        let limits = Limits {
            low: self.reaching(probability, |step| match step.survival {
                0.0 => 0.0,
                survival => survival * libm::exp(-z * step.variance.sqrt()),
            }),
            // at 0 the variance is infinite, and the upper limit unknown
            high: self.reaching(probability, |step| match step.survival {
                0.0 => 1.0,
                survival => survival * libm::exp(z * step.variance.sqrt()),
            }),
            level,
        };
        SurvivalQuantile {
            probability,
            value: self.reaching(probability, |step| step.survival),
            limits,
        }
    }

    /// The time at which a curve over the steps falls to 1 - probability.
    fn reaching(&self, probability: f64, curve: impl Fn(&Step) -> f64) -> Option<f64> {
        let wanted = 1.0 - probability;
        let at = self
            .0
            .iter()
            .position(|step| curve(step) <= wanted + ROUNDING)?;
        let (step, next) = (&self.0[at], self.0.get(at + 1));
        match next.filter(|_| (curve(step) - wanted).abs() <= ROUNDING) {
            Some(next) => Some(0.5 * (step.time + next.time)),
            None => Some(step.time),
        }
    }

    /// The area under the curve up to its last step, and its variance.
    fn area(&self) -> Option<(f64, f64)> {
        let last = self.0.last()?.time;
        let (mut area, mut before) = (0.0, (0.0, 1.0));
        for step in &self.0 {
            area += (step.time - before.0) * before.1;
            before = (step.time, step.survival);
        }
        let (mut behind, mut variance, mut later) = (0.0, 0.0, last);
        for step in self.0.iter().rev() {
            behind += (later - step.time) * step.survival;
            later = step.time;
            if behind > 0.0 {
                variance += behind * behind * step.own;
            }
        }
        Some((area, variance))
    }
}

impl fmt::Display for Survival {
    /// The median and the 90th percentile, each with its interval, and how many times there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.quantiles.iter().filter_map(|quantile| {
            let name = match quantile.probability {
                0.5 => "median",
                0.9 => "p90",
                _ => return None,
            };
            let value = quantile
                .value
                .map_or("-".to_owned(), |value| format!("{value:.2}"));
            Some(format!(
                "{name} {value} {} ({:.2})",
                self.unit, quantile.limits
            ))
        });
        let counts = format!("{} ended, {} open", self.ended, self.open);
        let parts: Vec<String> = named.chain([counts]).collect();
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
pub(crate) mod tests;
