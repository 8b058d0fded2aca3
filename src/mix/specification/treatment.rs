//! Controls whose contribution is measured from a level.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The level from which the contribution of a control is measured, such as the price without a
/// discount.
///
/// ```
/// use mixtouch::mix::specification::{MixSpecification, Reference};
///
/// let specification = MixSpecification::new()
///     .with_treatment("discount", Reference::Minimum)
///     .with_treatment("price", Reference::Value(9.99));
/// # let _ = specification;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reference {
    /// The least value in the panel's rows that have weight.
    #[default]
    Minimum,
    /// A stated value, in units of the control.
    Value(f64),
}

impl Reference {
    /// The level, given the values in the panel.
    pub(crate) fn value(self, values: impl Iterator<Item = f64>) -> f64 {
        match self {
            Self::Minimum => Some(values.fold(f64::INFINITY, f64::min))
                .filter(|least| least.is_finite())
                .unwrap_or(0.0),
            Self::Value(value) => value,
        }
    }

    /// An error if the stated value is not finite.
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Value(value) if !value.is_finite() => {
                Err(Error::setting("reference level", value, "a finite number"))
            }
            _ => Ok(()),
        }
    }
}
