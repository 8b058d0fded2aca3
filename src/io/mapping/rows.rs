//! Mapped rows of one piece of a file, and of a whole log once pieces are joined.

use crate::error::Result;
use crate::event::Events;
use crate::io::mapping::tally::Tally;

/// The named columns that every mapped log has: what a channel's touches came from.
pub(super) const LEVELS: [&str; 2] = ["source_medium", "campaign"];

/// Rows of a log, and beside each what decides whether it stays.
#[derive(Debug)]
pub(super) struct MappedRows {
    pub(super) events: Events,
    /// One a stored row.
    pub(super) marks: Vec<Mark>,
    pub(super) tally: Tally,
}

/// What decides whether a row stays.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    /// Rows of the same number, other than 0, repeat each other.
    pub(super) same: u64,
    /// The same among events that count once per something.
    pub(super) once: u64,
    /// What the person's session is named by; 0 for none.
    pub(super) session: u64,
    /// The number of the rule.
    pub(super) rule: u16,
    /// Whether the row was mapped to a touch.
    pub(super) is_touch: bool,
}

impl MappedRows {
    pub(super) fn new(events: Events) -> Self {
        Self {
            events,
            marks: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Appends the rows that follow.
    pub(super) fn append(&mut self, later: Self) -> Result<()> {
        self.events.append(&later.events)?;
        self.marks.extend(later.marks);
        self.tally.append(later.tally);
        Ok(())
    }
}
