//! The search as an estimator.

use crate::error::Result;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::estimator::Estimator;
use crate::mix::estimate::problem::Problem;
use crate::mix::estimate::search::assemble::assemble;
use crate::mix::estimate::search::candidate::PenaltyRange;
use crate::mix::estimate::search::report::SearchFit;
use crate::mix::estimate::search::run::search;
use crate::mix::estimate::search::settings::Search;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::MixSpecification;
use crate::progress::Progress;
use crate::stats::Estimate;

/// Evaluations of the search that asks what the panel says without lift tests.
const PANEL_ALONE: usize = 400;

impl Search {
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
    /// Like [`Search::fit`]; [`Error::Cancelled`](crate::Error::Cancelled) if it was stopped before
    /// it found anything.
    pub fn fit_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<SearchFit> {
        specification.check_no_effect_priors()?;
        let fit = self.run(specification, panel, self.evaluations, &[], progress)?;
        if specification.lift_tests.is_empty() {
            return Ok(fit);
        }
        let without = self.without_tests(specification, panel, &fit)?;
        Ok(fit.with_without_tests(without))
    }

    /// What the panel alone says of each lift test, by a shorter search.
    fn without_tests(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        fit: &SearchFit,
    ) -> Result<Vec<Estimate>> {
        let plain = specification.clone().with_lift_tests(vec![]);
        let evaluations = self.evaluations.min(PANEL_ALONE);
        let alone = self.run(&plain, panel, evaluations, &[], &())?;
        let tests = &fit.posterior().derived.tests;
        Ok(alone.posterior().predictions_of_tests(tests))
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
    /// Like [`Search::refresh`]; [`Error::Cancelled`](crate::Error::Cancelled) if it was stopped
    /// before it found anything.
    pub fn refresh_with_progress(
        &self,
        earlier: &SearchFit,
        new_periods: &Panel,
        progress: &dyn Progress,
    ) -> Result<SearchFit> {
        let posterior = earlier.posterior();
        let whole = posterior.panel().followed_by(new_periods)?;
        let from: Vec<Vec<f64>> = earlier.points().map(<[f64]>::to_vec).collect();
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
        let (spaces, found) = search(
            vec![Problem::new(design).with_folds()],
            &[PenaltyRange::asked(specification)],
            self,
            evaluations,
            from,
            progress,
        )?;
        assemble(specification, panel, &spaces.0[0], found, self.seed)
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
