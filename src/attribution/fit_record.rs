//! What a stored model says of its fit.

use crate::attribution::comparison::finding::Finding;
use crate::attribution::provenance::Provenance;

/// What a model carries with it of the fit it comes from, as a
/// [`StoredModel`](crate::attribution::StoredModel) does.
///
/// ```
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::attribution::{Finding, StoredModel};
/// use mixtouch::{AttributionModel, Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(2.0, 5.0, 0.0)?)?;
/// let journeys = paths.journeys()?;
/// let stored = StoredModel::new(Markov::order(1)?.fit(&journeys)?, &journeys);
/// let record = stored.fit_record().unwrap();
/// assert_eq!(record.provenance.format(), 1);
/// assert!(matches!(record.findings[0], Finding::NeverAlone { .. }));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FitRecord<'a> {
    /// The version that fitted it, and the time of the journeys.
    pub provenance: &'a Provenance,
    /// What weakens what it learned.
    pub findings: &'a [Finding],
}
