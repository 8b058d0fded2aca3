//! One channel's settings.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Channel;
use crate::mix::specification::bounds::Bounds;
use crate::mix::specification::changing_effect::ChangingEffect;
use crate::mix::transform::{AdstockFamily, Prior, SaturationFamily, TransformParameter};

/// How one channel is modelled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChannelSettings {
    pub(crate) adstock: AdstockFamily,
    pub(crate) saturation: SaturationFamily,
    /// Ranges of transform parameters: name, lower and upper end. A later one replaces an earlier.
    pub(crate) ranges: Vec<(String, f64, f64)>,
    /// Priors of transform parameters in place of their family's. A later one replaces an earlier.
    pub(crate) priors: Vec<(String, Prior)>,
    /// Bounds of the coefficient, in units of the mean KPI.
    pub(crate) bounds: Bounds,
    pub(crate) penalty_factor: f64,
    /// How often the effect may change its course; none where it is constant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changing: Option<ChangingEffect>,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            adstock: AdstockFamily::Geometric,
            saturation: SaturationFamily::Hill,
            ranges: vec![],
            priors: vec![],
            bounds: Bounds::from_range(0.0..),
            penalty_factor: 1.0,
            changing: None,
        }
    }
}

impl ChannelSettings {
    /// An error if a bound or the penalty factor is out of range.
    pub(crate) fn check(&self) -> Result<()> {
        self.bounds.check()?;
        if !(self.penalty_factor >= 0.0 && self.penalty_factor.is_finite()) {
            return Err(Error::setting(
                "penalty factor",
                self.penalty_factor,
                "a finite number, 0 or more",
            ));
        }
        Ok(())
    }

    /// The transform parameters that have to be found for a column, over a window of `window`
    /// periods: first the adstock's, then the saturation's, each within its range.
    pub(crate) fn parameters(
        &self,
        column: &Channel,
        window: usize,
    ) -> Result<(Vec<TransformParameter>, Vec<TransformParameter>)> {
        let mut saturation = self.saturation.parameters();
        if column.frequency().is_some() && self.saturation == SaturationFamily::Hill {
            saturation = saturation_of_frequency();
        }
        let adstock = self.adstock.parameters(window);
        let all = || adstock.iter().chain(&saturation);
        let named = self.ranges.iter().map(|(name, ..)| name);
        let mut named = named.chain(self.priors.iter().map(|(name, _)| name));
        if let Some(name) = named.find(|name| !all().any(|p| p.name() == *name)) {
            let known: Vec<&str> = all().map(TransformParameter::name).collect();
            return Err(Error::setting(
                "transform parameter",
                name,
                format!("one of {}", known.join(", ")),
            ));
        }
        Ok((self.ranged(adstock)?, self.ranged(saturation)?))
    }

    /// Parameters confined to the ranges that were set for them.
    fn ranged(&self, parameters: Vec<TransformParameter>) -> Result<Vec<TransformParameter>> {
        parameters
            .into_iter()
            .map(|parameter| {
                let prior = self.priors.iter().rev();
                let mut prior = prior.filter(|(name, _)| name == parameter.name());
                let parameter = match prior.next() {
                    Some((_, prior)) => parameter.with_prior(*prior)?,
                    None => parameter,
                };
                let range = self
                    .ranges
                    .iter()
                    .rev()
                    .find(|(name, ..)| name == parameter.name());
                range.map_or(Ok(parameter), |(_, low, high)| {
                    parameter.within(*low, *high)
                })
            })
            .collect()
    }
}

/// Hill's parameters for frequency in units of its largest value. A first contact may do little and
/// the third more, so that the curve is S-shaped unless the data say otherwise.
fn saturation_of_frequency() -> Vec<TransformParameter> {
    let prior = |median, deviation, low, high| Prior::LogNormal {
        median,
        deviation,
        low,
        high,
    };
    vec![
        TransformParameter::new("half_saturation", prior(0.5, 1.0, 0.01, 20.0)),
        TransformParameter::new("slope", prior(2.0, 0.4, 0.05, 10.0)),
    ]
}
