//! Residuals that repeat: Durbin-Watson and Ljung-Box.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::mix::posterior::findings::finding::FitFinding;
use crate::mix::posterior::findings::series::Series;

/// The most lags that are looked at.
const LAGS: usize = 10;
/// The fewest periods of a geo from which autocorrelation is estimated.
const PERIODS: usize = 20;
/// A correlation from this size on matters for intervals.
const CORRELATION: f64 = 0.25;
/// The probability of chance below which it is reported.
const CHANCE: f64 = 0.01;

/// The autocorrelation of the geos' residuals, if it is neither small nor chance.
pub(super) fn autocorrelation(geos: &[Series]) -> Option<FitFinding> {
    let long: Vec<&Series> = geos.iter().filter(|s| s.len() >= PERIODS).collect();
    let shortest = long.iter().map(|s| s.len()).min()?;
    let lags = LAGS.min(shortest / 5);
    let square: f64 = long.iter().map(|s| products(s, 0).0).sum();
    let correlation = |lag: usize| long.iter().map(|s| products(s, lag).0).sum::<f64>() / square;
    let q: f64 = long.iter().map(|s| ljung_box(s, lags)).sum();
    let freedom = (lags * long.len()) as f64;
    let p_value = ChiSquared::new(freedom).ok()?.sf(q);
    let strongest = (1..=lags).map(|lag| (lag, correlation(lag)));
    let (lag, strongest) = strongest.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let differences: f64 = long.iter().map(|s| squared_differences(s)).sum();
    (p_value < CHANCE && strongest.abs() >= CORRELATION).then_some(FitFinding::Autocorrelation {
        lag,
        correlation: strongest,
        durbin_watson: differences / square,
        ljung_box: q,
        p_value,
    })
}

/// The sum of products of residuals `lag` periods apart, and how many there are.
fn products(series: &Series, lag: usize) -> (f64, usize) {
    let e = &series.residuals;
    let pairs = (0..series.len()).filter(|&i| series.follows(i, lag) || lag == 0);
    pairs.fold((0.0, 0), |(sum, count), i| {
        (sum + e[i] * e[i - lag], count + 1)
    })
}

fn ljung_box(series: &Series, lags: usize) -> f64 {
    let (n, square) = (series.len() as f64, products(series, 0).0);
    let term = |lag: usize| {
        let (sum, pairs) = products(series, lag);
        (sum / square) * (sum / square) / (pairs.max(1) as f64)
    };
    if square > 0.0 {
        n * (n + 2.0) * (1..=lags).map(term).sum::<f64>()
    } else {
        0.0
    }
}

fn squared_differences(series: &Series) -> f64 {
    let e = &series.residuals;
    let pairs = (1..series.len()).filter(|&i| series.follows(i, 1));
    pairs.map(|i| (e[i] - e[i - 1]) * (e[i] - e[i - 1])).sum()
}
