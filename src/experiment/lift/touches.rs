//! Touches of other channels that a test counted besides its outcome.

use serde::{Deserialize, Serialize};

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
    pub(super) fn new(channel: String, brought: f64, standard_error: f64) -> Self {
        Self {
            channel,
            brought,
            standard_error,
        }
    }

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
