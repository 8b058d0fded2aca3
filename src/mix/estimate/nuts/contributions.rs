//! What each channel brings at a point.

use crate::mix::estimate::nuts::density::{Density, Point};
use crate::mix::panel::Panel;
use crate::mix::posterior::removal_shares;

/// What a channel brings, in units of the KPI and of money.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Brought {
    /// In all rows.
    pub(super) contribution: f64,
    /// In rows with weight.
    pub(super) observed: f64,
    /// In all rows, times revenue per KPI where there is one.
    pub(super) worth: f64,
}

/// By channel. Where effects multiply, what goes from the KPI that was seen, or from the geo's mean
/// where none was, when a channel is removed.
pub(super) fn contributions(density: &Density, panel: &Panel, point: &Point) -> Vec<Brought> {
    let (channels, rows) = (density.design.channels.len(), panel.rows());
    let mut by_row = added(density, point);
    if density.family.multiplies() {
        let (mut logs, mut shares) = (vec![], vec![]);
        for row in 0..rows {
            logs.clear();
            logs.extend(by_row.iter().map(|added| added[row]));
            let scale = density.design.scales.kpi[row / panel.periods()];
            let kpi = match panel.is_observed(row) {
                true => panel.kpi()[row] / scale,
                false => 1.0,
            };
            let baseline = kpi * libm::exp(-logs.iter().sum::<f64>());
            removal_shares(baseline, &logs, &mut shares);
            let cells = by_row.iter_mut().zip(&shares);
            cells.for_each(|(added, share)| added[row] = *share);
        }
    }
    let mut sums = vec![Brought::default(); channels];
    for (sum, added) in sums.iter_mut().zip(&by_row) {
        for (row, added) in added.iter().enumerate() {
            let brought = added * density.design.scales.kpi[row / panel.periods()];
            sum.contribution += brought;
            if panel.is_observed(row) {
                sum.observed += brought;
            }
            sum.worth += brought * panel.revenue_per_kpi().map_or(1.0, |worth| worth[row]);
        }
    }
    sums
}

/// What each channel adds to the scaled KPI, or to its logarithm, by channel, then row.
fn added(density: &Density, point: &Point) -> Vec<Vec<f64>> {
    let design = &density.design;
    let mut by_row = vec![vec![0.0; design.rows()]; design.channels.len()];
    for (term, size) in density.terms.iter().zip(&point.terms) {
        let rows = term.rows(design.periods);
        let response = &point.channels[term.channel].response()[rows.clone()];
        let cells = by_row[term.channel][rows].iter_mut().zip(response);
        for (at, (cell, h)) in cells.enumerate() {
            let factor = size.factors().map_or(1.0, |factors| factors[at]);
            *cell += size.effect * factor * h;
        }
    }
    by_row
}
