//! Validation folds: train on the periods so far, predict the next.

use crate::linalg::cholesky::{factorise, forward};
use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;

/// Added to the diagonal of a fold's baseline, whose columns may be absent from the fold's training
/// data (a knot to come).
const FOLD_RIDGE: f64 = 1e-6;

/// A fold's constants: what its baseline needs.
#[derive(Debug, Clone)]
pub(crate) struct Fold {
    /// Cholesky factor of the directions' products over the training blocks.
    pub(crate) factor: Vec<f64>,
    /// L^-1 of the directions' products with the KPI over the training blocks.
    pub(crate) kpi: Vec<f64>,
    /// Directions' products with one another and with the KPI in the validation block.
    pub(crate) validation: Vec<f64>,
    pub(crate) validation_kpi: Vec<f64>,
    pub(crate) validation_square: f64,
    pub(crate) rows: f64,
    pub(crate) validation_rows: f64,
}

impl Fold {
    /// The fold that trains on all blocks before `block` and is validated on it.
    pub(crate) fn new(design: &Design, block: usize) -> Self {
        let size = design.basis.len();
        let (mut factor, kpi_train) = products(design, 0, design.cuts[block]);
        let (validation, validation_kpi) =
            products(design, design.cuts[block], design.cuts[block + 1]);
        design.basis.add_pseudo_products(&mut factor);
        (0..size).for_each(|i| factor[i * size + i] += FOLD_RIDGE);
        let sound = factorise(&mut factor, size, size);
        debug_assert!(
            sound,
            "a ridge makes any matrix of products positive definite"
        );
        let mut kpi = kpi_train;
        forward(&factor, size, size, &mut kpi);
        let span = |from: usize, to: usize| {
            (0..design.geos).map(move |g| (g * design.periods + from)..(g * design.periods + to))
        };
        let weight = |r: usize| {
            design
                .root_weights
                .as_ref()
                .map_or(1.0, |w| f64::from(u8::from(w[r] > 0.0)))
        };
        let validation_rows = || span(design.cuts[block], design.cuts[block + 1]).flatten();
        Self {
            factor,
            kpi,
            validation,
            validation_kpi,
            validation_square: validation_rows()
                .map(|r| design.kpi[r] * design.kpi[r])
                .sum(),
            rows: span(0, design.cuts[block]).flatten().map(weight).sum(),
            validation_rows: validation_rows().map(weight).sum(),
        }
    }
}

/// Products of the baseline's directions with one another and with the KPI over periods `from..to`
/// of all geos.
fn products(design: &Design, from: usize, to: usize) -> (Vec<f64>, Vec<f64>) {
    let directions = &design.basis.directions;
    let size = directions.len();
    let (mut matrix, mut kpi) = (vec![0.0; size * size], vec![0.0; size]);
    for geo in 0..design.geos {
        let (a, b) = (geo * design.periods + from, geo * design.periods + to);
        for (i, direction) in directions.iter().enumerate() {
            let (low, values) = direction.within(a, b);
            if values.is_empty() {
                continue;
            }
            kpi[i] += dot(values, &design.kpi[low..low + values.len()]);
            for (j, other) in directions.iter().enumerate() {
                let (other_low, other_values) = other.within(low, low + values.len());
                let part = &values[other_low - low..][..other_values.len()];
                matrix[i * size + j] += dot(part, other_values);
            }
        }
    }
    (matrix, kpi)
}
