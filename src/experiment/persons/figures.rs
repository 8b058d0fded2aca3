//! An outcome of both arms compared.

use crate::error::Result;
use crate::experiment::means::{Sample, compare_adjusted_means, compare_means};
use crate::experiment::persons::followed::{Outcome, Participant};
use crate::stats::{ConfidenceLevel, Difference};

/// The difference by person and the share of its variance that persons' past explained.
pub(super) fn compared(
    arms: &[Vec<Participant>; 2],
    outcome: impl Fn(&Outcome) -> f64,
    level: ConfidenceLevel,
) -> Result<(Difference, f64)> {
    let pairs = |arm: &[Participant]| -> Vec<(f64, f64)> {
        arm.iter()
            .map(|person| (outcome(&person.before), outcome(&person.after)))
            .collect()
    };
    let [control, treatment] = [0, 1].map(|arm| pairs(&arms[arm]));
    let has_past = control.iter().chain(&treatment).any(|pair| pair.0 != 0.0);
    if has_past {
        let adjusted = compare_adjusted_means(&control, &treatment, level)?;
        // A past that adds noise is not taken out.
        if adjusted.variance_reduction > 0.0 {
            return Ok((adjusted.difference, adjusted.variance_reduction));
        }
    }
    let [control, treatment] = [sample(&control)?, sample(&treatment)?];
    Ok((compare_means(control, treatment, level)?, 0.0))
}

pub(super) fn sample(pairs: &[(f64, f64)]) -> Result<Sample> {
    Sample::from_values(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>())
}
