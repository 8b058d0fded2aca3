//! Draws from the normal approximation of a fitted regression.

use crate::error::{Error, Result};
use crate::mix::estimate::least_squares::coefficient::Coefficient;
use crate::mix::estimate::least_squares::summary::RegressionSummary;
use crate::util::Random;

/// More draws than any figure needs.
const MOST: usize = 1_000_000;

impl RegressionSummary {
    /// Coefficients drawn from the estimates' normal approximation, one list a draw.
    ///
    /// # Errors
    /// If the number of draws is not 1 to 1,000,000.
    pub fn draws(&self, count: usize, seed: u64) -> Result<Vec<Vec<f64>>> {
        if !(1..=MOST).contains(&count) {
            return Err(Error::setting("draws", count, "1 to 1000000"));
        }
        let root = root(self.covariance());
        let random = Random::new(seed);
        Ok((0..count as u64)
            .map(|draw| self.draw(&root, random.stream(draw)))
            .collect())
    }

    fn draw(&self, root: &[Vec<f64>], mut random: Random) -> Vec<f64> {
        let normals: Vec<f64> = root.iter().map(|_| random.normal()).collect();
        let shift = |row: &Vec<f64>| row.iter().zip(&normals).map(|(l, z)| l * z).sum::<f64>();
        let estimates = self.coefficients().iter().map(Coefficient::estimate);
        estimates.zip(root).map(|(b, row)| b + shift(row)).collect()
    }
}

/// A square root of a positive semi-definite matrix: lower triangle, columns without variance 0.
fn root(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let size = matrix.len();
    let mut root = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| root[i][k] * root[j][k]).sum();
            let rest = matrix[i][j] - sum;
            root[i][j] = match (i == j, root[j][j]) {
                // Rounding leaves this share of a variance where none is left.
                (true, _) if rest <= 1e-14 * matrix[i][i] => 0.0,
                (true, _) => rest.sqrt(),
                (false, 0.0) => 0.0,
                (false, pivot) => rest / pivot,
            };
        }
    }
    root
}
