//! mixtouch answers "which marketing worked, and where should the next euro go?".

mod error;

pub use error::{Error, Result};
