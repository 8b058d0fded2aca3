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
    pub(super) marks: Marks,
    pub(super) tally: Tally,
}

/// What a row states that decides whether it stays.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    /// Rows of the same number, other than 0, repeat each other.
    pub(super) same: u64,
    /// The same among events that count once per something.
    pub(super) once: u64,
    pub(super) from: RowOrigin,
}

/// Where a row's event came from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowOrigin {
    /// What the person's session is named by; 0 for none.
    pub(super) session: u64,
    /// The number of the rule.
    pub(super) rule: u16,
    /// Whether the row was mapped to a touch.
    pub(super) is_touch: bool,
}

impl RowOrigin {
    /// The origin of a row of the rule of that number.
    pub(super) fn of_rule(rule: usize) -> Self {
        Self {
            rule: rule as u16,
            ..Self::default()
        }
    }
}

/// The marks of all stored rows. Few rows have a number that others may share: these stand apart,
/// each behind its row.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// One a stored row.
    pub(super) origins: Vec<RowOrigin>,
    pub(super) same: Vec<(usize, u64)>,
    pub(super) once: Vec<(usize, u64)>,
}

impl Marks {
    /// Adds that of the next row.
    pub(super) fn push(&mut self, mark: Mark) {
        let row = self.origins.len();
        self.origins.push(mark.from);
        for (numbers, number) in [(&mut self.same, mark.same), (&mut self.once, mark.once)] {
            if number != 0 {
                numbers.push((row, number));
            }
        }
    }

    /// Appends those of the rows that follow.
    fn append(&mut self, later: Self) {
        let base = self.origins.len();
        let moved = |(row, number)| (base + row, number);
        self.origins.extend(later.origins);
        self.same.extend(later.same.into_iter().map(moved));
        self.once.extend(later.once.into_iter().map(moved));
    }
}

impl MappedRows {
    pub(super) fn new(events: Events) -> Self {
        Self {
            events,
            marks: Marks::default(),
            tally: Tally::default(),
        }
    }

    /// Appends the rows that follow.
    pub(super) fn append(&mut self, later: Self) -> Result<()> {
        self.events.append(&later.events)?;
        self.marks.append(later.marks);
        self.tally.append(later.tally);
        Ok(())
    }
}
