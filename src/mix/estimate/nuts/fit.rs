//! A fit: the posterior and the report on its chains.

use crate::error::{Error, Result};
use crate::mix::estimate::estimator::Estimator;
use crate::mix::estimate::nuts::bent::Bent;
use crate::mix::estimate::nuts::chain::Chain;
use crate::mix::estimate::nuts::chains::run;
use crate::mix::estimate::nuts::cross_validation::{CrossValidation, cross_validation};
use crate::mix::estimate::nuts::density::Density;
use crate::mix::estimate::nuts::draw_table::DrawTable;
use crate::mix::estimate::nuts::draws::posterior;
use crate::mix::estimate::nuts::learned::learned;
use crate::mix::estimate::nuts::mode::{Rounding, mode};
use crate::mix::estimate::nuts::predictive::{PredictiveChecks, predictive_checks};
use crate::mix::estimate::nuts::refusals::{refuse_what_is_not_sampled, refuse_without_noise};
use crate::mix::estimate::nuts::report::NutsReport;
use crate::mix::estimate::nuts::settings::Nuts;
use crate::mix::estimate::nuts::whitened::Whitened;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::MixSpecification;
use crate::progress::{Progress, Stage};

/// Draws that a stopped chain must have to count.
const LEAST_DRAWS: usize = 20;

/// What [`Nuts`] found: the posterior, all draws and the report on the chains.
///
/// An example is at [`Nuts`].
#[derive(Debug, Clone)]
pub struct NutsFit {
    posterior: Posterior,
    report: NutsReport,
    density: Density,
    chains: Vec<Chain>,
    mode: Vec<f64>,
    seed: u64,
}

/// Draws by which rows are predicted, spread evenly over the chains.
const PREDICTING: usize = 1_000;

impl NutsFit {
    /// `near` is where to look for the mode first, if anything is known.
    pub(super) fn new(
        settings: &Nuts,
        specification: &MixSpecification,
        panel: &Panel,
        near: Option<&[f64]>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        refuse_what_is_not_sampled(specification)?;
        let mut density = Density::new(panel, specification)?;
        let start = near.filter(|near| near.len() == density.dimension());
        let start = start.map_or_else(|| density.start(), <[f64]>::to_vec);
        let mode = mode(&density, start);
        refuse_without_noise(density.noise_left(&mode))?;
        let centred = density.centre(&mode);
        let bent = Bent::new(&density, &centred);
        let rounding = Rounding::new(&bent, &centred);
        let whitened = Whitened::new(&bent, &rounding);
        let chains = equally_long(run(settings, &whitened, progress)?)?;
        let posterior = posterior(&density, specification, panel, &chains, settings)?;
        let learned = learned(&density, &chains, settings.seed);
        let names = &density.layout.names;
        Ok(Self {
            report: NutsReport::new(names, &chains, learned, &posterior),
            posterior,
            density,
            chains,
            mode,
            seed: settings.seed,
        })
    }

    /// Draws spread evenly over the chains.
    fn some_draws(&self) -> Vec<&Vec<f64>> {
        let all: Vec<&Vec<f64>> = self.chains.iter().flat_map(|chain| &chain.draws).collect();
        let kept = all.len().min(PREDICTING);
        (0..kept).map(|at| all[at * all.len() / kept]).collect()
    }

    /// All draws by chain, for ArviZ and the like.
    pub fn draws(&self) -> DrawTable {
        DrawTable::new(&self.density, self.posterior.panel(), &self.chains)
    }

    /// How well each row is predicted by all others.
    ///
    /// ```
    /// use mixtouch::mix::estimate::Nuts;
    /// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let nuts = Nuts::default().with_draws(150);
    /// let whole = nuts.fit(&MixSpecification::new(), &panel)?.leave_one_out();
    /// let flat = MixSpecification::new().with_baseline(Baseline::new(Trend::None, 0)?);
    /// let flat = nuts.fit(&flat, &panel)?.leave_one_out();
    /// // Trend and season predict better than none, by far more than chance.
    /// let (better, error) = whole.compare(&flat)?;
    /// assert!(better > 2.0 * error);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn leave_one_out(&self) -> CrossValidation {
        let panel = self.posterior.panel();
        cross_validation(&self.density, panel, &self.some_draws(), 1)
    }

    /// How well each block of so many periods of a geo is predicted by all other rows: what noise
    /// that lasts cannot give away.
    ///
    /// # Errors
    /// If it is 0, or more than half the panel.
    pub fn leave_out_periods(&self, periods: usize) -> Result<CrossValidation> {
        let panel = self.posterior.panel();
        let most = panel.periods() / 2;
        if !(1..=most).contains(&periods) {
            let expected = format!("1 to {most}, half the panel");
            return Err(Error::setting("periods to leave out", periods, expected));
        }
        let draws = self.some_draws();
        Ok(cross_validation(&self.density, panel, &draws, periods))
    }

    /// Whether the model, fitted, would have made data like these.
    pub fn predictive_checks(&self) -> PredictiveChecks {
        predictive_checks(&self.density, &self.some_draws(), self.seed)
    }

    /// The posterior.
    pub const fn posterior(&self) -> &Posterior {
        &self.posterior
    }

    /// The posterior, without the report.
    pub fn into_posterior(self) -> Posterior {
        self.posterior
    }

    /// The report on the chains.
    pub const fn report(&self) -> &NutsReport {
        &self.report
    }
}

