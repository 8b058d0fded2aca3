//! A regression problem: the linear part of a candidate, solved exactly.

use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::fold::Fold;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::Noise;
use crate::mix::regression::{BoundedSolver, kkt_residual};
use crate::mix::specification::columns::Source;

/// The linear part at its optimum.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linear {
    pub(crate) coefficients: Vec<f64>,
    pub(crate) kkt: f64,
    /// Squared residuals plus penalties at the optimum.
    pub(crate) objective: f64,
    pub(crate) score: f64,
}

/// A design with all that does not depend on the candidate taken beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) design: Design,
    pub(crate) folds: Vec<Fold>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    /// Directions' products with the KPI.
    pub(crate) basis_kpi: Vec<f64>,
    /// Sum of squares of the KPI's part outside the baseline's span.
    remaining_square: f64,
    /// The noise, by which tests are weighed against rows; none until it is known.
    pub(crate) noise: Option<Noise>,
    /// What each coefficient is drawn to, with the weight of that pull; none for 0.
    pub(crate) centres: Option<(Vec<f64>, f64)>,
}

/// Scratch buffers for evaluating a [`Problem`], one per thread.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workspace {
    pub(crate) solver: BoundedSolver,
    pub(crate) a: Vec<f64>,
    pub(crate) b: Vec<f64>,
    pub(crate) along: Vec<f64>,
    pub(crate) rest: Vec<f64>,
    pub(crate) coefficients: Vec<f64>,
}

impl Problem {
    /// The problem of a design, without validation folds.
    pub(crate) fn new(design: Design) -> Self {
        let basis_kpi = design.along_basis(&design.kpi);
        let remaining_square = dot(&design.kpi, &design.kpi) - dot(&basis_kpi, &basis_kpi);
        let lower = design.columns.iter().map(|c| c.lower).collect();
        let upper = design.columns.iter().map(|c| c.upper).collect();
        Self {
            basis_kpi,
            remaining_square,
            folds: vec![],
            lower,
            upper,
            noise: None,
            centres: None,
            design,
        }
    }

    /// The same, with the validation folds of the design's blocks; without any where no row that
    /// they would be validated on has weight.
    pub(crate) fn with_folds(self) -> Self {
        let mut folds: Vec<Fold> = (1..self.design.cuts.len() - 1)
            .map(|block| Fold::new(&self.design, block))
            .collect();
        if folds.iter().all(|fold| fold.validation_rows == 0.0) {
            folds.clear();
        }
        Self { folds, ..self }
    }

    /// The same, with the noise of another fit.
    pub(crate) fn with_noise(self, noise: Option<Noise>) -> Self {
        Self { noise, ..self }
    }

    /// The same, coefficients drawn to `centres` as if by `rows` rows.
    pub(crate) fn with_centres(self, centres: Vec<f64>, rows: f64) -> Self {
        Self {
            centres: Some((centres, rows)),
            ..self
        }
    }

    /// The noise that a solution leaves: its variance, and from the correlation r of successive
    /// residuals how much less the rows say than independent ones, (1 + r) / (1 - r).
    ///
    /// Residuals that drift together are the mark of something left out of the model; without this,
    /// experiments would be outvoted by rows that all repeat the same mistake.
    pub(crate) fn noise_of(&self, statistics: &SufficientStatistics, linear: &Linear) -> Noise {
        let residuals = self.residuals(statistics, linear);
        let periods = self.design.periods;
        let square: f64 = residuals.iter().map(|r| r * r).sum();
        let products: f64 = residuals
            .chunks(periods)
            .flat_map(|geo| geo.windows(2))
            .map(|pair| pair[0] * pair[1])
            .sum();
        let correlation = if square > 0.0 {
            (products / square).clamp(0.0, 0.9)
        } else {
            0.0
        };
        Noise {
            variance: (square / self.freedom_of_noise()).max(f64::MIN_POSITIVE),
            inflation: (1.0 + correlation) / (1.0 - correlation),
        }
    }

    /// Scaled KPI minus prediction, times the square roots of weights.
    pub(crate) fn residuals(&self, statistics: &SufficientStatistics, linear: &Linear) -> Vec<f64> {
        let mut rest = self.design.kpi.clone();
        for (k, x) in linear.coefficients.iter().enumerate() {
            rest.iter_mut()
                .zip(statistics.values(k))
                .for_each(|(r, m)| *r -= x * m);
        }
        for (direction, along) in self
            .design
            .basis
            .directions
            .iter()
            .zip(self.design.along_basis(&rest))
        {
            rest[direction.start..direction.end()]
                .iter_mut()
                .zip(&direction.values)
                .for_each(|(r, d)| *r -= along * d);
        }
        rest
    }

    /// The penalties that stand for contributions with the given smallest and largest standard
    /// deviation, once the noise is known.
    pub(crate) fn penalties(&self, (smallest, largest): (f64, f64)) -> Option<(f64, f64)> {
        let noise = self.noise?;
        let noise = noise.variance * noise.inflation / self.design.observations as f64;
        let penalty = |deviation: f64| (noise / (deviation * deviation)).max(1e-12);
        Some((penalty(largest), penalty(smallest)))
    }

    /// How many successive rows say as much as one independent row; 1 until it is known.
    pub(crate) fn inflation(&self) -> f64 {
        self.noise.map_or(1.0, |noise| noise.inflation)
    }

    /// Degrees of freedom left to the media and the noise: rows and pseudo-rows less columns.
    pub(crate) fn freedom(&self) -> f64 {
        (self.design.observations - self.design.unpenalised()) as f64
    }

