//! The map of journeys: where they go, how long it takes, where they end.

mod counts;
mod export;
mod friction;
mod path_counts;
mod path_table;
mod paths;
mod steps;
mod times;

pub use self::counts::MapCounts;
pub use self::friction::{Excess, FrictionPoint, Handoff};
pub use self::path_counts::PathCounts;
pub use self::paths::{FrequentPath, FrequentPaths};
pub use self::steps::{Stage, Steps};
use crate::report::text as table;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::privacy::{Group, MinimumGroup, SmallGroups};
use crate::report::text::{figure, percent};
use crate::stats::difference::p_text;
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::TimeRange;

use crate::kpi::map::counts::{CONVERSION, DROP, EdgeCounts, START};

/// The graph of journeys: from the start over channels or stages to the conversion or the drop,
/// with counts, probabilities and median times; drop-off by step, friction points, and hand-overs
/// after which people leave.
///
/// Touches in a row that are of one step are one visit. An edge counts how often journeys went from
/// one visit to the next; its time is from the first touch of the one to the first touch of the
/// other, or to the conversion. A null journey drops behind its last visit; those the log's end
/// cuts short may yet convert, and are counted in `immature`
/// ([`JourneyOptions::with_drop_immature`](crate::journeys::JourneyOptions::with_drop_immature) leaves them
/// out). Rates take journeys as independent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyMap {
    /// The time reported.
    pub window: TimeRange,
    /// Journeys.
    pub population: u64,
    /// Persons whose journeys they are, those whose journeys were all left out included.
    pub persons: u64,
    /// Journeys without a conversion that the log's end cuts short.
    pub immature: u64,
    /// Journeys that converted.
    pub conversion: Proportion,
    /// The steps in their order.
    pub steps: Vec<StepFigures>,
    /// The edges by the order of the nodes they leave and reach: the steps, then start, conversion
    /// and drop.
    pub edges: Vec<MapEdge>,
    /// Steps that lose conversions against the average, the greatest loss first.
    pub friction: Vec<FrictionPoint>,
    /// Hand-overs after which more people leave than on average, the most first.
    pub hand_overs: Vec<Handoff>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepFigures {
    /// The channel or stage.
    pub step: String,
    /// Visits.
    pub visits: u64,
    /// Persons who visited it.
    pub persons: u64,
    /// Journeys through it, of all.
    pub reached: Proportion,
    /// Of the journeys through it, those that converted.
    pub conversion: Proportion,
    /// Drop-off: of the journeys through it, those that ended there without a conversion.
    pub drop_off: Proportion,
}

/// An end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A channel or stage.
    Step(String),
    /// Where every journey begins.
    Start,
    /// Where it ends in a conversion.
    Conversion,
    /// Where it ends without one.
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

/// An edge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MapEdge {
    /// Where it begins.
    pub from: Node,
    /// Where it ends.
    pub to: Node,
    /// Persons who went along it.
    pub persons: u64,
    /// How often it was taken, of all times its beginning was left: the probability of the next
    /// step.
    pub taken: Proportion,
    /// The median of seconds; none from the start and to the drop. Exact up to 1,024 times, within
    /// 3 % beyond.
    pub median_seconds: Option<f64>,
}

impl JourneyMap {
    /// The map of these journeys.
    ///
    /// ```
    /// use mixtouch::kpi::map::{JourneyMap, Steps};
    /// use mixtouch::stats::ConfidenceLevel;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800))?;
    /// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let map = JourneyMap::of(&journeys, &Steps::channels(journeys.channels()), ConfidenceLevel::default())?;
    /// let edge = map.edge("social", "search").expect("ann went along it");
    /// assert_eq!((edge.taken.rate, edge.median_seconds), (Some(0.5), Some(100.0)));
    /// assert!(map.to_dot(1).starts_with("digraph"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Steps of other channels; journeys without persons and times, as those of a path table, or
    /// without any touch or conversion.
    pub fn of(journeys: &Journeys, steps: &Steps, level: ConfidenceLevel) -> Result<Self> {
        journeys.observed_range()?;
        steps.check(journeys.channels())?;
        journeys
            .accumulate(|| MapCounts::new(steps.clone()))?
            .report(journeys, level)
    }

    /// The same without steps, edges and hand-overs of fewer persons than may be shown. With a
    /// small one the next smallest of the steps, or of the edges that leave the same node, is left
    /// out where it alone could be had by subtraction.
    pub fn protected(self, minimum: &MinimumGroup) -> Self {
        let minimum = minimum.with_small(SmallGroups::Suppress);
        let steps = minimum
            .apply(self.steps.into_iter().map(|row| (row.step.clone(), row)))
            .groups;
        let steps: Vec<StepFigures> = steps.into_iter().map(|(_, row)| row).collect();
        let is_shown = |name: &str| steps.iter().any(|row| row.step == name);
        let has = |node: &Node| {
            if let Node::Step(name) = node {
                is_shown(name)
            } else {
                true
            }
        };
        let leaving = self.edges.chunk_by(|left, right| left.from == right.from);
        let shown = leaving.flat_map(|edges| {
            minimum
                .apply(edges.iter().map(|edge| (edge.to.to_string(), edge.clone())))
                .groups
        });
        let edges: Vec<MapEdge> = shown
            .map(|(_, edge)| edge)
            .filter(|edge| has(&edge.from) && has(&edge.to))
            .collect();
        let goes = |hand_over: &Handoff| {
            let ends = |edge: &MapEdge| {
                edge.from.is_step(&hand_over.from) && edge.to.is_step(&hand_over.to)
            };
            edges.iter().any(ends)
        };
        let friction = self
            .friction
            .into_iter()
            .filter(|point| is_shown(&point.step))
            .collect();
        let hand_overs = self.hand_overs.into_iter().filter(goes).collect();
        Self {
            friction,
            hand_overs,
            steps,
            edges,
            ..self
        }
    }

