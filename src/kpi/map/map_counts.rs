//! What a map is made of.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use crate::kpi::map::by_person::{EdgeSums, Own, StepSums, WholeSums};
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
/// let map = counts.report(&journeys.counted()?, &KpiOptions::default())?;
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
    pub(crate) sums: WholeSums,
    /// The journey at hand, to tell a step's first visit from the next.
    journey: u64,
    own: Own,
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
    sums: WholeSums,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct StepCounts {
    pub(crate) visits: u64,
    pub(crate) journeys: u64,
    pub(crate) converted: u64,
    /// Journeys that ended here without a conversion.
    pub(crate) left: u64,
    pub(crate) persons: u64,
    pub(crate) sums: StepSums,
    /// The last journey counted; 0 is none.
    #[serde(skip)]
    seen: u64,
    /// Of the person at hand: journeys, converted and left.
    #[serde(skip)]
    own: [u64; 3],
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
            sums,
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
            sums,
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
            sums,
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
            let counted = step.left <= step.journeys && step.visits.max(step.persons) <= MOST;
            journeys && counted && step.sums.is_sound()
        };
        let is_edge = |edge: &EdgeCounts| {
            edge.left <= edge.count
                && edge.count.max(edge.persons) <= MOST
                && (edge.from.max(edge.to) as usize) < nodes
                && edge.sums.is_sound()
        };
        let orderly = whole.iter().all(|&holds| holds)
            && sums.is_sound(nodes)
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
            sums,
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
        let nodes = by_step.len() + 3;
        Self {
            places: Places::new(nodes),
            steps,
            journeys: 0,
            converted: 0,
            walked: 0,
            walked_converted: 0,
            persons: 0,
            by_step,
            edges: Vec::new(),
            sums: WholeSums::new(nodes),
            journey: 0,
            own: Own::new(nodes),
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

    /// The place of an edge, which begins with nothing.
    #[inline]
    fn edge(&mut self, from: u32, to: u32) -> usize {
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
                sums: EdgeSums::default(),
                own: [0; 2],
            });
        }
        at
    }

    fn add_edge(&mut self, other: EdgeCounts) {
        let at = self.edge(other.from, other.to);
        let edge = &mut self.edges[at];
        edge.count += other.count;
        edge.left += other.left;
        edge.persons += other.persons;
        edge.sums.merge(&other.sums);
        edge.times.merge(other.times);
    }

    /// Goes along an edge `weight` > 0 times; `time` is how long each took.
    #[inline]
    fn go(&mut self, from: u32, to: u32, weight: u64, time: Option<u32>) {
        let at = self.edge(from, to);
        let edge = &mut self.edges[at];
        if edge.own[1] == 0 {
            self.own.edges.push(at as u32);
        }
        edge.own[1] += weight;
        time.into_iter()
            .for_each(|seconds| edge.times.add(seconds, weight));
    }

    fn visit(&mut self, step: usize, weight: u64, converted: u64) {
        let counts = &mut self.by_step[step];
        counts.visits += weight;
        if counts.seen != self.journey {
            if counts.own[0] == 0 {
                self.own.steps.push(step as u32);
            }
            counts.own[0] += weight;
            counts.own[1] += converted;
            counts.seen = self.journey;
        }
    }

    /// Counts the person at hand, whose journeys are walked.
    fn finish_person(&mut self) {
        let mut own = std::mem::take(&mut self.own);
        if own.all[1] > 0 {
            self.sums.all.add_counts(own.all[0], own.all[1]);
            self.sums.walked.add_counts(own.walked[0], own.walked[1]);
            self.finish_steps(&own);
            self.finish_edges(&mut own);
        }
        (own.all, own.walked) = ([0; 2], [0; 2]);
        own.steps.clear();
        own.edges.clear();
        self.own = own;
    }

    fn finish_steps(&mut self, own: &Own) {
        for &step in &own.steps {
            let counts = &mut self.by_step[step as usize];
            let numbers = std::mem::take(&mut counts.own);
            counts.journeys += numbers[0];
            counts.converted += numbers[1];
            counts.left += numbers[2];
            counts.persons += 1;
            counts.sums.add_person(numbers, own);
        }
    }

    fn finish_edges(&mut self, own: &mut Own) {
        let (steps, mut handoffs) = (self.by_step.len() as u32, [0; 2]);
        let is_handoff = |edge: &EdgeCounts| edge.from < steps && edge.to < steps;
        for &at in &own.edges {
            let edge = &self.edges[at as usize];
            own.departures[edge.from as usize] += edge.own[1];
            if is_handoff(edge) {
                handoffs = [handoffs[0] + edge.own[0], handoffs[1] + edge.own[1]];
            }
        }
        self.sums.handoffs.add_counts(handoffs[0], handoffs[1]);
        for &at in &own.edges {
            let edge = &mut self.edges[at as usize];
            let numbers = std::mem::take(&mut edge.own);
            edge.left += numbers[0];
            edge.count += numbers[1];
            edge.persons += 1;
            // Other edges need the squares of how often they were taken alone.
            let whole = if is_handoff(edge) { handoffs } else { [0; 2] };
            edge.sums.left.add_person(numbers, whole);
            edge.sums.taken += numbers[1] as f64 * own.departures[edge.from as usize] as f64;
        }
        for &at in &own.edges {
            let from = self.edges[at as usize].from as usize;
            let departures = std::mem::take(&mut own.departures[from]) as f64;
            if departures > 0.0 {
                let node = &mut self.sums.nodes[from];
                node.persons += 1;
                node.squares += departures * departures;
            }
        }
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
        self.own.all = [self.own.all[0] + converted, self.own.all[1] + weight];
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
            self.own.walked = [self.own.walked[0] + converted, self.own.walked[1] + weight];
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
                let edge = self.edge(from, to);
                self.edges[edge].own[0] += nulls;
                self.by_step[to as usize].own[2] += nulls;
            }
        }
    }
}

impl Accumulator for MapCounts {
    /// A journey on its own is a person of its own.
    fn observe(&mut self, journey: Journey<'_>) {
        self.persons += 1;
        self.walk(journey);
        self.finish_person();
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.persons += 1;
            person
                .journeys()
                .for_each(|(_, journey)| self.walk(journey));
            self.finish_person();
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.steps.same_as(&later.steps)?;
        self.journeys += later.journeys;
        self.converted += later.converted;
        self.walked += later.walked;
        self.walked_converted += later.walked_converted;
        self.persons += later.persons;
        // numbers of journeys go on behind those of both, so that none is taken for one seen before
        self.journey += later.journey;
        for (counts, more) in self.by_step.iter_mut().zip(later.by_step) {
            counts.visits += more.visits;
            counts.journeys += more.journeys;
            counts.converted += more.converted;
            counts.left += more.left;
            counts.persons += more.persons;
            counts.sums.merge(&more.sums);
        }
        self.sums.merge(&later.sums);
        later.edges.into_iter().for_each(|edge| self.add_edge(edge));
        Ok(())
    }
}
