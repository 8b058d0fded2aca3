//! What a test is worth before it is run.

use crate::error::{Error, Result};
use serde::Serialize;

/// Points of the test's noise that are looked at for each possible truth, in standard errors: from
/// -4 to 4, evenly.
const POINTS: i32 = 8;
const STEP: f64 = 0.5;
/// Possible truths looked at; of more, as many taken evenly.
const MOST: usize = 1_000;

/// One thing that may be true: a draw from a posterior, or a cell of a prior.
///
/// ```
/// use mixtouch::experiment::PossibleTruth;
///
/// // An ROI of 1.8 of 1,000 spent: a pause would show 1,800; stopping gains 0, going on 800.
/// let truth = PossibleTruth::new(1.0, 1_800.0, [0.0, 800.0]);
/// assert_eq!(truth.gains(), [0.0, 800.0]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PossibleTruth {
    weight: f64,
    measured: f64,
    gains: Vec<f64>,
}

impl PossibleTruth {
    /// What may be true with that weight: the test would measure `measured` but for its noise, and
    /// each decision in turn would gain so much.
    pub fn new(weight: f64, measured: f64, gains: impl IntoIterator<Item = f64>) -> Self {
        Self {
            weight,
            measured,
            gains: gains.into_iter().collect(),
        }
    }

    /// How likely it is, relative to the others.
    pub const fn weight(&self) -> f64 {
        self.weight
    }

    /// What the test would measure, but for its noise.
    pub const fn measured(&self) -> f64 {
        self.measured
    }

    /// What each decision would gain.
    pub fn gains(&self) -> &[f64] {
        &self.gains
    }
}

/// What a test is worth before it is run: the expected value of sample information (Raiffa and
/// Schlaifer 1961).
///
/// With g(d) the gain of decision d and L what the test will measure, it is
///
/// E over L of max over d of E\[g(d) | L\] - max over d of E\[g(d)\],
///
/// the gain of deciding after the test less that of deciding now. L is normal about what each
/// possible truth would show, with the test's standard error. The integral over L is
/// the trapezoid rule at 17 points of that noise for each possible truth, so it has no random
/// error. No test is worth more than certainty, the same with L = the truth.
///
/// A mix model's draws serve as possible truths as they are:
///
/// ```
/// use mixtouch::experiment::{PossibleTruth, TestValue};
///
/// // The channel's ROI by draw. 1,000 are spent: stop, go on, or half more (at half the return).
/// let draws = [0.4, 0.6, 0.9, 1.1, 1.6, 2.0].map(|roi| {
///     let kept = 1_000.0 * (roi - 1.0);
///     PossibleTruth::new(1.0, 1_000.0 * roi, [0.0, kept, kept + 500.0 * (0.5 * roi - 1.0)])
/// });
/// let rough = TestValue::new(&draws, 1_000.0)?;
/// let fine = TestValue::new(&draws, 100.0)?;
/// // On average the channel earns 10 % more than it costs, so now it goes on.
/// assert_eq!(fine.decision(), 1);
/// assert!(rough.value() < fine.value() && fine.value() <= fine.value_of_certainty());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TestValue {
    decision: usize,
    gain_now: f64,
    value: f64,
    value_of_certainty: f64,
}

impl TestValue {
    /// The value of a test with that standard error, in the unit of the gains.
    ///
    /// Of more than 1,000 possible truths it looks at 1,000, taken evenly.
    ///
    /// # Errors
    /// If there is no truth or decision, a truth has other decisions than the first, a weight is
    /// negative or all are 0, a number is not finite, or the standard error is not > 0.
    pub fn new(truths: &[PossibleTruth], standard_error: f64) -> Result<Self> {
        check(truths, standard_error)?;
        let count = truths.len().min(MOST);
        let places = (0..count).map(|at| at * truths.len() / count);
        let truths: Vec<&PossibleTruth> = places
            .map(|at| &truths[at])
            .filter(|truth| truth.weight > 0.0)
            .collect();
        let weights: Vec<f64> = truths.iter().map(|truth| truth.weight).collect();
        let Some(now) = means(&truths, &weights) else {
            return Err(Error::setting("weights of possible truths", "0", "one > 0"));
        };
        let decision = best(&now);
        let all: f64 = weights.iter().sum();
        let more = |gains: &[f64]| gains[best(gains)] - gains[decision];
        let certain = truths
            .iter()
            .map(|truth| truth.weight * more(&truth.gains))
            .sum::<f64>();
        let noise = (-POINTS..=POINTS).map(|at| STEP * f64::from(at));
        let noise: Vec<(f64, f64)> = noise.map(|z| (z, libm::exp(-0.5 * z * z))).collect();
        let density: f64 = noise.iter().map(|point| point.1).sum();
        let mut sum = 0.0;
        for truth in &truths {
            for (z, weight) in &noise {
                let measured = truth.measured + z * standard_error;
                let weights = posterior(&truths, measured, standard_error);
                let gains = means(&truths, &weights);
                sum += truth.weight * weight * gains.map_or(0.0, |gains| more(&gains));
            }
        }
        let value_of_certainty = certain / all;
        Ok(Self {
            decision,
            gain_now: now[decision],
            value: (sum / (all * density)).min(value_of_certainty),
            value_of_certainty,
        })
    }

    /// The decision that is best without a test, by its place among the gains.
    pub const fn decision(&self) -> usize {
        self.decision
    }

    /// What that decision is expected to gain.
    pub const fn gain_now(&self) -> f64 {
        self.gain_now
    }

    /// What deciding after the test is expected to gain on top, 0 or more; its cost not taken off.
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// The same of a test without noise: the most that any test of this is worth.
    pub const fn value_of_certainty(&self) -> f64 {
        self.value_of_certainty
    }
}