    /// Rows less the columns that the baseline fits to them: a bend counts by how far its penalty
    /// lets it.
    pub(crate) fn freedom_of_noise(&self) -> f64 {
        self.design.observations as f64 - self.design.basis.freedom()
    }

    /// Adds test rows, penalty and pull to the normal equations; returns what they add to the sum
    /// of squares.
    pub(crate) fn add_rows(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        rows: f64,
        a: &mut [f64],
        b: &mut [f64],
    ) -> f64 {
        let n = b.len();
        let mut square = 0.0;
        for (t, test) in self.design.tests.iter().enumerate() {
            let Some(weight) = self.test_weight(test.standard_error) else {
                continue;
            };
            for i in 0..n {
                for j in 0..n {
                    a[i * n + j] += weight * statistics.test(t, i) * statistics.test(t, j);
                }
                b[i] += weight * statistics.test(t, i) * test.target;
            }
            square += weight * test.target * test.target;
        }
        self.add_change_penalties(statistics, penalty, rows, a);
        for i in 0..n {
            a[i * n + i] += self.ridge(statistics, penalty, rows, i);
            if let Some((centres, strength)) = &self.centres {
                let pull = strength * statistics.mean(i) * statistics.mean(i);
                a[i * n + i] += pull;
                b[i] += pull * centres[i];
                square += pull * centres[i] * centres[i];
            }
        }
        square
    }

    /// The weight of a test's row against the panel's rows; none until the noise is known.
    fn test_weight(&self, standard_error: f64) -> Option<f64> {
        let noise = self.noise?;
        Some(noise.inflation * noise.variance / (standard_error * standard_error))
    }

    /// The penalty on the square of a coefficient; 0 for the knots of a changing effect, whose
    /// penalty joins them.
    pub(crate) fn ridge(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        rows: f64,
        k: usize,
    ) -> f64 {
        if self.design.columns[k].knot.is_some() {
            return 0.0;
        }
        rows * penalty
            * self.design.columns[k].penalty_factor
            * statistics.mean(k)
            * statistics.mean(k)
    }

    /// Finds the coefficients within their bounds for the normal equations in the workspace; false if
    /// they have no single solution.
    pub(crate) fn minimise(&self, workspace: &mut Workspace) -> bool {
        workspace.solver.solve(
            &workspace.a,
            &workspace.b,
            &self.lower,
            &self.upper,
            &mut workspace.coefficients,
        )
    }

    /// Solves the linear part for all rows; none if it has no single solution.
    pub(crate) fn solve(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        workspace: &mut Workspace,
    ) -> Option<Linear> {
        let n = statistics.count();
        self.normal_equations(statistics, workspace);
        self.pin_inactive_channels(statistics, workspace);
        let square = self.remaining_square
            + self.add_rows(
                statistics,
                penalty,
                self.design.observations as f64,
                &mut workspace.a,
                &mut workspace.b,
            );
        if !self.minimise(workspace) {
            return None;
        }
        let x = &workspace.coefficients;
        let quadratic: f64 = (0..n)
            .map(|i| x[i] * (dot(&workspace.a[i * n..(i + 1) * n], x) - 2.0 * workspace.b[i]))
            .sum();
        // A perfect fit leaves rounding errors of either sign.
        let objective = (square + quadratic).max(1e-24 * square.max(f64::MIN_POSITIVE));
        let score = self.log_evidence(statistics, penalty, objective, workspace);
        let kkt = kkt_residual(&workspace.a, &workspace.b, &self.lower, &self.upper, x);
        Some(Linear {
            coefficients: x.clone(),
            kkt,
            objective,
            score,
        })
    }

    /// The normal equations of the media over all rows, the baseline projected out.
    fn normal_equations(&self, statistics: &SufficientStatistics, workspace: &mut Workspace) {
        let n = statistics.count();
        let blocks = self.design.cuts.len() - 1;
        let size = self.design.basis.len();
        workspace.resize(n, size);
        for k in 0..n {
            let along = &mut workspace.along[k * size..(k + 1) * size];
            along.copy_from_slice(statistics.with_basis(0, k, size));
            for block in 1..blocks {
                along
                    .iter_mut()
                    .zip(statistics.with_basis(block, k, size))
                    .for_each(|(a, b)| *a += b);
            }
        }
        for i in 0..n {
            let along = &workspace.along[i * size..(i + 1) * size];
            for j in 0..=i {
                let product = (0..blocks)
                    .map(|block| statistics.product(block, i, j))
                    .sum::<f64>();
                let rest = product - dot(along, &workspace.along[j * size..(j + 1) * size]);
                workspace.a[i * n + j] = rest;
                workspace.a[j * n + i] = rest;
            }
            workspace.b[i] = (0..blocks)
                .map(|block| statistics.with_kpi(block, i))
                .sum::<f64>()
                - dot(along, &self.basis_kpi);
        }
    }

    /// A column without activity has nothing but zeros; a unit diagonal keeps its coefficient at 0
    /// without disturbing the others.
    fn pin_inactive_channels(&self, statistics: &SufficientStatistics, workspace: &mut Workspace) {
        let n = statistics.count();
        for k in 0..n {
            if !matches!(self.design.columns[k].source, Source::Control(_))
                && self.known_by(statistics, k) == 0.0
            {
                workspace.a[k * n + k] = 1.0;
            }
        }
    }
}

impl Workspace {
    fn resize(&mut self, n: usize, size: usize) {
        self.a.resize(n * n, 0.0);
        self.b.resize(n, 0.0);
        self.coefficients.resize(n, 0.0);
        self.along.resize(n * size, 0.0);
        self.rest.resize(size, 0.0);
    }
}
