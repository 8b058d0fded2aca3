//! A candidate's media columns with all the products the regression needs of them.
//!
//! The rows are never visited again after the products are taken: the full fit, each fold's fit and
//! each fold's validation error follow from products by block of periods. A change of one channel
//! renews that channel's products only.

use std::ops::Range;

use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;
use crate::mix::specification::columns::Source;
use crate::mix::specification::part::Part;
use crate::mix::specification::pseudo_observations::{EntryScratch, PseudoObservation};
use crate::mix::transform::ChannelCurve;
use crate::mix::transform::curve::Scratch;

/// One media column and its products.
#[derive(Debug, Clone, Default)]
struct Column {
    /// Transformed activity x square root of the weight, by row.
    values: Vec<f64>,
    /// Products with the baseline's directions, by block, then direction.
    basis: Vec<f64>,
    /// Products with the KPI, by block.
    kpi: Vec<f64>,
    /// Entries of the test rows.
    tests: Vec<f64>,
    /// Sum of transformed activity x the geo's KPI scale: the contribution of a coefficient of 1.
    total: f64,
    /// Mean transformed activity in the column's rows.
    mean: f64,
}

impl Column {
    /// Takes over the transformed activity of its geos, as far as its knot counts, with total and
    /// mean.
    fn fill(
        &mut self,
        transformed: &[f64],
        geos: Range<usize>,
        hat: Option<&[f64]>,
        design: &Design,
    ) {
        let periods = design.periods;
        let rows = geos.start * periods..geos.end * periods;
        self.values.fill(0.0);
        self.values[rows.clone()].copy_from_slice(&transformed[rows.clone()]);
        if let Some(hat) = hat {
            for geo in self.values[rows.clone()].chunks_mut(periods) {
                geo.iter_mut().zip(hat).for_each(|(v, h)| *v *= h);
            }
        }
        (self.total, self.mean) = (0.0, 0.0);
        for geo in geos {
            let sum = self.values[geo * periods..(geo + 1) * periods]
                .iter()
                .sum::<f64>();
            self.total += sum * design.scales.kpi[geo];
            self.mean += sum / rows.len() as f64;
        }
    }
}

/// A channel's transformed activity by row, without observation weights, and the curve it is by;
/// none before it is first set.
#[derive(Debug, Clone, Default)]
struct Response {
    values: Vec<f64>,
    curve: Option<ChannelCurve>,
}

/// A response for each channel, where channels bring something together; none otherwise.
fn responses(design: &Design) -> Vec<Response> {
    let response = Response {
        values: vec![0.0; design.rows()],
        curve: None,
    };
    let any = !design.synergies.is_empty();
    vec![response; if any { design.channels.len() } else { 0 }]
}

/// All media columns of a candidate.
#[derive(Debug, Clone)]
pub(crate) struct SufficientStatistics {
    columns: Vec<Column>,
    /// Products of columns, by block, then row-major.
    products: Vec<f64>,
    spare: Vec<Column>,
    saved: Vec<f64>,
    /// The share of its standard deviation by which each channel's effect steps from knot to knot.
    steps: Vec<f64>,
    saved_step: f64,
    /// Each channel's response and curve, where channels bring something together.
    responses: Vec<Response>,
    saved_response: Response,
    transformed: Vec<f64>,
    scratch: Scratch,
    entry_scratch: EntryScratch,
}

impl SufficientStatistics {
    pub(crate) fn new(design: &Design) -> Self {
        let (columns, blocks) = (design.columns.len(), design.cuts.len() - 1);
        let knots = design.channels.iter().map(|c| c.hats.len().max(1)).max();
        let column = Column {
            values: vec![0.0; design.rows()],
            basis: vec![0.0; blocks * design.basis.len()],
            kpi: vec![0.0; blocks],
            tests: vec![0.0; design.tests.len()],
            ..Column::default()
        };
        let mut statistics = Self {
            columns: vec![column.clone(); columns],
            products: vec![0.0; blocks * columns * columns],
            spare: vec![column; design.geos.max(1) * (knots.unwrap_or(1) + design.synergies.len())],
            saved: vec![],
            steps: vec![0.0; design.channels.len()],
            saved_step: 0.0,
            responses: responses(design),
            saved_response: Response::default(),
            transformed: vec![0.0; design.rows()],
            scratch: Scratch::default(),
            entry_scratch: EntryScratch::default(),
        };
        statistics.set_controls(design);
        statistics
    }

