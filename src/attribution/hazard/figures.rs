//! A test, the log's figure for it, and how sure that is.

use crate::attribution::calibration::{CountedTouches, TestedEffect};
use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::evidence::Exposures;
use crate::attribution::hazard::flows;
use crate::attribution::hazard::information::Information;
use crate::attribution::hazard::kept_share::{Comparison, disagreement};
use crate::attribution::hazard::process::Ranked;
use crate::attribution::hazard::tested::TestedTouches;
use crate::attribution::hazard::upstream::Upstream;
use crate::channel::ChannelId;
use crate::error::Result;
use crate::experiment::LiftTest;

/// A test and the log's figure for it.
pub(super) struct Figures<'a> {
    pub(super) test: &'a LiftTest,
    pub(super) touches: &'a TestedTouches,
    /// By feature, what a rate of 1 brings; and the same by way of mediators.
    pub(super) exposure: Vec<f64>,
    pub(super) mediated: Vec<f64>,
    pub(super) tested: f64,
    /// The touches of other channels that the test counted.
    pub(super) counted: Vec<CountedTouches>,
}

/// How sure sums of the fitted rates are.
pub(super) struct Certainty<'a> {
    information: Information,
    /// The likelihood, in whose order of features the information is.
    ranked: Ranked,
    pub(super) rates: &'a [f64],
}

impl<'a> Certainty<'a> {
    pub(super) fn new(evidence: &Exposures, rates: &'a [f64]) -> Result<Self> {
        let design = &evidence.design;
        let ranked = evidence
            .conversions
            .ranked(design.singles(), design.basis.unit());
        let information = Information::new(&ranked.problem(), &ranked.by_place(rates))?;
        Ok(Self {
            information,
            ranked,
            rates,
        })
    }

    /// The sum of the rates with these weights, and its variance: where the information has no
    /// inverse, that of so many events.
    pub(super) fn sum(&self, weights: &[f64]) -> (f64, f64) {
        let sum = dot(weights, self.rates);
        let variance = self.information.variance(&self.ranked.by_place(weights));
        (sum, variance.unwrap_or(sum))
    }
}

impl Figures<'_> {
    pub(super) fn channel(&self) -> ChannelId {
        self.touches.window.channel
    }

    /// The test beside the log, with what flows by way of mediators or without.
    pub(super) fn comparison(&self, sure: &Certainty<'_>, mediated: bool) -> Comparison {
        let (log, log_variance) = match mediated && !self.mediated.is_empty() {
            true => sure.sum(&sum([self.exposure.clone(), self.mediated.clone()])),
            false => sure.sum(&self.exposure),
        };
        Comparison {
            log,
            log_variance,
            tested: self.tested,
            tested_variance: self.test.standard_error() * self.test.standard_error(),
        }
    }

    /// By feature, what a rate of 1 brings by way of a mediator that passes on this share.
    pub(super) fn through(&self, mediator: &Upstream, design: &Design, share: f64) -> Vec<f64> {
        let days = flows::exposure(self.touches, mediator, design);
        let share = share * self.share();
        days.iter().map(|days| share * days).chain([0.0]).collect()
    }

    /// Touches of a mediator that the touches tested brought by the fit of its touches.
    pub(super) fn touches_through(&self, mediator: &Upstream, design: &Design) -> f64 {
        self.share() * flows::arrivals(self.touches, mediator, &design.basis)
    }

    /// The share of persons the test ran on.
    fn share(&self) -> f64 {
        self.test.share().unwrap_or(1.0)
    }

    pub(super) fn effect(&self, compared: &Comparison) -> TestedEffect {
        TestedEffect {
            start: self.test.start(),
            end: self.test.end(),
            share: self.share(),
            touches: self.touches.touches(),
            seen: self.touches.seen(),
            log: compared.log,
            log_error: compared.log_variance.sqrt(),
            tested: compared.tested,
            tested_error: self.test.standard_error(),
            disagreement: disagreement(compared),
            counted: self.counted.clone(),
        }
    }
}

pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The sum of some columns; empty without any.
pub(super) fn sum(columns: impl IntoIterator<Item = Vec<f64>>) -> Vec<f64> {
    let add = |mut sum: Vec<f64>, column: Vec<f64>| {
        sum.iter_mut()
            .zip(column)
            .for_each(|(sum, other)| *sum += other);
        sum
    };
    columns.into_iter().reduce(add).unwrap_or_default()
}
