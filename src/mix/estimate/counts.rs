//! Counts as a weighed regression of a working response: iteratively reweighted least squares.

use crate::mix::specification::dispersion::dispersion;

/// The farthest that a count may be above its mean, in units of the mean, in one step.
const FARTHEST: f64 = 5.0;
/// The farthest that a mean may be from its geo's scale, as a logarithm.
const WIDEST: f64 = 30.0;

/// Counts, their working response and weights.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    /// Counts in units of each geo's scale.
    kpi: Vec<f64>,
    /// One unit of scaled KPI, by row.
    units: Vec<f64>,
    /// The square roots of the weights that rows have anyway.
    own: Vec<f64>,
    /// The square root of each row's weight by its mean; over rows with weight their squares have
    /// mean 1.
    roots: Vec<f64>,
    /// The linear predictor plus (count - mean) / mean: logarithms of counts in units of the scale.
    working: Vec<f64>,
}

impl Counts {
    /// All rows with the weights they have anyway, the mean halfway between count and scale.
    pub(crate) fn new(kpi: &[f64], units: Vec<f64>, root_weights: Option<&[f64]>) -> Self {
        let own = root_weights.map_or_else(|| vec![1.0; kpi.len()], <[f64]>::to_vec);
        let start = |(y, own): (&f64, &f64)| {
            let mean = if *own > 0.0 { 0.5 * (y + 1.0) } else { 1.0 };
            let y = if *own > 0.0 { *y } else { mean };
            libm::log(mean) + working_step(y, mean)
        };
        Self {
            working: kpi.iter().zip(&own).map(start).collect(),
            roots: vec![1.0; kpi.len()],
            kpi: kpi.to_vec(),
            own,
            units,
        }
    }

    /// Weights and working response at the means that residuals of the present ones leave.
    /// `freedom` counts the rows less the coefficients.
    pub(crate) fn reweighed(&self, residuals: &[f64], freedom: f64) -> Self {
        let mut next = self.clone();
        let mut rows = vec![];
        for row in self.observed() {
            let root = self.own[row] * self.roots[row];
            let predictor = (self.working[row] - residuals[row] / root).clamp(-WIDEST, WIDEST);
            let mean = libm::exp(predictor);
            next.working[row] = predictor + working_step(self.kpi[row], mean);
            let (unit, weight) = (self.units[row], self.own[row] * self.own[row]);
            rows.push((weight, self.kpi[row] * unit, mean * unit));
        }
        let dispersion = dispersion(&rows, freedom);
        let weights: Vec<f64> = rows
            .iter()
            .map(|(_, _, mean)| mean / (1.0 + dispersion * mean))
            .collect();
        let mean = weights.iter().sum::<f64>() / weights.len() as f64;
        for (row, weight) in self.observed().zip(weights) {
            next.roots[row] = (weight / mean).sqrt();
        }
        next
    }

    fn observed(&self) -> impl Iterator<Item = usize> {
        (0..self.own.len()).filter(|row| self.own[*row] > 0.0)
    }

    /// The square roots of all weights together.
    pub(crate) fn root_weights(&self) -> Vec<f64> {
        let pairs = self.own.iter().zip(&self.roots);
        pairs.map(|(own, root)| own * root).collect()
    }

    /// The working response.
    pub(crate) fn working(&self) -> &[f64] {
        &self.working
    }

    /// The working response times these.
    pub(crate) fn weighted_kpi(&self) -> Vec<f64> {
        let weights = self.root_weights().into_iter();
        weights.zip(&self.working).map(|(w, z)| w * z).collect()
    }
}

/// (count - mean) / mean, cut where a step would be a leap.
fn working_step(y: f64, mean: f64) -> f64 {
    ((y - mean) / mean).min(FARTHEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts about one mean: the steps end at the mean of the counts.
    #[test]
    fn steps_end_at_the_maximum() {
        let counts = [3.0, 0.0, 9.0, 4.0, 14.0, 6.0, 1.0, 3.0];
        let scaled: Vec<f64> = counts.iter().map(|y| y / 5.0).collect();
        let mut fit = Counts::new(&scaled, vec![5.0; 8], None);
        for _ in 0..20 {
            let roots = fit.root_weights();
            let all: f64 = roots.iter().map(|root| root * root).sum();
            let pairs = roots.iter().zip(&fit.working);
            let level = pairs.map(|(root, z)| root * root * z).sum::<f64>() / all;
            let pairs = roots.iter().zip(&fit.working);
            let residuals: Vec<f64> = pairs.map(|(root, z)| root * (z - level)).collect();
            fit = fit.reweighed(&residuals, 7.0);
        }
        let (root, z) = (fit.roots[0], fit.working[0]);
        assert!((root - 1.0).abs() < 1e-12);
        // z = log(mean / 5) + (3 - mean) / mean, with the mean of 40 / 8 = 5.
        assert!((z - (3.0 - 5.0) / 5.0).abs() < 1e-9, "{z}");
    }

    #[test]
    fn rows_without_weight_stay_without() {
        let fit = Counts::new(&[f64::NAN, 2.0, 1.0], vec![1.0; 3], Some(&[0.0, 1.0, 1.0]));
        let next = fit.reweighed(&[f64::NAN, 0.1, -0.1], 1.0);
        assert_eq!(next.root_weights()[0], 0.0);
        assert!(next.weighted_kpi()[1..].iter().all(|z| z.is_finite()));
        assert!(next.working.iter().all(|z| z.is_finite()));
    }
}
