//! Checks of a model that a buyer asks for: a placebo, refits, other specifications.

mod block_comparison;
mod placebo;
mod stability;

pub use self::block_comparison::{BlockComparison, ComparedSpecification};
pub use self::placebo::{Placebo, PlaceboReport, PlaceboRow};
pub use self::stability::{ChannelStability, Refit, Stability, StabilityReport};
