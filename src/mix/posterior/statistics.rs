//! How well the model fits.

use serde::Serialize;

use crate::mix::posterior::draw::{Objectives, PosteriorDraw};
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::Pooling;
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
/// let r2 = fit.r2.expect("the KPI moves");
/// assert!(r2 > 0.5 && fit.adjusted_r2.unwrap() < r2);
/// assert!((0.0..4.0).contains(&fit.durbin_watson.expect("the fit is not exact")));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FitStatistics {
    /// Coefficient of determination, 1 - squared residuals / squared deviations from the mean; none
    /// where the KPI never moves.
    pub r2: Option<f64>,
    /// The same, corrected for the number of coefficients and transform parameters; none if there
    /// are as many as rows, or the KPI never moves.
    pub adjusted_r2: Option<f64>,
    /// Root mean square error over the KPI's range; none where the KPI never moves.
    pub nrmse: Option<f64>,
    /// Mean absolute error relative to the KPI, over rows where it is not 0; none without any.
    pub mape: Option<f64>,
    /// Durbin-Watson: squared differences of successive residuals within geos over squared
    /// residuals; 2 without autocorrelation, none where the fit is exact.
    pub durbin_watson: Option<f64>,
    /// The draws' mean root mean square error over the KPI's range on periods after their
    /// training data; none without folds.
    pub validation_nrmse: Option<f64>,
    /// The draws' mean DECOMP.RSSD; none where no search made them.
    pub rssd: Option<f64>,
    /// The largest violation of the optimality conditions among the draws; none where no search
    /// made them.
    pub kkt_residual: Option<f64>,
}

/// The mean size of errors relative to what they are of, over pairs where that is not 0; none if
/// something is so near 0 that the mean is no number.
pub(crate) fn mean_relative(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let sized = pairs.filter(|(_, size)| *size != 0.0);
    let (sum, count) = sized.fold((0.0, 0_u32), |(sum, count), (error, size)| {
        (sum + (error / size).abs(), count + 1)
    });
    number(Some(sum / f64::from(count)))
}

/// None in place of what is no number, as of a KPI that moves by less than numbers resolve.
pub(crate) fn number(figure: Option<f64>) -> Option<f64> {
    figure.filter(|figure| figure.is_finite())
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
        let moves = high > low;
        let r2 = number(moves.then(|| 1.0 - square / total));
        let freedom = count - self.parameters();
        let adjusted = |r2: f64| 1.0 - (1.0 - r2) * (count - 1.0) / freedom;
        FitStatistics {
            r2,
            adjusted_r2: number(r2.filter(|_| freedom > 0.0).map(adjusted)),
            nrmse: number(moves.then(|| (square / count).sqrt() / (high - low))),
            mape: mean_relative(kept.iter().map(|&r| (residuals[r], kpi[r]))),
            durbin_watson: number(
                (!self.is_exact(&residuals, &kept))
                    .then(|| self.successive_square(&residuals) / square),
            ),
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
        let weighted = values.iter().zip(self.weights()).map(|(v, w)| w * v);
        number(Some(weighted.sum()))
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

    /// Linear coefficients and transform parameters of one draw; a bend of a smooth trend counts
    /// by how far its penalty lets it.
    pub(crate) fn parameters(&self) -> f64 {
        let draw = &self.draws[0];
        let media: usize = match self.specification.pooling {
            Pooling::Pooled => draw.coefficients.len(),
            _ => draw.coefficients.iter().map(Vec::len).sum(),
        };
        let bounded = |name: &str| self.specification.bounds_of_control(name).is_some();
        let controls = self.panel.controls().iter();
        let bounded = controls.filter(|control| bounded(control.name())).count();
        let whole = bounded + media + self.transform_parameters();
        self.derived.baseline_freedom + whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::mean_relative;

    #[test]
    fn errors_are_relative_to_what_is_not_0() {
        let pairs = [(1.0, 4.0), (-3.0, 4.0), (5.0, 0.0)];
        assert_eq!(mean_relative(pairs.into_iter()), Some(0.5));
        assert_eq!(mean_relative([(5.0, 0.0)].into_iter()), None);
    }
}
