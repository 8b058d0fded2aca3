//! What a test is worth over the periods for which its answer is used.

use crate::error::{Error, Result};
use crate::experiment::test_value::{PossibleTruth, TestValue};
use serde::Serialize;

/// The most periods that a horizon has.
const MOST: u32 = 10_000;

/// For how many periods a decision is made, and what a test costs of them.
///
/// A test of k periods costs c in each, and its answer is used in those that are left. With V what
/// the answer is worth in a period ([`TestValue::value`]), d the discount and n the horizon, the
/// test is worth
///
/// `V (d^k + .. + d^(n - 1)) - c (1 + .. + d^(k - 1))`.
///
/// ```
/// use mixtouch::experiment::{PossibleTruth, TestHorizon, TestValue};
///
/// // 1,000 a week are spent: stop, or go on?
/// let truths = [0.4, 0.8, 1.2, 1.6]
///     .map(|roi| PossibleTruth::new(1.0, 1_000.0 * roi, [0.0, 1_000.0 * (roi - 1.0)]));
/// let year = TestHorizon::new(52)?.with_cost(250.0);
/// // weekly sales are off by 2,000: how long should it run?
/// let lengths = year.lengths(&truths, 2_000.0)?;
/// let best = TestHorizon::best(&lengths).unwrap();
/// assert!((5..20).contains(&best.periods()) && best.worth() > 0.0, "{best:?}");
/// // for a campaign of six weeks no test pays
/// let short = TestHorizon::new(6)?.with_cost(250.0).lengths(&truths, 2_000.0)?;
/// assert!(TestHorizon::best(&short).is_none());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TestHorizon {
    periods: u32,
    discount: f64,
    cost: f64,
}

/// A test of some length, and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TestLength {
    periods: u32,
    standard_error: f64,
    value: f64,
    worth: f64,
}

impl TestLength {
    /// Periods that the test runs.
    pub const fn periods(&self) -> u32 {
        self.periods
    }

    /// Its standard error, a period of what it measures.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// What its answer is worth in a period.
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// What the test is worth over the horizon, its costs taken off; below 0 where it does not pay.
    pub const fn worth(&self) -> f64 {
        self.worth
    }
}

impl TestHorizon {
    /// A decision for so many periods, all of the same worth, and a test without costs.
    ///
    /// # Errors
    /// If there is no period, or more than 10,000.
    pub fn new(periods: u32) -> Result<Self> {
        if !(1..=MOST).contains(&periods) {
            let expected = "1 to 10,000 periods";
            return Err(Error::setting("a test's horizon", periods, expected));
        }
        Ok(Self {
            periods,
            discount: 1.0,
            cost: 0.0,
        })
    }

    /// What a gain is worth a period later, relative to now: above 0 and up to 1. Below 1 also where
    /// the answer grows old.
    #[must_use]
    pub fn with_discount(self, discount: f64) -> Self {
        Self { discount, ..self }
    }

    /// What a period of the test costs, in the unit of the gains: also what its touches withheld
    /// would have gained.
    #[must_use]
    pub fn with_cost(self, cost: f64) -> Self {
        Self { cost, ..self }
    }

    /// What a test of `periods` periods is worth over the horizon, where its answer is worth
    /// `value` in each period after it.
    ///
    /// ```
    /// use mixtouch::experiment::{PossibleTruth, TestHorizon, TestValue};
    ///
    /// let truths = [0.5, 1.5].map(|roi| PossibleTruth::new(1.0, roi, [0.0, roi - 1.0]));
    /// let value = TestValue::new(&truths, 1e-6)?;
    /// // certainty is worth 0.25 a period: 4 periods cost 0.1 each, 8 are left
    /// let worth = TestHorizon::new(12)?.with_cost(0.1).worth(&value, 4)?;
    /// assert!((worth - (8.0 * 0.25 - 0.4)).abs() < 1e-9);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the test has no period or is longer than the horizon, the discount is not above 0 and up
    /// to 1, or the cost is not finite.
    pub fn worth(&self, value: &TestValue, periods: u32) -> Result<f64> {
        self.check()?;
        if !(1..=self.periods).contains(&periods) {
            let expected = format!("1 to {} periods, the horizon", self.periods);
            return Err(Error::setting("a test's length", periods, expected));
        }
        Ok(self.net(value.value(), periods))
    }

