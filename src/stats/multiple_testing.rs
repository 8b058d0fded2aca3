//! Several tests at once.

use crate::error::{Error, Result};

/// Adjusts p values for their number by Holm's step-down method (1979).
///
/// The i-th smallest of n is multiplied by n - i + 1, and none may fall below a smaller one's.
/// Rejecting those at or below 5 % then makes a false find in at most 5 % of tests, however the
/// tests depend on one another. The order is kept.
///
/// ```
/// use mixtouch::stats::holm;
///
/// assert_eq!(holm(&[0.02, 0.5, 0.01])?, [0.04, 0.5, 0.03]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If a p value is not 0 to 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>> {
    if let Some(p) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Error::setting("p value", p, "0 to 1"));
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max((p_values[index] * (p_values.len() - rank) as f64).min(1.0));
        adjusted[index] = largest;
    }
    Ok(adjusted)
}

/// Adjusts p values for their number by Benjamini and Hochberg's step-up method (1995).
///
/// The i-th smallest of n is multiplied by n / i, and none may exceed a larger one's. Of the finds
/// at or below 5 %, at most 5 % are false on average (the false discovery rate), where tests are
/// independent or move together. Where nothing is to be found, a false find is made in at most 5 %
/// of cases. The order is kept. For a few tests of which none may be false, [`holm`].
///
/// ```
/// use mixtouch::stats::benjamini_hochberg;
///
/// assert_eq!(benjamini_hochberg(&[0.02, 0.5, 0.01])?, [0.03, 0.5, 0.03]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If a p value is not 0 to 1.
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    if let Some(p) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Error::setting("p value", p, "0 to 1"));
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest = 1.0_f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        let grown = p_values[index] * p_values.len() as f64 / (rank + 1) as f64;
        smallest = smallest.min(grown);
        adjusted[index] = smallest;
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn false_discovery_rates_are_those_of_r() {
        // R 4: p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH") is 0.02 0.04 0.04 0.02.
        let got = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005]).unwrap();
        let want = [0.02, 0.04, 0.04, 0.02];
        assert!(
            got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-15),
            "{got:?}"
        );
        assert_eq!(benjamini_hochberg(&[0.9, 0.8]).unwrap(), [0.9, 0.9]);
        assert!(benjamini_hochberg(&[]).unwrap().is_empty());
        assert!(benjamini_hochberg(&[-0.1]).is_err() && benjamini_hochberg(&[f64::NAN]).is_err());
    }

    #[test]
    fn by_hand() {
        // R 4: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02.
        let got = holm(&[0.01, 0.04, 0.03, 0.005]).unwrap();
        assert!(
            got.iter()
                .zip([0.03, 0.06, 0.06, 0.02])
                .all(|(a, b)| (a - b).abs() < 1e-15),
            "{got:?}"
        );
        assert_eq!(holm(&[0.9, 0.8]).unwrap(), [1.0, 1.0]);
        assert_eq!(holm(&[]).unwrap(), [0.0; 0]);
        assert!(holm(&[f64::NAN]).is_err() && holm(&[1.1]).is_err());
    }
}
