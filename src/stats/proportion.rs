//! Proportions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;
use crate::stats::ratio_sums::RatioSums;
use crate::stats::wilson::wilson;

/// A proportion with its denominator.
///
/// Its interval takes those counted as independent, as persons are. Events that repeat within
/// persons, such as e-mails, are not: [`Proportion::clustered`].
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// let converted = Proportion::new(3, 12)?;
/// assert_eq!(converted.rate, Some(0.25));
/// assert_eq!(converted.to_string(), "25.00 % (95 % interval 8.89 to 53.23; 3 of 12)");
/// let narrower = converted.with_level(ConfidenceLevel::P90).interval.unwrap();
/// assert!(narrower.low() > 0.1 && narrower.high() < 0.5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proportion {
    /// The number of those counted, such as journeys that converted.
    pub count: u64,
    /// The number of all among whom they are counted: the denominator.
    pub population: u64,
    /// `count / population`, 0 to 1; `None` where the population is 0.
    pub rate: Option<f64>,
    /// The rate's score interval (Wilson 1927), which holds its level near 0 and 1 too; `None`
    /// where the population is 0, or is the events of one person.
    pub interval: Option<Interval>,
    /// The sums by person that the interval is made of; `None` where each person counts once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_person: Option<RatioSums>,
}

impl Proportion {
    /// `count` of `population`, with an interval at the level 0.95.
    ///
    /// # Errors
    /// If the count is above the population.
    pub fn new(count: u64, population: u64) -> Result<Self> {
        if count > population {
            return Err(Error::setting(
                "count of a proportion",
                count,
                format!("at most its population {population}"),
            ));
        }
        Ok(Self::from_counts(
            count,
            population,
            ConfidenceLevel::default(),
        ))
    }

    /// `count` of `population` with an interval of this level; a count above the population counts
    /// as the population.
    pub fn from_counts(count: u64, population: u64, level: ConfidenceLevel) -> Self {
        let count = count.min(population);
        let rate = (population > 0).then(|| count as f64 / population as f64);
        Self {
            count,
            population,
            rate,
            interval: rate.map(|rate| wilson(rate, population as f64, level)),
            by_person: None,
        }
    }

    /// A share of events that repeat within persons, such as e-mails opened of those sent: the
    /// sums' totals, which are counts, with the interval of
    /// [`RatioSums::proportion_interval`]. Where each person has one event it is that of
    /// [`Proportion::new`].
    ///
    /// ```
    /// use mixtouch::stats::{ConfidenceLevel, Proportion, RatioSums};
    ///
    /// let mut opened = RatioSums::default();
    /// for (count, sent) in [(9.0, 10.0), (1.0, 10.0), (8.0, 10.0), (2.0, 10.0)] {
    ///     opened.add(count, sent)?;
    /// }
    /// let share = Proportion::clustered(&opened, ConfidenceLevel::P95);
    /// assert_eq!((share.count, share.population, share.rate), (20, 40, Some(0.5)));
    /// // 40 mails of four persons say about as much as four do.
    /// let width = |share: Proportion| share.interval.map(|ends| ends.high() - ends.low());
    /// assert!(width(share).unwrap() > 2.0 * width(Proportion::new(20, 40)?).unwrap());
    /// assert!(share.to_string().ends_with("20 of 40 by 4 persons)"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn clustered(sums: &RatioSums, level: ConfidenceLevel) -> Self {
        let (count, population) = sums.totals();
        let independent = Self::from_counts(count as u64, population as u64, level);
        if sums.is_one_each() || independent.rate.is_none() {
            return independent;
        }
        Self {
            interval: sums.proportion_interval(level),
            by_person: Some(*sums),
            ..independent
        }
    }

    /// The same proportion with an interval at another level.
    #[must_use]
    pub fn with_level(&self, level: ConfidenceLevel) -> Self {
        match &self.by_person {
            Some(sums) => Self::clustered(sums, level),
            None => Self::from_counts(self.count, self.population, level),
        }
    }

    /// The proportion in two populations of different persons together.
    pub(crate) fn merged(&self, other: &Self) -> Self {
        let level = self.level().or(other.level()).unwrap_or_default();
        if self.by_person.is_none() && other.by_person.is_none() {
            return Self::from_counts(
                self.count + other.count,
                self.population + other.population,
                level,
            );
        }
        let mut sums = self.sums();
        sums.merge(&other.sums());
        Self::clustered(&sums, level)
    }

    /// The sums by person: those of the interval, or those of persons who count once each.
    fn sums(&self) -> RatioSums {
        self.by_person.unwrap_or_else(|| {
            let [count, all] = [self.count, self.population].map(|count| count as f64);
            RatioSums::from_sums(self.population, [count, all], [count, count, all])
        })
    }

    /// The interval's level.
    fn level(&self) -> Option<ConfidenceLevel> {
        self.interval.map(|interval| interval.level())
    }
}

