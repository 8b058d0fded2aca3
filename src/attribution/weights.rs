//! Checks and sums of a journey's raw weights.

use crate::error::{Error, Result};

/// Fails if a weight is not finite, or negative where `signed` does not allow it.
pub(super) fn check_weights(
    weights: &[f64],
    baseline: f64,
    name: &str,
    signed: bool,
) -> Result<()> {
    let allowed = |weight: f64| weight.is_finite() && (signed || weight >= 0.0);
    match weights
        .iter()
        .copied()
        .chain([baseline])
        .find(|&weight| !allowed(weight))
    {
        Some(weight) => Err(bad_weight(name, weight, signed)),
        None => Ok(()),
    }
}

pub(super) fn bad_weight(name: &str, weight: f64, signed: bool) -> Error {
    let expected = if signed {
        "a finite number"
    } else {
        "a finite number, 0 or more"
    };
    Error::setting(format!("a weight of {name}"), weight, expected)
}

/// What the weights of a journey add up to, or nothing where that is not > 0.
#[inline]
pub(super) fn sum(weights: &mut [f64], baseline: &mut f64) -> Option<f64> {
    let sum = weights.iter().sum::<f64>() + *baseline;
    if sum >= SMALL {
        if sum.is_finite() {
            Some(sum)
        } else {
            rescale(weights, baseline, libm::exp2(-64.0))
        }
    } else if sum > 0.0 {
        rescale(weights, baseline, libm::exp2(900.0))
    } else {
        None
    }
}

/// Sums from here up divide any outcome without overflow.
const SMALL: f64 = 1e-280;

/// Brings weights near the smallest or the largest number there is into range, by a power of 2,
/// which changes no share.
#[cold]
fn rescale(weights: &mut [f64], baseline: &mut f64, factor: f64) -> Option<f64> {
    weights.iter_mut().for_each(|weight| *weight *= factor);
    *baseline *= factor;
    Some(weights.iter().sum::<f64>() + *baseline).filter(|sum| *sum > 0.0 && sum.is_finite())
}
