//! Removal effects, and credit as a share by channel.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Each channel's removal effect, for conversions and for value, and with it the channel's share of
/// the credit: its effect over the sum of all.
///
/// ```
/// use mixtouch::attribution::ChannelShares;
///
/// let shares = ChannelShares::new(vec![0.75, 0.25], vec![0.0, 0.0])?;
/// assert_eq!(shares.of_conversions(), Some(vec![0.75, 0.25]));
/// assert_eq!(shares.of_value(), shares.of_conversions());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ChannelShares {
    conversions: Vec<f64>,
    value: Vec<f64>,
}

#[derive(Deserialize)]
struct Fields {
    conversions: Vec<f64>,
    value: Vec<f64>,
}

impl TryFrom<Fields> for ChannelShares {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Self::new(fields.conversions, fields.value)
    }
}

impl ChannelShares {
    /// From removal effects by channel number: of conversions, and of value.
    ///
    /// # Errors
    /// If an effect is negative or not finite, or the sum of all is not finite, or the lists have different lengths.
    pub fn new(conversions: Vec<f64>, value: Vec<f64>) -> Result<Self> {
        if conversions.len() != value.len() {
            let expected = format!("as many as effects of conversions, {}", conversions.len());
            return Err(Error::setting(
                "the number of effects of value",
                value.len(),
                expected,
            ));
        }
        for &effect in conversions.iter().chain(&value) {
            if !(effect >= 0.0 && effect.is_finite()) {
                return Err(Error::setting(
                    "a removal effect",
                    effect,
                    "a finite number, 0 or more",
                ));
            }
        }
        for (name, effects) in [("conversions", &conversions), ("value", &value)] {
            let sum: f64 = effects.iter().sum();
            if !sum.is_finite() {
                let name = format!("the sum of removal effects on {name}");
                return Err(Error::setting(name, sum, "a finite number"));
            }
        }
        Ok(Self { conversions, value })
    }

    /// The removal effect of each channel on conversions.
    pub fn removal_effects(&self) -> &[f64] {
        &self.conversions
    }

    /// The removal effect of each channel on value.
    pub fn value_removal_effects(&self) -> &[f64] {
        &self.value
    }

    /// Each channel's share of the conversions; `None` when no channel has an effect.
    pub fn of_conversions(&self) -> Option<Vec<f64>> {
        normalised(&self.conversions)
    }

    /// Each channel's share of the value; that of the conversions when no channel has an effect on
    /// value.
    pub fn of_value(&self) -> Option<Vec<f64>> {
        normalised(&self.value).or_else(|| self.of_conversions())
    }
}

fn normalised(effects: &[f64]) -> Option<Vec<f64>> {
    let sum: f64 = effects.iter().sum();
    (sum > 0.0).then(|| effects.iter().map(|effect| effect / sum).collect())
}
