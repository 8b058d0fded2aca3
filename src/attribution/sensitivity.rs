//! How much selection would explain a channel's credit away.

use serde::{Deserialize, Serialize};

/// What a fitted hazard shows of one channel, before any test: how strong selection would have to
/// be to explain it, and how much there is reason to suspect some.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::simulate::worlds::World;
/// use mixtouch::{AttributionModel, Fit, JourneyOptions};
///
/// let journeys = World::Baseline.simulate(5_000, 1)?.journeys(JourneyOptions::default())?;
/// let model = AdditiveHazard::default().fit(&journeys)?;
/// let search = model.channels().and_then(|channels| channels.id("paid_search")).unwrap();
/// let sensitivity = &model.sensitivity()[search.index()];
/// let (ratio, needed) = (sensitivity.rate_ratio().unwrap(), sensitivity.e_value().unwrap());
/// assert!(1.0 < ratio && ratio < needed);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sensitivity {
    /// Conversions while a touch of the channel could have an effect.
    pub exposed: f64,
    /// How many of them the log credits to the channel, 0 to `exposed`.
    pub caused: f64,
    /// The share of the channel's touches that visits of unpaid channels brought, where such are
    /// declared, 0 to 1. They cannot cause touches: a large share says that the channel follows the
    /// same intent, and is the first to test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspicion: Option<f64>,
}

impl Sensitivity {
    /// How many times as many conversions come under the channel's exposure as without its effect:
    /// `exposed / (exposed - caused)`. Unknown without conversions or where all of them are caused.
    pub fn rate_ratio(&self) -> Option<f64> {
        let others = self.exposed - self.caused;
        let ratio = self.exposed / others;
        (others > 1e-9 * self.exposed && ratio.is_finite()).then_some(ratio.max(1.0))
    }

    /// The E-value (VanderWeele and Ding 2017), `R + sqrt(R (R - 1))`: an intent that is not seen
    /// explains all of the channel's effect only if it raises both conversions and the channel's
    /// touches by that factor or more.
    pub fn e_value(&self) -> Option<f64> {
        let ratio = self.rate_ratio()?;
        Some(ratio + (ratio * (ratio - 1.0)).sqrt())
    }
}
