//! What each channel brings at a point.

use crate::mix::estimate::nuts::density::{Density, Point};
use crate::mix::panel::Panel;

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

/// By channel.
pub(super) fn contributions(density: &Density, panel: &Panel, point: &Point) -> Vec<Brought> {
    let design = &density.design;
    let mut sums = vec![Brought::default(); design.channels.len()];
    for (term, size) in density.terms.iter().zip(&point.terms) {
        let rows = term.rows(design.periods);
        let response = &point.channels[term.channel].response()[rows.clone()];
        let sum = &mut sums[term.channel];
        for (at, (row, h)) in rows.zip(response).enumerate() {
            let factor = size.factors().map_or(1.0, |factors| factors[at]);
            let brought = size.effect * factor * h * design.scales.kpi[row / design.periods];
            sum.contribution += brought;
            if panel.is_observed(row) {
                sum.observed += brought;
            }
            sum.worth += brought * panel.revenue_per_kpi().map_or(1.0, |worth| worth[row]);
        }
    }
    sums
}
