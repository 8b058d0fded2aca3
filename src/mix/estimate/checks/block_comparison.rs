//! Specifications compared by how probable they make periods that they did not see.

use std::ops::Range;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::estimator::Estimator;
use crate::mix::panel::Panel;
use crate::mix::specification::MixSpecification;
use crate::time::Day;

/// Compares specifications by leaving contiguous blocks of periods out, one at a time, and scoring
/// how probable each fit makes the KPI of the block it did not see.
///
/// The score is the logarithm of the predictive density, summed over rows (expected log pointwise
/// predictive density, Vehtari, Gelman and Gabry 2017); whole blocks are left out as successive
/// periods say much the same (Bürkner, Gabry and Vehtari 2020). Media before a block still work in
/// it. A difference is judged by how much it varies from block to block.
///
/// ```
/// use mixtouch::mix::estimate::{BlockComparison, Search};
/// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let plain = MixSpecification::new();
/// let seasonless = plain.clone().with_baseline(Baseline::new(Trend::Linear, 0)?);
/// let compared = BlockComparison::new().with_blocks(3).run(
///     &Search::default().with_evaluations(100),
///     &[("two Fourier pairs", &plain), ("no season", &seasonless)],
///     &panel,
/// )?;
/// let best = &compared[0];
/// println!("{} predicts best; next: {}", best.name, compared[1].difference);
/// assert!(best.log_score >= compared[1].log_score && best.difference == 0.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockComparison {
    blocks: usize,
}

impl Default for BlockComparison {
    fn default() -> Self {
        Self::new()
    }
}

/// How well one specification predicts periods left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ComparedSpecification {
    /// The name that it was given.
    pub name: String,
    /// The logarithm of the predictive density, summed over all rows; higher is better.
    pub log_score: f64,
    /// The score less that of the best, 0 or less.
    pub difference: f64,
    /// The standard error of the difference, from block to block; 0 for the best.
    pub standard_error: f64,
    /// Rows that were predicted.
    pub rows: usize,
}

impl ComparedSpecification {
    /// Whether it predicts worse than the best by more than two standard errors.
    pub fn is_worse(&self) -> bool {
        self.difference < -2.0 * self.standard_error
    }
}

impl BlockComparison {
    /// Eight blocks.
    pub const fn new() -> Self {
        Self { blocks: 8 }
    }

    /// How many blocks, 3 to 50 and at most one for each two periods.
    #[must_use]
    pub const fn with_blocks(self, blocks: usize) -> Self {
        Self { blocks }
    }

    /// Fits each specification once for each block; the best comes first. Lift tests that reach into
    /// a block are left out of its fits.
    ///
    /// # Errors
    /// If the number of blocks is out of range, there is no specification, and whatever the
    /// estimator refuses.
    pub fn run(
        &self,
        estimator: &dyn Estimator,
        specifications: &[(&str, &MixSpecification)],
        panel: &Panel,
    ) -> Result<Vec<ComparedSpecification>> {
        let most = (panel.periods() / 2).min(50);
        if !(3..=most).contains(&self.blocks) {
            let expected = format!("3 to {most}");
            return Err(Error::setting("blocks left out", self.blocks, expected));
        }
        let burn_ins = specifications
            .iter()
            .map(|(_, specification)| specification.burn_in_for(panel));
        let Some(first) = burn_ins.max() else {
            return Err(Error::Empty {
                what: "list of specifications".into(),
                expected: "one at least".into(),
            });
        };
        let blocks = blocks(panel, first, self.blocks);
        let scores = specifications.iter().map(|(_, specification)| {
            let blocks = blocks.iter();
            blocks
                .map(|rows| score(estimator, specification, panel, rows))
                .collect::<Result<Vec<f64>>>()
        });
        let scores = scores.collect::<Result<Vec<_>>>()?;
        let rows = blocks.iter().map(Vec::len).sum();
        Ok(compared(specifications, &scores, rows))
    }
}

