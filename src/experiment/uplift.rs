//! What showing an ad changed, from logs of moments at which it could be shown.
//!
//! [`Uplift`] holds the settings, [`ChannelUplift`] is what it finds of a channel.

mod channel;
mod estimate;
mod features;
mod folds;
mod least_squares;
mod moments;
mod propensity;
mod report;
mod settings;
#[cfg(test)]
mod tests;

pub use self::channel::{ChannelUplift, UpliftReport};
pub use self::settings::Uplift;
