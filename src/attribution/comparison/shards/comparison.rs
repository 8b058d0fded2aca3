//! Which models are compared over shards.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::entry::Named;
use crate::attribution::comparison::model_name::ModelName;
use crate::attribution::comparison::model_settings::ModelSettings;
use crate::attribution::comparison::run::Comparison;
use crate::error::{Error, Result};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// A comparison of the library's models on journeys split by person over machines, files or
/// partitions. Persons stay where they are; what travels is evidence, models and credit, each of
/// which is serialisable.
///
/// 1. [`gather`](Self::gather) on each shard, [`ShardEvidence::merge`](crate::attribution::ShardEvidence::merge) on the way;
/// 2. [`solve`](Self::solve) once;
/// 3. [`credit`](Self::credit) on each shard, [`ShardCredits::merge`](crate::attribution::ShardCredits::merge) on the way;
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
    pub(super) bootstrap: Option<Bootstrap>,
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

    /// The models as a comparison has them.
    pub(super) fn entries(&self) -> Result<Vec<Named>> {
        let add =
            |comparison: Comparison, &name: &ModelName| comparison.named(name, &self.settings);
        let comparison = self.models.iter().try_fold(Comparison::new(), add)?;
        comparison.into_entries()
    }
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
