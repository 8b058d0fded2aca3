//! How well a candidate predicts periods that follow those it was fitted to.

use crate::linalg::cholesky::{backward, forward};
use crate::linalg::dot::dot;
use crate::mix::estimate::fold::Fold;
use crate::mix::estimate::problem::{Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;

impl Problem {
    /// Root mean square error over the KPI's range on the validation folds.
    pub(crate) fn validate(
        &self,
        statistics: &SufficientStatistics,
        penalty: f64,
        workspace: &mut Workspace,
    ) -> Option<f64> {
        let (mut square, mut rows) = (0.0, 0.0);
        for (k, fold) in self.folds.iter().enumerate() {
            square += self.fold_error(fold, k + 1, statistics, penalty, workspace)?;
            rows += fold.validation_rows;
        }
        (rows > 0.0).then(|| (square / rows).sqrt() / self.design.kpi_range)
    }

    /// Sum of squared errors on the block a fold is validated on.
    fn fold_error(
        &self,
        fold: &Fold,
        block: usize,
        statistics: &SufficientStatistics,
        penalty: f64,
        workspace: &mut Workspace,
    ) -> Option<f64> {
        let size = self.design.basis.len();
        self.training_equations(fold, block, statistics, workspace);
        self.add_rows(
            statistics,
            penalty,
            fold.rows,
            &mut workspace.a,
            &mut workspace.b,
        );
        if !self.minimise(workspace) {
            return None;
        }
        workspace.rest.copy_from_slice(&fold.kpi);
        for (k, x) in workspace.coefficients.iter().enumerate() {
            workspace
                .rest
                .iter_mut()
                .zip(&workspace.along[k * size..(k + 1) * size])
                .for_each(|(r, a)| *r -= x * a);
        }
        backward(&fold.factor, size, size, &mut workspace.rest);
        Some(
            self.block_error(fold, block, statistics, workspace)
                .max(0.0),
        )
    }

    /// The normal equations of the blocks before `block`, less what the baseline explains.
    fn training_equations(
        &self,
        fold: &Fold,
        block: usize,
        statistics: &SufficientStatistics,
        workspace: &mut Workspace,
    ) {
        let n = statistics.count();
        let size = self.design.basis.len();
        for k in 0..n {
            let along = &mut workspace.along[k * size..(k + 1) * size];
            along.copy_from_slice(statistics.with_basis(0, k, size));
            for earlier in 1..block {
                along
                    .iter_mut()
                    .zip(statistics.with_basis(earlier, k, size))
                    .for_each(|(a, b)| *a += b);
            }
            forward(&fold.factor, size, size, along);
        }
        for i in 0..n {
            let along = &workspace.along[i * size..(i + 1) * size];
            for j in 0..=i {
                let product = (0..block).map(|b| statistics.product(b, i, j)).sum::<f64>();
                let rest = product - dot(along, &workspace.along[j * size..(j + 1) * size]);
                workspace.a[i * n + j] = rest;
                workspace.a[j * n + i] = rest;
            }
            workspace.b[i] =
                (0..block).map(|b| statistics.with_kpi(b, i)).sum::<f64>() - dot(along, &fold.kpi);
            // A channel that is absent from the training data has no coefficient to learn: it stays
            // at 0.
            let is_changing = self.design.columns[i].knot.is_some();
            let known = !is_changing || self.known_by(statistics, i) == 0.0;
            if known && workspace.a[i * n + i] <= 1e-12 * statistics.mean(i).max(1e-300) {
                workspace.a[i * n + i] = 1.0;
            }
        }
    }

    /// Squared errors in a block under the workspace's coefficients, from products alone.
    fn block_error(
        &self,
        fold: &Fold,
        block: usize,
        statistics: &SufficientStatistics,
        workspace: &Workspace,
    ) -> f64 {
        let size = self.design.basis.len();
        let (x, g) = (&workspace.coefficients, &workspace.rest);
        let mut error = fold.validation_square - 2.0 * dot(g, &fold.validation_kpi);
        for (i, gi) in g.iter().enumerate() {
            error += gi * dot(&fold.validation[i * size..(i + 1) * size], g);
        }
        for (i, xi) in x.iter().enumerate() {
            let media: f64 = x
                .iter()
                .enumerate()
                .map(|(j, xj)| xj * statistics.product(block, i, j))
                .sum();
            error += xi
                * (media + 2.0 * dot(statistics.with_basis(block, i, size), g)
                    - 2.0 * statistics.with_kpi(block, i));
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use crate::mix::estimate::design::Design;
    use crate::mix::estimate::problem::{Problem, Workspace};
    use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
    use crate::mix::panel::Panel;
    use crate::mix::specification::{Baseline, MixSpecification, Trend};
    use crate::mix::transform::{
        AdstockFamily, AdstockKernel, ChannelCurve, SaturationCurve, SaturationFamily,
    };
    use crate::time::Day;

    fn line(x: &[f64], y: &[f64]) -> (f64, f64) {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (mx, my) = (mean(x), mean(y));
        let slope = x
            .iter()
            .zip(y)
            .map(|(a, b)| (a - mx) * (b - my))
            .sum::<f64>()
            / x.iter().map(|a| (a - mx) * (a - mx)).sum::<f64>();
        (my - slope * mx, slope)
    }

    /// A straight line through rows, by hand, against the products the search works with.
    #[test]
    fn folds_predict_what_a_fit_to_their_past_predicts() {
        let x: Vec<f64> = (0..60).map(|t| 1.0 + f64::from(t * 7 % 11)).collect();
        let y: Vec<f64> = (0..60)
            .map(|t| 10.0 + 0.7 * x[t as usize] + f64::from(t * 5 % 13) / 9.0)
            .collect();
        let dates = (0..60).map(|w| Day::new(18_000 + 7 * w).unwrap()).collect();
        let panel = Panel::national(dates, y.clone())
            .unwrap()
            .with_channel("tv", x.clone())
            .unwrap();
        let mix = MixSpecification::new()
            .with_adstock(AdstockFamily::None)
            .with_saturation(SaturationFamily::None)
            .with_baseline(Baseline::new(Trend::None, 0).unwrap());
        let problem = Problem::new(Design::new(&panel, &mix, 2).unwrap()).with_folds();
        let (mut statistics, mut workspace) = (
            SufficientStatistics::new(&problem.design),
            Workspace::default(),
        );
        let plain = ChannelCurve::new(AdstockKernel::None, SaturationCurve::None);
        statistics.set_channel(0, &plain, &problem.design);
        let (linear, objectives) = problem.judge(&statistics, 0.0, &mut workspace).unwrap();
        let (intercept, slope) = line(&x, &y);
        assert!(
            (linear.coefficients[0] * problem.design.scales.kpi[0]
                / problem.design.scales.activity[0][0]
                - slope)
                .abs()
                < 1e-12
        );
        let range = y.iter().fold(0.0_f64, |m, v| m.max(*v))
            - y.iter().fold(f64::INFINITY, |m, v| m.min(*v));
        let square = |rows: std::ops::Range<usize>, (a, b): (f64, f64)| {
            rows.map(|r| (y[r] - a - b * x[r]).powi(2)).sum::<f64>()
        };
        assert!(
            (objectives.nrmse - (square(0..60, (intercept, slope)) / 60.0).sqrt() / range).abs()
                < 1e-12
        );
        let held_out =
            square(42..51, line(&x[..42], &y[..42])) + square(51..60, line(&x[..51], &y[..51]));
        let expected = (held_out / 18.0).sqrt() / range;
        assert!(
            (objectives.validation_nrmse.unwrap() - expected).abs() < 1e-5,
            "{:?} {expected}",
            objectives.validation_nrmse
        );
    }
}
