//! One row of any file format, as a mapping reads it.

use crate::error::{Error, Result};
use std::fmt;

/// One value of a row, as its file has it. Typed columns alone hold dates and times.
#[cfg_attr(not(any(feature = "parquet", test)), expect(dead_code))]
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

/// Where a path leads in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'p> {
    /// A column itself.
    Column(usize),
    /// Fields inside a column, joined by points.
    Inside(usize, &'p str),
    /// An entry of the key/value list in a column.
    Entry(usize, &'p str),
}

/// The list that `param:` stands for.
const PARAMETERS: &str = "event_params";

impl FieldPath {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The column of a key/value list and the key, where the path is of that form.
    pub(super) fn entry(&self) -> Option<(&str, &str)> {
        let (list, key) = self.text.split_once(':')?;
        let list = if list == "param" { PARAMETERS } else { list };
        Some((list, key))
    }

    /// Where the path leads in a table of these columns; none if it leads nowhere.
    ///
    /// # Errors
    /// If the column that it names stands there twice.
    pub(super) fn place<S: AsRef<str>>(&self, columns: &[S]) -> Result<Option<Place<'_>>> {
        if let Some(at) = column(columns, &self.text)? {
            return Ok(Some(Place::Column(at)));
        }
        if let Some((list, key)) = self.entry()
            && let Some(at) = column(columns, list)?
        {
            return Ok(Some(Place::Entry(at, key)));
        }
        // the longest name of a column wins: `a.b.c` is `c` in `a.b` where there is such a column
        for (point, _) in self.text.match_indices('.').rev() {
            if let Some(at) = column(columns, &self.text[..point])? {
                return Ok(Some(Place::Inside(at, &self.text[point + 1..])));
            }
        }
        Ok(None)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.text)
    }
}

/// Where a column stands.
fn column<S: AsRef<str>>(columns: &[S], name: &str) -> Result<Option<usize>> {
    let mut named = (0..columns.len()).filter(|&at| columns[at].as_ref() == name);
    match (named.next(), named.next()) {
        (Some(_), Some(_)) => Err(Error::Malformed {
            row: 1,
            reason: format!("column {name:?} stands there twice"),
        }),
        (at, _) => Ok(at),
    }
}

/// The same memory for another row: the vector is emptied, and its values' lifetime is free again.
#[inline]
pub(super) fn recycled<'a, 'b>(mut values: Vec<Value<'a>>) -> Vec<Value<'b>> {
    values.clear();
    // in place: the standard library collects into the vector that it iterates
    values.into_iter().map(|_| Value::Missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_columns_first() {
        let columns = ["a", "a.b", "event_params", "x:y", "items"];
        let place = |text: &str| {
            let path = FieldPath::new(text);
            format!("{:?}", path.place(&columns).unwrap())
        };
        assert_eq!(place("a"), "Some(Column(0))");
        assert_eq!(place("a.b"), "Some(Column(1))");
        assert_eq!(place("a.c.d"), "Some(Inside(0, \"c.d\"))");
        assert_eq!(place("a.b.c"), "Some(Inside(1, \"c\"))");
        assert_eq!(place("param:page.url"), "Some(Entry(2, \"page.url\"))");
        assert_eq!(place("items:name"), "Some(Entry(4, \"name\"))");
        assert_eq!(place("x:y"), "Some(Column(3))");
        assert_eq!(place("b"), "None");
        assert_eq!(place("b.a"), "None");
        assert_eq!(place(""), "None");
    }

    #[test]
    fn a_name_twice_is_an_error_only_where_it_is_asked_for() {
        let columns = ["a", "b", "b"];
        assert_eq!(
            FieldPath::new("a").place(&columns).unwrap(),
            Some(Place::Column(0))
        );
        let error = FieldPath::new("b.c")
            .place(&columns)
            .unwrap_err()
            .to_string();
        assert_eq!(error, "row 1: column \"b\" stands there twice");
    }
}
