//! The maximum-likelihood coefficients of a log-linear intensity.

use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::log_link::states::States;
use crate::linalg::newton::{Concave, Expansion, Newton, Stop};
use std::ops::Range;

/// Coefficients and how they were found.
pub(super) struct Solution {
    pub(super) coefficients: Vec<f64>,
    pub(super) log_likelihood: f64,
    pub(super) steps: u64,
    pub(super) converged: bool,
}

impl Solution {
    /// Of a log without conversions: every rate is 0, which has no logarithm.
    pub(super) const NO_CONVERSIONS: Self = Self {
        coefficients: Vec::new(),
        log_likelihood: 0.0,
        steps: 0,
        converged: true,
    };
}

/// A weak normal prior on each channel's coefficients, standard deviation 10: without it a bin in
/// which nobody converted would have a coefficient of minus infinity.
const PRIOR: f64 = 0.01;
/// The likelihood is added up over this many runs of states, so that its bits do not depend on
/// threads.
const RUNS: usize = 16;
/// The gain a conversion below which Newton's method has arrived.
const GAIN: f64 = 1e-10;

/// Maximises `sum n eta - T exp(eta)` over states, minus the prior; the last coefficient is the
/// logarithm of the baseline, a day.
pub(super) fn maximise(
    states: &States,
    features: usize,
    conversions: f64,
    most_steps: u64,
) -> Solution {
    let days: f64 = states.iter().map(|state| state.seconds / DAY).sum();
    let mut start = vec![0.0; features + 1];
    start[features] = libm::log(conversions / days);
    let newton = Newton {
        most_steps: usize::try_from(most_steps).unwrap_or(usize::MAX),
        stop: Stop::Gain(GAIN * conversions),
        scaled: true,
    };
    let maximum = newton.maximise(&Penalised(states), start);
    Solution {
        coefficients: maximum.point,
        log_likelihood: maximum.value,
        steps: maximum.steps as u64,
        converged: maximum.converged,
    }
}

/// The log-likelihood of states, minus the prior.
struct Penalised<'a>(&'a States);

impl Concave for Penalised<'_> {
    fn expand(&self, coefficients: &[f64]) -> Expansion {
        let states = self.0;
        let mut sum = fold(states, 0..states.len(), coefficients, RUNS);
        let size = coefficients.len();
        for (at, coefficient) in coefficients[..size - 1].iter().enumerate() {
            sum.value -= 0.5 * PRIOR * coefficient * coefficient;
            sum.gradient[at] -= PRIOR * coefficient;
            sum.information[at * size + at] += PRIOR;
        }
        sum
    }
}

fn fold(states: &States, range: Range<usize>, coefficients: &[f64], runs: usize) -> Expansion {
    if runs == 1 {
        return read(states, range, coefficients);
    }
    let middle = range.start + range.len() / 2;
    let (mut left, right) = rayon::join(
        || fold(states, range.start..middle, coefficients, runs / 2),
        || fold(states, middle..range.end, coefficients, runs / 2),
    );
    left.value += right.value;
    left.gradient
        .iter_mut()
        .zip(right.gradient)
        .for_each(|(sum, other)| *sum += other);
    left.information
        .iter_mut()
        .zip(right.information)
        .for_each(|(sum, other)| *sum += other);
    left
}

fn read(states: &States, range: Range<usize>, coefficients: &[f64]) -> Expansion {
    let size = coefficients.len();
    let mut point = Expansion {
        value: 0.0,
        gradient: vec![0.0; size],
        information: vec![0.0; size * size],
    };
    let mut active: Vec<usize> = Vec::new();
    for state in range.map(|at| states.get(at)) {
        active.clear();
        active.extend(
            state
                .features
                .iter()
                .map(|&feature| feature as usize)
                .chain([size - 1]),
        );
        let eta: f64 = active.iter().map(|&feature| coefficients[feature]).sum();
        let expected = state.seconds / DAY * libm::exp(eta);
        point.value += state.conversions * eta - expected;
        for (place, &row) in active.iter().enumerate() {
            point.gradient[row] += state.conversions - expected;
            let information = &mut point.information[row * size..][..size];
            active[..=place]
                .iter()
                .for_each(|&column| information[column] += expected);
        }
    }
    point
}
