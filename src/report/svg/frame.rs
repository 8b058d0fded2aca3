//! Positions from left to right over an upright axis.

use crate::report::svg::canvas::Canvas;
use crate::report::svg::length::{Tenths, px};
use crate::report::svg::scale::Scale;
use crate::report::svg::upright::Upright;

/// Where the positions of a chart over time stand.
pub(crate) struct Frame {
    pub(crate) upright: Upright,
    across: Scale,
}

impl Frame {
    /// Positions across the room of an axis.
    pub(crate) fn new(upright: Upright, count: usize) -> Self {
        let last = count.saturating_sub(1).max(1) as f64;
        let (left, right) = (upright.left + px(3), upright.right - px(3));
        let across = match count {
            0 | 1 => Scale::new(0.0, last, (left + right) / 2, right),
            _ => Scale::new(0.0, last, left, right),
        };
        Self { upright, across }
    }

    /// Where a position stands.
    pub(crate) fn x(&self, position: usize) -> Tenths {
        self.across.at(position as f64)
    }

    /// Where an amount at a position stands.
    pub(crate) fn at(&self, position: usize, amount: f64) -> (Tenths, Tenths) {
        (self.x(position), self.upright.scale.at(amount))
    }

    /// The names of the positions.
    pub(crate) fn labels(&self, canvas: &mut Canvas, positions: &[String]) {
        let labels = positions.iter().enumerate();
        let labels: Vec<(Tenths, &str)> = labels
            .map(|(at, name)| (self.x(at), name.as_str()))
            .collect();
        self.upright.labels(canvas, &labels);
    }
}
