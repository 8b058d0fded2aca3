//! A geo beside the controls that say what it would have done.

use crate::experiment::geo::design::Geo;

/// A geo and the weights of the controls it is compared with.
pub(super) struct Matched<'a> {
    pub(super) geo: &'a Geo,
    /// By control; they sum to 1.
    pub(super) weights: Vec<f64>,
}

impl Matched<'_> {
    /// What the weighted controls did during the test, relative to before.
    pub(super) fn expected(&self, controls: &[Geo]) -> f64 {
        let pairs = self.weights.iter().zip(controls);
        pairs.map(|(weight, geo)| weight * geo.during).sum()
    }

    /// What the geo did during the test beyond its weighted controls, relative to before.
    pub(super) fn effect(&self, controls: &[Geo]) -> f64 {
        self.geo.during - self.expected(controls)
    }
}

/// The sum of squares, each times its own factor.
pub(super) fn squares_by(values: &[f64], factor: impl Fn(usize) -> f64) -> f64 {
    values
        .iter()
        .enumerate()
        .map(|(index, value)| value * value * factor(index))
        .sum()
}
