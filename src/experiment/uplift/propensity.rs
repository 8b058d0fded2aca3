//! How likely an ad was shown, by a person's history.

use crate::linalg::dot::dot_in_order;
use crate::linalg::newton::{Concave, Expansion, Newton, Stop};

/// Penalties of each coefficient but the constant, half its square times this: one is chosen by
/// what it tells of moments that the fit has not seen. None keeps coefficients finite where
/// histories tell for certain, and a strong one leaves the effect of histories in the estimate.
pub(super) const RIDGES: [f64; 4] = [10.0, 1.0, 0.1, 0.01];

/// Rows, and whether the ad was shown.
struct Likelihood<'a> {
    rows: &'a [(&'a [f64], bool)],
    ridge: f64,
}

/// The logistic regression's coefficients, found from those of another penalty.
pub(super) fn fit(rows: &[(&[f64], bool)], from: Vec<f64>, ridge: f64) -> Vec<f64> {
    let newton = Newton {
        most_steps: 100,
        stop: Stop::Step(1e-8),
        scaled: true,
    };
    let likelihood = Likelihood { rows, ridge };
    newton.maximise(&likelihood, from).point
}

/// The probability at a history.
pub(super) fn probability(coefficients: &[f64], history: &[f64]) -> f64 {
    1.0 / (1.0 + libm::exp(-dot_in_order(coefficients, history)))
}

/// log p where the ad was shown, log(1 - p) where not, safe where either rounds to 0.
pub(super) fn log_likelihood(coefficients: &[f64], history: &[f64], shown: bool) -> f64 {
    let score = dot_in_order(coefficients, history);
    let signed = if shown { -score } else { score };
    -(signed.max(0.0) + libm::log1p(libm::exp(-signed.abs())))
}

impl Concave for Likelihood<'_> {
    fn expand(&self, point: &[f64]) -> Expansion {
        let size = point.len();
        let (mut value, mut gradient) = (0.0, vec![0.0; size]);
        let mut information = vec![0.0; size * size];
        for &(history, shown) in self.rows {
            let score = dot_in_order(point, history);
            let p = 1.0 / (1.0 + libm::exp(-score));
            value += log_likelihood(point, history, shown);
            let (error, weight) = (f64::from(u8::from(shown)) - p, p * (1.0 - p));
            for (i, x) in history.iter().enumerate() {
                gradient[i] += error * x;
                for (j, y) in history[..=i].iter().enumerate() {
                    information[i * size + j] += weight * x * y;
                }
            }
        }
        for (at, coefficient) in point.iter().enumerate().skip(1) {
            value -= 0.5 * self.ridge * coefficient * coefficient;
            gradient[at] -= self.ridge * coefficient;
            information[at * size + at] += self.ridge;
        }
        Expansion {
            value,
            gradient,
            information,
        }
    }
}
