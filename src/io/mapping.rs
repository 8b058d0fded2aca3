//! Logs and spend tables as companies export them, read by a mapping.
//!
//! [`Mapping`](specification::Mapping) is what a file says, `Layout` what it is made ready to.
//! A row of any format is an array of values at the paths that the layout asks for (`record`). The
//! `Mapper` makes events of rows, piece by piece in parallel; `settle` then leaves out what repeats.

#[cfg(feature = "parquet")]
mod by_column;
mod column;
mod conditions;
mod cost_reader;
mod currency;
mod decision;
mod event_reader;
mod fields_read;
mod files_read;
mod heaviest;
mod kinds;
mod lack;
mod layout;
mod mapper;
mod names;
mod origin;
mod pieces;
mod presets;
mod repeats;
mod report;
mod rows;
mod settle;
mod slot;
mod source;
mod specification;
mod spend;
mod spend_report;
mod spend_rows;
mod stated_columns;
mod statement;
mod tally;
mod text;
mod tolerance;
mod total;

pub use self::column::{MappedColumn, Texts};
pub use self::cost_reader::CostReader;
pub use self::currency::{Rates, common_currency};
pub use self::event_reader::{EventReader, Reading};
pub use self::files_read::FilesRead;
pub use self::kinds::{ConversionRule, KindRule, MappedKind, SessionRule, TouchWhen};
pub use self::report::{Counted, CurrencyTotal, ReadingReport};
pub use self::specification::{DropRules, MappedColumns, Mapping};
pub use self::spend::{SpendCheck, SpendMapping, TotalRow};
pub use self::spend_report::{SpendReading, SpendReport};
pub use self::tolerance::{BadRows, SkippedRows};
