//! What shards say before models are solved.

use crate::attribution::comparison::entry::{Evidence, Named};
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::shards::comparison::{ShardedComparison, same_comparison};
use crate::attribution::comparison::shards::stored::{Stored, check_number};
use crate::attribution::comparison::sightings::Sightings;
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use serde::{Deserialize, Serialize, Serializer};

/// Evidence of every model of a comparison, in their order.
pub(super) type Gathered = Vec<Box<dyn Evidence>>;

/// The evidence of some shards for every model of a [`ShardedComparison`], and for each replicate of
/// its bootstrap. It merges with that of other shards, and says of which comparison it is.
#[derive(Deserialize)]
#[serde(try_from = "Stored<String>")]
pub struct ShardEvidence {
    pub(super) comparison: ShardedComparison,
    pub(super) log: LogFacts,
    /// Where a model learns.
    pub(super) sightings: Option<Sightings>,
    pub(super) models: Gathered,
    pub(super) replicates: Vec<Gathered>,
}

impl std::fmt::Debug for ShardEvidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShardEvidence")
            .field("comparison", &self.comparison)
            .field("totals", &self.log.totals)
            .finish_non_exhaustive()
    }
}

impl ShardEvidence {
    /// The comparison that the evidence is of.
    pub fn comparison(&self) -> &ShardedComparison {
        &self.comparison
    }

    /// Adds the evidence of other shards, which come later in the order of shards.
    ///
    /// # Errors
    /// If it is of another comparison, of other channels, or of journeys cut by other options; or if
    /// together they are beyond a model's limits.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        same_comparison(&self.comparison, &later.comparison, "evidence")?;
        self.log.merge(later.log)?;
        if let (Some(sightings), Some(more)) = (&mut self.sightings, later.sightings) {
            sightings.merge(more)?;
        }
        merge_each(&mut self.models, later.models)?;
        let mut replicates = self.replicates.iter_mut().zip(later.replicates);
        replicates.try_for_each(|(own, more)| merge_each(own, more))
    }

    /// How many conversions the shards have.
    pub fn conversions(&self) -> f64 {
        self.log.totals.conversions
    }
}

fn merge_each(own: &mut Gathered, later: Gathered) -> Result<()> {
    let mut each = own.iter_mut().zip(later);
    each.try_for_each(|(evidence, more)| (**evidence).merge(more))
}

impl Serialize for ShardEvidence {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let stored = Stored::new(
            &self.comparison,
            (&self.log, &self.sightings),
            (&self.models, &self.replicates),
            |gathered| gathered.iter().map(|part| part.to_json()).collect(),
        );
        stored.map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

impl TryFrom<Stored<String>> for ShardEvidence {
    type Error = Error;

    fn try_from(stored: Stored<String>) -> Result<Self> {
        let entries = stored.comparison.entries()?;
        stored.check(&entries)?;
        let read = |texts: Vec<String>| -> Result<Gathered> {
            check_number("models in stored evidence", texts.len(), entries.len())?;
            let each = entries.iter().zip(&texts);
            let read = |(named, text): (&Named, &String)| named.entry.read_evidence(text);
            each.map(read).collect()
        };
        let models = read(stored.models)?;
        let replicates = stored.replicates.into_iter().map(read);
        let replicates = replicates.collect::<Result<_>>()?;
        Ok(Self {
            models,
            replicates,
            comparison: stored.comparison,
            log: stored.log,
            sightings: stored.sightings,
        })
    }
}
