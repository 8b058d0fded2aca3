//! Differential privacy: noise that hides whether any one person was there.

use crate::error::{Error, Result};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize;

/// How much a report may tell of any one person, however much a reader knows of the others.
///
/// A report is epsilon-differentially private where its probability with and without any one
/// person differs by a factor of at most e^epsilon (Dwork, McSherry, Nissim and Smith 2006). Two
/// reports of the same persons add up to the sum of their epsilons. Minimum groups promise less:
/// two reports, before and after a purchase, may differ by that purchase.
///
/// What one person can change has to be bounded: conversions beyond the most, and channels beyond
/// the most, do not count. Tighter bounds need less noise and cut off more.
///
/// ```
/// use mixtouch::privacy::DifferentialPrivacy;
///
/// let privacy = DifferentialPrivacy::new(1.0)?.with_most_conversions(2.0).with_most_channels(4);
/// assert_eq!((privacy.epsilon(), privacy.most_channels()), (1.0, 4));
/// assert!(DifferentialPrivacy::new(0.0).is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DifferentialPrivacy {
    epsilon: f64,
    most_conversions: f64,
    most_channels: u32,
}

read_settings!(DifferentialPrivacy, Fields);

#[derive(Deserialize)]
struct Fields {
    epsilon: f64,
    #[serde(default = "one")]
    most_conversions: f64,
    #[serde(default = "three")]
    most_channels: u32,
}

fn one() -> f64 {
    1.0
}

fn three() -> u32 {
    3
}

impl TryFrom<Fields> for DifferentialPrivacy {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let privacy = Self::new(fields.epsilon)?
            .with_most_conversions(fields.most_conversions)
            .with_most_channels(fields.most_channels);
        privacy.check()?;
        Ok(privacy)
    }
}

impl DifferentialPrivacy {
    /// With this epsilon a person, 0.001 to 100: below 1 is strong, above 10 is little. A person
    /// counts with 1 conversion and 3 channels at most.
    ///
    /// # Errors
    /// If epsilon is out of range.
    pub fn new(epsilon: f64) -> Result<Self> {
        let privacy = Self {
            epsilon,
            most_conversions: one(),
            most_channels: three(),
        };
        privacy.check()?;
        Ok(privacy)
    }

    /// The most conversions that count of one person, 0.001 to 1,000,000; 1 unless set.
    #[must_use]
    pub const fn with_most_conversions(self, most_conversions: f64) -> Self {
        Self {
            most_conversions,
            ..self
        }
    }

    /// The most channels in whose number of persons one person counts, 1 to 1,000; 3 unless set.
    #[must_use]
    pub const fn with_most_channels(self, most_channels: u32) -> Self {
        Self {
            most_channels,
            ..self
        }
    }

    /// The privacy loss of the whole report.
    pub const fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// The most conversions that count of one person.
    pub const fn most_conversions(&self) -> f64 {
        self.most_conversions
    }

    /// The most channels in whose number of persons one person counts.
    pub const fn most_channels(&self) -> u32 {
        self.most_channels
    }

    /// An error if a setting is out of range.
    pub(crate) fn check(&self) -> Result<()> {
        if !(1e-3..=100.0).contains(&self.epsilon) {
            return Err(Error::setting("epsilon", self.epsilon, "0.001 to 100"));
        }
        if !(1e-3..=1e6).contains(&self.most_conversions) {
            return Err(Error::setting(
                "the most conversions of a person",
                self.most_conversions,
                "0.001 to 1000000",
            ));
        }
        if !(1..=1_000).contains(&self.most_channels) {
            return Err(Error::setting(
                "the most channels of a person",
                self.most_channels,
                "1 to 1000",
            ));
        }
        Ok(())
    }
}

/// The secret that noise is made of: 32 bytes from a source of randomness made for secrets. Whoever
/// has it can take the noise away, so it is hidden in debugging output and cleared when dropped.
///
/// The same figures with the same key get the same noise, so that asking again tells nothing new.
/// Other figures get other noise, which no one without the key can tell from chance.
///
/// ```
/// let key = mixtouch::privacy::NoiseKey::new([7; 32]);
/// assert_eq!(format!("{key:?}"), "NoiseKey(..)");
/// ```
#[derive(Clone)]
pub struct NoiseKey([u8; 32]);

