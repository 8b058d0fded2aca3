//! The density of the KPI's rows, given what the effects leave of them.

use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::layout::Layout;

/// The logarithm of the density of rows `rest` (KPI less effects, times square roots of weights)
/// with the derivative by each row's prediction written in their place; that by the noise, and by
/// the baseline where it has numbers, goes into the gradient.
///
/// Normal noise, with S the square of what lies outside the baseline's span, n rows and p baseline
/// columns: -(n - p) log sigma - S / (2 sigma^2). Student's t with v degrees, the baseline's part
/// Qb taken off: -n log sigma - (v + 1) / 2 x sum of log(1 + r^2 / (v sigma^2)); bends of a smooth
/// trend stay normal. The noise is half-normal with scale 1, in units of the KPI's scale.
pub(super) fn rows(
    design: &Design,
    layout: &Layout,
    degrees: Option<f64>,
    z: &[f64],
    rest: &mut [f64],
    gradient: &mut [f64],
) -> f64 {
    let at = layout.noise();
    let deviation = libm::exp(z[at]);
    let (log_density, by_noise) = match degrees {
        None => normal(design, deviation, z[at], rest),
        Some(degrees) => student(design, layout, degrees, z, rest, gradient),
    };
    gradient[at] = by_noise + 1.0 - deviation * deviation;
    log_density + z[at] - 0.5 * deviation * deviation
}

fn normal(design: &Design, deviation: f64, log_deviation: f64, rest: &mut [f64]) -> (f64, f64) {
    let freedom = (design.observations - design.unpenalised()) as f64;
    let along = design.along_basis(rest);
    let square = (dot(rest, rest) - dot(&along, &along)).max(0.0);
    subtract_along(design, &along, rest);
    let precision = 1.0 / (deviation * deviation);
    rest.iter_mut().for_each(|cell| *cell *= precision);
    let log_density = -freedom * log_deviation - 0.5 * square * precision;
    (log_density, square * precision - freedom)
}

fn student(
    design: &Design,
    layout: &Layout,
    degrees: f64,
    z: &[f64],
    rest: &mut [f64],
    gradient: &mut [f64],
) -> (f64, f64) {
    let baseline = &z[layout.baseline.clone()];
    subtract_along(design, baseline, rest);
    let log_deviation = z[layout.noise()];
    let variance = libm::exp(2.0 * log_deviation);
    let bends = design.baseline.bends() as f64;
    let rows = design.observations as f64 + bends;
    let (mut log_density, mut by_noise) = (-rows * log_deviation, -rows);
    for cell in rest.iter_mut() {
        let square = *cell * *cell;
        log_density -= 0.5 * (degrees + 1.0) * libm::log1p(square / (degrees * variance));
        let pull = (degrees + 1.0) / (degrees * variance + square);
        by_noise += pull * square;
        *cell *= pull;
    }
    let by_baseline = design.along_basis(rest);
    let gradient = &mut gradient[layout.baseline.clone()];
    gradient.copy_from_slice(&by_baseline);
    if bends > 0.0 {
        // What the directions have outside the data are the penalised bends.
        let mut within = vec![0.0; rest.len()];
        subtract_along(design, baseline, &mut within);
        let square = (dot(baseline, baseline) - dot(&within, &within)).max(0.0);
        let back = design.along_basis(&within);
        for ((cell, b), w) in gradient.iter_mut().zip(baseline).zip(&back) {
            *cell -= (b + w) / variance;
        }
        log_density -= 0.5 * square / variance;
        by_noise += square / variance;
    }
    (log_density, by_noise)
}

/// Takes a combination of the baseline's directions off rows.
pub(super) fn subtract_along(design: &Design, along: &[f64], rest: &mut [f64]) {
    for (direction, along) in design.basis.directions.iter().zip(along) {
        let rows = direction.start..direction.end();
        for (cell, d) in rest[rows].iter_mut().zip(&direction.values) {
            *cell -= along * d;
        }
    }
}
