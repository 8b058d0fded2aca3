//! The one error type.

pub(crate) mod nearest;
pub(crate) mod readable;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

#[cfg(any(feature = "csv", feature = "parquet"))]
use crate::error::readable::{NOT_SHOWN, is_address};
use crate::error::readable::{listed, printable, readable};
use crate::progress::{Stage, Stopped};

/// Anything that can go wrong. Each variant names the value at fault and what was expected.
///
/// Errors in files also have the row. Rows are counted as a text editor counts lines: the header is
/// row 1.
///
/// ```
/// use mixtouch::{Event, Events};
///
/// let mut log = Events::new();
/// let error = log.push(Event::touch("ann", 1_767_225_600_000, "tv")).unwrap_err();
/// assert_eq!(error.row(), Some(1));
/// assert!(error.to_string().ends_with("0 to 4294967295 (this looks like milliseconds)"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting or argument is outside its range.
    #[error(
        "{} is {}, expected: {}",
        printable(name),
        printable(value),
        printable(expected)
    )]
    Setting {
        /// The name of the setting.
        name: Cow<'static, str>,
        /// The value given.
        value: String,
        /// What was expected.
        expected: Cow<'static, str>,
    },
    /// A field of an input file or batch is unusable.
    #[error("row {row}: {column} is {value:?}, expected: {expected}")]
    Field {
        /// The line of the file, from 1 for the header; in a batch, the row from 1.
        row: u64,
        /// The column's name.
        column: String,
        /// The text of the field.
        value: String,
        /// What was expected.
        expected: Cow<'static, str>,
    },
    /// A row of an input file is not well-formed.
    #[error("row {row}: {}", printable(reason))]
    Malformed {
        /// The line of the file, from 1 for the header.
        row: u64,
        /// What is wrong with the row.
        reason: String,
    },
    /// A table lacks a required column.
    #[error("no column {:?}, found: {}", readable(column), listed(found))]
    MissingColumn {
        /// The name of the required column.
        column: String,
        /// The names of the columns found.
        found: Vec<String>,
    },
    /// A table or file has no header or no rows.
    #[error("{} is empty, expected: {expected}", printable(what))]
    Empty {
        /// The table or file.
        what: Cow<'static, str>,
        /// The least it must hold.
        expected: Cow<'static, str>,
    },
    /// More distinct channels than a [`ChannelId`](crate::channel::ChannelId) can number.
    #[error(
        "more than {limit} channels, first one too many: {:?}",
        readable(channel)
    )]
    TooManyChannels {
        /// The most channels allowed.
        limit: usize,
        /// The name of the first channel beyond the limit.
        channel: String,
    },
    /// A setting names a channel that does not exist.
    #[error(
        "{role} names channel {:?}, expected: {}",
        readable(channel),
        nearest::expected(channel, known)
    )]
    UnknownChannel {
        /// The setting that names the channel.
        role: Cow<'static, str>,
        /// The name given.
        channel: String,
        /// The names of the channels that exist.
        known: Vec<String>,
    },
    /// A setting names a channel that no row of the log touches, and that was not declared.
    #[error(
        "{role} names channel {:?}, expected: {}; one that the data may lack is declared by add_channels",
        readable(channel),
        nearest::expected(channel, known)
    )]
    UndeclaredChannel {
        /// The setting that names the channel.
        role: Cow<'static, str>,
        /// The name given.
        channel: String,
        /// The names of the channels that exist.
        known: Vec<String>,
    },
    /// A model needs something the journeys lack, such as times on a path table.
    #[error("{} needs {needs}, which these journeys lack", printable(model))]
    MissingInput {
        /// The model.
        model: Cow<'static, str>,
        /// What the model needs.
        needs: Cow<'static, str>,
    },
    /// A model of rates per time has conversions, but its persons were observed for no time.
    #[error(
        "the time from first touches to the end of observation is 0 s, expected: > 0 where there are conversions ({conversions})"
    )]
    NoExposure {
        /// The number of conversions.
        conversions: f64,
    },
    /// Two parts to be merged, or a model and its journeys, have different channels.
    #[error(
        "channels differ: {} and {}; declare all of them in each part (add_channels)",
        printable(left),
        printable(right)
    )]
    ChannelMismatch {
        /// The channels of one side, abridged.
        left: String,
        /// The channels of the other side, abridged.
        right: String,
    },
    /// A regressor is a combination of others, so its coefficient has no single value.
    #[error("column {column:?} is a combination of the columns before it")]
    Collinear {
        /// The regressor's name.
        column: String,
    },
    /// A regressor is other than 0 only where the counts are 0, so its coefficient has no finite
    /// estimate.
    #[error("column {column:?} separates counts of 0 from the rest; its estimate is not finite")]
    Separation {
        /// The regressor's name.
        column: String,
    },
    /// A numerical solver gave no usable answer.
    #[error("the solver failed: {}", printable(reason))]
    Solver {
        /// What went wrong.
        reason: String,
    },
    /// The observer of long work stopped it.
    #[error("{stage} was cancelled")]
    Cancelled {
        /// The stage that was stopped.
        stage: Stage,
    },
    /// A numerical method did not converge on these data.
    #[error("{what} did not converge within {iterations} iterations")]
    NotConverged {
        /// The model or method.
        what: Cow<'static, str>,
        /// The iterations made.
        iterations: usize,
    },
    /// Something stored is not what was written: bytes were lost or changed.
    #[error("{} is damaged: {}", printable(what), printable(reason))]
    Damaged {
        /// What was stored.
        what: Cow<'static, str>,
        /// How it shows.
        reason: String,
    },
    /// A newer version of the crate stored something in a format that this one does not know.
    #[error(
        "{what} has format {format}, expected: at most {newest}, or a newer version of the crate"
    )]
    NewerFormat {
        /// What was stored.
        what: Cow<'static, str>,
        /// The number of its format.
        format: u32,
        /// The newest format that is known here.
        newest: u32,
    },
    /// An input file could not be read or an output could not be written.
    #[error("input or output failed: {}", printable(&readable(&.0.to_string())))]
    Io(#[from] std::io::Error),
    /// An error in a named file.
    #[error("{}: {source}", printable(&path.to_string_lossy()))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        source: Box<Error>,
    },
}

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Expected of a name or key, for error messages.
pub(crate) const ANY_TEXT: &str = "any text of at least one character";

