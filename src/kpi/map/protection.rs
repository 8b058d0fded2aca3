//! The map without what speaks of too few persons.

use std::collections::{HashMap, HashSet};

use crate::kpi::map::friction::Handoff;
use crate::kpi::map::journey_map::{JourneyMap, MapEdge, Node, StepFigures};
use crate::privacy::{Group, MinimumGroup, SmallGroups};

impl JourneyMap {
    /// Leaves out steps, edges and handoffs of too few persons. Where the steps left out, or the
    /// edges left out that leave the same node or reach it, are of too few persons together, the
    /// smallest of the others joins them.
    pub(crate) fn protected(self, minimum: &MinimumGroup) -> Self {
        let steps = minimum
            .with_small(SmallGroups::Suppress)
            .apply(self.steps.into_iter().map(|row| (row.step.clone(), row)))
            .groups;
        let steps: Vec<StepFigures> = steps.into_iter().map(|(_, row)| row).collect();
        let names: HashSet<&str> = steps.iter().map(|row| row.step.as_str()).collect();
        let has = |node: &Node| match node {
            Node::Step(name) => names.contains(name.as_str()),
            _ => true,
        };
        let edges = shown_edges(self.edges, minimum, has);
        let goes = |handoff: &Handoff| {
            let ends =
                |edge: &MapEdge| edge.from.is_step(&handoff.from) && edge.to.is_step(&handoff.to);
            edges.iter().any(ends)
        };
        let friction = self.friction.into_iter();
        let friction = friction
            .filter(|point| names.contains(point.step.as_str()))
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

/// The edges of enough persons between nodes that are shown, without those that would give one of
/// the others away.
fn shown_edges(
    edges: Vec<MapEdge>,
    minimum: &MinimumGroup,
    has: impl Fn(&Node) -> bool,
) -> Vec<MapEdge> {
    let is_shown =
        |edge: &MapEdge| minimum.allows(edge.persons) && has(&edge.from) && has(&edge.to);
    let mut shown: Vec<bool> = edges.iter().map(is_shown).collect();
    loop {
        let leaving = give_away(&edges, &shown, minimum, |edge| &edge.from);
        leaving.iter().for_each(|&at| shown[at] = false);
        let reaching = give_away(&edges, &shown, minimum, |edge| &edge.to);
        reaching.iter().for_each(|&at| shown[at] = false);
        if leaving.is_empty() && reaching.is_empty() {
            break;
        }
    }
    let kept = edges.into_iter().zip(shown).filter(|(_, shown)| *shown);
    kept.map(|(edge, _)| edge).collect()
}

/// Of each node whose hidden edges are of too few persons, the smallest shown edge. A person may
/// have taken several edges, so that together they are of as many as the largest, at least.
fn give_away<'e>(
    edges: &'e [MapEdge],
    shown: &[bool],
    minimum: &MinimumGroup,
    node: impl Fn(&'e MapEdge) -> &'e Node,
) -> Vec<usize> {
    let mut nodes: HashMap<&Node, (u64, Option<usize>)> = HashMap::new();
    for (at, edge) in edges.iter().enumerate() {
        let (hidden, smallest) = nodes.entry(node(edge)).or_default();
        if !shown[at] {
            *hidden = edge.persons.max(*hidden);
        } else if smallest.is_none_or(|other| edge.persons < edges[other].persons) {
            *smallest = Some(at);
        }
    }
    let few = nodes.into_values();
    few.filter(|&(hidden, _)| !minimum.allows(hidden))
        .filter_map(|(_, smallest)| smallest)
        .collect()
}

impl Group for StepFigures {
    fn persons(&self) -> u64 {
        self.persons
    }

    /// Steps are left out rather than shown together: what they share would count twice.
    fn merge(&mut self, other: Self) {
        self.persons += other.persons;
    }

    /// A person may have visited all of them.
    fn persons_together(groups: &[&Self]) -> u64 {
        let persons = groups.iter().map(|group| group.persons);
        persons.max().unwrap_or(0)
    }
}
