//! Files in: event logs, path tables and costs.

mod columns;
mod csv;
mod timestamp;

pub use self::csv::EventReader;
pub use columns::EventColumns;