    /// Controls with bounds do not change from candidate to candidate.
    fn set_controls(&mut self, design: &Design) {
        for (k, media) in design.columns.iter().enumerate() {
            if let Source::Control(c) = media.source {
                self.transformed
                    .copy_from_slice(&design.baseline.bounded[c].1);
                self.renew(k, None, design);
            }
        }
    }

    /// Sets by what share of its standard deviation a channel's effect steps from knot to knot;
    /// [`SufficientStatistics::undo`] takes it back.
    pub(crate) fn set_step(&mut self, channel: usize, share: Option<f64>) {
        self.saved_step = self.steps[channel];
        self.steps[channel] = share.unwrap_or(0.0);
    }

    /// The share of its standard deviation by which a channel's effect steps from knot to knot.
    pub(crate) fn step(&self, channel: usize) -> f64 {
        self.steps[channel]
    }

    /// Renews a channel's columns for another curve; [`SufficientStatistics::undo`] takes it back.
    pub(crate) fn set_channel(&mut self, channel: usize, curve: &ChannelCurve, design: &Design) {
        self.saved.clear();
        self.saved.extend_from_slice(&self.products);
        let (activity, carried) = design.channels[channel].activity.carried(curve);
        carried.apply_all(&activity, &mut self.scratch, &mut self.transformed);
        self.keep_response(channel, curve);
        let mut next = 0;
        for k in 0..self.columns.len() {
            if design.involves(&design.columns[k], channel) {
                std::mem::swap(&mut self.columns[k], &mut self.spare[next]);
                next += 1;
                self.multiply(k, design);
                self.renew(k, Some(curve), design);
            }
        }
    }

    /// Keeps a channel's response for the products with others'.
    fn keep_response(&mut self, channel: usize, curve: &ChannelCurve) {
        if let Some(response) = self.responses.get_mut(channel) {
            std::mem::swap(response, &mut self.saved_response);
            response.values.clear();
            response.values.extend_from_slice(&self.transformed);
            response.curve = Some(*curve);
        }
    }

    /// Makes the product of two responses the transformed activity, where column k is one. Such
    /// columns follow all channels' own.
    fn multiply(&mut self, k: usize, design: &Design) {
        if let Source::Synergy(at) = design.columns[k].source {
            let (first, second) = design.synergies[at];
            let (first, second) = (
                &self.responses[first].values,
                &self.responses[second].values,
            );
            let cells = self.transformed.iter_mut().zip(first.iter().zip(second));
            cells.for_each(|(cell, (a, b))| *cell = a * b);
        }
    }

    /// Takes back the last [`SufficientStatistics::set_channel`], which was for the same channel.
    pub(crate) fn undo(&mut self, channel: usize, design: &Design) {
        std::mem::swap(&mut self.products, &mut self.saved);
        std::mem::swap(&mut self.steps[channel], &mut self.saved_step);
        if let Some(response) = self.responses.get_mut(channel) {
            std::mem::swap(response, &mut self.saved_response);
        }
        let mut next = 0;
        for k in 0..self.columns.len() {
            if design.involves(&design.columns[k], channel) {
                std::mem::swap(&mut self.columns[k], &mut self.spare[next]);
                next += 1;
            }
        }
    }

    /// Takes all products of column `k` anew, from the transformed activity.
    fn renew(&mut self, k: usize, curve: Option<&ChannelCurve>, design: &Design) {
        let mut column = std::mem::take(&mut self.columns[k]);
        let geos = design.columns[k]
            .geo
            .map_or(0..design.geos, |geo| geo..geo + 1);
        let hat = design.hat(&design.columns[k]);
        column.fill(&self.transformed, geos.clone(), hat, design);
        if let Some(curve) = curve {
            for (entry, test) in column.tests.iter_mut().zip(&design.tests) {
                *entry = self.entry(k, test, curve, design);
            }
        }
        if let Some(weights) = &design.root_weights {
            column
                .values
                .iter_mut()
                .zip(weights)
                .for_each(|(v, w)| *v *= w);
        }
        for block in 0..design.cuts.len() - 1 {
            self.renew_block(k, &mut column, block, geos.clone(), design);
        }
        self.columns[k] = column;
    }

