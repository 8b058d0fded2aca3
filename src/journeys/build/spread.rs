//! The first stage of building: rows are spread over partitions as they come in, a column at a
//! time.

use crate::channel::ChannelId;
use crate::event::details::{NO_TEXT, RowDetails};
use crate::event::{Events, Kind};
use crate::event::{recode_channel, recode_person, recode_text};
use crate::journeys::build::codes::PersonCodes;
use crate::journeys::build::partition::{
    PARTITIONS, PartitionedRows, SaleRow, offsets, partition_of,
};
use crate::journeys::options::JourneyOptions;
use std::ops::Range;

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
    /// The labels of the batch's rows, and where their texts went.
    pub(crate) labels: Option<(Vec<u32>, Vec<u32>)>,
}

/// What to do with the rows of a batch.
pub(crate) struct Recoding<'a> {
    pub(crate) texts: Texts,
    pub(crate) options: &'a JourneyOptions,
}

impl Recoding<'_> {
    /// A conversion or return, but for what only conversions state.
    fn sale(&self, events: &Events, details: &RowDetails) -> SaleRow {
        SaleRow {
            person: recode_person(&self.texts.people, events.persons()[details.row]),
            time: events.times()[details.row],
            fraction: events.fraction(details.row),
            place: ChannelId::NONE,
            goal: NO_TEXT,
            order: recode_text(&self.texts.orders, details.order),
            segment: 0,
            value: details.value,
        }
    }

    /// The segment a row states, 0 where none is asked for.
    fn segment(&self, events: &Events, row: usize) -> u32 {
        self.texts.segment.as_ref().map_or(0, |(column, codes)| {
            codes[events.text_column(*column).codes[row] as usize]
        })
    }
}

impl PartitionedRows {
    /// The rows `rows` of a log, by partition.
    pub(crate) fn new(events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) -> Self {
        let last = last_second(events, rows.clone(), recoding.options);
        let mut batch = Self {
            last,
            ..Self::default()
        };
        batch.spread_sales(events, rows.clone(), recoding);
        if recoding.options.net_of_returns {
            batch.spread_returns(events, rows.clone(), recoding);
        }
        batch.spread_touches(events, rows, recoding);
        batch
    }

    fn spread_touches(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let (horizon, table) = (recoding.options.horizon(), events.people());
        let kinds = &events.kinds()[rows.clone()];
        let times = &events.times()[rows.clone()];
        let persons = &events.persons()[rows.clone()];
        let mut counts = vec![0u32; PARTITIONS + 1];
        let mut homes: Vec<u16> = Vec::with_capacity(rows.len());
        for ((&(kind, _), &time), &person) in kinds.iter().zip(times).zip(persons) {
            let is_touch = (kind == Kind::Touch) & horizon.reads(time);
            let home = if is_touch {
                partition_of(table.rank(person))
            } else {
                PARTITIONS
            };
            counts[home] += 1;
            homes.push(home as u16);
        }
        let (offsets, mut next) = bounds(&counts);
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
            places: &places,
            touches: total,
        };
        let Texts {
            people, channels, ..
        } = &recoding.texts;
        let own = events.channel_ids()[rows.clone()].iter();
        self.person = spread.codes(persons.iter().map(|&code| recode_person(people, code)));
        self.time = spread.column(0, times.iter().copied());
        let channel = own.map(|&channel| recode_channel(channels, channel));
        self.channel = spread.column(ChannelId::NONE, channel);
        let costs = events.costs().get(rows.clone()).unwrap_or_default();
        if costs.iter().any(|&cost| cost > 0.0) {
            self.cost = spread.column(0.0, costs.iter().copied());
        }
        if recoding.options.keeps_interactions() {
            self.interaction = spread.column(None, kinds.iter().map(|kind| kind.1));
        }
        if recoding.texts.segment.is_some() {
            let segment = rows.clone().map(|row| recoding.segment(events, row));
            self.segment = spread.column(0, segment);
        }
        if events.has_fractions() {
            let fraction = rows.clone().map(|row| events.fraction(row));
            self.fraction = spread.column(0, fraction);
        }
        if let Some((codes, labels)) = &recoding.texts.labels {
            let label = |code: &u32| labels.get(*code as usize).copied().unwrap_or(0);
            self.label = spread.column(0, codes[rows].iter().map(label));
        }
    }

    fn spread_sales(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let goal = recoding
            .options
            .goal
            .as_deref()
            .map(|goal| events.goals().find(goal));
        let counts = |sale: &RowDetails| goal.is_none_or(|goal| goal == Some(sale.goal));
        let row = |sale: &RowDetails| SaleRow {
            place: recode_channel(&recoding.texts.places, events.channel_ids()[sale.row]),
            goal: recode_text(&recoding.texts.goals, sale.goal),
            segment: recoding.segment(events, sale.row),
            ..recoding.sale(events, sale)
        };
        let sales = by_home(events, events.conversions(), rows, recoding, counts, row);
        (self.sales, self.sale_offsets) = sales;
    }

    /// The refunds of returns, all positive.
    fn spread_returns(&mut self, events: &Events, rows: Range<usize>, recoding: &Recoding<'_>) {
        let kinds = events.kinds();
        let counts = |each: &RowDetails| kinds[each.row].0 == Kind::Return;
        let row = |each: &RowDetails| SaleRow {
            value: each.value.abs(),
            ..recoding.sale(events, each)
        };
        let returns = by_home(events, events.other_details(), rows, recoding, counts, row);
        if !returns.0.is_empty() {
            (self.returns, self.return_offsets) = returns;
        }
    }
}

