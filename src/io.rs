//! Files in: event logs, path tables and costs.

mod columns;
#[cfg(feature = "csv")]
mod csv;
mod timestamp;

#[cfg(feature = "csv")]
pub use self::csv::EventReader;
pub use columns::EventColumns;
