//! The segment of each journey and each person.

use crate::channel::ChannelId;
use crate::util::interner::Interner;
use std::collections::BTreeMap;
use std::ops::Range;

/// Which segment each journey and each person belongs to.
#[derive(Debug, Clone)]
pub(in crate::journeys) struct Segments {
    pub(in crate::journeys) names: Vec<String>,
    pub(in crate::journeys) by_journey: Vec<u32>,
    pub(in crate::journeys) by_person: Vec<u32>,
    /// Cost of touches by segment and channel, over the period.
    pub(in crate::journeys) costs: BTreeMap<(u32, ChannelId), f64>,
}

impl Segments {
    /// From codes in order of first appearance to ranks by name, so that the order of rows does not
    /// matter.
    pub(in crate::journeys) fn new(
        texts: &Interner,
        mut by_journey: Vec<u32>,
        mut by_person: Vec<u32>,
        costs: BTreeMap<(u32, ChannelId), f64>,
    ) -> Self {
        let mut names: Vec<String> = texts.iter().map(str::to_owned).collect();
        names.sort_unstable();
        let rank = |text: &str| names.partition_point(|name| name.as_str() < text) as u32;
        let ranks: Vec<u32> = texts.iter().map(rank).collect();
        by_journey
            .iter_mut()
            .chain(&mut by_person)
            .for_each(|code| *code = ranks[*code as usize]);
        Self {
            names,
            by_journey,
            by_person,
            costs: costs
                .into_iter()
                .map(|((code, channel), cost)| ((ranks[code as usize], channel), cost))
                .collect(),
        }
    }

    /// Removes a person and the person's journeys.
    pub(in crate::journeys) fn remove(&mut self, person: usize, journeys: Range<usize>) {
        self.by_person.remove(person);
        self.by_journey.drain(journeys);
    }
}
