//! A step of the level, found by the largest F statistic over all dates.

use crate::linalg::dot::dot_in_order;
use crate::mix::posterior::findings::finding::FitFinding;
use crate::mix::posterior::findings::series::{Explained, Series};
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
    let freedom = series.len().checked_sub(explained.columns + 1)?;
    let along = explained.along(&explained.target);
    let skipped = (series.len() as f64 * TRIMMED).ceil() as usize;
    let dates = skipped..series.len() - skipped;
    let steps = dates.filter_map(|at| Step::new(series, &explained, &along, at));
    let step = steps.max_by(|a, b| a.gain.total_cmp(&b.gain))?;
    let statistic = step.statistic(series, &explained, &along, freedom)?;
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
    fn new(series: &Series, explained: &Explained, target: &[f64], at: usize) -> Option<Self> {
        let roots = series.roots.iter().enumerate();
        let column: Vec<f64> = roots
            .map(|(i, root)| if i < at { 0.0 } else { *root })
            .collect();
        let own = explained.along(&column);
        let length = dot_in_order(&column, &column);
        let square = length - dot_in_order(&own, &own);
        let along = dot_in_order(&column, &explained.target) - dot_in_order(&own, target);
        // What else explains all but a thousandth of the step cannot be told from it.
        (square > 1e-3 * length).then(|| Self {
            at,
            size: along / square,
            gain: along * along / square,
            column: explained.rest(&column, &own),
        })
    }

    /// The F statistic, divided by what autocorrelation that remains adds to its variance.
    fn statistic(
        &self,
        series: &Series,
        explained: &Explained,
        along: &[f64],
        freedom: usize,
    ) -> Option<f64> {
        let target = &explained.target;
        let all = dot_in_order(target, target);
        let square = all - dot_in_order(along, along) - self.gain;
        if freedom == 0 || square <= 1e-12 * all {
            return None;
        }
        let mut left = explained.rest(target, along);
        let steps = left.iter_mut().zip(&self.column);
        steps.for_each(|(e, step)| *e -= self.size * step);
        let pairs = (1..left.len()).filter(|&i| series.follows(i, 1));
        let products: f64 = pairs.map(|i| left[i] * left[i - 1]).sum();
        let r = (products / dot_in_order(&left, &left)).clamp(0.0, 0.9);
        Some(self.gain / (square / freedom as f64) * (1.0 - r) / (1.0 + r))
    }
}
