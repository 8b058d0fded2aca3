//! The tests to choose from, and what their answer decides.

use crate::error::{Error, Result};

/// The tests to choose from: each channel's touches withheld from a share of persons, for as long
/// as the period reported; and what is decided by them.
///
/// ```
/// use mixtouch::attribution::TestDesign;
///
/// // A tenth of persons, and 40 % of what customers pay is earned.
/// let design = TestDesign::default().with_share(0.1).with_margin(0.4);
/// assert_eq!(design.share(), 0.1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestDesign {
    share: f64,
    margin: f64,
    growth: Option<Growth>,
}

/// What more may be spent, as a share of the cost, and the return on it as a share of today's.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Growth {
    more: f64,
    returning: f64,
}

impl Default for TestDesign {
    fn default() -> Self {
        Self {
            share: 0.5,
            margin: 1.0,
            growth: None,
        }
    }
}

impl TestDesign {
    /// The share of persons held out, above 0 and below 1; a half unless set.
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// What is earned of each unit of value, before the cost of advertising: above 0; 1 unless set.
    #[must_use]
    pub fn with_margin(self, margin: f64) -> Self {
        Self { margin, ..self }
    }

    /// Beside stopping a channel and going on as today there is a third decision: to spend `more`
    /// besides, as a share of its cost, which returns `returning` of what today's spend does. Both
    /// finite and > 0. Going on with more gains
    ///
    /// rho x margin x V - C + more x (returning x rho x margin x V - C).
    ///
    /// ```
    /// use mixtouch::attribution::TestDesign;
    ///
    /// // Half more, at six tenths of the return.
    /// let design = TestDesign::default().with_growth(0.5, 0.6);
    /// assert_ne!(design, TestDesign::default());
    /// ```
    #[must_use]
    pub fn with_growth(self, more: f64, returning: f64) -> Self {
        Self {
            growth: Some(Growth { more, returning }),
            ..self
        }
    }

    /// The share of persons held out.
    pub const fn share(&self) -> f64 {
        self.share
    }

    pub(super) const fn margin(&self) -> f64 {
        self.margin
    }

    /// What each decision gains of a channel that earns so much and costs so much.
    pub(super) fn gains(&self, earned: f64, cost: f64) -> Vec<f64> {
        let kept = earned - cost;
        let mut gains = vec![0.0, kept];
        if let Some(Growth { more, returning }) = self.growth {
            gains.push(kept + more * (returning * earned - cost));
        }
        gains
    }

    pub(super) fn checked(self) -> Result<Self> {
        if !(self.share > 0.0 && self.share < 1.0) {
            let expected = "above 0 and below 1";
            return Err(Error::setting(
                "the share of persons held out",
                self.share,
                expected,
            ));
        }
        let growth = self.growth.into_iter().flat_map(|growth| {
            let returning = ("the return on more spend", growth.returning);
            [("what more may be spent", growth.more), returning]
        });
        let mut numbers = std::iter::once(("the margin", self.margin)).chain(growth);
        match numbers.find(|(_, number)| !(*number > 0.0 && number.is_finite())) {
            Some((what, number)) => Err(Error::setting(what, number, "a finite number > 0")),
            None => Ok(self),
        }
    }
}
