//! CSV files in.

mod chunks;
mod costs;
pub(crate) mod events;
mod identity;
mod paths;
#[cfg(feature = "csv")]
pub(crate) mod table;
