//! mixtouch answers "which marketing worked, and where should the next euro go?".

mod channel;
mod error;
mod event;
mod intern;
mod person;

pub use channel::{ChannelId, Channels};
pub use error::{Error, Result};
pub use event::{Event, Events, Interaction, Kind, PassedOver};
pub use person::PersonKey;
