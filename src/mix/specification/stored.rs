//! A specification as a file has it, before it is checked.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::mix::specification::baseline::Baseline;
use crate::mix::specification::channel::ChannelSettings;
use crate::mix::specification::roi_prior::RoiPrior;
use crate::mix::specification::{GeoScale, MixSpecification, Order, Pooling};

#[derive(Deserialize)]
pub(super) struct Fields {
    default: ChannelSettings,
    channels: Vec<(String, ChannelSettings)>,
    control_bounds: Vec<(String, Option<f64>, Option<f64>)>,
    window: Option<usize>,
    order: Order,
    pooling: Pooling,
    geo_scale: GeoScale,
    baseline: Baseline,
    penalty: Option<(f64, f64)>,
    trials: usize,
    front: usize,
    seed: u64,
    ensemble: usize,
    folds: usize,
    lift_tests: Vec<LiftTest>,
    roi_priors: Vec<RoiPrior>,
}

impl TryFrom<Fields> for MixSpecification {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        let mut mix = Self::new()
            .trials(f.trials)?
            .front_trials(f.front)
            .seed(f.seed)
            .ensemble(f.ensemble)?
            .folds(f.folds)?;
        mix = mix
            .order(f.order)
            .pooling(f.pooling)?
            .geo_scale(f.geo_scale)
            .baseline(f.baseline);
        mix = mix.lift_tests(f.lift_tests).roi_priors(f.roi_priors);
        if let Some(window) = f.window {
            mix = mix.window(window)?;
        }
        if let Some((low, high)) = f.penalty {
            mix = mix.penalty(low, high)?;
        }
        for (control, low, high) in f.control_bounds {
            mix = mix.control_bounds(control, low, high)?;
        }
        for (name, settings) in &f.channels {
            mix = mix.with_channel_bounds(
                name,
                settings.bounds.0,
                settings.bounds.1.unwrap_or(f64::INFINITY),
            )?;
            mix = mix.penalty_factor_of(name, settings.penalty_factor)?;
        }
        Ok(Self {
            default: f.default,
            channels: f.channels,
            ..mix
        })
    }
}
