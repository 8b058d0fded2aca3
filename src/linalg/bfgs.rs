//! Maximum likelihood of positive parameters, by the quasi-Newton method of Broyden, Fletcher,
//! Goldfarb and Shanno.

use crate::error::{Error, Result};
use crate::linalg::dot::dot_in_order;
use crate::linalg::gauss_jordan::{identity, inverse};
use crate::linalg::log_density::LogDensity;

/// The parameters of the largest mean log-likelihood, with their standard errors where the data
/// determine them.
pub(crate) struct Optimum<const N: usize> {
    pub(crate) parameters: [f64; N],
    pub(crate) mean: f64,
    pub(crate) errors: Option<Vec<f64>>,
}

/// Logs of parameters stay within -30 to 30: beyond, the data do not determine a parameter.
const REACH: f64 = 30.0;

/// Fits a large sample from the optimum of every k-th observation, so that only the last ascent
/// visits all; a small one from all starts.
///
/// Measured: half the time of a fit of 100,000 customers.
pub(crate) fn coarse_to_fine<T: Copy, const N: usize>(
    sample: &[T],
    starts: &[[f64; N]],
    fit: impl Fn(&[T], &[[f64; N]]) -> Result<Optimum<N>>,
) -> Result<Optimum<N>> {
    const COARSE: usize = 4000;
    if sample.len() > 2 * COARSE {
        let some: Vec<T> = sample
            .iter()
            .copied()
            .step_by(sample.len().div_ceil(COARSE))
            .collect();
        let found = fit(&some, starts).and_then(|optimum| fit(sample, &[optimum.parameters]));
        if found.is_ok() {
            return found;
        }
    }
    fit(sample, starts)
}

/// Steps of one ascent at most.
const ITERATIONS: usize = 500;

/// Climbs from every start and takes the best end.
///
/// `density` is the mean log-likelihood of `count` observations over the logarithms of the
/// parameters; starts are parameters.
pub(crate) fn maximise<const N: usize>(
    model: &'static str,
    count: usize,
    starts: &[[f64; N]],
    density: &impl LogDensity,
) -> Result<Optimum<N>> {
    debug_assert_eq!(density.dimension(), N);
    let at = |logs: &[f64; N]| {
        let mut gradient = [0.0; N];
        let value = density.value_and_gradient(logs, &mut gradient);
        (value, gradient)
    };
    let ends = starts
        .iter()
        .filter_map(|start| climb(start.map(libm::log), &at));
    let best = ends.reduce(|best, next| if next.1 > best.1 { next } else { best });
    let Some((logs, mean)) = best else {
        return Err(Error::NotConverged {
            what: format!("the likelihood of {model}").into(),
            iterations: ITERATIONS,
        });
    };
    let parameters = logs.map(libm::exp);
    let errors = covariance(&logs, &at).map(|covariance| {
        (0..N)
            .map(|i| parameters[i] * (covariance[i][i] / count as f64).sqrt())
            .collect()
    });
    Ok(Optimum {
        parameters,
        mean,
        errors,
    })
}

/// One ascent with backtracking; `None` if it does not end at a maximum.
fn climb<const N: usize>(
    mut at: [f64; N],
    slope: &impl Fn(&[f64; N]) -> (f64, [f64; N]),
) -> Option<([f64; N], f64)> {
    let (mut value, mut gradient) = slope(&at);
    if !(value.is_finite() && gradient.iter().all(|slope| slope.is_finite())) {
        return None;
    }
    // The information at the start makes the first steps Newton's, where it is positive definite.
    let mut inverse = covariance(&at, slope).unwrap_or_else(identity);
    for _ in 0..ITERATIONS {
        let mut way = product(&inverse, &gradient);
        if dot_in_order(&way, &gradient) <= 0.0 {
            inverse = identity();
            way = gradient;
        }
        // What is left to gain is below the value's rounding.
        if dot_in_order(&way, &gradient) <= 1e-15 * value.abs().max(1.0) {
            break;
        }
        let shorten = (2.0 / largest(&way)).min(1.0);
        let Some((next, next_value, next_gradient)) =
            search(&at, value, &gradient, &way.map(|d| d * shorten), slope)
        else {
            // No step gains: a maximum to rounding, unless the slope is steep.
            return (largest(&gradient) <= 1e-6).then_some((at, value));
        };
        let step: [f64; N] = std::array::from_fn(|i| next[i] - at[i]);
        let turn: [f64; N] = std::array::from_fn(|i| gradient[i] - next_gradient[i]);
        update(&mut inverse, &step, &turn);
        (at, value, gradient) = (next, next_value, next_gradient);
    }
    (largest(&gradient) <= 1e-6).then_some((at, value))
}

