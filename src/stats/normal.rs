//! The standard normal distribution, exact to rounding.

use std::f64::consts::SQRT_2;

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// The z below which a standard normal falls with a probability between 0 and 1.
pub(crate) fn quantile(probability: f64) -> f64 {
    let normal = Normal::standard();
    let z = normal.inverse_cdf(probability);
    // The series behind it is good to some 1e-10; one step of Newton on libm's error function makes
    // it exact.
    let step = (0.5 * libm::erfc(-z / SQRT_2) - probability) / normal.pdf(z);
    if step.is_finite() { z - step } else { z }
}

/// The probability that a standard normal falls below z.
pub(crate) fn below(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The probability that a standard normal falls beyond |z| on either side.
pub(crate) fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert!((two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-15);
        assert!((below(-1.959_963_984_540_054) - 0.025).abs() < 1e-15);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert_eq!(quantile(0.5), 0.0);
    }
}
