//! How much more counts vary than Poisson's: the dispersion of a negative binomial.

/// Halvings of the range of the logarithm, enough for the last bits.
const HALVINGS: usize = 60;
/// The largest dispersion that is looked for: a standard deviation 100 times the mean.
const LARGEST: f64 = 1e4;
/// Below this counts are as good as Poisson's.
const SMALLEST: f64 = 1e-9;

/// The dispersion a of counts with variance mean + a mean^2, by moments: the sum of weight x (y -
/// mean)^2 / (mean + a mean^2) equals the degrees of freedom (Breslow 1984). 0 where counts vary no
/// more than Poisson's. `rows` have weight, count and mean.
pub(crate) fn dispersion(rows: &[(f64, f64, f64)], freedom: f64) -> f64 {
    let excess = |a: f64| {
        let terms = rows.iter().map(|(weight, y, mean)| {
            let mean = mean.max(f64::MIN_POSITIVE);
            weight * (y - mean) * (y - mean) / (mean + a * mean * mean)
        });
        terms.sum::<f64>() - freedom
    };
    let least = excess(SMALLEST);
    if least.is_nan() || least <= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (libm::log(SMALLEST), libm::log(LARGEST));
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if excess(libm::exp(middle)) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    libm::exp(0.5 * (low + high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_equation_holds() {
        // Two rows of mean 10 off by 9 each: 2 x 81 / (10 + 100 a) = 2, so a = 0.71.
        let rows = [(1.0, 19.0, 10.0), (1.0, 1.0, 10.0)];
        assert!((dispersion(&rows, 2.0) - 0.71).abs() < 1e-12);
        // Off by 3, they vary less than Poisson's.
        let rows = [(1.0, 13.0, 10.0), (1.0, 7.0, 10.0)];
        assert_eq!(dispersion(&rows, 2.0), 0.0);
        // What no dispersion explains ends at the largest.
        let most = dispersion(&[(1.0, 1e9, 1.0)], 1e-3);
        assert!((most / LARGEST - 1.0).abs() < 1e-9);
        assert_eq!(dispersion(&[(1.0, f64::NAN, 1.0)], 1.0), 0.0);
    }
}
