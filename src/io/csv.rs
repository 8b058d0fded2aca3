//! CSV files in.

mod chunks;
mod costs;
mod events;
mod paths;

pub use events::{EventPiece, EventReader};
