//! The chapter of a mix model.

use crate::budget::PlanSensitivity;
use crate::mix::estimate::{HoldoutRow, SearchReport};
use crate::mix::posterior::{MixForecast, Posterior};
use crate::pages::kpi_name::KpiName;
use crate::pages::{mix_checks, mix_curves, mix_over_time, mix_returns};
use crate::report::html::{Chapter, PageTable};
use crate::report::{Cell, Table};
use crate::stats::Estimate;

/// Why no shares of effect are shown.
const NO_SHARES: &str = "Shares of effect are not shown: some channels brought something and others \
                         took away, and parts of different signs have no shares.";

/// Charts of a fitted mix model.
///
/// ```
/// use mixtouch::mix::estimate::Search;
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::pages::MixChapter;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let fit = Search::default().with_evaluations(200).fit(&MixSpecification::new(), &panel)?;
/// let chapter = MixChapter::new(fit.posterior()).with_search(fit.report()).chapter();
/// assert!(chapter.charts().count() > 6);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MixChapter<'a> {
    posterior: &'a Posterior,
    forecast: Option<&'a MixForecast>,
    search: Option<&'a SearchReport>,
    holdout: &'a [HoldoutRow],
    true_roi: Vec<f64>,
    prior_roi: Vec<Option<Estimate>>,
    kpi: KpiName,
    sensitivity: Option<&'a PlanSensitivity>,
}

impl<'a> MixChapter<'a> {
    /// A chapter on this posterior.
    pub fn new(posterior: &'a Posterior) -> Self {
        Self {
            posterior,
            forecast: None,
            search: None,
            holdout: &[],
            true_roi: Vec::new(),
            prior_roi: Vec::new(),
            kpi: KpiName::default(),
            sensitivity: None,
        }
    }

    /// The same chapter with what is expected next, where the panel has one geo.
    #[must_use]
    pub fn with_forecast(self, forecast: &'a MixForecast) -> Self {
        Self {
            forecast: Some(forecast),
            ..self
        }
    }

    /// The same chapter with the candidates of a search.
    #[must_use]
    pub fn with_search(self, search: &'a SearchReport) -> Self {
        Self {
            search: Some(search),
            ..self
        }
    }

    /// The same chapter with the errors on periods held out.
    #[must_use]
    pub fn with_holdout(self, holdout: &'a [HoldoutRow]) -> Self {
        Self { holdout, ..self }
    }

    /// The same chapter with the return of each channel, where a simulation knows it.
    #[must_use]
    pub fn with_true_roi(self, roi: impl IntoIterator<Item = f64>) -> Self {
        Self {
            true_roi: roi.into_iter().collect(),
            ..self
        }
    }

    /// The same chapter with the return of each channel before any data, in the panel's order: prior
    /// against posterior. `Nuts::prior` (feature `bayes`) says it.
    #[must_use]
    pub fn with_prior_roi(self, roi: impl IntoIterator<Item = Option<Estimate>>) -> Self {
        Self {
            prior_roi: roi.into_iter().collect(),
            ..self
        }
    }

    /// The same chapter of a KPI that is money of the kind that is spent: a return of 1 is
    /// break-even. A panel with the revenue of a unit of the KPI says so itself; without either,
    /// returns are units of the KPI for 1 spent, and none is called one that pays.
    #[must_use]
    pub fn with_kpi_in_money(mut self) -> Self {
        self.kpi.in_money = true;
        self
    }

    /// The same chapter with what the KPI is called in titles, such as `sales`; "the KPI" otherwise.
    #[must_use]
    pub fn with_kpi_name(mut self, name: impl Into<String>) -> Self {
        self.kpi.name = Some(name.into());
        self
    }

    pub(crate) fn of_results(
        self,
        kpi: &KpiName,
        sensitivity: Option<&'a PlanSensitivity>,
    ) -> Self {
        Self {
            kpi: kpi.clone(),
            sensitivity,
            ..self
        }
    }

    /// The same chapter with what knowing each channel's curve is worth to a plan: where no single
    /// test would change it, checks ask for none.
    #[must_use]
    pub fn with_sensitivity(self, sensitivity: &'a PlanSensitivity) -> Self {
        Self {
            sensitivity: Some(sensitivity),
            ..self
        }
    }

    /// The chapter.
    pub fn chapter(&self) -> Chapter {
        let model = self.posterior;
        let kpi = &self.kpi.of(model);
        let mut chapter = Chapter::new("Mix model")
            .with_chart(mix_over_time::actual_and_expected(
                model,
                kpi,
                self.forecast,
            ))
            .with_chart(mix_over_time::contributions(model, kpi))
            .with_chart(mix_over_time::from_baseline_to_total(model, kpi));
        let findings = self
            .forecast
            .iter()
            .flat_map(|forecast| forecast.findings());
        for finding in findings {
            chapter = chapter.with_text(format!("Forecast: {finding}"));
        }
        if let Some(chart) = mix_over_time::year_on_year(model, kpi) {
            chapter = chapter.with_chart(chart);
        }
        if !mix_returns::has_shares(&model.channels()) {
            chapter = chapter.with_text(NO_SHARES);
        }
        chapter = chapter
            .with_charts(mix_returns::charts(model, &self.true_roi, kpi))
            .with_charts(mix_returns::prior(model, &self.prior_roi, kpi))
            .with_charts(self.search.and_then(mix_curves::front))
            .with_charts(mix_curves::carry_over(model))
            .with_charts(mix_curves::responses(model, kpi));
        if !self.holdout.is_empty() {
            chapter = chapter.with_table(holdout(model, self.holdout));
        }
        chapter.with_checks(mix_checks::checks(
            model,
            &self.prior_roi,
            self.holdout,
            kpi,
            self.sensitivity,
        ))
    }
}

/// What the model was fitted to, and what it had not seen.
fn holdout(model: &Posterior, rows: &[HoldoutRow]) -> PageTable {
    let columns = ["periods", "fitted to", "MAPE", "R2", "within 90 %"];
    let fit = model.fit_statistics();
    let is_fitted = mix_over_time::fitted_periods(model);
    let training = [
        Cell::from("those fitted"),
        Cell::from(is_fitted.iter().filter(|fitted| **fitted).count()),
        Cell::percent(fit.mape, 1),
        Cell::number(fit.r2, 3),
        Cell::MISSING,
    ];
    let rows = rows.iter().map(|row| {
        [
            Cell::text(format!("{} to {}, held out", row.from, row.to)),
            Cell::from(row.fitted),
            Cell::percent(row.errors.mape, 1),
            Cell::number(row.errors.r2, 3),
            Cell::percent(row.errors.within, 0),
        ]
    });
    PageTable::new(
        "Errors in training, and on periods held out and predicted from those before",
        Table::new(columns).with_rows(std::iter::once(training).chain(rows)),
    )
}
