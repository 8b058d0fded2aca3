//! The second stage of building, one partition at a time: all rows of each person together, in time
//! order, persons in order.
//!
//! ```text
//! batches of one partition   [bob ann zoe ann] [zoe bob ann ..]
//!   counting sort by rank    [ann ann ann | bob bob | zoe zoe]    touches
//!                            [ann         |         | zoe    ]    conversions
//! persons who converted in the period first, by number of touches:
//!   persons                  zoe      ann           bob
//!   touches                  t t      t t t         t t
//!   touch_ends                  2           5          7
//!   converting = 2
//! ```

use crate::channel::ChannelId;
use crate::event::Interaction;
use crate::event::person::PersonTable;
use crate::journeys::build::codes::by_person;
use crate::journeys::build::counts::RowCounts;
use crate::journeys::build::fractions;
use crate::journeys::build::orders::Orders;
use crate::journeys::build::partition::{PartitionedRows, SaleRow, partition_column, within};
use crate::journeys::build::touch::Touch;
use crate::journeys::options::JourneyOptions;
use std::ops::Range;

/// The persons of one partition and their rows. Persons with a conversion in the period come first,
/// by number of touches and rank; then the others by rank. A person's touches stand by time, those
/// of one second as they came.
#[derive(Debug, Default)]
pub(crate) struct PersonRows {
    /// The persons' codes.
    pub(crate) persons: Vec<u64>,
    /// Where each person's touches end.
    pub(crate) touch_ends: Vec<u32>,
    pub(crate) channels: Vec<ChannelId>,
    pub(crate) times: Vec<u32>,
    /// Empty unless some touch has a cost.
    pub(crate) costs: Vec<f64>,
    /// Empty unless interactions matter.
    pub(crate) interactions: Vec<Option<Interaction>>,
    /// Empty unless journeys have segments.
    pub(crate) segments: Vec<u32>,
    /// Empty unless touches keep the texts of chosen columns.
    pub(crate) labels: Vec<u32>,
    /// Conversions by person, then time.
    pub(crate) sales: Vec<SaleRow>,
    /// Where each person's conversions end.
    pub(crate) sale_ends: Vec<u32>,
    /// How many persons have a conversion in the period.
    pub(crate) converting: usize,
    pub(crate) counts: RowCounts,
}

/// One person's stretch of the ordered rows.
#[derive(Debug)]
struct Person {
    code: u64,
    touches: Range<usize>,
    sales: Range<usize>,
}

/// What gathering a partition needs for a while: kept from one to the next, as fresh memory costs
/// more than the work done in it.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    buckets: Vec<u32>,
    ends: Vec<u32>,
    touches: Vec<Touch>,
    rows: Vec<u32>,
    persons: Vec<Person>,
}

/// Where partitions come from.
pub(crate) struct Source<'a> {
    pub(crate) batches: &'a [PartitionedRows],
    pub(crate) table: &'a PersonTable,
    pub(crate) options: &'a JourneyOptions,
    pub(super) orders: &'a Orders,
}

impl Source<'_> {
    pub(crate) fn gather(&self, partition: usize, scratch: &mut Scratch) -> PersonRows {
        let &Self {
            batches,
            table,
            options,
            orders,
        } = self;
        scratch.order_touches(batches, partition, table);
        let mut sales = ordered_sales(batches, partition, table, PartitionedRows::sales);
        let mut returns = ordered_sales(batches, partition, table, PartitionedRows::returns);
        let horizon = options.horizon();
        if horizon.stop.is_some() {
            // a builder that goes on may hold later rows
            scratch.touches.retain(|touch| horizon.reads(touch.time));
            sales.retain(|sale| horizon.reads(sale.time));
            returns.retain(|each| horizon.reads(each.time));
        }
        self.order_within_seconds(partition, &mut scratch.touches, &mut sales);
        let mut counts = RowCounts::default();
        orders.settle(&mut sales, &returns, table, &mut counts);
        let converting = scratch.find_persons(&sales, table, Reach::new(options));
        let Scratch {
            touches,
            rows,
            persons,
            ..
        } = scratch;
        let mut gathered = PersonRows {
            converting,
            counts,
            ..PersonRows::default()
        };
        gathered.times.reserve_exact(touches.len());
        rows.clear();
        for person in &*persons {
            for touch in &touches[person.touches.clone()] {
                gathered.times.push(touch.time);
                rows.push(touch.row);
            }
            gathered
                .sales
                .extend_from_slice(&sales[person.sales.clone()]);
        }
        gathered.persons = persons.iter().map(|person| person.code).collect();
        gathered.touch_ends = ends(persons.iter().map(|person| person.touches.len()));
        gathered.sale_ends = ends(persons.iter().map(|person| person.sales.len()));
        let pick = Pick {
            batches,
            partition,
            rows,
        };
        gathered.channels = pick.column(|batch| &batch.channel, ChannelId::NONE);
        gathered.costs = pick.column(|batch| &batch.cost, 0.0);
        gathered.interactions = pick.column(|batch| &batch.interaction, None);
        gathered.segments = pick.column(|batch| &batch.segment, 0);
        gathered.labels = pick.column(|batch| &batch.label, 0);
        gathered
    }

    /// Orders rows of one second by their fractions, where some batch has any.
    fn order_within_seconds(&self, partition: usize, touches: &mut [Touch], sales: &mut [SaleRow]) {
        if self.batches.iter().all(|batch| batch.fraction.is_empty()) {
            return;
        }
        let last = self.batches.iter().filter_map(|batch| batch.last).max();
        let last = last.unwrap_or(0).min(self.options.horizon().last());
        let all = partition_column(self.batches, partition, |batch| &batch.fraction, 0);
        fractions::order(touches, sales, &all, last, self.table);
    }
}

