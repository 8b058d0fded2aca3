//! How sure the credit is.

use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::journeys::{BootstrapWeights, PoissonResampler};
use crate::stats::quantile;
use crate::util::Random;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Percentile intervals from a Poisson bootstrap (Hanley and MacGibbon 2006; Chamandy and
/// co-authors 2012): every replicate counts each person a Poisson(1) number of times, fits every
/// model anew and divides the credit again.
///
/// A person's journeys are counted together, for they depend on one another; so are a null
/// person's, which matter to models that are fitted. A row of a path table gets independent Poisson
/// numbers of conversions and nulls with its own as means - a fraction is a mean like any other -
/// and value in proportion to its conversions. BootstrapWeights are keyed by seed, replicate and person (for
/// path tables by what the row says), so the intervals are the same to the bit on any number of
/// threads and in any order of rows.
///
/// An interval says how much the figures would vary with other persons of the same kind. That a
/// model is wrong it cannot say.
///
/// ```
/// use mixtouch::{Comparison, Outcome, PathTable};
/// use mixtouch::attribution::Bootstrap;
/// use mixtouch::attribution::rules::LastTouch;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(400.0, 5_000.0, 0.0)?)?;
/// table.push(["e-mail"], Outcome::new(100.0, 900.0, 0.0)?)?;
/// let comparison = Comparison::new().model("last-touch", LastTouch).bootstrap(Bootstrap::new(200, 1)?).run(&table.journeys()?)?;
/// let search = &comparison.model("last-touch").unwrap().channels[1];
/// // Poisson: 400 plus and minus about 1.645 x 20
/// let (low, high) = (search.conversions_low.unwrap(), search.conversions_high.unwrap());
/// assert!(360.0 < low && low < 375.0 && 425.0 < high && high < 440.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Bootstrap {
    replicates: usize,
    seed: u64,
    level: f64,
}

#[derive(Deserialize)]
struct Fields {
    replicates: usize,
    seed: u64,
    level: f64,
}

impl TryFrom<Fields> for Bootstrap {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.replicates, fields.seed)?.with_level(fields.level)
    }
}

/// Replicates worked on at once, each with a byte a person and a byte a journey.
const AT_ONCE: usize = 4;
const MOST: usize = 100_000;

impl Bootstrap {
    /// This many replicates, drawn from this seed. For intervals some hundreds are usual.
    ///
    /// # Errors
    /// Fewer than 2 replicates, which have no spread, or more than 100,000.
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
            level: 0.9,
        })
    }

    /// The part of replicates that intervals hold, in the middle; 0.9 unless told otherwise.
    ///
    /// # Errors
    /// A level that is not between 0 and 1.
    pub fn with_level(self, level: f64) -> Result<Self> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::setting(
                "the level of bootstrap intervals",
                level,
                "above 0 and below 1",
            ));
        }
        Ok(Self { level, ..self })
    }

    /// How many replicates.
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The part of replicates that intervals hold.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// What `figures` gives for each replicate, in order: of all journeys, or of those that may
    /// have conversions; of one segment, or of the whole.
    pub(crate) fn run<T: Send>(
        &self,
        journeys: &Journeys,
        all: bool,
        segment: Option<&BootstrapWeights>,
        figures: impl Fn(crate::journeys::Sample<'_>) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let resampling = PoissonResampler::new(journeys);
        let random = Random::new(self.seed);
        let one = |replicate: usize| {
            let mut draws = resampling.draw(&random.stream(replicate as u64), all);
            if let Some(segment) = segment {
                draws.restrict(segment);
            }
            figures(resampling.sample(&draws))
        };
        let mut results = Vec::with_capacity(self.replicates);
        for first in (0..self.replicates).step_by(AT_ONCE) {
            let some = first..self.replicates.min(first + AT_ONCE);
            results.extend(some.into_par_iter().map(one).collect::<Result<Vec<T>>>()?);
        }
        Ok(results)
    }

    /// Where the middle of some figures begins and ends: quantiles of replicates, type 6.
    pub(crate) fn interval(&self, mut figures: Vec<f64>) -> (f64, f64) {
        figures.sort_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
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
        for level in [0.0, 1.0, -0.5, f64::NAN] {
            assert!(Bootstrap::new(2, 1).unwrap().with_level(level).is_err());
        }
        assert!(
            serde_json::from_str::<Bootstrap>(r#"{"replicates": 1, "seed": 0, "level": 0.9}"#)
                .is_err()
        );
    }
}
