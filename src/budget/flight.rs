//! Plans by period: when to spend within a horizon, with carry-over between its periods.

mod ascent;
mod curve;
mod flights;
mod plan;
#[cfg(test)]
mod tests;

pub use self::curve::FlightCurve;
pub use self::flights::Flights;
pub use self::plan::{FlightPlan, FlightedChannel};
