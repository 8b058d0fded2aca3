//! The estimator: from rows to a fitted regression, from a panel to a posterior.

use ndarray::ArrayView1;

use crate::error::{Error, Result};
use crate::mix::estimate::least_squares::data::RegressionData;
use crate::mix::estimate::least_squares::factor::Factor;
use crate::mix::estimate::least_squares::family::{Family, StandardErrors};
use crate::mix::estimate::least_squares::solution::Problem;
use crate::mix::estimate::least_squares::summary::RegressionSummary;

/// The classical regression, solved by linfa-linear: ordinary least squares, or counts and positive
/// outcomes with a logarithmic link.
///
/// An intercept is added unless the regressors already span a constant. Coefficients have no bounds
/// and bear no penalty: for these use [`Ridge`](crate::mix::regression::Ridge).
///
/// Ordinary least squares is linfa-linear's `LinearRegression`, a Householder factor. Counts and
/// positive outcomes begin from its `TweedieRegressor` and are finished by Newton's method to full
/// accuracy. Their bits are linfa's: its matrix products pick instructions by processor, so the
/// last digits may differ from one machine to another.
///
/// ```
/// use mixtouch::mix::estimate::{LeastSquares, RegressionData};
/// use ndarray::array;
///
/// let spend = array![[1.0], [2.0], [3.0], [4.0], [5.0]];
/// let sales = array![11.9, 14.2, 15.8, 18.1, 20.0];
/// let data = RegressionData::new(vec!["search".to_owned()], spend, sales);
/// let summary = LeastSquares::new().regress(&data)?;
/// let search = summary.coefficient("search").unwrap();
/// assert!((search.estimate() - 2.01).abs() < 1e-9);
/// assert!(summary.r2() > 0.99);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    family: Family,
    standard_errors: StandardErrors,
    draws: usize,
    seed: u64,
}

impl Default for LeastSquares {
    fn default() -> Self {
        Self::new()
    }
}

impl LeastSquares {
    /// Ordinary least squares with classical standard errors; 400 draws.
    pub const fn new() -> Self {
        Self {
            family: Family::Gaussian,
            standard_errors: StandardErrors::Classical,
            draws: 400,
            seed: 0,
        }
    }

    /// The outcome's distribution; [`Family::Gaussian`] unless set.
    #[must_use]
    pub const fn with_family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// How standard errors are computed; [`StandardErrors::Classical`] unless set.
    #[must_use]
    pub const fn with_standard_errors(mut self, standard_errors: StandardErrors) -> Self {
        self.standard_errors = standard_errors;
        self
    }

    /// The number of draws from the estimates' normal approximation, 1 or more; 400 unless set.
    #[must_use]
    pub const fn with_draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// The seed of the draws; 0 unless set.
    #[must_use]
    pub const fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Fits one regression.
    ///
    /// # Errors
    /// If shapes differ, a number is not finite, there are not more rows than coefficients, or the
    /// outcome never changes or is out of the family's range. [`Error::Collinear`] names a
    /// regressor that is a combination of others, [`Error::Separation`] one that separates counts
    /// of 0 from the rest.
    pub fn regress(&self, data: &RegressionData) -> Result<RegressionSummary> {
        data.check()?;
        let problem = problem(data)?;
        let solution = problem.solve(self.family)?;
        RegressionSummary::new(&problem, solution, self.family, self.standard_errors)
    }
}

/// The rows with weight, and an intercept as the first column unless the columns span one.
fn problem(data: &RegressionData) -> Result<Problem> {
    let kept = |row: &usize| data.weights().is_none_or(|w| w[*row] > 0.0);
    let rows: Vec<usize> = (0..data.target().len()).filter(kept).collect();
    let length = data.series_length();
    let series = (0..data.target().len() / length)
        .map(|s| rows.iter().filter(|r| **r / length == s).count())
        .collect();
    let column = |column: ArrayView1<'_, f64>| rows.iter().map(|r| column[*r]).collect();
    let root_weight = |row: &usize| data.weights().map_or(1.0, |w| w[*row].sqrt());
    let mut problem = Problem {
        names: data.names().to_vec(),
        columns: data.records().columns().into_iter().map(column).collect(),
        target: column(data.target().view()),
        root_weights: rows.iter().map(root_weight).collect(),
        series,
    };
    let factor = Factor::new(&problem.names, &problem.scaled(&problem.root_weights))?;
    if !factor.spans(&problem.root_weights) {
        problem.names.insert(0, "intercept".to_owned());
        problem.columns.insert(0, vec![1.0; rows.len()]);
        Factor::new(&problem.names, &problem.scaled(&problem.root_weights))?;
    }
    check_size(&problem)?;
    Ok(problem)
}

/// More rows than coefficients, and an outcome that changes.
fn check_size(problem: &Problem) -> Result<()> {
    let (rows, columns) = (problem.target.len(), problem.columns.len());
    if rows <= columns {
        return Err(Error::setting(
            "number of rows",
            rows,
            format!("more than the {columns} coefficients"),
        ));
    }
    if problem.target.iter().all(|y| *y == problem.target[0]) {
        return Err(Error::setting(
            "outcome",
            "the same in every row",
            "an outcome that changes",
        ));
    }
    Ok(())
}
