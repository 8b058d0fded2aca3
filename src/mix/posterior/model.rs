//! The fitted model: draws, with the panel and the specification they belong to.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::draw::{Noise, PosteriorDraw};
use crate::mix::posterior::draw_figures::DrawFigures;
use crate::mix::specification::MixSpecification;
use crate::mix::specification::columns::BaselineColumns;
use crate::mix::specification::pseudo_observations::PseudoObservation;
use crate::mix::specification::scales::Scales;
use crate::stats::{ConfidenceLevel, Estimate};

/// A fitted marketing-mix model: draws from the posterior, with the panel and the specification
/// they belong to.
///
/// Every draw has the same weight, and every figure is the mean over draws. With serde a model is
/// saved and loaded; what does not fit together is refused on loading.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let world = PanelWorld::small_business()?.simulate(1);
/// let fit = Search::default().fit(&MixSpecification::new(), &world.panel()?)?;
/// let model = fit.posterior();
/// for (channel, summary) in model.channels().iter().enumerate() {
///     let (name, roi, truth) = (&summary.channel, summary.roi.unwrap(), world.roas(channel));
///     println!("{name}: {roi:.1}, in truth {truth:.1}");
/// }
/// # let search = &model.channels()[0];
/// # assert!((search.roi.unwrap().value() / world.roas(0) - 1.0).abs() < 0.5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "crate::mix::posterior::stored::Fields")]
pub struct Posterior {
    pub(crate) specification: MixSpecification,
    pub(crate) panel: Panel,
    pub(crate) draws: Vec<PosteriorDraw>,
    pub(crate) scales: Scales,
    /// What tests are weighed against; none where the estimator does not know it.
    pub(crate) noise: Option<Noise>,
    /// The penalty on the bends of a smooth trend; none where there is none or it is not known.
    pub(crate) smoothness: Option<f64>,
    /// What the panel without its lift tests says of each of them; empty where it was not asked.
    pub(crate) without_tests: Vec<Estimate>,
    pub(crate) derived: Derived,
}

/// What follows from the other fields of a [`Posterior`].
#[derive(Debug, Clone)]
pub(crate) struct Derived {
    /// Each draw's weight, which sum to 1.
    pub(crate) weights: Vec<f64>,
    pub(crate) dropped_columns: Vec<String>,
    /// The degrees of freedom that the baseline takes, without controls that have bounds.
    pub(crate) baseline_freedom: f64,
    pub(crate) tests: Vec<PseudoObservation>,
    /// First periods that the fit did not look at.
    pub(crate) burn_in: usize,
    /// Of observation weights above 0.
    pub(crate) mean_weight: f64,
    /// Computed when it is first asked for.
    pub(crate) decomposition: OnceLock<Decomposition>,
    /// What is expected without a channel where effects multiply, by draw, channel and geo; computed
    /// when it is first asked for.
    pub(crate) levels: OnceLock<Vec<Vec<Vec<f64>>>>,
    /// Each draw's figures by channel, then geo; computed when they are first asked for.
    pub(crate) figures: OnceLock<Vec<Vec<Vec<DrawFigures>>>>,
}

impl PartialEq for Derived {
    /// Equal wherever what it follows from is.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Posterior {
    /// A model of draws that an estimator made of a specification and a panel.
    ///
    /// # Errors
    /// If there is no draw, a draw does not fit the panel, or the specification does not fit it.
    pub fn new(
        specification: MixSpecification,
        panel: Panel,
        draws: Vec<PosteriorDraw>,
    ) -> Result<Self> {
        specification.check_against(&panel)?;
        let scales = Scales::new(&panel, specification.geo_scale)?;
        Self::assemble(specification, panel, draws, scales, None, None)
    }

