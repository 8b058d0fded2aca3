//! Rows whose person is missing.

use crate::event::log::Events;
use crate::event::row::Kind;
use crate::time::limits::DAY;

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