impl NoiseKey {
    /// The key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Noise for these figures.
    pub(crate) fn noise(&self, figures: &[i64], settings: &[u64]) -> Noise {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&(settings.len() as u64).to_le_bytes());
        for setting in settings {
            hasher.update(&setting.to_le_bytes());
        }
        for figure in figures {
            hasher.update(&figure.to_le_bytes());
        }
        Noise(hasher.finalize_xof())
    }
}

impl Drop for NoiseKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for NoiseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoiseKey(..)")
    }
}

/// Random numbers that depend on key and figures alone.
pub(crate) struct Noise(blake3::OutputReader);

impl Noise {
    /// A whole number k with probability in proportion to exp(-|k| / scale): the two-sided geometric
    /// distribution (Ghosh, Roughgarden and Sundararajan 2009), the Laplace distribution of whole
    /// numbers. Whole numbers have no low bits that could give away what they were added to
    /// (Mironov 2012).
    pub(crate) fn geometric(&mut self, scale: f64) -> i64 {
        self.one_sided(scale) - self.one_sided(scale)
    }

    fn one_sided(&mut self, scale: f64) -> i64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        let above_0 = (u64::from_le_bytes(bytes) >> 11) + 1; // 1 to 2^53
        let uniform = above_0 as f64 / (1_u64 << 53) as f64;
        (-libm::log(uniform) * scale).floor() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities of neighbouring numbers stand in the ratio exp(1 / scale), which is the whole
    /// of the promise: a person moves a figure by so many steps at most.
    #[test]
    fn noise_is_geometric() {
        let (mut noise, scale, draws) = (NoiseKey::new([1; 32]).noise(&[1], &[]), 2.0, 400_000);
        let mut counts = [0_u32; 9];
        for _ in 0..draws {
            let at = noise.geometric(scale) + 4;
            if let Some(count) = usize::try_from(at).ok().and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
        }
        let alpha = f64::exp(-1.0 / scale);
        for (at, &count) in counts.iter().enumerate() {
            let distance = (at as i32 - 4).abs();
            let expected = f64::from(draws) * (1.0 - alpha) / (1.0 + alpha) * alpha.powi(distance);
            let deviation = (f64::from(count) - expected) / expected.sqrt();
            assert!(deviation.abs() < 4.5, "{at}: {count} of {expected}");
        }
    }

    #[test]
    fn noise_depends_on_key_and_figures() {
        let draw = |key: u8, figures: &[i64], settings: &[u64]| {
            let mut noise = NoiseKey::new([key; 32]).noise(figures, settings);
            (0..4).map(|_| noise.geometric(1e6)).collect::<Vec<_>>()
        };
        let first = draw(1, &[5, 6], &[1]);
        assert_eq!(first, draw(1, &[5, 6], &[1]));
        for other in [
            draw(2, &[5, 6], &[1]),
            draw(1, &[5, 7], &[1]),
            draw(1, &[5, 6], &[2]),
        ] {
            assert_ne!(first, other);
        }
        // what is a setting is no figure
        assert_ne!(draw(1, &[1, 2], &[]), draw(1, &[2], &[1]));
    }

    #[test]
    fn settings_are_checked() {
        for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-4, 101.0] {
            assert!(DifferentialPrivacy::new(epsilon).is_err());
        }
        let stored = r#"{"epsilon": 1.0, "most_conversions": 0.0}"#;
        assert!(serde_json::from_str::<DifferentialPrivacy>(stored).is_err());
        let misspelt = r#"{"epsilon": 1.0, "most_channel": 2}"#;
        assert!(serde_json::from_str::<DifferentialPrivacy>(misspelt).is_err());
        let privacy = DifferentialPrivacy::new(0.5).unwrap().with_most_channels(9);
        let text = serde_json::to_string(&privacy).unwrap();
        assert_eq!(
            serde_json::from_str::<DifferentialPrivacy>(&text).unwrap(),
            privacy
        );
    }
}
