//! What a search gives: the posterior, and what was found on the way.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::posterior::{Noise, Posterior, PosteriorDraw};
use crate::mix::specification::Holidays;
use crate::stats::Estimate;

/// A fit by search: the posterior, and the report of the search.
///
/// With serde it is saved and loaded; what does not fit together is refused on loading.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Search::default().with_evaluations(200).fit(&MixSpecification::new(), &panel)?;
/// assert!(fit.report().evaluations() > 0);
/// let model = fit.into_posterior();
/// assert_eq!(model.panel(), &panel);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct SearchFit {
    posterior: Posterior,
    report: SearchReport,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    posterior: Posterior,
    report: SearchReport,
}

impl TryFrom<Fields> for SearchFit {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields { posterior, report } = fields;
        let misfit = report
            .pareto_front
            .iter()
            .chain([&report.best])
            .find_map(|draw| posterior.misfit_of(draw));
        match misfit {
            Some(what) => Err(Error::setting(
                "saved search",
                what,
                "figures that fit the panel they were saved with",
            )),
            None => Ok(Self { posterior, report }),
        }
    }
}

impl SearchFit {
    pub(crate) fn with_without_tests(self, without_tests: Vec<Estimate>) -> Self {
        Self {
            posterior: self.posterior.with_without_tests(without_tests),
            ..self
        }
    }

    pub(crate) const fn new(posterior: Posterior, report: SearchReport) -> Self {
        Self { posterior, report }
    }

    /// The fitted model.
    pub const fn posterior(&self) -> &Posterior {
        &self.posterior
    }

    /// What the search found on the way.
    pub const fn report(&self) -> &SearchReport {
        &self.report
    }

    /// The points of the search that its draws stand for; the best candidate's is the last.
    pub(crate) fn points(&self) -> impl Iterator<Item = &[f64]> {
        let draws = self.posterior.draws().iter();
        let draws = draws.chain([self.report.best()]);
        let candidates = draws.filter_map(|draw| draw.candidate.as_ref());
        candidates.map(|candidate| &*candidate.point)
    }

    /// The same fit with a longer table of holidays, for refreshes beyond the days of the table it
    /// was made with.
    ///
    /// # Errors
    /// Like [`Posterior::with_holidays`].
    pub fn with_holidays(self, holidays: Holidays) -> Result<Self> {
        Ok(Self {
            posterior: self.posterior.with_holidays(holidays)?,
            ..self
        })
    }

    /// The fitted model alone.
    pub fn into_posterior(self) -> Posterior {
        self.posterior
    }
}

/// What a search found besides the posterior.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Search::default().with_evaluations(200).fit(&MixSpecification::new(), &panel)?;
/// let report = fit.report();
/// let rssd = |draw: &mixtouch::mix::posterior::PosteriorDraw| draw.objectives().map(|o| o.rssd);
/// // Along the front the fit gets worse and the agreement with spend shares better.
/// let front = report.pareto_front();
/// assert!(rssd(&front[0]) >= rssd(&front[front.len() - 1]));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchReport {
    pub(crate) best: PosteriorDraw,
    pub(crate) pareto_front: Vec<PosteriorDraw>,
    pub(crate) evaluations: usize,
    pub(crate) noise: Option<Noise>,
    pub(crate) stopped: bool,
}

impl SearchReport {
    /// The single candidate with the highest score.
    pub const fn best(&self) -> &PosteriorDraw {
        &self.best
    }

    /// The candidates that no other beats in NRMSE, RSSD and lift error at once, by rising NRMSE:
    /// what a Robyn user picks from.
    pub fn pareto_front(&self) -> &[PosteriorDraw] {
        &self.pareto_front
    }

    /// How many candidates were evaluated.
    pub const fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// The noise that the best explored candidate leaves; none where there is none to be found.
    pub const fn noise(&self) -> Option<Noise> {
        self.noise
    }

    /// Whether the observer stopped the search before all evaluations were made.
    pub const fn stopped(&self) -> bool {
        self.stopped
    }
}
