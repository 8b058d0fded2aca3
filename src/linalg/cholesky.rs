//! Cholesky factors of symmetric positive definite matrices.
//!
//! The functions work in place, without allocation, for the search of the mix model; [`Cholesky`]
//! owns its factor.

/// Size of a pivot, relative to its diagonal, at or below which a matrix counts as singular.
const SINGULAR: f64 = 1e-12;

/// Replaces the lower triangle of a symmetric n x n matrix (row-major, row stride `stride`) with
/// its Cholesky factor; the upper triangle is not read. False if the matrix is singular: a pivot is
/// at most 1e-12 of its diagonal, or not finite.
pub(crate) fn factorise(matrix: &mut [f64], n: usize, stride: usize) -> bool {
    for i in 0..n {
        let (above, rest) = matrix.split_at_mut(i * stride);
        let row = &mut rest[..=i];
        let diagonal = row[i];
        for j in 0..i {
            let other = &above[j * stride..=j * stride + j];
            let sum: f64 = (0..j).map(|k| row[k] * other[k]).sum();
            row[j] = (row[j] - sum) / other[j];
        }
        let pivot = diagonal - row[..i].iter().map(|l| l * l).sum::<f64>();
        if !(pivot > SINGULAR * diagonal && pivot.is_finite()) {
            return false;
        }
        row[i] = pivot.sqrt();
    }
    true
}

/// x := L^-1 x.
pub(crate) fn forward(factor: &[f64], n: usize, stride: usize, x: &mut [f64]) {
    for i in 0..n {
        let row = &factor[i * stride..=i * stride + i];
        let sum: f64 = (0..i).map(|k| row[k] * x[k]).sum();
        x[i] = (x[i] - sum) / row[i];
    }
}

/// x := L^-T x, row by row of the factor: all reads are adjacent.
pub(crate) fn backward(factor: &[f64], n: usize, stride: usize, x: &mut [f64]) {
    for i in (0..n).rev() {
        let value = x[i] / factor[i * stride + i];
        x[i] = value;
        for k in 0..i {
            x[k] -= factor[i * stride + k] * value;
        }
    }
}

/// The Cholesky factor of a matrix, scaled to a diagonal of 1 first or not.
pub(crate) struct Cholesky {
    factor: Vec<f64>,
    scale: Vec<f64>,
}

impl Cholesky {
    /// Factors a matrix, given row by row, after scaling it to a diagonal of 1, so that the units
    /// of the unknowns do not matter; `None` if it is singular. Only the lower triangle is read.
    pub(crate) fn new(matrix: Vec<f64>, size: usize) -> Option<Self> {
        let scale = (0..size).map(|at| 1.0 / matrix[at * size + at].sqrt());
        let scale = scale.collect();
        Self::with_scale(matrix, scale)
    }

    /// The same without scaling, for unknowns in the same unit. The bits of the solution differ, so
    /// a caller keeps to one of the two.
    pub(crate) fn unscaled(matrix: Vec<f64>, size: usize) -> Option<Self> {
        Self::with_scale(matrix, vec![1.0; size])
    }

    fn with_scale(mut matrix: Vec<f64>, scale: Vec<f64>) -> Option<Self> {
        let size = scale.len();
        for row in 0..size {
            for column in 0..=row {
                matrix[row * size + column] *= scale[row];
                matrix[row * size + column] *= scale[column];
            }
        }
        factorise(&mut matrix, size, size).then_some(Self {
            factor: matrix,
            scale,
        })
    }

    fn size(&self) -> usize {
        self.scale.len()
    }

    /// The solution of the system with that right side.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let size = self.size();
        let scaled = |values: &[f64]| -> Vec<f64> {
            let scale = self.scale.iter();
            values
                .iter()
                .zip(scale)
                .map(|(x, scale)| x * scale)
                .collect()
        };
        let mut solved = scaled(right);
        forward(&self.factor, size, size, &mut solved);
        // One sum a row, where `backward` subtracts one product at a time: attribution's figures
        // were first computed this way, and keep their bits.
        for row in (0..size).rev() {
            let dot: f64 = (row + 1..size)
                .map(|k| self.factor[k * size + row] * solved[k])
                .sum();
            solved[row] = (solved[row] - dot) / self.factor[row * size + row];
        }
        scaled(&solved)
    }

    /// The diagonal of the matrix's inverse: sums of squares of the columns of the lower factor's.
    pub(crate) fn inverse_diagonal(&self) -> Vec<f64> {
        let size = self.size();
        let mut solved = vec![0.0; size];
        let square = |column: usize| {
            let mut sum = 0.0;
            for row in column..size {
                let dot: f64 = (column..row)
                    .map(|k| self.factor[row * size + k] * solved[k])
                    .sum();
                let right = if row == column { 1.0 } else { 0.0 };
                solved[row] = (right - dot) / self.factor[row * size + row];
                sum += solved[row] * solved[row];
            }
            sum * self.scale[column] * self.scale[column]
        };
        (0..size).map(square).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::dot::dot;

    const MATRIX: [f64; 9] = [4.0, 2.0, 1.0, 2.0, 5.0, 3.0, 1.0, 3.0, 6.0];

    fn assert_solves(x: &[f64], right: [f64; 3]) {
        for (row, right) in MATRIX.chunks(3).zip(right) {
            assert!((dot(row, x) - right).abs() < 1e-14, "{x:?}");
        }
    }

    #[test]
    fn factors_solve_in_place() {
        let mut factor = MATRIX;
        assert!(factorise(&mut factor, 3, 3));
        let mut x = [1.0, -2.0, 3.0];
        forward(&factor, 3, 3, &mut x);
        backward(&factor, 3, 3, &mut x);
        assert_solves(&x, [1.0, -2.0, 3.0]);
    }

    #[test]
    fn both_scalings_solve() {
        for factored in [Cholesky::new, Cholesky::unscaled] {
            let factored = factored(MATRIX.to_vec(), 3).unwrap();
            assert_solves(&factored.solve(&[1.0, -2.0, 3.0]), [1.0, -2.0, 3.0]);
        }
    }

    #[test]
    fn a_small_system() {
        // [[4, 2], [2, 3]] has determinant 8, the inverse's diagonal 3/8, 4/8, and takes (1, 1) to
        // (6, 5)
        let factored = Cholesky::new(vec![4.0, 2.0, 2.0, 3.0], 2).unwrap();
        let near = |found: Vec<f64>, known: [f64; 2]| {
            found.iter().zip(known).for_each(|(found, known)| {
                approx::assert_relative_eq!(*found, known, max_relative = 1e-14)
            });
        };
        near(factored.inverse_diagonal(), [0.375, 0.5]);
        near(factored.solve(&[6.0, 5.0]), [1.0, 1.0]);
    }

    #[test]
    fn singular_matrices_are_noticed() {
        assert!(!factorise(&mut [1.0, 1.0, 1.0, 1.0], 2, 2));
        assert!(!factorise(&mut [f64::NAN], 1, 1));
        assert!(!factorise(&mut [0.0], 1, 1));
        for factored in [Cholesky::new, Cholesky::unscaled] {
            assert!(factored(vec![1.0, 1.0, 1.0, 1.0], 2).is_none());
            assert!(factored(vec![0.0], 1).is_none());
            assert!(factored(vec![-1.0], 1).is_none());
        }
    }
}
