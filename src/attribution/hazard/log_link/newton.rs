//! The maximum-likelihood coefficients of a log-linear intensity.

use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::log_link::states::States;
use crate::attribution::limits::DENSE_COEFFICIENTS;
use crate::linalg::newton::{Concave, Expansion, Maximum, Newton, Stop};
use crate::linalg::sparse_newton::{Derived, SparseNewton, Terms};
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
    let most_steps = usize::try_from(most_steps).unwrap_or(usize::MAX);
    let stop = Stop::Gain(GAIN * conversions);
    let maximum = if features < DENSE_COEFFICIENTS {
        dense(states, start, most_steps, stop)
    } else {
        sparse(states, start, most_steps, stop)
    };
    Solution {
        coefficients: maximum.point,
        log_likelihood: maximum.value,
        steps: maximum.steps as u64,
        converged: maximum.converged,
    }
}

fn dense(states: &States, start: Vec<f64>, most_steps: usize, stop: Stop) -> Maximum {
    let newton = Newton {
        most_steps,
        stop,
        scaled: true,
    };
    newton.maximise(&Penalised(states), start)
}

fn sparse(states: &States, start: Vec<f64>, most_steps: usize, stop: Stop) -> Maximum {
    let baseline = start.len() - 1;
    let mut penalties = vec![PRIOR; start.len()];
    penalties[baseline] = 0.0;
    let newton = SparseNewton {
        terms: &WithBaseline { states, baseline },
        penalties: &penalties,
        most_steps,
        stop,
    };
    newton.maximise(start)
}

impl Terms for WithBaseline<'_> {
    fn len(&self) -> usize {
        self.states.len()
    }

    fn columns(&self, term: usize) -> impl Iterator<Item = usize> {
        let features = self.states.get(term).features.iter();
        features
            .map(|&feature| feature as usize)
            .chain([self.baseline])
    }

    fn derive(&self, term: usize, sum: f64) -> Derived {
        let state = self.states.get(term);
        let expected = state.seconds / DAY * libm::exp(sum);
        Derived {
            value: state.conversions * sum - expected,
            slope: state.conversions - expected,
            curvature: expected,
        }
    }
}

/// States whose intensity has a baseline, the coefficient of that number.
struct WithBaseline<'a> {
    states: &'a States,
    baseline: usize,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn both_ways_find_the_same_coefficients() {
        let (mut states, mut random) = (States::default(), Random::new(9));
        for at in 0..500u32 {
            let mut features: Vec<u32> = (0..3).map(|_| random.index(40) as u32).collect();
            features.sort_unstable();
            features.dedup();
            let (seconds, count) = (1e6 * random.index(9) as f64, random.index(4) as f64);
            states.add(at.into(), &features, seconds, count);
        }
        let (start, stop) = (vec![0.0; 41], Stop::Gain(1e-9));
        let dense = dense(&states, start.clone(), 100, stop);
        let sparse = sparse(&states, start, 100, stop);
        assert!(dense.converged && sparse.converged);
        approx::assert_relative_eq!(dense.value, sparse.value, max_relative = 1e-10);
        for (one, other) in dense.point.iter().zip(&sparse.point) {
            approx::assert_relative_eq!(one, other, epsilon = 1e-4);
        }
    }
}
