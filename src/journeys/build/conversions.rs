//! The conversions of one second: what they come to, and what is kept of each.

use crate::event::details::NO_TEXT;
use crate::journeys::arena::conversions::ConversionRow;
use crate::journeys::build::cut::{PartitionCutter, Scratch};
use crate::journeys::build::cut_journeys::CutJourneys;
use crate::journeys::build::partition::SaleRow;
use crate::journeys::journey::Outcome;
use std::collections::HashMap;

impl PartitionCutter {
    /// The outcome of a person's conversions of one second. Lines of one order are one conversion.
    pub(super) fn outcome(
        &self,
        sales: &[SaleRow],
        part: &mut CutJourneys,
        scratch: &mut Scratch,
    ) -> Outcome {
        let mut outcome = Outcome::conversion(sales[0].value);
        for same in &sales[1..] {
            outcome.conversions += 1.0;
            outcome.value += same.value;
        }
        if sales.len() > 1 && self.options.unique_orders {
            let named = sales.iter().filter(|sale| sale.order != NO_TEXT);
            scratch.lines.clear();
            scratch
                .lines
                .extend(named.map(|sale| (sale.order, sale.goal)));
            let rows = scratch.lines.len();
            scratch.lines.sort_unstable();
            scratch.lines.dedup();
            let further = rows - scratch.lines.len();
            outcome.conversions -= further as f64;
            part.counts.order_lines += further as u64;
        }
        if self.counts_goals {
            scratch.goals.extend(sales.iter().map(|sale| sale.goal));
        }
        outcome
    }

    /// Keeps the conversions of one second, a journey's; of an order's lines one conversion.
    pub(super) fn keep_conversions(&self, sales: &[SaleRow], part: &mut CutJourneys) {
        if !self.options.orders {
            return;
        }
        let first = part.conversions.len();
        let mut places: HashMap<(u32, u32), usize> = HashMap::new();
        for sale in sales {
            let row = ConversionRow {
                value: sale.value,
                goal: sale.goal,
                order: sale.order,
                place: sale.place,
            };
            if sales.len() > 1 && self.options.unique_orders && sale.order != NO_TEXT {
                let next = part.conversions.len();
                let at = *places.entry((sale.order, sale.goal)).or_insert(next);
                if at < next {
                    part.conversions[at].value += sale.value;
                    continue;
                }
            }
            part.conversions.push(row);
        }
        let kept = part.conversions.len() - first;
        part.conversion_counts.push(kept as u32);
    }
}
