//! The ways most often taken.

use crate::report::text as table;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::map::path_counts::PathCounts;
use crate::kpi::map::steps::Steps;
use crate::privacy::MinimumGroup;
use crate::report::text::{figure, percent};
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;

/// The paths most journeys took, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPaths {
    /// The time reported.
    pub window: TimeRange,
    /// Journeys, those without a step included.
    pub population: u64,
    /// Different paths.
    pub distinct: u64,
    /// The most frequent ones, the first first; equal ones in the order of their steps.
    pub paths: Vec<FrequentPath>,
}

/// One path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPath {
    /// Its steps; none where a conversion followed on no touch.
    pub steps: Vec<String>,
    /// Whether it is many paths that begin with these steps and go on.
    pub goes_on: bool,
    /// Persons who took it.
    pub persons: u64,
    /// Its share of all journeys.
    pub share: Proportion,
    /// Of those who took it, the journeys that converted.
    pub conversion: Proportion,
    /// What these were worth.
    pub value: f64,
}

impl FrequentPaths {
    /// Steps that are told apart: longer paths are counted by their first ten.
    pub const LONGEST: usize = 10;

    /// The `most` frequent paths of persons enough to be shown; one path more is never told by
    /// subtraction, as the others are not shown either.
    ///
    /// ```
    /// use mixtouch::kpi::map::{FrequentPaths, Steps};
    /// use mixtouch::stats::ConfidenceLevel;
    /// use mixtouch::privacy::MinimumGroup;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let steps = Steps::channels(journeys.channels());
    /// let paths = FrequentPaths::of(&journeys, &steps, 10, &MinimumGroup::default(), ConfidenceLevel::default())?;
    /// assert_eq!(paths.paths[0].steps, ["social", "search"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Steps of other channels; journeys without persons and times, or without any touch or
    /// conversion.
    pub fn of(
        journeys: &Journeys,
        steps: &Steps,
        most: usize,
        minimum: &MinimumGroup,
        level: ConfidenceLevel,
    ) -> Result<Self> {
        steps.check(journeys.channels())?;
        journeys.observed_range()?;
        journeys
            .accumulate(|| PathCounts::new(steps))?
            .report(journeys, most, minimum, level)
    }
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

impl fmt::Display for FrequentPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "paths, {}: {} journeys on {} different ones",
            self.window, self.population, self.distinct
        )?;
        let row = |path: &FrequentPath| {
            let (share, conversion) = (percent(path.share.rate), percent(path.conversion.rate));
            vec![
                path.to_string(),
                path.share.count.to_string(),
                share,
                conversion,
                figure(Some(path.value), 2),
            ]
        };
        table::write(
            f,
            &["path", "journeys", "share", "converted", "value"],
            self.paths.iter().map(row),
        )
    }
}
