//! The coefficients: solved by linfa-linear, checked before and after.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_linear::{LinearRegression, Link, TweedieRegressor};
use ndarray::{Array1, Array2};

use crate::error::{Error, Result};
use crate::linalg::dot::dot;
use crate::mix::estimate::least_squares::factor::Factor;
use crate::mix::estimate::least_squares::family::Family;

/// Columns with names, the outcome, and the square root of each row's weight.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<Vec<f64>>,
    pub(crate) target: Vec<f64>,
    pub(crate) root_weights: Vec<f64>,
    /// The number of rows of each time series.
    pub(crate) series: Vec<usize>,
}

/// What is solved for, and the mean of each row at it.
#[derive(Debug, Clone)]
pub(crate) struct Solution {
    pub(crate) coefficients: Vec<f64>,
    pub(crate) fitted: Vec<f64>,
}

/// Steps of Newton's method; a well-posed regression takes about five.
const STEPS: usize = 50;
/// The change of the linear predictor at which Newton's method has converged: its error is then
/// about the square.
const CONVERGED: f64 = 1e-9;
/// A fitted count below this share of the smallest count > 0, where the count is 0, means a
/// coefficient on its way to infinity.
const VANISHED: f64 = 1e-7;
/// What R's `poisson()` adds to counts for a first mean, in units of the smallest count > 0.
const FIRST_MEAN: f64 = 0.1;
/// Relative violation of the normal equations that rounding explains.
const ROUNDING: f64 = 1e-6;

impl Problem {
    /// The solution of a family.
    ///
    /// # Errors
    /// If an outcome is out of the family's range, a column separates counts of 0, rounding spoils
    /// the coefficients, or Newton's method does not converge.
    pub(crate) fn solve(&self, family: Family) -> Result<Solution> {
        match family {
            Family::Gaussian => self.ordinary(),
            Family::Poisson | Family::Gamma => self.log_linear(family),
        }
    }

    /// Each column times `root_weights`, row by row.
    pub(crate) fn scaled(&self, root_weights: &[f64]) -> Vec<Vec<f64>> {
        let scale = |c: &Vec<f64>| c.iter().zip(root_weights).map(|(x, w)| x * w).collect();
        self.columns.iter().map(scale).collect()
    }

    /// Whether some combination of the columns is the same in every row: an intercept, or one a geo.
    pub(crate) fn spans_constant(&self) -> bool {
        let ones = vec![1.0; self.target.len()];
        let rest = Factor::new(&self.names, &self.columns).map(|f| f.residual_square(&ones));
        rest.is_ok_and(|rest| rest <= 1e-18 * ones.len() as f64)
    }

