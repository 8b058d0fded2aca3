//! One amount of a chart.

use crate::stats::Estimate;

/// An amount with the ends of its interval, or an amount that is not known.
///
/// What is NaN, infinite or beyond 1e300, where sums overflow, is not known. An interval of which
/// an end is not known is left out.
///
/// ```
/// use mixtouch::report::chart::Mark;
///
/// let roi = Mark::new(1.5).with_interval(0.8, 2.4);
/// assert_eq!((roi.value(), roi.interval()), (Some(1.5), Some((0.8, 2.4))));
/// assert_eq!(Mark::new(f64::NAN), Mark::MISSING);
/// assert_eq!(Mark::new(1.0).with_interval(0.0, f64::INFINITY).interval(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    value: Option<f64>,
    interval: Option<(f64, f64)>,
}

impl Mark {
    /// An amount that is not known.
    pub const MISSING: Self = Self {
        value: None,
        interval: None,
    };

    /// An amount without interval; missing if `None`, NaN or infinite.
    pub fn new(value: impl Into<Option<f64>>) -> Self {
        Self {
            value: value.into().filter(is_known),
            interval: None,
        }
    }

    /// The same amount with the ends of its interval, lower end first; without one where an end is
    /// not known or the amount is not.
    #[must_use]
    pub fn with_interval(self, low: impl Into<Option<f64>>, high: impl Into<Option<f64>>) -> Self {
        let ends = low.into().zip(high.into());
        let known = |(low, high): &(f64, f64)| is_known(low) && is_known(high);
        Self {
            interval: ends.filter(known).filter(|_| self.value.is_some()),
            ..self
        }
    }

    /// The amount, if it is known; finite.
    pub const fn value(self) -> Option<f64> {
        self.value
    }

    /// The lower and upper end of the interval, if there is one; finite.
    pub const fn interval(self) -> Option<(f64, f64)> {
        self.interval
    }

    /// The amount and the ends of its interval.
    pub(crate) fn figures(self) -> impl Iterator<Item = f64> {
        let ends = self
            .interval
            .into_iter()
            .flat_map(|(low, high)| [low, high]);
        self.value.into_iter().chain(ends)
    }
}

/// Whether an amount can be drawn and written.
fn is_known(amount: &f64) -> bool {
    amount.abs() <= 1e300
}

impl From<f64> for Mark {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl From<Option<f64>> for Mark {
    fn from(value: Option<f64>) -> Self {
        Self::new(value)
    }
}

impl From<Estimate> for Mark {
    fn from(estimate: Estimate) -> Self {
        Self::new(estimate.value()).with_interval(estimate.low(), estimate.high())
    }
}

impl From<Option<Estimate>> for Mark {
    fn from(estimate: Option<Estimate>) -> Self {
        estimate.map_or(Self::MISSING, Self::from)
    }
}
