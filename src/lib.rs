//! mixtouch answers "which marketing worked, and where should the next euro go?".

mod channel;
mod date;
mod error;
mod event;
pub mod experiment;
mod intern;
mod journeys;
mod person;
mod random;

pub use channel::{ChannelId, Channels};
pub use date::Day;
pub use error::{Error, Result};
pub use event::{Event, Events, Interaction, Kind, PassedOver};
pub use experiment::LiftTest;
pub use person::PersonKey;
pub use random::Random;
