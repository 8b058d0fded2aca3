//! The steps of a comparison over shards.

use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::fitting::{Entrant, gather_each, score_all};
use crate::attribution::comparison::intervals::set_intervals;
use crate::attribution::comparison::lessons::Lessons;
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::comparison::shards::comparison::{ShardedComparison, same_comparison};
use crate::attribution::comparison::shards::credits::ShardCredits;
use crate::attribution::comparison::shards::evidence::{Gathered, ShardEvidence};
use crate::attribution::comparison::shards::models::ShardModels;
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::comparison::table::ComparisonTable;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::credits::Credits;
use crate::attribution::provenance::Provenance;
use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;
use crate::journeys::{PoissonResampler, Sample};
use std::time::Duration;

impl ShardedComparison {
    /// Step 1: the evidence of one shard.
    ///
    /// # Errors
    /// If the journeys lack what a model needs or have segments, or a model's evidence is beyond its
    /// limits.
    pub fn gather(&self, shard: &Journeys) -> Result<ShardEvidence> {
        let entries = self.entries()?;
        let entries: Vec<&Named> = entries.iter().collect();
        check(&entries, shard)?;
        let whole = |sample: Sample<'_>| -> Result<Gathered> {
            let gathered = gather_each(&entries, sample, shard)?;
            Ok(gathered.into_iter().map(|timed| timed.item).collect())
        };
        let models = whole(shard.sample())?;
        let learns = entries.iter().any(|named| named.entry.needs_evidence());
        let replicates = match &self.bootstrap {
            Some(bootstrap) if learns => {
                let resampler = PoissonResampler::new(shard);
                bootstrap.run(|stream| whole(resampler.sample(&resampler.draw(stream, true))))?
            }
            _ => Vec::new(),
        };
        Ok(ShardEvidence {
            comparison: self.clone(),
            log: LogFacts::of(shard),
            sightings: learns.then(|| Sightings::over(shard)),
            models,
            replicates,
        })
    }

    /// Step 2: the models that the evidence of all shards supports.
    ///
    /// # Errors
    /// If the evidence is of another comparison, or supports no model.
    pub fn solve(&self, evidence: ShardEvidence) -> Result<ShardModels> {
        same_comparison(self, &evidence.comparison, "evidence")?;
        ShardModels::solve(&self.entries()?, self.bootstrap, evidence)
    }

    /// Step 3: the credit of one shard's conversions.
    ///
    /// # Errors
    /// If the models are of another comparison, the shard has other channels, or a model gives a
    /// weight that is not finite.
    pub fn credit(&self, models: &ShardModels, shard: &Journeys) -> Result<ShardCredits> {
        same_comparison(self, &models.comparison, "models")?;
        models.log.channels.same_as(shard.channels())?;
        let entries = self.entries()?;
        check(&entries.iter().collect::<Vec<_>>(), shard)?;
        let entrants = models.entrants(&entries, shard.channels());
        let entrants: Vec<&Entrant<'_>> = entrants.iter().collect();
        let items = |scored: Vec<Timed<Credits>>| scored.into_iter().map(|timed| timed.item);
        let scored = score_all(shard.sample(), &entrants, &models.models)?;
        let all = entries.iter().any(|named| named.entry.needs_evidence());
        let replicates = match &self.bootstrap {
            None => Vec::new(),
            Some(bootstrap) => {
                let resampler = PoissonResampler::new(shard);
                bootstrap.run_numbered(|number, stream| {
                    let draws = resampler.draw(stream, all);
                    let fitted = models.of_replicate(number);
                    let scored = score_all(resampler.sample(&draws), &entrants, fitted)?;
                    Ok(items(scored).collect())
                })?
            }
        };
        Ok(ShardCredits {
            comparison: self.clone(),
            log: LogFacts::of(shard),
            models: items(scored).collect(),
            replicates,
        })
    }

    /// Step 4: the table of all shards' credit.
    ///
    /// # Errors
    /// If models or credit are of another comparison, or the credit is of more or fewer conversions
    /// than the models were fitted on: a shard is missing, or counted twice.
    pub fn table(&self, models: &ShardModels, credits: ShardCredits) -> Result<ComparisonTable> {
        same_comparison(self, &models.comparison, "models")?;
        same_comparison(self, &credits.comparison, "credit")?;
        let (learned, scored) = (models.log.totals.journeys, credits.log.totals.journeys);
        if learned != scored {
            return Err(Error::setting(
                "the number of journeys in the credit of all shards",
                scored,
                format!("{learned}, those that the evidence was gathered from"),
            ));
        }
        let entries = self.entries()?;
        let entrants = models.entrants(&entries, &models.log.channels);
        let costs = credits.log.known_costs();
        let each = entrants.iter().zip(&models.models).zip(&credits.models);
        let table = |((entrant, model), scored): ((&Entrant<'_>, &Timed<Fitted>), &Credits)| {
            let (name, model) = (&entrant.named.name, &*model.item);
            ModelTable::new(name, model, None, scored, &costs, Duration::ZERO)
        };
        let mut tables: Vec<ModelTable> = each.map(table).collect();
        if let Some(bootstrap) = &self.bootstrap {
            let replicates = credits.replicates.iter();
            let replicates: Vec<Vec<&Credits>> =
                replicates.map(|models| models.iter().collect()).collect();
            set_intervals(&mut tables, bootstrap, &replicates);
        }
        let lessons = Lessons::new(
            &models.log,
            models.sightings.as_ref(),
            &entrants,
            &models.models,
        );
        let findings = lessons.findings(&credits.log, Vec::new(), &tables, false)?;
        let learns = entries.iter().any(|named| named.entry.needs_evidence());
        let provenance = Provenance::new(learns.then_some(&models.log), Some(&credits.log));
        let totals = credits.log.totals;
        let table = ComparisonTable::new(totals, self.bootstrap, tables, Vec::new());
        Ok(table.with_findings(findings).with_provenance(provenance))
    }
}

/// # Errors
/// If the journeys lack what a model needs, or have segments.
fn check(entries: &[&Named], shard: &Journeys) -> Result<()> {
    let segment = shard.options().and_then(|options| options.segment.as_ref());
    if let Some(column) = segment {
        return Err(Error::setting(
            "the column that segments are taken from",
            format!("{column:?}"),
            "none: segments are compared where one machine has all journeys",
        ));
    }
    let mut entries = entries.iter();
    entries.try_for_each(|named| named.entry.needs().check(shard, &named.name))
}
