//! The first half of building: rows are spread over partitions as they come in.
//!
//! A person's partition is the top bits of the person's rank, so the partitions one after the
//! other, each ordered by rank, give all persons in order. A partition of a 40-million-touch log is
//! some 20,000 rows: small enough to be ordered inside a core's cache, and the unit of parallel
//! work.

use crate::channel::ChannelId;
use crate::event::log::{recode_channel, recode_person, recode_text};
use crate::event::{Events, Interaction, Kind};
use crate::journeys::build::codes::Codes;
use crate::journeys::options::JourneyOptions;
use std::ops::Range;

const BITS: u32 = 11;
pub(crate) const PARTITIONS: usize = 1 << BITS;

/// The partition of a person of that rank.
#[inline]
pub(crate) fn partition_of(rank: u64) -> usize {
    (rank >> (64 - BITS)) as usize
}

/// The rank without the bits that all of a partition share.
#[inline]
pub(crate) fn within(rank: u64) -> u64 {
    rank << BITS
}

/// The rows of one batch of events, ordered by partition and, inside one, as they came: 10 bytes a
/// touch, 14 where persons' codes lie more than 2^32 apart, 9 more when costs or interactions
/// matter.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) person: Codes,
    pub(crate) time: Vec<u32>,
    pub(crate) channel: Vec<ChannelId>,
    /// Empty unless some touch of the batch has a cost.
    pub(crate) cost: Vec<f64>,
    /// Empty unless the lookback reads them.
    pub(crate) interaction: Vec<Option<Interaction>>,
    /// Empty unless journeys are told apart by segment.
    pub(crate) segment: Vec<u32>,
    offsets: Vec<u32>,
    sales: Vec<SaleRow>,
    sale_offsets: Vec<u32>,
    /// The last second of any row that was read.
    pub(crate) last: Option<u32>,
}

/// A conversion on its way into a journey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SaleRow {
    pub(crate) person: u64,
    pub(crate) time: u32,
    pub(crate) place: ChannelId,
    pub(crate) goal: u32,
    pub(crate) order: u32,
    pub(crate) segment: u32,
    pub(crate) value: f64,
}

/// Where the texts of a batch went in the builder's tables.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) people: Vec<u64>,
    pub(crate) channels: Vec<ChannelId>,
    pub(crate) places: Vec<ChannelId>,
    pub(crate) goals: Vec<u32>,
    pub(crate) orders: Vec<u32>,
    /// Where the segment column stands in the batch, and where its texts went.
    pub(crate) segment: Option<(usize, Vec<u32>)>,
}

/// What to do with the rows of a batch.
pub(crate) struct Recoding<'a> {
    pub(crate) texts: Texts,
    pub(crate) options: &'a JourneyOptions,
}

impl Recoding<'_> {
    /// The segment a row states, 0 where none is asked for.
    fn segment(&self, events: &Events, row: usize) -> u32 {
        self.texts.segment.as_ref().map_or(0, |(column, codes)| {
            codes[events.columns[*column].codes[row] as usize]
        })
    }
}

impl Batch {
    /// How many touches and conversions there are.
    pub(crate) fn len(&self) -> usize {
        self.time.len() + self.sales.len()
    }

    /// The touches of one partition.
    pub(crate) fn touches(&self, partition: usize) -> Range<usize> {
        self.offsets[partition] as usize..self.offsets[partition + 1] as usize
    }

    /// The conversions of one partition.
    pub(crate) fn sales(&self, partition: usize) -> &[SaleRow] {
        &self.sales
            [self.sale_offsets[partition] as usize..self.sale_offsets[partition + 1] as usize]
    }

    pub(crate) fn new(events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) -> Self {
        let last = last_second(events, rows.clone(), recoding.options);
        let mut batch = Self {
            last,
            ..Self::default()
        };
        batch.spread_sales(events, rows.clone(), recoding);
        batch.spread_touches(events, rows, recoding);
        batch
    }

