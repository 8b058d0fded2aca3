//! Event logs: rows of persons, times, channels and kinds, with their costs and sessions.

mod costs;
mod identifiers;
pub(crate) mod log;
pub(crate) mod person;
mod row;
mod select;
mod sessions;

pub use self::costs::CostTable;
pub(crate) use self::identifiers::IdentifierColumn;
#[allow(unused_imports)]
pub(crate) use self::log::{
    Column, LARGEST, NO_TEXT, Sale, recode_channel, recode_person, recode_text, second,
};
pub use self::log::{Events, IgnoredRows};
pub use self::person::PersonKey;
pub(crate) use self::row::bad_time;
#[cfg(any(feature = "csv", feature = "parquet"))]
pub(crate) use self::row::check_amount;
pub use self::row::{Event, Interaction, Kind};
pub use self::sessions::{SessionTouch, Sessions};
