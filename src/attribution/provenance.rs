//! What a stored report or model was made by, and from which stretch of time.

use crate::attribution::comparison::log_facts::LogFacts;
use crate::error::{Error, Result};
use crate::journeys::JourneyOptions;
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};

/// The number of the format that this version writes and reads.
const FORMAT: u32 = 1;

/// What made a stored report or model: the version of this crate, the number of the format, the time
/// of the journeys, and how they were cut out of the log. A higher number of the format does not
/// read ([`Error::NewerFormat`]).
///
/// ```
/// use mixtouch::attribution::rules::Linear;
/// use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let table = Comparison::new().model("linear", Linear).run(&journeys)?;
/// let provenance = table.provenance().unwrap();
/// assert_eq!((provenance.format(), provenance.version()), (1, "0.1.0"));
/// assert_eq!(provenance.scored().map(|time| time.from()), Some(1_767_225_600));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Provenance {
    format: u32,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fitted_on: Option<TimeRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scored: Option<TimeRange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journeys: Option<JourneyOptions>,
}

#[derive(Deserialize)]
struct Fields {
    format: u32,
    version: String,
    #[serde(default)]
    fitted_on: Option<TimeRange>,
    #[serde(default)]
    scored: Option<TimeRange>,
    #[serde(default)]
    journeys: Option<JourneyOptions>,
}

impl TryFrom<Fields> for Provenance {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            format,
            version,
            fitted_on,
            scored,
            journeys,
        } = fields;
        if format > FORMAT {
            return Err(Error::NewerFormat {
                what: format!("a report or model stored by mixtouch {version}").into(),
                format,
                newest: FORMAT,
            });
        }
        Ok(Self {
            format,
            version,
            fitted_on,
            scored,
            journeys,
        })
    }
}

impl Provenance {
    /// `fitted_on` is none where no model was fitted: rules, and models given ready.
    pub(super) fn new(fitted_on: Option<&LogFacts>, scored: Option<&LogFacts>) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            fitted_on: fitted_on.and_then(|log| log.observed),
            scored: scored.and_then(|log| log.observed),
            journeys: scored.or(fitted_on).and_then(|log| log.options.clone()),
        }
    }

    /// The number of the format.
    pub fn format(&self) -> u32 {
        self.format
    }

    /// The version of this crate, as in `0.1.0`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The time whose conversions models were fitted on; unknown for path tables.
    pub fn fitted_on(&self) -> Option<TimeRange> {
        self.fitted_on
    }

    /// How the journeys scored, or those that a model was fitted on, were cut out of the log; nothing
    /// for path tables.
    pub fn journeys(&self) -> Option<&JourneyOptions> {
        self.journeys.as_ref()
    }

    /// The time whose conversions are reported; unknown for path tables, and none of a model.
    pub fn scored(&self) -> Option<TimeRange> {
        self.scored
    }
}
