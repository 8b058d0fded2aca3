//! Weights of control geos that together moved like a treated one before the test.

use crate::linalg::dot::dot_in_order;

/// Moves of weight after which the search ends; it takes far fewer.
const MOVES: usize = 100_000;

/// Weights of the columns, 0 or more and summing to 1, whose weighted mean comes closest to the
/// target in squares.
///
/// Weight moves from the column with the largest gradient to the one with the smallest, by the
/// closed-form optimum of the pair, until no move gains (KKT residual 1e-10). Ties go to the first
/// column, so the result depends on the data alone.
pub(crate) fn simplex_weights(columns: &[&[f64]], target: &[f64]) -> Vec<f64> {
    let gram: Vec<Vec<f64>> = columns
        .iter()
        .map(|a| columns.iter().map(|b| dot_in_order(a, b)).collect())
        .collect();
    let aim: Vec<f64> = columns
        .iter()
        .map(|column| dot_in_order(column, target))
        .collect();
    let mut weights = vec![1.0 / columns.len() as f64; columns.len()];
    let mut gradient: Vec<f64> = gram
        .iter()
        .zip(&aim)
        .map(|(row, aim)| dot_in_order(row, &weights) - aim)
        .collect();
    let scale = gram
        .iter()
        .enumerate()
        .map(|(i, row)| row[i])
        .fold(f64::MIN_POSITIVE, f64::max);
    for _ in 0..MOVES {
        let Some((from, to)) = best_move(&gradient, &weights) else {
            break;
        };
        let gap = gradient[from] - gradient[to];
        if gap <= 1e-10 * scale {
            break;
        }
        let bend = gram[from][from] + gram[to][to] - 2.0 * gram[from][to];
        let moved = if bend > 0.0 {
            (gap / bend).min(weights[from])
        } else {
            weights[from]
        };
        weights[to] += moved;
        weights[from] = if moved == weights[from] {
            0.0
        } else {
            weights[from] - moved
        };
        for (i, slope) in gradient.iter_mut().enumerate() {
            *slope += moved * (gram[i][to] - gram[i][from]);
        }
    }
    weights
}

/// The columns to take weight from and to give it to: the largest gradient of those with weight,
/// and the smallest of all.
fn best_move(gradient: &[f64], weights: &[f64]) -> Option<(usize, usize)> {
    let smaller = |best: usize, i: usize| {
        if gradient[i] < gradient[best] {
            i
        } else {
            best
        }
    };
    let larger = |worst: usize, i: usize| {
        if gradient[i] > gradient[worst] {
            i
        } else {
            worst
        }
    };
    let with_weight = (0..weights.len()).filter(|&i| weights[i] > 0.0);
    let to = (0..weights.len()).fold(0, smaller);
    Some((with_weight.reduce(larger)?, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn a_mix_is_found_again() {
        let mut random = Random::new(3);
        let columns: Vec<Vec<f64>> = (0..6)
            .map(|_| (0..30).map(|_| 1.0 + 0.2 * random.normal()).collect())
            .collect();
        let truth = [0.0, 0.5, 0.2, 0.0, 0.3, 0.0];
        let target: Vec<f64> = (0..30)
            .map(|t| {
                columns
                    .iter()
                    .zip(truth)
                    .map(|(column, weight)| weight * column[t])
                    .sum()
            })
            .collect();
        let borrowed: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let weights = simplex_weights(&borrowed, &target);
        assert!(
            weights
                .iter()
                .zip(truth)
                .all(|(got, want)| (got - want).abs() < 1e-6),
            "{weights:?}"
        );
    }

    #[test]
    fn weights_are_a_mix_and_meet_the_conditions() {
        for seed in 0..50 {
            let mut random = Random::new(seed);
            let columns: Vec<Vec<f64>> = (0..12)
                .map(|_| (0..8).map(|_| random.normal()).collect())
                .collect();
            let target: Vec<f64> = (0..8).map(|_| 2.0 * random.normal()).collect();
            let borrowed: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let weights = simplex_weights(&borrowed, &target);
            assert!(
                weights.iter().all(|weight| *weight >= 0.0)
                    && (weights.iter().sum::<f64>() - 1.0).abs() < 1e-12
            );
            let miss: Vec<f64> = (0..8)
                .map(|t| {
                    columns
                        .iter()
                        .zip(&weights)
                        .map(|(column, w)| w * column[t])
                        .sum::<f64>()
                        - target[t]
                })
                .collect();
            let slope: Vec<f64> = columns
                .iter()
                .map(|column| column.iter().zip(&miss).map(|(x, m)| x * m).sum())
                .collect();
            let least = slope.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(
                slope
                    .iter()
                    .zip(&weights)
                    .all(|(s, w)| *w == 0.0 || s - least < 1e-8),
                "seed {seed}: {slope:?} {weights:?}"
            );
        }
    }

    #[test]
    fn equal_columns_do_no_harm() {
        let column = [1.0, 2.0, 3.0];
        let weights = simplex_weights(&[&column, &column], &[3.0, 2.0, 1.0]);
        assert!((weights[0] + weights[1] - 1.0).abs() < 1e-15);
    }
}
