//! The second stage of building, one partition at a time or a run of several in a small log: all
//! rows of each person together, in time order, persons in order.
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
use crate::journeys::build::order::OrderedTouches;
use crate::journeys::build::orders::Orders;
use crate::journeys::build::partition::{PartitionedRows, SaleRow, partition_of, run_column};
use crate::journeys::build::ties::Ties;
use crate::journeys::build::touch::Touch;
use crate::journeys::options::JourneyOptions;
use std::ops::Range;

/// The persons of a run of partitions and their rows. Persons with a conversion in the period come
/// first, by partition, number of touches and rank; then the others by rank. A person's touches
/// stand by time, those of one second as they came.
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

/// A person with conversions.
#[derive(Debug)]
struct Buyer {
    code: u64,
    /// Among the persons with touches: one, or none at the place where it would be.
    touched: Range<usize>,
    sales: Range<usize>,
    /// Whether the last conversion lies in the period or behind it.
    buys: bool,
}

/// What gathering partitions needs for a while: kept from one to the next, as fresh memory costs
/// more than the work done in it.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    ordered: OrderedTouches,
    /// The touches' rows as they came, in the order of gathered rows.
    rows: Vec<u32>,
}

/// Where partitions come from.
pub(crate) struct Source<'a> {
    pub(crate) batches: &'a [PartitionedRows],
    pub(crate) table: &'a PersonTable,
    pub(crate) options: &'a JourneyOptions,
    pub(super) orders: &'a Orders,
    /// Where rows of one second have an order of their own.
    pub(super) ties: Option<&'a Ties<'a>>,
}

impl Source<'_> {
    pub(crate) fn gather(&self, run: &Range<usize>, scratch: &mut Scratch) -> PersonRows {
        let &Self {
            batches,
            table,
            options,
            orders,
            ties,
        } = self;
        let Scratch { ordered, rows } = scratch;
        ordered.fill(batches, run, table);
        let mut sales = ordered_sales(batches, run, table, PartitionedRows::sales);
        let mut returns = ordered_sales(batches, run, table, PartitionedRows::returns);
        let horizon = options.horizon();
        if horizon.stop.is_some() {
            // a builder that goes on may hold later rows
            ordered.touches.retain(|touch| horizon.reads(touch.time()));
            sales.retain(|sale| horizon.reads(sale.time));
            returns.retain(|each| horizon.reads(each.time));
        }
        if let Some(ties) = ties {
            let channels = run_column(batches, run, |batch| &batch.channel, ChannelId::NONE);
            ties.order_touches(&mut ordered.touches, &ordered.codes, &channels);
            ties.order_sales(&mut sales);
        }
        self.order_within_seconds(run, ordered, &mut sales);
        let mut counts = RowCounts::default();
        orders.settle(&mut sales, &returns, table, &mut counts);
        ordered.find_persons(table);
        let mut gathered = PersonRows {
            counts,
            ..PersonRows::default()
        };
        rows.clear();
        Layout {
            ordered,
            sales: &sales,
            rows,
            to: &mut gathered,
        }
        .lay_out(table, Reach::new(options));
        let pick = Pick { batches, run, rows };
        gathered.channels = pick.column(|batch| &batch.channel, ChannelId::NONE);
        gathered.costs = pick.column(|batch| &batch.cost, 0.0);
        gathered.interactions = pick.column(|batch| &batch.interaction, None);
        gathered.segments = pick.column(|batch| &batch.segment, 0);
        gathered.labels = pick.column(|batch| &batch.label, 0);
        gathered
    }

    /// Orders rows of one second by their fractions, where some batch has any.
    fn order_within_seconds(
        &self,
        run: &Range<usize>,
        ordered: &mut OrderedTouches,
        sales: &mut [SaleRow],
    ) {
        if self.batches.iter().all(|batch| batch.fraction.is_empty()) {
            return;
        }
        let last = self.batches.iter().filter_map(|batch| batch.last).max();
        let last = last.unwrap_or(0).min(self.options.horizon().last());
        let all = run_column(self.batches, run, |batch| &batch.fraction, 0);
        let OrderedTouches { touches, codes, .. } = ordered;
        fractions::order(touches, sales, codes, &all, last, self.table);
    }
}

/// The rows of a run of partitions on their way to where they stand in the end.
struct Layout<'a> {
    ordered: &'a OrderedTouches,
    sales: &'a [SaleRow],
    rows: &'a mut Vec<u32>,
    to: &'a mut PersonRows,
}

