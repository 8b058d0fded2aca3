//! The columns of a log that is written to a file.

use crate::error::{Error, Result};
use crate::event::{Events, Interaction, Kind};
use crate::io::places::STANDARD;

/// The names of the columns: the standard ones, then the log's own.
///
/// # Errors
/// If a named column goes by the name of another: no reader could find it again.
pub(super) fn header(log: &Events) -> Result<Vec<String>> {
    let mut names = STANDARD.map(String::from).to_vec();
    for column in log.columns() {
        if names.iter().any(|name| name == column) {
            return Err(Error::setting(
                "a named column",
                format!("{column:?}"),
                "a name that no other column has",
            ));
        }
        names.push(column.into());
    }
    Ok(names)
}

/// The name of a kind in a file.
pub(super) fn kind_name(kind: Kind) -> &'static str {
    let named = Kind::ALL.iter().find(|(_, other)| *other == kind);
    named.map_or("", |&(name, _)| name)
}

/// The name of an interaction in a file.
pub(super) fn interaction_name(interaction: Interaction) -> &'static str {
    match interaction {
        Interaction::Click => "click",
        Interaction::View => "view",
    }
}
