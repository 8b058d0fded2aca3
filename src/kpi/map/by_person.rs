//! Sums over persons behind the intervals of a map: a person's journeys resemble each other.

use serde::{Deserialize, Serialize};

use crate::stats::RatioSums;

/// What a person has of a part and of the whole: how many counted, and of how many.
pub(super) type Pair = [u64; 2];

/// Sums over persons of the squares and products of their numbers in a part, y of m, and of those
/// with their numbers in the whole, Y of M.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartSums {
    yy: f64,
    ym: f64,
    mm: f64,
    y_whole: [f64; 2],
    m_whole: [f64; 2],
}

impl PartSums {
    pub(super) fn add_person(&mut self, [y, m]: Pair, whole: Pair) {
        let [y, m] = [y as f64, m as f64];
        let whole = whole.map(|number| number as f64);
        self.yy += y * y;
        self.ym += y * m;
        self.mm += m * m;
        self.y_whole = [
            self.y_whole[0] + y * whole[0],
            self.y_whole[1] + y * whole[1],
        ];
        self.m_whole = [
            self.m_whole[0] + m * whole[0],
            self.m_whole[1] + m * whole[1],
        ];
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.yy += other.yy;
        self.ym += other.ym;
        self.mm += other.mm;
        for at in 0..2 {
            self.y_whole[at] += other.y_whole[at];
            self.m_whole[at] += other.m_whole[at];
        }
    }

    pub(super) fn is_sound(&self) -> bool {
        let products = [self.yy, self.ym, self.mm];
        let with_whole = self.y_whole.iter().chain(&self.m_whole);
        products.iter().chain(with_whole).all(|&sum| is_sound(sum))
    }

    /// The sums by person of the part's own rate.
    pub(crate) fn own(&self, persons: u64, [y, m]: Pair) -> RatioSums {
        RatioSums::from_sums(persons, [y as f64, m as f64], [self.yy, self.ym, self.mm])
    }

    /// How many times as large the variance of the part's rate less the rest's is, by person, as it
    /// would be of independent events; 1 or more.
    pub(crate) fn design_effect(&self, [y, m]: Pair, whole: &RatioSums) -> f64 {
        let (whole_y, whole_m) = whole.totals();
        let (y, m, persons) = (y as f64, m as f64, whole.persons() as f64);
        let rest = whole_m - m;
        if whole.is_one_each() || m <= 0.0 || rest <= 0.0 || persons < 2.0 {
            return 1.0;
        }
        let (rate, other) = (y / m, (whole_y - y) / rest);
        let independent = rate * (1.0 - rate) / m + other * (1.0 - other) / rest;
        if independent <= 0.0 {
            return (whole_m / persons).max(1.0);
        }
        // A person's part of the difference is a y - b m - c Y + d M.
        let (a, b) = (1.0 / m + 1.0 / rest, rate / m + other / rest);
        let (c, d) = (1.0 / rest, other / rest);
        let [yy, ym, mm] = whole.squares();
        let own = a * a * self.yy - 2.0 * a * b * self.ym + b * b * self.mm;
        let crossed = a * (d * self.y_whole[1] - c * self.y_whole[0])
            + b * (c * self.m_whole[0] - d * self.m_whole[1]);
        let of_whole = c * c * yy - 2.0 * c * d * ym + d * d * mm;
        let variance = persons / (persons - 1.0) * (own + 2.0 * crossed + of_whole);
        (variance / independent).max(1.0)
    }
}

/// Whether a sum read from a file can be one of squares.
fn is_sound(sum: f64) -> bool {
    sum.is_finite() && sum >= 0.0
}

/// Sums over the persons who visited a step.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepSums {
    /// Converted journeys of those through the step, in those with any step.
    pub(super) converted: PartSums,
    /// Squares of a person's journeys that ended here, and products with those through the step.
    pub(super) left: [f64; 2],
    /// Products of a person's journeys through the step and all journeys.
    pub(super) reached: f64,
}

