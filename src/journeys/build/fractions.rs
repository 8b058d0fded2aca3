//! Rows of one second in the order of their fractions.
//!
//! An arena holds whole seconds, and a touch of a conversion's second counts as before it. Where
//! the log knows better, what follows a conversion of its second moves to the next one:
//!
//! ```text
//! social .1   sale .4   search .9   of second 10
//! 10          10        11          so search has no part in the sale
//! ```

use crate::event::person::PersonTable;
use crate::journeys::build::codes::by_person;
use crate::journeys::build::partition::SaleRow;
use crate::journeys::build::touch::Touch;
use std::cmp::Ordering;

/// Orders touches and conversions of one person and second by their fractions, and moves those
/// behind a conversion with a touch after it to the next second, where that is not after `last`.
/// Both stand by person and time; codes and fractions stand by row.
pub(super) fn order(
    touches: &mut [Touch],
    sales: &mut [SaleRow],
    codes: &[u64],
    fractions: &[u32],
    last: u32,
    table: &PersonTable,
) {
    let code = |touch: &Touch| codes[touch.row() as usize];
    let fraction = |touch: &Touch| fractions[touch.row() as usize];
    let is_one = |a: &Touch, b: &Touch| (code(a), a.time()) == (code(b), b.time());
    for second in touches
        .chunk_by_mut(is_one)
        .filter(|second| second.len() > 1)
    {
        second.sort_by_key(fraction);
    }
    let is_one = |a: &SaleRow, b: &SaleRow| (a.person, a.time) == (b.person, b.time);
    // the last second first: what moves to a second is not ordered by that one's fractions
    for second in sales.chunk_by_mut(is_one).rev() {
        second.sort_by_key(|sale| sale.fraction);
        let (person, time) = (second[0].person, second[0].time);
        if time >= last {
            continue;
        }
        let place =
            |touch: &Touch| by_person(code(touch), person, table).then(touch.time().cmp(&time));
        let start = touches.partition_point(|touch| place(touch) == Ordering::Less);
        let len = touches[start..].partition_point(|touch| place(touch) == Ordering::Equal);
        let own = &mut touches[start..start + len];
        let sold = second[0].fraction;
        let Some(after) = own.iter().position(|touch| fraction(touch) > sold) else {
            continue;
        };
        let since = fraction(&own[after]);
        own[after..]
            .iter_mut()
            .for_each(|touch| *touch = touch.later());
        for sale in second.iter_mut().filter(|sale| sale.fraction >= since) {
            sale.time += 1;
        }
    }
}
