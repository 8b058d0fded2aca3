//! Ridge regression with bounds, penalty factors, prior means and a free intercept, solved exactly.

mod bounded;

pub(crate) use self::bounded::{BoundedSolver, kkt_residual};

use ndarray::{ArrayView1, ArrayView2};

use crate::error::{Error, Result};

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
/// [`RidgeFit::kkt_residual`].
///
/// ```
/// use mixtouch::mix::regression::Ridge;
/// use ndarray::{array, aview1};
///
/// let x = array![[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]];
/// let y = aview1(&[0.0, 3.0, 3.0, 7.0]);
/// let fit = Ridge::new(0.0)?.bounds(vec![(0.0, f64::INFINITY); 2]).fit(x.view(), y)?;
/// assert_eq!(fit.coefficients()[1], 0.0);
/// assert!(fit.kkt_residual() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    penalty: f64,
    bounds: Option<Vec<(f64, f64)>>,
    factors: Option<Vec<f64>>,
    means: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
}

/// A fitted [`Ridge`].
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
}

impl Ridge {
    /// A ridge regression with the given penalty.
    ///
    /// # Errors
    /// If it is not a finite number of at least 0.
    pub fn new(penalty: f64) -> Result<Self> {
        if penalty >= 0.0 && penalty.is_finite() {
            Ok(Self {
                penalty,
                bounds: None,
                factors: None,
                means: None,
                weights: None,
            })
        } else {
            Err(Error::setting(
                "penalty",
                penalty,
                "a finite number of at least 0",
            ))
        }
    }

    /// Lower and upper bound of each coefficient; infinite where there is none.
    #[must_use]
    pub fn bounds(self, bounds: Vec<(f64, f64)>) -> Self {
        Self {
            bounds: Some(bounds),
            ..self
        }
    }

    /// How much of the penalty each coefficient bears; 1 unless set.
    #[must_use]
    pub fn penalty_factors(self, factors: Vec<f64>) -> Self {
        Self {
            factors: Some(factors),
            ..self
        }
    }

    /// What each coefficient is drawn to; 0 unless set.
    #[must_use]
    pub fn prior_means(self, means: Vec<f64>) -> Self {
        Self {
            means: Some(means),
            ..self
        }
    }

    /// How much each row counts; 1 unless set.
    #[must_use]
    pub fn weights(self, weights: Vec<f64>) -> Self {
        Self {
            weights: Some(weights),
            ..self
        }
    }

