//! Rows weighed by Student's t: how much each counts, given how far it is off.

/// Steps that find the scale and the weights of given residuals.
const STEPS: usize = 20;

/// The weights of rows under Student's t.
#[derive(Debug, Clone)]
pub(crate) struct Tails {
    degrees: f64,
    /// The scaled KPI without weights.
    kpi: Vec<f64>,
    /// The square roots of the weights that rows have anyway.
    own: Vec<f64>,
    /// The square root of each row's weight by its residual.
    roots: Vec<f64>,
}

impl Tails {
    /// All rows with the weights they have anyway.
    pub(crate) fn new(degrees: f64, kpi: &[f64], root_weights: Option<&[f64]>) -> Self {
        Self {
            degrees,
            kpi: kpi.to_vec(),
            own: root_weights.map_or_else(|| vec![1.0; kpi.len()], <[f64]>::to_vec),
            roots: vec![1.0; kpi.len()],
        }
    }

    /// The weights of residuals that already have these weights' roots: w = (v + 1) / (v + r^2 /
    /// s^2), with the scale s^2 = sum of w r^2 / rows, found in turns (Lange, Little and Taylor
    /// 1989). `freedom` counts the rows less the coefficients.
    pub(crate) fn reweighed(&self, residuals: &[f64], freedom: f64) -> Self {
        let pairs = residuals.iter().zip(&self.roots);
        let squares: Vec<f64> = pairs.map(|(r, root)| (r / root) * (r / root)).collect();
        let mut scale = squares.iter().sum::<f64>() / freedom;
        let weight = |square: f64, scale: f64| {
            (self.degrees + 1.0) / (self.degrees + square / scale.max(f64::MIN_POSITIVE))
        };
        for _ in 0..STEPS {
            let sum: f64 = squares
                .iter()
                .map(|square| weight(*square, scale) * square)
                .sum();
            scale = sum / freedom;
        }
        let roots = squares.iter().map(|square| weight(*square, scale).sqrt());
        Self {
            roots: roots.collect(),
            ..self.clone()
        }
    }

    /// The square roots of all weights together.
    pub(crate) fn root_weights(&self) -> Vec<f64> {
        self.own
            .iter()
            .zip(&self.roots)
            .map(|(own, root)| own * root)
            .collect()
    }

    /// The scaled KPI.
    pub(crate) fn kpi(&self) -> &[f64] {
        &self.kpi
    }

    /// The scaled KPI times these.
    pub(crate) fn weighted_kpi(&self) -> Vec<f64> {
        let weights = self.root_weights().into_iter();
        weights
            .zip(&self.kpi)
            .map(|(weight, y)| weight * y)
            .collect()
    }

    /// By how much more than under normal noise of the same scale coefficients vary: (v + 3) / (v +
    /// 1), the inverse of a row's expected information.
    pub(crate) fn spread(&self) -> f64 {
        (self.degrees + 3.0) / (self.degrees + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_solve_the_likelihood_of_the_scale() {
        let residuals = [0.5, -1.0, 0.2, 8.0, -0.4, 0.9, -0.1, 1.2, -0.8, 0.3];
        let tails = Tails::new(4.0, &[0.0; 10], None).reweighed(&residuals, 10.0);
        let weights: Vec<f64> = tails
            .root_weights()
            .iter()
            .map(|root| root * root)
            .collect();
        // The row far off counts next to nothing, the others about 1.
        assert!(weights[3] < 0.1 && weights[6] > 1.2, "{weights:?}");
        // The derivative of the log-likelihood by the scale is 0: sum of w r^2 / s^2 = rows.
        let scale = residuals
            .iter()
            .zip(&weights)
            .map(|(r, w)| w * r * r)
            .sum::<f64>()
            / 10.0;
        for (r, w) in residuals.iter().zip(&weights) {
            assert!((w - 5.0 / (4.0 + r * r / scale)).abs() < 1e-3);
        }
        // Residuals that have these weights already give the same again.
        let weighted: Vec<f64> = residuals
            .iter()
            .zip(tails.root_weights())
            .map(|(r, root)| r * root)
            .collect();
        let again = tails.reweighed(&weighted, 10.0);
        for (a, b) in tails.root_weights().iter().zip(again.root_weights()) {
            assert!((a - b).abs() < 1e-12);
        }
    }

    #[test]
    fn rows_without_weight_stay_without() {
        let tails = Tails::new(4.0, &[1.0, 2.0], Some(&[0.0, 2.0])).reweighed(&[0.0, 1.0], 1.0);
        assert_eq!(tails.root_weights()[0], 0.0);
        assert_eq!(tails.weighted_kpi()[0], 0.0);
    }
}
