//! The next budget: how to spend so that the outcome is best.
//!
//! A [`Budget`] gives the bounds of spend, [`ResponseCurve`]s give what spend returns, a [`Goal`]
//! says what is wanted. [`Budget::plan`] gives the [`Plan`]: how to spend, which bounds are active,
//! and the gain with its interval. The planner knows curves only, no model.

mod ascent;
mod careful;
mod channel;
mod curve;
mod ensemble;
mod exchange;
mod flight;
mod goal;
mod grid;
mod group;
mod limits;
mod names;
mod plan;
mod planner;
mod risk;
mod sensitivity;
mod solve;
mod steps;
mod tabled;
#[cfg(test)]
mod tests;
mod tree;

pub use self::channel::ChannelBudget;
pub use self::curve::{HorizonCurve, ResponseCurve};
pub use self::ensemble::Ensemble;
pub use self::flight::{FlightCurve, FlightPlan, FlightedChannel, Flights};
pub use self::goal::Goal;
pub use self::group::GroupBudget;
pub use self::limits::Budget;
pub use self::plan::{Bound, Plan, PlannedChannel, PlannedGroup};
pub use self::risk::Risk;
pub use self::sensitivity::{ChannelSensitivity, PlanSensitivity};
