//! mixtouch answers "which marketing worked, and where should the next euro go?".

mod date;
mod error;

pub use date::Day;
pub use error::{Error, Result};
