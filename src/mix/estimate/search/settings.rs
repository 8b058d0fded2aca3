//! The settings of the search.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Fits a mix model by searching transforms and penalty; the coefficients are solved exactly.
///
/// Settings out of range are refused by [`Search::fit`]. The same settings give the same bits on
/// any number of threads.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(500).with_seed(7);
/// let fit = search.fit(&MixSpecification::new(), &panel)?;
/// assert_eq!(fit.posterior().draws().len(), 200);
/// assert!(fit.report().evaluations() >= 500);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    pub(crate) evaluations: usize,
    pub(crate) pareto_evaluations: usize,
    pub(crate) draws: usize,
    pub(crate) folds: usize,
    pub(crate) seed: u64,
}

impl Default for Search {
    /// 2000 evaluations, 240 more for the Pareto front, 200 draws, 3 validation folds, seed 1.
    fn default() -> Self {
        Self {
            evaluations: 2000,
            pareto_evaluations: 240,
            draws: 200,
            folds: 3,
            seed: 1,
        }
    }
}

/// More evaluations than a week of computing makes.
const MOST_EVALUATIONS: usize = 100_000_000;

impl Search {
    /// How many candidates to evaluate, 10 to 100,000,000; 2000 unless set. A pilot to find the range of
    /// penalties takes a sixteenth on top, and the Pareto front its own.
    #[must_use]
    pub const fn with_evaluations(mut self, evaluations: usize) -> Self {
        self.evaluations = evaluations;
        self
    }

    /// How many more candidates to evaluate for the Pareto front of fit and business sense alone;
    /// 240 unless set.
    #[must_use]
    pub const fn with_pareto_evaluations(mut self, evaluations: usize) -> Self {
        self.pareto_evaluations = evaluations;
        self
    }

    /// How many draws the posterior has, 1 to 1000; 40 unless set.
    #[must_use]
    pub const fn with_draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// How many validation folds, each the periods that follow its training data, 0 to 10; 3 unless
    /// set.
    #[must_use]
    pub const fn with_folds(mut self, folds: usize) -> Self {
        self.folds = folds;
        self
    }

    /// The seed of the random numbers; 1 unless set.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// An error if a setting is out of range.
    pub(crate) fn check(&self) -> Result<()> {
        if !(10..=MOST_EVALUATIONS).contains(&self.evaluations) {
            return Err(Error::setting(
                "evaluations",
                self.evaluations,
                "10 to 100000000",
            ));
        }
        if self.pareto_evaluations > MOST_EVALUATIONS {
            return Err(Error::setting(
                "evaluations for the Pareto front",
                self.pareto_evaluations,
                "0 to 100000000",
            ));
        }
        if !(1..=1000).contains(&self.draws) {
            return Err(Error::setting("draws", self.draws, "1 to 1000"));
        }
        if self.folds > 10 {
            return Err(Error::setting("folds", self.folds, "0 to 10"));
        }
        Ok(())
    }
}
