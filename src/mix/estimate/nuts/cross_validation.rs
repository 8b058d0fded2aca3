//! How well rows are predicted that the fit did not see, without fitting again.
//!
//! Vehtari, Gelman and Gabry, Practical Bayesian model evaluation using leave-one-out
//! cross-validation and WAIC (Statistics and Computing 27, 2017); for blocks of a time series,
//! Burkner, Gabry and Vehtari, Approximate leave-future-out cross-validation (2020).

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::linalg::cholesky::{factorise, forward};
use crate::linalg::dot::dot;
use crate::mix::estimate::nuts::density::{Density, Point, Room};
use crate::mix::estimate::nuts::likelihood::{Family, mean_count, subtract_along};
use crate::mix::panel::Panel;
use crate::mix::posterior::SeenNoise;
use crate::stats::pareto_smoothing::{log_sum_exp, smoothed};
use crate::time::Day;

/// The shape of the tail of the weights beyond which a block's figure is not reliable.
const MOST_SHAPE: f64 = 0.7;

/// How well a block of periods of one geo is predicted by all other rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// The first day of the block's first period.
    pub date: Day,
    /// The geo; none where the panel has one.
    pub geo: Option<String>,
    /// Rows with weight in the block.
    pub rows: usize,
    /// The logarithm of the density of what was seen, given all other rows, in units of the KPI.
    pub log_density: f64,
    /// The shape k of the tail of the importance weights; beyond .7 `log_density` is not reliable,
    /// as the block alone moves the posterior too far.
    pub shape: f64,
}

/// How well rows are predicted that the fit did not see: importance sampling with Pareto smoothed
/// weights from the posterior of all rows to that without each block.
///
/// Where noise is normal the baseline is integrated out, here too, so that leaving a block out of
/// trend and season is exact and only media and noise are weighed again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CrossValidation {
    /// Sum of the blocks' log densities; higher is better. Compare models of the same KPI and
    /// blocks.
    pub log_density: f64,
    /// Its standard error, from the spread over blocks.
    pub standard_error: f64,
    /// By block.
    pub blocks: Vec<LeftOut>,
    /// Blocks that cannot be left out, as a column of the baseline is in no other.
    pub indispensable: usize,
}

impl CrossValidation {
    /// Blocks whose figure is not reliable: shape beyond .7.
    pub fn unreliable(&self) -> impl Iterator<Item = &LeftOut> {
        self.blocks.iter().filter(|block| block.shape > MOST_SHAPE)
    }

    /// The difference of log densities to another model of the same blocks, and its standard error
    /// from the spread over blocks; above 0 where this one predicts better.
    ///
    /// # Errors
    /// If the blocks differ.
    pub fn compare(&self, other: &Self) -> Result<(f64, f64)> {
        let names = |all: &Self| -> Vec<(Day, Option<String>, usize)> {
            let blocks = all.blocks.iter();
            blocks.map(|b| (b.date, b.geo.clone(), b.rows)).collect()
        };
        if names(self) != names(other) {
            return Err(Error::setting(
                "cross-validation to compare with",
                format!("{} blocks", other.blocks.len()),
                "the same blocks of the same panel",
            ));
        }
        let pairs = self.blocks.iter().zip(&other.blocks);
        let apart: Vec<f64> = pairs.map(|(a, b)| a.log_density - b.log_density).collect();
        Ok((apart.iter().sum(), standard_error(&apart)))
    }
}

/// The standard error of a sum, from the spread of its parts.
fn standard_error(parts: &[f64]) -> f64 {
    let count = parts.len() as f64;
    let mean = parts.iter().sum::<f64>() / count;
    let squares: f64 = parts.iter().map(|x| (x - mean) * (x - mean)).sum();
    (squares / (count - 1.0).max(1.0) * count).sqrt()
}

/// A block of rows, with what the baseline's leverage makes of its residuals.
struct Block {
    rows: Vec<usize>,
    /// The lower factor of 1 - hat matrix, in which the baseline is integrated out; none where it
    /// is not.
    factor: Option<Vec<f64>>,
    /// Half the logarithm of its determinant, less the logarithms of the KPI's scale and of
    /// weights.
    constant: f64,
}

impl Block {
    /// None where the block cannot be left out, or nothing in it counts.
    fn new(density: &Density, rows: Vec<usize>) -> Option<Self> {
        let design = &density.design;
        let root = |row: usize| design.root_weights.as_ref().map_or(1.0, |w| w[row]);
        let unit = |row: &usize| {
            let unit = libm::log(root(*row) / design.scales.kpi[row / design.periods]);
            match density.family {
                // The density of a KPI is that of its logarithm over the KPI.
                Family::Log => unit - design.kpi[*row] / root(*row),
                Family::Counts(_) => 0.0,
                Family::Normal | Family::StudentT(_) => unit,
            }
        };
        let mut constant: f64 = rows.iter().map(unit).sum();
        if !density.layout.baseline.is_empty() {
            return Some(Self {
                rows,
                factor: None,
                constant,
            });
        }
        let size = rows.len();
        let mut matrix = vec![0.0; size * size];
        for at in 0..size {
            matrix[at * size + at] = 1.0;
        }
        for direction in &design.basis.directions {
            let value = |row: &usize| match (direction.start..direction.end()).contains(row) {
                true => direction.values[row - direction.start],
                false => 0.0,
            };
            let values: Vec<f64> = rows.iter().map(value).collect();
            if values.iter().all(|v| *v == 0.0) {
                continue;
            }
            for (i, a) in values.iter().enumerate() {
                for (j, b) in values.iter().enumerate() {
                    matrix[i * size + j] -= a * b;
                }
            }
        }
        if !factorise(&mut matrix, size, size) {
            return None;
        }
        let diagonal = (0..size).map(|at| matrix[at * size + at]);
        if diagonal.clone().any(|d| d < 1e-5) {
            return None;
        }
        constant += diagonal.map(libm::log).sum::<f64>();
        Some(Self {
            rows,
            factor: Some(matrix),
            constant,
        })
    }

