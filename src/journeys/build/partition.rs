//! The rows of a batch by partition of persons, as the first stage of building leaves them.
//!
//! ```text
//! rows as they come        ann/so  zoe/se  ann/se  bob/tv  zoe/so  ..
//!                             |       |       |       |       |
//! by partition       offsets  0               2       3               5
//! one column each    person | ann     ann   | bob   | zoe     zoe   | ..
//!                    time   | 9:00    9:20  | 9:30  | 9:10    9:40  | ..
//!                    channel| so      se    | tv    | se      so    | ..
//!                            partition 0     1       2                .. 2,047
//! ```
//!
//! A person's partition is the top bits of the person's rank, so the partitions one after the
//! other, each ordered by rank, give all persons in order. A partition of a 40-million-touch log is
//! some 20,000 rows: small enough to be ordered inside a core's cache, and the unit of parallel
//! work.

use crate::channel::ChannelId;
use crate::event::Interaction;
use crate::journeys::build::codes::PersonCodes;
use std::ops::Range;

const BITS: u32 = 11;
pub(crate) const PARTITIONS: usize = 1 << BITS;

/// The partition of a person of that rank.
#[inline]
pub(crate) fn partition_of(rank: u64) -> usize {
    (rank >> (64 - BITS)) as usize
}

/// The rank without the bits that all of a run of partitions share.
#[inline]
pub(crate) fn within(rank: u64, run: &Range<usize>) -> u64 {
    rank << (BITS - run.len().ilog2())
}

/// Rows that a run of partitions should have at least: with fewer, what a run costs by itself comes
/// to more than its rows do.
const FEW_ROWS: usize = 1 << 11;

/// All partitions of a log of so many rows in runs that are gathered and cut together: one by one
/// in a large log. Their number is a power of two, so that the ranks of a run share their first bits.
pub(super) fn runs(rows: usize) -> impl Iterator<Item = Range<usize>> {
    let least = FEW_ROWS * PARTITIONS / rows.max(1);
    let width = least.next_power_of_two().min(PARTITIONS);
    (0..PARTITIONS)
        .step_by(width)
        .map(move |start| start..start + width)
}

/// The rows of one batch of events, ordered by partition and, inside one, as they came: 10 bytes a
/// touch, 14 where persons' codes lie more than 2^32 apart, 9 more when costs or interactions
/// matter.
#[derive(Debug, Default)]
pub(crate) struct PartitionedRows {
    pub(crate) person: PersonCodes,
    pub(crate) time: Vec<u32>,
    pub(crate) channel: Vec<ChannelId>,
    /// Empty unless some touch of the batch has a cost.
    pub(crate) cost: Vec<f64>,
    /// Empty unless the lookback reads them.
    pub(crate) interaction: Vec<Option<Interaction>>,
    /// Empty unless journeys have segments.
    pub(crate) segment: Vec<u32>,
    /// Empty unless touches keep the texts of chosen columns.
    pub(crate) label: Vec<u32>,
    /// Nanoseconds inside the second; empty unless some row of the batch has a fraction.
    pub(crate) fraction: Vec<u32>,
    pub(crate) offsets: Vec<u32>,
    pub(crate) sales: Vec<SaleRow>,
    pub(crate) sale_offsets: Vec<u32>,
    /// Returns, where journeys are net of them; both empty where there are none.
    pub(crate) returns: Vec<SaleRow>,
    pub(crate) return_offsets: Vec<u32>,
    /// The last second of any row that was read.
    pub(crate) last: Option<u32>,
}

/// A conversion on its way into a journey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SaleRow {
    pub(crate) person: u64,
    pub(crate) time: u32,
    /// Nanoseconds inside the second.
    pub(crate) fraction: u32,
    pub(crate) place: ChannelId,
    pub(crate) goal: u32,
    pub(crate) order: u32,
    pub(crate) segment: u32,
    pub(crate) value: f64,
}

impl PartitionedRows {
    /// How many touches, conversions and returns there are.
    pub(crate) fn len(&self) -> usize {
        self.time.len() + self.sales.len() + self.returns.len()
    }

