//! Everything that a fit leaves to be said.

use crate::mix::posterior::findings::autocorrelation::autocorrelation;
use crate::mix::posterior::findings::candidates::few_candidates;
use crate::mix::posterior::findings::curves::{at_ends, before_fit, unproven, unseen, unvaried};
use crate::mix::posterior::findings::finding::FitFinding;
use crate::mix::posterior::findings::level_break::level_break;
use crate::mix::posterior::findings::series::Series;
use crate::mix::posterior::findings::spread::{outliers, unequal_variance};
use crate::mix::posterior::model::Posterior;

/// Residuals this small in units of the KPI's own size are rounding errors of an exact fit.
const EXACT: f64 = 1e-9;

impl Posterior {
    /// What the fit leaves unexplained and what to do about it: breaks of the level, residuals that
    /// repeat, unequal variance, rows far off, a baseline below 0, and curves that say what the data have not
    /// shown. Empty is good.
    ///
    /// An exact fit leaves nothing to look at; nor do rows of weight 0 count.
    pub fn findings(&self) -> Vec<FitFinding> {
        let rows = 0..self.panel.rows();
        let rows: Vec<usize> = rows.filter(|row| self.is_fitted(*row)).collect();
        let residuals = self.even_residuals();
        let mut findings = vec![];
        if !self.is_exact(&residuals, &rows) {
            let geos: Vec<Series> = (0..self.panel.geos().len())
                .map(|geo| Series::new(self, &residuals, Some(geo)))
                .collect();
            findings.extend(self.breaks(&residuals, &geos));
            findings.extend(autocorrelation(&geos));
            findings.extend(unequal_variance(self, &residuals, &rows));
            findings.extend(outliers(self, &residuals, &rows));
            findings.extend(few_candidates(self));
        }
        findings.extend(self.negative_baseline(&rows));
        findings.extend(before_fit(self));
        findings.extend(unseen(self));
        findings.extend(unvaried(self));
        findings.extend(unproven(self));
        findings.extend(at_ends(self));
        findings
    }

    /// Whether what is left of the given rows is rounding errors.
    pub(in crate::mix::posterior) fn is_exact(&self, residuals: &[f64], rows: &[usize]) -> bool {
        let square = |values: &[f64]| rows.iter().map(|&r| values[r] * values[r]).sum::<f64>();
        let (rest, all) = (square(residuals), square(self.panel.kpi()));
        !(rest.is_finite() && rest > EXACT * EXACT * all)
    }

    /// A break of all geos together, or else those of single geos.
    fn breaks(&self, residuals: &[f64], geos: &[Series]) -> Vec<FitFinding> {
        if let [only] = geos {
            let found = level_break(self, only, 1);
            return found.map(without_geo).into_iter().collect();
        }
        let together = Series::new(self, residuals, None);
        match level_break(self, &together, 1) {
            Some(found) => vec![found],
            None => geos
                .iter()
                .filter_map(|geo| level_break(self, geo, geos.len()))
                .collect(),
        }
    }

    fn negative_baseline(&self, rows: &[usize]) -> Option<FitFinding> {
        let baseline = self.decomposition().baseline();
        let kpi = self.panel.kpi();
        let mean = rows.iter().map(|&row| kpi[row]).sum::<f64>() / rows.len() as f64;
        let rounding = EXACT * mean;
        let below = rows
            .iter()
            .filter(|&&row| baseline[row] < -rounding)
            .count();
        let never = rows.iter().all(|&row| kpi[row] >= 0.0);
        (never && below > 0).then(|| FitFinding::NegativeBaseline {
            share: below as f64 / rows.len() as f64,
        })
    }
}

/// The break of the only geo is that of the panel.
fn without_geo(found: FitFinding) -> FitFinding {
    match found {
        FitFinding::Break {
            date,
            size,
            statistic,
            ..
        } => FitFinding::Break {
            geo: None,
            date,
            size,
            statistic,
        },
        other => other,
    }
}
