//! The settings of the search, and the search as an estimator.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::estimate::design::Design;
use crate::mix::estimate::estimator::Estimator;
use crate::mix::estimate::problem::Problem;
use crate::mix::estimate::search::assemble::assemble;
use crate::mix::estimate::search::candidate::PenaltyRange;
use crate::mix::estimate::search::report::SearchFit;
use crate::mix::estimate::search::run::search;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::MixSpecification;
use crate::progress::Progress;

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
/// assert_eq!(fit.posterior().draws().len(), 40);
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
    /// 2000 evaluations, 240 more for the Pareto front, 40 draws, 3 validation folds, seed 1.
    fn default() -> Self {
        Self {
            evaluations: 2000,
            pareto_evaluations: 240,
            draws: 40,
            folds: 3,
            seed: 1,
        }
    }
}

impl Search {
    /// How many candidates to evaluate, 10 or more; 2000 unless set.
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

    /// Searches and fits.
    ///
    /// # Errors
    /// If a setting is out of range or names something that is not in the panel, the panel has too
    /// few rows for the coefficients, the KPI does not change, or media are collinear and bear no
    /// penalty; also if a lift test is not wholly within the panel or cuts more than was spent.
    pub fn fit(&self, specification: &MixSpecification, panel: &Panel) -> Result<SearchFit> {
        self.fit_with_progress(specification, panel, &())
    }

    /// Fits like [`Search::fit`], observed by `progress`, which counts evaluations. Stopped, the
    /// search gives what it found.
    ///
    /// # Errors
    /// Like [`Search::fit`]; [`Error::Cancelled`] if it was stopped before it found anything.
    pub fn fit_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<SearchFit> {
        self.run(specification, panel, self.evaluations, &[], progress)
    }

    /// Fits the specification of an earlier fit to its panel with new periods added. The search
    /// starts from the earlier draws, so it makes a tenth of the evaluations.
    ///
    /// # Errors
    /// Like [`Panel::followed_by`] and [`Search::fit`].
    pub fn refresh(&self, earlier: &SearchFit, new_periods: &Panel) -> Result<SearchFit> {
        self.refresh_with_progress(earlier, new_periods, &())
    }

    /// Refreshes like [`Search::refresh`], observed by `progress`, which counts evaluations.
    ///
    /// # Errors
    /// Like [`Search::refresh`]; [`Error::Cancelled`] if it was stopped before it found anything.
    pub fn refresh_with_progress(
        &self,
        earlier: &SearchFit,
        new_periods: &Panel,
        progress: &dyn Progress,
    ) -> Result<SearchFit> {
        let posterior = earlier.posterior();
        let whole = posterior.panel().followed_by(new_periods)?;
        let from: Vec<Vec<f64>> = posterior
            .draws()
            .iter()
            .chain([earlier.report().best()])
            .filter_map(|draw| draw.candidate.as_ref())
            .map(|candidate| candidate.point.clone())
            .collect();
        let evaluations = (self.evaluations / 10).max(10);
        self.run(
            posterior.specification(),
            &whole,
            evaluations,
            &from,
            progress,
        )
    }

    fn run(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        evaluations: usize,
        from: &[Vec<f64>],
        progress: &dyn Progress,
    ) -> Result<SearchFit> {
        self.check()?;
        let design = Design::new(panel, specification, self.folds)?;
        let (space, found) = search(
            Problem::new(design).with_folds(),
            specification
                .penalty
                .map(|(low, high)| PenaltyRange(low, high)),
            self,
            evaluations,
            from,
            progress,
        )?;
        assemble(specification, panel, &space, found)
    }

    /// An error if a setting is out of range.
    fn check(&self) -> Result<()> {
        if self.evaluations < 10 {
            return Err(Error::setting(
                "evaluations",
                self.evaluations,
                "10 or more",
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

impl Estimator for Search {
    fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior> {
        self.fit(specification, panel)
            .map(SearchFit::into_posterior)
    }

    fn estimate_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Posterior> {
        self.fit_with_progress(specification, panel, progress)
            .map(SearchFit::into_posterior)
    }
}
