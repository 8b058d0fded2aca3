//! Rows of one person and second in an order of their own, whatever order they came in.
//!
//! Touches go by their channels' names; conversions by what they are worth, then by place, goal and
//! order. Fractions of a second, where the log states them, come first.

use crate::channel::{ChannelId, Channels};
use crate::event::details::NO_TEXT;
use crate::journeys::build::names::Names;
use crate::journeys::build::partition::SaleRow;
use crate::journeys::build::touch::Touch;
use crate::util::interner::Interner;
use std::cmp::Ordering;

/// By what rows of one second are put in order.
#[derive(Debug)]
pub(crate) struct Ties<'a> {
    names: &'a Names,
    /// The rank of each channel of `names` by name.
    ranks: Vec<ChannelId>,
}

impl<'a> Ties<'a> {
    pub(crate) fn new(names: &'a Names, channels: &Channels) -> Self {
        let ranks = names.channels.iter();
        let ranks = ranks.map(|name| channels.id(name).unwrap_or(ChannelId::NONE));
        Self {
            names,
            ranks: ranks.collect(),
        }
    }

    /// Orders touches, which stand by person and time; `codes` and `channels` have the persons and
    /// channels of all rows.
    pub(super) fn order_touches(
        &self,
        touches: &mut [Touch],
        codes: &[u64],
        channels: &[ChannelId],
    ) {
        let rank = |touch: &Touch| {
            let channel = channels[touch.row() as usize];
            self.ranks.get(channel.index()).copied()
        };
        let person = |touch: &Touch| codes[touch.row() as usize];
        let is_one = |a: &Touch, b: &Touch| a.time() == b.time() && person(a) == person(b);
        let seconds = touches.chunk_by_mut(is_one);
        for second in seconds.filter(|second| second.len() > 1) {
            second.sort_by_key(rank);
        }
    }

    /// Orders conversions, which stand by person and time.
    pub(super) fn order_sales(&self, sales: &mut [SaleRow]) {
        let is_one = |a: &SaleRow, b: &SaleRow| (a.person, a.time) == (b.person, b.time);
        let seconds = sales.chunk_by_mut(is_one);
        for second in seconds.filter(|second| second.len() > 1) {
            second.sort_by(|one, other| self.compare(one, other));
        }
    }

    fn compare(&self, one: &SaleRow, other: &SaleRow) -> Ordering {
        let place = |sale: &SaleRow| self.names.places.name(sale.place);
        let goal = |sale: &SaleRow| known(&self.names.goals, sale.goal);
        let order = |sale: &SaleRow| known(&self.names.orders, sale.order);
        let by_value = one.value.total_cmp(&other.value);
        by_value
            .then_with(|| place(one).cmp(&place(other)))
            .then_with(|| goal(one).cmp(&goal(other)))
            .then_with(|| order(one).cmp(&order(other)))
    }
}

fn known(table: &Interner, code: u32) -> Option<&str> {
    let is_known = code != NO_TEXT && (code as usize) < table.len();
    is_known.then(|| table.get(code))
}

#[cfg(test)]
mod tests {
    use crate::event::{Event, Events};
    use crate::journeys::{JourneyBuilder, JourneyOptions};

    /// Whatever order rows of one second come in, journeys are the same: the touches by name, the
    /// first conversion the one worth less.
    #[test]
    fn rows_of_one_second_have_an_order_of_their_own() {
        let rows = || {
            let touch = |channel| Event::touch("ann", 50, channel);
            let sale = |value, order| {
                let sale = Event::conversion("ann", 50).with_value(value);
                sale.with_order_id(order)
            };
            vec![
                touch("b"),
                touch("c"),
                touch("a"),
                sale(9.0, "A"),
                sale(5.0, "C"),
                sale(5.0, "B"),
            ]
        };
        let built = |first: usize, by_name: bool| {
            let mut builder = JourneyBuilder::new(JourneyOptions::default());
            if by_name {
                builder = builder.with_ties_by_name();
            }
            let mut rows = rows();
            rows.rotate_left(first);
            // one batch a row, as threads may bring them
            for row in rows {
                let mut log = Events::new();
                log.push(row).unwrap();
                builder.extend(&log).unwrap();
            }
            let journeys = builder.build().unwrap();
            let each = (0..journeys.len()).map(|at| {
                let journey = journeys.get(at).unwrap();
                let names = journey.channels().iter();
                let names = names.map(|&id| journeys.channels().name(id).to_owned());
                (names.collect::<Vec<_>>(), journey.outcome().value())
            });
            each.collect::<Vec<_>>()
        };
        let expected = built(0, true);
        assert_eq!(expected[0].0, ["a", "b", "c"]);
        for first in 1..6 {
            assert_eq!(built(first, true), expected, "from row {first}");
        }
        assert_ne!(built(0, false), expected);
    }
}
