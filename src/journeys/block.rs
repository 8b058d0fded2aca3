//! Journeys that stand side by side in the arena.

use super::Journeys;
use crate::journey::Journey;
use std::ops::Range;

/// A run of journeys, to be read one by one: iterating gives each [`Journey`] in the arena's order.
#[derive(Debug, Clone)]
pub struct Block<'a> {
    journeys: &'a Journeys,
    range: Range<usize>,
}

impl<'a> Block<'a> {
    pub(super) fn new(journeys: &'a Journeys, range: Range<usize>) -> Self {
        Self { journeys, range }
    }

    /// How many journeys remain.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether none remains.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }
}

impl<'a> Iterator for Block<'a> {
    type Item = Journey<'a>;

    #[inline]
    fn next(&mut self) -> Option<Journey<'a>> {
        self.range.next().map(|at| self.journeys.journey(at))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl ExactSizeIterator for Block<'_> {}
