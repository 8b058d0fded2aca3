//! What customers write and what agents answer, if files have it.

use crate::options::Options;
use crate::stitching::Stitching;
use clap::Args;
#[cfg(feature = "html")]
use mixtouch::JourneyOptions;
use mixtouch::Result;
use mixtouch::io::EventColumns;
use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::report::Report;
use mixtouch::{Error, Events};
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Voices")]
pub(crate) struct VoiceOptions {
    /// Column of answers in text: which terms set promoters and detractors, channels and months
    /// apart (with --features verbatims)
    #[arg(long, value_name = "COLUMN", requires = "events")]
    pub(crate) verbatims: Option<String>,
    /// Words with how they feel: term,score
    #[arg(long, value_name = "FILE", requires = "verbatims")]
    lexicon: Option<PathBuf>,
    /// Fewest persons who used a term that is shown
    #[arg(long, value_name = "N", default_value_t = 5)]
    least_persons: u64,
    /// A survey of agents: person,timestamp,channel,kind,goal,value with kind survey; a person is an agent
    #[arg(long, value_name = "FILE")]
    agent_survey: Option<PathBuf>,
}

/// Answers beside those on scales.
pub(crate) struct Voices {
    #[cfg(feature = "verbatims")]
    pub(crate) verbatims: Option<mixtouch::kpi::verbatims::Verbatims>,
    pub(crate) agents: Option<VoiceOfCustomer>,
}

impl Voices {
    pub(crate) fn read(
        options: &Options,
        stitching: &Stitching,
        kpis: &KpiOptions,
    ) -> Result<Self> {
        let voices = &options.voices;
        let agents = voices.agent_survey.as_deref();
        Ok(Self {
            #[cfg(feature = "verbatims")]
            verbatims: verbatims(voices, &stitching.log, kpis)?,
            #[cfg(not(feature = "verbatims"))]
            agents: refuse(voices, stitching, kpis).and(agents.map(survey).transpose())?,
            #[cfg(feature = "verbatims")]
            agents: agents.map(survey).transpose()?,
        })
    }

    /// The reports as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        #[cfg(feature = "verbatims")]
        if let Some(verbatims) = &self.verbatims {
            text += &format!("\nIN CUSTOMERS' WORDS\n\n{}", verbatims.to_text());
        }
        if let Some(agents) = &self.agents {
            text += &format!("\nWHAT AGENTS SAY\n\n{}", agents.to_text());
        }
        text
    }

    /// The reports as fields of a document.
    pub(crate) fn fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = Vec::new();
        #[cfg(feature = "verbatims")]
        if let Some(verbatims) = &self.verbatims {
            fields.push(("verbatims", json!(verbatims)));
        }
        if let Some(agents) = &self.agents {
            fields.push(("agent_survey", json!(agents)));
        }
        fields
    }
}

#[cfg(feature = "verbatims")]
fn verbatims(
    options: &VoiceOptions,
    log: &Events,
    kpis: &KpiOptions,
) -> Result<Option<mixtouch::kpi::verbatims::Verbatims>> {
    use mixtouch::kpi::verbatims::{Lexicon, VerbatimOptions, Verbatims};
    let Some(column) = &options.verbatims else {
        return Ok(None);
    };
    let timelines = PersonTimelines::new(log)?;
    let questions = Questions::default().leave_out_off_scale();
    let settings = VerbatimOptions::default()
        .with_column(column)
        .with_least_persons(options.least_persons);
    let said = match &options.lexicon {
        None => Verbatims::new(&timelines, &questions, &settings, kpis)?,
        Some(path) => {
            let lexicon = named(path, Lexicon::from_csv)?;
            let score = |text: &str| lexicon.score(text);
            Verbatims::scored(&timelines, &questions, &settings, kpis, score)?
        }
    };
    Ok(Some(said))
}

#[cfg(not(feature = "verbatims"))]
fn refuse(options: &VoiceOptions, _: &Stitching, _: &KpiOptions) -> Result<()> {
    let lexicon = options
        .lexicon
        .as_ref()
        .map(|path| path.display().to_string());
    match options.verbatims.clone().or(lexicon) {
        None => Ok(()),
        Some(value) => Err(Error::Setting {
            name: "--verbatims".into(),
            value: format!("{value} ({} persons)", options.least_persons),
            expected: "only with cargo's --features verbatims".into(),
        }),
    }
}

/// What agents answer: a log of its own, by month.
fn survey(path: &Path) -> Result<VoiceOfCustomer> {
    let log = named(path, |file| {
        Events::from_csv(file, EventColumns::default().keep_all())
    })?;
    let timelines = PersonTimelines::new(&log)?;
    let mut options = KpiOptions::default();
    if let Some(range) = timelines.range() {
        let months = mixtouch::time::Periods::months_of(range, options.zone())?;
        options = options.with_periods(months);
    }
    let questions = Questions::default().leave_out_off_scale();
    VoiceOfCustomer::new(&timelines, &questions, &options)
}

/// Reads a file and names it in whatever goes wrong.
fn named<T>(path: &Path, read: impl FnOnce(File) -> Result<T>) -> Result<T> {
    let result = File::open(path).map_err(Error::Io).and_then(read);
    result.map_err(|error| Error::File {
        path: path.to_owned(),
        source: Box::new(error),
    })
}

/// The map of journeys on each device that the log names, the largest first.
#[cfg(feature = "html")]
pub(crate) fn maps_by_device(
    log: &Events,
    kpis: &KpiOptions,
) -> Result<Vec<(String, mixtouch::kpi::map::JourneyMap)>> {
    use mixtouch::kpi::map::{JourneyMap, Steps};
    let names: Vec<&str> = log.columns().collect();
    let mut devices: std::collections::BTreeMap<&str, Events> = Default::default();
    for (row, event) in log.iter().enumerate() {
        let device = log.text(row, "device").unwrap_or("");
        if !device.is_empty() {
            let new = || Events::with_columns(names.iter().copied());
            let texts: Vec<&str> = names
                .iter()
                .map(|name| log.text(row, name).unwrap_or(""))
                .collect();
            let own = devices.entry(device).or_insert_with(new);
            own.push(event.with_texts(&texts))?;
        }
    }
    let mut maps = Vec::new();
    for (device, own) in devices {
        let journeys = mixtouch::Journeys::from_events(&own, JourneyOptions::default())?;
        if journeys.observed_range().is_ok() {
            let steps = Steps::channels(journeys.channels());
            let map = JourneyMap::new(&journeys, &steps, kpis)?;
            maps.push((device.to_owned(), map));
        }
    }
    maps.sort_by(|a, b| b.1.population.cmp(&a.1.population).then(a.0.cmp(&b.0)));
    Ok(maps)
}
