//! mixtouch answers "which marketing worked, and where should the next euro go?".

mod date;
mod error;
pub mod experiment;
pub mod mix;
pub mod omnichannel;
mod random;
pub mod simulate;

pub use date::Day;
pub use error::{Error, Result};
pub use experiment::LiftTest;
pub use random::Random;
