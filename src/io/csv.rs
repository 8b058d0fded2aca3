//! CSV files in.

mod chunks;
mod costs;
mod events;
mod paths;
mod table;

pub use events::EventReader;
