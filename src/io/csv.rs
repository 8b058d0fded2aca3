//! CSV files in.

mod chunks;
mod costs;
mod events;
mod identity;
mod paths;

pub use events::{EventPiece, EventReader};