/// The rows of `details` that lie within `rows` and count, by partition, with the offsets of
/// partitions.
fn by_home(
    events: &Events,
    details: &[RowDetails],
    rows: Range<usize>,
    recoding: &Recoding<'_>,
    counts: impl Fn(&RowDetails) -> bool,
    row: impl Fn(&RowDetails) -> SaleRow,
) -> (Vec<SaleRow>, Vec<u32>) {
    let (horizon, times) = (recoding.options.horizon(), events.times());
    let (table, persons) = (events.people(), events.persons());
    let home = |each: &RowDetails| partition_of(table.rank(persons[each.row]));
    let first = details.partition_point(|each| each.row < rows.start);
    let counting = details[first..]
        .iter()
        .take_while(|each| each.row < rows.end)
        .filter(|each| horizon.reads(times[each.row]) && counts(each));
    let mut spread: Vec<(usize, SaleRow)> = counting.map(|each| (home(each), row(each))).collect();
    spread.sort_by_key(|(home, _)| *home);
    let (offsets, _) = counted(spread.iter().map(|(home, _)| *home));
    (spread.into_iter().map(|(_, row)| row).collect(), offsets)
}

/// Where the rows of a batch go: touches by partition, all other rows behind them. A column at a
/// time, without a branch a row: the 2,048 open lines of one column stay in the cache.
struct Spread<'a> {
    places: &'a [u32],
    touches: usize,
}

impl Spread<'_> {
    fn column<T: Copy>(&self, filler: T, values: impl Iterator<Item = T>) -> Vec<T> {
        let mut column = vec![filler; self.places.len()];
        for (value, &at) in values.zip(self.places) {
            column[at as usize] = value;
        }
        column.truncate(self.touches);
        if self.touches < self.places.len() / 8 * 7 {
            column.shrink_to_fit();
        }
        column
    }

    /// Persons' codes: as distances from the least where they fit.
    fn codes(&self, persons: impl Iterator<Item = u64> + Clone) -> PersonCodes {
        let range = persons.clone();
        let (least, most) = range.fold((u64::MAX, 0), |(least, most), code| {
            (least.min(code), most.max(code))
        });
        if u32::try_from(most.saturating_sub(least)).is_ok() {
            PersonCodes::Near {
                least,
                distances: self.column(0, persons.map(|code| (code - least) as u32)),
            }
        } else {
            PersonCodes::Far(self.column(0, persons))
        }
    }
}

/// The last second of any row that is read. Rows of the kinds that only KPIs use do not prolong the
/// observation.
fn last_second(events: &Events, rows: Range<usize>, options: &JourneyOptions) -> Option<u32> {
    let horizon = options.horizon();
    let reads = |time: &u32| horizon.reads(*time);
    if !events.has_other_kinds() && !events.has_fractions() {
        return events.times()[rows].iter().copied().filter(reads).max();
    }
    let (kinds, times) = (events.kinds(), events.times());
    // the second in which a row's time has come: what follows a sale counts from there
    let come = |row: usize| times[row].saturating_add(u32::from(events.fraction(row) > 0));
    rows.filter(|&row| kinds[row].0.is_used() && reads(&times[row]))
        .map(|row| come(row).min(horizon.last()))
        .max()
}

/// How many rows each partition has, as offsets; rows numbered `PARTITIONS` are left out. The
/// second copy is for filling.
fn counted(homes: impl Iterator<Item = usize>) -> (Vec<u32>, Vec<u32>) {
    let mut counts = vec![0u32; PARTITIONS + 1];
    homes.for_each(|home| counts[home] += 1);
    bounds(&counts)
}

fn bounds(counts: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let offsets = offsets(counts[..PARTITIONS].iter().map(|&count| count as usize));
    let next = offsets.clone();
    (offsets, next)
}
