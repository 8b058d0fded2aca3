//! How likely an ad was shown, by a person's history.

use crate::linalg::dot::dot_in_order;
use crate::linalg::newton::{Concave, Expansion, Newton, Stop};

/// The penalty of each coefficient but the constant: half its square. It keeps coefficients finite
/// where histories tell for certain.
const RIDGE: f64 = 1.0;

/// Rows, and whether the ad was shown.
struct Likelihood<'a> {
    rows: &'a [(&'a [f64], bool)],
}

/// The logistic regression's coefficients.
pub(super) fn fit(rows: &[(&[f64], bool)], size: usize) -> Vec<f64> {
    let newton = Newton {
        most_steps: 100,
        stop: Stop::Step(1e-8),
        scaled: true,
    };
    newton.maximise(&Likelihood { rows }, vec![0.0; size]).point
}

/// The probability at a history.
pub(super) fn probability(coefficients: &[f64], history: &[f64]) -> f64 {
    1.0 / (1.0 + libm::exp(-dot_in_order(coefficients, history)))
}

impl Concave for Likelihood<'_> {
    fn expand(&self, point: &[f64]) -> Expansion {
        let size = point.len();
        let (mut value, mut gradient) = (0.0, vec![0.0; size]);
        let mut information = vec![0.0; size * size];
        for &(history, shown) in self.rows {
            let score = dot_in_order(point, history);
            let p = 1.0 / (1.0 + libm::exp(-score));
            // log p or log(1 - p), safe where either rounds to 0
            let signed = if shown { -score } else { score };
            value -= signed.max(0.0) + libm::log1p(libm::exp(-signed.abs()));
            let (error, weight) = (f64::from(u8::from(shown)) - p, p * (1.0 - p));
            for (i, x) in history.iter().enumerate() {
                gradient[i] += error * x;
                for (j, y) in history[..=i].iter().enumerate() {
                    information[i * size + j] += weight * x * y;
                }
            }
        }
        for (at, coefficient) in point.iter().enumerate().skip(1) {
            value -= 0.5 * RIDGE * coefficient * coefficient;
            gradient[at] -= RIDGE * coefficient;
            information[at * size + at] += RIDGE;
        }
        Expansion {
            value,
            gradient,
            information,
        }
    }
}
