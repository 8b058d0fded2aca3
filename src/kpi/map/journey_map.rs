//! The graph of journeys.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kpi::map::friction::{FrictionPoint, Handoff};
use crate::stats::Proportion;
use crate::time::TimeRange;

/// The graph of journeys: from the start over channels or stages to the conversion or the drop,
/// with counts, probabilities and median times; drop-off by step, friction points, and handoffs
/// after which people leave.
///
/// Touches in a row that are of one step are one visit. An edge counts how often journeys went from
/// one visit to the next; its time is from the first touch of the one to the first touch of the
/// other, or to the conversion. A null journey drops behind its last visit; those the log's end
/// cuts short may yet convert, and are counted in `immature`
/// ([`JourneyOptions::with_drop_immature`](crate::journeys::JourneyOptions::with_drop_immature)
/// leaves them out). Rates take journeys as independent.
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
    /// Handoffs after which more people leave than on average, the most first.
    #[serde(rename = "hand_overs")]
    pub handoffs: Vec<Handoff>,
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
    pub(crate) fn is_step(&self, name: &str) -> bool {
        matches!(self, Self::Step(step) if step == name)
    }
}