    /// One batch of the rows of several, which follow each other.
    pub(crate) fn merge(batches: &[Self]) -> Self {
        let touches = || {
            (0..PARTITIONS).flat_map(|part| {
                batches
                    .iter()
                    .flat_map(move |batch| batch.touches(part).map(move |row| (batch, row)))
            })
        };
        let sum = |lengths: &dyn Fn(&Self, usize) -> usize| {
            offsets(
                (0..PARTITIONS).map(|part| batches.iter().map(|batch| lengths(batch, part)).sum()),
            )
        };
        Self {
            person: Codes::of(
                touches()
                    .map(|(batch, row)| batch.person.get(row))
                    .collect(),
            ),
            time: touches().map(|(batch, row)| batch.time[row]).collect(),
            channel: touches().map(|(batch, row)| batch.channel[row]).collect(),
            cost: merged(batches, touches(), |batch| &batch.cost, 0.0),
            interaction: merged(batches, touches(), |batch| &batch.interaction, None),
            segment: merged(batches, touches(), |batch| &batch.segment, 0),
            offsets: sum(&|batch, part| batch.touches(part).len()),
            sales: (0..PARTITIONS)
                .flat_map(|part| batches.iter().flat_map(move |batch| batch.sales(part)))
                .copied()
                .collect(),
            sale_offsets: sum(&|batch, part| batch.sales(part).len()),
            last: batches.iter().filter_map(|batch| batch.last).max(),
        }
    }

    /// Drops the rows before a second.
    pub(crate) fn forget_before(&mut self, from: u32) {
        let keeps: Vec<bool> = self.time.iter().map(|&time| time >= from).collect();
        let counts = |part| self.touches(part).filter(|&row| keeps[row]).count();
        let kept = offsets((0..PARTITIONS).map(counts));
        let sales = offsets((0..PARTITIONS).map(|part| {
            self.sales(part)
                .iter()
                .filter(|sale| sale.time >= from)
                .count()
        }));
        if kept[PARTITIONS] as usize == self.time.len()
            && sales[PARTITIONS] as usize == self.sales.len()
        {
            return;
        }
        self.person = Codes::of(
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
        self.offsets = kept;
        self.sales.retain(|sale| sale.time >= from);
        self.sales.shrink_to_fit();
        self.sale_offsets = sales;
    }

    /// The codes of all persons, and the orders of all conversions.
    pub(crate) fn persons_and_orders(
        &self,
    ) -> (
        impl Iterator<Item = u64> + '_,
        impl Iterator<Item = u32> + '_,
    ) {
        let touched = (0..self.time.len()).map(|row| self.person.get(row));
        (
            touched.chain(self.sales.iter().map(|sale| sale.person)),
            self.sales.iter().map(|sale| sale.order),
        )
    }

    /// Gives persons and orders other codes.
    pub(crate) fn recode(&mut self, person: impl Fn(u64) -> u64, order: impl Fn(u32) -> u32) {
        self.person = Codes::of(
            (0..self.time.len())
                .map(|row| person(self.person.get(row)))
                .collect(),
        );
        for sale in &mut self.sales {
            (sale.person, sale.order) = (person(sale.person), order(sale.order));
        }
    }

    fn spread_touches(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let period = recoding.options.period;
        let is_touch =
            |row: usize| events.kind[row].0 == Kind::Touch && events.time[row] <= period.last();
        let home = |row: usize| {
            if is_touch(row) {
                partition_of(events.people.rank(events.person[row]))
            } else {
                PARTITIONS
            }
        };
        let homes: Vec<u16> = rows.clone().map(|row| home(row) as u16).collect();
        let (offsets, mut next) = counted(homes.iter().map(|&home| home as usize));
        let total = offsets[PARTITIONS] as usize;
        self.offsets = offsets;
        let place = |&home: &u16| {
            let next = &mut next[home as usize];
            *next += 1;
            *next - 1
        };
        let places: Vec<u32> = homes.iter().map(place).collect();
        drop(homes);
        let spread = Spread {
            rows: rows.clone(),
            places: &places,
            touches: total,
        };
        let person = |row: usize| recode_person(&recoding.texts.people, events.person[row]);
        self.person = spread.codes(person);
        self.time = spread.column(0, |row| events.time[row]);
        self.channel = spread.column(ChannelId::NONE, |row| {
            recode_channel(&recoding.texts.channels, events.channel[row])
        });
        if !events.cost.is_empty() && events.cost[rows].iter().any(|&cost| cost > 0.0) {
            self.cost = spread.column(0.0, |row| events.cost[row]);
        }
        if recoding.options.lookback.reads_interactions() || recoding.options.deduplicate {
            self.interaction = spread.column(None, |row| events.kind[row].1);
        }
        if recoding.texts.segment.is_some() {
            self.segment = spread.column(0, |row| recoding.segment(events, row));
        }
    }

    fn spread_sales(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let goal = recoding
            .options
            .goal
            .as_deref()
            .map(|goal| events.goals.find(goal));
        let counts = |sale: &&crate::event::log::Sale| {
            events.time[sale.row] <= recoding.options.period.last()
                && goal.is_none_or(|goal| goal == Some(sale.goal))
        };
        let first = events.sales.partition_point(|sale| sale.row < rows.start);
        let row = |sale: &crate::event::log::Sale| SaleRow {
            person: recode_person(&recoding.texts.people, events.person[sale.row]),
            time: events.time[sale.row],
            place: recode_channel(&recoding.texts.places, events.channel[sale.row]),
            goal: recode_text(&recoding.texts.goals, sale.goal),
            order: recode_text(&recoding.texts.orders, sale.order),
            segment: recoding.segment(events, sale.row),
            value: sale.value,
        };
        let home = |sale: &crate::event::log::Sale| {
            partition_of(events.people.rank(events.person[sale.row]))
        };
        let counting = events.sales[first..]
            .iter()
            .take_while(|sale| sale.row < rows.end)
            .filter(counts);
        let mut sales: Vec<(usize, SaleRow)> =
            counting.map(|sale| (home(sale), row(sale))).collect();
        sales.sort_by_key(|(home, _)| *home);
        (self.sale_offsets, _) = counted(sales.iter().map(|(home, _)| *home));
        self.sales = sales.into_iter().map(|(_, sale)| sale).collect();
    }
}

/// Where the rows of a batch go: touches by partition, all other rows behind them. A column at a
/// time, without a branch a row: the 2,048 open lines of one column stay in the cache.
struct Spread<'a> {
    rows: Range<usize>,
    places: &'a [u32],
    touches: usize,
}

