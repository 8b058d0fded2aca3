//! Coefficients as uncertain as the noise leaves them, given the transforms.

use crate::linalg::cholesky::{backward, factorise};
use crate::linalg::dot::dot;
use crate::mix::estimate::problem::{Linear, Problem, Workspace};
use crate::mix::estimate::reweighing::Reweighing;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::stats::normal;
use crate::util::Random;

/// Operations that the sweeps of one draw may take; the more columns, the fewer sweeps.
const WORK: usize = 400_000;
const SWEEPS: std::ops::RangeInclusive<usize> = 5..=60;

/// One draw of the regression's uncertain part.
#[derive(Debug, Clone)]
pub(crate) struct CoefficientDraw {
    pub(crate) coefficients: Vec<f64>,
    /// Standard deviation of the noise about the baseline's coefficients.
    pub(crate) deviation: f64,
}

impl Problem {
    /// Draws the coefficients of a candidate: normal about
    /// the solution with covariance s2 A^-1, A being the matrix of the normal equations, cut to the
    /// bounds. s2 is the noise's variance times its inflation, itself drawn from its scaled inverse
    /// chi-square distribution; under Student's t it is wider by the rows' expected information.
    ///
    /// Gibbs sampling in the order of columns, from the solution displaced by an unbounded draw.
    /// `None` while the noise is not known.
    pub(crate) fn draw_coefficients(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        workspace: &mut Workspace,
        random: &mut Random,
    ) -> Option<CoefficientDraw> {
        let noise = self.noise?;
        let linear = self.solve(statistics, penalty, workspace)?;
        let freedom = (self.freedom() / noise.inflation).max(1.0);
        let spread = freedom / (2.0 * random.gamma(0.5 * freedom));
        let reweighing = self.design.reweighing.as_ref();
        let tails = reweighing.map_or(1.0, Reweighing::spread);
        let deviation = (noise.variance * noise.inflation * spread * tails).sqrt();
        let mut x = self.displaced(&linear, workspace, deviation, random);
        // A channel that was never active has no effect to be unsure of.
        let idle = |k: usize| {
            statistics.mean(k) == 0.0
                && statistics.total(k) == 0.0
                && self.known_by(statistics, k) == 0.0
        };
        let n = x.len();
        let sweeps = (WORK / (n * n).max(1)).clamp(*SWEEPS.start(), *SWEEPS.end());
        for _ in 0..sweeps {
            for k in (0..n).filter(|k| !idle(*k)) {
                let row = &workspace.a[k * n..(k + 1) * n];
                if row[k] > 0.0 {
                    let mean = (workspace.b[k] - dot(row, &x) + row[k] * x[k]) / row[k];
                    let ends = (self.lower[k], self.upper[k]);
                    let u = random.uniform();
                    x[k] = normal::truncated(mean, deviation / row[k].sqrt(), ends, u);
                }
            }
        }
        (0..n)
            .filter(|k| idle(*k))
            .for_each(|k| x[k] = linear.coefficients[k]);
        Some(CoefficientDraw {
            coefficients: x,
            deviation,
        })
    }

    /// The solution displaced as the noise would without bounds, then moved within them.
    fn displaced(
        &self,
        linear: &Linear,
        workspace: &Workspace,
        deviation: f64,
        random: &mut Random,
    ) -> Vec<f64> {
        let n = linear.coefficients.len();
        let mut factor = workspace.a.clone();
        let mut shift: Vec<f64> = (0..n).map(|_| deviation * random.normal()).collect();
        if factorise(&mut factor, n, n) {
            backward(&factor, n, n, &mut shift);
        } else {
            shift.fill(0.0);
        }
        let solution = linear.coefficients.iter().zip(&shift);
        solution
            .zip(self.lower.iter().zip(&self.upper))
            .map(|((x, s), (low, high))| (x + s).clamp(*low, *high))
            .collect()
    }
}
