//! The orthogonal factor of a regression's columns: rank, covariance and projections.

use crate::error::{Error, Result};
use crate::linalg::dot::dot;
use crate::linalg::gram_schmidt::project_out;

/// A column whose remainder is this much shorter than the column itself depends on the others.
const DEPENDENT: f64 = 1e-10;

/// Columns X = Q R by the Gram-Schmidt process, run twice for full accuracy.
#[derive(Debug, Clone)]
pub(crate) struct Factor {
    /// Orthonormal columns.
    directions: Vec<Vec<f64>>,
    /// R by columns: column j = sum over i <= j of `triangle[j][i]` x direction i.
    triangle: Vec<Vec<f64>>,
}

impl Factor {
    /// The factor of columns that do not depend on one another.
    ///
    /// # Errors
    /// If a column is a combination of those before it: the error names it.
    pub(crate) fn new(names: &[String], columns: &[Vec<f64>]) -> Result<Self> {
        let mut factor = Self {
            directions: Vec::with_capacity(columns.len()),
            triangle: Vec::with_capacity(columns.len()),
        };
        for (name, column) in names.iter().zip(columns) {
            let (along, rest, remainder) = factor.remainder(column);
            let length = dot(column, column).sqrt();
            if rest.is_nan() || rest <= DEPENDENT * length {
                return Err(Error::Collinear {
                    column: name.clone(),
                });
            }
            factor.push(along, rest, remainder);
        }
        Ok(factor)
    }

    fn push(&mut self, mut along: Vec<f64>, rest: f64, mut remainder: Vec<f64>) {
        remainder.iter_mut().for_each(|v| *v /= rest);
        along.push(rest);
        self.directions.push(remainder);
        self.triangle.push(along);
    }

    /// A column's products with the directions, and the length and entries of what is left.
    fn remainder(&self, column: &[f64]) -> (Vec<f64>, f64, Vec<f64>) {
        let mut rest = column.to_vec();
        let along = project_out(&self.directions, &mut rest);
        let length = dot(&rest, &rest).sqrt();
        (along, length, rest)
    }

    /// The squared length of what the columns do not explain.
    pub(crate) fn residual_square(&self, column: &[f64]) -> f64 {
        let length = self.remainder(column).1;
        length * length
    }

    /// The coefficients of least squares.
    pub(crate) fn solve(&self, column: &[f64]) -> Vec<f64> {
        self.back_substitute(self.remainder(column).0)
    }

    fn back_substitute(&self, mut along: Vec<f64>) -> Vec<f64> {
        for j in (0..along.len()).rev() {
            along[j] /= self.triangle[j][j];
            for i in 0..j {
                along[i] -= self.triangle[j][i] * along[j];
            }
        }
        along
    }

    /// (X'X)^-1 by rows.
    pub(crate) fn inverse(&self) -> Vec<Vec<f64>> {
        let size = self.triangle.len();
        // Columns of R^-1; the inverse is R^-1 R^-T.
        let roots: Vec<Vec<f64>> = (0..size)
            .map(|j| {
                let unit = (0..size).map(|i| f64::from(u8::from(i == j))).collect();
                self.back_substitute(unit)
            })
            .collect();
        let entry = |i: usize, j: usize| roots.iter().map(|c| c[i] * c[j]).sum::<f64>();
        (0..size)
            .map(|i| (0..size).map(|j| entry(i, j)).collect())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|i| format!("x{i}")).collect()
    }

    #[test]
    fn the_inverse_is_that_of_a_hand_worked_cross_product() {
        // X'X = [[3, 6], [6, 14]] with determinant 6.
        let columns = vec![vec![1.0; 3], vec![1.0, 2.0, 3.0]];
        let inverse = Factor::new(&names(2), &columns).unwrap().inverse();
        let expected = [[14.0 / 6.0, -1.0], [-1.0, 0.5]];
        for (row, expected) in inverse.iter().flatten().zip(expected.iter().flatten()) {
            assert!((row - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn dependent_columns_are_named() {
        let columns = vec![vec![1.0, 2.0, 3.0], vec![1.0; 3], vec![3.0, 5.0, 7.0]];
        let error = Factor::new(&names(3), &columns).unwrap_err();
        assert!(error.to_string().contains("\"x2\""), "{error}");
        let zeros = Factor::new(&names(1), &[vec![0.0; 3]]).unwrap_err();
        assert!(matches!(zeros, Error::Collinear { .. }));
    }
}