impl Spread<'_> {
    fn column<T: Copy>(&self, filler: T, value: impl Fn(usize) -> T) -> Vec<T> {
        let mut column = vec![filler; self.places.len()];
        self.rows
            .clone()
            .zip(self.places)
            .for_each(|(row, &at)| column[at as usize] = value(row));
        column.truncate(self.touches);
        if self.touches < self.places.len() / 8 * 7 {
            column.shrink_to_fit();
        }
        column
    }

    /// Persons' codes: as distances from the least where they fit.
    fn codes(&self, person: impl Fn(usize) -> u64) -> Codes {
        let (least, most) = self
            .rows
            .clone()
            .map(&person)
            .fold((u64::MAX, 0), |(least, most), code| {
                (least.min(code), most.max(code))
            });
        if u32::try_from(most.saturating_sub(least)).is_ok() {
            Codes::Near {
                least,
                distances: self.column(0, |row| (person(row) - least) as u32),
            }
        } else {
            Codes::Far(self.column(0, person))
        }
    }
}

/// A column of several batches, empty where it is in all.
fn merged<'a, T: Copy>(
    batches: &[Batch],
    rows: impl Iterator<Item = (&'a Batch, usize)>,
    of: impl Fn(&Batch) -> &Vec<T>,
    filler: T,
) -> Vec<T> {
    if batches.iter().all(|batch| of(batch).is_empty()) {
        return Vec::new();
    }
    rows.map(|(batch, row)| of(batch).get(row).copied().unwrap_or(filler))
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

fn offsets(counts: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut end = 0;
    std::iter::once(0)
        .chain(counts.map(|count| {
            end += count as u32;
            end
        }))
        .collect()
}

/// The last second of any row that is read. Rows of the kinds that only KPIs use do not prolong the
/// observation.
fn last_second(events: &Events, rows: Range<usize>, options: &JourneyOptions) -> Option<u32> {
    let reads = |time: &u32| *time <= options.period.last();
    if events.others.is_empty() {
        return events.time[rows].iter().copied().filter(reads).max();
    }
    rows.filter(|&row| events.kind[row].0.is_used())
        .map(|row| events.time[row])
        .filter(reads)
        .max()
}

/// How many rows each partition has, as offsets; rows numbered `PARTITIONS` are left out. The
/// second copy is for filling.
fn counted(homes: impl Iterator<Item = usize>) -> (Vec<u32>, Vec<u32>) {
    let mut counts = vec![0u32; PARTITIONS + 1];
    homes.for_each(|home| counts[home] += 1);
    let offsets = offsets(counts[..PARTITIONS].iter().map(|&count| count as usize));
    let next = offsets.clone();
    (offsets, next)
}
