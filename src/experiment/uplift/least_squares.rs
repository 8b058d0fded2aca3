//! The outcome to expect by a person's history.

use crate::linalg::cholesky::Cholesky;

/// The penalty of each coefficient but the constant. It settles histories that are alike
/// everywhere.
const RIDGE: f64 = 1.0;

/// The coefficients of the linear regression of outcomes on histories; the mean outcome alone where
/// the histories do not tell coefficients.
pub(super) fn fit(rows: &[(&[f64], f64)], size: usize) -> Vec<f64> {
    let (mut matrix, mut right) = (vec![0.0; size * size], vec![0.0; size]);
    for &(history, outcome) in rows {
        for (i, x) in history.iter().enumerate() {
            right[i] += x * outcome;
            for (j, y) in history[..=i].iter().enumerate() {
                matrix[i * size + j] += x * y;
            }
        }
    }
    for at in 1..size {
        matrix[at * size + at] += RIDGE;
    }
    let solved = Cholesky::new(matrix, size).map(|factored| factored.solve(&right));
    solved.unwrap_or_else(|| {
        let mut mean = vec![0.0; size];
        mean[0] = right[0] / rows.len().max(1) as f64;
        mean
    })
}
