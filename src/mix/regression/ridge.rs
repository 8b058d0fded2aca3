//! The ridge regression: its settings, checked settings and fitted values.

use ndarray::{Array1, ArrayView1, ArrayView2};

use crate::error::{Error, Result};
use crate::linalg::magnitude::check_squarable;
use crate::mix::regression::bounded::{BoundedSolver, kkt_residual};

/// Ridge regression: the coefficients that minimise
///
/// sum of w_i (y_i - b0 - x_i b)^2 / sum of w_i + penalty x sum over j of factor_j (s_j (b_j -
/// m_j))^2
///
/// between each coefficient's bounds, where s_j is the column's weighted standard deviation (so
/// that units do not matter), m_j its prior mean (0 unless set) and the intercept b0 is free.
/// Coefficients come back in the columns' own units.
///
/// The minimum is exact: the conditions of Karush, Kuhn and Tucker hold to
/// [`RidgeFit::kkt_residual`]. Sums have one fixed order, so the bits do not depend on the
/// processor.
///
/// ```
/// use mixtouch::mix::regression::Ridge;
/// use ndarray::{array, aview1};
///
/// // Weekly exposures of search and display, and sales.
/// let x = array![[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]];
/// let sales = aview1(&[0.0, 3.0, 3.0, 7.0]);
/// let ridge = Ridge::new(0.0).with_bounds(vec![(0.0, f64::INFINITY); 2]);
/// let fit = ridge.solve(x.view(), sales)?;
/// assert_eq!(fit.coefficients()[1], 0.0);
/// assert!(fit.kkt_residual() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// The same regression as a linfa estimator:
#[cfg_attr(feature = "linfa", doc = "```")]
#[cfg_attr(not(feature = "linfa"), doc = "```ignore")]
/// use linfa::prelude::*;
/// use mixtouch::mix::regression::Ridge;
/// use ndarray::array;
///
/// let spend = array![[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]];
/// let sales = array![0.0, 3.0, 3.0, 7.0];
/// let dataset = Dataset::new(spend, sales).with_feature_names(vec!["search", "display"]);
/// let fit = Ridge::new(0.01).fit(&dataset)?;
/// assert!(fit.predict(&dataset).r2(&dataset)? > 0.95);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge(ValidRidge);

/// The settings of a [`Ridge`], checked: every number is in its range.
///
#[cfg_attr(feature = "linfa", doc = "```")]
#[cfg_attr(not(feature = "linfa"), doc = "```ignore")]
/// use linfa::ParamGuard;
/// use mixtouch::mix::regression::Ridge;
/// use ndarray::{array, aview1};
///
/// let checked = Ridge::new(0.5).check()?;
/// let fit = checked.solve(array![[1.0], [2.0], [4.0]].view(), aview1(&[2.0, 3.0, 9.0]))?;
/// assert!(fit.coefficients()[0] > 0.0);
/// assert!(Ridge::new(-0.5).check().is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ValidRidge {
    penalty: f64,
    bounds: Option<Vec<(f64, f64)>>,
    factors: Option<Vec<f64>>,
    means: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
}

/// A fitted [`Ridge`].
///
/// ```
/// use mixtouch::mix::regression::Ridge;
/// use ndarray::{array, aview1};
///
/// let spend = array![[1.0], [2.0], [3.0]];
/// let fit = Ridge::new(0.0).solve(spend.view(), aview1(&[12.0, 14.0, 16.0]))?;
/// assert!((fit.intercept() - 10.0).abs() < 1e-12);
/// assert!((fit.evaluate(array![[5.0]].view())[0] - 20.0).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeFit {
    intercept: f64,
    coefficients: Vec<f64>,
    kkt_residual: f64,
}

impl RidgeFit {
    /// The intercept, in the unit of y.
    pub const fn intercept(&self) -> f64 {
        self.intercept
    }

    /// The coefficients, in units of y per unit of each column.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The largest violation of the optimality conditions, relative to their terms.
    pub const fn kkt_residual(&self) -> f64 {
        self.kkt_residual
    }

    /// The fitted value of each row, in the unit of y: intercept + sum of coefficient x column.
    ///
    /// Columns beyond the coefficients count as absent.
    pub fn evaluate(&self, x: ArrayView2<'_, f64>) -> Array1<f64> {
        x.rows()
            .into_iter()
            .map(|row| {
                let terms = row.iter().zip(&self.coefficients).map(|(v, c)| v * c);
                self.intercept + terms.sum::<f64>()
            })
            .collect()
    }
}

