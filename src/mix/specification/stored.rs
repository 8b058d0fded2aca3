//! A specification as a file has it, before it is checked.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::mix::specification::baseline::Baseline;
use crate::mix::specification::bounds::Bounds;
use crate::mix::specification::channel::ChannelSettings;
use crate::mix::specification::effect_prior::EffectPrior;
use crate::mix::specification::funnel::Funnel;
use crate::mix::specification::likelihood::Likelihood;
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::specification::pooling::{GeoScale, Pooling};
use crate::mix::specification::roi_prior::RoiPrior;
use crate::mix::specification::synergy::Synergy;
use crate::mix::specification::treatment::Reference;
use crate::mix::transform::Order;

/// The fields of a stored specification; those that are missing have their defaults.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Fields {
    default: ChannelSettings,
    channels: Vec<(String, ChannelSettings)>,
    control_bounds: Vec<(String, Bounds)>,
    treatments: Vec<(String, Reference)>,
    window: Option<usize>,
    burn_in: Option<usize>,
    order: Order,
    pooling: Pooling,
    geo_scale: GeoScale,
    baseline: Baseline,
    penalty: Option<(f64, f64)>,
    lift_tests: Vec<LiftTest>,
    roi_priors: Vec<RoiPrior>,
    effect_priors: Vec<EffectPrior>,
    synergies: Vec<Synergy>,
    funnels: Vec<Funnel>,
    likelihood: Likelihood,
}

impl TryFrom<Fields> for MixSpecification {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let specification = Self {
            default: fields.default,
            channels: fields.channels,
            control_bounds: fields.control_bounds,
            treatments: fields.treatments,
            window: fields.window,
            burn_in: fields.burn_in,
            order: fields.order,
            pooling: fields.pooling,
            geo_scale: fields.geo_scale,
            baseline: fields.baseline,
            penalty: fields.penalty,
            lift_tests: fields.lift_tests,
            roi_priors: fields.roi_priors,
            effect_priors: fields.effect_priors,
            synergies: fields.synergies,
            funnels: fields.funnels,
            likelihood: fields.likelihood,
        };
        specification.check_settings()?;
        Ok(specification)
    }
}
