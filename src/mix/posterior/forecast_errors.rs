//! A forecast against what came.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::forecast::MixForecast;
use crate::mix::posterior::statistics::{mean_relative, number};

/// How far a forecast was off, over the rows with weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ForecastErrors {
    /// Mean absolute error over the KPI, of rows whose KPI is not 0; none without any.
    pub mape: Option<f64>,
    /// 1 - squared errors over squared deviations from the mean of what came; none where all rows
    /// are alike.
    pub r2: Option<f64>,
    /// The continuous ranked probability score, in units of the KPI: the mean absolute error of a
    /// forecast that is one number, less where its spread was honest (Gneiting and Raftery 2007).
    pub crps: f64,
    /// The share of rows within their 90 % intervals.
    pub within: f64,
}

impl MixForecast {
    /// The forecast against what came.
    ///
    /// # Errors
    /// If the panel has other rows, or none with weight.
    pub fn errors(&self, came: &Panel) -> Result<ForecastErrors> {
        let predictions = self.predictions();
        if came.rows() != predictions.len() {
            let expected = format!("{}, the forecast's", predictions.len());
            return Err(Error::setting("rows that came", came.rows(), expected));
        }
        let rows: Vec<usize> = (0..came.rows()).filter(|r| came.is_observed(*r)).collect();
        if rows.is_empty() {
            return Err(Error::Empty {
                what: "list of rows that came".into(),
                expected: "one with weight at least".into(),
            });
        }
        let count = rows.len() as f64;
        let kpi = |row: usize| came.kpi()[row];
        let error = |row: usize| kpi(row) - predictions[row].value();
        let mean = rows.iter().map(|&r| kpi(r)).sum::<f64>() / count;
        let total: f64 = rows
            .iter()
            .map(|&r| (kpi(r) - mean) * (kpi(r) - mean))
            .sum();
        let square: f64 = rows.iter().map(|&r| error(r) * error(r)).sum();
        let within = |row: &&usize| predictions[**row].interval().contains(kpi(**row));
        Ok(ForecastErrors {
            mape: mean_relative(rows.iter().map(|&r| (error(r), kpi(r)))),
            r2: number((total > 0.0).then(|| 1.0 - square / total)),
            crps: rows.iter().map(|&r| self.crps(r, kpi(r))).sum::<f64>() / count,
            within: rows.iter().filter(within).count() as f64 / count,
        })
    }

    /// E|X - y| - E|X - X'| / 2 over the draws of a row, in ascending order.
    fn crps(&self, row: usize, y: f64) -> f64 {
        let draws = &self.draws[row];
        let n = draws.len() as f64;
        let off = draws.iter().map(|x| (x - y).abs()).sum::<f64>() / n;
        // The mean distance of a pair: each value counts as often above as it has smaller ones.
        let ranks = draws.iter().enumerate();
        let spread: f64 = ranks.map(|(i, x)| (2.0 * i as f64 + 1.0 - n) * x).sum();
        off - spread / (n * n)
    }
}
