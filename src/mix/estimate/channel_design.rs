//! A channel made ready for the search: families, parameters and scaled activity.

use crate::error::Result;
use crate::mix::panel::Panel;
use crate::mix::specification::scales::Scales;
use crate::mix::specification::{ChangingEffect, MixSpecification};
use crate::mix::transform::activity::Activity;
use crate::mix::transform::curve::Transform;
use crate::mix::transform::{AdstockFamily, LagWindow, Order};
#[cfg(feature = "bayes")]
use crate::mix::transform::{ChannelCurve, Prior};
use crate::mix::transform::{SaturationFamily, TransformParameter};

/// A channel's families and parameters, and its activity in units of each geo's maximum.
#[derive(Debug, Clone)]
pub(crate) struct ChannelDesign {
    adstock: AdstockFamily,
    saturation: SaturationFamily,
    adstock_parameters: Vec<TransformParameter>,
    saturation_parameters: Vec<TransformParameter>,
    /// How much each knot of a changing effect counts in each period; none where it is constant.
    pub(crate) hats: Vec<Vec<f64>>,
    /// Activity / scale, by geo, then period.
    window: LagWindow,
    pub(crate) activity: Activity,
    /// Spend over the panel.
    pub(crate) spend: f64,
}

impl ChannelDesign {
    /// A channel of a panel, by its place.
    pub(crate) fn new(
        panel: &Panel,
        specification: &MixSpecification,
        scales: &Scales,
        channel: usize,
    ) -> Result<Self> {
        let column = &panel.channels()[channel];
        let settings = specification.settings(column.name());
        let window = specification.window_for(column.name(), panel.period())?;
        let (adstock_parameters, saturation_parameters) =
            settings.parameters(column, window.length())?;
        Ok(Self {
            adstock: settings.adstock,
            saturation: settings.saturation,
            window,
            adstock_parameters,
            saturation_parameters,
            hats: hats(panel, specification, scales, column.name()),
            activity: scales.scaled_activity(panel, channel),
            spend: column.spend().iter().sum(),
        })
    }

    /// Whether a point of the unit cube stands for the same transforms of both.
    pub(crate) fn is_shaped_like(&self, other: &Self) -> bool {
        (self.adstock, self.saturation, self.window)
            == (other.adstock, other.saturation, other.window)
            && self.adstock_parameters == other.adstock_parameters
            && self.saturation_parameters == other.saturation_parameters
            && self.hats.is_empty() == other.hats.is_empty()
    }

    pub(crate) fn dimensions(&self) -> usize {
        let changing = usize::from(!self.hats.is_empty());
        self.adstock_parameters.len() + self.saturation_parameters.len() + changing
    }

    /// The share of the effect's standard deviation by which it steps from knot to knot at a point
    /// of the unit cube; none where the effect is constant.
    pub(crate) fn step_share(&self, point: &[f64]) -> Option<f64> {
        let at = point.last().filter(|_| !self.hats.is_empty())?;
        Some(ChangingEffect::step_share().prior().quantile(*at))
    }

    /// The transform parameters' names, adstock's first.
    #[cfg(feature = "bayes")]
    pub(crate) fn parameter_names(&self) -> impl Iterator<Item = &'static str> {
        let parameters = self.adstock_parameters.iter();
        parameters
            .chain(&self.saturation_parameters)
            .map(TransformParameter::name)
    }

    /// The transform parameters' priors, adstock's first.
    #[cfg(feature = "bayes")]
    pub(crate) fn priors(&self) -> impl Iterator<Item = &Prior> {
        let parameters = self.adstock_parameters.iter();
        parameters
            .chain(&self.saturation_parameters)
            .map(TransformParameter::prior)
    }

    /// The curve with given values of its parameters, adstock's first.
    #[cfg(feature = "bayes")]
    pub(crate) fn curve(&self, values: &[f64], order: Order) -> ChannelCurve {
        let (adstock, saturation) = values.split_at(self.adstock_parameters.len());
        let transform = Transform {
            adstock: self.adstock,
            adstock_at: adstock.to_vec(),
            saturation: self.saturation,
            saturation_at: saturation.to_vec(),
            window: self.window,
            order,
        };
        transform.bind(&self.activity)
    }

    /// The transform at a point of the unit cube.
    pub(crate) fn transform(&self, point: &[f64], order: Order) -> Transform {
        let (adstock, saturation) = point.split_at(self.adstock_parameters.len());
        let values = |parameters: &[TransformParameter], at: &[f64]| {
            parameters
                .iter()
                .zip(at)
                .map(|(parameter, u)| parameter.prior().quantile(*u))
                .collect()
        };
        Transform {
            adstock: self.adstock,
            adstock_at: values(&self.adstock_parameters, adstock),
            saturation: self.saturation,
            saturation_at: values(&self.saturation_parameters, saturation),
            window: self.window,
            order,
        }
    }
}

/// How much each knot of a channel's effect counts in each period.
fn hats(
    panel: &Panel,
    specification: &MixSpecification,
    scales: &Scales,
    channel: &str,
) -> Vec<Vec<f64>> {
    let knots = specification.effect_knots(channel, scales.timeline, panel.period());
    let hats = knots.map(|knots| (0..knots.count()).map(move |k| knots.hat(k, panel.dates())));
    hats.into_iter().flatten().collect()
}
