//! Rules that need no fitting: single touch, linear, time decay, position-based.

mod participation;
mod position;
mod time_decay;
pub(crate) mod touch_rules;

pub use self::participation::Participation;
pub use self::position::{Position, WShaped, WShapedModel};
pub use self::time_decay::TimeDecay;
pub use self::touch_rules::{
    FirstTouch, LastNonDirect, LastNonDirectModel, LastTouch, Linear, Names,
};
