//! Touches of other channels that a test counted besides its outcome.

use serde::{Deserialize, Serialize};

use crate::experiment::lift::lift_test::LiftTest;

/// Touches of another channel that the touches tested brought, as a test counted them: branded
/// searches that display brought, say (search lift).
///
/// ```
/// use mixtouch::experiment::LiftTest;
///
/// let test = LiftTest::new("display", "2026-01-15".parse()?, "2026-02-13".parse()?)
///     .with_share(0.5)
///     .with_outcome_change(48.0)
///     .with_standard_error(58.0)
///     .with_touches_brought("branded_search", 2_900.0, 280.0);
/// let searches = &test.touches_brought()[0];
/// assert_eq!((searches.channel(), searches.brought()), ("branded_search", 2_900.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TouchesBrought {
    channel: String,
    brought: f64,
    standard_error: f64,
}

impl TouchesBrought {
    /// The channel whose touches were counted.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// How many of them the touches tested brought.
    pub const fn brought(&self) -> f64 {
        self.brought
    }

    /// Standard error of that number.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }
}

impl LiftTest {
    /// Touches of another channel that the touches tested brought, of the same persons and days as
    /// the outcome, with the standard error of their number. For attribution: it says how much of
    /// the other channel's credit belongs to the touches that brought its own
    /// ([`AdditiveHazard::with_mediators`]). A mix model does not read it.
    ///
    /// Persons often have many more such touches than conversions, so that a test far too small for
    /// conversions tells them. [`PersonTest`] gives both numbers from a log whose conversions are
    /// these touches. Call it once for each channel counted.
    ///
    /// [`AdditiveHazard::with_mediators`]: crate::attribution::hazard::AdditiveHazard::with_mediators
    /// [`PersonTest`]: crate::experiment::PersonTest
    #[must_use]
    pub fn with_touches_brought(
        mut self,
        channel: impl Into<String>,
        brought: f64,
        standard_error: f64,
    ) -> Self {
        self.touches.push(TouchesBrought {
            channel: channel.into(),
            brought,
            standard_error,
        });
        self.touches
            .sort_by(|one, other| one.channel.cmp(&other.channel));
        self
    }

    /// Touches of other channels that the touches tested brought, by channel.
    pub fn touches_brought(&self) -> &[TouchesBrought] {
        &self.touches
    }
}
