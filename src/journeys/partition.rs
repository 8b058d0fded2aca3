//! The first half of building: rows are spread over partitions as they come in.
//!
//! A person's partition is the top bits of the person's rank, so the partitions one after the other, each ordered by rank, give
//! all persons in order. A partition of a 40-million-touch log is some 40,000 rows: small enough to be ordered inside a core's
//! cache, and the unit of parallel work.

use super::options::JourneyOptions;
use crate::channel::ChannelId;
use crate::event::{Events, Interaction, Kind, recode_channel, recode_person, recode_text};
use crate::person::PersonTable;
use std::ops::Range;

const BITS: u32 = 10;
pub(super) const PARTITIONS: usize = 1 << BITS;

/// The partition of a person of that rank.
#[inline]
pub(super) fn partition_of(rank: u64) -> usize {
    (rank >> (64 - BITS)) as usize
}

/// The rank without the bits that all of a partition share.
#[inline]
pub(super) fn within(rank: u64) -> u64 {
    rank << BITS
}

/// The rows of one batch of events, ordered by partition and, inside one, as they came: 14 bytes a touch, 9 more when costs or
/// interactions matter.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) person: Vec<u64>,
    pub(super) time: Vec<u32>,
    pub(super) channel: Vec<ChannelId>,
    /// Empty unless some touch of the batch has a cost.
    pub(super) cost: Vec<f64>,
    /// Empty unless the lookback reads them.
    pub(super) interaction: Vec<Option<Interaction>>,
    /// Empty unless journeys are told apart by segment.
    pub(super) segment: Vec<u32>,
    offsets: Vec<u32>,
    sales: Vec<SaleRow>,
    sale_offsets: Vec<u32>,
    /// The last second of any row that was read.
    pub(super) last: Option<u32>,
}

/// A conversion on its way into a journey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SaleRow {
    pub(super) person: u64,
    pub(super) time: u32,
    pub(super) place: ChannelId,
    pub(super) goal: u32,
    pub(super) order: u32,
    pub(super) segment: u32,
    pub(super) value: f64,
}

/// Where the texts of a batch went in the builder's tables.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) people: Vec<u64>,
    pub(super) channels: Vec<ChannelId>,
    pub(super) places: Vec<ChannelId>,
    pub(super) goals: Vec<u32>,
    pub(super) orders: Vec<u32>,
    /// Where the segment column stands in the batch, and where its texts went.
    pub(super) segment: Option<(usize, Vec<u32>)>,
}

/// What to do with the rows of a batch.
pub(super) struct Recoding<'a> {
    pub(super) texts: Texts,
    pub(super) table: &'a PersonTable,
    pub(super) options: &'a JourneyOptions,
}

impl Recoding<'_> {
    /// The segment a row states, 0 where none is asked for.
    fn segment(&self, events: &Events, row: usize) -> u32 {
        self.texts.segment.as_ref().map_or(0, |(column, codes)| codes[events.columns[*column].codes[row] as usize])
    }
}

impl Batch {
    /// The touches of one partition.
    pub(super) fn touches(&self, partition: usize) -> Range<usize> {
        self.offsets[partition] as usize..self.offsets[partition + 1] as usize
    }

    /// The conversions of one partition.
    pub(super) fn sales(&self, partition: usize) -> &[SaleRow] {
        &self.sales[self.sale_offsets[partition] as usize..self.sale_offsets[partition + 1] as usize]
    }

    pub(super) fn new(events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) -> Self {
        let last = last_second(events, rows.clone(), recoding.options);
        let mut batch = Self { last, ..Self::default() };
        batch.spread_sales(events, rows.clone(), recoding);
        batch.spread_touches(events, rows, recoding);
        batch
    }

