//! The spread of residuals: whether it is the same everywhere, and rows outside it.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::mix::posterior::findings::finding::{FitFinding, Outlier};
use crate::mix::posterior::model::Posterior;

/// The fewest rows from which a variance is compared.
const ROWS: usize = 30;
/// The probability of chance below which unequal variance is reported.
const CHANCE: f64 = 0.01;
/// How many times the residuals must be as large.
const RATIO: f64 = 1.5;
/// A row this many robust standard deviations from its prediction lies far off: one in 16,000 of
/// normal residuals does.
const FAR: f64 = 4.0;
/// The standard deviation of normal figures over their median absolute value.
const MEDIAN: f64 = 1.482_602_218_505_602;

/// Whether residuals grow or shrink with the prediction. `rows` have weight.
pub(super) fn unequal_variance(
    posterior: &Posterior,
    residuals: &[f64],
    rows: &[usize],
) -> Option<FitFinding> {
    if rows.len() < ROWS {
        return None;
    }
    let root = |row: usize| posterior.panel.weights().map_or(1.0, |w| w[row].sqrt());
    let prediction = posterior.decomposition().prediction();
    let mut pairs: Vec<(f64, f64)> = rows
        .iter()
        .map(|&row| (prediction[row], (residuals[row] * root(row)).powi(2)))
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let third = pairs.len() / 3;
    let mean = |part: &[(f64, f64)]| part.iter().map(|p| p.1).sum::<f64>() / part.len() as f64;
    let ratio = (mean(&pairs[pairs.len() - third..]) / mean(&pairs[..third])).sqrt();
    let statistic = pairs.len() as f64 * squared_correlation(&pairs)?;
    let p_value = ChiSquared::new(1.0).ok()?.sf(statistic);
    let unequal = ratio >= RATIO || ratio <= 1.0 / RATIO;
    (unequal && ratio.is_finite() && p_value < CHANCE).then_some(FitFinding::UnequalVariance {
        ratio,
        breusch_pagan: statistic,
        p_value,
        multiplied: posterior.is_multiplicative(),
    })
}

/// The squared correlation of pairs; none where either does not change.
fn squared_correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mean = pairs
        .iter()
        .fold((0.0, 0.0), |m, p| (m.0 + p.0 / n, m.1 + p.1 / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (dx, dy) = (x - mean.0, y - mean.1);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    let all = xx * yy;
    (all > 0.0 && all.is_finite()).then(|| xy * xy / all)
}

/// The rows far from their predictions, the farthest first; each geo in units of its scale.
pub(super) fn outliers(
    posterior: &Posterior,
    residuals: &[f64],
    rows: &[usize],
) -> Option<FitFinding> {
    let panel = &posterior.panel;
    let (periods, geos) = (panel.periods(), panel.geos().len());
    let root = |row: usize| panel.weights().map_or(1.0, |w| w[row].sqrt());
    let scaled = |row: usize| residuals[row] / posterior.scales.kpi[row / periods] * root(row);
    let mut sizes: Vec<f64> = rows.iter().map(|&row| scaled(row).abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let spread = MEDIAN * sizes.get(sizes.len() / 2).filter(|_| sizes.len() >= ROWS)?;
    // More rows than half lie on their predictions: nothing says how far is far.
    if spread <= 1e-9 * sizes[sizes.len() - 1] {
        return None;
    }
    let prediction = posterior.decomposition().prediction();
    let outlier = |&row: &usize| Outlier {
        date: panel.dates()[row % periods],
        geo: (geos > 1).then(|| panel.geos()[row / periods].clone()),
        residual: panel.kpi()[row] - prediction[row],
        deviations: scaled(row) / spread,
    };
    let mut far: Vec<Outlier> = rows
        .iter()
        .map(outlier)
        .filter(|row| row.deviations.abs() > FAR)
        .collect();
    far.sort_by(|a, b| b.deviations.abs().total_cmp(&a.deviations.abs()));
    (!far.is_empty()).then_some(FitFinding::Outliers { rows: far })
}
