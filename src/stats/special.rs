//! The special functions that the likelihoods need.

/// log(1 + e^x), without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// Derivative of the log of the gamma function, for x > 0: the recurrence up to 10, then the
/// asymptotic series, whose first omitted term is below 1e-15 there.
pub(crate) fn digamma(mut x: f64) -> f64 {
    let mut shift = 0.0;
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = y
        * (1.0 / 12.0
            - y * (1.0 / 120.0
                - y * (1.0 / 252.0
                    - y * (1.0 / 240.0 - y * (1.0 / 132.0 - y * (691.0 / 32_760.0 - y / 12.0))))));
    shift + libm::log(x) - 0.5 / x - series
}

/// Gauss's hypergeometric series 2F1(a, b; c; z) for 0 <= z < 1 and c other than 0, -1, ..
pub(crate) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    const TERMS: u32 = 1_000_000;
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 0..TERMS {
        let n = f64::from(n);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        if term.abs() <= 1e-17 * f64::abs(sum) {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // psi(1) = -gamma, psi(1/2) = -gamma - 2 ln 2, psi(100) from the series; 2F1(1, 1; 2; z) =
        // -ln(1 - z) / z, 2F1(a, b; b; z) = (1 - z)^-a.
        const EULER: f64 = 0.577_215_664_901_532_9;
        assert!((digamma(1.0) + EULER).abs() < 1e-14);
        assert!((digamma(0.5) + EULER + 2.0 * std::f64::consts::LN_2).abs() < 1e-14);
        assert!((digamma(1e-3) - digamma(1.001) + 1000.0).abs() < 1e-11);
        for z in [0.0, 0.3, 0.9, 0.999] {
            let log = if z > 0.0 { -libm::log1p(-z) / z } else { 1.0 };
            assert!(
                (hypergeometric(1.0, 1.0, 2.0, z) / log - 1.0).abs() < 1e-12,
                "{z}"
            );
            assert!(
                (hypergeometric(-0.2, 3.0, 3.0, z) / libm::pow(1.0 - z, 0.2) - 1.0).abs() < 1e-9,
                "{z}"
            );
        }
    }

    #[test]
    fn digamma_is_the_derivative_of_log_gamma() {
        for x in [0.01, 0.24, 1.7, 9.9, 10.1, 250.0] {
            let h = 1e-5 * x;
            let slope = (libm::lgamma(x + h) - libm::lgamma(x - h)) / (2.0 * h);
            assert!(
                (digamma(x) - slope).abs() < 1e-6 * slope.abs().max(1.0),
                "{x}"
            );
        }
    }
}
