//! Persons with more touches than the options allow.

use crate::journeys::build::counts::RowCounts;
use crate::journeys::build::duplicates::retain;
use crate::journeys::build::gather::PersonRows;
use crate::journeys::build::partition::SaleRow;
use crate::time::TimeRange;

/// Leaves out the touches of persons that have more than `most`. Their conversions stay, and are
/// unattributed.
pub(super) fn leave_out_heavy(
    rows: &mut PersonRows,
    most: usize,
    period: TimeRange,
    counts: &mut RowCounts,
) {
    let length = |person: usize| {
        let start = person
            .checked_sub(1)
            .map_or(0, |before| rows.touch_ends[before]);
        (rows.touch_ends[person] - start) as usize
    };
    let heavy: Vec<bool> = (0..rows.persons.len())
        .map(|person| length(person) > most)
        .collect();
    if !heavy.contains(&true) {
        return;
    }
    let mut keep = Vec::with_capacity(rows.times.len());
    let (mut touch, mut sale) = (0, 0);
    for (person, heavy) in heavy.into_iter().enumerate() {
        let touches = touch..rows.touch_ends[person] as usize;
        let sales = sale..rows.sale_ends[person] as usize;
        (touch, sale) = (touches.end, sales.end);
        if heavy {
            let counted = |sale: &&SaleRow| period.includes(sale.time);
            counts.capped_persons += 1;
            counts.capped_touches += touches.len() as u64;
            counts.most_capped = counts.most_capped.max(touches.len() as u64);
            counts.capped_conversions += rows.sales[sales].iter().filter(counted).count() as u64;
        } else {
            keep.extend(touches);
        }
        rows.touch_ends[person] = keep.len() as u32;
    }
    retain(&mut rows.channels, &keep);
    retain(&mut rows.times, &keep);
    retain(&mut rows.costs, &keep);
    retain(&mut rows.interactions, &keep);
    retain(&mut rows.segments, &keep);
    retain(&mut rows.labels, &keep);
}