    /// The linear predictor of each row.
    fn predictor(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.target.len()];
        for (column, b) in self.columns.iter().zip(coefficients) {
            sums.iter_mut().zip(column).for_each(|(s, x)| *s += b * x);
        }
        sums
    }

    fn ordinary(&self) -> Result<Solution> {
        let columns = self.scaled(&self.root_weights);
        let target = self
            .target
            .iter()
            .zip(&self.root_weights)
            .map(|(y, w)| y * w);
        let dataset = Dataset::new(matrix(&columns), target.collect::<Array1<f64>>());
        let model = LinearRegression::new()
            .with_intercept(false)
            .fit(&dataset)
            .map_err(|error| ill_conditioned(error.to_string()))?;
        let coefficients = model.params().to_vec();
        let fitted = self.predictor(&coefficients);
        self.check_normal_equations(&columns, &fitted)?;
        Ok(Solution {
            coefficients,
            fitted,
        })
    }

    /// Residuals are orthogonal to the columns, as far as rounding allows.
    fn check_normal_equations(&self, columns: &[Vec<f64>], fitted: &[f64]) -> Result<()> {
        let rows = self.target.iter().zip(fitted).zip(&self.root_weights);
        let residuals: Vec<f64> = rows.map(|((y, f), w)| (y - f) * w).collect();
        let size = |values: &[f64]| dot(values, values).sqrt();
        let scaled: Vec<f64> = self
            .target
            .iter()
            .zip(&self.root_weights)
            .map(|(y, w)| y * w)
            .collect();
        let fits = |c: &Vec<f64>| {
            dot(c, &residuals).abs() <= ROUNDING * size(c) * size(&scaled).max(f64::MIN_POSITIVE)
        };
        match columns.iter().all(fits) {
            true => Ok(()),
            false => Err(ill_conditioned(
                "rounding keeps the coefficients from the normal equations: columns nearly depend on one another",
            )),
        }
    }

    fn log_linear(&self, family: Family) -> Result<Solution> {
        self.check_outcomes(family)?;
        if family == Family::Poisson {
            self.check_separation()?;
        }
        let (solution, converged) = self.newton(family, self.start(family))?;
        if family == Family::Poisson {
            self.check_vanished(&solution)?;
        }
        match converged {
            true => Ok(solution),
            false => Err(not_converged(family)),
        }
    }

    /// The start with the lowest deviance: a constant mean, linfa's solution, or the step from means
    /// near the outcomes, which finds the way where counts span many orders of magnitude.
    fn start(&self, family: Family) -> Vec<f64> {
        let constant = self.constant();
        let cost = |b: &[f64]| deviance(family, &self.target, &self.means(b));
        let others = [
            self.tweedie(family, &constant),
            self.step_from_outcomes(family),
        ];
        others
            .into_iter()
            .flatten()
            .fold(constant, |best, next| match cost(&next) < cost(&best) {
                true => next,
                false => best,
            })
    }

    /// One step of reweighted least squares from means that are the outcomes, counts of 0 raised.
    fn step_from_outcomes(&self, family: Family) -> Option<Vec<f64>> {
        let raise = match family {
            Family::Poisson => FIRST_MEAN * self.least_positive(),
            Family::Gaussian | Family::Gamma => 0.0,
        };
        let means: Vec<f64> = self.target.iter().map(|y| y + raise).collect();
        let roots = working_roots(family, &means);
        let factor = Factor::new(&self.names, &self.scaled(&roots)).ok()?;
        let rows = self.target.iter().zip(&means).zip(&roots);
        let working = |((y, m), w): ((&f64, &f64), &f64)| (libm::log(*m) + (y - m) / m) * w;
        let coefficients = factor.solve(&rows.map(working).collect::<Vec<f64>>());
        Some(coefficients).filter(|b| b.iter().all(|b| b.is_finite()))
    }

    /// The smallest outcome > 0.
    fn least_positive(&self) -> f64 {
        let positive = self.target.iter().copied().filter(|y| *y > 0.0);
        positive.fold(f64::INFINITY, f64::min)
    }

    fn check_outcomes(&self, family: Family) -> Result<()> {
        let zeros_fit = family == Family::Poisson;
        let fits = |y: f64| y > 0.0 || (zeros_fit && y == 0.0);
        let expected = if zeros_fit { "0 or more" } else { "> 0" };
        if let Some(outcome) = self.target.iter().find(|y| !fits(**y)) {
            return Err(Error::setting("outcome", outcome, expected));
        }
        if self.target.iter().all(|y| *y == 0.0) {
            return Err(Error::setting("outcome", 0, "> 0 in one row at least"));
        }
        if self.root_weights.iter().any(|w| *w != 1.0) {
            return Err(Error::setting(
                "weights",
                "other than 1",
                "weights of 1 for counts and positive outcomes",
            ));
        }
        Ok(())
    }

    /// No column is other than 0, with one sign, in rows with a count of 0 only.
    fn check_separation(&self) -> Result<()> {
        let separates = |column: &Vec<f64>| {
            let rows = || column.iter().zip(&self.target).filter(|(x, _)| **x != 0.0);
            rows().all(|(_, y)| *y == 0.0)
                && (rows().all(|(x, _)| *x > 0.0) || rows().all(|(x, _)| *x < 0.0))
        };
        match self.columns.iter().position(separates) {
            Some(column) => Err(Error::Separation {
                column: self.names[column].clone(),
            }),
            None => Ok(()),
        }
    }

    /// No fitted count tends to 0: where it does, the column that moves its logarithm most is to
    /// blame.
    fn check_vanished(&self, solution: &Solution) -> Result<()> {
        let least = VANISHED * self.least_positive();
        let vanished = |r: usize| self.target[r] == 0.0 && solution.fitted[r] < least;
        let Some(row) = (0..self.target.len()).find(|&r| vanished(r)) else {
            return Ok(());
        };
        let pull = |j: usize| {
            let column = &self.columns[j];
            let centre = column.iter().sum::<f64>() / column.len() as f64;
            (solution.coefficients[j] * (column[row] - centre)).abs()
        };
        let worst = (0..self.columns.len()).max_by(|a, b| pull(*a).total_cmp(&pull(*b)));
        Err(Error::Separation {
            column: self.names[worst.unwrap_or(0)].clone(),
        })
    }

    /// The coefficients of a constant mean, as far as the columns allow: the logarithm of the mean,
    /// projected.
    fn constant(&self) -> Vec<f64> {
        let mean = self.target.iter().sum::<f64>() / self.target.len() as f64;
        let level = vec![libm::log(mean); self.target.len()];
        Factor::new(&self.names, &self.columns)
            .map_or_else(|_| vec![0.0; self.columns.len()], |f| f.solve(&level))
    }

    /// linfa's Tweedie regressor on columns of unit size, with the outcome in units of its mean so
    /// that it starts from a constant; none where it fails.
    ///
    /// Its L-BFGS stops short of full accuracy: the Poisson cost of linfa-linear 0.8.1 doubles one
    /// term of the deviance only, so that its line search works with a cost whose gradient differs.
    fn tweedie(&self, family: Family, constant: &[f64]) -> Option<Vec<f64>> {
        let size = |c: &Vec<f64>| (dot(c, c) / c.len() as f64).sqrt();
        let sizes: Vec<f64> = self.columns.iter().map(size).collect();
        let unit = |(c, s): (&Vec<f64>, &f64)| c.iter().map(|x| x / s).collect();
        let columns: Vec<Vec<f64>> = self.columns.iter().zip(&sizes).map(unit).collect();
        let mean = self.target.iter().sum::<f64>() / self.target.len() as f64;
        let target: Array1<f64> = self.target.iter().map(|y| y / mean).collect();
        let dataset = Dataset::new(matrix(&columns), target);
        let power = if family == Family::Poisson { 1.0 } else { 2.0 };
        let model = TweedieRegressor::params()
            .power(power)
            .link(Link::Log)
            .alpha(0.0)
            .fit_intercept(false)
            .max_iter(200)
            .tol(1e-6)
            .fit(&dataset)
            .ok()?;
        let coefficients = model.coef.iter().zip(&sizes).zip(constant);
        let coefficients = coefficients.map(|((b, s), level)| b / s + level);
        Some(coefficients.collect()).filter(|b: &Vec<f64>| b.iter().all(|b| b.is_finite()))
    }

    /// Newton's method on the likelihood, by iteratively reweighted least squares, and whether it
    /// converged.
    fn newton(&self, family: Family, mut coefficients: Vec<f64>) -> Result<(Solution, bool)> {
        let mut fitted = self.means(&coefficients);
        let mut cost = deviance(family, &self.target, &fitted);
        let mut converged = false;
        for _ in 0..STEPS {
            let step = self.step(family, &fitted)?;
            let change = self.predictor(&step);
            let largest = change.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
            (coefficients, fitted, cost) = self.shorten(family, &coefficients, &step, cost)?;
            converged = largest <= CONVERGED;
            if converged {
                break;
            }
        }
        let solution = Solution {
            coefficients,
            fitted,
        };
        Ok((solution, converged))
    }

    fn means(&self, coefficients: &[f64]) -> Vec<f64> {
        let predictor = self.predictor(coefficients);
        predictor.into_iter().map(libm::exp).collect()
    }

    /// The full step: least squares of the working residuals with the family's working weights.
    fn step(&self, family: Family, fitted: &[f64]) -> Result<Vec<f64>> {
        let roots = working_roots(family, fitted);
        let columns = self.scaled(&roots);
        let working = self.target.iter().zip(fitted).zip(&roots);
        let working: Vec<f64> = working.map(|((y, m), w)| (y - m) / m * w).collect();
        let factor = Factor::new(&self.names, &columns).map_err(|error| match error {
            // The columns are independent, so working weights that vanish make them dependent.
            Error::Collinear { column } => Error::Separation { column },
            other => other,
        })?;
        Ok(factor.solve(&working))
    }

    /// The step halved until the deviance does not rise.
    fn shorten(
        &self,
        family: Family,
        from: &[f64],
        step: &[f64],
        cost: f64,
    ) -> Result<(Vec<f64>, Vec<f64>, f64)> {
        let mut share = 1.0;
        for _ in 0..STEPS {
            let next: Vec<f64> = from.iter().zip(step).map(|(b, s)| b + share * s).collect();
            let means = self.means(&next);
            let lower = deviance(family, &self.target, &means);
            if lower <= cost + 1e-9 * (1.0 + cost.abs()) {
                return Ok((next, means, lower));
            }
            share *= 0.5;
        }
        Err(not_converged(family))
    }
}

