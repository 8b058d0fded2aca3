//! Small dense linear algebra: what the regression needs, on slices, without allocation.

/// The dot product, over eight sums side by side so that it vectorises; the order of additions is
/// fixed.
#[inline]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + rest
}

/// Relative size below which a pivot counts as zero.
const SINGULAR: f64 = 1e-12;

/// Replaces the lower triangle of a symmetric n x n matrix (row-major, row stride `stride`) with
/// its Cholesky factor. False if the matrix is not positive definite to working precision.
pub(crate) fn cholesky(matrix: &mut [f64], n: usize, stride: usize) -> bool {
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

/// x := L^-T x.
pub(crate) fn backward(factor: &[f64], n: usize, stride: usize, x: &mut [f64]) {
    for i in (0..n).rev() {
        let value = x[i] / factor[i * stride + i];
        x[i] = value;
        for k in 0..i {
            x[k] -= factor[i * stride + k] * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_solves() {
        let matrix = [4.0, 2.0, 1.0, 2.0, 5.0, 3.0, 1.0, 3.0, 6.0];
        let mut factor = matrix;
        assert!(cholesky(&mut factor, 3, 3));
        let mut x = [1.0, -2.0, 3.0];
        forward(&factor, 3, 3, &mut x);
        backward(&factor, 3, 3, &mut x);
        for (row, expected) in matrix.chunks(3).zip([1.0, -2.0, 3.0]) {
            assert!((dot(row, &x) - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn singular_matrices_are_noticed() {
        assert!(!cholesky(&mut [1.0, 1.0, 1.0, 1.0], 2, 2));
        assert!(!cholesky(&mut [f64::NAN], 1, 1));
        assert!(!cholesky(&mut [0.0], 1, 1));
    }
}
