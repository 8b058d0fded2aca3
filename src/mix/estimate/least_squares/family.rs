//! How the outcome is distributed around its mean, and how standard errors are computed.

use serde::{Deserialize, Serialize};

/// The outcome's distribution and what is linear in the regressors.
///
/// ```
/// use mixtouch::mix::estimate::{Family, LeastSquares, RegressionData};
/// use ndarray::array;
///
/// // Orders double with every unit of spend.
/// let spend = array![[0.0], [1.0], [2.0], [3.0]];
/// let orders = array![10.0, 20.0, 40.0, 80.0];
/// let data = RegressionData::new(vec!["search".to_owned()], spend, orders);
/// let summary = LeastSquares::new().with_family(Family::Poisson).regress(&data)?;
/// let search = summary.coefficient("search").unwrap();
/// assert!((search.estimate() - 2.0_f64.ln()).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Family {
    /// Normal noise of one size; the mean is linear: ordinary least squares.
    #[default]
    Gaussian,
    /// Counts, 0 or more, whose variance is their mean; the mean's logarithm is linear.
    Poisson,
    /// Positive outcomes whose standard deviation is in proportion to their mean; the mean's
    /// logarithm is linear.
    Gamma,
}

/// How standard errors are computed.
///
/// ```
/// use mixtouch::mix::estimate::{LeastSquares, RegressionData, StandardErrors};
/// use ndarray::array;
///
/// let trend = array![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]];
/// let sales = array![1.0, 2.5, 3.5, 3.5, 4.5, 6.5];
/// let data = RegressionData::new(vec!["trend".to_owned()], trend, sales);
/// let errors = StandardErrors::NeweyWest { lags: Some(1) };
/// let summary = LeastSquares::new().with_standard_errors(errors).regress(&data)?;
/// assert!(summary.coefficient("trend").unwrap().standard_error() < 0.15);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StandardErrors {
    /// From the family's own variance, with independent rows.
    #[default]
    Classical,
    /// Valid under autocorrelation and unequal variance (Newey and West 1987), with Bartlett's
    /// kernel and no correction for small samples.
    NeweyWest {
        /// The largest lag, in rows; 4 x (rows / 100)^(2/9) unless set.
        lags: Option<usize>,
    },
}