impl Nuts {
    /// Samples the posterior, with the report on the chains.
    ///
    /// # Errors
    /// If a setting is out of range, the specification asks for what NUTS does not do (bounds of
    /// effects other than 0, a synergy, priors on returns where effects multiply), the panel
    /// does not allow the fit, or the best fit leaves no noise, as of a KPI that was computed from
    /// spend. Chains that disagree are no error here: see
    /// [`NutsReport::check`](crate::mix::estimate::NutsReport::check).
    pub fn fit(&self, specification: &MixSpecification, panel: &Panel) -> Result<NutsFit> {
        self.fit_with_progress(specification, panel, &())
    }

    /// Like [`Nuts::fit`], observed by `progress`, which counts draws and those that diverged.
    /// Stopped after the warm-up, it gives what it has drawn, of two chains at least.
    ///
    /// # Errors
    /// As for [`Nuts::fit`]; [`Error::Cancelled`] if it was stopped before two chains had 20 draws.
    pub fn fit_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<NutsFit> {
        self.check()?;
        NutsFit::new(self, specification, panel, None, progress)
    }

    /// Samples the posterior of an earlier fit's panel with new periods added. The ascent to the
    /// mode starts from the earlier one, and half the warm-up finds the step.
    ///
    /// ```
    /// use mixtouch::mix::estimate::Nuts;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let (dates, new) = (panel.dates(), panel.periods() - 4);
    /// let earlier = panel.between(dates[0], dates[new - 1])?;
    /// let later = panel.between(dates[new], dates[new + 3])?;
    /// let nuts = Nuts::default().with_draws(100);
    /// let first = nuts.fit(&MixSpecification::new(), &earlier)?;
    /// let refreshed = nuts.refresh(&first, &later)?;
    /// assert_eq!(refreshed.posterior().panel().periods(), panel.periods());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`Panel::followed_by`] and [`Nuts::fit`].
    pub fn refresh(&self, earlier: &NutsFit, new_periods: &Panel) -> Result<NutsFit> {
        self.check()?;
        let panel = earlier.posterior.panel().followed_by(new_periods)?;
        let specification = earlier.posterior.specification();
        let settings = self.with_warmup((self.warmup / 2).max(50));
        NutsFit::new(&settings, specification, &panel, Some(&earlier.mode), &())
    }
}

impl Estimator for Nuts {
    /// # Errors
    /// As for [`Nuts::fit`]; also if the chains did not converge.
    fn estimate(&self, specification: &MixSpecification, panel: &Panel) -> Result<Posterior> {
        self.estimate_with_progress(specification, panel, &())
    }

    fn estimate_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Posterior> {
        let fit = self.fit_with_progress(specification, panel, progress)?;
        fit.report().check()?;
        Ok(fit.into_posterior())
    }
}

/// Chains cut to one length, where the work was stopped: those two or more that so have most draws.
fn equally_long(mut chains: Vec<Chain>) -> Result<Vec<Chain>> {
    let mut lengths: Vec<usize> = chains.iter().map(|chain| chain.draws.len()).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let all = lengths.iter().enumerate().skip(1);
    let best = all.max_by_key(|(at, length)| (at + 1) * *length);
    let length = best.map_or(0, |(_, length)| *length);
    if length < LEAST_DRAWS {
        return Err(Error::Cancelled {
            stage: Stage::Sampling,
        });
    }
    let stopped = chains.iter().any(|chain| chain.stopped);
    chains.retain(|chain| chain.draws.len() >= length);
    for chain in &mut chains {
        chain.draws.truncate(length);
        chain.stopped = stopped;
    }
    Ok(chains)
}

#[cfg(test)]
mod tests;