impl Ridge {
    /// A ridge regression with the given penalty, 0 or more.
    pub const fn new(penalty: f64) -> Self {
        Self(ValidRidge {
            penalty,
            bounds: None,
            factors: None,
            means: None,
            weights: None,
        })
    }

    /// Lower and upper bound of each coefficient; infinite where there is none.
    #[must_use]
    pub fn with_bounds(mut self, bounds: Vec<(f64, f64)>) -> Self {
        self.0.bounds = Some(bounds);
        self
    }

    /// The share of the penalty that each coefficient bears, 0 or more; 1 unless set.
    #[must_use]
    pub fn with_penalty_factors(mut self, factors: Vec<f64>) -> Self {
        self.0.factors = Some(factors);
        self
    }

    /// The value that the penalty pulls each coefficient to; 0 unless set.
    #[must_use]
    pub fn with_prior_means(mut self, means: Vec<f64>) -> Self {
        self.0.means = Some(means);
        self
    }

    /// The weight of each row, 0 or more; 1 unless set.
    #[must_use]
    pub fn with_weights(mut self, weights: Vec<f64>) -> Self {
        self.0.weights = Some(weights);
        self
    }

    /// Fits rows x columns to one outcome per row.
    ///
    /// # Errors
    /// If a setting is out of its range, or [`ValidRidge::solve`] fails.
    pub fn solve(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<RidgeFit> {
        self.checked()?.solve(x, y)
    }

    /// The settings, once every number is in its range.
    pub(crate) fn checked(&self) -> Result<&ValidRidge> {
        self.0.check_settings()?;
        Ok(&self.0)
    }
}

/// Sums over the rows: what the problem's matrix and right-hand side are made of.
struct Moments<'a> {
    x: ArrayView2<'a, f64>,
    y: ArrayView1<'a, f64>,
    weights: Vec<f64>,
    total: f64,
    centres: Vec<f64>,
    y_centre: f64,
}

impl<'a> Moments<'a> {
    fn new(x: ArrayView2<'a, f64>, y: ArrayView1<'a, f64>, weights: Vec<f64>) -> Self {
        let total: f64 = weights.iter().sum();
        let mean = |values: ArrayView1<'_, f64>| {
            values.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / total
        };
        let centres = x.columns().into_iter().map(mean).collect();
        let y_centre = mean(y);
        Self {
            x,
            y,
            weights,
            total,
            centres,
            y_centre,
        }
    }

    fn rows(&self) -> std::ops::Range<usize> {
        0..self.x.nrows()
    }

    /// The covariance of columns i and j.
    fn covariance(&self, i: usize, j: usize) -> f64 {
        let Self { x, centres, .. } = self;
        self.rows()
            .map(|r| self.weights[r] * (x[[r, i]] - centres[i]) * (x[[r, j]] - centres[j]))
            .sum::<f64>()
            / self.total
    }

    /// The covariance of column i with the outcome, times the sum of weights.
    fn along_outcome(&self, i: usize) -> f64 {
        let Self { x, centres, .. } = self;
        self.rows()
            .map(|r| self.weights[r] * (x[[r, i]] - centres[i]) * (self.y[r] - self.y_centre))
            .sum()
    }

    /// The columns' standard deviations; 1 for a constant column, which needs its penalty.
    fn scales(&self) -> Vec<f64> {
        (0..self.x.ncols())
            .map(|j| self.covariance(j, j).sqrt())
            .map(|s| if s > 0.0 { s } else { 1.0 })
            .collect()
    }
}

