//! A step of the level, found by the largest F statistic over all dates.

use crate::linalg::dot::dot_in_order;
use crate::linalg::gram_schmidt::project_out;
use crate::mix::posterior::findings::finding::FitFinding;
use crate::mix::posterior::findings::series::Series;
use crate::mix::posterior::model::Posterior;

/// The share of periods at either end in which no step is looked for.
const TRIMMED: f64 = 0.15;
/// The value that the largest F exceeds by chance once in a hundred: Andrews (1993, corrected
/// 2003), one parameter, 15 % trimmed.
const CRITICAL: f64 = 12.16;
/// The fewest periods in which a step is looked for.
const PERIODS: usize = 20;

/// The largest step of a series' level, if it is more than chance. `tests` is how many series are
/// looked at, each of which may mislead.
pub(super) fn level_break(
    posterior: &Posterior,
    series: &Series,
    tests: usize,
) -> Option<FitFinding> {
    if series.len() < PERIODS {
        return None;
    }
    let explained = series.explained(posterior);
    let freedom = series.len().checked_sub(explained.len() + 1)?;
    let mut rest = series.residuals.clone();
    project_out(&explained, &mut rest);
    let skipped = (series.len() as f64 * TRIMMED).ceil() as usize;
    let dates = skipped..series.len() - skipped;
    let steps = dates.filter_map(|at| Step::new(series, &explained, &rest, at));
    let step = steps.max_by(|a, b| a.gain.total_cmp(&b.gain))?;
    let statistic = step.statistic(series, &rest, freedom)?;
    // Of several series the tail of a chi-squared distribution allows for each.
    let critical = CRITICAL + 2.0 * libm::log(tests as f64);
    (statistic > critical).then(|| FitFinding::Break {
        geo: series.geo.map(|g| posterior.panel.geos()[g].clone()),
        date: posterior.panel.dates()[series.periods[step.at]],
        size: step.size,
        statistic,
    })
}

/// A step from a period on, as far as nothing else explains it.
struct Step {
    at: usize,
    column: Vec<f64>,
    size: f64,
    /// By how much it reduces the sum of squared residuals.
    gain: f64,
}

impl Step {
    fn new(series: &Series, explained: &[Vec<f64>], rest: &[f64], at: usize) -> Option<Self> {
        let roots = series.roots.iter().enumerate();
        let mut column: Vec<f64> = roots
            .map(|(i, root)| if i < at { 0.0 } else { *root })
            .collect();
        let length = dot_in_order(&column, &column);
        project_out(explained, &mut column);
        let square = dot_in_order(&column, &column);
        let along = dot_in_order(&column, rest);
        // What else explains all but a thousandth of the step cannot be told from it.
        (square > 1e-3 * length).then(|| Self {
            at,
            size: along / square,
            gain: along * along / square,
            column,
        })
    }

    /// The F statistic, divided by what autocorrelation that remains adds to its variance.
    fn statistic(&self, series: &Series, rest: &[f64], freedom: usize) -> Option<f64> {
        let left: Vec<f64> = rest
            .iter()
            .zip(&self.column)
            .map(|(e, s)| e - self.size * s)
            .collect();
        let square = dot_in_order(&left, &left);
        if freedom == 0 || square <= 1e-12 * dot_in_order(rest, rest) {
            return None;
        }
        let pairs = (1..left.len()).filter(|&i| series.follows(i, 1));
        let products: f64 = pairs.map(|i| left[i] * left[i - 1]).sum();
        let r = (products / square).clamp(0.0, 0.9);
        Some(self.gain / (square / freedom as f64) * (1.0 - r) / (1.0 + r))
    }
}
