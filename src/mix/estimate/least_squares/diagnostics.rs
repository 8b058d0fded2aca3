//! Tests of what least squares assumes: autocorrelation, equal variance, separate regressors.

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::error::Result;
use crate::mix::estimate::least_squares::factor::Factor;

/// The Durbin-Watson statistic of residuals: squared differences of neighbours / squared residuals.
///
/// It is between 0 and 4 and about 2 without autocorrelation (Durbin and Watson 1950).
/// `series_length` is the number of rows of each time series: differences stay within series.
///
/// ```
/// use mixtouch::mix::estimate::durbin_watson;
///
/// // Squared differences 1 + 4 + 9, squared residuals 1 + 0 + 4 + 1.
/// assert_eq!(durbin_watson(&[1.0, 0.0, 2.0, -1.0], 4), 14.0 / 6.0);
/// ```
pub fn durbin_watson(residuals: &[f64], series_length: usize) -> f64 {
    let length = series_length.max(1);
    let series: Vec<usize> = residuals.chunks(length).map(<[f64]>::len).collect();
    durbin_watson_within(residuals, &series)
}

/// The statistic with the number of rows of each series.
pub(crate) fn durbin_watson_within(residuals: &[f64], series: &[usize]) -> f64 {
    let square: f64 = residuals.iter().map(|e| e * e).sum();
    let mut rest = residuals;
    let mut differences = 0.0;
    for &length in series {
        let (own, later) = rest.split_at(length);
        let squares = own
            .windows(2)
            .map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0]));
        differences += squares.sum::<f64>();
        rest = later;
    }
    differences / square
}

/// The Breusch-Pagan test of equal variance, in Koenker's form (1981), which does not need normal
/// residuals.
///
/// ```
/// use mixtouch::mix::estimate::{LeastSquares, RegressionData};
/// use ndarray::array;
///
/// // The noise grows with spend.
/// let spend = array![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0]];
/// let sales = array![1.1, 1.8, 3.4, 3.4, 5.9, 4.9, 8.4, 6.4];
/// let data = RegressionData::new(vec!["search".to_owned()], spend, sales);
/// let test = LeastSquares::new().regress(&data)?.breusch_pagan().unwrap();
/// assert_eq!(test.degrees_of_freedom(), 1);
/// assert!(test.statistic() > 3.0 && test.p_value() < 0.1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BreuschPagan {
    statistic: f64,
    degrees_of_freedom: usize,
    p_value: f64,
}

impl BreuschPagan {
    /// Rows x R2 of the squared residuals on the regressors; large where the variance depends on
    /// them.
    pub const fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The degrees of freedom of the chi-squared distribution: regressors without the intercept.
    pub const fn degrees_of_freedom(&self) -> usize {
        self.degrees_of_freedom
    }

    /// The probability of a statistic at least this large where the variance is equal.
    pub const fn p_value(&self) -> f64 {
        self.p_value
    }
}

/// The test on columns that span a constant; none with no regressor beside it, or residuals of one
/// size.
pub(crate) fn breusch_pagan(
    names: &[String],
    columns: &[Vec<f64>],
    residuals: &[f64],
) -> Result<Option<BreuschPagan>> {
    let squares: Vec<f64> = residuals.iter().map(|e| e * e).collect();
    let rows = squares.len() as f64;
    let mean = squares.iter().sum::<f64>() / rows;
    let total: f64 = squares.iter().map(|s| (s - mean) * (s - mean)).sum();
    let degrees_of_freedom = columns.len() - 1;
    let Some(distribution) = ChiSquared::new(degrees_of_freedom as f64)
        .ok()
        .filter(|_| total > 0.0)
    else {
        return Ok(None);
    };
    let unexplained = Factor::new(names, columns)?.residual_square(&squares);
    let statistic = (rows * (1.0 - unexplained / total)).max(0.0);
    Ok(Some(BreuschPagan {
        statistic,
        degrees_of_freedom,
        p_value: distribution.sf(statistic),
    }))
}

/// Each column's variance inflation factor from the diagonal of (X'X)^-1; none for constants.
pub(crate) fn variance_inflation(
    columns: &[Vec<f64>],
    root_weights: &[f64],
    inverse: &[Vec<f64>],
) -> Vec<Option<f64>> {
    let total: f64 = root_weights.iter().map(|w| w * w).sum();
    columns
        .iter()
        .zip(inverse.iter().enumerate())
        .map(|(column, (j, row))| {
            let weighted = || column.iter().zip(root_weights);
            let mean = weighted().map(|(x, w)| x * w * w).sum::<f64>() / total;
            let spread: f64 = weighted()
                .map(|(x, w)| ((x - mean) * w) * ((x - mean) * w))
                .sum();
            let size: f64 = weighted().map(|(x, w)| (x * w) * (x * w)).sum();
            (spread > 1e-20 * size).then(|| (spread * row[j]).max(1.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durbin_watson_stays_within_series() {
        let residuals = [1.0, 1.0, -1.0, -1.0];
        assert_eq!(durbin_watson(&residuals, 4), 1.0);
        assert_eq!(durbin_watson(&residuals, 2), 0.0);
    }

    #[test]
    fn variance_inflation_is_one_over_what_the_others_leave() {
        // Correlation 0.5: 1 / (1 - 0.25).
        let columns = vec![
            vec![1.0; 4],
            vec![1.0, -1.0, 1.0, -1.0],
            vec![1.0, -1.0, 0.0, 0.0],
        ];
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        let inverse = Factor::new(&names, &columns).unwrap().inverse();
        let factors = variance_inflation(&columns, &[1.0; 4], &inverse);
        assert_eq!(factors[0], None);
        assert!((factors[1].unwrap() - 2.0).abs() < 1e-14, "{factors:?}");
        assert!((factors[2].unwrap() - 2.0).abs() < 1e-14, "{factors:?}");
    }
}
