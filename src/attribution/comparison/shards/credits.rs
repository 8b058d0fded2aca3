//! What shards say of their conversions.

use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::shards::comparison::{ShardedComparison, same_comparison};
use crate::attribution::comparison::shards::stored::check_number;
use crate::attribution::credits::Credits;
use crate::attribution::evidence::EvidenceVersion;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The credit of some shards by every model of a [`ShardedComparison`], and by those of each
/// replicate of its bootstrap. It merges with that of other shards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct ShardCredits {
    pub(super) comparison: ShardedComparison,
    pub(super) log: LogFacts,
    /// In the order of the comparison's models.
    pub(super) models: Vec<Credits>,
    pub(super) replicates: Vec<Vec<Credits>>,
}

impl ShardCredits {
    /// The comparison that the credit is of.
    pub fn comparison(&self) -> &ShardedComparison {
        &self.comparison
    }

    /// Adds the credit of other shards, which come later in the order of shards.
    ///
    /// # Errors
    /// If it is of another comparison, of other channels, or of journeys cut by other options.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        same_comparison(&self.comparison, &later.comparison, "credit")?;
        self.log.merge(later.log)?;
        merge_each(&mut self.models, later.models)?;
        let mut replicates = self.replicates.iter_mut().zip(later.replicates);
        replicates.try_for_each(|(own, more)| merge_each(own, more))
    }

    /// Each model's credit, in the order of the comparison's models.
    pub fn models(&self) -> &[Credits] {
        &self.models
    }
}

fn merge_each(own: &mut [Credits], later: Vec<Credits>) -> Result<()> {
    let mut each = own.iter_mut().zip(later);
    each.try_for_each(|(credits, more)| credits.merge(more))
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: EvidenceVersion<1>,
    comparison: ShardedComparison,
    log: LogFacts,
    models: Vec<Credits>,
    replicates: Vec<Vec<Credits>>,
}

impl From<ShardCredits> for Stored {
    fn from(credits: ShardCredits) -> Self {
        Self {
            version: EvidenceVersion,
            comparison: credits.comparison,
            log: credits.log,
            models: credits.models,
            replicates: credits.replicates,
        }
    }
}

impl TryFrom<Stored> for ShardCredits {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let models = stored.comparison.models().len();
        for credits in stored.replicates.iter().chain([&stored.models]) {
            check_number("models in stored credit", credits.len(), models)?;
        }
        Ok(Self {
            comparison: stored.comparison,
            log: stored.log,
            models: stored.models,
            replicates: stored.replicates,
        })
    }
}
