//! The density of the KPI's rows, given what the effects leave of them.

use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::layout::Layout;
use crate::mix::panel::Panel;
use crate::mix::specification::Likelihood;
use crate::stats::special::digamma;

/// How a row is distributed about what is expected of it.
#[derive(Debug, Clone)]
pub(super) enum Family {
    /// Normal; the baseline is integrated out.
    Normal,
    /// The logarithm of the KPI is normal; the baseline is integrated out.
    Log,
    /// Student's t with these degrees of freedom.
    StudentT(f64),
    /// Negative binomial, these counts by row; the square of the noise is the dispersion.
    Counts(Vec<f64>),
}

impl Family {
    pub(super) fn new(panel: &Panel, likelihood: Likelihood) -> Self {
        match likelihood {
            Likelihood::Normal => Self::Normal,
            Likelihood::Log => Self::Log,
            Likelihood::StudentT { degrees } => Self::StudentT(degrees),
            Likelihood::NegativeBinomial => Self::Counts(panel.kpi().to_vec()),
        }
    }

    /// Whether effects are added to a logarithm.
    pub(super) const fn multiplies(&self) -> bool {
        matches!(self, Self::Log | Self::Counts(_))
    }
}

/// The logarithm of the density of rows `rest` (KPI or its logarithm less effects, times square
/// roots of weights) with the derivative by each row's prediction written in their place; that by
/// the noise, and by the baseline where it has numbers, goes into the gradient.
///
/// Normal noise, with S the square of what lies outside the baseline's span, n rows and p baseline
/// columns: -(n - p) log sigma - S / (2 sigma^2). Student's t with v degrees, the baseline's part
/// Qb taken off: -n log sigma - (v + 1) / 2 x sum of log(1 + r^2 / (v sigma^2)). Counts y with mean
/// m and variance m + sigma^2 m^2. Bends of a smooth trend stay normal. The noise is half-normal
/// with scale 1, in units of the KPI's scale.
pub(super) fn rows(
    design: &Design,
    layout: &Layout,
    family: &Family,
    z: &[f64],
    rest: &mut [f64],
    gradient: &mut [f64],
) -> f64 {
    let at = layout.noise();
    let deviation = libm::exp(z[at]);
    let (log_density, by_noise) = match family {
        Family::Normal | Family::Log => normal(design, deviation, z[at], rest),
        Family::StudentT(degrees) => student(design, layout, *degrees, z, rest, gradient),
        Family::Counts(counts) => negative_binomial(design, layout, counts, z, rest, gradient),
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
    let baseline = sampled_baseline(design, layout, z, rest);
    subtract_along(design, &baseline, rest);
    let log_deviation = z[layout.noise()];
    let variance = libm::exp(2.0 * log_deviation);
    let rows = design.observations as f64;
    let (mut log_density, mut by_noise) = (-rows * log_deviation, -rows);
    for cell in rest.iter_mut() {
        let square = *cell * *cell;
        log_density -= 0.5 * (degrees + 1.0) * libm::log1p(square / (degrees * variance));
        let pull = (degrees + 1.0) / (degrees * variance + square);
        by_noise += pull * square;
        *cell *= pull;
    }
    let gradient = &mut gradient[layout.baseline.clone()];
    let (bent, by_variance) = by_baseline(design, &baseline, variance, rest, gradient);
    (log_density + bent, by_noise + by_variance)
}

fn negative_binomial(
    design: &Design,
    layout: &Layout,
    counts: &[f64],
    z: &[f64],
    rest: &mut [f64],
    gradient: &mut [f64],
) -> (f64, f64) {
    let baseline = sampled_baseline(design, layout, z, rest);
    subtract_along(design, &baseline, rest);
    let dispersion = libm::exp(2.0 * z[layout.noise()]);
    let size = 1.0 / dispersion;
    let (at_size, slope_at_size) = (libm::lgamma(size), digamma(size));
    let (mut log_density, mut by_noise, mut sum) = (0.0, 0.0, 0.0);
    for (row, cell) in rest.iter_mut().enumerate() {
        let root = design.root_weights.as_ref().map_or(1.0, |w| w[row]);
        if root == 0.0 {
            *cell = 0.0;
            continue;
        }
        let (y, mean) = (counts[row], mean_count(design, row, *cell));
        let more = 1.0 + dispersion * mean;
        let (weight, log_more) = (root * root, libm::log1p(dispersion * mean));
        sum += weight * y;
        log_density += weight
            * (libm::lgamma(y + size) - at_size + y * libm::log(dispersion * mean)
                - (y + size) * log_more);
        by_noise += 2.0
            * weight
            * (y + size * (log_more - digamma(y + size) + slope_at_size)
                - (1.0 + dispersion * y) * mean / more);
        *cell = root * (y - mean) / more;
    }
    // Of logarithms of counts about their means, in a row of the mean count.
    let variance = dispersion + design.observations as f64 / sum.max(1.0);
    let gradient = &mut gradient[layout.baseline.clone()];
    let (bent, by_variance) = by_baseline(design, &baseline, variance, rest, gradient);
    let by_noise = by_noise + by_variance * dispersion / variance;
    (log_density + bent, by_noise)
}

/// The mean of a count, given what effects and baseline leave of its row of the design.
pub(super) fn mean_count(design: &Design, row: usize, rest: f64) -> f64 {
    let root = design.root_weights.as_ref().map_or(1.0, |w| w[row]);
    let logarithm = (design.kpi[row] - rest) / root;
    design.scales.kpi[row / design.periods] * libm::exp(logarithm)
}

/// The baseline where it is sampled: its numbers say how far it lies from that which leaves the
/// least square of `rest`, so that they do not move with what media bring.
pub(super) fn sampled_baseline(
    design: &Design,
    layout: &Layout,
    z: &[f64],
    rest: &[f64],
) -> Vec<f64> {
    let mut baseline = design.along_basis(rest);
    let numbers = baseline.iter_mut().zip(&z[layout.baseline.clone()]);
    numbers.for_each(|(cell, z)| *cell += z);
    baseline
}

/// Writes the gradient by the baseline's numbers, `rest` being that by each row's prediction beside
/// a baseline that stays; a baseline that follows the prediction is taken off that. Gives the
/// density of the bends of a smooth trend, normal with a variance in units of that of the noise,
/// and its derivative by half the logarithm of the variance.
fn by_baseline(
    design: &Design,
    baseline: &[f64],
    variance: f64,
    rest: &mut [f64],
    gradient: &mut [f64],
) -> (f64, f64) {
    gradient.copy_from_slice(&design.along_basis(rest));
    let bends = design.baseline.bends() as f64;
    let (mut log_density, mut by_variance) = (0.0, 0.0);
    if bends > 0.0 {
        // What the directions have outside the data are the penalised bends.
        let mut within = vec![0.0; rest.len()];
        subtract_along(design, baseline, &mut within);
        let square = (dot(baseline, baseline) - dot(&within, &within)).max(0.0);
        let back = design.along_basis(&within);
        for ((cell, b), w) in gradient.iter_mut().zip(baseline).zip(&back) {
            *cell -= (b + w) / variance;
        }
        log_density = -0.5 * (bends * libm::log(variance) + square / variance);
        by_variance = square / variance - bends;
    }
    subtract_along(design, gradient, rest);
    (log_density, by_variance)
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
