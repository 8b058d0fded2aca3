//! How well a candidate predicts periods that follow those it was fitted to.

use crate::linalg::cholesky::{backward, forward};
use crate::linalg::dot::dot;
use crate::mix::estimate::candidate::{Problem, Workspace};
use crate::mix::estimate::fold::Fold;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;

impl Problem {
    /// Root mean square error over the KPI's range on the validation folds.
    pub(crate) fn validate(
        &self,
        moments: &SufficientStatistics,
        penalty: f64,
        bench: &mut Workspace,
    ) -> Option<f64> {
        let (mut square, mut rows) = (0.0, 0.0);
        for (k, fold) in self.folds.iter().enumerate() {
            square += self.fold_error(fold, k + 1, moments, penalty, bench)?;
            rows += fold.validation_rows;
        }
        (rows > 0.0).then(|| (square / rows).sqrt() / self.design.kpi_range)
    }

    /// Sum of squared errors on the block a fold is validated on.
    fn fold_error(
        &self,
        fold: &Fold,
        block: usize,
        moments: &SufficientStatistics,
        penalty: f64,
        bench: &mut Workspace,
    ) -> Option<f64> {
        let n = moments.count();
        let size = self.design.basis.len();
        for k in 0..n {
            let along = &mut bench.along[k * size..(k + 1) * size];
            along.copy_from_slice(moments.with_basis(0, k, size));
            for earlier in 1..block {
                along
                    .iter_mut()
                    .zip(moments.with_basis(earlier, k, size))
                    .for_each(|(a, b)| *a += b);
            }
            forward(&fold.factor, size, size, along);
        }
        for i in 0..n {
            let along = &bench.along[i * size..(i + 1) * size];
            for j in 0..=i {
                let product = (0..block).map(|b| moments.product(b, i, j)).sum::<f64>();
                let rest = product - dot(along, &bench.along[j * size..(j + 1) * size]);
                bench.a[i * n + j] = rest;
                bench.a[j * n + i] = rest;
            }
            bench.b[i] =
                (0..block).map(|b| moments.with_kpi(b, i)).sum::<f64>() - dot(along, &fold.kpi);
            // A channel that is absent from the training data has no coefficient to learn: it stays
            // at 0.
            if bench.a[i * n + i] <= 1e-12 * moments.mean(i).max(1e-300) {
                bench.a[i * n + i] = 1.0;
            }
        }
        self.add_rows(moments, penalty, fold.rows, &mut bench.a, &mut bench.b);
        if !bench.solver.solve(
            &bench.a,
            &bench.b,
            &self.lower,
            &self.upper,
            &mut bench.coefficients,
        ) {
            return None;
        }
        bench.rest.copy_from_slice(&fold.kpi);
        for (k, x) in bench.coefficients.iter().enumerate() {
            bench
                .rest
                .iter_mut()
                .zip(&bench.along[k * size..(k + 1) * size])
                .for_each(|(r, a)| *r -= x * a);
        }
        backward(&fold.factor, size, size, &mut bench.rest);
        Some(self.block_error(fold, block, moments, bench).max(0.0))
    }

    /// Squared errors in a block under the bench's coefficients, from products alone.
    fn block_error(
        &self,
        fold: &Fold,
        block: usize,
        moments: &SufficientStatistics,
        bench: &Workspace,
    ) -> f64 {
        let size = self.design.basis.len();
        let (x, g) = (&bench.coefficients, &bench.rest);
        let mut error = fold.validation_square - 2.0 * dot(g, &fold.validation_kpi);
        for (i, gi) in g.iter().enumerate() {
            error += gi * dot(&fold.validation[i * size..(i + 1) * size], g);
        }
        for (i, xi) in x.iter().enumerate() {
            let media: f64 = x
                .iter()
                .enumerate()
                .map(|(j, xj)| xj * moments.product(block, i, j))
                .sum();
            error += xi
                * (media + 2.0 * dot(moments.with_basis(block, i, size), g)
                    - 2.0 * moments.with_kpi(block, i));
        }
        error
    }
}
