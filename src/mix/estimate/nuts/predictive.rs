//! Whether the model, fitted, would have made data like those it was fitted to.

use rayon::prelude::*;
use serde::Serialize;

use crate::mix::estimate::nuts::density::{Density, Point, Room};
use crate::mix::estimate::nuts::likelihood::{Family, mean_count, subtract_along};
use crate::mix::posterior::SeenNoise;
use crate::stats::quantile::of_sample;
use crate::util::Random;

/// A figure of the KPI against the same figure of KPIs that the model makes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PredictiveCheck {
    /// `mean`, `largest` and `smallest` of the KPI in units of each geo's scale, or
    /// `autocorrelation`, that of successive residuals.
    pub figure: &'static str,
    /// The share of draws in which the model's figure is the larger one (Rubin 1984; Gelman, Meng
    /// and Stern 1996): near 0 or 1 the model does not make such data.
    pub p_value: f64,
}

/// Whether the model, fitted, would have made data like those it was fitted to.
///
/// ```
/// use mixtouch::mix::estimate::Nuts;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Nuts::default().with_draws(150).fit(&MixSpecification::new(), &panel)?;
/// let checks = fit.predictive_checks();
/// assert!((0.8..=1.0).contains(&checks.inside));
/// assert!(checks.figures.iter().any(|check| check.figure == "autocorrelation"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PredictiveChecks {
    /// The share of rows with weight inside their 90 % predictive intervals; about .9, a little
    /// more as these rows were fitted.
    pub inside: f64,
    /// By figure.
    pub figures: Vec<PredictiveCheck>,
}

/// Names of the figures, in order.
const FIGURES: [&str; 4] = ["mean", "largest", "smallest", "autocorrelation"];

/// A KPI made by the model in units of scaled KPI, and for each figure whether its is larger: 1, 0,
/// or a half where they are the same.
struct Replicate {
    kpi: Vec<f64>,
    larger: [f64; 4],
}

/// The checks by these draws.
pub(super) fn predictive_checks(
    density: &Density,
    draws: &[&Vec<f64>],
    seed: u64,
) -> PredictiveChecks {
    let random = Random::new(seed).stream(7);
    let counts = |row: &usize| weight(density, *row) > 0.0;
    let rows: Vec<usize> = (0..density.design.rows()).filter(counts).collect();
    let replicates: Vec<Replicate> = draws
        .par_iter()
        .enumerate()
        .map_init(Room::default, |room, (at, z)| {
            let random = random.stream(at as u64);
            density.at(z, room, |point| {
                replicate(density, (z, point), &rows, random)
            })
        })
        .collect();
    let inside = rows.iter().enumerate().filter(|(at, row)| {
        let mut made: Vec<f64> = replicates.iter().map(|r| r.kpi[*at]).collect();
        made.sort_by(f64::total_cmp);
        (of_sample(&made, 0.05)..=of_sample(&made, 0.95)).contains(&seen(density, **row))
    });
    let inside = inside.count() as f64 / rows.len().max(1) as f64;
    let check = |(at, figure): (usize, &'static str)| PredictiveCheck {
        figure,
        p_value: replicates.iter().map(|r| r.larger[at]).sum::<f64>() / replicates.len() as f64,
    };
    PredictiveChecks {
        inside,
        figures: FIGURES.into_iter().enumerate().map(check).collect(),
    }
}

/// The square root of a row's weight.
fn weight(density: &Density, row: usize) -> f64 {
    density.design.root_weights.as_ref().map_or(1.0, |w| w[row])
}

/// A row of scaled KPI as it was seen and as a draw makes it, with what is left of each in units in
/// which all rows are alike.
struct Row {
    seen: f64,
    made: f64,
    residual: f64,
    noise: f64,
}

/// What is seen of a row in units of scaled KPI.
fn seen(density: &Density, row: usize) -> f64 {
    let y = density.design.kpi[row] / weight(density, row);
    match &density.family {
        Family::Counts(counts) => {
            counts[row] / density.design.scales.kpi[row / density.design.periods]
        }
        Family::Log => libm::exp(y),
        Family::Normal | Family::StudentT(_) => y,
    }
}

/// A row of which effects and baseline leave `rest`.
fn row(density: &Density, row: usize, rest: f64, deviation: f64, random: &mut Random) -> Row {
    let (seen, root) = (seen(density, row), weight(density, row));
    if let Family::Counts(counts) = &density.family {
        let mean = mean_count(&density.design, row, rest);
        let dispersion = deviation * deviation;
        let made = SeenNoise::Counts { dispersion }.draw(mean, 0, random);
        let unit = (mean + dispersion * mean * mean).sqrt();
        return Row {
            seen,
            made: made / density.design.scales.kpi[row / density.design.periods],
            residual: (counts[row] - mean) / unit,
            noise: (made - mean) / unit,
        };
    }
    let tail = match density.family {
        Family::StudentT(v) => (0.5 * v / random.gamma(0.5 * v)).sqrt(),
        _ => 1.0,
    };
    let noise = deviation * tail * random.normal();
    let moved = (noise - rest) / root;
    Row {
        seen,
        made: match density.family {
            Family::Log => seen * libm::exp(moved),
            _ => seen + moved,
        },
        residual: rest,
        noise,
    }
}

fn replicate(
    density: &Density,
    (z, point): (&[f64], &Point),
    rows: &[usize],
    mut random: Random,
) -> Replicate {
    let design = &density.design;
    let mut rest = density.unexplained(point, true);
    let along = density.baseline_along(z, &rest, point.deviation, &mut random);
    subtract_along(design, &along, &mut rest);
    let of = |at: &usize| row(density, *at, rest[*at], point.deviation, &mut random);
    let all: Vec<Row> = rows.iter().map(of).collect();
    let column = |of: fn(&Row) -> f64| -> Vec<f64> { all.iter().map(of).collect() };
    let kpi = column(|row| row.made);
    let (made, found) = (figures(&kpi), figures(&column(|row| row.seen)));
    let mut larger = [0.5; 4];
    for (cell, (made, found)) in larger.iter_mut().zip(made.iter().zip(&found)) {
        *cell = larger_share(*made, *found);
    }
    let successive = |values: &[f64]| autocorrelation(values, rows, design.periods);
    let (noise, residuals) = (column(|row| row.noise), column(|row| row.residual));
    larger[3] = larger_share(successive(&noise), successive(&residuals));
    Replicate { kpi, larger }
}

fn larger_share(made: f64, found: f64) -> f64 {
    if made == found {
        0.5
    } else {
        f64::from(u8::from(made > found))
    }
}

fn figures(values: &[f64]) -> [f64; 3] {
    let sum: f64 = values.iter().sum();
    [
        sum / values.len().max(1) as f64,
        values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        values.iter().copied().fold(f64::INFINITY, f64::min),
    ]
}

/// The correlation of successive values of the same geo, about 0.
fn autocorrelation(values: &[f64], rows: &[usize], periods: usize) -> f64 {
    let square: f64 = values.iter().map(|x| x * x).sum();
    let follows = |at: &usize| rows[*at] == rows[at - 1] + 1 && !rows[*at].is_multiple_of(periods);
    let pairs = (1..rows.len()).filter(follows);
    let products: f64 = pairs.map(|at| values[at] * values[at - 1]).sum();
    if square > 0.0 { products / square } else { 0.0 }
}
