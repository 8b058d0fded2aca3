//! Tests and beliefs at the level of the KPI that a candidate expects, where effects multiply.

use crate::mix::estimate::design::Design;
use crate::mix::estimate::problem::{Linear, Problem};
use crate::mix::estimate::search::candidate::Space;
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::specification::columns::Source;
use crate::mix::specification::pseudo_observations::PseudoObservation;
use crate::mix::transform::curve::Scratch;

/// Sets at what level of the KPI tests and beliefs count, by what a candidate expects; nothing
/// where effects add up.
pub(crate) fn relevel(space: &mut Space, point: &[f64]) {
    let tests = &space.problem.design.tests;
    if tests.iter().all(|test| test.levels.is_none()) {
        return;
    }
    let (mut statistics, mut workspace) = space.buffers();
    let solved = space.evaluate(point, &mut statistics, &mut workspace);
    let Some((linear, _)) = solved else {
        return;
    };
    let design = &space.problem.design;
    let found = expected(&space.problem, &statistics, &linear);
    let shares: Vec<Option<Vec<f64>>> = design
        .tests
        .iter()
        .map(|test| changes(design, test, point, &linear))
        .collect();
    for (test, shares) in space.problem.design.tests.iter_mut().zip(shares) {
        let levels = test.levels.iter_mut().flatten().zip(&found);
        for (row, (level, found)) in levels.enumerate() {
            if let Some((mean, media)) = found {
                let change = shares.as_ref().map_or(-media, |changes| changes[row]);
                *level = mean * per_log(change);
            }
        }
    }
}

/// What is added to a level per unit of the logarithm that is added to it: (e^log - 1) / log.
fn per_log(log: f64) -> f64 {
    if log.abs() < 1e-9 {
        return 1.0;
    }
    libm::expm1(log) / log
}

/// By how much a test's other activity changes the logarithm in each row under a candidate; none for
/// a belief.
fn changes(
    design: &Design,
    test: &PseudoObservation,
    point: &[f64],
    linear: &Linear,
) -> Option<Vec<f64>> {
    let (channel, offsets) = (&design.channels[test.channel], design.offsets());
    let own = &point[offsets[test.channel]..offsets[test.channel + 1]];
    let curve = channel.transform(own, design.order).bind(&channel.activity);
    let mut transformed = vec![0.0; design.rows()];
    let (activity, carried) = channel.activity.carried(&curve);
    carried.apply_all(&activity, &mut Scratch::default(), &mut transformed);
    let mut changes = test.changes(&curve, &transformed, design.periods)?;
    for (row, change) in changes.iter_mut().enumerate() {
        let (geo, period) = (row / design.periods, row % design.periods);
        let columns = design.columns.iter().zip(&linear.coefficients);
        let effects = columns.filter(|(column, _)| {
            column.source == Source::Channel(test.channel) && column.geo.is_none_or(|g| g == geo)
        });
        let effect = effects.map(|(column, x)| x * design.hat(column).map_or(1.0, |h| h[period]));
        *change *= test.sign() * effect.sum::<f64>();
    }
    Some(changes)
}

/// What a candidate expects in each row in units of the geo's scale, and what media add to its
/// logarithm; none in rows without weight.
fn expected(
    problem: &Problem,
    statistics: &SufficientStatistics,
    linear: &Linear,
) -> Vec<Option<(f64, f64)>> {
    let design = &problem.design;
    let residuals = problem.residuals(statistics, linear);
    let columns = design.columns.iter().zip(&linear.coefficients).enumerate();
    let media: Vec<(usize, f64)> = columns
        .filter(|(_, (column, _))| matches!(column.source, Source::Channel(_)))
        .map(|(k, (_, x))| (k, *x))
        .collect();
    let row = |row: usize| {
        let root = design.root_weights.as_ref().map_or(1.0, |w| w[row]);
        let added = media.iter().map(|(k, x)| x * statistics.values(*k)[row]);
        let added: f64 = added.sum();
        let predictor = design.kpi[row] - residuals[row];
        (root > 0.0).then(|| (libm::exp(predictor / root), added / root))
    };
    (0..design.rows()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_added_at_the_mean_level() {
        // A doubling adds as much as there was before, or half of what is there after it.
        let log = 2_f64.ln();
        assert!((per_log(log) * log - 1.0).abs() < 1e-12);
        assert!((per_log(-log) * log - 0.5).abs() < 1e-12);
        assert_eq!(per_log(0.0), 1.0);
        assert!((per_log(1e-6) - 1.0).abs() < 1e-6);
    }
}
