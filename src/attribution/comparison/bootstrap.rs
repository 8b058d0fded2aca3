//! Intervals of credit from resampled persons.

use crate::error::{Error, Result};
use crate::stats::{ConfidenceLevel, quantile};
use crate::util::Random;
use crate::util::known_fields::read_settings;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Percentile intervals from a Poisson bootstrap (Hanley and MacGibbon 2006; Chamandy and
/// co-authors 2012): every replicate counts each person a Poisson(1) number of times, fits every
/// model anew and divides the credit again.
///
/// A person's journeys are counted together, because they depend on one another. Persons without a
/// conversion are counted too: they matter to models that are fitted. A row of a path table gets
/// independent Poisson numbers of conversions and nulls, with its own numbers as means, and value
/// in proportion to its conversions. Counts are keyed by seed, replicate and person (in path tables
/// by the row's path), so the intervals are the same to the bit on any number of threads and in any
/// order of rows.
///
/// An interval shows how much the figures would vary with other persons of the same kind. It does
/// not show whether a model is wrong.
///
/// ```
/// use mixtouch::{Comparison, Outcome, PathTable};
/// use mixtouch::attribution::Bootstrap;
/// use mixtouch::attribution::rules::LastTouch;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(400.0, 5_000.0, 0.0)?)?;
/// table.push(["e-mail"], Outcome::new(100.0, 900.0, 0.0)?)?;
/// let comparison = Comparison::new()
///     .model("last-touch", LastTouch)
///     .bootstrap(Bootstrap::new(200, 1)?)
///     .run(&table.journeys()?)?;
/// let search = &comparison.model("last-touch").unwrap().channels[1];
/// // 400 plus or minus about 1.645 standard deviations of sqrt(400)
/// let (low, high) = (search.conversions_low.unwrap(), search.conversions_high.unwrap());
/// assert!(360.0 < low && low < 375.0 && 425.0 < high && high < 440.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bootstrap {
    replicates: usize,
    seed: u64,
    level: ConfidenceLevel,
}

#[derive(Deserialize)]
#[serde(default)]
struct Fields {
    replicates: usize,
    seed: u64,
    level: ConfidenceLevel,
}

impl Default for Fields {
    /// Some hundreds of replicates are usual.
    fn default() -> Self {
        Self {
            replicates: 200,
            seed: 1,
            level: usual_level(),
        }
    }
}

read_settings!(Bootstrap, Fields);

const fn usual_level() -> ConfidenceLevel {
    ConfidenceLevel::P90
}

impl TryFrom<Fields> for Bootstrap {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Ok(Self::new(fields.replicates, fields.seed)?.with_level(fields.level))
    }
}

/// Replicates computed at once: each takes a byte per person and a byte per journey.
const AT_ONCE: usize = 4;
/// The largest number of replicates.
const MOST: usize = 100_000;

impl Bootstrap {
    /// This many replicates, drawn from this seed, and intervals at level 0.9. Some hundreds of
    /// replicates are usual.
    ///
    /// # Errors
    /// If there are fewer than 2 replicates, which have no spread, or more than 100,000.
    pub fn new(replicates: usize, seed: u64) -> Result<Self> {
        if !(2..=MOST).contains(&replicates) {
            return Err(Error::setting(
                "the number of bootstrap replicates",
                replicates,
                format!("2 to {MOST}"),
            ));
        }
        Ok(Self {
            replicates,
            seed,
            level: usual_level(),
        })
    }

    /// The level of the intervals: the share of replicates inside; 0.9 by default.
    ///
    /// ```
    /// use mixtouch::attribution::Bootstrap;
    /// use mixtouch::stats::ConfidenceLevel;
    ///
    /// let bootstrap = Bootstrap::new(500, 1)?.with_level(ConfidenceLevel::P95);
    /// assert_eq!(bootstrap.level().get(), 0.95);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_level(self, level: ConfidenceLevel) -> Self {
        Self { level, ..self }
    }

    /// The number of replicates, 2 to 100,000.
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The level of the intervals.
    pub fn level(&self) -> ConfidenceLevel {
        self.level
    }

    /// The result of `figures` for each replicate, in order; it is handed the replicate's stream of
    /// random numbers, from which each person has one.
    pub(crate) fn run<T: Send>(
        &self,
        figures: impl Fn(&Random) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        self.run_numbered(|_, stream| figures(stream))
    }

    /// Like [`Bootstrap::run`], with the number of each replicate.
    pub(crate) fn run_numbered<T: Send>(
        &self,
        figures: impl Fn(usize, &Random) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let random = Random::new(self.seed);
        let one = |replicate: usize| figures(replicate, &random.stream(replicate as u64));
        let mut results = Vec::with_capacity(self.replicates);
        for first in (0..self.replicates).step_by(AT_ONCE) {
            let some = first..self.replicates.min(first + AT_ONCE);
            results.extend(some.into_par_iter().map(one).collect::<Result<Vec<T>>>()?);
        }
        Ok(results)
    }

    /// The ends of the interval of some replicates: quantiles of type 6.
    pub(crate) fn interval(&self, mut figures: Vec<f64>) -> (f64, f64) {
        figures.sort_by(f64::total_cmp);
        let tail = self.level.tail();
        (
            quantile::of_replicates(&figures, tail),
            quantile::of_replicates(&figures, 1.0 - tail),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_quantiles_of_replicates() {
        let bootstrap = Bootstrap::new(5, 0).unwrap();
        let (low, high) = bootstrap.interval(vec![16.0, 1.0, 8.0, 2.0, 4.0]);
        assert_eq!((low, high), (1.0, 16.0));
    }

    #[test]
    fn settings_are_checked() {
        for replicates in [0, 1, 100_001] {
            let error = Bootstrap::new(replicates, 1).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "the number of bootstrap replicates is {replicates}, expected: 2 to 100000"
                )
            );
        }
        let read = serde_json::from_str::<Bootstrap>;
        for bad in [
            r#"{"replicates": 1, "seed": 0, "level": 0.9}"#,
            r#"{"replicates": 2, "seed": 0, "level": 1.0}"#,
            r#"{"replicates": 2, "seed": 0, "levle": 0.8}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let usual = read(r#"{"replicates": 2, "seed": 0}"#).unwrap();
        assert_eq!(usual, Bootstrap::new(2, 0).unwrap());
    }
}
