//! CSV files in and out.

#[cfg(feature = "csv")]
mod assignments;
pub(super) mod chunks;
mod costs;
pub(crate) mod events;
mod identity;
mod paths;
#[cfg(feature = "csv")]
pub(crate) mod table;
mod write;
