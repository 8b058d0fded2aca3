//! Experiments against the model: predicted and measured, test by test.

use serde::Serialize;

use crate::mix::estimate::candidate::Problem;
use crate::mix::estimate::design::Source;
use crate::mix::estimate::search::set_all;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::model::{Posterior, PosteriorDraw};
use crate::stats::{ConfidenceLevel, Estimate};
use crate::time::Day;

/// A lift test beside what the model predicts for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TestReport {
    /// The tested channel.
    pub channel: String,
    /// The geo; none for all.
    pub geo: Option<String>,
    /// The test's first day.
    pub start: Day,
    /// Its last day, which still belongs to it.
    pub end: Day,
    /// The change of spend, in total.
    pub spend_change: f64,
    /// The measured change of the outcome.
    pub measured: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The change the model predicts for the test's change of spend over the test's window.
    pub predicted: Estimate,
}

impl TestReport {
    /// Predicted minus measured, in standard errors.
    pub fn deviation(&self) -> f64 {
        (self.predicted.value() - self.measured) / self.standard_error
    }
}

impl Posterior {
    /// Every lift test the model was fitted with, predicted against measured.
    pub fn lift_report(&self) -> Vec<TestReport> {
        let Some(problem) = self.problem() else {
            return vec![];
        };
        let predictions: Vec<Vec<f64>> = self
            .members
            .iter()
            .map(|m| self.tested(&problem, m))
            .collect();
        let lifts = problem
            .design
            .tests
            .iter()
            .enumerate()
            .filter(|(_, t)| t.is_lift())
            .map(|(i, _)| i);
        lifts
            .zip(&self.specification.lift_tests)
            .map(|(i, test)| TestReport {
                channel: test.channel().into(),
                geo: test.geo().map(Into::into),
                start: test.start(),
                end: test.end(),
                spend_change: test.spend_change(),
                measured: test.outcome_change(),
                standard_error: test.standard_error(),
                predicted: Estimate::from_draws(
                    &predictions.iter().map(|p| p[i]).collect::<Vec<_>>(),
                    &self.weights,
                    ConfidenceLevel::P90,
                ),
            })
            .collect()
    }

    /// What a member predicts for each test row, in units of the KPI.
    fn tested(&self, problem: &Problem, member: &PosteriorDraw) -> Vec<f64> {
        let design = &problem.design;
        let mut moments = SufficientStatistics::new(design);
        set_all(problem, &member.point, &mut moments);
        let coefficients: Vec<f64> = design
            .columns
            .iter()
            .map(|column| match (column.source, column.geo) {
                // A pooled column's coefficient is the same share of every geo's scale.
                (Source::Channel(c), geo) => {
                    member.coefficients[c][geo.unwrap_or(0)] / design.kpi_scale[geo.unwrap_or(0)]
                }
                (Source::Control(_), _) => 0.0,
            })
            .collect();
        (0..design.tests.len())
            .map(|t| problem.tested(&moments, &coefficients, t) * design.tests[t].unit)
            .collect()
    }
}
