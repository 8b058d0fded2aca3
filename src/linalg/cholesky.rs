//! Symmetric positive definite systems.

/// The lower factor of a symmetric matrix, scaled to a diagonal of 1 first so that units do not
/// matter.
pub(crate) struct Cholesky {
    lower: Vec<f64>,
    scale: Vec<f64>,
}

impl Cholesky {
    /// Factors a matrix given row by row; none if it is not positive definite.
    pub(crate) fn new(mut matrix: Vec<f64>, size: usize) -> Option<Self> {
        let scale: Vec<f64> = (0..size)
            .map(|at| 1.0 / matrix[at * size + at].sqrt())
            .collect();
        for row in 0..size {
            for column in 0..=row {
                let dot: f64 = (0..column)
                    .map(|k| matrix[row * size + k] * matrix[column * size + k])
                    .sum();
                let left = matrix[row * size + column] * scale[row] * scale[column] - dot;
                if row == column && (left.is_nan() || left <= 1e-12) {
                    return None;
                }
                matrix[row * size + column] = if row == column {
                    left.sqrt()
                } else {
                    left / matrix[column * size + column]
                };
            }
        }
        Some(Self {
            lower: matrix,
            scale,
        })
    }

    fn size(&self) -> usize {
        self.scale.len()
    }

    /// The solution of the system with that right side.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let size = self.size();
        let mut solved: Vec<f64> = right
            .iter()
            .zip(&self.scale)
            .map(|(right, scale)| right * scale)
            .collect();
        for row in 0..size {
            let dot: f64 = (0..row)
                .map(|k| self.lower[row * size + k] * solved[k])
                .sum();
            solved[row] = (solved[row] - dot) / self.lower[row * size + row];
        }
        for row in (0..size).rev() {
            let dot: f64 = (row + 1..size)
                .map(|k| self.lower[k * size + row] * solved[k])
                .sum();
            solved[row] = (solved[row] - dot) / self.lower[row * size + row];
        }
        solved
            .iter()
            .zip(&self.scale)
            .map(|(solved, scale)| solved * scale)
            .collect()
    }

    /// The diagonal of the matrix's inverse: sums of squares of the columns of the lower factor's.
    pub(crate) fn inverse_diagonal(&self) -> Vec<f64> {
        let size = self.size();
        let mut solved = vec![0.0; size];
        let square = |column: usize| {
            let mut sum = 0.0;
            for row in column..size {
                let dot: f64 = (column..row)
                    .map(|k| self.lower[row * size + k] * solved[k])
                    .sum();
                let right = if row == column { 1.0 } else { 0.0 };
                solved[row] = (right - dot) / self.lower[row * size + row];
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
        assert!(Cholesky::new(vec![1.0, 1.0, 1.0, 1.0], 2).is_none());
    }
}
