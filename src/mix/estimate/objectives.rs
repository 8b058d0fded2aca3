//! What a candidate is judged by: how well it fits, how well it predicts, how plausible it is.

use crate::mix::estimate::problem::{Linear, Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::Objectives;
use crate::mix::specification::columns::{MediaColumn, Source};

/// The figure as a file can hold it: an exact fit has a score of infinity, which is told as the
/// largest number; what is no number is as bad as can be.
pub(crate) const fn finite(figure: f64) -> f64 {
    if figure.is_nan() {
        f64::MAX
    } else {
        figure.clamp(-f64::MAX, f64::MAX)
    }
}

impl Problem {
    /// Everything a candidate is judged by; none if its linear part has no single solution.
    pub(crate) fn judge(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        workspace: &mut Workspace,
    ) -> Option<(Linear, Objectives)> {
        let linear = self.solve(statistics, penalty, workspace)?;
        let objectives = self.objectives(statistics, penalty, &linear, workspace)?;
        Some((linear, objectives))
    }

    /// The objectives of a solved candidate.
    pub(crate) fn objectives(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
        workspace: &mut Workspace,
    ) -> Option<Objectives> {
        let validation_nrmse = self.validate(statistics, penalty, workspace);
        if validation_nrmse.is_none() && !self.folds.is_empty() {
            return None;
        }
        Some(Objectives {
            nrmse: finite(self.nrmse(statistics, penalty, linear)),
            validation_nrmse: validation_nrmse.map(finite),
            rssd: finite(self.rssd(statistics, &linear.coefficients)),
            lift_error: self
                .lift_error(statistics, &linear.coefficients)
                .map(finite),
            score: if linear.score.is_nan() {
                -f64::MAX
            } else {
                finite(linear.score)
            },
        })
    }

    /// Root mean square error over the KPI's range.
    pub(crate) fn nrmse(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
    ) -> f64 {
        (self.residual_square(statistics, penalty, linear) / self.design.observations as f64).sqrt()
            / self.design.kpi_range
    }

    /// The objective less penalties, pull and tests.
    fn residual_square(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        linear: &Linear,
    ) -> f64 {
        let rows = self.design.observations as f64;
        let mut square = linear.objective - self.bend_penalty(statistics, linear);
        square -= self.change_square(statistics, penalty, &linear.coefficients);
        for (k, x) in linear.coefficients.iter().enumerate() {
            square -= self.ridge(statistics, penalty, rows, k) * x * x;
            if let Some((centres, strength)) = &self.centres {
                square -= strength
                    * statistics.mean(k)
                    * statistics.mean(k)
                    * (x - centres[k])
                    * (x - centres[k]);
            }
        }
        for (t, test) in self.design.tests.iter().enumerate() {
            let error = test.target - self.tested(statistics, &linear.coefficients, t);
            square -= self.noise.map_or(0.0, |noise| {
                noise.inflation
                    * noise.variance
                    * (error / test.standard_error)
                    * (error / test.standard_error)
            });
        }
        square.max(0.0)
    }

    /// What the bends of a smooth trend add to the objective.
    fn bend_penalty(&self, statistics: &SufficientStatistics, linear: &Linear) -> f64 {
        if self.design.smoothness.is_none() {
            return 0.0;
        }
        let mut along = self.basis_kpi.clone();
        for (k, x) in linear.coefficients.iter().enumerate() {
            for block in 0..self.design.cuts.len() - 1 {
                let products = statistics.with_basis(block, k, along.len());
                let pairs = along.iter_mut().zip(products);
                pairs.for_each(|(sum, product)| *sum -= x * product);
            }
        }
        self.design.basis.pseudo_square(&along)
    }

    /// What the coefficients predict for a test.
    fn tested(&self, statistics: &SufficientStatistics, coefficients: &[f64], test: usize) -> f64 {
        coefficients
            .iter()
            .enumerate()
            .map(|(k, x)| x * statistics.test(test, k))
            .sum()
    }

    fn lift_error(&self, statistics: &SufficientStatistics, coefficients: &[f64]) -> Option<f64> {
        let tests = self
            .design
            .tests
            .iter()
            .enumerate()
            .filter(|(_, t)| t.is_lift());
        let (count, sum) = tests.fold((0.0, 0.0), |(count, sum), (t, test)| {
            let error =
                (self.tested(statistics, coefficients, t) - test.target) / test.standard_error;
            (count + 1.0, sum + error * error)
        });
        (count > 0.0).then(|| (sum / count).sqrt())
    }

    /// Robyn's DECOMP.RSSD; effects below zero count as they are.
    pub(crate) fn rssd(&self, statistics: &SufficientStatistics, coefficients: &[f64]) -> f64 {
        let (mut effect, mut spend) = (0.0, 0.0);
        let effect_of = |c: usize| -> f64 {
            let columns = self.design.columns.iter().enumerate();
            let columns = columns.filter(|(_, column)| self.design.involves(column, c));
            let effect = |(k, column): (usize, &MediaColumn)| match column.source {
                Source::Synergy(_) => 0.5 * coefficients[k] * statistics.total(k),
                _ => coefficients[k] * statistics.total(k),
            };
            columns.map(effect).sum()
        };
        for (c, channel) in self.design.channels.iter().enumerate() {
            effect += effect_of(c);
            spend += channel.spend;
        }
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let squares = self.design.channels.iter().enumerate().map(|(c, channel)| {
            let difference = share(effect_of(c), effect) - share(channel.spend, spend);
            difference * difference
        });
        squares.sum::<f64>().sqrt()
    }
}
