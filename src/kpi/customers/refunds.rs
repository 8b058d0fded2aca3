//! Margins and refunds of a log, matched to purchases.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::event::{Event, Kind};
use crate::kpi::customers::purchase_columns::Columns;
use crate::kpi::customers::purchases::Purchases;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines};
use crate::time::TimeRange;

impl Purchases<'_> {
    /// Reads margins from a text column of the log's conversions: an amount for each row; empty for
    /// the general share of the value. A purchase's margin is the sum over its person's conversions
    /// of that second. Call it before [`Purchases::with_returns`], which reduces margins in
    /// proportion.
    ///
    /// # Errors
    /// If the log lacks the column, or a text in it is no finite number.
    pub fn with_margins(mut self, log: &PersonTimelines<'_>, column: &str) -> Result<Self> {
        log.check_column(Some(column))?;
        let counts = |event: &Event<'_>| {
            let goal = self
                .journeys
                .options()
                .and_then(|options| options.goal.as_deref());
            event.kind() == Kind::Conversion && (goal.is_none() || event.goal() == goal)
        };
        let mut found = Vec::new();
        self.each_known(log, |timeline, first, columns| {
            for (row, event) in timeline
                .rows()
                .zip(timeline.events())
                .filter(|(_, event)| counts(event))
            {
                let text = timeline.text(row, column).unwrap_or("");
                if let Some(purchase) = columns.find(first.clone(), event.time()) {
                    found.push((purchase, row, text, event.value()));
                }
            }
        });
        let is_net = self.journeys.is_net_of_returns();
        for rows in found.chunk_by(|left, right| left.0 == right.0) {
            let purchase = rows[0].0;
            let net = self.columns.values[purchase];
            let general = share(self.columns.margins[purchase], net);
            if let Some((margin, gross)) = stated_margin(rows, column, general)? {
                // what came back takes its part of the margin with it
                let left = if is_net && gross != 0.0 {
                    net / gross
                } else {
                    1.0
                };
                self.columns.margins[purchase] = margin * left;
            }
        }
        Ok(self)
    }

    /// Subtracts the refunds of a log that keeps returns from the purchases' values; margins shrink
    /// in proportion. A return belongs to the purchase of its `order_id`, or else to the person's
    /// latest purchase before it. Journeys
    /// [net of returns](crate::JourneyOptions::with_net_of_returns) have them subtracted already. A
    /// purchase sent back still counts as a purchase. A refund greater
    /// than the purchase's value leaves a negative value. Returns after the end of the journeys'
    /// period are left out.
    #[must_use]
    pub fn with_returns(mut self, log: &PersonTimelines<'_>) -> Self {
        if self.journeys.is_net_of_returns() {
            return self;
        }
        let (mut refunds, mut matched) = (Vec::new(), 0);
        let observed = self
            .journeys
            .observed_range()
            .map_or(i64::MAX, TimeRange::to);
        let end = match self.journeys.observation().to {
            _ if self.observed_to() < observed => self.observed_to(),
            // the log may go on behind the last touch and conversion
            stated => stated.map_or(i64::MAX, i64::from),
        };
        let is_return = |event: &Event<'_>| event.time() < end;
        self.each_known(log, |timeline, first, columns| {
            let mut orders = None;
            for event in timeline.of_kind(Kind::Return).filter(is_return) {
                let sold = event.order_id().and_then(|order| {
                    orders
                        .get_or_insert_with(|| order_times(&timeline))
                        .get(order)
                        .copied()
                });
                let purchase = sold.and_then(|time| columns.find(first.clone(), time));
                if let Some(purchase) =
                    purchase.or_else(|| columns.latest(first.clone(), event.time()))
                {
                    refunds.push((purchase, event.value().abs()));
                    matched += 1;
                }
            }
        });
        self.unmatched_returns =
            log.of_kind(Kind::Return).filter(is_return).count() as u64 - matched;
        for (purchase, refund) in refunds {
            let share = share(
                self.columns.margins[purchase],
                self.columns.values[purchase],
            );
            self.columns.values[purchase] -= refund;
            self.columns.margins[purchase] -= share * refund;
        }
        self
    }

    /// Calls `visit` with the rows and the purchases of every customer the log knows. Timelines
    /// stand in the order of ranks, customers in that of the arena, which is another one.
    fn each_known<'h>(
        &self,
        log: &'h PersonTimelines<'_>,
        mut visit: impl FnMut(PersonTimeline<'h>, Range<usize>, &Columns),
    ) {
        let rank = |customer: usize| {
            self.journeys
                .person_rank(self.columns.persons[customer] as usize)
        };
        let mut customers: Vec<usize> = (0..self.columns.persons.len()).collect();
        customers.par_sort_unstable_by_key(|&customer| rank(customer));
        let mut ranked = customers.into_iter().peekable();
        for timeline in log.iter() {
            let sought = Some((log.rank(&timeline), timeline.person()));
            while ranked
                .next_if(|&customer| rank(customer) < sought)
                .is_some()
            {}
            if let Some(customer) = ranked.next_if(|&customer| rank(customer) == sought) {
                visit(timeline, self.columns.range(customer), &self.columns);
            }
        }
    }
}

/// A conversion: its purchase, its row in the log, the text of its margin, and its value.
type MarginRow<'h> = (usize, usize, &'h str, f64);

/// The margin and the value of a purchase whose rows state a margin; rows that state none have the
/// general share.
fn stated_margin(rows: &[MarginRow<'_>], column: &str, share: f64) -> Result<Option<(f64, f64)>> {
    if rows.iter().all(|(_, _, text, _)| text.is_empty()) {
        return Ok(None);
    }
    let (mut margin, mut gross) = (0.0, 0.0);
    for &(_, row, text, value) in rows {
        gross += value;
        margin += match text {
            "" => share * value,
            text => {
                let stated = text.parse().ok().filter(|margin: &f64| margin.is_finite());
                stated.ok_or_else(|| {
                    let expected = "a finite number, or nothing";
                    Error::field(row as u64 + 1, column, text, expected)
                })?
            }
        };
    }
    Ok(Some((margin, gross)))
}

/// The second of each order of a person; the first one's where rows repeat it.
fn order_times<'h>(timeline: &PersonTimeline<'h>) -> BTreeMap<&'h str, i64> {
    let mut times = BTreeMap::new();
    for sale in timeline.of_kind(Kind::Conversion) {
        if let Some(order) = sale.order_id() {
            times.entry(order).or_insert(sale.time());
        }
    }
    times
}

/// The share of a value that is margin; all of it where there is none.
fn share(margin: f64, value: f64) -> f64 {
    if value != 0.0 { margin / value } else { 1.0 }
}
