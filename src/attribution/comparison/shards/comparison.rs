//! The steps of a comparison over shards.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::entry::{Fitted, Named};
use crate::attribution::comparison::fitting::{Entrant, gather_each, score_all};
use crate::attribution::comparison::lessons::Lessons;
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::model_name::ModelName;
use crate::attribution::comparison::model_settings::ModelSettings;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::comparison::run::Comparison;
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
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A comparison of the library's models on journeys split by person over machines, files or
/// partitions. Persons stay where they are; what travels is evidence, models and credit, each of
/// which is serialisable.
///
/// 1. [`gather`](Self::gather) on each shard, [`ShardEvidence::merge`] on the way;
/// 2. [`solve`](Self::solve) once;
/// 3. [`credit`](Self::credit) on each shard, [`ShardCredits::merge`] on the way;
/// 4. [`table`](Self::table) once.
///
/// The table is that of a [`Comparison`] over all journeys: counts to the bit, fractions and sums of
/// values up to the order of addition, since a bootstrap's draws belong to persons and not to where
/// they lie. All shards need the same channels
/// ([`JourneyBuilder::add_channels`](crate::JourneyBuilder::add_channels)) and the same end of
/// observation ([`JourneyOptions::with_observation_end`](crate::JourneyOptions::with_observation_end)).
/// Segments are not compared. Time to event chooses the functions of age by how many conversions there
/// are in all: [`for_conversions`](Self::for_conversions) states them.
///
/// ```
/// use mixtouch::attribution::{ModelName, ModelSettings, ShardedComparison};
/// use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys, JourneyBuilder};
///
/// let (start, settings) = (1_767_225_600, ModelSettings::default());
/// let options = JourneyOptions::default().with_observation_end(start + 90 * 86_400);
/// let shard = |people: std::ops::Range<i64>| {
///     let mut builder = JourneyBuilder::new(options.clone());
///     builder.add_channels(["social", "search"])?;
///     let mut rows = Events::new();
///     for person in people {
///         let name = format!("person {person}");
///         rows.push(Event::touch(&*name, start + person, "social"))?;
///         rows.push(Event::touch(&*name, start + 60 * person, "search"))?;
///         if person % 3 == 0 {
///             rows.push(Event::conversion(&*name, start + 86_400).with_value(9.0))?;
///         }
///     }
///     builder.extend(&rows)?;
///     builder.build()
/// };
/// let (left, right, whole) = (shard(1..40)?, shard(40..100)?, shard(1..100)?);
///
/// let comparison = ShardedComparison::new([ModelName::Linear, ModelName::Markov], settings.clone())?;
/// let mut evidence = comparison.gather(&left)?;
/// evidence.merge(comparison.gather(&right)?)?;
/// let models = comparison.solve(evidence)?;
/// let mut credits = comparison.credit(&models, &left)?;
/// credits.merge(comparison.credit(&models, &right)?)?;
/// let table = comparison.table(&models, credits)?;
///
/// let markov = Comparison::new().named(ModelName::Markov, &settings)?.run(&whole)?;
/// assert_eq!(table.totals(), markov.totals());
/// assert_eq!(table.model("markov").unwrap().channels, markov.models()[0].channels);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShardedComparison {
    models: Vec<ModelName>,
    settings: ModelSettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Bootstrap>,
}

#[derive(Deserialize)]
struct Fields {
    models: Vec<ModelName>,
    #[serde(default)]
    settings: ModelSettings,
    #[serde(default)]
    bootstrap: Option<Bootstrap>,
}

read_settings!(ShardedComparison, Fields);

impl TryFrom<Fields> for ShardedComparison {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let comparison = Self::new(fields.models, fields.settings)?;
        Ok(Self {
            bootstrap: fields.bootstrap,
            ..comparison
        })
    }
}

impl ShardedComparison {
    /// A comparison of these models.
    ///
    /// # Errors
    /// If there is no model, one is named twice, or the settings lack what one needs.
    pub fn new(
        models: impl IntoIterator<Item = ModelName>,
        settings: ModelSettings,
    ) -> Result<Self> {
        let models: Vec<ModelName> = models.into_iter().collect();
        if models.is_empty() {
            return Err(Error::Empty {
                what: "the list of models".into(),
                expected: "at least one model".into(),
            });
        }
        let comparison = Self {
            models,
            settings,
            bootstrap: None,
        };
        comparison.entries()?;
        Ok(comparison)
    }

    /// Adds intervals to every model's conversions and value. Evidence, models and credit then hold
    /// each replicate's as well, so what travels grows with their number.
    #[must_use]
    pub fn bootstrap(self, bootstrap: Bootstrap) -> Self {
        Self {
            bootstrap: Some(bootstrap),
            ..self
        }
    }

    /// The same where the log has so many conversions in all; time to event chooses its functions of
    /// age by them, unless its settings state some.
    #[must_use]
    pub fn for_conversions(self, conversions: f64) -> Self {
        let time_to_event = self.settings.time_to_event().for_conversions(conversions);
        Self {
            settings: self.settings.with_time_to_event(time_to_event),
            ..self
        }
    }

    /// Whether a model asks for [`ShardedComparison::for_conversions`].
    pub fn depends_on_conversions(&self) -> bool {
        self.models.contains(&ModelName::TimeToEvent)
    }

    /// The models, in the order of the table.
    pub fn models(&self) -> &[ModelName] {
        &self.models
    }

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
            for (at, table) in tables.iter_mut().enumerate() {
                let replicates = credits.replicates.iter().map(|credits| &credits[at]);
                table.set_intervals(bootstrap, &replicates.collect::<Vec<_>>());
            }
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

    /// The models as a comparison has them.
    pub(super) fn entries(&self) -> Result<Vec<Named>> {
        let add =
            |comparison: Comparison, &name: &ModelName| comparison.named(name, &self.settings);
        let comparison = self.models.iter().try_fold(Comparison::new(), add)?;
        comparison.into_entries()
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

/// # Errors
/// If they differ; `what` is of the other.
pub(super) fn same_comparison(
    own: &ShardedComparison,
    other: &ShardedComparison,
    what: &str,
) -> Result<()> {
    if own == other {
        return Ok(());
    }
    let told = |of: &ShardedComparison| serde_json::to_string(of).unwrap_or_default();
    Err(Error::setting(
        format!("the comparison that {what} of a shard is of"),
        told(other),
        told(own),
    ))
}
