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
/// The same question about the same figures with the same key gets the same noise, so that asking
/// again tells nothing new. That is also its danger: of two reports of one key, yesterday's and
/// today's, equal noise says that nothing happened between them. So each report that is published
/// takes a key of its own from [`NoiseKey::for_release`]: one label, one report. Only then do the
/// epsilons of reports add up.
///
/// ```
/// use mixtouch::privacy::NoiseKey;
///
/// let key = NoiseKey::new([7; 32]);
/// assert_eq!(format!("{:?}", key.for_release("2026-03")), "NoiseKey(..)");
/// ```
#[derive(Clone)]
pub struct NoiseKey([u8; 32]);

impl NoiseKey {
    /// The key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of one report: BLAKE3, keyed, of the label. The noise of two labels is independent,
    /// whatever the figures. Give each report that is published a label that no other has, such as
    /// its day and its place: `2026-03-31 shops`. The same label gives the same key again.
    ///
    /// ```
    /// use mixtouch::attribution::PrivateCredits;
    /// use mixtouch::attribution::rules::LastTouch;
    /// use mixtouch::privacy::{DifferentialPrivacy, NoiseKey};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// for person in 0..1_000 {
    ///     log.push(Event::touch(person, 1_767_225_600, "tv"))?;
    ///     log.push(Event::conversion(person, 1_767_229_200))?;
    /// }
    /// let options = JourneyOptions::default().with_unique_orders(false);
    /// let journeys = Journeys::from_events(&log, options)?;
    /// let (privacy, key) = (DifferentialPrivacy::new(1.0)?, NoiseKey::new([7; 32]));
    /// let report = |label: &str| {
    ///     PrivateCredits::new(&journeys, &LastTouch, ["tv"], privacy, &key.for_release(label))
    /// };
    /// assert_eq!(report("monday")?, report("monday")?);
    /// // nothing happened since, and nobody can tell
    /// assert_ne!(report("monday")?, report("tuesday")?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn for_release(&self, label: &str) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(RELEASE).update(label.as_bytes());
        let key = Self(*hasher.finalize().as_bytes());
        hasher.zeroize();
        key
    }

    /// Noise for these figures, of what the names say.
    pub(crate) fn noise(&self, names: &[&str], settings: &[u64], figures: &[i64]) -> Noise {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        let length = |length: usize| (length as u64).to_le_bytes();
        hasher.update(NOISE).update(&length(names.len()));
        for name in names {
            hasher.update(&length(name.len())).update(name.as_bytes());
        }
        hasher.update(&length(settings.len()));
        for setting in settings {
            hasher.update(&setting.to_le_bytes());
        }
        for figure in figures {
            hasher.update(&figure.to_le_bytes());
        }
        let noise = Noise(hasher.finalize_xof());
        hasher.zeroize();
        noise
    }
}

/// What a hash is for goes first, so that a label can never be the bytes of figures.
const RELEASE: &[u8; 8] = b"release\0";
const NOISE: &[u8; 8] = b"noise\0\0\0";

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

/// Random numbers that depend on key, question and figures alone.
pub(crate) struct Noise(blake3::OutputReader);

impl Drop for Noise {
    fn drop(&mut self) {
        self.0.zeroize(); // it holds the key
    }
}

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
        let (mut noise, scale, draws) =
            (NoiseKey::new([1; 32]).noise(&[], &[], &[1]), 2.0, 400_000);
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
    fn noise_depends_on_key_names_settings_and_figures() {
        let draw = |key: &NoiseKey, names: &[&str], settings: &[u64], figures: &[i64]| {
            let mut noise = key.noise(names, settings, figures);
            (0..4).map(|_| noise.geometric(1e6)).collect::<Vec<_>>()
        };
        let key = NoiseKey::new([1; 32]);
        let all = [
            draw(&key, &["tv"], &[1], &[5, 6]),
            draw(&NoiseKey::new([2; 32]), &["tv"], &[1], &[5, 6]),
            draw(&key.for_release("monday"), &["tv"], &[1], &[5, 6]),
            draw(&key.for_release("tuesday"), &["tv"], &[1], &[5, 6]),
            draw(&key, &["radio"], &[1], &[5, 6]),
            draw(&key, &["t", "v"], &[1], &[5, 6]),
            draw(&key, &["tv"], &[2], &[5, 6]),
            draw(&key, &["tv"], &[1], &[5, 7]),
            draw(&key, &["tv"], &[], &[1, 5, 6]), // what is a setting is no figure
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[..at].iter().all(|other| other != one), "{at}");
        }
        let again = draw(&key.for_release("monday"), &["tv"], &[1], &[5, 6]);
        assert_eq!(all[2], again);
    }

    #[test]
    #[allow(unsafe_code)] // what drop leaves behind can be seen in no other way
    fn a_dropped_key_leaves_no_bytes() {
        let mut key = std::mem::ManuallyDrop::new(NoiseKey::new([0xa5; 32]));
        // SAFETY: it is dropped once, in place, and what is read then are plain bytes
        unsafe { std::mem::ManuallyDrop::drop(&mut key) };
        assert_eq!(key.0, [0; 32]);
    }

    #[test]
    fn a_key_is_not_told() {
        let key = NoiseKey::new([0xa5; 32]);
        for key in [key.for_release("monday"), key] {
            assert_eq!(format!("{key:?}"), "NoiseKey(..)");
        }
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