impl From<Stopped> for Error {
    fn from(Stopped(stage): Stopped) -> Self {
        Self::Cancelled { stage }
    }
}

impl Error {
    /// The row at fault, if the error is about a row: the line of a file, from 1 for the header.
    ///
    /// ```
    /// # #[cfg(feature = "csv")] {
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    ///
    /// let file = "person,timestamp,channel,kind\nann,yesterday,tv,touch\n";
    /// let error = Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap_err();
    /// assert_eq!(error.row(), Some(2));
    /// # }
    /// ```
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::Field { row, .. } | Self::Malformed { row, .. } => Some(*row),
            Self::File { source, .. } => source.row(),
            _ => None,
        }
    }

    /// The file at fault, if the error is about a named file.
    ///
    /// ```
    /// use mixtouch::{Day, Error};
    ///
    /// let not_a_date = "2026-02-30".parse::<Day>().unwrap_err();
    /// assert_eq!(not_a_date.path(), None);
    /// let error = Error::File { path: "costs.csv".into(), source: Box::new(not_a_date) };
    /// assert_eq!(error.path(), Some("costs.csv".as_ref()));
    /// ```
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether reading or writing failed, rather than the data being wrong. Trying again may help.
    ///
    /// ```
    /// use mixtouch::Error;
    /// use std::io;
    ///
    /// assert!(Error::from(io::Error::from(io::ErrorKind::NotFound)).is_io());
    /// assert!(!"2026-02-30".parse::<mixtouch::Day>().unwrap_err().is_io());
    /// ```
    pub fn is_io(&self) -> bool {
        match self {
            Self::Io(_) => true,
            Self::File { source, .. } => source.is_io(),
            _ => false,
        }
    }

    /// A failed read; damage to the data where a decoder found it.
    #[cfg(feature = "csv")]
    pub(crate) fn reading(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) => Self::Io(error),
        }
    }

    /// A setting outside its range.
    pub(crate) fn setting(
        name: impl Into<Cow<'static, str>>,
        value: impl ToString,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Setting {
            name: name.into(),
            value: printable(&readable(&value.to_string())).into_owned(),
            expected: expected.into(),
        }
    }

    /// A field of a table that cannot be used.
    pub(crate) fn field(
        row: u64,
        column: impl AsRef<str>,
        value: impl AsRef<str>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Field {
            row,
            column: printable(&readable(column.as_ref())).into_owned(),
            value: readable(value.as_ref()).into_owned(),
            expected: expected.into(),
        }
    }

    /// The same error without anything that a row says but that it says nothing: rows may name
    /// persons. Of a header, the names that `is_known` stay.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn without_values(self, is_known: impl Fn(&str) -> bool) -> Self {
        self.hiding(&|value| !value.trim().is_empty(), &|name| !is_known(name))
    }

    /// The same error without values and names that may be a person's: in a file whose columns are
    /// swapped, or that has no header, an address stands where a time is expected.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn without_addresses(self) -> Self {
        self.hiding(&is_address, &is_address)
    }

    /// The same error without the value and the names found that are to be hidden.
    #[cfg(any(feature = "csv", feature = "parquet"))]
    fn hiding(self, value_is: &dyn Fn(&str) -> bool, name_is: &dyn Fn(&str) -> bool) -> Self {
        match self {
            Self::Field {
                row,
                column,
                value,
                expected,
            } if value_is(&value) => Self::Field {
                row,
                column,
                value: NOT_SHOWN.into(),
                expected,
            },
            Self::MissingColumn { column, found } => {
                let (hidden, mut found): (Vec<String>, Vec<String>) =
                    found.into_iter().partition(|name| name_is(name));
                if !hidden.is_empty() {
                    found.push(format!("{} {NOT_SHOWN}", hidden.len()));
                }
                Self::MissingColumn { column, found }
            }
            Self::File { path, source } => source.hiding(value_is, name_is).in_file(path),
            other => other,
        }
    }

    /// The same error, said of a file.
    pub(crate) fn in_file(self, path: impl Into<std::path::PathBuf>) -> Self {
        Self::File {
            path: path.into(),
            source: Box::new(self),
        }
    }
}
