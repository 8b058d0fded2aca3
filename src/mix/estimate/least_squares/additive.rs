//! The additive model with the totals of a model whose channels multiply the KPI.

use crate::error::Result;
use crate::mix::estimate::least_squares::data::RegressionData;
use crate::mix::estimate::least_squares::factor::Factor;
use crate::mix::estimate::transformed_design::TransformedDesign;
use crate::mix::panel::Panel;

/// The columns of a design, media first, and what makes additive coefficients of logarithmic ones.
pub(crate) struct AdditiveModel {
    columns: Vec<Vec<f64>>,
    media: usize,
    /// The KPI of one unit of the design's target, by row.
    scale: Vec<f64>,
    /// Of the columns that are not media.
    rest: Factor,
}

impl AdditiveModel {
    pub(crate) fn new(
        design: &TransformedDesign,
        data: &RegressionData,
        panel: &Panel,
    ) -> Result<Self> {
        let columns: Vec<Vec<f64>> = design
            .records()
            .columns()
            .into_iter()
            .map(|c| c.to_vec())
            .collect();
        let media = design.media_columns();
        let scaled = design.target().to_vec();
        let periods = panel.periods();
        let scale = (0..scaled.len())
            .map(|row| {
                let geo = row / periods * periods..(row / periods + 1) * periods;
                let size = |values: &[f64]| values.iter().map(|v| v.abs()).sum::<f64>();
                let ratio = size(&panel.kpi()[geo.clone()]) / size(&scaled[geo]);
                if ratio.is_finite() { ratio } else { 1.0 }
            })
            .collect();
        let rest = Factor::new(&data.names()[media..], &columns[media..])?;
        Ok(Self {
            columns,
            media,
            scale,
            rest,
        })
    }

    /// Additive coefficients: each medium's total is what the mean loses without it; the other
    /// columns fit what remains by least squares.
    pub(crate) fn coefficients(&self, logarithmic: &[f64]) -> Vec<f64> {
        let mut predictor = vec![0.0; self.scale.len()];
        for (column, b) in self.columns.iter().zip(logarithmic) {
            let rows = predictor.iter_mut().zip(column);
            rows.for_each(|(p, x)| *p += b * x);
        }
        let scaled = predictor.iter().zip(&self.scale);
        let mean: Vec<f64> = scaled.map(|(p, scale)| libm::exp(*p) / scale).collect();
        let media = self.columns[..self.media].iter().zip(logarithmic);
        let mut coefficients: Vec<f64> = media.map(|(x, b)| share(x, *b, &mean)).collect();
        let mut remainder = mean;
        for (column, a) in self.columns.iter().zip(&coefficients) {
            let rows = remainder.iter_mut().zip(column);
            rows.for_each(|(r, x)| *r -= a * x);
        }
        coefficients.extend(self.rest.solve(&remainder));
        coefficients
    }
}

/// What the mean loses without a column, per unit of the column.
fn share(column: &[f64], coefficient: f64, mean: &[f64]) -> f64 {
    let total: f64 = column.iter().sum();
    let lost = column.iter().zip(mean);
    let lost: f64 = lost.map(|(x, m)| -m * libm::expm1(-coefficient * x)).sum();
    if total > 0.0 { lost / total } else { 0.0 }
}
