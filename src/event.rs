//! Event logs: rows of persons, times, channels and kinds, with their costs and sessions.
//!
//! An [`Event`] is one row as a caller states or reads it; [`Events`] is the log. A log is read
//! from a file with [`io`](crate::io), or filled row by row. [`Sessions`] groups touches to visits,
//! and a [`CostTable`] has what channels cost where the touches do not say.
//!
//! ```
//! use mixtouch::{Event, Events};
//!
//! let mut log = Events::new();
//! log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(0.40))?;
//! log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
//! let value: f64 = log.iter().map(|event| event.value()).sum();
//! assert_eq!((log.len(), value), (2, 50.0));
//! # Ok::<(), mixtouch::Error>(())
//! ```

mod append;
mod cleaned_days;
mod cleaned_rows;
mod columns;
mod costs;
pub(crate) mod details;
mod fold;
pub(crate) mod identifier;
mod identifiers;
mod ignored_rows;
pub(crate) mod log;
mod message;
mod missing;
mod owned;
pub(crate) mod person;
mod placeholders;
mod row;
mod select;
mod sessions;
mod unknown;

pub(crate) use self::append::{recode_channel, recode_person, recode_text};
pub(crate) use self::cleaned_days::CleanedDays;
pub use self::cleaned_rows::CleanedRows;
pub(crate) use self::costs::ChannelCosts;
pub use self::costs::{CostSource, CostTable};
pub use self::identifier::Identifier;
pub(crate) use self::identifiers::IdentifierColumn;
pub use self::ignored_rows::IgnoredRows;
pub use self::log::Events;
pub use self::owned::OwnedEvent;
pub use self::person::PersonKey;
pub use self::placeholders::Placeholders;
pub use self::row::{Event, Interaction, Kind};
pub use self::sessions::{SessionTouch, Sessions};
#[cfg(any(feature = "csv", feature = "parquet"))]
pub(crate) use self::unknown::unknown_person;
