//! What all evidence has in common: a format version, and a wrapper that gathers it.

use crate::attribution::needs::Needs;
use crate::channel::Channels;
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

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.evidence.check_channels(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.evidence.merge(later.evidence)
    }

    fn size(&self) -> usize {
        self.evidence.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::Counterfactual;
    use crate::attribution::fit::Fit;
    use crate::attribution::hazard::{AdditiveHazard, LogLinearHazard};
    use crate::attribution::markov::Markov;
    use crate::attribution::regression::ShaoLi;
    use crate::attribution::rules::LastNonDirect;
    use serde_json::{Value, json};
    use std::time::Duration;

    /// The state of that name, as version 1 was stored.
    fn stored(name: &str) -> Value {
        let all: Value = serde_json::from_str(include_str!("evidence/stored_v1.json")).unwrap();
        all[name].clone()
    }

    /// Reads a stored state, writes it again, merges it into fresh evidence, and solves.
    fn solved<F: Fit>(specification: &F, name: &str) -> F::Model {
        let read: F::Evidence = serde_json::from_value(stored(name)).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), stored(name), "{name}");
        assert!(read.size() >= size_of_val(&read), "{name}");
        let mut newer = stored(name);
        newer["version"] = json!(2);
        let error = serde_json::from_value::<F::Evidence>(newer).err().unwrap();
        assert!(error.to_string().contains("is 2, expected: 1"), "{error}");
        let mut evidence = specification.evidence(&Channels::new(["a", "b"]).unwrap());
        evidence.merge(read).unwrap();
        specification.solve(evidence).unwrap()
    }

    fn day() -> AdditiveHazard {
        AdditiveHazard::default()
            .with_bins([Duration::from_secs(86_400)])
            .unwrap()
    }

    fn log_day() -> LogLinearHazard {
        LogLinearHazard::default()
            .with_bins([Duration::from_secs(86_400)])
            .unwrap()
    }

    #[test]
    fn states_stored_by_version_1_still_count() {
        let chain = solved(&Markov::order(1).unwrap(), "transitions");
        assert_eq!(chain.conversion_rate(), 2.0 / 3.0);
        let rates = solved(&ShaoLi, "channel_sets");
        let ids: Vec<_> = Channels::new(["a", "b"]).unwrap().ids().collect();
        assert_eq!(rates.rate(ids[1]), Some(2.0 / 3.0));
        let paths = solved(&Counterfactual, "paths");
        assert_eq!(paths.paths().rate(&ids), 1.0);
        solved(&LastNonDirect::default(), "names");
        let additive = solved(&day(), "exposures");
        assert_eq!(additive.report().conversions, 2.0);
        assert_eq!(additive.report().person_days, 10.0);
        let log_linear = solved(&log_day(), "person_time");
        assert_eq!(log_linear.report().person_days, 10.0);
    }

    #[test]
    fn evidence_of_other_settings_does_not_merge() {
        fn refused<F: Fit>(one: &F, other: &F) {
            let channels = Channels::new(["a", "b"]).unwrap();
            let mut evidence = one.evidence(&channels);
            let error = evidence.merge(other.evidence(&channels)).unwrap_err();
            assert!(matches!(error, Error::Setting { .. }), "{error}");
            let stranger = one.evidence(&Channels::new(["c"]).unwrap());
            let error = evidence.merge(stranger).unwrap_err();
            assert!(matches!(error, Error::ChannelMismatch { .. }), "{error}");
        }
        let order = |order| Markov::order(order).unwrap();
        refused(&order(1), &order(2));
        refused(&order(1), &order(1).with_ignore_nulls(true));
        refused(&day(), &AdditiveHazard::default());
        refused(&day(), &day().with_frequency_classes(true));
        refused(&day(), &day().with_pairs(true));
        refused(&day(), &day().with_upstream(["a"]));
        let upstream = || day().with_upstream(["a"]);
        refused(&upstream(), &upstream().with_symmetric_upstream(true));
        refused(&log_day(), &LogLinearHazard::default());
    }
}
