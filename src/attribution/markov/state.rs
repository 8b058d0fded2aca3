//! Where a walk can be, and where it goes next.

use crate::channel::ChannelId;
use serde::Serialize;

/// Where a walk can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State<'a> {
    /// Before the first touch.
    Start,
    /// After these touches, oldest first: as many as the order, or all of a shorter path.
    Channels(&'a [ChannelId]),
    /// Converted.
    Conversion,
    /// Ended without a conversion.
    Null,
}

/// One entry of the transition matrix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Transition<'a> {
    /// The state left.
    pub from: State<'a>,
    /// The state entered.
    pub to: State<'a>,
    /// The number of steps, weighted by outcomes.
    pub weight: f64,
    /// The share of all steps that leave `from`, 0 to 1.
    pub probability: f64,
}

impl<'a> Transition<'a> {
    pub(super) fn new(from: State<'a>, to: State<'a>, weight: f64, all: f64) -> Self {
        Self {
            from,
            to,
            weight,
            probability: weight / all,
        }
    }
}
