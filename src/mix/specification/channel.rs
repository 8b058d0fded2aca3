//! One channel's settings.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::transform::AdstockFamily;
use crate::mix::transform::Parameter;
use crate::mix::transform::SaturationFamily;

/// How one channel is modelled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChannelSettings {
    pub(crate) adstock: AdstockFamily,
    pub(crate) saturation: SaturationFamily,
    pub(crate) ranges: Vec<(String, f64, f64)>,
    pub(crate) bounds: (f64, Option<f64>),
    pub(crate) penalty_factor: f64,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        let (adstock, saturation) = (AdstockFamily::Geometric, SaturationFamily::Hill);
        Self {
            adstock,
            saturation,
            ranges: vec![],
            bounds: (0.0, None),
            penalty_factor: 1.0,
        }
    }
}

impl ChannelSettings {
    /// The searched parameters: first the adstock's, then the saturation's, with ranges applied.
    pub(crate) fn parameters(&self, window: usize) -> Result<(Vec<Parameter>, Vec<Parameter>)> {
        let ranged = |parameters: Vec<Parameter>| {
            parameters
                .into_iter()
                .map(|p| {
                    let range = self.ranges.iter().rev().find(|(name, ..)| name == p.name());
                    range.map_or(Ok(p), |(_, low, high)| p.within(*low, *high))
                })
                .collect::<Result<Vec<_>>>()
        };
        let (adstock, saturation) = (
            self.adstock.parameters(window),
            self.saturation.parameters(),
        );
        if let Some((name, low, high)) = self
            .ranges
            .iter()
            .find(|(name, ..)| !adstock.iter().chain(&saturation).any(|p| p.name() == name))
        {
            let known: Vec<&str> = adstock
                .iter()
                .chain(&saturation)
                .map(Parameter::name)
                .collect();
            return Err(Error::setting(
                "range",
                format!("{name} in {low}..{high}"),
                format!("a range of one of {}", known.join(", ")),
            ));
        }
        Ok((ranged(adstock)?, ranged(saturation)?))
    }
}
