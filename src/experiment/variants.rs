//! Several variants at once.

use crate::error::Result;
use crate::stats::{ConfidenceLevel, Difference, holm};

/// Compares every variant with the control; each difference comes with its p value adjusted for
/// their number by [`holm`].
///
/// The comparison is the one for the kind of arm, such as
/// [`compare_proportions`](crate::experiment::compare_proportions) or
/// [`compare_means`](crate::experiment::compare_means); intervals stay those of each comparison
/// alone.
///
/// ```
/// use mixtouch::experiment::{compare_proportions, compare_variants};
/// use mixtouch::stats::{ConfidenceLevel, Proportion};
///
/// let control = Proportion::new(100, 2000)?;
/// let variants = [Proportion::new(140, 2000)?, Proportion::new(104, 2000)?];
/// let found = compare_variants(control, &variants, ConfidenceLevel::P95, compare_proportions)?;
/// assert!(found[0].1 < 0.05 && found[1].1 > 0.05);
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// # Errors
/// If a comparison fails.
pub fn compare_variants<A: Copy>(
    control: A,
    variants: &[A],
    level: ConfidenceLevel,
    compare: impl Fn(A, A, ConfidenceLevel) -> Result<Difference>,
) -> Result<Vec<(Difference, f64)>> {
    let differences = variants
        .iter()
        .map(|&variant| compare(control, variant, level))
        .collect::<Result<Vec<_>>>()?;
    let adjusted = holm(
        &differences
            .iter()
            .map(|difference| difference.p_value)
            .collect::<Vec<_>>(),
    )?;
    Ok(differences.into_iter().zip(adjusted).collect())
}
