//! What a map is made of.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use crate::kpi::map::durations::DurationHistogram;
use crate::kpi::map::edges::{EdgeCounts, Places};
use crate::kpi::map::steps::Steps;

/// Counts behind a [`JourneyMap`](crate::kpi::map::JourneyMap); counts of parts merge to those of
/// the whole. A row of a path table counts with its whole tallies.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::map::{MapCounts, Steps};
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
/// let counts = journeys.accumulate(|| MapCounts::new(steps.clone()))?;
/// let map = counts.report(&journeys, &KpiOptions::default())?;
/// assert_eq!(map.population, 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct MapCounts {
    pub(crate) steps: Steps,
    pub(crate) journeys: u64,
    pub(crate) converted: u64,
    /// Those with a step.
    pub(crate) walked: u64,
    pub(crate) walked_converted: u64,
    pub(crate) persons: u64,
    pub(crate) by_step: Vec<StepCounts>,
    edges: Vec<EdgeCounts>,
    places: Places,
    /// The journey at hand, to tell a step's first visit from the next.
    journey: u64,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    steps: Steps,
    journeys: u64,
    converted: u64,
    walked: u64,
    walked_converted: u64,
    persons: u64,
    by_step: Vec<StepCounts>,
    edges: Vec<EdgeCounts>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct StepCounts {
    pub(crate) visits: u64,
    pub(crate) journeys: u64,
    pub(crate) converted: u64,
    /// Journeys that ended here without a conversion.
    pub(crate) left: u64,
    pub(crate) persons: u64,
    /// The last journey and person counted; 0 is none.
    #[serde(skip)]
    seen: [u64; 2],
}

/// No count read from a file is larger, so that thousands of them add up without overflow.
const MOST: u64 = 1 << 53;

/// Nodes beyond the steps, counted from the number of steps.
pub(crate) const START: usize = 0;
pub(crate) const CONVERSION: usize = 1;
pub(crate) const DROP: usize = 2;

impl From<MapCounts> for Fields {
    fn from(counts: MapCounts) -> Self {
        let edges = counts.sorted_edges();
        let MapCounts {
            steps,
            journeys,
            converted,
            walked,
            walked_converted,
            persons,
            by_step,
            ..
        } = counts;
        Self {
            steps,
            journeys,
            converted,
            walked,
            walked_converted,
            persons,
            by_step,
            edges,
        }
    }
}

impl TryFrom<Fields> for MapCounts {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            steps,
            journeys,
            converted,
            walked,
            walked_converted,
            persons,
            by_step,
            edges,
        } = fields;
        let nodes = steps.names().len() + 3;
        let whole = [
            converted <= journeys,
            walked <= journeys,
            walked_converted <= walked.min(converted),
            journeys.max(persons) <= MOST,
        ];
        let is_part = |step: &StepCounts| {
            let journeys =
                step.converted <= walked_converted.min(step.journeys) && step.journeys <= walked;
            journeys && step.left <= step.journeys && step.visits.max(step.persons) <= MOST
        };
        let is_edge = |edge: &EdgeCounts| {
            edge.left <= edge.count
                && edge.count.max(edge.persons) <= MOST
                && (edge.from.max(edge.to) as usize) < nodes
        };
        let orderly = whole.iter().all(|&holds| holds)
            && by_step.iter().all(is_part)
            && edges.iter().all(is_edge);
        if !orderly || by_step.len() + 3 != nodes {
            return Err(Error::setting(
                "the counts of a map",
                "out of order",
                "counts of its own steps, none above its whole",
            ));
        }
        let mut counts = Self {
            journeys,
            converted,
            walked,
            walked_converted,
            persons,
            by_step,
            ..Self::new(steps)
        };
        edges.into_iter().for_each(|edge| counts.add_edge(edge));
        Ok(counts)
    }
}

impl MapCounts {
    /// Counts of no journey.
    pub fn new(steps: Steps) -> Self {
        let by_step = vec![StepCounts::default(); steps.names().len()];
        Self {
            places: Places::new(by_step.len() + 3),
            steps,
            journeys: 0,
            converted: 0,
            walked: 0,
            walked_converted: 0,
            persons: 0,
            by_step,
            edges: Vec::new(),
            journey: 0,
        }
    }