impl fmt::Display for Proportion {
    /// The rate in percent, its interval, the two counts, and the persons where they count several
    /// times.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            count, population, ..
        } = self;
        let Some(rate) = self.rate else {
            return write!(f, "none ({count} of {population})");
        };
        write!(f, "{:.2} % (", 100.0 * rate)?;
        if let Some(interval) = self.interval {
            write!(f, "{:.2}; ", interval.scaled(100.0))?;
        }
        write!(f, "{count} of {population}")?;
        match self.by_person.map(|sums| sums.persons()) {
            None => f.write_str(")"),
            Some(1) => f.write_str(" by 1 person)"),
            Some(persons) => write!(f, " by {persons} persons)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proportion(count: u64, population: u64) -> Proportion {
        Proportion::new(count, population).unwrap()
    }

    #[test]
    fn proportions_by_hand() {
        // Wilson for 3 of 12 at z 1.959964: centre (0.25 + 0.160061) / 1.320122 = 0.310623, half
        // width 0.221886.
        let rate = proportion(3, 12);
        let interval = rate.interval.unwrap();
        assert!(
            (interval.low() - 0.088_937).abs() < 1e-5 && (interval.high() - 0.532_309).abs() < 1e-5,
            "{interval:?}"
        );
        assert_eq!(rate.merged(&proportion(1, 4)), proportion(4, 16));
    }

    #[test]
    fn clustered_proportions_merge_by_their_sums() {
        let level = ConfidenceLevel::P90;
        let share = |persons: &[(u64, u64)]| {
            let mut sums = RatioSums::default();
            persons
                .iter()
                .for_each(|&(counted, events)| sums.add_counts(counted, events));
            Proportion::clustered(&sums, level)
        };
        let (some, others) = (share(&[(1, 4), (3, 3), (0, 0)]), share(&[(1, 1), (0, 1)]));
        assert_eq!(others, Proportion::from_counts(1, 2, level), "one each");
        let all = share(&[(1, 4), (3, 3), (1, 1), (0, 1)]);
        assert_eq!((some.merged(&others), others.merged(&some)), (all, all));
        let low = |share: Proportion| share.interval.unwrap().low();
        assert!(low(all.with_level(ConfidenceLevel::P95)) < low(all));
        assert_eq!((all.count, all.population), (5, 9));
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Proportion>(&json).unwrap(), all);
        assert!(
            !serde_json::to_string(&others)
                .unwrap()
                .contains("by_person")
        );
        let one = share(&[(1, 4)]);
        assert_eq!((one.rate, one.interval), (Some(0.25), None));
        assert_eq!(one.to_string(), "25.00 % (1 of 4 by 1 person)");
    }

    #[test]
    fn an_empty_population_has_no_rate() {
        let nobody = proportion(0, 0);
        assert_eq!((nobody.rate, nobody.interval), (None, None));
        assert_eq!(nobody.to_string(), "none (0 of 0)");
        assert_eq!(nobody.merged(&proportion(1, 4)), proportion(1, 4));
        assert!(Proportion::new(2, 1).is_err());
    }
}
