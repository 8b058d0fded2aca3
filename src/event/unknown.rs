//! Rows whose person is missing.

use crate::event::log::Events;
use crate::event::row::Kind;
use crate::time::limits::DAY;
use crate::util::random::step;
use xxhash_rust::xxh3::xxh3_64;

/// A person for one conversion alone, told by the row itself: the order of rows cannot change it,
/// and conversions of different seconds, values or orders are of different persons.
pub(crate) fn unknown_person(time: u32, value: f64, texts: [&str; 3]) -> u64 {
    let start = step(u64::from(time) ^ step(value.to_bits()));
    let mix = |hash, text: &str| step(hash ^ xxh3_64(text.as_bytes()));
    texts.into_iter().fold(start, mix) >> 1
}

impl Events {
    /// Whether a text without blanks around it states no person; counts placeholders.
    #[inline]
    pub(crate) fn is_missing(&mut self, text: &[u8]) -> bool {
        if text.is_empty() {
            return true;
        }
        let missing = self.placeholders.has(text);
        self.cleaned.placeholders += u64::from(missing);
        missing
    }

    /// Counts a row that is left out, as its person is missing, and keeps what a touch cost.
    #[cold]
    pub(crate) fn leave_out(&mut self, kind: Kind, time: u32, channel: &str, cost: f64) {
        if kind != Kind::Touch {
            self.cleaned.unknown_others += 1;
            return;
        }
        self.cleaned.unknown_touches += 1;
        if cost > 0.0 {
            self.unknown_costs.add(channel, time / DAY, cost);
        }
    }
}
