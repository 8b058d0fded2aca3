//! What all shards' evidence supports.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::fitting::{Entrant, Known, solve_gathered, unknown};
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::shards::comparison::ShardedComparison;
use crate::attribution::comparison::shards::evidence::{Gathered, ShardEvidence};
use crate::attribution::comparison::shards::model_text;
use crate::attribution::comparison::shards::stored::{Stored, check_number};
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::model::AttributionModel;
use crate::attribution::replicate::Replicate;
use crate::channel::Channels;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize, Serializer};

/// The models of a [`ShardedComparison`] as all shards' evidence supports them, and those of each
/// replicate of its bootstrap. Every shard is scored by them.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Stored<Option<String>>")]
pub struct ShardModels {
    pub(super) comparison: ShardedComparison,
    /// Of the journeys fitted on.
    pub(super) log: LogFacts,
    pub(super) sightings: Option<Sightings>,
    pub(super) models: Vec<Timed<Fitted>>,
    /// None where no model learns: replicates then have the same models.
    replicates: Vec<Vec<Timed<Fitted>>>,
}

impl std::fmt::Debug for ShardModels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShardModels")
            .field("comparison", &self.comparison)
            .field("totals", &self.log.totals)
            .finish_non_exhaustive()
    }
}

impl ShardModels {
    /// The comparison that the models are of.
    pub fn comparison(&self) -> &ShardedComparison {
        &self.comparison
    }

    pub(super) fn solve(
        entries: &[Named],
        bootstrap: Option<Bootstrap>,
        evidence: ShardEvidence,
    ) -> Result<Self> {
        let entries: Vec<&Named> = entries.iter().collect();
        let mut models = Vec::with_capacity(entries.len());
        solve(&entries, evidence.models, Known::Nothing, |_, solved| {
            models.push(solved?);
            Ok(())
        })?;
        let mut replicates = Vec::with_capacity(evidence.replicates.len());
        for (number, gathered) in (0..).zip(evidence.replicates) {
            let seed = bootstrap.map_or(0, |bootstrap| bootstrap.seed());
            let replicate = Replicate::new(seed, number);
            let known = Known::Drawn(&models, &replicate);
            let mut fitted = Vec::with_capacity(entries.len());
            solve(&entries, gathered, known, |named, solved| {
                fitted.push(match solved {
                    Err(Error::NoExposure { .. }) => unknown(named),
                    solved => solved?,
                });
                Ok(())
            })?;
            replicates.push(fitted);
        }
        Ok(Self {
            comparison: evidence.comparison,
            log: evidence.log,
            sightings: evidence.sightings,
            models,
            replicates,
        })
    }

    /// The model of that name, such as `markov`, to score by.
    pub fn model(&self, name: &str) -> Option<&dyn AttributionModel> {
        let mut names = self.comparison.models().iter();
        let at = names.position(|own| own.name() == name)?;
        let model: &dyn AttributionModel = &*self.models[at].item;
        Some(model)
    }

    pub(super) fn of_replicate(&self, number: usize) -> &[Timed<Fitted>] {
        let own = self.replicates.get(number);
        own.map_or(&self.models, |replicate| replicate)
    }

    /// The models beside their names, for journeys of these channels.
    pub(super) fn entrants<'a>(&self, entries: &'a [Named], scored: &Channels) -> Vec<Entrant<'a>> {
        let each = entries.iter().zip(&self.models);
        each.map(|(named, model)| Entrant::new(named, &model.item, scored, None))
            .collect()
    }
}

fn solve<'a>(
    entries: &[&'a Named],
    gathered: Gathered,
    known: Known<'_>,
    take: impl FnMut(&'a Named, Result<Timed<Fitted>>) -> Result<()>,
) -> Result<()> {
    let gathered = gathered.into_iter().map(Timed::new).collect();
    solve_gathered(entries, gathered, known, None, take)
}

impl Serialize for ShardModels {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        let names = self.comparison.models();
        let stored = Stored::new(
            &self.comparison,
            (&self.log, &self.sightings),
            (&self.models, &self.replicates),
            |fitted| {
                let each = names.iter().zip(fitted);
                each.map(|(&name, model)| model_text::write(name, &*model.item))
                    .collect()
            },
        );
        stored.map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

/// A model that attributes nothing, for lack of exposure, has no text.
impl TryFrom<Stored<Option<String>>> for ShardModels {
    type Error = Error;

    fn try_from(stored: Stored<Option<String>>) -> Result<Self> {
        let entries = stored.comparison.entries()?;
        stored.check(&entries)?;
        let read = |texts: Vec<Option<String>>| -> Result<Vec<Timed<Fitted>>> {
            check_number("stored models", texts.len(), entries.len())?;
            let names = stored.comparison.models().iter().zip(&entries);
            let each = names.zip(texts);
            let read = |((&name, named), text): ((_, &Named), Option<String>)| match text {
                Some(text) => Ok(Timed::new(model_text::read(name, named, &text)?)),
                None => Ok(unknown(named)),
            };
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
