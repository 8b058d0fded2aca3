//! The bounds of one channel.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A channel's spend now and the bounds of its planned spend.
///
/// Numbers are checked where a plan is made.
///
/// ```
/// use mixtouch::budget::ChannelBudget;
///
/// let tv = ChannelBudget::new("tv", 50.0).with_bounds(20.0..=100.0);
/// assert_eq!((tv.now(), tv.low(), tv.high()), (50.0, 20.0, 100.0));
/// let search = ChannelBudget::new("search", 30.0).with_relative_bounds(0.5..=2.0);
/// assert_eq!((search.low(), search.high()), (15.0, 60.0));
/// let fixed = ChannelBudget::new("fair", 10.0);
/// assert_eq!((fixed.low(), fixed.high()), (10.0, 10.0));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ChannelBudget {
    channel: String,
    now: f64,
    low: f64,
    high: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channel: String,
    now: f64,
    low: f64,
    high: f64,
    #[serde(default)]
    step: Option<f64>,
}

/// The most steps that a channel's range may have.
const MOST_STEPS: f64 = 10_000.0;

impl TryFrom<Fields> for ChannelBudget {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let budget = Self::new(fields.channel, fields.now).with_bounds(fields.low..=fields.high);
        let budget = Self {
            step: fields.step,
            ..budget
        };
        budget.check().map(|()| budget)
    }
}

impl ChannelBudget {
    /// A channel that spends `now` (0 or more) and keeps that spend, until bounds are given.
    pub fn new(channel: impl Into<String>, now: f64) -> Self {
        Self {
            channel: channel.into(),
            now,
            low: now,
            high: now,
            step: None,
        }
    }

    /// The channel is bought in whole multiples of an amount > 0, such as the price of one flight
    /// of spots. A plan's total is then an upper limit, as multiples need not add up to it.
    ///
    /// ```
    /// use mixtouch::budget::{Budget, ChannelBudget, Ensemble, Goal, ResponseCurve};
    ///
    /// struct Root(f64);
    ///
    /// impl ResponseCurve for Root {
    ///     fn response(&self, spend: f64) -> f64 {
    ///         self.0 * spend.sqrt()
    ///     }
    ///
    ///     fn slope(&self, spend: f64) -> f64 {
    ///         0.5 * self.0 / spend.sqrt()
    ///     }
    /// }
    ///
    /// let budget = Budget::new([
    ///     ChannelBudget::new("tv", 50.0).with_bounds(0.0..=100.0).with_steps(30.0),
    ///     ChannelBudget::new("search", 50.0).with_bounds(0.0..=100.0),
    /// ]);
    /// // Without steps television has 20 of 100.
    /// let curves = Ensemble::single(vec![Root(1.0), Root(2.0)])?;
    /// let plan = budget.plan(&curves, Goal::Outcome { total: 100.0 })?;
    /// assert_eq!(plan.channel("tv").unwrap().planned, 30.0);
    /// assert!((plan.channel("search").unwrap().planned - 70.0).abs() < 1e-9);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_steps(self, step: f64) -> Self {
        Self {
            step: Some(step),
            ..self
        }
    }

    /// The least and the most it may spend, both included, finite and 0 or more. The spend now may
    /// lie outside.
    ///
    /// An upper bound is always needed: a response curve says little far beyond the spend it was
    /// learnt from.
    #[must_use]
    pub fn with_bounds(self, bounds: RangeInclusive<f64>) -> Self {
        let (low, high) = bounds.into_inner();
        Self { low, high, ..self }
    }

    /// The least and the most it may spend, as multiples of its spend now.
    #[must_use]
    pub fn with_relative_bounds(self, factors: RangeInclusive<f64>) -> Self {
        let (least, most) = factors.into_inner();
        Self {
            low: least * self.now,
            high: most * self.now,
            ..self
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        let Self {
            channel,
            now,
            low,
            high,
            step,
        } = self;
        for (name, value) in [
            ("spend now", now),
            ("lower bound", low),
            ("upper bound", high),
        ] {
            if !(value.is_finite() && *value >= 0.0) {
                return Err(Error::setting(
                    format!("{name} of channel {channel:?}"),
                    value,
                    "a finite number, 0 or more",
                ));
            }
        }
        if low > high {
            return Err(Error::setting(
                format!("lower bound of channel {channel:?}"),
                low,
                format!("at most its upper bound {high}"),
            ));
        }
        match step {
            Some(step) => self.check_step(*step),
            None => Ok(()),
        }
    }

    fn check_step(&self, step: f64) -> Result<()> {
        let expected = if !(step.is_finite() && step > 0.0) {
            "a finite number > 0".to_owned()
        } else if self.high / step > MOST_STEPS {
            format!("at least a 10,000th of its upper bound {}", self.high)
        } else if self.multiples(step).is_empty() {
            format!("a multiple from {} to {}", self.low, self.high)
        } else {
            return Ok(());
        };
        let name = format!("step of channel {:?}", self.channel);
        Err(Error::setting(name, step, expected))
    }

    /// Which multiples of the step lie within the bounds, up to rounding.
    pub(crate) fn multiples(&self, step: f64) -> std::ops::Range<u32> {
        let first = (self.low / step - 1e-9).ceil().max(0.0) as u32;
        let last = (self.high / step + 1e-9).floor() as u32;
        first..last + 1
    }

    /// The same channel, which takes any amount.
    pub(crate) fn without_steps(self) -> Self {
        Self { step: None, ..self }
    }

    /// The amount in whose multiples the channel is bought, if it is.
    pub const fn step(&self) -> Option<f64> {
        self.step
    }

    /// The channel's name.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The channel's spend now.
    pub const fn now(&self) -> f64 {
        self.now
    }

    /// The least it may spend.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The most it may spend.
    pub const fn high(&self) -> f64 {
        self.high
    }
}
