//! The log-likelihood of a fitted regression, as R's `logLik` gives it.

use std::f64::consts::PI;

use crate::mix::estimate::least_squares::family::Family;
use crate::mix::estimate::least_squares::solution::Problem;

/// The log-likelihood at the fitted means, with the noise at its maximum-likelihood size.
pub(crate) fn log_likelihood(
    problem: &Problem,
    fitted: &[f64],
    family: Family,
    deviance: f64,
) -> f64 {
    let rows = problem.target.len() as f64;
    let pairs = problem.target.iter().zip(fitted);
    match family {
        Family::Gaussian => {
            let weights: f64 = problem.root_weights.iter().map(|w| libm::log(*w)).sum();
            weights - 0.5 * rows * (libm::log(2.0 * PI * deviance / rows) + 1.0)
        }
        Family::Poisson => pairs
            .map(|(y, m)| {
                let expected = if *y == 0.0 { 0.0 } else { y * libm::log(*m) };
                expected - m - libm::lgamma(y + 1.0)
            })
            .sum(),
        Family::Gamma => {
            let shape = rows / deviance;
            pairs
                .map(|(y, m)| {
                    shape * libm::log(shape * y / m)
                        - shape * y / m
                        - libm::log(*y)
                        - libm::lgamma(shape)
                })
                .sum()
        }
    }
}
