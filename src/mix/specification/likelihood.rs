//! How the noise of the KPI is distributed.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Panel;

/// How the KPI is distributed about what the model expects, and whether effects add up or multiply.
///
/// Under [`Likelihood::Log`] and [`Likelihood::NegativeBinomial`] effects multiply: the logarithm
/// of what is expected is the baseline plus each channel's coefficient x response, so that a
/// channel brings a share of whatever sells anyway. Contributions are differences of the KPI by
/// removal: the baseline is what is expected with all channels removed, and a channel contributes
/// what goes when it is removed, averaged over all orders in which the channels can be removed
/// (Shapley 1953). So baseline and contributions add up to the prediction. Lift tests and beliefs
/// about returns enter at the level of the KPI that the best candidate expects. Synergies are
/// refused: channels raise each other's effect already.
///
/// [`LeastSquares`](crate::mix::estimate::LeastSquares) fits counts and positive outcomes with a
/// [`Family`](crate::mix::estimate::Family) of its own.
///
/// ```
/// use mixtouch::mix::specification::{Likelihood, MixSpecification};
///
/// // Now and then a week is far off, for a reason that no column knows.
/// let heavy: Likelihood = "student-t=4".parse()?;
/// assert_eq!(heavy, Likelihood::StudentT { degrees: 4.0 });
/// let specification = MixSpecification::new().with_likelihood(heavy);
/// assert_eq!("negative-binomial".parse::<Likelihood>()?, Likelihood::NegativeBinomial);
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
    /// The logarithm of the KPI is normal about the logarithm of what is expected; effects multiply.
    ///
    /// For a KPI above 0. The prediction is the mean, exp(sum + variance / 2), not the median.
    Log,
    /// Counts with variance mean + dispersion x mean^2; effects multiply.
    ///
    /// For whole numbers of 0 or more. The search weighs each row by mean / (1 + dispersion x mean)
    /// of its best candidate and works on that candidate's linear predictor + (count - mean) / mean,
    /// the steps of iteratively reweighted least squares (Nelder and Wedderburn 1972), and keeps
    /// both for all draws. The dispersion is found from the residuals (Breslow 1984); it is 0 where
    /// counts vary no more than Poisson's. A posterior by NUTS has the density itself.
    NegativeBinomial,
}

/// Degrees of freedom unless stated.
const USUAL: f64 = 4.0;

impl Likelihood {
    /// Degrees of freedom of Student's t; none for others.
    pub(crate) const fn degrees(self) -> Option<f64> {
        match self {
            Self::StudentT { degrees } => Some(degrees),
            Self::Normal | Self::Log | Self::NegativeBinomial => None,
        }
    }

    /// Whether effects multiply: the logarithm of what is expected is their sum.
    pub(crate) const fn is_multiplicative(self) -> bool {
        matches!(self, Self::Log | Self::NegativeBinomial)
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

    /// An error if an observed row has a KPI that cannot be.
    pub(super) fn check_kpi(self, panel: &Panel) -> Result<()> {
        let (cannot_be, expected): (fn(f64) -> bool, _) = match self {
            Self::Log => (
                |y| y <= 0.0,
                "a number > 0, as likelihood log takes its logarithm",
            ),
            Self::NegativeBinomial => (
                |y| y < 0.0 || y.fract() != 0.0,
                "a whole number, 0 or more, as likelihood negative-binomial is one of counts",
            ),
            Self::Normal | Self::StudentT { .. } => return Ok(()),
        };
        let mut rows = (0..panel.rows()).filter(|row| panel.is_observed(*row));
        let Some(row) = rows.find(|row| cannot_be(panel.kpi()[*row])) else {
            return Ok(());
        };
        let geo = match panel.geos() {
            [_] => String::new(),
            geos => format!(" in {}", geos[row / panel.periods()]),
        };
        let date = panel.dates()[row % panel.periods()];
        let value = format!("{} on {date}{geo}", panel.kpi()[row]);
        Err(Error::setting("kpi", value, expected))
    }
}

impl std::str::FromStr for Likelihood {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let degrees = match text {
            "normal" => return Ok(Self::Normal),
            "log" => return Ok(Self::Log),
            "negative-binomial" => return Ok(Self::NegativeBinomial),
            "student-t" => Some(USUAL),
            _ => text
                .strip_prefix("student-t=")
                .and_then(|degrees| degrees.parse().ok()),
        };
        let Some(degrees) = degrees else {
            let expected = "normal, student-t, student-t=DEGREES, log or negative-binomial; least \
                            squares has poisson and gamma";
            return Err(Error::setting("likelihood", text, expected));
        };
        let likelihood = Self::StudentT { degrees };
        likelihood.check().map(|()| likelihood)
    }
}
