//! How sure fitted rates are.

use crate::attribution::hazard::em::Problem;
use crate::attribution::limits::MOST_STANDARD_ERRORS;
use crate::error::{Error, Result};
use crate::linalg::cholesky::Cholesky;

/// The observed information of the rates > 0, `sum w x x' / lambda^2`, factored.
pub(super) struct Information {
    /// The rates > 0 by number.
    live: Vec<usize>,
    /// By rate, its place among those.
    places: Vec<usize>,
    /// None where it has no inverse.
    factored: Option<Cholesky>,
}

impl Information {
    /// # Errors
    /// If there are more rates > 0 than the limit.
    pub(super) fn new(problem: &Problem<'_>, rates: &[f64]) -> Result<Self> {
        let live: Vec<usize> = (0..rates.len())
            .filter(|&at| rates[at] * problem.exposure[at] > 1e-6)
            .collect();
        if live.len() > MOST_STANDARD_ERRORS {
            return Err(Error::setting(
                "the number of rates with standard errors",
                live.len(),
                format!("at most {MOST_STANDARD_ERRORS}"),
            ));
        }
        let mut places = vec![usize::MAX; rates.len()];
        live.iter()
            .enumerate()
            .for_each(|(at, &feature)| places[feature] = at);
        let matrix = information(problem, rates, &places, live.len());
        Ok(Self {
            factored: Cholesky::new(matrix, live.len()),
            live,
            places,
        })
    }

    /// By rate, its standard error where it is > 0; none where the information has no inverse.
    pub(super) fn standard_errors(&self) -> Vec<Option<f64>> {
        let variances = self.factored.as_ref().map(Cholesky::inverse_diagonal);
        let error = |&place: &usize| {
            let variance = variances.as_ref()?.get(place)?;
            Some(variance.sqrt())
        };
        self.places.iter().map(error).collect()
    }

    /// The variance of a sum of the rates with these weights; none where the information has no
    /// inverse.
    pub(super) fn variance(&self, weights: &[f64]) -> Option<f64> {
        let own: Vec<f64> = self.live.iter().map(|&feature| weights[feature]).collect();
        let solved = self.factored.as_ref()?.solve(&own);
        let variance: f64 = own.iter().zip(solved).map(|(one, other)| one * other).sum();
        (variance >= 0.0 && variance.is_finite()).then_some(variance)
    }
}

fn information(problem: &Problem<'_>, rates: &[f64], places: &[usize], size: usize) -> Vec<f64> {
    let baseline = rates.len() - 1;
    let mut information = vec![0.0; size * size];
    for row in problem.rows.iter() {
        let entries = || {
            row.features
                .iter()
                .map(|&feature| feature as usize)
                .zip(row.values.iter().copied())
                .chain([(baseline, 1.0)])
        };
        let intensity = entries().fold(0.0, |sum, (feature, value)| sum + rates[feature] * value);
        for (left, x) in entries().filter(|entry| places[entry.0] < size) {
            for (right, y) in entries().filter(|entry| places[entry.0] < size) {
                information[places[left] * size + places[right]] +=
                    row.weight * x * y / (intensity * intensity);
            }
        }
    }
    information
}
