//! Differences between two arms.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stats::interval::Interval;

/// A difference, treatment minus control, with its uncertainty.
///
/// As JSON the interval's `low`, `high` and `level` stand beside the other fields.
///
/// ```
/// use mixtouch::experiment::compare_proportions;
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// let (control, treatment) = (Proportion::new(480, 10_000)?, Proportion::new(560, 10_000)?);
/// let difference = compare_proportions(control, treatment, ConfidenceLevel::P95)?;
/// assert!(difference.interval.low() > 0.0);
/// assert_eq!(format!("{:.3}", difference.relative().unwrap()), "0.167");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The control arm's value.
    pub control: f64,
    /// The treatment arm's value.
    pub treatment: f64,
    /// Treatment minus control.
    pub estimate: f64,
    /// Standard error of the estimate.
    pub standard_error: f64,
    /// Confidence interval of the estimate.
    #[serde(flatten)]
    pub interval: Interval,
    /// Two-sided p value of no difference.
    pub p_value: f64,
}

impl Difference {
    /// The difference divided by the control's value; `None` where that is 0.
    pub fn relative(&self) -> Option<f64> {
        (self.control != 0.0).then(|| self.estimate / self.control)
    }

    /// The difference in another unit: all values times `factor`, which is > 0.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self {
            control: factor * self.control,
            treatment: factor * self.treatment,
            estimate: factor * self.estimate,
            standard_error: factor * self.standard_error,
            interval: self.interval.scaled(factor),
            p_value: self.p_value,
        }
    }
}

impl fmt::Display for Difference {
    /// The estimate, its interval and p value, with the formatter's precision (4 digits by
    /// default).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(
            f,
            "{:+.digits$} ({:.0} % interval {:+.digits$} to {:+.digits$}, {})",
            self.estimate,
            100.0 * self.interval.level().get(),
            self.interval.low(),
            self.interval.high(),
            p_text(self.p_value)
        )
    }
}

/// A p value as text with four digits; never `p = 0`.
pub(crate) fn p_text(p_value: f64) -> String {
    if p_value < 0.000_05 {
        "p < 0.0001".to_owned()
    } else {
        format!("p = {p_value:.4}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::confidence::ConfidenceLevel;

    fn difference() -> Difference {
        Difference {
            control: 1.0,
            treatment: 1.25,
            estimate: 0.25,
            standard_error: 0.1,
            interval: Interval::new(0.054, 0.446, ConfidenceLevel::P95).unwrap(),
            p_value: 0.0124,
        }
    }

    #[test]
    fn differences_are_written_with_the_precision_asked_for() {
        assert_eq!(
            difference().to_string(),
            "+0.2500 (95 % interval +0.0540 to +0.4460, p = 0.0124)"
        );
        let sure = Difference {
            p_value: 1e-9,
            ..difference()
        };
        assert_eq!(
            format!("{sure:.1}"),
            "+0.2 (95 % interval +0.1 to +0.4, p < 0.0001)"
        );
    }

    #[test]
    fn documents_keep_their_fields() {
        let json = serde_json::to_string(&difference()).unwrap();
        assert_eq!(
            json,
            "{\"control\":1.0,\"treatment\":1.25,\"estimate\":0.25,\"standard_error\":0.1,\
             \"low\":0.054,\"high\":0.446,\"level\":0.95,\"p_value\":0.0124}"
        );
        assert_eq!(
            serde_json::from_str::<Difference>(&json).unwrap(),
            difference()
        );
        assert!(serde_json::from_str::<Difference>(&json.replace("0.446", "0.0")).is_err());
    }
}
