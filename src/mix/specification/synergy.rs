//! Media that work better together.

use std::ops::RangeBounds;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::specification::bounds::Bounds;

/// Two channels that bring more, or less, together than each alone.
///
/// The model has one more term, coefficient x response of the first x response of the second, each
/// after adstock and saturation. Its coefficient has either sign unless told otherwise, so that an
/// interval about nothing holds 0, and bears the penalty that a channel's bears. What the term
/// brings is half the first channel's contribution and half the second's, as Shapley divides what
/// only both together bring.
///
/// Source: interaction of media in Naik and Raman (2003), "Understanding the Impact of Synergy in
/// Multimedia Communications".
///
/// ```
/// use mixtouch::mix::specification::{MixSpecification, Synergy};
///
/// // Television makes search work better, and does not compete with it.
/// let synergy = Synergy::new("tv", "search").with_bounds(0.0..);
/// let specification = MixSpecification::new().with_synergy(synergy);
/// # let _ = specification;
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synergy {
    first: String,
    second: String,
    pub(crate) bounds: Bounds,
}

impl Synergy {
    /// Of two different channels, by name.
    pub fn new(first: impl Into<String>, second: impl Into<String>) -> Self {
        Self {
            first: first.into(),
            second: second.into(),
            bounds: Bounds::from_range(..),
        }
    }

    /// Bounds of the coefficient, both ends included, in units of the mean KPI; `..` unless set. With
    /// `0.0..` no interval holds 0: whether there is a synergy at all is then for
    /// [`FitFinding::SynergyUnproven`](crate::mix::posterior::FitFinding) to say.
    #[must_use]
    pub fn with_bounds(self, bounds: impl RangeBounds<f64>) -> Self {
        Self {
            bounds: Bounds::from_range(bounds),
            ..self
        }
    }

    /// The two channels.
    pub fn channels(&self) -> (&str, &str) {
        (&self.first, &self.second)
    }

    /// The two channels' places in a panel.
    ///
    /// # Errors
    /// If one is not in the panel.
    pub(crate) fn places(&self, panel: &Panel) -> Result<(usize, usize)> {
        let place = |name: &str| panel.channel_index("a synergy", name);
        Ok((place(&self.first)?, place(&self.second)?))
    }

    /// An error if bounds are out of order, or it is one channel with itself.
    pub(super) fn check(&self) -> Result<()> {
        if self.first == self.second {
            let expected = "two different channels";
            return Err(Error::setting("synergy", &self.first, expected));
        }
        self.bounds.check()
    }

    /// Whether it is of the same two channels as another.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let (a, b) = other.channels();
        self.channels() == (a, b) || self.channels() == (b, a)
    }
}