impl StepSums {
    /// A person with journeys, converted ones and ones left at the step.
    pub(super) fn add_person(&mut self, [journeys, converted, left]: [u64; 3], own: &Own) {
        self.converted.add_person([converted, journeys], own.walked);
        let (journeys, left) = (journeys as f64, left as f64);
        self.left = [self.left[0] + left * left, self.left[1] + left * journeys];
        self.reached += journeys * own.all[1] as f64;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.converted.merge(&other.converted);
        self.left = [self.left[0] + other.left[0], self.left[1] + other.left[1]];
        self.reached += other.reached;
    }

    pub(super) fn is_sound(&self) -> bool {
        self.converted.is_sound()
            && self
                .left
                .iter()
                .chain([&self.reached])
                .all(|&sum| is_sound(sum))
    }

    /// Of the journeys through the step that ended there, with their numbers.
    pub(crate) fn drop_off(&self, persons: u64, [left, journeys]: Pair) -> RatioSums {
        let [squares, products] = self.left;
        let totals = [left as f64, journeys as f64];
        RatioSums::from_sums(persons, totals, [squares, products, self.converted.mm])
    }

    /// Of the journeys through the step among all.
    pub(crate) fn reached(&self, journeys: u64, all: &RatioSums) -> RatioSums {
        let squares = [self.converted.mm, self.reached, all.squares()[2]];
        RatioSums::from_sums(all.persons(), [journeys as f64, all.totals().1], squares)
    }
}

/// Sums over the persons who took an edge.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EdgeSums {
    /// Journeys that ended after the edge, in all handoffs.
    pub(super) left: PartSums,
    /// Products of how often a person took the edge and left the node it begins at.
    pub(super) taken: f64,
}

impl EdgeSums {
    pub(super) fn merge(&mut self, other: &Self) {
        self.left.merge(&other.left);
        self.taken += other.taken;
    }

    pub(super) fn is_sound(&self) -> bool {
        self.left.is_sound() && is_sound(self.taken)
    }

    /// Of how often the edge was taken among all times its node was left.
    pub(crate) fn taken(&self, count: u64, all: u64, node: &NodeSums) -> RatioSums {
        let squares = [self.left.mm, self.taken, node.squares];
        RatioSums::from_sums(node.persons, [count as f64, all as f64], squares)
    }
}

/// Over the persons who left a node.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NodeSums {
    pub(super) persons: u64,
    /// Squares of how often each left it.
    pub(super) squares: f64,
}

/// Sums by person over the whole map.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WholeSums {
    /// Converted of all journeys, and of those with a step.
    pub(crate) all: RatioSums,
    pub(crate) walked: RatioSums,
    /// Left without a conversion of all handoffs from one step to another.
    pub(crate) handoffs: RatioSums,
    /// By node.
    pub(crate) nodes: Vec<NodeSums>,
}

impl WholeSums {
    pub(super) fn new(nodes: usize) -> Self {
        let none = RatioSums::default();
        Self {
            all: none,
            walked: none,
            handoffs: none,
            nodes: vec![NodeSums::default(); nodes],
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        self.walked.merge(&other.walked);
        self.handoffs.merge(&other.handoffs);
        for (node, more) in self.nodes.iter_mut().zip(&other.nodes) {
            node.persons += more.persons;
            node.squares += more.squares;
        }
    }

    pub(super) fn is_sound(&self, nodes: usize) -> bool {
        self.nodes.len() == nodes && self.nodes.iter().all(|node| is_sound(node.squares))
    }
}

/// The person at hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    /// Journeys, and those with a step: how many converted, and how many there are.
    pub(super) all: Pair,
    pub(super) walked: Pair,
    /// The steps and edges that the person has something of, by number.
    pub(super) steps: Vec<u32>,
    pub(super) edges: Vec<u32>,
    /// By node, how often the person left it.
    pub(super) departures: Vec<u64>,
}

impl Own {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            departures: vec![0; nodes],
            ..Self::default()
        }
    }
}
