//! What the parts of a comparison over shards have in common as they travel.

use crate::attribution::comparison::entry::Named;
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::shards::comparison::ShardedComparison;
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::evidence::EvidenceVersion;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Evidence or models with what they were learned from, each model's part as a `T` of its JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored<T> {
    version: EvidenceVersion<1>,
    pub(super) comparison: ShardedComparison,
    pub(super) log: LogFacts,
    pub(super) sightings: Option<Sightings>,
    pub(super) models: Vec<T>,
    pub(super) replicates: Vec<Vec<T>>,
}

impl<T> Stored<T> {
    /// `texts` writes the parts of all models, or those of a replicate.
    pub(super) fn new<Parts>(
        comparison: &ShardedComparison,
        (log, sightings): (&LogFacts, &Option<Sightings>),
        (models, replicates): (&Parts, &[Parts]),
        texts: impl Fn(&Parts) -> Result<Vec<T>>,
    ) -> Result<Self> {
        Ok(Self {
            version: EvidenceVersion,
            comparison: comparison.clone(),
            log: log.clone(),
            sightings: sightings.clone(),
            models: texts(models)?,
            replicates: replicates.iter().map(texts).collect::<Result<_>>()?,
        })
    }

    /// # Errors
    /// If what is stored of channels and replicates does not belong to the log and the comparison.
    pub(super) fn check(&self, entries: &[Named]) -> Result<()> {
        let learns = entries.iter().any(|named| named.entry.needs_evidence());
        let replicates = self.comparison.bootstrap.filter(|_| learns);
        let replicates = replicates.map_or(0, |bootstrap| bootstrap.replicates());
        check_number("stored replicates", self.replicates.len(), replicates)?;
        match &self.sightings {
            Some(sightings) => sightings.check(&self.log.channels),
            None => Ok(()),
        }
    }
}

/// # Errors
/// If a stored list is shorter or longer than its comparison says.
pub(super) fn check_number(what: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::setting(
        format!("the number of {what}"),
        found,
        expected.to_string(),
    ))
}
