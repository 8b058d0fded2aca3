//! The points of a path.

use crate::report::svg::length::{Tenths, push};

/// The `d` of a path.
#[derive(Default)]
pub(crate) struct Path(String);

impl Path {
    /// Starts a new stretch at a point.
    pub(crate) fn go(&mut self, x: Tenths, y: Tenths) {
        self.command('M', x, y);
    }

    /// A straight line to a point.
    pub(crate) fn line(&mut self, x: Tenths, y: Tenths) {
        self.command('L', x, y);
    }

    /// A curve that leaves and arrives level.
    pub(crate) fn level_curve(&mut self, from: (Tenths, Tenths), to: (Tenths, Tenths)) {
        let middle = (from.0 + to.0) / 2;
        self.command('C', middle, from.1);
        self.command(' ', middle, to.1);
        self.command(' ', to.0, to.1);
    }

    /// Back to the start of the stretch.
    pub(crate) fn close(&mut self) {
        self.0.push('Z');
    }

    /// Straight lines through points, starting a new stretch at the first.
    pub(crate) fn through(&mut self, points: &[(Tenths, Tenths)]) {
        for (at, &(x, y)) in points.iter().enumerate() {
            if at == 0 {
                self.go(x, y)
            } else {
                self.line(x, y)
            }
        }
    }

    fn command(&mut self, letter: char, x: Tenths, y: Tenths) {
        self.0.push(letter);
        push(&mut self.0, x);
        self.0.push(' ');
        push(&mut self.0, y);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
