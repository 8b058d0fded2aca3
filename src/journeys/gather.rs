//! The second half of building, one partition at a time: all rows of each person together, in time order, persons in order.

use super::partition::{Batch, SaleRow, within};
use crate::channel::ChannelId;
use crate::event::Interaction;
use crate::person::PersonTable;

/// The persons of one partition and their rows. Persons with a conversion come first, then by rank; a person's touches stand by
/// time, those of one second as they came.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The persons' codes.
    pub(super) persons: Vec<u64>,
    /// Where each person's touches end.
    pub(super) touch_ends: Vec<u32>,
    pub(super) channels: Vec<ChannelId>,
    pub(super) times: Vec<u32>,
    /// Empty unless some touch has a cost.
    pub(super) costs: Vec<f64>,
    /// Empty unless interactions matter.
    pub(super) interactions: Vec<Option<Interaction>>,
    /// Empty unless journeys are told apart by segment.
    pub(super) segments: Vec<u32>,
    /// Conversions by person, then time.
    pub(super) sales: Vec<SaleRow>,
    /// Where each person's conversions end.
    pub(super) sale_ends: Vec<u32>,
    /// How many persons have a conversion.
    pub(super) converting: usize,
}

pub(super) fn gather(batches: &[Batch], partition: usize, table: &PersonTable) -> Gathered {
    let touches = batches.iter().map(|batch| batch.touches(partition).len()).sum();
    let mut touch_of: Vec<u32> = Vec::with_capacity(touches);
    // Rows are several to a person: a table for a quarter of them grows once more at the most, as logs go.
    let mut directory = Directory { codes: Vec::new(), slots: vec![VACANT; (touches / 4).next_power_of_two().max(64)] };
    for batch in batches {
        touch_of.extend(batch.person[batch.touches(partition)].iter().map(|&person| directory.number(person, table)));
    }
    let rows = batches.iter().flat_map(|batch| batch.sales(partition));
    let mut sales: Vec<(u32, SaleRow)> = rows.map(|sale| (directory.number(sale.person, table), *sale)).collect();

    let mut bought = vec![false; directory.codes.len()];
    for (person, _) in &sales {
        bought[*person as usize] = true;
    }
    let (order, converting) = directory.order(table, &bought);
    let mut place = vec![0u32; order.len()];
    for (at, &person) in order.iter().enumerate() {
        place[person as usize] = at as u32;
    }
    let mut gathered =
        Gathered { persons: order.iter().map(|&person| directory.codes[person as usize]).collect(), converting, ..Gathered::default() };
    for person in &mut touch_of {
        *person = place[*person as usize];
    }
    gathered.scatter_touches(batches, partition, &touch_of);
    for (person, _) in &mut sales {
        *person = place[*person as usize];
    }
    sales.sort_by_key(|&(person, sale)| (person, sale.time));
    gathered.sale_ends = ends(order.len(), sales.iter().map(|&(person, _)| person));
    gathered.sales = sales.into_iter().map(|(_, sale)| sale).collect();
    gathered
}

impl Gathered {
    fn scatter_touches(&mut self, batches: &[Batch], partition: usize, touch_of: &[u32]) {
        self.touch_ends = ends(self.persons.len(), touch_of.iter().copied());
        let mut next = starts(&self.touch_ends);
        self.channels = vec![ChannelId::NONE; touch_of.len()];
        self.times = vec![0; touch_of.len()];
        self.costs = vec![0.0; if batches.iter().any(|batch| !batch.cost.is_empty()) { touch_of.len() } else { 0 }];
        self.interactions = vec![None; if batches.iter().any(|batch| !batch.interaction.is_empty()) { touch_of.len() } else { 0 }];
        self.segments = vec![0; if batches.iter().any(|batch| !batch.segment.is_empty()) { touch_of.len() } else { 0 }];
        let rows = batches.iter().flat_map(|batch| batch.touches(partition).map(move |row| (batch, row)));
        for ((batch, row), &person) in rows.zip(touch_of) {
            let at = next[person as usize] as usize;
            next[person as usize] += 1;
            self.channels[at] = batch.channel[row];
            self.times[at] = batch.time[row];
            if let Some(cost) = self.costs.get_mut(at) {
                *cost = batch.cost.get(row).copied().unwrap_or(0.0);
            }
            if let Some(interaction) = self.interactions.get_mut(at) {
                *interaction = batch.interaction.get(row).copied().flatten();
            }
            if let Some(segment) = self.segments.get_mut(at) {
                *segment = batch.segment.get(row).copied().unwrap_or(0);
            }
        }
        let mut start = 0;
        for person in 0..self.persons.len() {
            let end = self.touch_ends[person] as usize;
            if !self.times[start..end].is_sorted() {
                self.sort_touches(start, end);
            }
            start = end;
        }
    }

