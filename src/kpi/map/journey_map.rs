//! The graph of journeys.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::map::friction::{FrictionPoint, Handoff};
use crate::stats::Proportion;
use crate::time::TimeRange;

/// The graph of journeys: from the start through channels or stages to a conversion or a drop, with
/// counts, probabilities and median times. It also has the drop-off of each step, friction points,
/// and handoffs after which persons leave.
///
/// Successive touches of one step are one visit. An edge counts how often journeys went from
/// one visit to the next; its time is from the first touch of the one to the first touch of the
/// other, or to the conversion. A null journey drops after its last visit. Journeys that the end of
/// observation cuts short may yet convert; they are counted in `censored`, and
/// [`JourneyOptions::with_drop_censored`](crate::journeys::JourneyOptions::with_drop_censored)
/// leaves them out. Intervals and tests are by person, whose journeys, and steps within a journey,
/// resemble each other.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{JourneyMap, Steps};
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
/// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
/// assert_eq!((map.population, map.conversion.rate), (2, Some(0.5)));
/// assert!(map.edge("social", "(drop)").is_some());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyMap {
    /// The range reported.
    pub window: TimeRange,
    /// Number of journeys.
    pub population: u64,
    /// Number of persons, including those whose journeys were all left out.
    pub persons: u64,
    /// Journeys without a conversion that the end of observation cuts short.
    #[serde(rename = "immature")]
    pub censored: u64,
    /// Share of journeys that converted.
    pub conversion: Proportion,
    /// The steps in their order.
    pub steps: Vec<StepFigures>,
    /// The edges by the order of the nodes they leave and reach: the steps, then start, conversion
    /// and drop.
    pub edges: Vec<MapEdge>,
    /// Steps whose journeys convert less often than the average, the greatest loss first.
    pub friction: Vec<FrictionPoint>,
    /// Handoffs after which more persons leave than on average, the greatest excess first.
    #[serde(rename = "hand_overs")]
    pub handoffs: Vec<Handoff>,
}

/// The figures of one step of a map.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{JourneyMap, Steps};
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
/// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
/// let social = map.step("social").expect("both touched it");
/// assert_eq!((social.visits, social.reached.rate), (2, Some(1.0)));
/// assert_eq!(social.drop_off.rate, Some(0.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepFigures {
    /// The channel or stage.
    pub step: String,
    /// Visits to it.
    pub visits: u64,
    /// Persons who visited it.
    pub persons: u64,
    /// Share of all journeys that pass it.
    pub reached: Proportion,
    /// Share of the journeys through it that converted.
    pub conversion: Proportion,
    /// Drop-off: share of the journeys through it that ended there without a conversion.
    pub drop_off: Proportion,
}

/// A node of a map: a step, the start, the conversion or the drop.
///
/// ```
/// use mixtouch::kpi::map::Node;
///
/// assert_eq!(Node::Start.to_string(), "(start)");
/// assert_eq!(Node::Step("search".into()).to_string(), "search");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A channel or stage.
    Step(String),
    /// The start of every journey.
    Start,
    /// The end of a journey that converted.
    Conversion,
    /// The end of a journey without a conversion.
    Drop,
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Step(name) => name,
            Self::Start => "(start)",
            Self::Conversion => "(conversion)",
            Self::Drop => "(drop)",
        })
    }
}

/// An edge of a map: the way from one visit to the next.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{JourneyMap, Steps};
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
/// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
/// let edge = map.edge("social", "search").expect("ann went along it");
/// assert_eq!((edge.persons, edge.taken.rate, edge.median_seconds), (1, Some(0.5), Some(60.0)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MapEdge {
    /// The node left.
    pub from: Node,
    /// The node reached.
    pub to: Node,
    /// Persons who took it.
    pub persons: u64,
    /// How often it was taken, of all times the node `from` was left: the probability of the next
    /// step.
    pub taken: Proportion,
    /// Median time in seconds; none from the start and to the drop. Exact for up to 1,024 passages,
    /// within 3 % for more.
    pub median_seconds: Option<f64>,
}

impl JourneyMap {
    /// The figures of a step, by name.
    pub fn step(&self, name: &str) -> Option<&StepFigures> {
        self.steps.iter().find(|row| row.step == name)
    }

    /// The edge between two nodes, named as shown: a step, `(start)`, `(conversion)` or `(drop)`.
    pub fn edge(&self, from: &str, to: &str) -> Option<&MapEdge> {
        self.edges
            .iter()
            .find(|edge| edge.from.to_string() == from && edge.to.to_string() == to)
    }
}

impl Node {
    pub(crate) fn is_step(&self, name: &str) -> bool {
        matches!(self, Self::Step(step) if step == name)
    }
}
