//! Inverses by Gauss-Jordan elimination without pivoting.
//!
//! Two functions, for their results enter figures that keep their bits: one multiplies by a pivot's
//! reciprocal, the other divides by the pivot.

/// Inverts in place a matrix, row by row, whose rows are diagonally dominant with a positive
/// diagonal, such as I - Q of a Markov chain: no pivoting is needed then.
pub(crate) fn invert(matrix: &mut [f64], size: usize) {
    for pivot in 0..size {
        let (above, rest) = matrix.split_at_mut(pivot * size);
        let (own, below) = rest.split_at_mut(size);
        let scale = 1.0 / own[pivot];
        own[pivot] = 1.0;
        own.iter_mut().for_each(|cell| *cell *= scale);
        for row in above.chunks_mut(size).chain(below.chunks_mut(size)) {
            let factor = std::mem::take(&mut row[pivot]);
            if factor != 0.0 {
                row.iter_mut()
                    .zip(&*own)
                    .for_each(|(cell, pivot)| *cell -= factor * pivot);
            }
        }
    }
}

/// The inverse of a small positive definite matrix; `None` if a pivot is at most 1e-14, or a
/// diagonal of the inverse at most 0.
///
/// Not by Cholesky: it starts the ascent of a likelihood, whose end depends on it to the bit.
pub(crate) fn inverse<const N: usize>(mut matrix: [[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut inverse = identity::<N>();
    for i in 0..N {
        let pivot = matrix[i][i];
        if pivot.is_nan() || pivot <= 1e-14 {
            return None;
        }
        for j in 0..N {
            matrix[i][j] /= pivot;
            inverse[i][j] /= pivot;
        }
        for k in (0..N).filter(|&k| k != i) {
            let factor = matrix[k][i];
            for j in 0..N {
                matrix[k][j] -= factor * matrix[i][j];
                inverse[k][j] -= factor * inverse[i][j];
            }
        }
    }
    (0..N).all(|i| inverse[i][i] > 0.0).then_some(inverse)
}

/// The identity matrix.
pub(crate) fn identity<const N: usize>() -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverses_by_hand() {
        // [[4, 2], [2, 3]] has determinant 8: the inverse is [[3, -2], [-2, 4]] / 8.
        let mut matrix = [4.0, 2.0, 2.0, 3.0];
        invert(&mut matrix, 2);
        let expected = [0.375, -0.25, -0.25, 0.5];
        assert!(
            matrix
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-15)
        );
        let small = inverse([[4.0, 2.0], [2.0, 3.0]]).unwrap();
        assert!(
            small
                .as_flattened()
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-15)
        );
        assert_eq!(inverse([[1.0, 1.0], [1.0, 1.0]]), None);
    }
}
