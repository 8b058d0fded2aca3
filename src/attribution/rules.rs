//! Rules that need no fitting: single touch, linear, time decay, position-based.

mod last_non_direct;
mod linear;
pub(super) mod names;
mod participation;
mod position;
mod single_touch;
mod time_decay;
mod w_shaped;

pub use self::last_non_direct::{LastNonDirect, LastNonDirectModel};
pub use self::linear::Linear;
pub use self::participation::Participation;
pub use self::position::Position;
pub use self::single_touch::{FirstTouch, LastTouch};
pub use self::time_decay::TimeDecay;
pub use self::w_shaped::{WShaped, WShapedModel};
