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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::cholesky::{backward, forward};
    use crate::linalg::dot::dot;
    use crate::mix::estimate::design::Design;
    use crate::mix::panel::Panel;
    use crate::mix::specification::{Baseline, ChangingEffect, MixSpecification, Trend};
    use crate::mix::transform::{
        AdstockFamily, AdstockKernel, ChannelCurve, SaturationCurve, SaturationFamily,
    };
    use crate::time::Day;

    const ROWS: usize = 60;

    /// Sixty weeks in which TV brings less and less, under a level alone.
    fn problem(changing: bool) -> (Problem, SufficientStatistics) {
        let tv: Vec<f64> = (0..ROWS).map(|t| 1.0 + (t * 7 % 11) as f64).collect();
        let effect = |t: usize| 3.0 - t as f64 / 40.0;
        let kpi = (0..ROWS).map(|t| 50.0 + effect(t) * tv[t] + (t * 5 % 13) as f64 / 4.0);
        let dates = (0..ROWS as i32).map(|w| Day::new(18_000 + 7 * w).unwrap());
        let panel = Panel::national(dates.collect(), kpi.collect()).unwrap();
        let panel = panel.with_channel("tv", tv).unwrap();
        let mut mix = MixSpecification::new()
            .with_adstock(AdstockFamily::None)
            .with_saturation(SaturationFamily::None)
            .with_baseline(Baseline::new(Trend::None, 0).unwrap());
        if changing {
            mix = mix.with_changing_effect("tv", ChangingEffect::HalfYear);
        }
        let problem = Problem::new(Design::new(&panel, &mix, 3).unwrap());
        let mut statistics = SufficientStatistics::new(&problem.design);
        let plain = ChannelCurve::new(AdstockKernel::None, SaturationCurve::None);
        statistics.set_channel(0, &plain, &problem.design);
        (problem, statistics)
    }

    #[test]
    fn without_steps_the_effect_is_the_constant_one() {
        let (problem_of_one, one) = problem(false);
        let mut workspace = Workspace::default();
        let constant = problem_of_one.solve(&one, 1e-2, &mut workspace).unwrap();
        let (problem, mut statistics) = problem(true);
        statistics.set_step(0, Some(1e-4));
        let linear = problem.solve(&statistics, 1e-2, &mut workspace).unwrap();
        assert_eq!(linear.coefficients.len(), 3);
        for x in &linear.coefficients {
            assert!((x / constant.coefficients[0] - 1.0).abs() < 1e-4);
        }
        assert!((linear.objective / constant.objective - 1.0).abs() < 1e-4);
        let nrmse = |problem: &Problem, statistics: &SufficientStatistics, linear| {
            problem.nrmse(statistics, 1e-2, linear)
        };
        let (a, b) = (
            nrmse(&problem, &statistics, &linear),
            nrmse(&problem_of_one, &one, &constant),
        );
        assert!((a / b - 1.0).abs() < 1e-4);
        // With steps it falls.
        statistics.set_step(0, Some(1.0));
        let falling = problem.solve(&statistics, 1e-2, &mut workspace).unwrap();
        assert!(falling.coefficients[0] > 1.2 * falling.coefficients[2]);
        assert!(problem.nrmse(&statistics, 1e-2, &falling) < 0.7 * b);
    }

    /// Contrasts of rows that know nothing of a level, orthonormal (Helmert).
    fn contrasts(column: &[f64]) -> Vec<f64> {
        let contrast = |k: usize| {
            let length = ((k * (k + 1)) as f64).sqrt();
            let before: f64 = column[..k].iter().sum();
            (before - k as f64 * column[k]) / length
        };
        (1..column.len()).map(contrast).collect()
    }

    #[test]
    fn steps_are_scored_by_their_marginal_likelihood() {
        let (problem, mut statistics) = problem(true);
        let y = contrasts(&problem.design.kpi);
        let z: Vec<Vec<f64>> = (0..3).map(|k| contrasts(statistics.values(k))).collect();
        let mut workspace = Workspace::default();
        let mut scores = |share: f64| {
            statistics.set_step(0, Some(share));
            let score = problem
                .solve(&statistics, 1e-2, &mut workspace)
                .unwrap()
                .score;
            let mut prior = problem.change_penalty(&statistics, 1e-2, ROWS as f64, &(0..3));
            assert!(factorise(&mut prior, 3, 3));
            // Rows of Z L'^-1, so that their products are those of Z times the prior's covariance.
            let rows: Vec<Vec<f64>> = (0..y.len())
                .map(|row| {
                    let mut cells: Vec<f64> = z.iter().map(|column| column[row]).collect();
                    forward(&prior, 3, 3, &mut cells);
                    cells
                })
                .collect();
            let n = y.len();
            let same = |i: usize, j: usize| f64::from(u8::from(i == j));
            let cells = (0..n * n).map(|k| same(k / n, k % n) + dot(&rows[k / n], &rows[k % n]));
            let mut covariance: Vec<f64> = cells.collect();
            assert!(factorise(&mut covariance, n, n));
            let determinant: f64 = (0..n).map(|i| 2.0 * covariance[i * n + i].ln()).sum();
            let mut white = y.clone();
            forward(&covariance, n, n, &mut white);
            backward(&covariance, n, n, &mut white);
            (
                score,
                -0.5 * determinant - 0.5 * n as f64 * dot(&y, &white).ln(),
            )
        };
        let (first, second) = (scores(0.05), scores(0.8));
        let (found, known) = (first.0 - second.0, first.1 - second.1);
        assert!((found - known).abs() < 1e-6, "{found} {known}");
    }
}
