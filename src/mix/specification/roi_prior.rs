//! Beliefs about returns.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What is believed about a channel's return before the data speak, as one more row of the
/// regression.
///
/// ```
/// use mixtouch::mix::specification::{MixSpecification, RoiPrior};
///
/// // Two tests elsewhere say 1.5 per unit spent on television, give or take 0.4.
/// let belief = RoiPrior::new("tv", 1.5, 0.4)?;
/// assert_eq!((belief.mean(), belief.standard_deviation()), (1.5, 0.4));
/// let specification = MixSpecification::new().with_roi_priors(vec![belief]);
/// assert!(RoiPrior::new("tv", 1.5, 0.0).is_err());
/// # let _ = specification;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RoiFields")]
pub struct RoiPrior {
    channel: String,
    mean: f64,
    standard_deviation: f64,
}

#[derive(Deserialize)]
struct RoiFields {
    channel: String,
    mean: f64,
    standard_deviation: f64,
}

impl TryFrom<RoiFields> for RoiPrior {
    type Error = Error;

    fn try_from(f: RoiFields) -> Result<Self> {
        Self::new(f.channel, f.mean, f.standard_deviation)
    }
}

impl RoiPrior {
    /// The channel's contribution over the panel, per unit spent, with the standard deviation that
    /// says how sure one is of it. Where the panel has the revenue of a unit of the KPI, it is the
    /// contribution's revenue per unit spent.
    ///
    /// # Errors
    /// If the mean is not finite or the standard deviation not a finite number > 0.
    pub fn new(channel: impl Into<String>, mean: f64, standard_deviation: f64) -> Result<Self> {
        if !mean.is_finite() {
            return Err(Error::setting(
                "mean of an ROI prior",
                mean,
                "a finite number",
            ));
        }
        if !(standard_deviation > 0.0 && standard_deviation.is_finite()) {
            return Err(Error::setting(
                "standard deviation of an ROI prior",
                standard_deviation,
                "a finite number > 0",
            ));
        }
        Ok(Self {
            channel: channel.into(),
            mean,
            standard_deviation,
        })
    }

    /// The channel.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Contribution, or its revenue where the panel has that of a unit of the KPI, per unit spent.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// How far off it may well be.
    pub const fn standard_deviation(&self) -> f64 {
        self.standard_deviation
    }
}
