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

#[cfg(test)]
mod tests {
    use super::*;

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
