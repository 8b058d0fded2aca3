//! Ratios of two sums over persons, such as clicks a view or answers a question sent.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::stats::confidence::ConfidenceLevel;
use crate::stats::interval::Interval;
use crate::stats::proportion::wilson_at;

/// The sums that a ratio of two totals over persons needs, such as clicks / views.
///
/// One person's events resemble each other, so events are not independent and an interval that
/// takes them for it is too narrow: persons are. With y and m a person's parts of the two totals and
/// p = sum y / sum m the variance is (delta method; Deng, Knoblich and Lu 2018)
///
/// n / (n - 1) x sum over persons of (y - p m)^2 / (sum m)^2
///
/// Sums over different persons add up ([`RatioSums::merge`]).
///
/// ```
/// use mixtouch::stats::{ConfidenceLevel, RatioSums};
///
/// let mut clicks = RatioSums::default();
/// for (clicked, seen) in [(1.0, 4.0), (0.0, 2.0), (3.0, 4.0)] {
///     clicks.add(clicked, seen)?;
/// }
/// assert_eq!((clicks.persons(), clicks.ratio()), (3, Some(0.4)));
/// // (-.6)^2 + (-.8)^2 + 1.4^2 = 2.96; times 3 / 2 over 10^2.
/// assert!((clicks.standard_error().unwrap().powi(2) - 0.0444).abs() < 1e-12);
/// assert!(clicks.proportion_interval(ConfidenceLevel::P95).unwrap().contains(0.4));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct RatioSums {
    persons: u64,
    y: f64,
    m: f64,
    yy: f64,
    ym: f64,
    mm: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    persons: u64,
    y: f64,
    m: f64,
    yy: f64,
    ym: f64,
    mm: f64,
}

impl TryFrom<Fields> for RatioSums {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            persons,
            y,
            m,
            yy,
            ym,
            mm,
        } = fields;
        let sums = Self {
            persons,
            y,
            m,
            yy,
            ym,
            mm,
        };
        let finite = [y, m, yy, ym, mm].iter().all(|sum| sum.is_finite());
        if finite && m >= 0.0 && yy >= 0.0 && mm >= 0.0 {
            return Ok(sums);
        }
        Err(Error::setting(
            "sums of a ratio",
            format!("{sums:?}"),
            "finite numbers; squares and what is divided by 0 or more",
        ))
    }
}

impl RatioSums {
    /// Counts a person with `y` of the upper total and `m` of the lower.
    ///
    /// # Errors
    /// If a number is not finite, or `m` is negative.
    pub fn add(&mut self, y: f64, m: f64) -> Result<()> {
        if !(y.is_finite() && m.is_finite() && m >= 0.0) {
            return Err(Error::setting(
                "a person's part of a ratio",
                format!("{y} of {m}"),
                "finite numbers, the second 0 or more",
            ));
        }
        self.persons += 1;
        self.y += y;
        self.m += m;
        self.yy += y * y;
        self.ym += y * m;
        self.mm += m * m;
        Ok(())
    }

    /// Adds the sums over other persons.
    pub fn merge(&mut self, other: &Self) {
        self.persons += other.persons;
        self.y += other.y;
        self.m += other.m;
        self.yy += other.yy;
        self.ym += other.ym;
        self.mm += other.mm;
    }

    /// The number of persons.
    pub const fn persons(&self) -> u64 {
        self.persons
    }

    /// The ratio of the totals; none where the lower is 0.
    pub fn ratio(&self) -> Option<f64> {
        (self.m > 0.0).then(|| self.y / self.m)
    }

    /// The standard error of the ratio; none with fewer than two persons or a lower total of 0.
    pub fn standard_error(&self) -> Option<f64> {
        let ratio = self.ratio()?;
        let count = (self.persons >= 2).then_some(self.persons as f64)?;
        let squares = self.yy - 2.0 * ratio * self.ym + ratio * ratio * self.mm;
        // Rounding may leave a little less than nothing where all persons have the same ratio.
        Some((count / (count - 1.0) * squares.max(0.0)).sqrt() / self.m)
    }

    /// The interval of a ratio of counts between 0 and 1: Wilson's at the number of independent
    /// events that would have this standard error, at most as many as there are. Where all events
    /// came out alike, each person counts once. None with fewer than two persons or no events.
    pub fn proportion_interval(&self, level: ConfidenceLevel) -> Option<Interval> {
        let (ratio, error) = (self.ratio()?, self.standard_error()?);
        let spread = ratio * (1.0 - ratio);
        if !(0.0..=1.0).contains(&ratio) {
            return None;
        }
        let independent = if spread > 0.0 && error > 0.0 {
            (spread / (error * error)).min(self.m)
        } else {
            (self.persons as f64).min(self.m)
        };
        Some(wilson_at(ratio, independent, level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    /// 300 persons with 5 to 30 events each and a propensity of their own.
    fn world(seed: u64) -> RatioSums {
        let mut random = Random::new(seed);
        let mut sums = RatioSums::default();
        for _ in 0..300 {
            let propensity = random.beta(1.0, 1.5);
            let events = 5 + random.index(26);
            let counted = (0..events).filter(|_| random.chance(propensity)).count();
            sums.add(counted as f64, events as f64).unwrap();
        }
        sums
    }

    #[test]
    fn intervals_hold_their_level_where_events_cluster() {
        let (mut clustered, mut independent) = (0, 0);
        for seed in 0..400 {
            let sums = world(seed);
            let holds = |interval: Interval| u32::from(interval.contains(0.4));
            clustered += holds(sums.proportion_interval(ConfidenceLevel::P95).unwrap());
            let naive = wilson_at(sums.ratio().unwrap(), sums.m, ConfidenceLevel::P95);
            independent += holds(naive);
        }
        assert!((368..=392).contains(&clustered), "{clustered} of 400");
        assert!(independent < 280, "{independent} of 400");
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let (mut one, other) = (world(1), world(2));
        one.merge(&other);
        assert_eq!(one.persons(), 600);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<RatioSums>(&json).unwrap(), one);
        assert!(serde_json::from_str::<RatioSums>(&json.replace("\"mm\":", "\"mm\":-")).is_err());
    }

    #[test]
    fn events_all_alike_leave_an_interval_by_person() {
        let mut sums = RatioSums::default();
        assert_eq!(sums.proportion_interval(ConfidenceLevel::P95), None);
        for _ in 0..10 {
            sums.add(0.0, 100.0).unwrap();
        }
        let interval = sums.proportion_interval(ConfidenceLevel::P95).unwrap();
        // Wilson for 0 of 10.
        assert!((interval.high() - 0.277_533).abs() < 1e-5, "{interval:?}");
        assert!(sums.add(1.0, -1.0).is_err() && sums.add(f64::NAN, 1.0).is_err());
    }
}
