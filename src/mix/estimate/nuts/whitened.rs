//! The posterior in coordinates in which it is about round.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;

use nuts_rs::{CpuLogpFunc, CpuMathError, HasDims, LogpError};

use crate::linalg::dot::dot;
use crate::mix::estimate::nuts::bent::Bent;
use crate::mix::estimate::nuts::density::Room;
use crate::mix::estimate::nuts::mode::Rounding;

/// Bent coordinates w = centre + rounding x: what the sampler moves is x.
#[derive(Clone)]
pub(super) struct Whitened<'a> {
    bent: &'a Bent<'a>,
    rounding: &'a Rounding,
    w: Vec<f64>,
    gradient: Vec<f64>,
    room: Room,
}

impl<'a> Whitened<'a> {
    pub(super) fn new(bent: &'a Bent<'a>, rounding: &'a Rounding) -> Self {
        let size = rounding.centre.len();
        Self {
            bent,
            rounding,
            w: vec![0.0; size],
            gradient: vec![0.0; size],
            room: Room::default(),
        }
    }

    /// The point that x stands for.
    pub(super) fn point(&self, x: &[f64]) -> Vec<f64> {
        self.bent.point(&self.coordinates(x))
    }

    fn coordinates(&self, x: &[f64]) -> Vec<f64> {
        let mut w = self.rounding.centre.clone();
        let size = self.rounding.size;
        for (x, column) in x.iter().zip(self.rounding.shared.chunks(size)) {
            w.iter_mut().zip(column).for_each(|(w, c)| *w += x * c);
        }
        let others = x.iter().skip(size).zip(&self.rounding.others);
        w[size..]
            .iter_mut()
            .zip(others)
            .for_each(|(w, (x, scale))| *w += x * scale);
        w
    }

    /// Whether the density is a number there.
    pub(super) fn is_possible(&mut self, x: &[f64]) -> bool {
        let mut gradient = vec![0.0; x.len()];
        self.log_density(x, &mut gradient).is_some()
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Option<f64> {
        self.w = self.coordinates(x);
        let log_density = self
            .bent
            .evaluate(&self.w, &mut self.gradient, &mut self.room);
        let size = self.rounding.size;
        let (shared, others) = gradient.split_at_mut(size);
        for (cell, column) in shared.iter_mut().zip(self.rounding.shared.chunks(size)) {
            *cell = dot(column, &self.gradient[..size]);
        }
        let by_others = self.gradient[size..].iter().zip(&self.rounding.others);
        let cells = others.iter_mut().zip(by_others);
        cells.for_each(|(cell, (by, scale))| *cell = by * scale);
        let finite = log_density.is_finite() && gradient.iter().all(|g| g.is_finite());
        finite.then_some(log_density)
    }
}

/// Where the density is no number: a divergence, not the end of the chain.
#[derive(Debug)]
pub(super) struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the density is not a number")
    }
}

impl std::error::Error for NotANumber {}

impl LogpError for NotANumber {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl HasDims for Whitened<'_> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([(
            "unconstrained_parameter".to_owned(),
            self.rounding.centre.len() as u64,
        )])
    }
}

impl CpuLogpFunc for Whitened<'_> {
    type LogpError = NotANumber;
    type FlowParameters = Infallible;
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.rounding.centre.len()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, NotANumber> {
        self.log_density(position, gradient).ok_or(NotANumber)
    }

    fn expand_vector<R: nuts_rs::rand::Rng + ?Sized>(
        &mut self,
        _: &mut R,
        array: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(array.to_vec())
    }
}
