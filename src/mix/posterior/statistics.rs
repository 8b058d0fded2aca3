//! How well the model fits.

use serde::Serialize;

use crate::mix::posterior::draw::{Objectives, PosteriorDraw};
use crate::mix::posterior::model::Posterior;
use crate::mix::transform::{Adstock, ChannelCurve, Saturation};

/// Fit statistics of the mean prediction on the rows that have weight.
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let fit = model.fit_statistics();
/// assert!(fit.r2 > 0.5 && fit.adjusted_r2.unwrap() < fit.r2);
/// assert!((0.0..4.0).contains(&fit.durbin_watson));
/// # Ok::<(), mixtouch::Error>(())
/// ```
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
    /// The draws' mean root mean square error over the KPI's range on periods after their
    /// training data; none without folds.
    pub validation_nrmse: Option<f64>,
    /// The draws' mean DECOMP.RSSD; none where no search made them.
    pub rssd: Option<f64>,
    /// The largest violation of the optimality conditions among the draws; none where no search
    /// made them.
    pub kkt_residual: Option<f64>,
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

    /// How well the mean over draws fits.
    pub fn fit_statistics(&self) -> FitStatistics {
        let residuals = self.residuals();
        let kept: Vec<usize> = (0..residuals.len())
            .filter(|&row| self.is_fitted(row))
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
            validation_nrmse: self.mean_objective(|objectives| objectives.validation_nrmse),
            rssd: self.mean_objective(|objectives| Some(objectives.rssd)),
            kkt_residual: self
                .draws
                .iter()
                .filter_map(PosteriorDraw::kkt_residual)
                .reduce(f64::max),
        }
    }

    /// The mean over draws of what the search judged them by; none if a draw lacks it.
    fn mean_objective(&self, objective: impl Fn(&Objectives) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = self
            .draws
            .iter()
            .map(|draw| draw.objectives().and_then(&objective))
            .collect::<Option<_>>()?;
        Some(values.iter().zip(self.weights()).map(|(v, w)| w * v).sum())
    }

    fn successive_square(&self, residuals: &[f64]) -> f64 {
        let kept = |row: usize| self.is_fitted(row);
        let periods = self.panel.periods();
        let pairs = (1..residuals.len()).filter(|r| r % periods != 0 && kept(*r) && kept(r - 1));
        pairs
            .map(|r| (residuals[r] - residuals[r - 1]) * (residuals[r] - residuals[r - 1]))
            .sum()
    }

    /// How many transform parameters a draw has.
    fn transform_parameters(&self) -> usize {
        let count = |curve: &ChannelCurve| {
            curve.adstock.parameters().len() + curve.saturation.parameters().len()
        };
        self.draws[0].curves.iter().map(count).sum()
    }

    /// Linear coefficients and transform parameters of one draw.
    pub(crate) fn parameters(&self) -> usize {
        let draw = &self.draws[0];
        let media: usize = match self.specification.pooling {
            crate::mix::specification::Pooling::Pooled => draw.coefficients.len(),
            _ => draw.coefficients.iter().map(Vec::len).sum(),
        };
        draw.baseline.len() - self.dropped_columns().len() + media + self.transform_parameters()
    }
}
