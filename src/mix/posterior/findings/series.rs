//! Residuals as time series, by geo and for all geos together.

use crate::linalg::dot::dot_in_order;
use crate::linalg::gram_schmidt::project_out;
use crate::mix::posterior::model::Posterior;

/// The residuals of one geo, or of several together, in the periods that have weight in all of
/// them.
#[derive(Debug)]
pub(super) struct Series {
    /// The place of the geo; none for all together.
    pub(super) geo: Option<usize>,
    /// The periods that count.
    pub(super) periods: Vec<usize>,
    /// KPI minus prediction, times the roots of the weights.
    pub(super) residuals: Vec<f64>,
    /// The roots of the weights, which are 1 for all geos together.
    pub(super) roots: Vec<f64>,
    /// The rows that each period sums.
    rows: Vec<Vec<usize>>,
}

impl Series {
    /// One geo's residuals, or all geos' together.
    pub(super) fn new(posterior: &Posterior, residuals: &[f64], geo: Option<usize>) -> Self {
        let panel = &posterior.panel;
        let geos = geo.map_or(0..panel.geos().len(), |g| g..g + 1);
        let weight = |row: usize| posterior.weight_of(row);
        let rows_of = |period: usize| -> Vec<usize> {
            let rows = geos.clone().map(|g| g * panel.periods() + period);
            rows.collect()
        };
        let kept = |period: &usize| rows_of(*period).iter().all(|row| weight(*row) > 0.0);
        let periods: Vec<usize> = (0..panel.periods()).filter(kept).collect();
        let rows: Vec<Vec<usize>> = periods.iter().map(|&period| rows_of(period)).collect();
        let root = |rows: &Vec<usize>| geo.map_or(1.0, |_| weight(rows[0]).sqrt());
        let mut series = Self {
            geo,
            periods,
            residuals: vec![],
            roots: rows.iter().map(root).collect(),
            rows,
        };
        series.residuals = series.summed(residuals);
        series
    }

    pub(super) fn len(&self) -> usize {
        self.periods.len()
    }

    /// A series of the panel's rows, summed over the geos, times the roots of the weights.
    fn summed(&self, values: &[f64]) -> Vec<f64> {
        let sum = |rows: &Vec<usize>| rows.iter().map(|row| values[*row]).sum::<f64>();
        let roots = self.rows.iter().zip(&self.roots);
        roots.map(|(rows, root)| sum(rows) * root).collect()
    }

    /// Whether the i-th period follows the one before it without a gap.
    pub(super) fn follows(&self, i: usize, lag: usize) -> bool {
        i >= lag && self.periods[i] == self.periods[i - lag] + lag
    }

    /// An orthonormal basis of what the model has explained these periods by: the baseline's
    /// columns that no penalty draws to 0, and each channel's contribution.
    pub(super) fn explained(&self, posterior: &Posterior) -> Vec<Vec<f64>> {
        let (panel, specification) = (&posterior.panel, &posterior.specification);
        let (timeline, period) = (posterior.scales.timeline, panel.period());
        let baseline = &specification.baseline;
        let own = baseline.geo_columns(panel.dates(), timeline, period);
        let shared = baseline.shared_columns(panel.dates(), timeline, period);
        let terms = own.iter().chain(&shared).filter(|term| !term.penalised);
        let mut columns: Vec<Vec<f64>> = terms
            .map(|term| {
                let values = self.periods.iter().zip(&self.roots);
                values.map(|(t, root)| term.values[*t] * root).collect()
            })
            .collect();
        let controls = panel.controls().iter();
        columns.extend(controls.map(|control| self.summed(control.values())));
        let channels = posterior.decomposition().contributions().iter();
        columns.extend(channels.map(|contribution| self.summed(contribution)));
        orthonormal(columns)
    }
}

/// A column whose remainder is this much shorter than the column itself depends on the others.
const DEPENDENT: f64 = 1e-9;

/// An orthonormal basis of columns.
fn orthonormal(columns: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = vec![];
    for mut column in columns {
        let length = dot_in_order(&column, &column).sqrt();
        project_out(&basis, &mut column);
        let rest = dot_in_order(&column, &column).sqrt();
        if rest > DEPENDENT * length {
            column.iter_mut().for_each(|v| *v /= rest);
            basis.push(column);
        }
    }
    basis
}
