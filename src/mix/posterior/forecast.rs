//! What happens next: scenarios for planned spend, and the model kept up to date.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::panel::{Finding, Panel};
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::{Baseline, Holidays};
use crate::stats::Estimate;
use crate::util::Random;

/// A prediction for future periods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MixForecast {
    decomposition: Decomposition,
    predictions: Vec<Estimate>,
    findings: Vec<Finding>,
    /// What may be seen in each row, draw by draw, in ascending order.
    #[serde(skip)]
    pub(crate) draws: Vec<Vec<f64>>,
}

impl MixForecast {
    /// The mean over draws, decomposed.
    pub const fn decomposition(&self) -> &Decomposition {
        &self.decomposition
    }

    /// The prediction in each row with the interval of what will be seen: the spread of the draws
    /// and the noise of a single period.
    pub fn predictions(&self) -> &[Estimate] {
        &self.predictions
    }

    /// What the forecast leaves out: [`Finding::HolidaysEnd`] where the table of holidays ends
    /// before the forecast's last period begins, and [`Finding::ShortGeos`]. Empty is good.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Posterior {
    /// Predicts periods that follow the panel's, for planned spend and controls; spend before them
    /// carries over into them. The future panel has the same columns and geos, though events that
    /// do not take place in it may be left out; its KPI is not looked at. Holidays are those of the
    /// model's table, see [`Posterior::with_holidays`]; [`MixForecast::findings`] says where it ends
    /// too soon.
    ///
    /// # Errors
    /// If the future panel's columns or geos differ, it has an event whose effect the model cannot
    /// know, its periods do not follow the panel's, a geo has no period that the model was fitted to,
    /// or what is expected is too large for a number, as where effects multiply far beyond what was
    /// seen.
    pub fn forecast(&self, future: &Panel) -> Result<MixForecast> {
        let whole = self.followed_by(future)?;
        let decompositions: Vec<Decomposition> = self
            .draws
            .iter()
            .map(|m| self.decompose_by(&whole, m).last(future.periods()))
            .collect();
        let noise = self.seen_noise();
        let random = Random::new(0).stream(5);
        let prediction = |row: usize| -> (Estimate, Vec<f64>) {
            let mut random = random.stream(row as u64);
            let means: Vec<f64> = decompositions.iter().map(|d| d.prediction()[row]).collect();
            let geo = row / future.periods();
            let seen = means.iter().map(|mean| noise.draw(*mean, geo, &mut random));
            let mut seen: Vec<f64> = seen.collect();
            seen.sort_unstable_by(f64::total_cmp);
            let mean = self.estimate(&means).value();
            (Estimate::new(mean, self.estimate(&seen).interval()), seen)
        };
        let (predictions, draws): (Vec<Estimate>, _) = (0..future.rows()).map(prediction).unzip();
        check_finite(future, &predictions)?;
        let short = self.specification.baseline.short_geos(&self.panel);
        Ok(MixForecast {
            predictions,
            draws,
            decomposition: self.decompose(&whole).last(future.periods()),
            findings: self
                .beyond_holidays(future)
                .into_iter()
                .chain(short)
                .collect(),
        })
    }

    /// The panel with periods to come.
    ///
    /// # Errors
    /// If they do not follow the panel's, or have a geo or an event of which the model knows nothing.
    pub(crate) fn followed_by(&self, future: &Panel) -> Result<Panel> {
        let whole = self.panel.followed_by(future)?;
        self.check_geos_seen(future)?;
        if let Some(new) = whole.controls().get(self.panel.controls().len()) {
            let expected = "events of the panel the model was fitted to; leave it out, or fit the model to periods that have it";
            return Err(Error::setting(
                "event to forecast",
                format!("{:?}", new.name()),
                expected,
            ));
        }
        Ok(whole)
    }

    /// An error if a geo has periods to come and none that the model was fitted to.
    fn check_geos_seen(&self, future: &Panel) -> Result<()> {
        let comes = |geo: usize| future.rows_of(geo).any(|row| !future.is_absent(row));
        let seen = |geo: usize| self.panel.rows_of(geo).any(|row| self.is_fitted(row));
        let mut geos = 0..self.panel.geos().len();
        match geos.find(|&geo| comes(geo) && !seen(geo)) {
            None => Ok(()),
            Some(geo) => Err(Error::setting(
                "geo to forecast",
                &self.panel.geos()[geo],
                "a geo with periods that the model was fitted to; leave it out of the panel",
            )),
        }
    }

    /// What the table of holidays does not say of future periods.
    fn beyond_holidays(&self, future: &Panel) -> Option<Finding> {
        let baseline = &self.specification.baseline;
        baseline.holidays_end(future.dates(), self.panel.period())
    }

    /// The standard deviation of the noise in each geo, in units of the KPI: the fit's, or where it
    /// states none, the residuals'.
    pub(crate) fn noise_deviations(&self) -> Vec<f64> {
        let variance = self.noise.map_or_else(
            || {
                let residuals = self.residuals();
                let residual =
                    |row: &usize| residuals[*row] / self.scales.kpi[row / self.panel.periods()];
                let kept: Vec<usize> = (0..self.panel.rows())
                    .filter(|row| self.is_fitted(*row))
                    .collect();
                let square: f64 = kept.iter().map(residual).map(|r| r * r).sum();
                square / (kept.len() as f64 - self.parameters()).max(1.0)
            },
            |noise| noise.variance,
        );
        let scales = self.scales.kpi.iter();
        scales.map(|scale| variance.sqrt() * scale).collect()
    }

    /// The same model with a longer table of holidays, for forecasts and refreshes beyond the days
    /// of the table it was fitted with.
    ///
    /// # Errors
    /// If the tables differ on the panel's days or in their names: what the model knows about
    /// holidays would no longer hold.
    pub fn with_holidays(self, holidays: Holidays) -> Result<Self> {
        let longer = self.specification.baseline.clone().with_holidays(holidays);
        let (dates, period) = (self.panel.dates(), self.panel.period());
        let columns =
            |baseline: &Baseline| baseline.shared_columns(dates, self.scales.timeline, period);
        if columns(&longer) != columns(&self.specification.baseline) {
            let expected = "the names and, within the panel, the days of the table the model was fitted with; fit again for others";
            return Err(Error::setting(
                "table of holidays",
                "another than before",
                expected,
            ));
        }
        let specification = self.specification.clone().with_baseline(longer);
        Ok(Self {
            specification,
            ..self
        })
    }
}

/// An error if a row's prediction or its interval is no number.
fn check_finite(future: &Panel, predictions: &[Estimate]) -> Result<()> {
    let finite = |row: &Estimate| {
        [row.value(), row.low(), row.high()]
            .iter()
            .all(|x| x.is_finite())
    };
    let Some(row) = predictions.iter().position(|row| !finite(row)) else {
        return Ok(());
    };
    let (geo, period) = (row / future.periods(), row % future.periods());
    let place = format!("{} of {}", future.dates()[period], future.geos()[geo]);
    Err(Error::setting(
        format!("forecast for {place}"),
        predictions[row].value(),
        "a finite number; the panel shows too little of such periods to go on from there",
    ))
}
