//! Rows whose person is missing.

use crate::event::cleaned_days::CleanedDays;
use crate::event::cleaned_rows::CleanedRows;
use crate::event::log::Events;
use crate::event::row::Kind;
use crate::time::TimeRange;
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
        self.count_unknown(kind, time);
        if kind == Kind::Touch && cost > 0.0 {
            self.unknown_costs.add(channel, time / DAY, cost);
        }
    }

    /// Counts a row whose person is missing.
    #[cold]
    pub(crate) fn count_unknown(&mut self, kind: Kind, time: u32) {
        let counts = CleanedRows::of_unknown(kind);
        self.cleaned.add(counts);
        self.unknown_days.add(time, time, counts);
    }

    /// What touches cost that were left out, as far as that was spent all the same.
    #[cfg(feature = "mapping")]
    pub(crate) fn unknown_cost(&self) -> f64 {
        let costs = self.unknown_costs.by_channel(TimeRange::default());
        costs.values().map(|channel| channel.of_touches).sum()
    }

    /// What was cleaned, by day where that is known, else by the days of all rows.
    pub(crate) fn cleaned_days(&self) -> CleanedDays {
        let mut days = self.unknown_days.clone();
        let others = self.cleaned.without(days.within(TimeRange::default()));
        if others != CleanedRows::default() {
            let rows = self.time.iter().copied();
            let left_out = days.extent().map(|(first, last)| [first, last]);
            let seconds = || rows.clone().chain(left_out.into_iter().flatten());
            let (first, last) = (seconds().min().unwrap_or(0), seconds().max());
            days.add(first, last.unwrap_or(u32::MAX), others);
        }
        days
    }
}
