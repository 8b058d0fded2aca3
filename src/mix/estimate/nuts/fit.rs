//! A fit: the posterior and the report on its chains.

use crate::error::{Error, Result};
use crate::mix::estimate::design::Design;
use crate::mix::estimate::estimator::Estimator;
use crate::mix::estimate::nuts::chains::{Chain, run};
use crate::mix::estimate::nuts::density::Density;
use crate::mix::estimate::nuts::draws::posterior;
use crate::mix::estimate::nuts::learned::learned;
use crate::mix::estimate::nuts::mode::{mode, rounding};
use crate::mix::estimate::nuts::report::NutsReport;
use crate::mix::estimate::nuts::settings::Nuts;
use crate::mix::estimate::nuts::whitened::Whitened;
use crate::mix::panel::Panel;
use crate::mix::posterior::Posterior;
use crate::mix::specification::{Likelihood, MixSpecification, Pooling};
use crate::progress::{Progress, Stage};

/// Draws that a stopped chain must have to count.
const LEAST_DRAWS: usize = 20;

/// What [`Nuts`] found: the posterior and the report on the chains.
///
/// An example is at [`Nuts`].
#[derive(Debug, Clone)]
pub struct NutsFit {
    posterior: Posterior,
    report: NutsReport,
}

impl NutsFit {
    pub(super) fn new(
        settings: &Nuts,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<Self> {
        refuse_what_only_a_search_knows(specification, panel)?;
        let mut design = Design::new(panel, specification, 0)?;
        match specification.pooling {
            Pooling::Pooled => {}
            Pooling::Partial(_) if panel.geos().len() > 1 => {
                return Err(Error::setting(
                    "pooling",
                    "partial",
                    "pooled or separate geos for a posterior by NUTS; a search takes any",
                ));
            }
            _ => design = design.by_geo(panel, specification),
        }
        let density = Density::new(design, panel)?;
        let mode = mode(&density);
        let rounding = rounding(&density, &mode);
        let whitened = Whitened::new(&density, &mode, &rounding);
        let chains = run(settings, &whitened, progress)?;
        let chains = equally_long(chains)?;
        Ok(Self {
            report: NutsReport::new(
                &density.layout.names,
                &chains,
                learned(&density, &chains, settings.seed),
            ),
            posterior: posterior(&density, specification, panel, &chains, settings)?,
        })
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
    /// effects other than 0, partial pooling), or the panel does not allow the fit. Chains that
    /// disagree are no error here: see [`NutsReport::check`](crate::mix::estimate::NutsReport::check).
    pub fn fit(&self, specification: &MixSpecification, panel: &Panel) -> Result<NutsFit> {
        self.fit_with_progress(specification, panel, &())
    }

    /// Like [`Nuts::fit`], observed by `progress`, which counts draws. Stopped after the warm-up, it
    /// gives what it has drawn.
    ///
    /// # Errors
    /// As for [`Nuts::fit`]; [`Error::Cancelled`] if it was stopped before any chain had 20 draws.
    pub fn fit_with_progress(
        &self,
        specification: &MixSpecification,
        panel: &Panel,
        progress: &dyn Progress,
    ) -> Result<NutsFit> {
        self.check()?;
        NutsFit::new(self, specification, panel, progress)
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

fn refuse_what_only_a_search_knows(specification: &MixSpecification, panel: &Panel) -> Result<()> {
    let channels = || panel.channels().iter();
    let changing = channels().find(|c| specification.settings(c.name()).changing.is_some());
    let reached = channels().find(|c| c.frequency().is_some());
    let asked = [
        (changing.map(|c| format!("an effect of {:?} that changes", c.name()))),
        (reached.map(|c| format!("reach and frequency of {:?}", c.name()))),
        (!specification.synergies.is_empty()).then(|| "a synergy".to_owned()),
        (specification.likelihood != Likelihood::Normal)
            .then(|| "noise with heavy tails".to_owned()),
    ];
    match asked.into_iter().flatten().next() {
        Some(asked) => Err(Error::setting(
            "specification",
            asked,
            "effects that stay, normal noise and no synergy for a posterior by NUTS; a search takes it",
        )),
        None => Ok(()),
    }
}

/// Chains cut to the length of the shortest, where the work was stopped.
fn equally_long(mut chains: Vec<Chain>) -> Result<Vec<Chain>> {
    let shortest = chains
        .iter()
        .map(|chain| chain.draws.len())
        .min()
        .unwrap_or(0);
    if shortest < LEAST_DRAWS {
        return Err(Error::Cancelled {
            stage: Stage::Sampling,
        });
    }
    chains
        .iter_mut()
        .for_each(|chain| chain.draws.truncate(shortest));
    Ok(chains)
}
