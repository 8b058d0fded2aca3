//! Whether lift tests, beliefs and the panel can all be right.

use std::fmt;

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::mix::posterior::model::Posterior;
use crate::mix::specification::pseudo_observations::PseudoObservation;
use crate::stats::Estimate;

/// A p value below which a disagreement is no chance.
const NO_CHANCE: f64 = 0.01;
/// Standard errors beyond which a test contradicts all else.
const FAR: f64 = 3.0;
/// The least part of a test's variance that is left to its deviation. Draws say roughly how sure a
/// prediction is, and a smaller part would make much of little.
const LEAST_PART: f64 = 0.5;

/// How the lift tests and beliefs on one channel agree with each other and with the rest of the
/// data.
///
/// The figure is a chi-square of what the tests and beliefs state about the fitted model:
///
/// chi-square = sum of ((predicted - stated) / standard error)^2,
///
/// with one degree of freedom for each of them. The fit is drawn towards the tests, so that
/// agreeing tests give less than their number: a small p value is no accident. A single test
/// against the rest is judged by its deviation, (predicted - stated) / sqrt(standard error^2 -
/// variance of the prediction), the studentised residual of a regression (Belsley, Kuh and Welsch
/// 1980); at least half of the test's variance is left in the root. A search asks the panel without
/// tests besides: a test so sure that the fit follows it leaves no deviation of its own, and is set
/// against what the panel alone says, (alone - stated) / sqrt(standard error^2 + variance of that).
///
/// ```
/// use mixtouch::experiment::LiftTest;
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let test = |from: usize, outcome: f64| {
///     LiftTest::new("Search-Ads", panel.dates()[from], panel.dates()[from + 4].plus(-1))
///         .with_spend_change(200.0)
///         .with_outcome_change(outcome)
///         .with_standard_error(100.0)
/// };
/// let specification =
///     MixSpecification::new().with_lift_tests(vec![test(20, 400.0), test(60, 4000.0)]);
/// let model = Search::default().with_evaluations(200).estimate(&specification, &panel)?;
/// let agreement = &model.test_agreement()[0];
/// assert!(agreement.is_doubtful() && agreement.p_value < 1e-6);
/// println!("{agreement}");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TestAgreement {
    /// The channel.
    pub channel: String,
    /// The sum of squared deviations about the fitted model, in standard errors.
    pub chi_square: f64,
    /// The number of tests and beliefs.
    pub degrees: usize,
    /// The probability of a chi-square as large, if all are right.
    pub p_value: f64,
    /// Each test and belief.
    pub deviations: Vec<TestDeviation>,
}

/// A lift test or belief against all else that the model was fitted to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TestDeviation {
    /// The test's geos and days, or the belief.
    pub name: String,
    /// Predicted minus stated, in standard errors of the difference between the test and all else.
    pub z: f64,
}

impl TestAgreement {
    /// Whether they disagree by more than chance: p below .01, or a test 3 standard errors away
    /// from all else.
    pub fn is_doubtful(&self) -> bool {
        self.p_value < NO_CHANCE || self.furthest().is_some()
    }

    /// The test that contradicts all else most, if one does.
    fn furthest(&self) -> Option<&TestDeviation> {
        self.deviations
            .iter()
            .filter(|deviation| deviation.z.abs() >= FAR)
            .max_by(|a, b| a.z.abs().total_cmp(&b.z.abs()))
    }
}

/// What the panel alone says less what a test states, in standard errors of the difference.
fn from_panel(alone: &Estimate, test: &PseudoObservation) -> f64 {
    let (stated, error) = test.stated();
    // half of a 90 % interval is 1.645 standard errors
    let own = (alone.high() - alone.low()) / (2.0 * 1.645);
    (alone.value() - stated) / (error * error + own * own).sqrt()
}

impl fmt::Display for TestAgreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            channel,
            chi_square,
            degrees,
            p_value,
            ..
        } = self;
        let verdict = if self.is_doubtful() {
            "disagree beyond their errors"
        } else {
            "agree"
        };
        write!(
            f,
            "tests, beliefs and data on {channel} {verdict}: chi-square {chi_square:.1} on \
             {degrees} (p {p_value:.2})"
        )?;
        match self.furthest() {
            Some(TestDeviation { name, z }) => {
                let side = if *z > 0.0 { "below" } else { "above" };
                let z = z.abs();
                write!(
                    f,
                    "; {name} is {z:.1} standard errors {side} what all else says"
                )
            }
            None => Ok(()),
        }
    }
}

impl Posterior {
    /// For each channel with lift tests or beliefs: whether they agree with each other and with the
    /// rest of the data. In the order of channels.
    pub fn test_agreement(&self) -> Vec<TestAgreement> {
        let names = self.panel.channel_names().enumerate();
        let of_channel = names.map(|(channel, name)| self.agreement_on(channel, name));
        of_channel.flatten().collect()
    }

    fn agreement_on(&self, channel: usize, name: &str) -> Option<TestAgreement> {
        let mut chi_square = 0.0;
        let mut deviations = Vec::new();
        for (at, test) in self.derived.tests.iter().enumerate() {
            if test.channel != channel {
                continue;
            }
            let (distance, mut z) = self.deviation(test);
            if let Some(alone) = self.without_tests.get(at) {
                let from_panel = from_panel(alone, test);
                if from_panel.abs() > z.abs() {
                    z = from_panel;
                }
            }
            chi_square += distance * distance;
            deviations.push(TestDeviation {
                name: self.name_of(at),
                z,
            });
        }
        let degrees = deviations.len();
        let distribution = ChiSquared::new(degrees as f64).ok()?;
        Some(TestAgreement {
            channel: name.to_owned(),
            chi_square,
            degrees,
            p_value: distribution.sf(chi_square),
            deviations,
        })
    }

    /// How far a prediction lies from what a test states: in the test's standard errors, and in
    /// those of its distance to all else.
    fn deviation(&self, test: &PseudoObservation) -> (f64, f64) {
        let predictions = self.predictions(test);
        let weighted = |figure: &dyn Fn(f64) -> f64| -> f64 {
            predictions
                .iter()
                .zip(self.weights())
                .map(|(p, w)| figure(*p) * w)
                .sum()
        };
        let mean = weighted(&|p| p);
        let variance = weighted(&|p| (p - mean) * (p - mean));
        let (stated, error) = test.stated();
        let left = (error * error - variance).max(LEAST_PART * error * error);
        ((mean - stated) / error, (mean - stated) / left.sqrt())
    }

    /// What each of the lift tests measures as this model, fitted without them, has it.
    pub(crate) fn predictions_of_tests(&self, tests: &[PseudoObservation]) -> Vec<Estimate> {
        let lifts = tests.iter().filter(|test| test.is_lift());
        lifts
            .map(|test| self.estimate(&self.predictions(test)))
            .collect()
    }

    /// What a test or belief is called, by its place.
    fn name_of(&self, at: usize) -> String {
        let tests = &self.specification.lift_tests;
        tests.get(at).map_or_else(
            || "the belief about the return".to_owned(),
            |test| test.name(),
        )
    }
}
