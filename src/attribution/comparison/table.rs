//! What a comparison found.

use crate::attribution::comparison::bootstrap::Bootstrap;
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::provenance::Provenance;
use crate::error::{Error, Result};
use crate::journeys::arena::Totals;
use crate::privacy::Withheld;
use serde::{Deserialize, Serialize};

/// Several models' credit by channel on the same journeys.
///
/// Displayed, it is a table for each figure with a column for each model, and intervals behind the
/// figures; serialised, a document with all figures; [`ComparisonTable::write_csv`] writes a record
/// for each model and channel.
///
/// ```
/// use mixtouch::attribution::rules::{LastTouch, Linear};
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(2.0, 5.0, 80.0)?)?;
/// let table = Comparison::new()
///     .model("last-touch", LastTouch)
///     .model("linear", Linear)
///     .run(&paths.journeys()?)?;
/// let social = table.model("linear").and_then(|model| model.channel("social"));
/// assert_eq!(social.map(|credit| (credit.conversions, credit.value)), Some((1.0, 40.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ComparisonTable {
    totals: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    bootstrap: Option<Bootstrap>,
    models: Vec<ModelTable>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    segments: Vec<SegmentTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<Withheld>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<Provenance>,
}

#[derive(Deserialize)]
struct Fields {
    totals: Totals,
    #[serde(default)]
    bootstrap: Option<Bootstrap>,
    models: Vec<ModelTable>,
    #[serde(default)]
    segments: Vec<SegmentTable>,
    #[serde(default)]
    withheld: Option<Withheld>,
    #[serde(default)]
    findings: Vec<Finding>,
    #[serde(default)]
    provenance: Option<Provenance>,
}

impl TryFrom<Fields> for ComparisonTable {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            totals,
            bootstrap,
            models,
            segments,
            withheld,
            findings,
            provenance,
        } = fields;
        let parts = segments.iter().flat_map(|segment| &segment.models);
        let all: Vec<&ModelTable> = models.iter().chain(parts).collect();
        let names = |model: &ModelTable| -> Vec<String> {
            model
                .channels
                .iter()
                .map(|row| row.channel.clone())
                .collect()
        };
        if let Some(other) = all.iter().find(|model| names(model) != names(all[0])) {
            return Err(Error::setting(
                format!("the channels of {}", other.model),
                names(other).join(", "),
                format!("those of {}, {}", all[0].model, names(all[0]).join(", ")),
            ));
        }
        Ok(Self {
            totals,
            bootstrap,
            models,
            segments,
            withheld,
            findings,
            provenance,
        })
    }
}

/// Several models' credit by channel on the journeys of one segment.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::with_columns(["region"]);
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_texts(&["north"]))?;
/// log.push(Event::conversion("ann", 1_767_229_200).with_texts(&["north"]))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search").with_texts(&["south"]))?;
/// log.push(Event::conversion("bob", 1_767_229_200).with_texts(&["south"]))?;
/// let options = JourneyOptions::default().with_segment("region");
/// let journeys = Journeys::from_events(&log, options)?;
/// let table = Comparison::new().model("last-touch", LastTouch).run(&journeys)?;
/// let north = &table.segments()[0];
/// assert_eq!((north.segment.as_str(), north.totals.conversions), ("north", 1.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SegmentTable {
    /// The segment's value in the column that segments are taken from.
    pub segment: String,
    /// Sums over the journeys that close in the segment.
    pub totals: Totals,
    /// The models in the order they were added.
    pub models: Vec<ModelTable>,
}

impl ComparisonTable {
    pub(crate) fn new(
        totals: Totals,
        bootstrap: Option<Bootstrap>,
        models: Vec<ModelTable>,
        segments: Vec<SegmentTable>,
    ) -> Self {
        Self {
            totals,
            bootstrap,
            models,
            segments,
            withheld: None,
            findings: Vec::new(),
            provenance: None,
        }
    }

    pub(crate) fn with_findings(self, findings: Vec<Finding>) -> Self {
        Self { findings, ..self }
    }

    pub(crate) fn with_provenance(self, provenance: Provenance) -> Self {
        Self {
            provenance: Some(provenance),
            ..self
        }
    }

    /// What weakens the figures: models left out, too little data, channels that never part.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The version that made the table, and the time of the journeys; unknown of tables stored by
    /// versions that did not say.
    pub fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_ref()
    }

    pub(crate) fn with_withheld(self, withheld: Option<Withheld>) -> Self {
        Self { withheld, ..self }
    }

    /// The segments merged or left out for having too few persons, if there are any.
    pub fn withheld(&self) -> Option<Withheld> {
        self.withheld
    }

    /// The segments in order of their names; none where journeys have no segments.
    pub fn segments(&self) -> &[SegmentTable] {
        &self.segments
    }

    /// The bootstrap that gave the intervals, if there was one.
    pub fn bootstrap(&self) -> Option<&Bootstrap> {
        self.bootstrap.as_ref()
    }

    /// Sums over all journeys.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// The models in the order they were added.
    pub fn models(&self) -> &[ModelTable] {
        &self.models
    }

    /// The model of that name.
    pub fn model(&self, name: &str) -> Option<&ModelTable> {
        self.models.iter().find(|table| table.model == name)
    }
}