fn check(truths: &[PossibleTruth], standard_error: f64) -> Result<()> {
    if !(standard_error > 0.0 && standard_error.is_finite()) {
        let expected = "a finite number > 0";
        return Err(Error::setting(
            "standard error of a test to come",
            standard_error,
            expected,
        ));
    }
    let decisions = truths.first().map_or(0, |truth| truth.gains.len());
    let fits = |truth: &&PossibleTruth| {
        let numbers = truth.gains.iter().chain([&truth.measured]);
        truth.gains.len() == decisions
            && (0.0..f64::INFINITY).contains(&truth.weight)
            && numbers.copied().all(f64::is_finite)
    };
    if let Some(wrong) = truths.iter().find(|truth| !fits(truth)) {
        let expected = "a weight >= 0, and finite numbers, a gain for each decision";
        return Err(Error::setting(
            "possible truth",
            format!("{wrong:?}"),
            expected,
        ));
    }
    if decisions == 0 {
        let expected = "at least one truth with at least one decision";
        return Err(Error::setting("possible truths", truths.len(), expected));
    }
    Ok(())
}

/// Weights of the truths once the test has measured that.
fn posterior(truths: &[&PossibleTruth], measured: f64, standard_error: f64) -> Vec<f64> {
    let distance = |truth: &&PossibleTruth| {
        let z = (measured - truth.measured) / standard_error;
        0.5 * z * z
    };
    let least = truths.iter().map(distance).fold(f64::INFINITY, f64::min);
    let weight = |truth: &&PossibleTruth| truth.weight * libm::exp(least - distance(truth));
    truths.iter().map(weight).collect()
}

/// The mean gain of each decision; none where all weights are 0.
fn means(truths: &[&PossibleTruth], weights: &[f64]) -> Option<Vec<f64>> {
    let all: f64 = weights.iter().sum();
    let mean = |decision: usize| {
        let pairs = truths.iter().zip(weights);
        let sum: f64 = pairs.map(|(truth, w)| w * truth.gains[decision]).sum();
        sum / all
    };
    (all > 0.0).then(|| (0..truths[0].gains.len()).map(mean).collect())
}

/// The first decision with the largest gain.
fn best(gains: &[f64]) -> usize {
    let mut best = 0;
    for (at, gain) in gains.iter().enumerate() {
        if *gain > gains[best] {
            best = at;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;

    /// Normal beliefs about an ROI, as 400 equally likely truths; stop or go on with 1 spent.
    fn normal_belief(mean: f64, deviation: f64) -> Vec<PossibleTruth> {
        let roi = |at: usize| mean + deviation * normal::quantile((at as f64 + 0.5) / 400.0);
        (0..400)
            .map(|at| PossibleTruth::new(1.0, roi(at), [0.0, roi(at) - 1.0]))
            .collect()
    }

    /// E max(0, x) - max(0, mean) of a normal x: the unit loss integral in closed form (Raiffa and
    /// Schlaifer 1961, section 5A). A test with standard error s leaves x its preposterior
    /// deviation v / sqrt(v^2 + s^2) v.
    fn closed_form(mean: f64, deviation: f64) -> f64 {
        let z = (mean / deviation).abs();
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        deviation * (density - z * normal::below(-z))
    }

    #[test]
    fn a_normal_belief_gives_the_closed_form() {
        for (mean, deviation, error) in [(1.2, 0.5, 0.3), (0.7, 0.4, 0.4), (1.0, 0.3, 0.6)] {
            let got = TestValue::new(&normal_belief(mean, deviation), error).unwrap();
            let after = deviation * deviation / (deviation.powi(2) + error.powi(2)).sqrt();
            let known = closed_form(mean - 1.0, after);
            assert!((got.value() / known - 1.0).abs() < 0.01, "{got:?}, {known}");
            let certain = closed_form(mean - 1.0, deviation);
            assert!((got.value_of_certainty() / certain - 1.0).abs() < 0.01);
            assert_eq!(got.decision(), usize::from(mean > 1.0));
        }
    }

    #[test]
    fn a_test_that_cannot_change_the_decision_is_worth_nothing() {
        let sure = TestValue::new(&normal_belief(3.0, 0.2), 0.1).unwrap();
        assert_eq!((sure.value(), sure.value_of_certainty()), (0.0, 0.0));
        assert!((sure.gain_now() - 2.0).abs() < 1e-9);
        let rough = TestValue::new(&normal_belief(1.2, 0.5), 1e6).unwrap();
        assert!(rough.value() < 1e-9, "{rough:?}");
        let value = |error| {
            TestValue::new(&normal_belief(1.2, 0.5), error)
                .unwrap()
                .value()
        };
        assert!(value(0.8) < value(0.4) && value(0.4) < value(0.1) && value(0.1) < value(1e-9));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        let truth = |weight, measured, gains: &[f64]| {
            PossibleTruth::new(weight, measured, gains.iter().copied())
        };
        for truths in [
            vec![],
            vec![truth(1.0, 1.0, &[])],
            vec![truth(0.0, 1.0, &[1.0])],
            vec![truth(-1.0, 1.0, &[1.0])],
            vec![truth(1.0, f64::NAN, &[1.0])],
            vec![truth(1.0, 1.0, &[f64::INFINITY])],
            vec![truth(1.0, 1.0, &[1.0]), truth(1.0, 1.0, &[1.0, 2.0])],
        ] {
            assert!(TestValue::new(&truths, 1.0).is_err(), "{truths:?}");
        }
        let one = [truth(1.0, 1.0, &[1.0, 2.0])];
        for error in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(TestValue::new(&one, error).is_err());
        }
        assert_eq!(TestValue::new(&one, 1.0).unwrap().value(), 0.0);
    }
}
