//! The values found, by slot.

use crate::io::record::Value;
use std::ops::Range;

/// The values found, by slot.
#[derive(Debug, Default)]
pub(in crate::io) struct Cells<'de> {
    pub(super) cells: Vec<(Cell<'de>, u8)>,
    /// Where the slots of the text at hand begin.
    pub(super) base: usize,
    /// Texts that the JSON has with escapes.
    unescaped: String,
    /// What texts tell of each slot's field: see [`crate::io::seen`].
    seen: Vec<u8>,
}

/// One value.
#[derive(Debug, Clone, Default)]
pub(super) enum Cell<'de> {
    #[default]
    Missing,
    Text(&'de str),
    Unescaped(Range<usize>),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// An object or a list that is not empty, or a number too large to be known exactly.
    Unusable(&'static str),
}

impl<'de> Cells<'de> {
    /// The same memory for another text.
    pub(in crate::io) fn recycled<'other>(mut self) -> Cells<'other> {
        self.cells.clear();
        self.unescaped.clear();
        Cells {
            cells: self.cells.into_iter().map(|_| (Cell::Missing, 0)).collect(),
            base: 0,
            unescaped: self.unescaped,
            seen: self.seen,
        }
    }

    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.unescaped.clear();
    }

    /// Another text of that many slots begins.
    pub(super) fn begin(&mut self, slots: usize) {
        self.base = self.cells.len();
        self.cells
            .resize(self.base + slots, (Cell::Missing, u8::MAX));
        if self.seen.len() < slots {
            self.seen.resize(slots, 0);
        }
    }

    /// The text tells something of the field of a slot.
    #[inline]
    pub(super) fn see(&mut self, slot: usize, sighting: u8) {
        self.seen[slot] |= sighting;
    }

    /// What texts told of the field of a slot.
    pub(in crate::io) fn sightings(&self, slot: usize) -> u8 {
        self.seen.get(slot).copied().unwrap_or(0)
    }

    /// The value of a slot, counted from the first text's.
    ///
    /// # Errors
    /// If it is an object, a list or a number too large.
    pub(in crate::io) fn value(&self, slot: usize) -> Result<Value<'_>, &'static str> {
        let Some((cell, _)) = self.cells.get(slot) else {
            return Ok(Value::Missing);
        };
        Ok(match cell {
            Cell::Missing => Value::Missing,
            Cell::Text(text) => Value::Text(text),
            Cell::Unescaped(range) => Value::Text(&self.unescaped[range.clone()]),
            Cell::Integer(number) => Value::Integer(*number),
            Cell::Number(number) => Value::Number(*number),
            Cell::Boolean(is) => Value::Boolean(*is),
            Cell::Unusable(what) => return Err(what),
        })
    }

    /// Keeps a value where the slot has none of fewer steps.
    pub(super) fn set(&mut self, slot: usize, steps: u8, cell: &Cell<'de>) {
        if let Some(held) = self.cells.get_mut(self.base + slot)
            && (steps <= held.1 || matches!(held.0, Cell::Missing))
            && !matches!(cell, Cell::Missing)
        {
            *held = (cell.clone(), steps);
        }
    }

    /// Keeps the first value of a key.
    pub(super) fn set_first(&mut self, slot: usize, cell: &Cell<'de>) {
        if matches!(self.cells.get(self.base + slot), Some((Cell::Missing, _))) {
            self.set(slot, 1, cell);
        }
    }

    pub(super) fn unescape(&mut self, text: &str) -> Cell<'de> {
        let start = self.unescaped.len();
        self.unescaped.push_str(text);
        Cell::Unescaped(start..self.unescaped.len())
    }
}
