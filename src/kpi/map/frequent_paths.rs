//! The paths that most journeys take.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::report::{Cell, Report, Section, Table};
use crate::stats::Proportion;
use crate::time::TimeRange;

/// The most frequent paths of journeys, step by step. Intervals are by person, as one person's
/// journeys resemble each other.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{FrequentPaths, Steps};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, channels) in [("ann", &["social", "search"][..]), ("bob", &["social"])] {
///     for (time, channel) in (1_767_225_600..).step_by(60).zip(channels) {
///         log.push(Event::touch(person, time, *channel))?;
///     }
/// }
/// log.push(Event::conversion("ann", 1_767_229_200).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let steps = Steps::channels(journeys.channels());
/// let paths = FrequentPaths::new(&journeys, &steps, 10, &KpiOptions::default())?;
/// assert_eq!((paths.population, paths.distinct), (2, 2));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPaths {
    /// The range reported.
    pub window: TimeRange,
    /// Number of journeys, including those without a step.
    pub population: u64,
    /// Number of different paths.
    pub distinct: u64,
    /// The paths, the most frequent first; equally frequent ones in the order of their steps.
    pub paths: Vec<FrequentPath>,
}

/// One path with its journeys.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{FrequentPaths, Steps};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// for (person, channels) in [("ann", &["social", "search"][..]), ("bob", &["social"])] {
///     for (time, channel) in (1_767_225_600..).step_by(60).zip(channels) {
///         log.push(Event::touch(person, time, *channel))?;
///     }
/// }
/// log.push(Event::conversion("ann", 1_767_229_200).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let steps = Steps::channels(journeys.channels());
/// let paths = FrequentPaths::new(&journeys, &steps, 10, &KpiOptions::default())?;
/// let best = paths.paths.iter().max_by(|a, b| a.value.total_cmp(&b.value));
/// assert_eq!(best.map(|path| path.to_string()).as_deref(), Some("social > search"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPath {
    /// Its steps; empty for conversions after no touch.
    pub steps: Vec<String>,
    /// Whether it stands for all longer paths that begin with these steps.
    pub goes_on: bool,
    /// Persons who took it.
    pub persons: u64,
    /// Share of all journeys that took it.
    pub share: Proportion,
    /// Share of the journeys that took it that converted.
    pub conversion: Proportion,
    /// Value of their conversions.
    pub value: f64,
}

impl FrequentPaths {
    /// Greatest number of steps of a path; longer paths are counted by their first ten steps.
    pub const LONGEST: usize = 10;
}

impl fmt::Display for FrequentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = if self.steps.is_empty() {
            "(no touch)".to_owned()
        } else {
            self.steps.join(" > ")
        };
        f.pad(&format!(
            "{steps}{}",
            if self.goes_on { " > .." } else { "" }
        ))
    }
}

impl Report for FrequentPaths {
    fn title(&self) -> String {
        let Self {
            window,
            population,
            distinct,
            ..
        } = self;
        format!("paths, {window}: {population} journeys on {distinct} different ones")
    }

    fn sections(&self) -> Vec<Section> {
        let row = |path: &FrequentPath| {
            [
                Cell::text(path.to_string()),
                Cell::count(path.share.count),
                Cell::percent(path.share.rate, 2),
                Cell::percent(path.conversion.rate, 2),
                Cell::number(path.value, 2),
            ]
        };
        let table = Table::new(["path", "journeys", "share", "converted", "value"]);
        vec![Section::new().with_table(table.with_rows(self.paths.iter().map(row)))]
    }
}

impl fmt::Display for FrequentPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
