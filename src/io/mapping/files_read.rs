//! The files of a reading, and what was found about them.

use crate::error::Result;
use crate::io::file::guess::Guess;
use crate::io::mapping::lack::{Excused, Lack};
use crate::io::mapping::pieces::Pieces;
use crate::io::mapping::slot::Slot;
use crate::report::figure;
use serde::{Deserialize, Serialize};

/// The files that a reading is of, and what was found about them.
///
/// ```
/// use mixtouch::io::{CostReader, Mapping};
///
/// let file = "Campaign report\nDay,Cost\n2026-01-05,20.00\n";
/// let reader = CostReader::new(Mapping::preset("google-ads-report")?);
/// let files = reader.with_bytes(file).read()?.report.files;
/// assert_eq!(files.titles, ["Campaign report"]);
/// assert!(files.missing_columns.contains(&"Clicks".to_owned()));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FilesRead {
    /// The names of the files, in order.
    #[serde(rename = "files")]
    pub names: Vec<String>,
    /// Columns of the mapping that the files lack.
    pub missing_columns: Vec<String>,
    /// The lines above their headers, which are no rows.
    pub titles: Vec<String>,
    /// What was guessed about them, where the mapping says `auto`.
    pub guesses: Vec<Guess>,
}

impl FilesRead {
    /// Another file begins, whose rows have these columns; with each, what it means that it is
    /// missing.
    ///
    /// # Errors
    /// If the file lacks a column that is needed, or one that is not excused.
    pub(super) fn begin<'s>(
        &mut self,
        name: &str,
        pieces: &Pieces<'_>,
        columns: impl IntoIterator<Item = (&'s Slot, Lack)>,
        excused: Excused<'_>,
    ) -> Result<()> {
        self.names.push(name.to_owned());
        let missing = pieces.missing(columns, excused)?;
        missing.into_iter().for_each(|missing| self.lack(missing));
        let titles = pieces.titles.iter();
        let titles = titles.filter(|title| !title.trim().is_empty());
        self.titles.extend(titles.cloned());
        if !pieces.guess.is_empty() && !self.guesses.contains(&pieces.guess) {
            self.guesses.push(pieces.guess.clone());
        }
        Ok(())
    }

    /// The files lack a column of the mapping.
    pub(super) fn lack(&mut self, column: String) {
        if !self.missing_columns.contains(&column) {
            self.missing_columns.push(column);
        }
    }

    /// For errors: what all rows are of. The name of a single file stands before its errors.
    pub(super) fn said_of(&self, what: &str) -> String {
        match self.names.as_slice() {
            [] | [_] => what.to_owned(),
            [first, last] => format!("{what} of {first} and {last}"),
            [first, others @ ..] => format!("{what} of {first} and {} more files", others.len()),
        }
    }

    /// The title of a report of these rows.
    pub(super) fn title(&self, rows: u64) -> String {
        let files = match self.names.as_slice() {
            [] => String::new(),
            [file] => format!(" of {file}"),
            files => format!(" of {} files", files.len()),
        };
        format!("{} rows{files}", figure(rows as f64, 0))
    }

    /// What was found, a line each.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let missing = (!self.missing_columns.is_empty())
            .then(|| format!("columns not found: {}", self.missing_columns.join(", ")));
        let titles = self.titles.iter();
        let titles = titles.map(|title| format!("above the header: {title}"));
        let guesses = self.guesses.iter().map(ToString::to_string);
        missing.into_iter().chain(titles).chain(guesses)
    }
}