impl Scratch {
    /// The touches of a partition by person, each person's by time, those of one second as they
    /// came.
    ///
    /// A counting sort over the next bits of the rank brings nearly all into order; what shares one
    /// of its buckets - few rows of few persons - is sorted there. Against a hash table of persons
    /// it saves a dependent look-up a touch.
    fn order_touches(
        &mut self,
        batches: &[PartitionedRows],
        partition: usize,
        table: &PersonTable,
    ) {
        let len: usize = batches
            .iter()
            .map(|batch| batch.touches(partition).len())
            .sum();
        // rows are several to a person: most buckets hold one person or none
        let width = (len / 2).next_power_of_two().max(64);
        let shift = 64 - width.trailing_zeros();
        let Self {
            buckets,
            ends,
            touches,
            ..
        } = self;
        buckets.clear();
        buckets.reserve(len);
        ends.clear();
        ends.resize(width, 0);
        for batch in batches {
            batch.person.each(batch.touches(partition), |person| {
                let bucket = within(table.rank(person)) >> shift;
                buckets.push(bucket as u32);
                ends[bucket as usize] += 1;
            });
        }
        let mut end = 0;
        for next in &mut *ends {
            end += std::mem::replace(next, end);
        }
        touches.clear();
        touches.resize(len, Touch::default());
        let mut row = 0;
        for batch in batches {
            let mut times = batch.time[batch.touches(partition)].iter();
            batch.person.each(batch.touches(partition), |person| {
                let next = &mut ends[buckets[row] as usize];
                touches[*next as usize] = Touch {
                    person,
                    time: times.next().copied().unwrap_or(0),
                    row: row as u32,
                };
                *next += 1;
                row += 1;
            });
        }
        sort_buckets(touches, ends, table);
    }

    /// The persons in order, those who bought in the period first; how many did.
    fn find_persons(&mut self, sales: &[SaleRow], table: &PersonTable, reach: Reach) -> usize {
        let Self {
            touches, persons, ..
        } = self;
        persons.clear();
        let mut others = Vec::with_capacity(touches.len() / 4);
        let (mut touch, mut sale) = (0, 0);
        loop {
            let code = match (touches.get(touch), sales.get(sale)) {
                (Some(touch), Some(sale))
                    if by_person(touch.person, sale.person, table).is_gt() =>
                {
                    sale.person
                }
                (Some(touch), _) => touch.person,
                (None, Some(sale)) => sale.person,
                (None, None) => break,
            };
            let (first, bought) = (touch, sale);
            while touches.get(touch).is_some_and(|touch| touch.person == code) {
                touch += 1;
            }
            while sales.get(sale).is_some_and(|sale| sale.person == code) {
                sale += 1;
            }
            let buys = sale > bought && sales[sale - 1].time >= reach.period;
            let list = if buys { &mut *persons } else { &mut others };
            list.push(Person {
                code,
                touches: first..touch,
                sales: bought..sale,
            });
        }
        // loops over touches end as the last one did, which the processor foresees: scoring takes
        // two thirds of the time
        persons.sort_by_cached_key(|person| reach.count(&touches[person.touches.clone()]));
        let converting = persons.len();
        persons.append(&mut others);
        converting
    }
}

/// What decides where a person stands: rows that no builder may forget which reports the period.
/// So a builder that forgot others gives the same arena, and every sum over it the same bits.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// The first second of the period.
    period: u32,
    /// The first second whose touches a journey of the period may hold.
    touches: u32,
}

impl Reach {
    fn new(options: &JourneyOptions) -> Self {
        let period = options.period.first();
        Self {
            period,
            touches: period.saturating_sub(options.reach()),
        }
    }

    /// How many of a person's touches may be in a journey of the period.
    fn count(self, touches: &[Touch]) -> usize {
        match self.touches {
            0 => touches.len(),
            first => touches.len() - touches.partition_point(|touch| touch.time < first),
        }
    }
}

/// Puts the touches of each bucket, which ends where `ends` says, in order.
fn sort_buckets(touches: &mut [Touch], ends: &[u32], table: &PersonTable) {
    let order = |left: &Touch, right: &Touch| {
        by_person(left.person, right.person, table).then(left.time.cmp(&right.time))
    };
    let mut start = 0;
    for &end in ends {
        let bucket = &mut touches[start..end as usize];
        if !bucket.is_sorted_by(|left, right| order(left, right).is_le()) {
            bucket.sort_by(order);
        }
        start = end as usize;
    }
}

/// The conversions of a partition, or its returns, by person and time.
fn ordered_sales(
    batches: &[PartitionedRows],
    partition: usize,
    table: &PersonTable,
    rows: impl Fn(&PartitionedRows, usize) -> &[SaleRow],
) -> Vec<SaleRow> {
    let mut sales: Vec<SaleRow> = batches
        .iter()
        .flat_map(|batch| rows(batch, partition))
        .copied()
        .collect();
    sales.sort_by(|left, right| {
        by_person(left.person, right.person, table).then(left.time.cmp(&right.time))
    });
    sales
}

/// Brings columns of a partition into the order of `rows`.
struct Pick<'a> {
    batches: &'a [PartitionedRows],
    partition: usize,
    rows: &'a [u32],
}

impl Pick<'_> {
    /// One column, empty where it is in every batch.
    fn column<T: Copy>(&self, values: impl Fn(&PartitionedRows) -> &Vec<T>, filler: T) -> Vec<T> {
        let all = partition_column(self.batches, self.partition, values, filler);
        if all.is_empty() {
            return all;
        }
        self.rows.iter().map(|&row| all[row as usize]).collect()
    }
}

fn ends(lengths: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut end = 0;
    lengths
        .map(|length| {
            end += length as u32;
            end
        })
        .collect()
}
