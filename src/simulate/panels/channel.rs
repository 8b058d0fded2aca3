//! How a channel truly works.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::simulate::panels::spend::SpendPattern;

/// A true saturation curve, from carried spend (as a multiple of the geo's largest period) to a
/// share of the channel's effect.
///
/// ```
/// use mixtouch::simulate::panels::TrueSaturation;
///
/// let hill = TrueSaturation::Hill { slope: 1.0, half: 0.4 };
/// assert!((hill.response(0.4) - 0.5).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TrueSaturation {
    /// x^slope / (half^slope + x^slope).
    Hill {
        /// Steepness; S-shaped above 1.
        slope: f64,
        /// Where half of the effect is reached.
        half: f64,
    },
    /// (1 - e^(-rate x)) / (1 + e^(-rate x)).
    Logistic {
        /// How fast it saturates.
        rate: f64,
    },
}

impl TrueSaturation {
    /// The share of the effect at a carried spend.
    pub fn response(self, x: f64) -> f64 {
        match self {
            Self::Hill { slope, half } => {
                let power = libm::pow(x / half, slope);
                power / (1.0 + power)
            }
            Self::Logistic { rate } => libm::tanh(0.5 * rate * x),
        }
    }

    fn parameters(self) -> [f64; 2] {
        match self {
            Self::Hill { slope, half } => [slope, half],
            Self::Logistic { rate } => [rate, 1.0],
        }
    }
}

/// A channel of a simulated world.
///
/// Its contribution in a period is effect * saturation(sum over lags l below `window` of
/// `carry_over`^l * spend / scale), where the scale is the geo's largest spend in a period, and the
/// weights are divided by their sum where `normalised` says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrueChannel {
    /// The channel's name.
    pub name: String,
    /// How its spend runs over time.
    pub pattern: SpendPattern,
    /// The level of its spend in a period.
    pub level: f64,
    /// Standard deviation of the draws its spend is made of, relative to the level.
    pub volatility: f64,
    /// Sales in a period, if it were saturated.
    pub effect: f64,
    /// Geometric carry-over from one period to the next, 0 or more and < 1.
    pub carry_over: f64,
    /// How many periods a unit of spend works, its own included.
    pub window: usize,
    /// Whether the adstock weights sum to 1.
    pub normalised: bool,
    /// Its saturation.
    pub saturation: TrueSaturation,
}

impl TrueChannel {
    /// A channel with a spend pattern, carry-over and saturation, whose adstock is not normalised
    /// and reaches 8 periods.
    ///
    /// # Errors
    /// If the name is empty, or a number is negative, not finite or (carry-over) not below 1.
    pub fn new(
        name: impl Into<String>,
        (pattern, level, volatility): (SpendPattern, f64, f64),
        effect: f64,
        carry_over: f64,
        saturation: TrueSaturation,
    ) -> Result<Self> {
        let name = name.into();
        if name.is_empty() {
            return Err(Error::setting("channel", "\"\"", "a name"));
        }
        let [first, second] = saturation.parameters();
        let numbers = [
            ("level of spend", level),
            ("saturation's first parameter", first),
            ("saturation's second parameter", second),
        ]
        .map(|(what, x)| (what, x, x > 0.0));
        let others =
            [("volatility", volatility), ("effect", effect)].map(|(what, x)| (what, x, x >= 0.0));
        for (what, value, fits) in numbers.into_iter().chain(others).chain([(
            "carry-over",
            carry_over,
            (0.0..1.0).contains(&carry_over),
        )]) {
            if !(fits && value.is_finite()) {
                return Err(Error::setting(
                    format!("{what} of channel {name:?}"),
                    value,
                    "a finite number in its range",
                ));
            }
        }
        pattern.check(&name)?;
        Ok(Self {
            name,
            pattern,
            level,
            volatility,
            effect,
            carry_over,
            window: 8,
            normalised: false,
            saturation,
        })
    }

    /// The same with weights that sum to 1.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        self.normalised = true;
        self
    }

    /// Adstock weights by lag.
    pub fn weights(&self) -> Vec<f64> {
        let raw: Vec<f64> = (0..self.window)
            .map(|lag| libm::pow(self.carry_over, lag as f64))
            .collect();
        let sum: f64 = if self.normalised {
            raw.iter().sum()
        } else {
            1.0
        };
        raw.iter().map(|weight| weight / sum).collect()
    }

    /// Contribution in each period of one geo, from its spend and the spend that counts as 1.
    pub fn contributions(&self, spend: &[f64], scale: f64) -> Vec<f64> {
        if scale <= 0.0 {
            return vec![0.0; spend.len()];
        }
        let weights = self.weights();
        let carried = |t: usize| -> f64 {
            weights
                .iter()
                .take(t + 1)
                .enumerate()
                .map(|(lag, weight)| weight * spend[t - lag] / scale)
                .sum()
        };
        (0..spend.len())
            .map(|t| self.effect * self.saturation.response(carried(t)))
            .collect()
    }
}
