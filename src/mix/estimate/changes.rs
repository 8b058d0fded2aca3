//! The penalty on the steps of effects that change over time.
//!
//! A changing effect has a coefficient at each of its knots. Its prior is normal: the mean effect
//! bears the ridge that a constant effect bears, and each step from knot to knot is as large as a
//! share of the effect's standard deviation. As that share falls to 0 the effect becomes constant.

use std::ops::Range;

use crate::linalg::cholesky::factorise;
use crate::mix::estimate::problem::{Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::specification::columns::Source;

impl Problem {
    /// The mean transformed activity that decides whether a column's coefficient can be known at
    /// all: the column's, or of a changing effect that of all its knots together.
    pub(crate) fn known_by(&self, statistics: &SufficientStatistics, k: usize) -> f64 {
        match self.design.columns[k].knot {
            None => statistics.mean(k),
            Some(_) => {
                let mut blocks = self.design.changing();
                let block = blocks.find(|block| block.contains(&k)).unwrap_or(k..k + 1);
                block.map(|k| statistics.mean(k)).sum()
            }
        }
    }

    /// The penalty on the coefficients of a changing effect, as a square matrix by rows: m is the
    /// mean of each knot's column, r the ridge of a constant effect and q the share of a step,
    /// r (m'x)^2 + r (sum m)^2 / q^2 x sum of (x_k+1 - x_k)^2.
    fn change_penalty(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        rows: f64,
        block: &Range<usize>,
    ) -> Vec<f64> {
        let column = &self.design.columns[block.start];
        let share = match column.source {
            Source::Channel(channel) => statistics.step(channel),
            Source::Synergy(_) | Source::Control(_) => 1.0,
        };
        let ridge = rows * penalty * column.penalty_factor;
        let means: Vec<f64> = block.clone().map(|k| statistics.mean(k)).collect();
        let whole = means.iter().sum::<f64>();
        let step = ridge * whole * whole / (share * share);
        let n = means.len();
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                matrix[i * n + j] = ridge * means[i] * means[j];
            }
        }
        for i in 1..n {
            matrix[(i - 1) * n + i - 1] += step;
            matrix[i * n + i] += step;
            matrix[(i - 1) * n + i] -= step;
            matrix[i * n + i - 1] -= step;
        }
        matrix
    }

    /// Adds the penalties of all changing effects to the normal equations.
    pub(crate) fn add_change_penalties(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        rows: f64,
        a: &mut [f64],
    ) {
        let n = statistics.count();
        for block in self.design.changing() {
            let matrix = self.change_penalty(statistics, penalty, rows, &block);
            for (i, row) in block.clone().zip(matrix.chunks(block.len())) {
                let cells = a[i * n + block.start..].iter_mut().zip(row);
                cells.for_each(|(cell, value)| *cell += value);
            }
        }
    }

    /// What the penalties of all changing effects add to the objective.
    pub(crate) fn change_square(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        coefficients: &[f64],
    ) -> f64 {
        let rows = self.design.observations as f64;
        let square = |block: Range<usize>| -> f64 {
            let matrix = self.change_penalty(statistics, penalty, rows, &block);
            let x = &coefficients[block];
            let lines = matrix.chunks(x.len()).zip(x);
            lines
                .map(|(line, xi)| xi * line.iter().zip(x).map(|(a, xj)| a * xj).sum::<f64>())
                .sum()
        };
        self.design.changing().map(square).sum()
    }

    /// What the priors of changing effects add to the logarithm of the evidence: half the logarithm
    /// of each penalty's determinant, less that of the coefficients at their bounds.
    pub(crate) fn change_evidence(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        workspace: &Workspace,
    ) -> f64 {
        let (n, rows) = (statistics.count(), self.design.observations as f64);
        let mut score = 0.0;
        for block in self.design.changing() {
            let penalties = self.change_penalty(statistics, penalty, rows, &block);
            let Some(prior) = log_determinant(penalties, block.len()) else {
                continue;
            };
            let bound: Vec<usize> = block.filter(|k| !workspace.solver.is_free(*k)).collect();
            let cells = bound.iter().flat_map(|i| bound.iter().map(move |j| (i, j)));
            let curvature = cells.map(|(i, j)| workspace.a[i * n + j]).collect();
            score += 0.5 * prior - 0.5 * log_determinant(curvature, bound.len()).unwrap_or(0.0);
        }
        score
    }
}

/// The logarithm of the determinant of a symmetric matrix; none if it is not positive definite.
fn log_determinant(mut matrix: Vec<f64>, n: usize) -> Option<f64> {
    let diagonal = |factor: &[f64]| (0..n).map(|i| libm::log(factor[i * n + i])).sum::<f64>();
    factorise(&mut matrix, n, n).then(|| 2.0 * diagonal(&matrix))
}