impl ValidRidge {
    /// Fits rows x columns to one outcome per row.
    ///
    /// # Errors
    /// If shapes differ, a number is not finite, or columns are collinear and bear no penalty.
    pub fn solve(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<RidgeFit> {
        self.check_shapes(&x, &y)?;
        let (rows, columns) = x.dim();
        let weights = self.weights.clone().unwrap_or_else(|| vec![1.0; rows]);
        let moments = Moments::new(x.view(), y.view(), weights);
        let scales = moments.scales();
        let (a, b) = self.system(&moments, &scales);
        let lower: Vec<f64> = (0..columns).map(|i| self.bound(i).0 * scales[i]).collect();
        let upper: Vec<f64> = (0..columns).map(|i| self.bound(i).1 * scales[i]).collect();
        let mut solution = vec![0.0; columns];
        if !BoundedSolver::default().solve(&a, &b, &lower, &upper, &mut solution) {
            return Err(Error::setting(
                "penalty",
                self.penalty,
                "> 0 for columns that are constant or combinations of others",
            ));
        }
        let residual = kkt_residual(&a, &b, &lower, &upper, &solution);
        let coefficients: Vec<f64> = solution.iter().zip(&scales).map(|(c, s)| c / s).collect();
        finite("coefficient", &coefficients)?;
        let at_centre = coefficients.iter().zip(&moments.centres);
        let intercept = moments.y_centre - at_centre.map(|(c, m)| c * m).sum::<f64>();
        Ok(RidgeFit {
            intercept,
            coefficients,
            kkt_residual: residual,
        })
    }

    #[cfg(feature = "linfa")]
    pub(crate) const fn has_weights(&self) -> bool {
        self.weights.is_some()
    }

    /// The same settings with other weights, checked.
    #[cfg(feature = "linfa")]
    pub(crate) fn with_row_weights(mut self, weights: Vec<f64>) -> Result<Self> {
        self.weights = Some(weights);
        self.check_settings()?;
        Ok(self)
    }

    /// The matrix and right-hand side in standardised columns: a correlation matrix + penalties.
    fn system(&self, moments: &Moments<'_>, scales: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let columns = scales.len();
        let mut a = vec![0.0; columns * columns];
        let mut b = vec![0.0; columns];
        for i in 0..columns {
            for j in 0..columns {
                a[i * columns + j] = moments.covariance(i, j) / (scales[i] * scales[j]);
            }
            let ridge = self.penalty * self.factors.as_ref().map_or(1.0, |f| f[i]);
            a[i * columns + i] += ridge;
            b[i] = moments.along_outcome(i) / moments.total / scales[i]
                + ridge * scales[i] * self.means.as_ref().map_or(0.0, |m| m[i]);
        }
        (a, b)
    }

    fn bound(&self, column: usize) -> (f64, f64) {
        self.bounds
            .as_ref()
            .map_or((f64::NEG_INFINITY, f64::INFINITY), |b| b[column])
    }

    fn check_settings(&self) -> Result<()> {
        not_negative("penalty", [&self.penalty])?;
        check_squarable(
            "penalty",
            [self.penalty].iter().filter(|penalty| **penalty > 1.0),
        )?;
        check_squarable("prior mean", self.means.iter().flatten())?;
        check_squarable("weight", self.weights.iter().flatten())?;
        for &(low, high) in self.bounds.iter().flatten() {
            if !(low <= high && low < f64::INFINITY && high > f64::NEG_INFINITY) {
                return Err(Error::setting(
                    "bounds",
                    format!("{low}..{high}"),
                    "a lower bound of at most the upper one",
                ));
            }
        }
        not_negative(
            "penalty factor or weight",
            self.factors.iter().chain(&self.weights).flatten(),
        )?;
        if self.weights.iter().any(|w| w.iter().sum::<f64>() <= 0.0) {
            return Err(Error::setting("weights", 0, "one weight > 0 at least"));
        }
        Ok(())
    }

    fn check_shapes(&self, x: &ArrayView2<'_, f64>, y: &ArrayView1<'_, f64>) -> Result<()> {
        let (rows, columns) = x.dim();
        if rows == 0 {
            return Err(Error::Empty {
                what: "regression".into(),
                expected: "one row at least".into(),
            });
        }
        let given = |values: &Option<Vec<f64>>, needed| values.as_ref().map_or(needed, Vec::len);
        let bounds = self.bounds.as_ref().map_or(columns, Vec::len);
        same_length("outcomes", y.len(), rows)?;
        same_length("bounds", bounds, columns)?;
        same_length("penalty factors", given(&self.factors, columns), columns)?;
        same_length("prior means", given(&self.means, columns), columns)?;
        same_length("weights", given(&self.weights, rows), rows)?;
        for column in x.columns() {
            check_squarable("column", column.iter())?;
        }
        check_squarable("outcome", y.iter())
    }
}

fn same_length(what: &str, found: usize, needed: usize) -> Result<()> {
    if found == needed {
        return Ok(());
    }
    Err(Error::setting(
        format!("number of {what}"),
        found,
        needed.to_string(),
    ))
}

fn finite<'a>(what: &'static str, values: impl IntoIterator<Item = &'a f64>) -> Result<()> {
    let mut values = values.into_iter();
    values
        .find(|v| !v.is_finite())
        .map_or(Ok(()), |v| Err(Error::setting(what, v, "a finite number")))
}

fn not_negative<'a>(what: &'static str, values: impl IntoIterator<Item = &'a f64>) -> Result<()> {
    let mut values = values.into_iter();
    values
        .find(|v| !(**v >= 0.0 && v.is_finite()))
        .map_or(Ok(()), |v| {
            Err(Error::setting(what, v, "a finite number, 0 or more"))
        })
}