    /// The touches of a run of partitions.
    pub(crate) fn touches(&self, run: &Range<usize>) -> Range<usize> {
        self.offsets[run.start] as usize..self.offsets[run.end] as usize
    }

    /// The conversions of a run of partitions.
    pub(crate) fn sales(&self, run: &Range<usize>) -> &[SaleRow] {
        &self.sales[self.sale_offsets[run.start] as usize..self.sale_offsets[run.end] as usize]
    }

    /// The returns of a run of partitions.
    pub(crate) fn returns(&self, run: &Range<usize>) -> &[SaleRow] {
        match self.return_offsets.get(run.start..=run.end) {
            Some(bounds) => &self.returns[bounds[0] as usize..bounds[run.len()] as usize],
            None => &[],
        }
    }

    /// All conversions.
    pub(crate) fn all_sales(&self) -> &[SaleRow] {
        &self.sales
    }

    /// All returns.
    pub(crate) fn all_returns(&self) -> &[SaleRow] {
        &self.returns
    }

    /// One batch of the rows of several, which follow each other.
    pub(crate) fn merge(batches: &[Self]) -> Self {
        let touches = || {
            partitions().flat_map(|part| {
                batches
                    .iter()
                    .flat_map(move |batch| batch.touches(&part).map(move |row| (batch, row)))
            })
        };
        let sum = |lengths: &dyn Fn(&Self, &Range<usize>) -> usize| {
            offsets(
                partitions().map(|part| batches.iter().map(|batch| lengths(batch, &part)).sum()),
            )
        };
        let returned = batches.iter().any(|batch| !batch.returns.is_empty());
        Self {
            person: PersonCodes::new(
                touches()
                    .map(|(batch, row)| batch.person.get(row))
                    .collect(),
            ),
            time: touches().map(|(batch, row)| batch.time[row]).collect(),
            channel: touches().map(|(batch, row)| batch.channel[row]).collect(),
            cost: merged(batches, touches(), |batch| &batch.cost, 0.0),
            interaction: merged(batches, touches(), |batch| &batch.interaction, None),
            segment: merged(batches, touches(), |batch| &batch.segment, 0),
            label: merged(batches, touches(), |batch| &batch.label, 0),
            fraction: merged(batches, touches(), |batch| &batch.fraction, 0),
            offsets: sum(&|batch, part| batch.touches(part).len()),
            sales: partitions()
                .flat_map(|part| batches.iter().flat_map(move |batch| batch.sales(&part)))
                .copied()
                .collect(),
            sale_offsets: sum(&|batch, part| batch.sales(part).len()),
            returns: partitions()
                .take(if returned { PARTITIONS } else { 0 })
                .flat_map(|part| batches.iter().flat_map(move |batch| batch.returns(&part)))
                .copied()
                .collect(),
            return_offsets: if returned {
                sum(&|batch, part| batch.returns(part).len())
            } else {
                Vec::new()
            },
            last: batches.iter().filter_map(|batch| batch.last).max(),
        }
    }

    /// Drops the rows before a second.
    pub(crate) fn forget_before(&mut self, from: u32) {
        self.retain(|_, time| time >= from);
    }

    /// Drops a person's rows.
    pub(crate) fn erase(&mut self, person: u64) {
        self.retain(|other, _| other != person);
    }

    /// Keeps the rows whose person and second are to be kept.
    fn retain(&mut self, is_kept: impl Fn(u64, u32) -> bool) {
        let is_kept_sale = |sale: &SaleRow| is_kept(sale.person, sale.time);
        let times = self.time.iter().enumerate();
        let keeps: Vec<bool> = times
            .map(|(row, &time)| is_kept(self.person.get(row), time))
            .collect();
        let counts = |part| self.touches(&part).filter(|&row| keeps[row]).count();
        let kept = offsets(partitions().map(counts));
        let sales = offsets(partitions().map(|part| {
            let sales = self.sales(&part).iter();
            sales.filter(|sale| is_kept_sale(sale)).count()
        }));
        self.retain_returns(is_kept_sale);
        if kept[PARTITIONS] as usize == self.time.len()
            && sales[PARTITIONS] as usize == self.sales.len()
        {
            return;
        }
        self.person = PersonCodes::new(
            (0..keeps.len())
                .filter(|&row| keeps[row])
                .map(|row| self.person.get(row))
                .collect(),
        );
        retain(&mut self.time, &keeps);
        retain(&mut self.channel, &keeps);
        retain(&mut self.cost, &keeps);
        retain(&mut self.interaction, &keeps);
        retain(&mut self.segment, &keeps);
        retain(&mut self.label, &keeps);
        retain(&mut self.fraction, &keeps);
        self.offsets = kept;
        self.sales.retain(is_kept_sale);
        self.sales.shrink_to_fit();
        self.sale_offsets = sales;
    }