    /// The edges in order of their ends.
    pub(crate) fn sorted_edges(&self) -> Vec<EdgeCounts> {
        let mut edges = self.edges.clone();
        edges.sort_by_key(|edge| (edge.from, edge.to));
        edges
            .into_iter()
            .map(|edge| EdgeCounts {
                times: edge.times.sorted(),
                ..edge
            })
            .collect()
    }

    #[inline]
    fn edge(&mut self, from: u32, to: u32) -> &mut EdgeCounts {
        let at = self
            .places
            .find(&self.edges, from, to, self.by_step.len() + 3);
        if at == self.edges.len() {
            self.edges.push(EdgeCounts {
                from,
                to,
                count: 0,
                left: 0,
                persons: 0,
                times: DurationHistogram::default(),
                seen: 0,
            });
        }
        &mut self.edges[at]
    }

    fn add_edge(&mut self, other: EdgeCounts) {
        let edge = self.edge(other.from, other.to);
        edge.count += other.count;
        edge.left += other.left;
        edge.persons += other.persons;
        edge.times.merge(other.times);
    }

    /// Goes along an edge `weight` times; `time` is how long each took.
    #[inline]
    fn go(&mut self, from: u32, to: u32, weight: u64, time: Option<u32>) {
        let person = self.persons;
        let edge = self.edge(from, to);
        edge.count += weight;
        edge.persons += u64::from(edge.seen != person);
        edge.seen = person;
        time.into_iter()
            .for_each(|seconds| edge.times.add(seconds, weight));
    }

    fn visit(&mut self, step: usize, weight: u64, converted: u64) {
        let (journey, person) = (self.journey, self.persons);
        let counts = &mut self.by_step[step];
        counts.visits += weight;
        if counts.seen[0] != journey {
            counts.journeys += weight;
            counts.converted += converted;
        }
        counts.persons += u64::from(counts.seen[1] != person);
        counts.seen = [journey, person];
    }

    fn walk(&mut self, journey: Journey<'_>) {
        let (converted, nulls) = (
            journey.outcome().conversions() as u64,
            journey.outcome().nulls() as u64,
        );
        let weight = converted.saturating_add(nulls);
        if weight == 0 {
            return;
        }
        self.journey += 1;
        self.journeys += weight;
        self.converted += converted;
        let beyond = self.by_step.len();
        let node = |which: usize| (beyond + which) as u32;
        let (mut at, mut since, mut last) = (node(START), None, None);
        for (touch, &channel) in journey.channels().iter().enumerate() {
            let step = u32::from(self.steps.number(channel));
            if step == at {
                continue;
            }
            let time = journey.times().get(touch).copied();
            self.go(
                at,
                step,
                weight,
                time.zip(since).map(|(time, since)| time - since),
            );
            self.visit(step as usize, weight, converted);
            (last, at, since) = (Some((at, step)), step, time);
        }
        if last.is_some() {
            self.walked += weight;
            self.walked_converted += converted;
        }
        if converted > 0 {
            self.go(
                at,
                node(CONVERSION),
                converted,
                since.map(|since| journey.close() - since),
            );
        }
        if nulls > 0 {
            self.go(at, node(DROP), nulls, None);
            if let Some((from, to)) = last {
                self.edge(from, to).left += nulls;
                self.by_step[to as usize].left += nulls;
            }
        }
    }
}

impl Accumulator for MapCounts {
    /// A journey on its own is a person of its own.
    fn observe(&mut self, journey: Journey<'_>) {
        self.persons += 1;
        self.walk(journey);
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.persons += 1;
            person
                .journeys()
                .for_each(|(_, journey)| self.walk(journey));
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.steps.same_as(&later.steps)?;
        self.journeys += later.journeys;
        self.converted += later.converted;
        self.walked += later.walked;
        self.walked_converted += later.walked_converted;
        self.persons += later.persons;
        // numbers of journeys and persons go on behind those of both, so that none is taken for one
        // seen before
        self.journey += later.journey;
        for (counts, more) in self.by_step.iter_mut().zip(later.by_step) {
            counts.visits += more.visits;
            counts.journeys += more.journeys;
            counts.converted += more.converted;
            counts.left += more.left;
            counts.persons += more.persons;
        }
        later.edges.into_iter().for_each(|edge| self.add_edge(edge));
        Ok(())
    }
}
