//! The size of a column's effect as a number on the whole line.

use crate::error::{Error, Result};
use crate::mix::specification::columns::MediaColumn;

/// Mean and standard deviation of the logarithm of an effect, in units of scaled KPI, before the
/// data speak.
pub(super) const PRIOR: (f64, f64) = (-0.7, 1.0);

/// The prior of what is known of no effect: its density up to a constant, and the derivative.
pub(super) fn log_prior(log_effect: f64) -> (f64, f64) {
    let distance = (log_effect - PRIOR.0) / PRIOR.1;
    (-0.5 * distance * distance, -distance / PRIOR.1)
}

/// The prior's median.
pub(super) const MEDIAN: f64 = PRIOR.0;

/// 1 for effects of 0 and more, -1 for effects of 0 and less.
pub(super) fn sign(column: &MediaColumn, name: &str) -> Result<f64> {
    match (column.lower, column.upper) {
        (0.0, f64::INFINITY) => Ok(1.0),
        // A column of media without a lower bound has the least number there is.
        (low, 0.0) if low <= f64::MIN => Ok(-1.0),
        (low, high) => Err(Error::setting(
            format!("bounds of the effect of {name:?}"),
            format!("{low} to {high}"),
            "0 and more, or 0 and less, for a posterior by NUTS; a search takes any",
        )),
    }
}

/// The coefficient of a control with bounds: its value, its derivative and the logarithm of a flat
/// prior's density on the line with its derivative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounded {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) log_prior: f64,
    pub(super) log_prior_slope: f64,
}

/// A control's coefficient between its bounds; `unit` is its size where the number is 0.
pub(super) fn bounded(column: &MediaColumn, unit: f64, z: f64) -> Bounded {
    let (low, high) = (column.lower, column.upper);
    if low.is_finite() && high.is_finite() {
        let share = 1.0 / (1.0 + libm::exp(-z));
        let rise = (high - low) * share * (1.0 - share);
        return Bounded {
            value: low + (high - low) * share,
            slope: rise,
            log_prior: libm::log(rise.max(f64::MIN_POSITIVE)),
            log_prior_slope: 1.0 - 2.0 * share,
        };
    }
    let size = unit * libm::exp(z.min(500.0));
    let (value, slope) = if low.is_finite() {
        (low + size, size)
    } else {
        (high - size, -size)
    };
    Bounded {
        value,
        slope,
        log_prior: z,
        log_prior_slope: 1.0,
    }
}