    /// Tests of 1, 2, 3 .. periods up to the horizon less one, each with its worth.
    ///
    /// `truths` say what a period would measure and gain; `standard_error` is that of a test of one
    /// period, and falls with the root of the length: what comes after one period must not depend on
    /// what came before.
    ///
    /// # Errors
    /// As for [`TestValue::new`]; or if the discount is not above 0 and up to 1, or the cost is not
    /// finite.
    pub fn lengths(
        &self,
        truths: &[PossibleTruth],
        standard_error: f64,
    ) -> Result<Vec<TestLength>> {
        self.check()?;
        let length = |periods: u32| {
            let standard_error = standard_error / f64::from(periods).sqrt();
            let value = TestValue::new(truths, standard_error)?.value();
            Ok(TestLength {
                periods,
                standard_error,
                value,
                worth: self.net(value, periods),
            })
        };
        (1..self.periods).map(length).collect()
    }

    /// The length that is worth most, the shortest of equals; none where no test pays.
    pub fn best(lengths: &[TestLength]) -> Option<&TestLength> {
        let paying = lengths.iter().filter(|length| length.worth > 0.0);
        paying.reduce(|best, length| {
            if length.worth > best.worth {
                length
            } else {
                best
            }
        })
    }

    fn net(&self, value: f64, periods: u32) -> f64 {
        let (mut worth, mut discount) = (0.0, 1.0);
        for period in 0..self.periods {
            let gain = if period < periods { -self.cost } else { value };
            worth += discount * gain;
            discount *= self.discount;
        }
        worth
    }

    fn check(&self) -> Result<()> {
        if !(self.discount > 0.0 && self.discount <= 1.0) {
            let expected = "above 0 and up to 1";
            return Err(Error::setting("discount a period", self.discount, expected));
        }
        if !self.cost.is_finite() {
            let expected = "a finite number";
            return Err(Error::setting("cost of a test", self.cost, expected));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn truths() -> Vec<PossibleTruth> {
        let roi = |at: usize| 0.5 + at as f64 / 8.0;
        let each = (0..9).map(roi);
        each.map(|roi| PossibleTruth::new(1.0, roi, [0.0, roi - 1.0]))
            .collect()
    }

    #[test]
    fn a_discount_counts_as_by_hand() {
        let value = TestValue::new(&truths(), 0.5).unwrap();
        let horizon = TestHorizon::new(4)
            .unwrap()
            .with_discount(0.5)
            .with_cost(0.2);
        let worth = horizon.worth(&value, 2).unwrap();
        let known = value.value() * (0.25 + 0.125) - 0.2 * 1.5;
        approx::assert_relative_eq!(worth, known, max_relative = 1e-12);
        // a test as long as the horizon only costs
        approx::assert_relative_eq!(horizon.worth(&value, 4).unwrap(), -0.2 * 1.875);
    }

    #[test]
    fn longer_horizons_ask_for_longer_tests() {
        let best = |periods: u32, cost: f64| {
            let horizon = TestHorizon::new(periods).unwrap().with_cost(cost);
            let lengths = horizon.lengths(&truths(), 1.0).unwrap();
            assert_eq!(lengths.len(), periods as usize - 1);
            let values: Vec<f64> = lengths.iter().map(TestLength::value).collect();
            assert!(values.is_sorted(), "{values:?}");
            TestHorizon::best(&lengths).map_or(0, TestLength::periods)
        };
        assert!(best(12, 0.0) < best(52, 0.0) && best(52, 0.0) < best(208, 0.0));
        assert!(best(52, 0.1) < best(52, 0.0));
        assert_eq!(best(52, 100.0), 0);
        assert_eq!(best(1, 0.0), 0);
    }

    #[test]
    fn impossible_horizons_are_refused() {
        assert!(TestHorizon::new(0).is_err() && TestHorizon::new(u32::MAX).is_err());
        let value = TestValue::new(&truths(), 1.0).unwrap();
        let horizon = TestHorizon::new(4).unwrap();
        assert!(horizon.worth(&value, 0).is_err() && horizon.worth(&value, 5).is_err());
        for discount in [0.0, -1.0, 1.1, f64::NAN] {
            assert!(horizon.with_discount(discount).worth(&value, 2).is_err());
        }
        assert!(horizon.with_cost(f64::NAN).lengths(&truths(), 1.0).is_err());
        assert!(horizon.lengths(&truths(), 0.0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn no_test_is_worth_more_than_certainty_from_the_first_period(
            periods in 2u32..30, error in 0.01f64..10.0, discount in 0.5f64..1.0,
        ) {
            let horizon = TestHorizon::new(periods).unwrap().with_discount(discount);
            let certain = TestValue::new(&truths(), error).unwrap().value_of_certainty();
            for length in horizon.lengths(&truths(), error).unwrap() {
                prop_assert!(length.worth() <= certain * f64::from(periods - length.periods()) + 1e-12);
            }
        }
    }
}
