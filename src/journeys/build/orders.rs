//! Orders that rows repeat.
//!
//! ```text
//! ann  9:00 T-1 50   9:00 T-1 20   9:01 T-1 50      bob  9:05 T-1 50
//!      the order, of two lines     repeats it            repeats it
//! ```
//!
//! The earliest row of an order may come in a later batch or be another person's, so all rows are
//! looked at before the first journey is cut: once over all conversions, without a look-up but in
//! an array of one byte an order, then again over those of orders that more than one row names.

use crate::event::details::NO_TEXT;
use crate::event::person::PersonTable;
use crate::journeys::build::counts::RowCounts;
use crate::journeys::build::partition::SaleRow;
use crate::journeys::build::returns::{PeriodCounts, Refunds, take_off};
use crate::journeys::options::JourneyOptions;
use crate::time::TimeRange;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU8, Ordering};

/// What the rows of all persons say of orders.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// The earliest row of each order that rows of another second or person repeat, sorted.
    repeated: Vec<OrderRow>,
    refunds: Refunds,
    drops_repeats: bool,
    /// What is out of the ordinary counts here alone.
    period: TimeRange,
}

/// A row of an order. Orders of different goals are different ones: a log may give a check-out and
/// the purchase behind it the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct OrderRow {
    order: u32,
    goal: u32,
    time: u32,
    /// The person's.
    rank: u64,
}

const ONCE: u8 = 1;
const TWICE: u8 = 2;

impl Orders {
    /// What rows say of orders, which are numbered below `len`; rows beyond the options' horizon
    /// do not count.
    pub(super) fn new(
        sales: &[&[SaleRow]],
        returns: &[&[SaleRow]],
        len: usize,
        table: &PersonTable,
        options: &JourneyOptions,
    ) -> Self {
        if len == 0 || !options.reads_orders() {
            return Self {
                period: options.period,
                ..Self::default()
            };
        }
        let horizon = options.horizon();
        let named = |sale: &&SaleRow| sale.order != NO_TEXT && horizon.reads(sale.time);
        let seen: Vec<AtomicU8> = (0..len).map(|_| AtomicU8::new(0)).collect();
        let mark = |sale: &SaleRow| {
            let seen = &seen[sale.order as usize];
            if seen.fetch_or(ONCE, Ordering::Relaxed) & ONCE != 0 {
                seen.fetch_or(TWICE, Ordering::Relaxed);
            }
        };
        sales
            .par_iter()
            .for_each(|sales| sales.iter().filter(named).for_each(mark));
        let is = |order: u32, flag: u8| seen[order as usize].load(Ordering::Relaxed) & flag != 0;
        let several = |sale: &&SaleRow| named(sale) && is(sale.order, TWICE);
        let row = |sale: &SaleRow| OrderRow {
            order: sale.order,
            goal: sale.goal,
            time: sale.time,
            rank: table.rank(sale.person),
        };
        let rows = sales
            .par_iter()
            .flat_map_iter(|sales| sales.iter().filter(several).map(row));
        Self {
            repeated: earliest_of_repeated(rows.collect()),
            refunds: Refunds::new(returns, options, |order| is(order, ONCE)),
            drops_repeats: options.unique_orders,
            period: options.period,
        }
    }

    /// Leaves the conversions of some persons that count, with what they are worth: without repeats
    /// of an order and, if the options say so, net of returns. Both lists are by person and time.
    pub(super) fn settle(
        &self,
        sales: &mut Vec<SaleRow>,
        returns: &[SaleRow],
        table: &PersonTable,
        counts: &mut RowCounts,
    ) {
        if self.has_repeats() {
            sales.retain(|sale| {
                let stands = self.stands(sale, table);
                if !stands && self.period.includes(sale.time) {
                    counts.repeated_orders += 1;
                    counts.repeated_value += sale.value;
                }
                stands
            });
        }
        if !returns.is_empty() || !self.refunds.is_empty() {
            let stands = |sale: &SaleRow| self.stands(sale, table);
            let mut told = PeriodCounts {
                period: self.period,
                counts,
            };
            take_off(sales, returns, &self.refunds, &stands, table, &mut told);
        }
    }

    /// Whether a conversion is the earliest of its order.
    fn stands(&self, sale: &SaleRow, table: &PersonTable) -> bool {
        let order = (sale.order, sale.goal);
        let found = self
            .repeated
            .binary_search_by_key(&order, |row| (row.order, row.goal));
        found.map_or(true, |at| {
            let OrderRow { time, rank, .. } = self.repeated[at];
            (time, rank) == (sale.time, table.rank(sale.person))
        })
    }

    /// Whether some row repeats an order.
    pub(super) fn has_repeats(&self) -> bool {
        self.drops_repeats && !self.repeated.is_empty()
    }

    /// How many returns name an order that no conversion has.
    pub(super) fn unmatched_returns(&self) -> u64 {
        self.refunds.unmatched
    }
}

/// Of orders whose rows lie in several seconds or are several persons', the earliest; of one second
/// the person first in rank.
fn earliest_of_repeated(mut rows: Vec<OrderRow>) -> Vec<OrderRow> {
    rows.par_sort_unstable();
    let same_order =
        |left: &OrderRow, right: &OrderRow| (left.order, left.goal) == (right.order, right.goal);
    rows.chunk_by(same_order)
        .filter(|rows| rows[0] != rows[rows.len() - 1])
        .map(|rows| rows[0])
        .collect()
}
