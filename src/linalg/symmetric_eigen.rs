//! Eigenvalues of symmetric matrices by Jacobi's rotations.

/// Sweeps after which rotations end; ten are plenty.
const MOST_SWEEPS: usize = 60;

/// The eigenvalues of a symmetric matrix, given row by row, and their vectors, one after the other.
///
/// Cyclic Jacobi rotations: slow but short, accurate, and the same to the bit everywhere. Values are
/// in no order.
pub(crate) fn symmetric_eigen(mut matrix: Vec<f64>, size: usize) -> (Vec<f64>, Vec<f64>) {
    let mut vectors = vec![0.0; size * size];
    for at in 0..size {
        vectors[at * size + at] = 1.0;
    }
    let whole: f64 = matrix.iter().map(|cell| cell * cell).sum();
    for _ in 0..MOST_SWEEPS {
        let mut outside = 0.0;
        for row in 0..size {
            for column in 0..row {
                outside += matrix[row * size + column] * matrix[row * size + column];
            }
        }
        if outside <= 1e-30 * whole {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut matrix, &mut vectors, size, p, q);
            }
        }
    }
    let values = (0..size).map(|at| matrix[at * size + at]).collect();
    (values, vectors)
}

/// Rotates rows and columns p and q so that their common cell becomes 0.
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, p: usize, q: usize) {
    let common = matrix[p * size + q];
    if common == 0.0 {
        return;
    }
    let half = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * common);
    let tangent = half.signum() / (half.abs() + (half * half + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for k in 0..size {
        let (a, b) = (matrix[k * size + p], matrix[k * size + q]);
        matrix[k * size + p] = cosine * a - sine * b;
        matrix[k * size + q] = sine * a + cosine * b;
    }
    for k in 0..size {
        let (a, b) = (matrix[p * size + k], matrix[q * size + k]);
        matrix[p * size + k] = cosine * a - sine * b;
        matrix[q * size + k] = sine * a + cosine * b;
        let (a, b) = (vectors[p * size + k], vectors[q * size + k]);
        vectors[p * size + k] = cosine * a - sine * b;
        vectors[q * size + k] = sine * a + cosine * b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn values_and_vectors_give_the_matrix_again() {
        let (size, mut random) = (12, Random::new(1));
        let mut matrix = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let cell = random.normal();
                matrix[row * size + column] = cell;
                matrix[column * size + row] = cell;
            }
        }
        let (values, vectors) = symmetric_eigen(matrix.clone(), size);
        for row in 0..size {
            for column in 0..size {
                let cell: f64 = (0..size)
                    .map(|k| vectors[k * size + row] * values[k] * vectors[k * size + column])
                    .sum();
                assert!((cell - matrix[row * size + column]).abs() < 1e-12);
                let product: f64 = (0..size)
                    .map(|k| vectors[row * size + k] * vectors[column * size + k])
                    .sum();
                let expected = f64::from(u8::from(row == column));
                assert!((product - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_small_one_by_hand() {
        // 2 1; 1 2 has 1 and 3.
        let (mut values, _) = symmetric_eigen(vec![2.0, 1.0, 1.0, 2.0], 2);
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
    }
}
