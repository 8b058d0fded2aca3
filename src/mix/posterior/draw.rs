//! One draw from the posterior of a mix model.

use serde::{Deserialize, Serialize};

use crate::mix::transform::ChannelCurve;

/// What the search judges a candidate by.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let objectives = model.draws()[0].objectives().expect("a search made it");
/// assert!(objectives.nrmse > 0.0 && objectives.rssd >= 0.0);
/// assert_eq!(objectives.lift_error, None);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Objectives {
    /// Root mean square error over the KPI's range (Robyn's NRMSE), in sample.
    pub nrmse: f64,
    /// The same over the validation folds; none without folds.
    pub validation_nrmse: Option<f64>,
    /// DECOMP.RSSD: the distance between the channels' shares of the effect and of the spend.
    pub rssd: f64,
    /// Root mean square of the lift tests' errors in units of their standard errors; none without
    /// tests.
    pub lift_error: Option<f64>,
    /// Logarithm of the evidence for the candidate, up to a constant.
    pub score: f64,
}

/// The noise that a model leaves.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let noise = model.noise().expect("a search estimates it");
/// assert!(noise.variance > 0.0 && noise.inflation >= 1.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// Residual variance, of the KPI in units of its geo's scale; > 0. Of Student's t the squared
    /// scale.
    pub variance: f64,
    /// How many successive rows say as much as one independent row, 1 or more: (1 + r) / (1 - r)
    /// for residuals with the first autocorrelation r.
    pub inflation: f64,
}

/// One draw from the posterior: each channel's transforms, and the coefficients of media and
/// baseline.
///
/// An [`Estimator`](crate::mix::estimate::Estimator) gets one from
/// [`TransformedDesign::draw`](crate::mix::estimate::TransformedDesign::draw).
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let draw = &model.draws()[0];
/// assert_eq!(draw.curves().len(), panel.channels().len());
/// assert!(draw.coefficients().iter().flatten().all(|effect| *effect >= 0.0));
/// let parts = model.decomposition_by(draw)?;
/// assert_eq!(parts.prediction().len(), panel.rows());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PosteriorDraw {
    pub(crate) curves: Vec<ChannelCurve>,
    /// Effect of a full response, by channel, then geo, in units of the KPI; of a changing effect
    /// that at the panel's end.
    pub(crate) coefficients: Vec<Vec<f64>>,
    /// The same of changing effects by channel, then geo, then knot; no geos for a channel whose
    /// effect is constant, no channels where all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) knots: Vec<Vec<Vec<f64>>>,
    /// Effect of two channels' full response together, by synergy, then geo, in units of the KPI.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) synergies: Vec<Vec<f64>>,
    /// Coefficients of the baseline's columns, in units of scaled KPI: each geo's own, holidays and
    /// controls, then controls with bounds.
    pub(crate) baseline: Vec<f64>,
    /// The ridge penalty that the coefficients were found with; 0 for none.
    pub(crate) penalty: f64,
    /// What only a search knows; none where another estimator made the draw.
    pub(crate) candidate: Option<Candidate>,
}

/// What a search knows of a draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Candidate {
    pub(crate) objectives: Objectives,
    pub(crate) kkt_residual: f64,
    /// Where in the unit cube of parameters it lies.
    pub(crate) point: Vec<f64>,
}

impl PosteriorDraw {
    /// A draw that no search made.
    pub(crate) const fn new(
        curves: Vec<ChannelCurve>,
        coefficients: Vec<Vec<f64>>,
        baseline: Vec<f64>,
    ) -> Self {
        Self {
            curves,
            coefficients,
            knots: vec![],
            synergies: vec![],
            baseline,
            penalty: 0.0,
            candidate: None,
        }
    }

    /// The same draw, with the effects at the knots of those that change.
    pub(crate) fn with_knots(self, knots: Vec<Vec<Vec<f64>>>) -> Self {
        Self { knots, ..self }
    }

    /// The same draw, with the effects of what channels bring together.
    pub(crate) fn with_synergies(self, synergies: Vec<Vec<f64>>) -> Self {
        Self { synergies, ..self }
    }

    /// The effect of both channels' full response together, in units of the KPI, by synergy of the
    /// specification, then geo.
    pub fn synergies(&self) -> &[Vec<f64>] {
        &self.synergies
    }

    /// The effect of a full response at each knot, from the panel's first to its last day, by geo;
    /// none where the effect is constant. Channels are numbered in the panel's order.
    pub fn effect_at_knots(&self, channel: usize) -> Option<&[Vec<f64>]> {
        let geos = self.knots.get(channel)?;
        (!geos.is_empty()).then_some(geos)
    }

    /// The same draw, with the ridge penalty that it was found with.
    #[must_use]
    pub fn with_penalty(self, penalty: f64) -> Self {
        Self { penalty, ..self }
    }

    /// Each channel's transforms, in the panel's order of channels.
    pub fn curves(&self) -> &[ChannelCurve] {
        &self.curves
    }

    /// The effect of a full response by channel, then geo, in units of the KPI; of an effect that
    /// changes over time, that at the panel's end.
    pub fn coefficients(&self) -> &[Vec<f64>] {
        &self.coefficients
    }

    /// The ridge penalty that the coefficients were found with; 0 for none.
    pub const fn penalty(&self) -> f64 {
        self.penalty
    }

    /// What the search judged it by; none where another estimator made the draw.
    pub fn objectives(&self) -> Option<&Objectives> {
        self.candidate.as_ref().map(|c| &c.objectives)
    }

    /// How far the linear part is from its exact optimum, relative to the size of its terms; none
    /// where no search made the draw.
    pub fn kkt_residual(&self) -> Option<f64> {
        self.candidate.as_ref().map(|c| c.kkt_residual)
    }
}
