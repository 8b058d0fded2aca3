//! Times until an event of which some are still running: the Kaplan-Meier estimate.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::confidence::ConfidenceLevel;
use crate::stats::mean::Mean;
use crate::stats::ratio_sums::RatioSums;
use crate::stats::spell::{Owned, Spell, sorted};
use crate::stats::survival_curve::Curve;

/// Probabilities of the quantiles a report gives.
const PROBABILITIES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

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
/// Leaving the open ones out makes times look short: the long ones are those still open. Those
/// watched from later on ([`Spell::watched_from`]) count from then on. Where the curve is exactly
/// level at a quantile, the quantile lies half-way along it, as in R.
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
    /// Persons whose times they are, where these repeat within persons, and intervals are by person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u64>,
    /// Number of all times, and their mean: the area under the curve, with Greenwood's variance or
    /// that by person. Unknown unless the curve falls to 0, that is unless the longest time ended.
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
        Self::by_person((0..).zip(spells), unit, level)
    }

    /// The distribution of times of which persons have several, such as those between their
    /// purchases, each with the number of its person. Intervals are by person (Ying and Wei 1994),
    /// with Student's t of persons - 1 degrees of freedom; where each person has one time they are
    /// those of [`Survival::from_spells`].
    ///
    /// ```
    /// use mixtouch::stats::{ConfidenceLevel, Spell, Survival};
    ///
    /// let spells = (1..=40).map(|time| (time / 8, Spell::ended(f64::from(time))));
    /// let days = Survival::by_person(spells.clone(), "days", ConfidenceLevel::P95);
    /// assert_eq!((days.ended, days.persons), (40, Some(6)));
    /// // A person's times are alike here: 40 of them say less than 40 persons' would.
    /// let times = spells.map(|(_, spell)| spell);
    /// let independent = Survival::from_spells(times, "days", ConfidenceLevel::P95);
    /// assert_eq!(days.quantile(0.5), independent.quantile(0.5));
    /// assert!(days.quantiles[2].limits.low < independent.quantiles[2].limits.low);
    /// ```
    pub fn by_person(
        spells: impl IntoIterator<Item = (u32, Spell)>,
        unit: &str,
        level: ConfidenceLevel,
    ) -> Self {
        let mut spells = sorted(spells);
        let persons = number_persons(&mut spells);
        let repeated = (persons < spells.len()).then_some(persons);
        let curve = Curve::new(&spells, repeated, level);
        let mut ended = spells.iter().filter(|(_, spell)| spell.is_ended());
        let (first, count) = (ended.clone().next(), ended.clone().count() as u64);
        let quantiles = PROBABILITIES
            .into_iter()
            .filter(|_| !spells.is_empty())
            .map(|probability| quantile(&curve, probability, level));
        Self {
            unit: unit.to_owned(),
            ended: count,
            open: spells.len() as u64 - count,
            persons: repeated.map(|persons| persons as u64),
            mean: mean(&spells, &curve, level),
            smallest: first.map(|(_, spell)| spell.time()),
            largest: ended.next_back().map(|(_, spell)| spell.time()),
            quantiles: quantiles.collect(),
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

/// Numbers the persons anew, from 0; how many there are.
fn number_persons(spells: &mut [Owned]) -> usize {
    let mut persons: Vec<u32> = spells.iter().map(|&(person, _)| person).collect();
    persons.sort_unstable();
    persons.dedup();
    for (person, _) in spells {
        *person = persons.partition_point(|other| *other < *person) as u32;
    }
    persons.len()
}

fn quantile(curve: &Curve<'_>, probability: f64, level: ConfidenceLevel) -> SurvivalQuantile {
    let (value, [low, high]) = curve.quantile(probability);
    SurvivalQuantile {
        probability,
        value,
        limits: Limits { low, high, level },
    }
}

/// The mean: of complete times with Student's interval, else the area under the curve.
fn mean(spells: &[Owned], curve: &Curve<'_>, level: ConfidenceLevel) -> Mean {
    if !spells.iter().all(|(_, spell)| spell.is_complete()) {
        return curve.mean();
    }
    let mut by_person: Vec<(u32, f64)> = spells
        .iter()
        .map(|&(person, spell)| (person, spell.time()))
        .collect();
    by_person.sort_by_key(|&(person, _)| person);
    let mut sums = RatioSums::default();
    for own in by_person.chunk_by(|a, b| a.0 == b.0) {
        sums.add_person(own.iter().map(|one| one.1).sum(), own.len() as f64);
    }
    if !sums.is_one_each() {
        return Mean::clustered(&sums, level);
    }
    let times: Vec<f64> = spells.iter().map(|(_, spell)| spell.time()).collect();
    Mean::from_values(&times, level)
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
        let persons = self
            .persons
            .map_or_else(String::new, |persons| format!(" by {persons} persons"));
        let counts = format!("{} ended, {} open{persons}", self.ended, self.open);
        let parts: Vec<String> = named.chain([counts]).collect();
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
pub(crate) mod tests;
