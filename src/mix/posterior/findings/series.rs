//! Residuals as time series, by geo and for all geos together.

use crate::linalg::dot::dot_in_order;
use crate::linalg::gram_schmidt::{Basis, RangedColumn};
use crate::mix::posterior::decomposition::add;
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

    /// What the model explains these periods by, without a step: the baseline's columns and each
    /// channel's contribution, with the bends of a smooth trend under their penalty.
    pub(super) fn explained(&self, posterior: &Posterior) -> Explained {
        let (panel, specification) = (&posterior.panel, &posterior.specification);
        let (timeline, period) = (posterior.scales.timeline, panel.period());
        let baseline = &specification.baseline;
        let own = baseline.geo_columns(panel.dates(), timeline, period);
        let shared = baseline.shared_columns(panel.dates(), timeline, period);
        let controls = panel.controls().iter();
        let others = controls.map(|control| self.summed(control.values()));
        let channels = posterior.decomposition().contributions().iter();
        let others = others.chain(channels.map(|contribution| self.summed(contribution)));
        let mut columns: Vec<(RangedColumn, Option<RangedColumn>)> = vec![];
        for term in own.iter().chain(&shared) {
            let values = self.periods.iter().zip(&self.roots);
            let values = values.map(|(t, root)| term.values[*t] * root).collect();
            let penalty = posterior.smoothness.filter(|_| term.penalised);
            let at = columns.len();
            let pseudo = penalty.map(|penalty| column(at, vec![penalty.sqrt()]));
            columns.push((column(0, values), pseudo));
        }
        columns.extend(others.map(|values| (column(0, values), None)));
        let bends = self.summed(&posterior.bends());
        let target = self.residuals.iter().zip(&bends).map(|(e, b)| e + b);
        let target: Vec<f64> = target.collect();
        let bends = columns
            .iter()
            .filter(|(_, pseudo)| pseudo.is_some())
            .count();
        let basis = Basis::with_pseudo_rows(columns);
        Explained {
            columns: basis.len() - bends.min(basis.len()),
            basis,
            target,
        }
    }
}

fn column(start: usize, values: Vec<f64>) -> RangedColumn {
    RangedColumn {
        name: String::new(),
        start,
        values,
    }
}

/// What a series is explained by without a step.
#[derive(Debug)]
pub(super) struct Explained {
    basis: Basis,
    /// What the model leaves, and what it explains by bends that a penalty draws to 0.
    pub(super) target: Vec<f64>,
    /// How many columns bear no penalty.
    pub(super) columns: usize,
}

impl Explained {
    /// The products of the directions with a series.
    pub(super) fn along(&self, values: &[f64]) -> Vec<f64> {
        let directions = self.basis.directions.iter();
        directions
            .map(|d| dot_in_order(&d.values, values))
            .collect()
    }

    /// A series less what explains it, given its products with the directions.
    pub(super) fn rest(&self, values: &[f64], along: &[f64]) -> Vec<f64> {
        let mut rest = values.to_vec();
        for (direction, part) in self.basis.directions.iter().zip(along) {
            let pairs = rest.iter_mut().zip(&direction.values);
            pairs.for_each(|(r, d)| *r -= part * d);
        }
        rest
    }
}

impl Posterior {
    /// What the penalised bends of the trend bring, by row: the mean over draws.
    fn bends(&self) -> Vec<f64> {
        let (panel, baseline) = (&self.panel, &self.specification.baseline);
        let timeline = self.scales.timeline;
        let own = baseline.geo_columns(panel.dates(), timeline, panel.period());
        let mut bends = vec![0.0; panel.rows()];
        for (draw, weight) in self.draws.iter().zip(self.weights()) {
            let geos = bends.chunks_mut(panel.periods()).zip(&self.scales.kpi);
            for ((rows, scale), coefficients) in geos.zip(draw.baseline.chunks(own.len())) {
                for (term, coefficient) in own.iter().zip(coefficients) {
                    if term.penalised && self.smoothness.is_some() {
                        add(rows, &term.values, weight * scale * coefficient);
                    }
                }
            }
        }
        bends
    }
}
