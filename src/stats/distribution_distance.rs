//! How far two samples' distribution functions lie apart.

/// The largest difference of the distribution functions of two sorted samples: the statistic of
/// Kolmogorov and Smirnov. 0 where either is empty.
pub(crate) fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let here = x.min(*y);
        i += a[i..].iter().take_while(|v| **v <= here).count();
        j += b[j..].iter().take_while(|v| **v <= here).count();
        let apart = i as f64 / a.len() as f64 - j as f64 / b.len() as f64;
        largest = largest.max(apart.abs());
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_worked_by_hand() {
        assert_eq!(kolmogorov_smirnov(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert_eq!(kolmogorov_smirnov(&[1.0, 2.0], &[3.0, 4.0]), 1.0);
        // At 2, three quarters of the first lie below and a quarter of the second.
        let (a, b) = ([1.0, 1.5, 2.0, 5.0], [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(kolmogorov_smirnov(&a, &b), 0.5);
        assert_eq!(kolmogorov_smirnov(&[], &[1.0]), 0.0);
    }
}