    /// A test's entry for column k. `curve` and the transformed activity are those of the channel
    /// whose column it is; a product of two channels takes the tested one's own.
    fn entry(
        &mut self,
        k: usize,
        test: &PseudoObservation,
        curve: &ChannelCurve,
        design: &Design,
    ) -> f64 {
        let column = &design.columns[k];
        if !design.involves(column, test.channel) {
            return 0.0;
        }
        let (part, curve, transformed) = match column.source {
            Source::Synergy(at) => {
                let (first, second) = design.synergies[at];
                let other = if first == test.channel { second } else { first };
                let (own, other) = (&self.responses[test.channel], &self.responses[other]);
                // Not all channels have been set for the first time.
                let Some(curve) = &own.curve else { return 0.0 };
                if other.curve.is_none() {
                    return 0.0;
                }
                (Part::Product(&other.values), curve, &own.values)
            }
            _ => {
                let part = design.hat(column).map_or(Part::Whole, Part::Hat);
                (part, curve, &self.transformed)
            }
        };
        let kpi = &design.scales.kpi;
        test.entry(
            column.geo,
            part,
            curve,
            transformed,
            kpi,
            &mut self.entry_scratch,
        )
    }

    /// Takes the products of `column`, the k-th, in one block of periods.
    fn renew_block(
        &mut self,
        k: usize,
        column: &mut Column,
        block: usize,
        geos: Range<usize>,
        design: &Design,
    ) {
        let periods = design.periods;
        let segments = || {
            geos.clone().map(|g| {
                (
                    g * periods + design.cuts[block],
                    g * periods + design.cuts[block + 1],
                )
            })
        };
        let over = |values: &[f64], other: &[f64]| {
            segments()
                .map(|(a, b)| dot(&values[a..b], &other[a..b]))
                .sum::<f64>()
        };
        column.kpi[block] = over(&column.values, &design.kpi);
        let size = design.basis.len();
        for (product, direction) in column.basis[block * size..(block + 1) * size]
            .iter_mut()
            .zip(&design.basis.directions)
        {
            *product = segments()
                .map(|(a, b)| {
                    let (low, values) = direction.within(a, b);
                    dot(&column.values[low..low + values.len()], values)
                })
                .sum();
        }
        let count = self.columns.len();
        let matrix = &mut self.products[block * count * count..(block + 1) * count * count];
        for (j, other) in self.columns.iter().enumerate() {
            let other = if j == k {
                &column.values
            } else {
                &other.values
            };
            let product = over(&column.values, other);
            matrix[k * count + j] = product;
            matrix[j * count + k] = product;
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.columns.len()
    }

    /// Products of columns i and j in a block.
    pub(crate) fn product(&self, block: usize, i: usize, j: usize) -> f64 {
        let count = self.columns.len();
        self.products[(block * count + i) * count + j]
    }

    /// Products of a column with the baseline's directions in a block.
    pub(crate) fn with_basis(&self, block: usize, k: usize, size: usize) -> &[f64] {
        &self.columns[k].basis[block * size..(block + 1) * size]
    }

    /// Product of a column with the KPI in a block.
    pub(crate) fn with_kpi(&self, block: usize, k: usize) -> f64 {
        self.columns[k].kpi[block]
    }

    /// A column's entry in a test row.
    pub(crate) fn test(&self, test: usize, k: usize) -> f64 {
        self.columns[k].tests[test]
    }

    /// The contribution of a coefficient of 1.
    pub(crate) fn total(&self, k: usize) -> f64 {
        self.columns[k].total
    }

    /// Mean transformed activity.
    pub(crate) fn mean(&self, k: usize) -> f64 {
        self.columns[k].mean
    }

    /// The column itself, times square roots of weights.
    pub(crate) fn values(&self, k: usize) -> &[f64] {
        &self.columns[k].values
    }
}
