//! How the noise of the KPI is distributed.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How the noise of the KPI is distributed about what the model expects.
///
/// Counts and other outcomes whose logarithm is linear are fitted by
/// [`LeastSquares`](crate::mix::estimate::LeastSquares) with a
/// [`Family`](crate::mix::estimate::Family) of its own.
///
/// ```
/// use mixtouch::mix::specification::{Likelihood, MixSpecification};
///
/// // Now and then a week is far off, for a reason that no column knows.
/// let heavy: Likelihood = "student-t=4".parse()?;
/// assert_eq!(heavy, Likelihood::StudentT { degrees: 4.0 });
/// let specification = MixSpecification::new().with_likelihood(heavy);
/// assert!("poisson".parse::<Likelihood>().is_err());
/// # let _ = specification;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Likelihood {
    /// Normal, of one size in units of each geo's scale.
    #[default]
    Normal,
    /// Student's t: a row far off counts less than a near one.
    ///
    /// The search weighs each row by (degrees + 1) / (degrees + squared residual / squared scale) of
    /// its best candidate, the steps of expectation and maximisation (Lange, Little and Taylor
    /// 1989), and keeps the weights for all draws. These are wider by (degrees + 3) / (degrees + 1)
    /// in variance, as the expected information says. A posterior by NUTS has the density itself.
    StudentT {
        /// Degrees of freedom, above 2 and at most 100; 4 is usual.
        degrees: f64,
    },
}

/// Degrees of freedom unless stated.
const USUAL: f64 = 4.0;

impl Likelihood {
    /// Degrees of freedom of Student's t; none for others.
    pub(crate) const fn degrees(self) -> Option<f64> {
        match self {
            Self::Normal => None,
            Self::StudentT { degrees } => Some(degrees),
        }
    }

    pub(super) fn is_normal(&self) -> bool {
        *self == Self::Normal
    }

    /// An error if the degrees of freedom are out of range.
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::StudentT { degrees } if !(degrees > 2.0 && degrees <= 100.0) => {
                let expected = "a number above 2, at most 100";
                Err(Error::setting("degrees of freedom", degrees, expected))
            }
            _ => Ok(()),
        }
    }
}

impl std::str::FromStr for Likelihood {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let degrees = match text.strip_prefix("student-t") {
            Some("") => Some(USUAL),
            Some(rest) => rest.strip_prefix('=').and_then(|n| n.parse().ok()),
            None if text == "normal" => return Ok(Self::Normal),
            None => None,
        };
        let Some(degrees) = degrees else {
            let expected =
                "normal, student-t or student-t=DEGREES; least squares has poisson and gamma";
            return Err(Error::setting("likelihood", text, expected));
        };
        let likelihood = Self::StudentT { degrees };
        likelihood.check().map(|()| likelihood)
    }
}
