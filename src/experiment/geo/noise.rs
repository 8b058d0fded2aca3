//! How noisy each geo is, and what chance does to the sum of some.

use crate::error::{Error, Result};
use crate::experiment::geo::design::{Geo, GeoTest};
use crate::experiment::geo::matched::{Matched, squares_by};

/// Periods of the average geo that count beside a geo's own, so that few periods before the test do
/// not decide how noisy it is.
const PSEUDO_PERIODS: f64 = 4.0;

/// The variance of each geo's relative outcome over the test, and the placebos it comes from.
pub(super) struct Noise {
    pub(super) treated: Vec<f64>,
    pub(super) controls: Vec<f64>,
    /// By control: what it did beyond its expectation over the test, with no effect to find.
    pub(super) placebos: Vec<(String, f64)>,
}

impl Noise {
    /// Each geo's variance before the test, times what the controls' placebo effects show a test's
    /// sum to vary by more than one period.
    pub(super) fn new(
        test: &GeoTest,
        treated: &[Matched<'_>],
        controls: &[Matched<'_>],
    ) -> Result<Self> {
        let before = |matched: &[Matched<'_>]| -> Vec<f64> {
            matched
                .iter()
                .map(|one| variance_before(one, &test.controls))
                .collect()
        };
        let (mut treated_variance, mut control_variance) = (before(treated), before(controls));
        let all = || treated_variance.iter().chain(&control_variance);
        let mean = all().sum::<f64>() / all().count() as f64;
        let periods = test.controls[0].before.len() as f64;
        let shrunk = |own: f64| match mean {
            // Nothing moved before the test: all geos count as equally noisy.
            0.0 => 1.0,
            _ => (periods * own + PSEUDO_PERIODS * mean) / (periods + PSEUDO_PERIODS),
        };
        for own in treated_variance.iter_mut().chain(&mut control_variance) {
            *own = shrunk(*own);
        }
        let (placebos, growth) = placebos(test, controls, &control_variance)?;
        let grown = |variance: Vec<f64>| variance.into_iter().map(|own| growth * own).collect();
        Ok(Self {
            treated: grown(treated_variance),
            controls: grown(control_variance),
            placebos,
        })
    }
}

/// The variance in one period of a geo about its weighted controls, less the controls' part.
fn variance_before(matched: &Matched<'_>, controls: &[Geo]) -> f64 {
    let before = &matched.geo.before;
    let gap = |t: usize| {
        let expected = matched.weights.iter().zip(controls);
        before[t]
            - expected
                .map(|(weight, geo)| weight * geo.before[t])
                .sum::<f64>()
    };
    let squares: f64 = (0..before.len()).map(|t| gap(t) * gap(t)).sum();
    squares / (before.len() - 1) as f64 / (1.0 + squares_by(&matched.weights, |_| 1.0))
}

/// Every control's effect as if it were treated, and the mean square of these in units of the
/// variance before.
fn placebos(
    test: &GeoTest,
    controls: &[Matched<'_>],
    variance: &[f64],
) -> Result<(Vec<(String, f64)>, f64)> {
    let mut placebos = Vec::with_capacity(controls.len());
    let mut growth = 0.0;
    for (matched, own) in controls.iter().zip(variance) {
        let effect = matched.effect(&test.controls);
        // A placebo's own noise and that of its weighted controls.
        let expected = own + squares_by(&matched.weights, |control| variance[control]);
        growth += effect * effect / expected / controls.len() as f64;
        placebos.push((matched.geo.name.clone(), effect));
    }
    if growth > 0.0 {
        return Ok((placebos, growth));
    }
    Err(Error::setting(
        "spread of the control geos",
        0,
        "> 0: without noise nothing separates an effect from chance",
    ))
}
