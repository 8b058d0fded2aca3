//! Markov chains: how many conversions would be lost without a channel.

mod chain;
mod ends;
mod fit;
mod flows;
mod model;
mod order;
mod order_range;
mod pairs;
mod removal;
mod specification;
mod state;
mod system;
mod transitions;

pub use self::model::{MarkovJourneys, MarkovModel};
pub use self::order::{OrderChoice, OrderScore};
pub use self::specification::Markov;
pub use self::state::{State, Transition};
pub use self::transitions::Transitions;
