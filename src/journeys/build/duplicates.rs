//! Rows of a log that came twice.

use crate::journeys::build::gather::PersonRows;
use std::collections::HashSet;

/// Drops the rows of a person that repeat another one of the same second in everything.
pub(super) fn deduplicate(rows: &mut PersonRows) {
    let mut seen = HashSet::new();
    let mut keep = Vec::with_capacity(rows.times.len());
    let mut touch = 0;
    for end in &mut rows.touch_ends {
        seen.clear();
        for at in touch..*end as usize {
            let cost = rows.costs.get(at).map_or(0, |cost| cost.to_bits());
            let interaction = rows.interactions.get(at).copied().flatten();
            if seen.insert((
                rows.times[at],
                rows.channels[at],
                cost,
                interaction,
                rows.segments.get(at),
                rows.labels.get(at),
            )) {
                keep.push(at);
            }
        }
        touch = *end as usize;
        *end = keep.len() as u32;
    }
    retain(&mut rows.channels, &keep);
    retain(&mut rows.times, &keep);
    retain(&mut rows.costs, &keep);
    retain(&mut rows.interactions, &keep);
    retain(&mut rows.segments, &keep);
    retain(&mut rows.labels, &keep);

    let mut seen = HashSet::new();
    let mut keep = Vec::with_capacity(rows.sales.len());
    let mut first = 0;
    for end in &mut rows.sale_ends {
        seen.clear();
        for at in first..*end as usize {
            let sale = rows.sales[at];
            if seen.insert((
                sale.time,
                sale.place,
                sale.goal,
                sale.order,
                sale.value.to_bits(),
                sale.segment,
            )) {
                keep.push(at);
            }
        }
        first = *end as usize;
        *end = keep.len() as u32;
    }
    retain(&mut rows.sales, &keep);
}

/// Keeps those rows of a column, unless it is empty.
pub(super) fn retain<T: Copy>(column: &mut Vec<T>, keep: &[usize]) {
    if !column.is_empty() {
        *column = keep.iter().map(|&at| column[at]).collect();
    }
}
