//! What the sampler does not take, each with a way out.

use crate::error::{Error, Result};
use crate::mix::specification::{EffectFigure, MixSpecification};

/// An error for a specification with a synergy, or where effects multiply with what is believed of
/// contributions: the sampler has these of sums only.
pub(super) fn refuse_what_is_not_sampled(specification: &MixSpecification) -> Result<()> {
    let unknown = |name, value: &str, expected: &str| {
        let expected = format!("{expected} for a posterior by NUTS; a search takes it");
        Err(Error::setting(name, value, expected))
    };
    const SUMS: &str = "likelihood normal or student-t";
    if let Some(synergy) = specification.synergies.first() {
        let (first, second) = synergy.channels();
        return unknown("synergy", &format!("{first} with {second}"), "none");
    }
    if !specification.likelihood.is_multiplicative() {
        return Ok(());
    }
    if let Some(prior) = specification.roi_priors.first() {
        let value = format!("of {} where effects multiply", prior.channel());
        return unknown("ROI prior", &value, SUMS);
    }
    let mut priors = specification.effect_priors.iter();
    match priors.find(|prior| prior.figure() != EffectFigure::Effect) {
        None => Ok(()),
        Some(prior) => Err(Error::setting(
            "prior on a return, a cost or a contribution",
            format!("of {} where effects multiply", prior.channel()),
            format!("a prior on the effect, or {SUMS}"),
        )),
    }
}

/// The least noise, in units of what the KPI moves besides its baseline, about which chains move.
const LEAST_NOISE: f64 = 1e-3;

/// An error for a KPI that is a function of the panel's columns: the density has no width there, and
/// what chains say of it is how they are stuck.
pub(super) fn refuse_without_noise(left: f64) -> Result<()> {
    if left >= LEAST_NOISE {
        return Ok(());
    }
    let expected = "a thousandth at least: the KPI is a function of the panel's columns, without \
                    noise there is nothing to sample; check how it was made, or fit it by a search";
    let value = format!("{left:.1e} of what the KPI moves besides trend and season");
    Err(Error::setting("noise about the best fit", value, expected))
}