type Stop<const N: usize> = ([f64; N], f64, [f64; N]);

fn search<const N: usize>(
    at: &[f64; N],
    value: f64,
    gradient: &[f64; N],
    way: &[f64; N],
    slope: &impl Fn(&[f64; N]) -> (f64, [f64; N]),
) -> Option<Stop<N>> {
    let rise = dot_in_order(way, gradient);
    let mut fraction = 1.0;
    while fraction > 1e-10 {
        let next: [f64; N] =
            std::array::from_fn(|i| (at[i] + fraction * way[i]).clamp(-REACH, REACH));
        let (next_value, next_gradient) = slope(&next);
        if next_value >= value + 1e-4 * fraction * rise
            && next != *at
            && next_gradient.iter().all(|slope| slope.is_finite())
        {
            return Some((next, next_value, next_gradient));
        }
        fraction *= 0.5;
    }
    None
}

/// The update of the inverse Hessian (of the negative) by a step and the turn of the gradient along
/// it.
fn update<const N: usize>(inverse: &mut [[f64; N]; N], step: &[f64; N], turn: &[f64; N]) {
    let curvature = dot_in_order(step, turn);
    if curvature <= 1e-300 {
        return;
    }
    let moved = product(inverse, turn);
    let scale = (1.0 + dot_in_order(turn, &moved) / curvature) / curvature;
    for i in 0..N {
        for j in 0..N {
            inverse[i][j] +=
                scale * step[i] * step[j] - (moved[i] * step[j] + step[i] * moved[j]) / curvature;
        }
    }
}

/// The inverse of the information, whose columns are differences of the gradient; `None` if it is
/// not positive definite.
fn covariance<const N: usize>(
    at: &[f64; N],
    slope: &impl Fn(&[f64; N]) -> (f64, [f64; N]),
) -> Option<[[f64; N]; N]> {
    const STEP: f64 = 1e-4;
    let column = |i: usize| -> [f64; N] {
        let moved = |by: f64| {
            slope(&std::array::from_fn(|j| {
                at[j] + if i == j { by } else { 0.0 }
            }))
            .1
        };
        let (up, down) = (moved(STEP), moved(-STEP));
        std::array::from_fn(|j| (down[j] - up[j]) / (2.0 * STEP))
    };
    let columns: [[f64; N]; N] = std::array::from_fn(column);
    let information =
        std::array::from_fn(|i| std::array::from_fn(|j| 0.5 * (columns[i][j] + columns[j][i])));
    inverse(information)
}

fn product<const N: usize>(matrix: &[[f64; N]; N], vector: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| dot_in_order(&matrix[i], vector))
}

fn largest<const N: usize>(vector: &[f64; N]) -> f64 {
    vector.iter().fold(0.0, |most, x| most.max(x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::log_density::PositiveParameters;

    #[test]
    fn a_rate_is_found_with_its_error() {
        // Exponential with mean 2: log-likelihood per observation ln k - 2 k for rate k, largest at
        // 1/2, information of ln k equal to 1.
        let exponential =
            PositiveParameters::new(|&[k]: &[f64; 1]| (libm::log(k) - 2.0 * k, [1.0 - 2.0 * k]));
        let starts = [[3.0], [0.01]];
        let optimum = maximise("exponential", 400, &starts, &exponential).unwrap();
        assert!((optimum.parameters[0] - 0.5).abs() < 1e-9);
        assert!((optimum.errors.unwrap()[0] - 0.5 / 20.0).abs() < 1e-8);
    }

    #[test]
    fn a_likelihood_without_a_maximum_is_an_error() {
        let straight = PositiveParameters::new(|&[k]: &[f64; 1]| (k, [k]));
        assert!(maximise("straight", 10, &[[1.0]], &straight).is_err());
        let broken = PositiveParameters::new(|_: &[f64; 1]| (f64::NAN, [f64::NAN]));
        assert!(maximise("broken", 10, &[[1.0]], &broken).is_err());
    }
}
