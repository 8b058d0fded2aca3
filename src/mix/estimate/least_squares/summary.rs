//! What practitioners read off a regression: its table of coefficients and statistics of fit.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use crate::error::{Error, Result};
use crate::mix::estimate::least_squares::coefficient::{Coefficient, Reference};
use crate::mix::estimate::least_squares::diagnostics::{
    BreuschPagan, breusch_pagan, durbin_watson_within, variance_inflation,
};
use crate::mix::estimate::least_squares::factor::Factor;
use crate::mix::estimate::least_squares::family::{Family, StandardErrors};
use crate::mix::estimate::least_squares::likelihood::log_likelihood;
use crate::mix::estimate::least_squares::newey_west;
use crate::mix::estimate::least_squares::solution::{
    Problem, Solution, deviance, ill_conditioned, working_roots,
};

/// A fitted regression: coefficients with their uncertainty, statistics of fit and tests of what
/// the regression assumes.
///
/// Statistics follow R's `lm` and `glm`: `logLik`, `AIC` and `BIC` count the noise variance as a
/// parameter where one is estimated.
///
/// ```
/// use mixtouch::mix::estimate::{LeastSquares, RegressionData};
/// use ndarray::array;
///
/// let spend = array![[1.0, 5.0], [2.0, 3.0], [3.0, 6.0], [4.0, 2.0], [5.0, 4.0], [6.0, 1.0]];
/// let sales = array![17.1, 14.9, 23.2, 16.8, 23.0, 17.9];
/// let names = vec!["search".to_owned(), "display".to_owned()];
/// let summary = LeastSquares::new().regress(&RegressionData::new(names, spend, sales))?;
/// assert_eq!(summary.coefficients()[0].name(), "intercept");
/// assert!(summary.r2() > 0.99 && summary.adjusted_r2().unwrap() < summary.r2());
/// assert!(summary.durbin_watson() > 1.0);
/// println!("{summary}");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegressionSummary {
    family: Family,
    standard_errors: StandardErrors,
    coefficients: Vec<Coefficient>,
    covariance: Vec<Vec<f64>>,
    #[serde(skip)]
    fitted: Vec<f64>,
    #[serde(skip)]
    residuals: Vec<f64>,
    rows: usize,
    degrees_of_freedom: usize,
    #[serde(skip)]
    spans_constant: bool,
    dispersion: f64,
    overdispersion: f64,
    r2: f64,
    log_likelihood: f64,
    deviance: f64,
    null_deviance: f64,
    durbin_watson: f64,
    breusch_pagan: Option<BreuschPagan>,
}

/// What the outcome is compared with: deviances, and the size of the noise.
/// Squared residuals below this share of the squared outcomes are rounding.
const PERFECT: f64 = 1e-26;

struct Noise {
    deviance: f64,
    null_deviance: f64,
    /// Squared Pearson residuals / degrees of freedom.
    pearson: f64,
}

impl Noise {
    fn new(problem: &Problem, solution: &Solution, family: Family) -> Self {
        let Problem {
            target,
            root_weights,
            ..
        } = problem;
        let total: f64 = root_weights.iter().map(|w| w * w).sum();
        let weighted = target.iter().zip(root_weights);
        let mean = weighted.map(|(y, w)| y * w * w).sum::<f64>() / total;
        let null = match (problem.spans_constant(), family) {
            (true, _) => mean,
            (false, Family::Gaussian) => 0.0,
            (false, Family::Poisson | Family::Gamma) => 1.0,
        };
        let scaled = |values: &[f64]| -> Vec<f64> {
            let rows = values.iter().zip(root_weights);
            rows.map(|(v, w)| v * w).collect()
        };
        let against = |fitted: &[f64]| match family {
            Family::Gaussian => deviance(family, &scaled(target), &scaled(fitted)),
            _ => deviance(family, target, fitted),
        };
        let freedom = (target.len() - problem.columns.len()) as f64;
        let pearson = pearson_residuals(problem, &solution.fitted, family);
        Self {
            deviance: against(&solution.fitted),
            null_deviance: against(&vec![null; target.len()]),
            pearson: pearson.iter().map(|e| e * e).sum::<f64>() / freedom,
        }
    }

    /// The noise variance that the covariance is multiplied by: estimated, or 1 for counts.
    /// Residuals are more than the rounding of outcomes: without, no error can be told.
    fn check(&self, problem: &Problem) -> Result<()> {
        let rows = problem.target.iter().zip(&problem.root_weights);
        let size: f64 = rows.map(|(y, w)| (y * w) * (y * w)).sum();
        let rounding = match self.deviance <= PERFECT * size {
            true => self.deviance.sqrt(),
            false => return Ok(()),
        };
        Err(Error::setting(
            "size of the residuals",
            rounding,
            "more than rounding: the regressors give the outcome exactly, so no error can be told",
        ))
    }