    /// The same, with scales, noise and the penalty on the bends of its trend known already.
    pub(crate) fn assemble(
        specification: MixSpecification,
        panel: Panel,
        draws: Vec<PosteriorDraw>,
        scales: Scales,
        noise: Option<Noise>,
        smoothness: Option<f64>,
    ) -> Result<Self> {
        let columns = BaselineColumns::new(&panel, &specification, scales.timeline);
        let root_weights = specification.root_weights(&panel);
        let basis = match smoothness {
            Some(penalty) => columns.smooth_basis(root_weights.as_deref(), penalty),
            None => columns.basis(root_weights.as_deref()),
        };
        let derived = Derived {
            weights: vec![1.0 / draws.len() as f64; draws.len()],
            dropped_columns: columns.dropped(&basis),
            burn_in: specification.burn_in_for(&panel),
            mean_weight: panel.mean_weight(),
            baseline_freedom: basis.freedom(),
            tests: PseudoObservation::all(&panel, &specification, &scales)?,
            decomposition: OnceLock::new(),
            levels: OnceLock::new(),
            figures: OnceLock::new(),
        };
        let posterior = Self {
            specification,
            panel,
            draws,
            scales,
            noise,
            smoothness,
            without_tests: vec![],
            derived,
        };
        match posterior.misfit() {
            Some(what) => Err(Error::setting(
                "posterior",
                what,
                "figures that fit the panel they belong to",
            )),
            None => posterior.of_numbers(),
        }
    }

    /// # Errors
    /// If effects multiply to more than a number holds.
    fn of_numbers(self) -> Result<Self> {
        let is_finite = || {
            let prediction = self.decomposition().prediction();
            prediction.iter().all(|value| value.is_finite())
        };
        if !self.is_multiplicative() || is_finite() {
            return Ok(self);
        }
        Err(Error::Solver {
            reason: "effects multiply to more than a number holds, expected: a KPI and media that \
                     move by fewer orders of magnitude, or effects that add up"
                .into(),
        })
    }

    /// The penalty on the squared bends of a [smooth](crate::mix::specification::Trend::Smooth)
    /// trend, in units of the noise's variance; none for other trends and where nothing was
    /// penalised.
    pub const fn smoothness(&self) -> Option<f64> {
        self.smoothness
    }

    /// The draws.
    pub fn draws(&self) -> &[PosteriorDraw] {
        &self.draws
    }

    /// The panel it was fitted to.
    pub const fn panel(&self) -> &Panel {
        &self.panel
    }

    /// The specification that was fitted.
    pub const fn specification(&self) -> &MixSpecification {
        &self.specification
    }

    /// The noise that the model leaves; none where the estimator does not know it.
    pub const fn noise(&self) -> Option<Noise> {
        self.noise
    }

    /// Baseline columns that were left out because they depend on others, such as constant
    /// controls.
    pub fn dropped_columns(&self) -> &[String] {
        &self.derived.dropped_columns
    }

    /// The same with what a model without the lift tests says of each.
    pub(crate) fn with_without_tests(self, without_tests: Vec<Estimate>) -> Self {
        Self {
            without_tests,
            ..self
        }
    }

    /// Whether a row was looked at by the fit.
    pub(crate) fn is_fitted(&self, row: usize) -> bool {
        self.panel.is_observed(row) && row % self.panel.periods() >= self.derived.burn_in
    }

    /// How much a row counted in the fit, in units of the mean.
    pub(crate) fn weight_of(&self, row: usize) -> f64 {
        let weight = self.panel.weights().map_or(1.0, |weights| weights[row]);
        match self.is_fitted(row) {
            true => weight / self.derived.mean_weight,
            false => 0.0,
        }
    }

    /// The estimate of a figure that has a value for each draw, with its 90 % interval.
    pub(crate) fn estimate(&self, values: &[f64]) -> Estimate {
        Estimate::from_draws(values, self.weights(), ConfidenceLevel::P90)
    }

    /// The draws' weights, which are equal and sum to 1.
    pub(crate) fn weights(&self) -> &[f64] {
        &self.derived.weights
    }
}
