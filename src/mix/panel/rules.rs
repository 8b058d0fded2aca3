//! What names, dates and cells of a panel have to be.

use crate::error::{Error, Result};
use crate::time::limits::LARGEST;
use std::collections::HashSet;

/// Whether a cell can be used; beyond 1e15 sums of squares and their ratios lose all meaning.
pub(crate) fn is_allowed(value: f64, low: f64) -> bool {
    value >= low && value.abs() <= LARGEST
}

/// What [`is_allowed`] allows.
pub(crate) const fn expected(low: f64) -> &'static str {
    if low == 0.0 {
        "a finite number, 0 or more, at most 1e15"
    } else {
        "a finite number, -1e15 to 1e15"
    }
}

/// An error if a name is empty or comes twice.
pub(crate) fn distinct<'a>(what: &'static str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if name.is_empty() || !seen.insert(name) {
            return Err(Error::setting(
                format!("name of a {what}"),
                format!("{name:?}"),
                "a name that is not empty and not taken",
            ));
        }
    }
    Ok(())
}