    /// Fits rows x columns to one outcome per row.
    ///
    /// # Errors
    /// If shapes differ, a number is not finite, a bound, factor or weight is not possible, or
    /// columns are collinear and bear no penalty.
    pub fn fit(&self, x: ArrayView2<'_, f64>, y: ArrayView1<'_, f64>) -> Result<RidgeFit> {
        let (rows, columns) = x.dim();
        self.check(&x, &y)?;
        let weights = self.weights.clone().unwrap_or_else(|| vec![1.0; rows]);
        let total: f64 = weights.iter().sum();
        let mean = |values: ArrayView1<'_, f64>| {
            values.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>() / total
        };
        let centres: Vec<f64> = x.columns().into_iter().map(mean).collect();
        let y_centre = mean(y);
        let product = |i: usize, j: usize| -> f64 {
            (0..rows)
                .map(|r| weights[r] * (x[[r, i]] - centres[i]) * (x[[r, j]] - centres[j]))
                .sum::<f64>()
                / total
        };
        let deviations: Vec<f64> = (0..columns).map(|j| product(j, j).sqrt()).collect();
        // Standardised columns make the matrix a correlation matrix; a constant column keeps a
        // scale of 1 and needs its penalty.
        let scales: Vec<f64> = deviations
            .iter()
            .map(|s| if *s > 0.0 { *s } else { 1.0 })
            .collect();
        let mut a = vec![0.0; columns * columns];
        let mut b = vec![0.0; columns];
        for i in 0..columns {
            for j in 0..columns {
                a[i * columns + j] = product(i, j) / (scales[i] * scales[j]);
            }
            let ridge = self.penalty * self.factors.as_ref().map_or(1.0, |f| f[i]);
            a[i * columns + i] += ridge;
            let along: f64 = (0..rows)
                .map(|r| weights[r] * (x[[r, i]] - centres[i]) * (y[r] - y_centre))
                .sum();
            b[i] = along / total / scales[i]
                + ridge * scales[i] * self.means.as_ref().map_or(0.0, |m| m[i]);
        }
        let bound = |i: usize| {
            self.bounds
                .as_ref()
                .map_or((f64::NEG_INFINITY, f64::INFINITY), |b| b[i])
        };
        let lower: Vec<f64> = (0..columns).map(|i| bound(i).0 * scales[i]).collect();
        let upper: Vec<f64> = (0..columns).map(|i| bound(i).1 * scales[i]).collect();
        let mut solution = vec![0.0; columns];
        if !BoundedSolver::default().solve(&a, &b, &lower, &upper, &mut solution) {
            return Err(Error::setting(
                "penalty",
                self.penalty,
                "above 0 for columns that are constant or combinations of others",
            ));
        }
        let residual = kkt_residual(&a, &b, &lower, &upper, &solution);
        let coefficients: Vec<f64> = solution.iter().zip(&scales).map(|(c, s)| c / s).collect();
        let intercept = y_centre
            - coefficients
                .iter()
                .zip(&centres)
                .map(|(c, m)| c * m)
                .sum::<f64>();
        Ok(RidgeFit {
            intercept,
            coefficients,
            kkt_residual: residual,
        })
    }

    fn check(&self, x: &ArrayView2<'_, f64>, y: &ArrayView1<'_, f64>) -> Result<()> {
        let (rows, columns) = x.dim();
        let length = |what: &'static str, found: usize, needed: usize| {
            if found == needed {
                Ok(())
            } else {
                Err(Error::setting(
                    format!("number of {what}"),
                    found,
                    needed.to_string(),
                ))
            }
        };
        if rows == 0 {
            return Err(Error::Empty {
                what: "regression".into(),
                expected: "one row at least".into(),
            });
        }
        length("outcomes", y.len(), rows)?;
        length(
            "bounds",
            self.bounds.as_ref().map_or(columns, Vec::len),
            columns,
        )?;
        length(
            "penalty factors",
            self.factors.as_ref().map_or(columns, Vec::len),
            columns,
        )?;
        length(
            "prior means",
            self.means.as_ref().map_or(columns, Vec::len),
            columns,
        )?;
        length(
            "weights",
            self.weights.as_ref().map_or(rows, Vec::len),
            rows,
        )?;
        finite("column", x.iter())?;
        finite("outcome", y.iter())?;
        finite("prior mean", self.means.iter().flatten())?;
        for (low, high) in self.bounds.iter().flatten() {
            if low.is_nan()
                || high.is_nan()
                || low > high
                || *low == f64::INFINITY
                || *high == f64::NEG_INFINITY
            {
                return Err(Error::setting(
                    "bounds",
                    format!("{low}..{high}"),
                    "a lower bound that is not above the upper one",
                ));
            }
        }
        for value in self.factors.iter().chain(&self.weights).flatten() {
            if !(*value >= 0.0 && value.is_finite()) {
                return Err(Error::setting(
                    "penalty factor or weight",
                    value,
                    "a finite number of at least 0",
                ));
            }
        }
        if self
            .weights
            .as_ref()
            .is_some_and(|w| w.iter().sum::<f64>() <= 0.0)
        {
            return Err(Error::setting("weights", 0, "at least one above 0"));
        }
        Ok(())
    }
}

fn finite<'a>(what: &'static str, mut values: impl Iterator<Item = &'a f64>) -> Result<()> {
    values
        .find(|v| !v.is_finite())
        .map_or(Ok(()), |v| Err(Error::setting(what, v, "finite numbers")))
}