/// The rows of each block that have weight, of all geos; periods before `first` are in none.
fn blocks(panel: &Panel, first: usize, count: usize) -> Vec<Vec<usize>> {
    let periods = panel.periods();
    let cut = |k: usize| first + (periods - first) * k / count;
    let block = |range: Range<usize>| {
        let geos = 0..panel.geos().len();
        let rows = geos.flat_map(|geo| range.clone().map(move |t| geo * periods + t));
        rows.filter(|row| panel.is_observed(*row)).collect()
    };
    let blocks = (0..count).map(|k| block(cut(k)..cut(k + 1)));
    blocks
        .filter(|rows: &Vec<usize>| !rows.is_empty())
        .collect()
}

/// The score of a fit that did not see some rows, of these.
fn score(
    estimator: &dyn Estimator,
    specification: &MixSpecification,
    panel: &Panel,
    rows: &[usize],
) -> Result<f64> {
    let mut weights = panel
        .weights()
        .map_or_else(|| vec![1.0; panel.rows()], <[f64]>::to_vec);
    rows.iter().for_each(|row| weights[*row] = 0.0);
    let seen = panel.clone().with_weights(weights)?;
    let day = |row: &usize| panel.dates()[row % panel.periods()];
    let days: Vec<Day> = rows.iter().map(day).collect();
    let (from, to) = (days.iter().min(), days.iter().max());
    let mut known = specification.clone();
    if let (Some(from), Some(to)) = (from, to) {
        let (from, after) = (panel.period().span(*from).0, panel.period().span(*to).1);
        let reaches = |start: Day, end: Day| start < after && end >= from;
        known
            .lift_tests
            .retain(|test| !reaches(test.start(), test.end()));
    }
    let model = estimator.estimate(&known, &seen)?;
    Ok(model.log_scores(rows).iter().sum())
}

fn compared(
    specifications: &[(&str, &MixSpecification)],
    scores: &[Vec<f64>],
    rows: usize,
) -> Vec<ComparedSpecification> {
    let totals: Vec<f64> = scores.iter().map(|blocks| blocks.iter().sum()).collect();
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by(|a, b| totals[*b].total_cmp(&totals[*a]));
    let best = order[0];
    let row = |at: usize| {
        let pairs = scores[at].iter().zip(&scores[best]);
        let differences: Vec<f64> = pairs.map(|(own, best)| own - best).collect();
        ComparedSpecification {
            name: specifications[at].0.to_owned(),
            log_score: totals[at],
            difference: differences.iter().sum(),
            standard_error: error_of_sum(&differences),
            rows,
        }
    };
    order.into_iter().map(row).collect()
}

/// The standard error of a sum of independent figures.
fn error_of_sum(figures: &[f64]) -> f64 {
    let n = figures.len() as f64;
    let mean = figures.iter().sum::<f64>() / n;
    let square: f64 = figures.iter().map(|x| (x - mean) * (x - mean)).sum();
    (square * n / (n - 1.0).max(1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_judged_by_blocks() {
        // 1, 2 and 3 about their mean of 2: variance 1, of the sum of three 3.
        assert!((error_of_sum(&[1.0, 2.0, 3.0]) - 3.0_f64.sqrt()).abs() < 1e-12);
        let mix = MixSpecification::new();
        let scores = [vec![-3.0, -4.0, -5.0], vec![-2.0, -2.0, -2.0]];
        let table = compared(&[("a", &mix), ("b", &mix)], &scores, 12);
        assert_eq!((table[0].name.as_str(), table[0].log_score), ("b", -6.0));
        assert_eq!((table[1].difference, table[1].rows), (-6.0, 12));
        assert!((table[1].standard_error - 3.0_f64.sqrt()).abs() < 1e-12);
        assert!(table[1].is_worse() && !table[0].is_worse());
    }
}
