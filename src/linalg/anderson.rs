//! Anderson acceleration of a fixed-point iteration (Walker and Ni 2011).

use crate::linalg::cholesky::Cholesky;
use std::collections::VecDeque;

/// The last steps of an iteration `x <- g(x)`: the changes of points and of residuals `g(x) - x`.
pub(crate) struct History<'a> {
    exposure: &'a [f64],
    last: Option<(Vec<f64>, Vec<f64>)>,
    /// By step, oldest first: the change of the point, the change of the residual.
    changes: VecDeque<(Vec<f64>, Vec<f64>)>,
}

/// Steps kept.
const DEPTH: usize = 8;

impl<'a> History<'a> {
    pub(crate) fn new(exposure: &'a [f64]) -> Self {
        Self {
            exposure,
            last: None,
            changes: VecDeque::new(),
        }
    }

    pub(crate) fn forget(&mut self) {
        self.last = None;
        self.changes.clear();
    }

    /// The point at which the residual would be least if it were linear in between; `None` on the
    /// first step. At least a tenth of the plain step, so that signs are kept.
    pub(crate) fn onward(&mut self, point: &[f64], plain: &[f64]) -> Option<Vec<f64>> {
        let residual = minus(plain, point);
        if let Some((before, earlier)) = self.last.replace((point.to_vec(), residual.clone())) {
            if self.changes.len() == DEPTH {
                self.changes.pop_front();
            }
            self.changes
                .push_back((minus(point, &before), minus(&residual, &earlier)));
        }
        let parts = self.parts(point, &residual)?;
        let mut onward = plain.to_vec();
        for (part, (moved, changed)) in parts.iter().zip(&self.changes) {
            for (to, (moved, changed)) in onward.iter_mut().zip(moved.iter().zip(changed)) {
                *to -= part * (moved + changed);
            }
        }
        onward
            .iter_mut()
            .zip(plain)
            .for_each(|(to, plain)| *to = to.max(0.1 * plain));
        Some(onward)
    }

    /// The part of each change, by least squares weighted with the inverse variance of events;
    /// older changes that depend on newer ones are dropped.
    fn parts(&mut self, point: &[f64], residual: &[f64]) -> Option<Vec<f64>> {
        let weigh = |(rate, exposure): (&f64, &f64)| exposure * exposure / (rate * exposure + 1.0);
        let weights: Vec<f64> = point.iter().zip(self.exposure).map(weigh).collect();
        let dot = |left: &[f64], right: &[f64]| -> f64 {
            left.iter()
                .zip(right)
                .zip(&weights)
                .map(|((x, y), weight)| x * y * weight)
                .sum()
        };
        while !self.changes.is_empty() {
            let changes: Vec<&[f64]> = self.changes.iter().map(|change| &change.1[..]).collect();
            let matrix = changes
                .iter()
                .flat_map(|left| changes.iter().map(|right| dot(left, right)))
                .collect();
            let right: Vec<f64> = changes.iter().map(|change| dot(change, residual)).collect();
            if let Some(factored) = Cholesky::new(matrix, changes.len()) {
                return Some(factored.solve(&right));
            }
            self.changes.pop_front();
        }
        None
    }
}

fn minus(left: &[f64], right: &[f64]) -> Vec<f64> {
    left.iter()
        .zip(right)
        .map(|(left, right)| left - right)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_iteration_arrives_in_as_many_steps_as_it_has_directions() {
        // x <- A x + b with the fixed point (10, 1): plain steps come nearer by a factor of 0.9
        // each
        let step = |x: &[f64]| vec![0.9 * x[0] + 1.0, 0.5 * x[1] + 0.5];
        let mut history = History::new(&[1.0, 1.0]);
        let mut x = vec![5.0, 3.0];
        for _ in 0..4 {
            let plain = step(&x);
            x = history.onward(&x, &plain).unwrap_or(plain);
        }
        x.iter().zip([10.0, 1.0]).for_each(|(found, known)| {
            approx::assert_relative_eq!(*found, known, max_relative = 1e-6)
        });
    }
}
