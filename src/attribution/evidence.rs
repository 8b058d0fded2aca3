//! What all evidence has in common: a format version, and a wrapper that gathers it.

use crate::attribution::model::Needs;
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use serde::{Deserialize, Serialize};

/// The format version of stored evidence: a field that is written as the number `N`, and that reads
/// no other number.
///
/// A new layout takes the next number, so that a state stored by another version of a program is
/// an error and never a wrong figure. Evidence without the field does not read.
///
/// ```
/// use mixtouch::attribution::EvidenceVersion;
///
/// assert_eq!(EvidenceVersion::<2>::NUMBER, 2);
/// let error = EvidenceVersion::<2>::try_from(1).unwrap_err();
/// assert_eq!(error.to_string(), "the format version of evidence is 1, expected: 2");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct EvidenceVersion<const N: u32>;

impl<const N: u32> EvidenceVersion<N> {
    /// The number written, `N`.
    pub const NUMBER: u32 = N;
}

impl<const N: u32> From<EvidenceVersion<N>> for u32 {
    fn from(_: EvidenceVersion<N>) -> Self {
        N
    }
}

impl<const N: u32> TryFrom<u32> for EvidenceVersion<N> {
    type Error = Error;

    fn try_from(number: u32) -> Result<Self> {
        if number == N {
            return Ok(Self);
        }
        Err(Error::setting(
            "the format version of evidence",
            number,
            N.to_string(),
        ))
    }
}

/// Evidence on its way: sees timelines where its specification asks for them.
pub(super) struct Gathering<E> {
    pub(super) evidence: E,
    timelines: bool,
}

impl<E> Gathering<E> {
    pub(super) fn new(evidence: E, needs: Needs) -> Self {
        Self {
            evidence,
            timelines: needs.timeline,
        }
    }
}

impl<E: Accumulator> Accumulator for Gathering<E> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.evidence.observe(journey);
    }

    fn observe_block(&mut self, block: Block<'_>) {
        self.evidence.observe_block(if self.timelines {
            block.with_timelines()
        } else {
            block
        });
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.evidence.merge(later.evidence)
    }

    fn size(&self) -> usize {
        self.evidence.size()
    }
}
