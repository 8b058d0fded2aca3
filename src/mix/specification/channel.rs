//! One channel's settings.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::specification::bounds::Bounds;
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

    /// The transform parameters that have to be found, for a window of `window` periods: first the
    /// adstock's, then the saturation's, each within its range.
    pub(crate) fn parameters(
        &self,
        window: usize,
    ) -> Result<(Vec<TransformParameter>, Vec<TransformParameter>)> {
        let (adstock, saturation) = (
            self.adstock.parameters(window),
            self.saturation.parameters(),
        );
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
