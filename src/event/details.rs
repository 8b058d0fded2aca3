//! Details of some rows, beyond the columns that all rows have.

use crate::util::interner::Interner;

/// The code that stands for no text.
pub(crate) const NO_TEXT: u32 = u32::MAX;

/// The details of a conversion, return, cart, survey or case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RowDetails {
    /// The row of the log.
    pub(crate) row: usize,
    /// NaN for a survey's row without an answer.
    pub(crate) value: f64,
    /// The code of a goal, a survey question or a topic; or [`NO_TEXT`].
    pub(crate) goal: u32,
    /// The code of an order, a cart or a case; or [`NO_TEXT`].
    pub(crate) order: u32,
}

/// A named column of texts, one a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextColumn {
    pub(crate) name: String,
    pub(crate) texts: Interner,
    pub(crate) codes: Vec<u32>,
}
