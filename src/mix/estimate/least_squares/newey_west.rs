//! The covariance of coefficients under autocorrelation and unequal variance (Newey and West 1987).

/// The lags of Newey and West's rule of thumb: 4 x (rows / 100)^(2/9), rounded down.
pub(crate) fn default_lags(rows: usize) -> usize {
    (4.0 * libm::pow(rows as f64 / 100.0, 2.0 / 9.0)) as usize
}

/// A S A with A the inverse information and S the scores' products at lags 0 to `lags`, those at
/// lag l weighed by 1 - l / (lags + 1) (Bartlett's kernel).
///
/// `scores` has a row's gradient of the log-likelihood by coefficient, up to the noise variance.
/// Products stay within series, whose numbers of rows are `series`. No correction for small samples.
pub(crate) fn covariance(
    inverse: &[Vec<f64>],
    scores: &[Vec<f64>],
    series: &[usize],
    lags: usize,
) -> Vec<Vec<f64>> {
    let size = inverse.len();
    // A x score, row by row, so that the sum is already sandwiched.
    let influence: Vec<Vec<f64>> = scores
        .iter()
        .map(|score| {
            let product = |row: &Vec<f64>| row.iter().zip(score).map(|(a, s)| a * s).sum();
            inverse.iter().map(product).collect()
        })
        .collect();
    let mut covariance = vec![vec![0.0; size]; size];
    let mut rest = influence.as_slice();
    for &length in series {
        let (own, later) = rest.split_at(length);
        rest = later;
        for lag in 0..=lags.min(length.saturating_sub(1)) {
            let weight = 1.0 - lag as f64 / (lags + 1) as f64;
            for (later, earlier) in own[lag..].iter().zip(own) {
                add_products(&mut covariance, weight, lag, later, earlier);
            }
        }
    }
    covariance
}

/// Adds a pair's products, and those of the pair turned round where the rows differ.
fn add_products(sum: &mut [Vec<f64>], weight: f64, lag: usize, later: &[f64], earlier: &[f64]) {
    for (i, row) in sum.iter_mut().enumerate() {
        for (j, entry) in row.iter_mut().enumerate() {
            let turned = if lag == 0 { 0.0 } else { earlier[i] * later[j] };
            *entry += weight * (later[i] * earlier[j] + turned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_has_the_textbook_long_run_variance() {
        // Residuals 1, 2, -1, -2: lag 0 gives 10, lag 1 gives 2 - 2 + 2 = 2, twice at weight 1/2.
        let scores: Vec<Vec<f64>> = [1.0, 2.0, -1.0, -2.0].map(|e| vec![e]).into();
        let variance =
            |series: &[usize], lags| covariance(&[vec![0.25]], &scores, series, lags)[0][0];
        assert_eq!(variance(&[4], 0), 10.0 / 16.0);
        assert_eq!(variance(&[4], 1), 12.0 / 16.0);
        // Within pairs the products at lag 1 are 2 and 2.
        assert_eq!(variance(&[2, 2], 1), 14.0 / 16.0);
    }

    #[test]
    fn lags_follow_the_rule_of_thumb() {
        assert_eq!([16, 100, 208].map(default_lags), [2, 4, 4]);
    }
}