fn not_converged(family: Family) -> Error {
    let what = match family {
        Family::Gaussian => "ordinary least squares",
        Family::Poisson => "the Poisson regression",
        Family::Gamma => "the gamma regression",
    };
    Error::NotConverged {
        what: what.into(),
        iterations: STEPS,
    }
}

/// Independent columns that rounding nevertheless keeps from being solved for.
pub(crate) fn ill_conditioned(found: impl Into<String>) -> Error {
    Error::Solver {
        reason: found.into(),
    }
}

fn matrix(columns: &[Vec<f64>]) -> Array2<f64> {
    let rows = columns.first().map_or(0, Vec::len);
    Array2::from_shape_fn((rows, columns.len()), |(r, j)| columns[j][r])
}

/// Square roots of the information of each row about its linear predictor, up to the dispersion.
pub(crate) fn working_roots(family: Family, fitted: &[f64]) -> Vec<f64> {
    match family {
        Family::Poisson => fitted.iter().map(|m| m.sqrt()).collect(),
        Family::Gaussian | Family::Gamma => vec![1.0; fitted.len()],
    }
}

/// Twice the log-likelihood lost against a fit that meets every outcome, up to the dispersion.
pub(crate) fn deviance(family: Family, target: &[f64], fitted: &[f64]) -> f64 {
    let unit = |(y, m): (&f64, &f64)| match family {
        Family::Gaussian => (y - m) * (y - m),
        Family::Poisson if *y == 0.0 => 2.0 * m,
        Family::Poisson => 2.0 * (y * libm::log(y / m) - (y - m)),
        Family::Gamma => 2.0 * ((y - m) / m - libm::log(y / m)),
    };
    target.iter().zip(fitted).map(unit).sum()
}
