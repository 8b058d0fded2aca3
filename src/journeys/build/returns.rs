//! Returns taken off the conversions they belong to.

use crate::event::details::NO_TEXT;
use crate::event::person::PersonTable;
use crate::journeys::build::codes::by_person;
use crate::journeys::build::counts::RowCounts;
use crate::journeys::build::partition::SaleRow;
use crate::journeys::options::JourneyOptions;
use crate::time::TimeRange;
use std::collections::HashMap;

/// What is left of a value below this share of it is nothing: refunds of lines add up to the order
/// but for rounding.
const NOTHING: f64 = 1e-9;

/// The refunds of orders, each with its sum; sorted.
#[derive(Debug, Default)]
pub(super) struct Refunds {
    sums: Vec<(u32, f64)>,
    /// Returns of the period whose orders no conversion has.
    pub(super) unmatched: u64,
}

impl Refunds {
    /// The refunds of those returns that name an order; `sold` tells which orders a conversion has.
    pub(super) fn new(
        returns: &[&[SaleRow]],
        options: &JourneyOptions,
        sold: impl Fn(u32) -> bool,
    ) -> Self {
        let horizon = options.horizon();
        let mut named: Vec<&SaleRow> = returns
            .iter()
            .flat_map(|returns| returns.iter())
            .filter(|each| each.order != NO_TEXT && horizon.reads(each.time))
            .collect();
        let is_told = |each: &&&SaleRow| !sold(each.order) && options.period.includes(each.time);
        let unmatched = named.iter().filter(is_told).count() as u64;
        named.retain(|each| sold(each.order));
        // by amount: the order of rows must not change a bit of a sum
        named.sort_unstable_by(|left, right| {
            let orders = left.order.cmp(&right.order);
            orders.then(left.value.total_cmp(&right.value))
        });
        let sum = |returns: &[&SaleRow]| {
            let values = returns.iter().map(|each| each.value);
            (returns[0].order, values.fold(0.0, |sum, value| sum + value))
        };
        Self {
            unmatched,
            sums: named
                .chunk_by(|left, right| left.order == right.order)
                .map(sum)
                .collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    fn of_order(&self, order: u32) -> Option<f64> {
        let at = self.sums.binary_search_by_key(&order, |&(order, _)| order);
        at.ok().map(|at| self.sums[at].1)
    }
}

/// Counts of what is out of the ordinary in the period.
pub(super) struct PeriodCounts<'a> {
    pub(super) period: TimeRange,
    pub(super) counts: &'a mut RowCounts,
}

/// Takes returns off the conversions of some persons, and conversions out that are returned whole.
/// Both lists are by person and time. A return that names an order belongs to the earliest rows of
/// it, for which `stands` holds; another one to its person's latest conversion before it of which
/// something is left. A refund beyond what is left has no further effect.
pub(super) fn take_off(
    sales: &mut Vec<SaleRow>,
    returns: &[SaleRow],
    refunds: &Refunds,
    stands: &dyn Fn(&SaleRow) -> bool,
    table: &PersonTable,
    told: &mut PeriodCounts<'_>,
) {
    let mut left: Vec<f64> = sales.iter().map(|sale| sale.value).collect();
    if !refunds.is_empty() {
        take_off_orders(sales, &mut left, refunds, stands);
    }
    take_off_latest(sales, &mut left, returns, table, told);
    let mut row = 0;
    sales.retain_mut(|sale| {
        let net = left[row];
        row += 1;
        let stays = sale.value == 0.0 || net > NOTHING * sale.value;
        let counts = !stays && told.period.includes(sale.time);
        told.counts.returned_conversions += u64::from(counts);
        sale.value = net;
        stays
    });
}

fn take_off_orders(
    sales: &[SaleRow],
    left: &mut [f64],
    refunds: &Refunds,
    stands: &dyn Fn(&SaleRow) -> bool,
) {
    // what is yet to be taken off the lines of an order
    let mut open: HashMap<(u32, u32), f64> = HashMap::new();
    for (sale, left) in sales.iter().zip(left) {
        if sale.order == NO_TEXT {
            continue;
        }
        let Some(refund) = refunds.of_order(sale.order).filter(|_| stands(sale)) else {
            continue;
        };
        let open = open.entry((sale.order, sale.goal)).or_insert(refund);
        let taken = open.min(*left);
        *left -= taken;
        *open -= taken;
    }
}

fn take_off_latest(
    sales: &[SaleRow],
    left: &mut [f64],
    returns: &[SaleRow],
    table: &PersonTable,
    told: &mut PeriodCounts<'_>,
) {
    let mut sale = 0;
    // the person's conversions so far of which something is left
    let mut bought: Vec<usize> = Vec::new();
    for (at, each) in returns.iter().enumerate() {
        if at == 0 || returns[at - 1].person != each.person {
            bought.clear();
            let earlier = |sale: &SaleRow| by_person(sale.person, each.person, table).is_lt();
            while sales.get(sale).is_some_and(earlier) {
                sale += 1;
            }
        }
        while sales
            .get(sale)
            .is_some_and(|sale| sale.person == each.person && sale.time <= each.time)
        {
            bought.push(sale);
            sale += 1;
        }
        if each.order != NO_TEXT {
            continue;
        }
        while bought
            .pop_if(|sale| left[*sale] <= NOTHING * sales[*sale].value)
            .is_some()
        {}
        match bought.last() {
            Some(&sale) => left[sale] -= each.value.min(left[sale]),
            None if told.period.includes(each.time) => told.counts.unmatched_returns += 1,
            None => {}
        }
    }
}
