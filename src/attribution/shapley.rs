//! Shapley values of games between channels. What a set of channels is worth decides the result, so
//! each definition of that worth is a type of its own.

mod exact_set;
mod game;
mod ordered;
mod response;
mod set_rate;
mod simplified;
mod values;
mod weight;

pub use self::exact_set::ExactSetShapley;
pub use self::ordered::OrderedShapley;
pub use self::response::{Response, ResponseShapley, ResponseShapleyModel};
pub use self::set_rate::{SetRateShapley, SetRateShapleyModel};
pub use self::simplified::SimplifiedShapley;
