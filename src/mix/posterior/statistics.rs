//! How well the model fits.

use serde::Serialize;

use crate::mix::posterior::model::Posterior;

/// Fit statistics of the ensemble's prediction on the rows that have weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FitStatistics {
    /// Coefficient of determination, 1 - squared residuals / squared deviations from the mean.
    pub r2: f64,
    /// The same, corrected for the number of coefficients and transform parameters; none if there
    /// are as many as rows.
    pub adjusted_r2: Option<f64>,
    /// Root mean square error over the KPI's range.
    pub nrmse: f64,
    /// Mean absolute error relative to the KPI, over rows where it is not 0.
    pub mape: f64,
    /// Durbin-Watson: squared differences of successive residuals within geos over squared
    /// residuals; 2 without autocorrelation.
    pub durbin_watson: f64,
    /// The members' mean root mean square error over the KPI's range on periods after their
    /// training data; none without folds.
    pub validation_nrmse: Option<f64>,
    /// The members' mean DECOMP.RSSD.
    pub rssd: f64,
    /// The largest violation of the optimality conditions among the members.
    pub kkt_residual: f64,
}

impl Posterior {
    /// KPI minus prediction, by geo, then period.
    pub fn residuals(&self) -> Vec<f64> {
        let prediction = self.decomposition();
        self.panel
            .kpi()
            .iter()
            .zip(prediction.prediction())
            .map(|(y, p)| y - p)
            .collect()
    }

    /// How well the ensemble fits.
    pub fn fit_statistics(&self) -> FitStatistics {
        let residuals = self.residuals();
        let kept: Vec<usize> = (0..residuals.len())
            .filter(|&r| self.panel.weights().is_none_or(|w| w[r] > 0.0))
            .collect();
        let kpi = self.panel.kpi();
        let count = kept.len() as f64;
        let mean = kept.iter().map(|&r| kpi[r]).sum::<f64>() / count;
        let square: f64 = kept.iter().map(|&r| residuals[r] * residuals[r]).sum();
        let total: f64 = kept
            .iter()
            .map(|&r| (kpi[r] - mean) * (kpi[r] - mean))
            .sum();
        let (low, high) = kept
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &r| {
                (l.min(kpi[r]), h.max(kpi[r]))
            });
        let nonzero: Vec<usize> = kept.iter().copied().filter(|&r| kpi[r] != 0.0).collect();
        let r2 = 1.0 - square / total;
        let freedom = count - self.parameters() as f64;
        let mean_of = |f: &dyn Fn(&crate::mix::posterior::model::PosteriorDraw) -> f64| {
            self.members
                .iter()
                .zip(&self.weights)
                .map(|(m, w)| w * f(m))
                .sum::<f64>()
        };
        let validated = self
            .members
            .iter()
            .all(|m| m.objectives.validation_nrmse.is_some());
        FitStatistics {
            r2,
            adjusted_r2: (freedom > 0.0).then(|| 1.0 - (1.0 - r2) * (count - 1.0) / freedom),
            nrmse: (square / count).sqrt() / (high - low),
            mape: nonzero
                .iter()
                .map(|&r| (residuals[r] / kpi[r]).abs())
                .sum::<f64>()
                / nonzero.len().max(1) as f64,
            durbin_watson: self.successive_square(&residuals) / square,
            validation_nrmse: validated
                .then(|| mean_of(&|m| m.objectives.validation_nrmse.unwrap_or(0.0))),
            rssd: mean_of(&|m| m.objectives.rssd),
            kkt_residual: self
                .members
                .iter()
                .map(|m| m.kkt_residual)
                .fold(0.0, f64::max),
        }
    }

    fn successive_square(&self, residuals: &[f64]) -> f64 {
        let kept = |r: usize| self.panel.weights().is_none_or(|w| w[r] > 0.0);
        let periods = self.panel.periods();
        let pairs = (1..residuals.len()).filter(|r| r % periods != 0 && kept(*r) && kept(r - 1));
        pairs
            .map(|r| (residuals[r] - residuals[r - 1]) * (residuals[r] - residuals[r - 1]))
            .sum()
    }

    /// Linear coefficients and transform parameters of one member.
    fn parameters(&self) -> usize {
        let member = &self.members[0];
        let media: usize = match self.specification.pooling {
            crate::mix::specification::Pooling::Pooled => member.coefficients.len(),
            _ => member.coefficients.iter().map(Vec::len).sum(),
        };
        member.baseline.len() - self.dropped.len() + media + member.point.len() - 1
    }
}