    fn retain_returns(&mut self, is_kept: impl Fn(&SaleRow) -> bool) {
        if self.returns.iter().all(&is_kept) {
            return;
        }
        let kept = |part| {
            let returns = self.returns(&part).iter();
            returns.filter(|each| is_kept(each)).count()
        };
        self.return_offsets = offsets(partitions().map(kept));
        self.returns.retain(is_kept);
    }

    /// The codes of all persons, and the orders of all conversions and returns.
    pub(crate) fn persons_and_orders(
        &self,
    ) -> (
        impl Iterator<Item = u64> + '_,
        impl Iterator<Item = u32> + '_,
    ) {
        let touched = (0..self.time.len()).map(|row| self.person.get(row));
        (
            touched.chain(self.named().map(|sale| sale.person)),
            self.named().map(|sale| sale.order),
        )
    }

    /// The rows that name persons and orders.
    fn named(&self) -> impl Iterator<Item = &SaleRow> {
        self.sales.iter().chain(&self.returns)
    }

    /// Gives persons and orders other codes.
    pub(crate) fn recode(&mut self, person: impl Fn(u64) -> u64, order: impl Fn(u32) -> u32) {
        self.person = PersonCodes::new(
            (0..self.time.len())
                .map(|row| person(self.person.get(row)))
                .collect(),
        );
        for sale in self.sales.iter_mut().chain(&mut self.returns) {
            (sale.person, sale.order) = (person(sale.person), order(sale.order));
        }
    }
}

/// All partitions, one by one.
fn partitions() -> impl Iterator<Item = Range<usize>> {
    (0..PARTITIONS).map(|part| part..part + 1)
}

/// The cells of a column in a run of partitions, batch by batch as they came; empty where every
/// batch's is.
pub(super) fn run_column<T: Copy>(
    batches: &[PartitionedRows],
    run: &Range<usize>,
    values: impl Fn(&PartitionedRows) -> &Vec<T>,
    filler: T,
) -> Vec<T> {
    if batches.iter().all(|batch| values(batch).is_empty()) {
        return Vec::new();
    }
    let lengths = batches.iter().map(|batch| batch.touches(run).len());
    let mut all = Vec::with_capacity(lengths.sum());
    for batch in batches {
        let touches = batch.touches(run);
        match values(batch).get(touches.clone()) {
            Some(column) => all.extend_from_slice(column),
            None => all.resize(all.len() + touches.len(), filler),
        }
    }
    all
}

/// A column of several batches, empty where it is in all.
fn merged<'a, T: Copy>(
    batches: &[PartitionedRows],
    rows: impl Iterator<Item = (&'a PartitionedRows, usize)>,
    values: impl Fn(&PartitionedRows) -> &Vec<T>,
    filler: T,
) -> Vec<T> {
    if batches.iter().all(|batch| values(batch).is_empty()) {
        return Vec::new();
    }
    rows.map(|(batch, row)| values(batch).get(row).copied().unwrap_or(filler))
        .collect()
}

fn retain<T: Copy>(column: &mut Vec<T>, keeps: &[bool]) {
    *column = column
        .iter()
        .zip(keeps)
        .filter(|(_, keeps)| **keeps)
        .map(|(value, _)| *value)
        .collect();
}

/// Where each partition starts, and the end of the last one.
pub(crate) fn offsets(counts: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut end = 0;
    std::iter::once(0)
        .chain(counts.map(|count| {
            end += count as u32;
            end
        }))
        .collect()
}