    /// Puts the touches of one person in time order; those of one second stay as they came.
    fn sort_touches(&mut self, start: usize, end: usize) {
        let mut order: Vec<usize> = (start..end).collect();
        order.sort_by_key(|&at| self.times[at]);
        reorder(&mut self.channels, start, &order);
        reorder(&mut self.times, start, &order);
        if !self.costs.is_empty() {
            reorder(&mut self.costs, start, &order);
        }
        if !self.interactions.is_empty() {
            reorder(&mut self.interactions, start, &order);
        }
        if !self.segments.is_empty() {
            reorder(&mut self.segments, start, &order);
        }
    }
}

fn reorder<T: Copy>(column: &mut [T], start: usize, order: &[usize]) {
    let moved: Vec<T> = order.iter().map(|&at| column[at]).collect();
    column[start..start + moved.len()].copy_from_slice(&moved);
}

fn ends(persons: usize, rows: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut ends = vec![0u32; persons];
    for person in rows {
        ends[person as usize] += 1;
    }
    let mut end = 0;
    for each in &mut ends {
        end += *each;
        *each = end;
    }
    ends
}

fn starts(ends: &[u32]) -> Vec<u32> {
    std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect()
}

/// Numbers the persons of one partition. Open addressing by the next bits of the rank, so that reading the slots in turn gives
/// the persons almost in order of rank. A slot holds the code beside the number: one line of the cache a look-up, not two.
#[derive(Debug, Default)]
struct Directory {
    codes: Vec<u64>,
    slots: Vec<(u64, u32)>,
}

const VACANT: (u64, u32) = (0, u32::MAX);

impl Directory {
    #[inline]
    fn number(&mut self, code: u64, table: &PersonTable) -> u32 {
        if self.codes.len() * 4 >= self.slots.len() * 3 {
            self.grow(table);
        }
        let slot = self.find(code, table);
        let person = self.slots[slot].1;
        if person != VACANT.1 {
            return person;
        }
        let person = self.codes.len() as u32;
        self.slots[slot] = (code, person);
        self.codes.push(code);
        person
    }

    /// The slot of a person, or the vacant one where the person belongs.
    #[inline]
    fn find(&self, code: u64, table: &PersonTable) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = (within(table.rank(code)) >> (64 - self.slots.len().trailing_zeros())) as usize;
        while self.slots[slot].1 != VACANT.1 && self.slots[slot].0 != code {
            slot = (slot + 1) & last;
        }
        slot
    }

    fn grow(&mut self, table: &PersonTable) {
        self.slots = vec![VACANT; (self.slots.len() * 2).max(64)];
        for (person, &code) in self.codes.iter().enumerate() {
            let slot = self.find(code, table);
            self.slots[slot] = (code, person as u32);
        }
    }

    /// The persons in order - those who bought first, then by rank, equal ranks by key - and how many bought.
    fn order(&self, table: &PersonTable, bought: &[bool]) -> (Vec<u32>, usize) {
        let rank = |person: u32| table.rank(self.codes[person as usize]);
        let mut ranked: Vec<(u64, u32)> =
            self.slots.iter().filter(|slot| slot.1 != VACANT.1).map(|&(_, person)| (rank(person), person)).collect();
        // Insertion sort: all but the few that probing displaced or wrapped around stand right already.
        for at in 1..ranked.len() {
            let mut to = at;
            while to > 0 && precedes(ranked[to], ranked[to - 1], |person| table.key(self.codes[person as usize])) {
                ranked.swap(to, to - 1);
                to -= 1;
            }
        }
        let buyers = ranked.iter().filter(|&&(_, person)| bought[person as usize]);
        let mut order: Vec<u32> = buyers.map(|&(_, person)| person).collect();
        let converting = order.len();
        order.extend(ranked.iter().filter(|&&(_, person)| !bought[person as usize]).map(|&(_, person)| person));
        (order, converting)
    }
}

fn precedes<K: Ord>(left: (u64, u32), right: (u64, u32), key: impl Fn(u32) -> K) -> bool {
    left.0 < right.0 || (left.0 == right.0 && key(left.1) < key(right.1))
}
