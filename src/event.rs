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
pub use self::log::{Events, IgnoredRows};
pub use self::person::PersonKey;
pub use self::row::{Event, Interaction, Kind};
pub use self::sessions::{SessionTouch, Sessions};