    fn dispersion(&self, family: Family) -> f64 {
        match family {
            Family::Poisson => 1.0,
            Family::Gaussian | Family::Gamma => self.pearson,
        }
    }
}

/// (outcome - mean) / the standard deviation that the family gives the mean, up to the dispersion.
fn pearson_residuals(problem: &Problem, fitted: &[f64], family: Family) -> Vec<f64> {
    let rows = problem.target.iter().zip(fitted).zip(&problem.root_weights);
    rows.map(|((y, m), w)| match family {
        Family::Gaussian => (y - m) * w,
        Family::Poisson => (y - m) / m.sqrt(),
        Family::Gamma => (y - m) / m,
    })
    .collect()
}

impl RegressionSummary {
    pub(crate) fn new(
        problem: &Problem,
        solution: Solution,
        family: Family,
        standard_errors: StandardErrors,
    ) -> Result<Self> {
        let noise = Noise::new(problem, &solution, family);
        noise.check(problem)?;
        let design = Factor::new(&problem.names, &problem.scaled(&problem.root_weights))?;
        let inflation =
            variance_inflation(&problem.columns, &problem.root_weights, &design.inverse());
        let residuals = pearson_residuals(problem, &solution.fitted, family);
        let covariance = covariance(
            problem,
            &solution,
            family,
            standard_errors,
            noise.dispersion(family),
        )?;
        let coefficients = table(problem, &solution, &covariance, inflation, family)?;
        let equal_variance = match family {
            Family::Gaussian => breusch_pagan(&problem.names, &problem.columns, &residuals)?,
            _ => None,
        };
        Ok(Self {
            family,
            standard_errors,
            coefficients,
            covariance,
            rows: problem.target.len(),
            degrees_of_freedom: problem.target.len() - problem.columns.len(),
            spans_constant: problem.spans_constant(),
            dispersion: noise.dispersion(family),
            overdispersion: match family {
                Family::Poisson => noise.pearson,
                Family::Gaussian | Family::Gamma => 1.0,
            },
            r2: 1.0 - noise.deviance / noise.null_deviance,
            log_likelihood: log_likelihood(problem, &solution.fitted, family, noise.deviance),
            deviance: noise.deviance,
            null_deviance: noise.null_deviance,
            durbin_watson: durbin_watson_within(&residuals, &problem.series),
            breusch_pagan: equal_variance,
            residuals: (problem.target.iter().zip(&solution.fitted))
                .map(|(y, m)| y - m)
                .collect(),
            fitted: solution.fitted,
        })
    }

    /// The outcome's distribution.
    pub const fn family(&self) -> Family {
        self.family
    }

    /// How the standard errors were computed.
    pub const fn standard_errors(&self) -> StandardErrors {
        self.standard_errors
    }

    /// The coefficients; the intercept, where one was added, comes first.
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// The coefficient of a regressor; none if no regressor has this name.
    pub fn coefficient(&self, name: &str) -> Option<&Coefficient> {
        self.coefficients.iter().find(|c| c.name() == name)
    }

    /// The covariance of the coefficients, by rows.
    pub fn covariance(&self) -> &[Vec<f64>] {
        &self.covariance
    }

    /// The fitted mean of each row, in the outcome's unit.
    pub fn fitted(&self) -> &[f64] {
        &self.fitted
    }

    /// Outcome - fitted mean of each row.
    pub fn residuals(&self) -> &[f64] {
        &self.residuals
    }

    /// The number of rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Rows - coefficients, 1 or more.
    pub const fn degrees_of_freedom(&self) -> usize {
        self.degrees_of_freedom
    }

    /// The residual standard error, in the outcome's unit; relative to the mean for
    /// [`Family::Gamma`], 1 for [`Family::Poisson`].
    pub fn residual_standard_error(&self) -> f64 {
        self.dispersion.sqrt()
    }

    /// Squared Pearson residuals / degrees of freedom, in units of the variance that the standard
    /// errors assume.
    ///
    /// Counts with a value far above 1 vary more than Poisson counts: classical standard errors are
    /// too small, those of [`StandardErrors::NeweyWest`] are not.
    pub const fn overdispersion(&self) -> f64 {
        self.overdispersion
    }

    /// The coefficient of determination, 1 - deviance / null deviance. The null model is a constant
    /// mean or, where no combination of columns is constant, a linear predictor of 0.
    pub const fn r2(&self) -> f64 {
        self.r2
    }

    /// R2 corrected for the number of coefficients, 1 - (1 - R2) (rows - 1) / degrees of freedom.
    /// None for counts and positive outcomes.
    pub fn adjusted_r2(&self) -> Option<f64> {
        let rows = self.rows - usize::from(self.spans_constant);
        let ratio = rows as f64 / self.degrees_of_freedom as f64;
        (self.family == Family::Gaussian).then_some(1.0 - (1.0 - self.r2) * ratio)
    }