    fn spread_touches(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let period = &recoding.options.period;
        let is_touch = |row: usize| events.kind[row].0 == Kind::Touch && period.reads(events.time[row]);
        let person = |row: usize| recode_person(&recoding.texts.people, events.person[row]);
        let homes: Vec<u16> = rows
            .clone()
            .map(|row| if is_touch(row) { partition_of(recoding.table.rank(person(row))) as u16 } else { PARTITIONS as u16 })
            .collect();
        let (offsets, mut next) = counted(homes.iter().map(|&home| home as usize));
        let total = offsets[PARTITIONS] as usize;
        self.offsets = offsets;
        self.person = vec![0; total];
        self.time = vec![0; total];
        self.channel = vec![ChannelId::NONE; total];
        let priced = !events.cost.is_empty()
            && rows.clone().zip(&homes).any(|(row, &home)| usize::from(home) < PARTITIONS && events.cost[row] > 0.0);
        self.cost = vec![0.0; if priced { total } else { 0 }];
        let interactions = recoding.options.lookback.reads_interactions() || recoding.options.deduplicate;
        self.interaction = vec![None; if interactions { total } else { 0 }];
        self.segment = vec![0; if recoding.texts.segment.is_some() { total } else { 0 }];
        for (row, &home) in rows.zip(&homes) {
            if home as usize == PARTITIONS {
                continue;
            }
            let at = next[home as usize] as usize;
            next[home as usize] += 1;
            self.person[at] = person(row);
            self.time[at] = events.time[row];
            self.channel[at] = recode_channel(&recoding.texts.channels, events.channel[row]);
            if let Some(cost) = self.cost.get_mut(at) {
                *cost = events.cost[row];
            }
            if let Some(interaction) = self.interaction.get_mut(at) {
                *interaction = events.kind[row].1;
            }
            if let Some(segment) = self.segment.get_mut(at) {
                *segment = recoding.segment(events, row);
            }
        }
    }

    fn spread_sales(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let goal = recoding.options.goal.as_deref().map(|goal| events.goals.find(goal));
        let counts = |sale: &&crate::event::Sale| {
            recoding.options.period.reads(events.time[sale.row]) && goal.is_none_or(|goal| goal == Some(sale.goal))
        };
        let first = events.sales.partition_point(|sale| sale.row < rows.start);
        self.sales = events.sales[first..]
            .iter()
            .take_while(|sale| sale.row < rows.end)
            .filter(counts)
            .map(|sale| SaleRow {
                person: recode_person(&recoding.texts.people, events.person[sale.row]),
                time: events.time[sale.row],
                place: recode_channel(&recoding.texts.places, events.channel[sale.row]),
                goal: recode_text(&recoding.texts.goals, sale.goal),
                order: recode_text(&recoding.texts.orders, sale.order),
                segment: recoding.segment(events, sale.row),
                value: sale.value,
            })
            .collect();
        let home = |sale: &SaleRow| partition_of(recoding.table.rank(sale.person));
        let (offsets, _) = counted(self.sales.iter().map(home));
        self.sale_offsets = offsets;
        self.sales.sort_by_key(home);
    }
}

/// The last second of any row that is read. Rows of the kinds that only KPIs use do not prolong the observation.
fn last_second(events: &Events, rows: Range<usize>, options: &JourneyOptions) -> Option<u32> {
    let reads = |time: &u32| options.period.reads(*time);
    if events.others.is_empty() {
        return events.time[rows].iter().copied().filter(reads).max();
    }
    rows.filter(|&row| events.kind[row].0.is_used()).map(|row| events.time[row]).filter(reads).max()
}

/// How many rows each partition has, as offsets; rows numbered `PARTITIONS` are left out. The second copy is for filling.
fn counted(homes: impl Iterator<Item = usize>) -> (Vec<u32>, Vec<u32>) {
    let mut counts = vec![0u32; PARTITIONS + 1];
    for home in homes {
        counts[home] += 1;
    }
    let mut offsets = vec![0u32; PARTITIONS + 1];
    for partition in 0..PARTITIONS {
        offsets[partition + 1] = offsets[partition] + counts[partition];
    }
    let next = offsets.clone();
    (offsets, next)
}
