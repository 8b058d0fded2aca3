//! One line of a regression's table of coefficients.

use serde::Serialize;

use crate::stats::student::Student;
use crate::stats::{ConfidenceLevel, Interval, normal};

/// A regression's coefficient: estimate, standard error, test and interval.
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
/// assert!(search.interval().low() > 1.8 && search.interval().high() < 2.2);
/// assert!(search.p_value() < 0.001);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coefficient {
    name: String,
    estimate: f64,
    standard_error: f64,
    statistic: f64,
    p_value: f64,
    interval: Interval,
    variance_inflation: Option<f64>,
}

/// The distribution that a coefficient divided by its standard error is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reference {
    /// Student's t with the residual degrees of freedom.
    Student(f64),
    /// The standard normal, where no noise is estimated.
    Normal,
}

impl Reference {
    /// The chance of a value at least as far from 0, on either side.
    pub(crate) fn p_value(self, statistic: f64) -> f64 {
        match self {
            Self::Student(freedom) => Student::new(freedom).two_sided(statistic),
            Self::Normal => normal::two_sided(statistic),
        }
    }

    /// The value that is exceeded on either side with the probability 1 - level.
    fn critical(self, level: ConfidenceLevel) -> f64 {
        let probability = 0.5 + 0.5 * level.get();
        match self {
            Self::Student(freedom) => Student::new(freedom).quantile(probability),
            Self::Normal => normal::quantile(probability),
        }
    }
}

impl Coefficient {
    /// None where the estimate or its error is not finite.
    pub(crate) fn new(
        name: String,
        (estimate, standard_error): (f64, f64),
        reference: Reference,
        variance_inflation: Option<f64>,
    ) -> Option<Self> {
        let level = ConfidenceLevel::default();
        let half = reference.critical(level) * standard_error;
        let interval = Interval::new(estimate - half, estimate + half, level).ok()?;
        // Where the fit is perfect the error is 0; so is the chance of a larger statistic.
        let statistic = estimate / standard_error;
        let p_value = match statistic.is_finite() {
            true => reference.p_value(statistic),
            false => f64::from(u8::from(estimate == 0.0)),
        };
        Some(Self {
            name,
            estimate,
            standard_error,
            statistic,
            p_value,
            interval,
            variance_inflation,
        })
    }

    /// The regressor's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The estimate, in units of the outcome per unit of the regressor; of the outcome's logarithm
    /// for counts and positive outcomes.
    pub const fn estimate(&self) -> f64 {
        self.estimate
    }

    /// The standard error, in the estimate's unit.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// The estimate divided by its standard error: t, or z for counts.
    pub const fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The probability of a statistic at least as far from 0 if the coefficient were 0.
    pub const fn p_value(&self) -> f64 {
        self.p_value
    }

    /// The 95 % confidence interval.
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// The variance inflation factor, 1 or more: 1 / (1 - R2) of the regressor on the others. None
    /// for constants.
    pub const fn variance_inflation(&self) -> Option<f64> {
        self.variance_inflation
    }
}
