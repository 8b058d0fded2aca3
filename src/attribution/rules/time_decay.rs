//! The closer to the conversion, the more credit.

use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::{Parameters, parameters};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::journeys::days_to_duration;
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A touch weighs `2^(-age / half-life)`, age measured to the conversion (Adobe, Google Ads).
/// Measuring to the last touch, as DP6 does, gives the same shares after normalising.
///
/// Adobe's worked example - $50, paid search 9 days before, social 6, e-mail and display on the
/// day, half-life 7 days - gives 6.92, 9.32, 16.88 and 16.88:
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys, attribute};
/// use mixtouch::attribution::rules::TimeDecay;
///
/// let (mut log, day) = (Events::new(), 86_400);
/// for (channel, age) in [("paid search", 9), ("social", 6), ("e-mail", 0), ("display", 0)] {
///     log.push(Event::touch("ann", (10 - age) * day, channel))?;
/// }
/// log.push(Event::conversion("ann", 10 * day).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let credits = attribute(&journeys, &TimeDecay::days(7.0)?)?;
/// for (channel, value) in [("paid search", 6.92), ("social", 9.32), ("e-mail", 16.88)] {
///     assert!((credits.channel(channel).unwrap().value - value).abs() < 0.005);
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Fields")]
pub struct TimeDecay {
    /// Seconds.
    half_life: f64,
    /// 2^(-age / half-life) = coarse[age / STEP] x fine[age % STEP]: two look-ups instead of a
    /// power, and within 2 units in the last place of it.
    coarse: Vec<f64>,
    fine: Vec<f64>,
}

const STEP: usize = 4096;
/// Ages up to 2 years are tabled; beyond, the power is taken.
const COARSE: usize = 16_384;

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Fields {
    half_life_seconds: f64,
}

impl Default for Fields {
    fn default() -> Self {
        TimeDecay::default().into()
    }
}

read_settings!(TimeDecay, Fields);

impl Default for TimeDecay {
    /// A half-life of 7 days.
    fn default() -> Self {
        Self::days(7.0).expect("7 days are > 0")
    }
}

impl From<TimeDecay> for Fields {
    fn from(decay: TimeDecay) -> Self {
        Self {
            half_life_seconds: decay.half_life,
        }
    }
}

impl TryFrom<Fields> for TimeDecay {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let seconds = fields.half_life_seconds;
        if !(seconds > 0.0 && seconds.is_finite()) {
            return Err(Error::setting(
                "half-life",
                format!("{seconds} s"),
                "a positive, finite number of seconds",
            ));
        }
        let weight = |age: usize| libm::exp2(-(age as f64) / seconds);
        Ok(Self {
            half_life: seconds,
            coarse: (0..COARSE).map(|at| weight(at * STEP)).collect(),
            fine: (0..STEP).map(weight).collect(),
        })
    }
}

impl TimeDecay {
    /// With that half-life.
    ///
    /// # Errors
    /// If the half-life is 0.
    pub fn new(half_life: Duration) -> Result<Self> {
        Fields {
            half_life_seconds: half_life.as_secs_f64(),
        }
        .try_into()
    }

    /// With a half-life in days; 7 is the usual one.
    ///
    /// # Errors
    /// If the half-life is 0, negative or not finite.
    pub fn days(half_life: f64) -> Result<Self> {
        Self::new(days_to_duration("half-life", half_life)?)
    }

    #[inline]
    fn weight(&self, age: u32) -> f64 {
        let age = age as usize;
        match self.coarse.get(age / STEP) {
            Some(coarse) => coarse * self.fine[age % STEP],
            None => libm::exp2(-(age as f64) / self.half_life),
        }
    }
}

impl AttributionModel for TimeDecay {
    fn needs(&self) -> Needs {
        Needs {
            times: true,
            ..Needs::default()
        }
    }

    fn parameters(&self) -> Parameters {
        parameters([(
            "half_life_days",
            (self.half_life / f64::from(crate::time::limits::DAY)).into(),
        )])
    }

    /// Ages count from the last touch, which changes no share: a journey long before its conversion
    /// would otherwise weigh zero in every touch when the half-life is short.
    #[inline]
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let times = journey.times();
        let last = times.last().copied().unwrap_or(0);
        for (weight, time) in weights.iter_mut().zip(times) {
            *weight = self.weight(last - time);
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_lives_are_checked() {
        for days in [0.0, -7.0, f64::NAN, f64::INFINITY] {
            assert!(TimeDecay::days(days).is_err(), "{days}");
        }
        assert!(serde_json::from_str::<TimeDecay>(r#"{"half_life_seconds": 0.0}"#).is_err());
    }

    #[test]
    fn the_tables_equal_the_power() {
        let decay = TimeDecay::days(7.0).unwrap();
        for age in [
            0u32,
            1,
            4095,
            4096,
            604_800,
            2_592_000,
            67_108_863,
            67_108_864,
            u32::MAX,
        ] {
            let power = libm::exp2(-f64::from(age) / 604_800.0);
            approx::assert_relative_eq!(decay.weight(age), power, max_relative = 1e-15);
        }
    }
}