    /// A step's figures.
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
    fn is_step(&self, name: &str) -> bool {
        matches!(self, Self::Step(step) if step == name)
    }
}

impl MapCounts {
    /// The map of the journeys counted, which are these.
    ///
    /// # Errors
    /// Journeys without persons and times; other channels.
    pub fn report(&self, journeys: &Journeys, level: ConfidenceLevel) -> Result<JourneyMap> {
        self.steps.check(journeys.channels())?;
        let step = |(name, counts): (&String, &crate::kpi::map::counts::StepCounts)| StepFigures {
            step: name.clone(),
            visits: counts.visits,
            persons: counts.persons,
            reached: Proportion::from_counts(counts.journeys, self.journeys, level),
            conversion: Proportion::from_counts(counts.converted, counts.journeys, level),
            drop_off: Proportion::from_counts(counts.left, counts.journeys, level),
        };
        Ok(JourneyMap {
            window: journeys.observed_range()?,
            population: self.journeys,
            persons: self.persons,
            immature: journeys.immature(),
            conversion: Proportion::from_counts(self.converted, self.journeys, level),
            steps: self
                .steps
                .names()
                .iter()
                .zip(&self.by_step)
                .map(step)
                .collect(),
            edges: self.edges(level),
            friction: crate::kpi::map::friction::friction(self, level)?,
            hand_overs: crate::kpi::map::friction::hand_overs(self, level)?,
        })
    }

    fn edges(&self, level: ConfidenceLevel) -> Vec<MapEdge> {
        let edges = self.sorted_edges();
        let leaving = edges.chunk_by(|left, right| left.from == right.from);
        let of = |edges: &[EdgeCounts]| {
            let all = edges.iter().map(|edge| edge.count).sum();
            let edge = |edge: &EdgeCounts| MapEdge {
                from: self.node(edge.from),
                to: self.node(edge.to),
                persons: edge.persons,
                taken: Proportion::from_counts(edge.count, all, level),
                median_seconds: edge.times.median(),
            };
            edges.iter().map(edge).collect::<Vec<_>>()
        };
        leaving.flat_map(of).collect()
    }

    fn node(&self, number: u32) -> Node {
        let names = self.steps.names();
        match (number as usize).checked_sub(names.len()) {
            None => Node::Step(names[number as usize].clone()),
            Some(START) => Node::Start,
            Some(CONVERSION) => Node::Conversion,
            Some(DROP) => Node::Drop,
            Some(_) => unreachable!("there are three nodes beyond the steps"),
        }
    }
}

impl Group for StepFigures {
    fn persons(&self) -> u64 {
        self.persons
    }

    /// Steps are left out rather than shown together: what they share would count twice.
    fn merge(&mut self, other: Self) {
        self.persons += other.persons;
    }
}

impl Group for MapEdge {
    fn persons(&self) -> u64 {
        self.persons
    }

    /// Edges are left out rather than shown together.
    fn merge(&mut self, other: Self) {
        self.persons += other.persons;
    }
}

impl fmt::Display for JourneyMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "journey map, {}: {} journeys, {} of them immature",
            self.window, self.population, self.immature
        )?;
        writeln!(f, "  converted {}", self.conversion)?;
        let rates = |rates: &[&Proportion]| {
            rates
                .iter()
                .map(|rate| percent(rate.rate))
                .collect::<Vec<_>>()
        };
        let row = |row: &StepFigures| {
            [
                vec![row.step.clone(), row.visits.to_string()],
                rates(&[&row.reached, &row.conversion, &row.drop_off]),
            ]
            .concat()
        };
        table::write(
            f,
            &["step", "visits", "reached", "converted", "dropped"],
            self.steps.iter().map(row),
        )?;
        let row = |edge: &MapEdge| {
            let hours = figure(edge.median_seconds.map(|seconds| seconds / 3600.0), 1);
            vec![
                format!("{} > {}", edge.from, edge.to),
                edge.taken.count.to_string(),
                percent(edge.taken.rate),
                hours,
            ]
        };
        table::write(
            f,
            &["edge", "count", "share", "median hours"],
            self.edges.iter().map(row),
        )?;
        let row = |name: String, rate: &Proportion, excess: &Excess| {
            let ends = excess.interval.map_or_else(
                || "-".to_owned(),
                |ends| format!("{:.1} to {:.1}", ends.low(), ends.high()),
            );
            vec![
                name,
                percent(rate.rate),
                figure(Some(excess.count), 1),
                ends,
                excess
                    .adjusted_p_value
                    .map_or_else(|| "-".to_owned(), p_text),
            ]
        };
        let friction = self
            .friction
            .iter()
            .map(|point| row(point.step.clone(), &point.conversion, &point.lost))
            .collect();
        let hand_overs = self.hand_overs.iter().map(|point| {
            row(
                format!("{} > {}", point.from, point.to),
                &point.left,
                &point.excess,
            )
        });
        let tables: [(_, Vec<_>); 2] = [
            (["friction", "converted", "lost"], friction),
            (["hand-over", "left", "excess"], hand_overs.collect()),
        ];
        let mut shown = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
        shown.try_for_each(|(heading, rows)| {
            table::write(
                f,
                &[&heading[..], &["interval", "of all tests"]].concat(),
                rows,
            )
        })
    }
}
