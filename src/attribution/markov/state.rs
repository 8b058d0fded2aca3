//! Where a walk can be, and where it goes next.

use crate::channel::ChannelId;
use serde::Serialize;

/// Where a walk can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State<'a> {
    /// Before the first touch.
    Start,
    /// Behind these touches, oldest first: as many as the order, or all of a shorter path.
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
    /// How often, weighted by outcomes.
    pub weight: f64,
    /// The part of all that left `from`.
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
