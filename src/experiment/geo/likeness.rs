//! How alike geos move.

use crate::linalg::dot::dot_in_order;

/// By pair of geos, the correlation of their outcomes relative to their means, less the mean of all
/// geos in each period.
pub(super) fn likeness(outcomes: &[(String, Vec<f64>)]) -> Vec<Vec<f64>> {
    let relative: Vec<Vec<f64>> = outcomes
        .iter()
        .map(|(_, values)| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            values.iter().map(|value| value / mean - 1.0).collect()
        })
        .collect();
    let common = |t: usize| relative.iter().map(|geo| geo[t]).sum::<f64>() / relative.len() as f64;
    let common: Vec<f64> = (0..relative[0].len()).map(common).collect();
    let own: Vec<Vec<f64>> = relative
        .iter()
        .map(|geo| {
            geo.iter()
                .zip(&common)
                .map(|(value, mean)| value - mean)
                .collect()
        })
        .collect();
    let product = |a: &Vec<f64>, b: &Vec<f64>| dot_in_order(a, b);
    let correlation = |a, b| {
        let scale = (product(a, a) * product(b, b)).sqrt();
        if scale > 0.0 {
            product(a, b) / scale
        } else {
            0.0
        }
    };
    own.iter()
        .map(|a| own.iter().map(|b| correlation(a, b)).collect())
        .collect()
}
