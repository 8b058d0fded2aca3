//! How long and how many touches it takes to convert.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{CountedJourneys, Journeys};
use crate::kpi::options::KpiOptions;
use crate::report::{Report, Section};
use crate::stats::Distribution;
use crate::time::TimeRange;
use crate::time::limits::DAY;

/// Time and touches from a journey's first touch to its conversion, over the journeys that
/// converted after a touch. Conversions of one second are one purchase and count once. Intervals
/// take purchases as independent, those of one person too.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::PurchasePaths;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let paths = PurchasePaths::new(&journeys, &KpiOptions::default())?;
/// assert_eq!((paths.population, paths.touches.quantile(0.5)), (1, Some(1.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PurchasePaths {
    /// The range reported.
    pub window: TimeRange,
    /// Journeys that converted after at least one touch.
    pub population: u64,
    /// Days from the first touch to the conversion.
    pub days: Distribution,
    /// Touches up to the conversion.
    pub touches: Distribution,
}

impl PurchasePaths {
    /// The distributions over all journeys that converted.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::journeys::PurchasePaths;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_312_000, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_398_400))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let paths = PurchasePaths::new(&journeys, &KpiOptions::default())?;
    /// assert_eq!((paths.days.mean.mean, paths.touches.mean.mean), (Some(2.0), Some(2.0)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If journeys have no persons and times, like those of a path table, or no touch and no
    /// conversion.
    pub fn new(journeys: &Journeys, options: &KpiOptions) -> Result<Self> {
        let counted = journeys.counted()?;
        let lengths = journeys.accumulate_converting(PathLengths::default)?;
        Ok(lengths.report(&counted, options))
    }
}

impl Report for PurchasePaths {
    fn title(&self) -> String {
        let Self {
            window, population, ..
        } = self;
        format!("path to a purchase, {window}: {population} purchases after a touch")
    }

    fn sections(&self) -> Vec<Section> {
        let lines = [&self.days, &self.touches].map(ToString::to_string);
        vec![Section::new().with_lines(lines)]
    }
}

impl fmt::Display for PurchasePaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}

/// Lengths of journeys behind [`PurchasePaths`]; 8 bytes for each journey that converted.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::PathLengths;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let lengths = journeys.accumulate(PathLengths::default)?;
/// let paths = lengths.report(&journeys.counted()?, &KpiOptions::default());
/// assert_eq!(paths.days.mean.mean, Some(1.0 / 24.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathLengths {
    /// Seconds from first touch to conversion, and touches.
    lengths: Vec<(u32, u32)>,
}

impl PathLengths {
    /// The distributions of the journeys gathered; `counted` says which they are.
    pub fn report(&self, counted: &CountedJourneys, options: &KpiOptions) -> PurchasePaths {
        let days = self
            .lengths
            .iter()
            .map(|length| f64::from(length.0) / f64::from(DAY))
            .collect();
        let touches = self
            .lengths
            .iter()
            .map(|length| f64::from(length.1))
            .collect();
        PurchasePaths {
            window: options.shown(counted.range()),
            population: self.lengths.len() as u64,
            days: Distribution::from_values(days, "days", options.level()),
            touches: Distribution::from_values(touches, "touches", options.level()),
        }
    }
}

impl Accumulator for PathLengths {
    fn observe(&mut self, journey: Journey<'_>) {
        if let Some(&first) = journey
            .times()
            .first()
            .filter(|_| journey.outcome().conversions() > 0.0)
        {
            self.lengths
                .push((journey.close() - first, journey.len() as u32));
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.lengths.extend(later.lengths);
        Ok(())
    }
}
