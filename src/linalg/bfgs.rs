//! Maximum likelihood for parameters that are above zero.

use crate::error::{Error, Result};

/// Parameters at the summit of the mean log-likelihood.
pub(crate) struct Summit<const N: usize> {
    pub(crate) parameters: [f64; N],
    pub(crate) mean: f64,
    pub(crate) errors: Option<Vec<f64>>,
}

/// Logs of parameters stay within these: e^-30 to e^30, beyond which a parameter says that the
/// model has lost it.
const REACH: f64 = 30.0;

/// Fits a large sample from where every k-th of it leads, so that only the last climb visits all; a
/// small one from all starts.
///
/// It halved the time of a fit of 100,000 customers.
pub(crate) fn coarse_to_fine<T: Copy, const N: usize>(
    sample: &[T],
    starts: &[[f64; N]],
    fit: impl Fn(&[T], &[[f64; N]]) -> Result<Summit<N>>,
) -> Result<Summit<N>> {
    const COARSE: usize = 4000;
    if sample.len() > 2 * COARSE {
        let some: Vec<T> = sample
            .iter()
            .copied()
            .step_by(sample.len().div_ceil(COARSE))
            .collect();
        let found = fit(&some, starts).and_then(|summit| fit(sample, &[summit.parameters]));
        if found.is_ok() {
            return found;
        }
    }
    fit(sample, starts)
}

/// Climbs from every start and takes the highest summit.
///
/// `slope` gives the mean log-likelihood of `count` observations and its derivatives by the
/// parameters' logarithms.
pub(crate) fn maximise<const N: usize>(
    model: &'static str,
    count: usize,
    starts: &[[f64; N]],
    slope: impl Fn(&[f64; N]) -> (f64, [f64; N]),
) -> Result<Summit<N>> {
    let at = |logs: &[f64; N]| slope(&logs.map(libm::exp));
    let summits = starts
        .iter()
        .filter_map(|start| climb(start.map(libm::log), &at));
    let best = summits.reduce(|best, next| if next.1 > best.1 { next } else { best });
    let Some((logs, mean)) = best else {
        return Err(Error::setting(
            format!("likelihood of {model}"),
            "without a summit",
            "customers who differ as the model says they do",
        ));
    };
    let parameters = logs.map(libm::exp);
    let errors = covariance(&logs, &at).map(|covariance| {
        (0..N)
            .map(|i| parameters[i] * (covariance[i][i] / count as f64).sqrt())
            .collect()
    });
    Ok(Summit {
        parameters,
        mean,
        errors,
    })
}

/// The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with backtracking; `None` if
/// it does not end at a summit.
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
    for _ in 0..500 {
        let mut way = product(&inverse, &gradient);
        if dot(&way, &gradient) <= 0.0 {
            inverse = identity();
            way = gradient;
        }
        // What is left to gain is below the value's rounding.
        if dot(&way, &gradient) <= 1e-15 * value.abs().max(1.0) {
            break;
        }
        let shorten = (2.0 / largest(&way)).min(1.0);
        let Some((next, next_value, next_gradient)) =
            search(&at, value, &gradient, &way.map(|d| d * shorten), slope)
        else {
            // No step gains: a summit to rounding, unless the slope says otherwise.
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
    let rise = dot(way, gradient);
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
    let curvature = dot(step, turn);
    if curvature <= 1e-300 {
        return;
    }
    let moved = product(inverse, turn);
    let scale = (1.0 + dot(turn, &moved) / curvature) / curvature;
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

/// The inverse of a positive definite matrix by Gauss and Jordan; `None` if a pivot, or a diagonal
/// of the inverse, is not above 0.
fn inverse<const N: usize>(mut matrix: [[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut inverse = identity::<N>();
    for i in 0..N {
        let pivot = matrix[i][i];
        if pivot.is_nan() || pivot <= 1e-14 {
            return None;
        }
        for j in 0..N {
            matrix[i][j] /= pivot;
            inverse[i][j] /= pivot;
        }
        for k in (0..N).filter(|&k| k != i) {
            let factor = matrix[k][i];
            for j in 0..N {
                matrix[k][j] -= factor * matrix[i][j];
                inverse[k][j] -= factor * inverse[i][j];
            }
        }
    }
    (0..N).all(|i| inverse[i][i] > 0.0).then_some(inverse)
}

fn identity<const N: usize>() -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))))
}

fn product<const N: usize>(matrix: &[[f64; N]; N], vector: &[f64; N]) -> [f64; N] {
    std::array::from_fn(|i| dot(&matrix[i], vector))
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn largest<const N: usize>(vector: &[f64; N]) -> f64 {
    vector.iter().fold(0.0, |most, x| most.max(x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_found_with_its_error() {
        // Exponential with mean 2: log-likelihood per observation ln k - 2 k for rate k, summit at
        // 1/2, information of ln k equal to 1.
        let summit = maximise("exponential", 400, &[[3.0], [0.01]], |&[k]| {
            (libm::log(k) - 2.0 * k, [1.0 - 2.0 * k])
        })
        .unwrap();
        assert!((summit.parameters[0] - 0.5).abs() < 1e-9);
        assert!((summit.errors.unwrap()[0] - 0.5 / 20.0).abs() < 1e-8);
    }

    #[test]
    fn a_likelihood_without_a_summit_is_an_error() {
        assert!(maximise("straight", 10, &[[1.0]], |&[k]| (k, [k])).is_err());
        assert!(maximise("broken", 10, &[[1.0]], |_| (f64::NAN, [f64::NAN])).is_err());
    }
}