impl Layout<'_> {
    /// The persons who bought in the period first, then the others, those without conversions a run
    /// at a time.
    fn lay_out(mut self, table: &PersonTable, reach: Reach) {
        let buyers = self.buyers(table, reach);
        let persons = self.ordered.persons();
        let touches = self.ordered.touches.len();
        self.to.times.reserve_exact(touches);
        self.rows.reserve(touches);
        self.to.persons.reserve_exact(persons + buyers.len());
        self.to.touch_ends.reserve_exact(persons + buyers.len());
        self.to.sale_ends.reserve_exact(persons + buyers.len());
        let mut converting: Vec<&Buyer> = buyers.iter().filter(|buyer| buyer.buys).collect();
        // loops over touches end as the last one did, which the processor foresees: scoring takes
        // two thirds of the time
        converting.sort_by_cached_key(|buyer| {
            let touches = self.ordered.of(buyer.touched.clone());
            (partition_of(table.rank(buyer.code)), reach.count(touches))
        });
        self.to.converting = converting.len();
        converting
            .into_iter()
            .for_each(|buyer| self.add_buyer(buyer));
        let mut next = 0;
        for buyer in &buyers {
            self.add_others(next..buyer.touched.start);
            if !buyer.buys {
                self.add_buyer(buyer);
            }
            next = buyer.touched.end;
        }
        self.add_others(next..persons);
    }

    /// The persons with conversions, by rank.
    fn buyers(&self, table: &PersonTable, reach: Reach) -> Vec<Buyer> {
        let (mut from, mut end) = (0, 0);
        let buyer = |own: &[SaleRow]| {
            let code = own[0].person;
            let touched = self.ordered.find(code, from, table);
            from = touched.end;
            let sales = end..end + own.len();
            end = sales.end;
            Buyer {
                code,
                touched,
                sales,
                buys: own[own.len() - 1].time >= reach.period,
            }
        };
        let by_person = self
            .sales
            .chunk_by(|left, right| left.person == right.person);
        by_person.map(buyer).collect()
    }

    fn add_buyer(&mut self, buyer: &Buyer) {
        if buyer.touched.is_empty() {
            self.to.persons.push(buyer.code);
            self.to.touch_ends.push(self.to.times.len() as u32);
        } else {
            self.add_touched(buyer.touched.clone());
        }
        let sales = &self.sales[buyer.sales.clone()];
        self.to.sales.extend_from_slice(sales);
        self.to.sale_ends.push(self.to.sales.len() as u32);
    }

    /// Adds persons without conversions.
    fn add_others(&mut self, persons: Range<usize>) {
        self.add_touched(persons);
        let sales = self.to.sales.len() as u32;
        self.to.sale_ends.resize(self.to.persons.len(), sales);
    }

    fn add_touched(&mut self, persons: Range<usize>) {
        let before = self.to.times.len() as u32;
        let touches = self.ordered.of(persons.clone()).iter();
        self.to
            .times
            .extend(touches.clone().map(|touch| touch.time()));
        self.rows.extend(touches.map(|touch| touch.row()));
        for (code, end) in self.ordered.each(persons) {
            self.to.persons.push(code);
            self.to.touch_ends.push(before + end);
        }
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
            first => touches.len() - touches.partition_point(|touch| touch.time() < first),
        }
    }
}

/// The conversions of a run of partitions, or its returns, by person and time.
fn ordered_sales(
    batches: &[PartitionedRows],
    run: &Range<usize>,
    table: &PersonTable,
    rows: impl for<'a> Fn(&'a PartitionedRows, &Range<usize>) -> &'a [SaleRow],
) -> Vec<SaleRow> {
    let mut sales: Vec<SaleRow> = batches
        .iter()
        .flat_map(|batch| rows(batch, run))
        .copied()
        .collect();
    sales.sort_by(|left, right| {
        by_person(left.person, right.person, table).then(left.time.cmp(&right.time))
    });
    sales
}

/// Brings columns of a run of partitions into the order of `rows`.
struct Pick<'a> {
    batches: &'a [PartitionedRows],
    run: &'a Range<usize>,
    rows: &'a [u32],
}

impl Pick<'_> {
    /// One column, empty where it is in every batch.
    fn column<T: Copy>(&self, values: impl Fn(&PartitionedRows) -> &Vec<T>, filler: T) -> Vec<T> {
        let all = run_column(self.batches, self.run, values, filler);
        if all.is_empty() {
            return all;
        }
        self.rows.iter().map(|&row| all[row as usize]).collect()
    }
}
