//! The one error type.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::progress::Stage;

/// What can go wrong. Every variant names the value at fault and what was expected; for input files
/// also the row, counted as a text editor counts lines (the header is row 1).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting, argument or value given from code is outside its range.
    #[error("{name} is {value}, expected: {expected}")]
    Setting {
        /// What the setting is called.
        name: Cow<'static, str>,
        /// The value that was given.
        value: String,
        /// What was expected.
        expected: Cow<'static, str>,
    },
    /// A field of an input file or batch cannot be used.
    #[error("row {row}: {column} is {value:?}, expected: {expected}")]
    Field {
        /// The line of the file, counted from 1 with the header; in a batch the row counted from 1.
        row: u64,
        /// The column's name.
        column: String,
        /// The field as it stands.
        value: String,
        /// What was expected.
        expected: Cow<'static, str>,
    },
    /// A row of an input file is not well-formed.
    #[error("row {row}: {reason}")]
    Malformed {
        /// The line of the file, counted from 1 with the header.
        row: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A table lacks a column that is needed.
    #[error("no column {column:?}, found: {}", found.join(", "))]
    MissingColumn {
        /// The column that is needed.
        column: String,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// A table has no header or no rows at all.
    #[error("{what} is empty, expected: {expected}")]
    Empty {
        /// The table or file.
        what: Cow<'static, str>,
        /// What is needed at least.
        expected: Cow<'static, str>,
    },
    /// More distinct channels than a [`ChannelId`](crate::channel::ChannelId) can number.
    #[error("more than {limit} channels, first one too many: {channel:?}")]
    TooManyChannels {
        /// The largest number of channels.
        limit: usize,
        /// The name of the first channel over it.
        channel: String,
    },
    /// A channel is named that does not exist.
    #[error("{role} names channel {channel:?}, expected: {}", known.join(", "))]
    UnknownChannel {
        /// The setting that names it.
        role: Cow<'static, str>,
        /// The name.
        channel: String,
        /// The channels that exist.
        known: Vec<String>,
    },
    /// A model needs something the journeys lack, such as times on a path table.
    #[error("{model} needs {needs}, which these journeys lack")]
    MissingInput {
        /// The model.
        model: Cow<'static, str>,
        /// What it needs.
        needs: Cow<'static, str>,
    },
    /// A model of rates per time has conversions but no time that anybody was watched for.
    #[error(
        "the time from first touches to the end of observation is 0 s, expected: above 0 where there are conversions ({conversions})"
    )]
    NoExposure {
        /// The conversions.
        conversions: f64,
    },
    /// Two things to be merged, or a model and journeys, do not speak of the same channels.
    #[error("channels differ: {left} and {right}")]
    ChannelMismatch {
        /// The channels of the one side, abridged.
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
    #[error("the solver failed: {reason}")]
    Solver {
        /// What went wrong.
        reason: String,
    },
    /// The observer of long work asked it to stop.
    #[error("{stage} was cancelled")]
    Cancelled {
        /// What was going on.
        stage: Stage,
    },
    /// An input file could not be read or an output could not be written.
    #[error("input or output failed: {0}")]
    Io(#[from] std::io::Error),
    /// An error in the named file.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<Error>,
    },
}

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A setting outside its range.
    pub(crate) fn setting(
        name: impl Into<Cow<'static, str>>,
        value: impl ToString,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Setting {
            name: name.into(),
            value: value.to_string(),
            expected: expected.into(),
        }
    }

    /// A field of a table that cannot be used.
    pub(crate) fn field(
        row: u64,
        column: impl Into<String>,
        value: impl Into<String>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Field {
            row,
            column: column.into(),
            value: value.into(),
            expected: expected.into(),
        }
    }

    /// The same error, said of a file.
    #[cfg(feature = "csv")]
    pub(crate) fn in_file(self, path: impl Into<std::path::PathBuf>) -> Self {
        Self::File {
            path: path.into(),
            source: Box::new(self),
        }
    }
}
