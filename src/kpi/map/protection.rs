//! The map without what speaks of too few persons.

use crate::kpi::map::friction::Handoff;
use crate::kpi::map::journey_map::{JourneyMap, MapEdge, Node, StepFigures};
use crate::privacy::{Group, MinimumGroup, SmallGroups};

impl JourneyMap {
    /// Leaves out steps, edges and handoffs of too few persons, and the next smallest of the steps,
    /// or of the edges that leave the same node, if one alone could be found by subtraction.
    pub(crate) fn protected(self, minimum: &MinimumGroup) -> Self {
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
        let goes = |handoff: &Handoff| {
            let ends =
                |edge: &MapEdge| edge.from.is_step(&handoff.from) && edge.to.is_step(&handoff.to);
            edges.iter().any(ends)
        };
        let friction = self
            .friction
            .into_iter()
            .filter(|point| is_shown(&point.step))
            .collect();
        let handoffs = self.handoffs.into_iter().filter(goes).collect();
        Self {
            friction,
            handoffs,
            steps,
            edges,
            ..self
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