    /// The F statistic against a constant mean - against 0 where no combination of columns is
    /// constant - and its p value; none for other families than
    /// [`Family::Gaussian`], and without regressors.
    pub fn f_test(&self) -> Option<(f64, f64)> {
        let regressors = self.coefficients.len() - usize::from(self.spans_constant);
        let regressors = regressors as f64;
        let freedom = self.degrees_of_freedom as f64;
        let distribution = FisherSnedecor::new(regressors, freedom).ok()?;
        let explained = (self.null_deviance - self.deviance) / regressors;
        let statistic = explained / (self.deviance / freedom);
        (self.family == Family::Gaussian && statistic.is_finite())
            .then(|| (statistic, distribution.sf(statistic.max(0.0))))
    }

    /// The logarithm of the likelihood, at the noise variance that makes it largest for
    /// [`Family::Gaussian`] and at deviance / rows for [`Family::Gamma`].
    pub const fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// The Akaike information criterion, 2 x parameters - 2 x log-likelihood.
    pub fn aic(&self) -> f64 {
        2.0 * self.parameters() - 2.0 * self.log_likelihood
    }

    /// The Bayesian information criterion, ln(rows) x parameters - 2 x log-likelihood.
    pub fn bic(&self) -> f64 {
        libm::log(self.rows as f64) * self.parameters() - 2.0 * self.log_likelihood
    }

    /// Coefficients, and the noise variance where one is estimated.
    fn parameters(&self) -> f64 {
        let noise = usize::from(self.family != Family::Poisson);
        (self.coefficients.len() + noise) as f64
    }

    /// The deviance: squared residuals for [`Family::Gaussian`].
    pub const fn deviance(&self) -> f64 {
        self.deviance
    }

    /// The deviance of a constant mean.
    pub const fn null_deviance(&self) -> f64 {
        self.null_deviance
    }

    /// The Durbin-Watson statistic of the (Pearson) residuals, from 0 to 4; 2 without
    /// autocorrelation.
    pub const fn durbin_watson(&self) -> f64 {
        self.durbin_watson
    }

    /// The Breusch-Pagan test of equal variance; none for counts and positive outcomes, and
    /// without regressors.
    pub const fn breusch_pagan(&self) -> Option<BreuschPagan> {
        self.breusch_pagan
    }
}

/// The covariance of the coefficients.
fn covariance(
    problem: &Problem,
    solution: &Solution,
    family: Family,
    errors: StandardErrors,
    dispersion: f64,
) -> Result<Vec<Vec<f64>>> {
    let roots = match family {
        Family::Gaussian => problem.root_weights.clone(),
        _ => working_roots(family, &solution.fitted),
    };
    let inverse = Factor::new(&problem.names, &problem.scaled(&roots))?.inverse();
    let StandardErrors::NeweyWest { lags } = errors else {
        let scale = |row: &Vec<f64>| row.iter().map(|v| v * dispersion).collect();
        return Ok(inverse.iter().map(scale).collect());
    };
    let pearson = pearson_residuals(problem, &solution.fitted, family);
    let scores: Vec<Vec<f64>> = (0..problem.target.len())
        .map(|r| {
            problem
                .columns
                .iter()
                .map(|c| c[r] * roots[r] * pearson[r])
                .collect()
        })
        .collect();
    let longest = problem.series.iter().copied().max().unwrap_or(0);
    let lags = lags.unwrap_or_else(|| newey_west::default_lags(longest));
    if lags >= longest {
        return Err(Error::setting(
            "lags",
            lags,
            format!("fewer than the {longest} rows of a series"),
        ));
    }
    Ok(newey_west::covariance(
        &inverse,
        &scores,
        &problem.series,
        lags,
    ))
}

fn table(
    problem: &Problem,
    solution: &Solution,
    covariance: &[Vec<f64>],
    inflation: Vec<Option<f64>>,
    family: Family,
) -> Result<Vec<Coefficient>> {
    let freedom = (problem.target.len() - problem.columns.len()) as f64;
    let reference = match family {
        Family::Poisson => Reference::Normal,
        Family::Gaussian | Family::Gamma => Reference::Student(freedom),
    };
    let line = |(j, inflation): (usize, Option<f64>)| {
        let error = covariance[j][j].max(0.0).sqrt();
        let name = problem.names[j].clone();
        Coefficient::new(
            name,
            (solution.coefficients[j], error),
            reference,
            inflation,
        )
        .ok_or_else(|| {
            let name = &problem.names[j];
            ill_conditioned(format!("the coefficient of {name:?} is not finite"))
        })
    };
    inflation.into_iter().enumerate().map(line).collect()
}
