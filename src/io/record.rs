//! One row of any file format, as a mapping reads it.

#![allow(dead_code)]

use crate::error::Result;

/// One value of a row, as its file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// Null, or no such column in this row.
    Missing,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Instant(i128),
    /// Nanoseconds since 1970-01-01T00:00:00 on the clock of a zone that the file does not state.
    Local(i128),
    /// Days since 1970-01-01.
    Date(i32),
}

/// The place of a value in a row: `person`, `geo.country`, `param:page_location`.
///
/// A path that is the name of a column means this column, also where it holds a point. Else its
/// first part names a column, and the rest fields inside. `param:KEY` is the value of `KEY` in the
/// key/value list `event_params`, and `LIST:KEY` the one in the column `LIST`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FieldPath {
    /// As the mapping writes it.
    pub(super) text: String,
}

/// Takes the rows of one piece of a file: the row's number, counted from 1 as an editor counts
/// lines, and its values in the order of the paths asked for. A row that cannot be taken apart
/// comes as an error; the visitor decides whether reading goes on.
pub(super) type Visit<'a> = dyn FnMut(u64, Result<&[Value<'_>]>) -> Result<()> + 'a;