    /// The logarithm of the density of the block's rows given all others, at a point with these
    /// residuals and this noise.
    fn log_density(&self, density: &Density, rest: &[f64], deviation: f64) -> f64 {
        let size = self.rows.len();
        let mut own: Vec<f64> = self.rows.iter().map(|row| rest[*row]).collect();
        let all = self.constant - size as f64 * libm::log(deviation);
        let variance = deviation * deviation;
        match (&self.factor, &density.family) {
            (None, Family::Counts(counts)) => {
                let noise = SeenNoise::Counts {
                    dispersion: variance,
                };
                let row = |row: &usize| {
                    let mean = mean_count(&density.design, *row, rest[*row]);
                    noise.log_density(counts[*row], mean, 0)
                };
                self.rows.iter().map(row).sum()
            }
            (None, Family::StudentT(v)) => {
                let square = |r: &f64| libm::log1p(r * r / (v * variance));
                let tails: f64 = own.iter().map(square).sum();
                let unit = libm::lgamma(0.5 * (v + 1.0))
                    - libm::lgamma(0.5 * v)
                    - 0.5 * libm::log(v * std::f64::consts::PI);
                all + size as f64 * unit - 0.5 * (v + 1.0) * tails
            }
            (factor, _) => {
                if let Some(factor) = factor {
                    forward(factor, size, size, &mut own);
                }
                let unit = 0.5 * libm::log(2.0 * std::f64::consts::PI);
                all - size as f64 * unit - 0.5 * dot(&own, &own) / variance
            }
        }
    }
}

/// What a point leaves of the rows: KPI less effects and less the baseline, which is the best there
/// is where it is integrated out.
pub(super) fn residuals(density: &Density, z: &[f64], point: &Point) -> (Vec<f64>, f64) {
    let mut rest = density.unexplained(point, true);
    let along = density.baseline(z, &rest);
    subtract_along(&density.design, &along, &mut rest);
    (rest, point.deviation)
}

/// Leaves out every `length` periods of each geo.
pub(super) fn cross_validation(
    density: &Density,
    panel: &Panel,
    draws: &[&Vec<f64>],
    length: usize,
) -> CrossValidation {
    let design = &density.design;
    let counts = |row: &usize| design.root_weights.as_ref().is_none_or(|w| w[*row] > 0.0);
    let places: Vec<Range<usize>> = (0..design.geos)
        .flat_map(|geo| {
            let first = geo * design.periods;
            let starts = (0..design.periods).step_by(length);
            starts.map(move |t| first + t..first + (t + length).min(design.periods))
        })
        .collect();
    let points: Vec<(Vec<f64>, f64)> = draws
        .par_iter()
        .map_init(Room::default, |room, z| {
            density.at(z, room, |point| residuals(density, z, point))
        })
        .collect();
    let left_out = |rows: &Range<usize>| -> Option<Option<LeftOut>> {
        let kept: Vec<usize> = rows.clone().filter(counts).collect();
        if kept.is_empty() {
            return None;
        }
        Some(Block::new(density, kept).map(|block| {
            let each = points.iter();
            let each: Vec<f64> = each
                .map(|(rest, noise)| block.log_density(density, rest, *noise))
                .collect();
            let weights = smoothed(each.iter().map(|x| -x).collect());
            let sum = weights.log_weights.iter().zip(&each).map(|(w, x)| w + x);
            let geo = rows.start / design.periods;
            LeftOut {
                date: panel.dates()[rows.start % design.periods],
                geo: (design.geos > 1).then(|| panel.geos()[geo].clone()),
                rows: block.rows.len(),
                log_density: log_sum_exp(&sum.collect::<Vec<f64>>()),
                shape: weights.shape,
            }
        }))
    };
    let all: Vec<Option<LeftOut>> = places.par_iter().filter_map(left_out).collect();
    let indispensable = all.iter().filter(|block| block.is_none()).count();
    let blocks: Vec<LeftOut> = all.into_iter().flatten().collect();
    let each: Vec<f64> = blocks.iter().map(|block| block.log_density).collect();
    CrossValidation {
        log_density: each.iter().sum(),
        standard_error: standard_error(&each),
        blocks,
        indispensable,
    }
}

#[cfg(test)]
mod tests;
