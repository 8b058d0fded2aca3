//! How well a model predicts periods that it has not seen.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::estimate::estimator::Estimator;
use crate::mix::panel::Panel;
use crate::mix::posterior::{ForecastErrors, MixForecast};
use crate::mix::specification::MixSpecification;
use crate::time::Day;

/// Holds the last periods out, fits to those before, and compares the forecast with what came; with
/// several origins, the same again ever earlier.
///
/// ```
/// use mixtouch::mix::estimate::{Holdout, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let table = Holdout::new(8).with_origins(2).run(&search, &MixSpecification::new(), &panel)?;
/// assert_eq!(table.len(), 2);
/// assert!(table[0].errors.mape < Some(0.3) && table[0].from > table[1].from);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holdout {
    periods: usize,
    origins: usize,
}

/// One fit and how far its forecast was off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HoldoutRow {
    /// The first period held out.
    pub from: Day,
    /// The last period held out.
    pub to: Day,
    /// Periods the model was fitted to.
    pub fitted: usize,
    /// The forecast against what came.
    pub errors: ForecastErrors,
}

impl Holdout {
    /// Holds the last `periods` out, once.
    pub const fn new(periods: usize) -> Self {
        Self {
            periods,
            origins: 1,
        }
    }

    /// The same with several origins: each ends where the one before began.
    #[must_use]
    pub const fn with_origins(self, origins: usize) -> Self {
        Self { origins, ..self }
    }

    /// Fits and forecasts, the latest origin first. Lift tests that reach into the periods held out
    /// are left out of the fit, so that it sees nothing of them.
    ///
    /// # Errors
    /// If `periods` or origins are 0 or leave no two periods to fit, and whatever the estimator
    /// refuses.
    pub fn run(
        &self,
        estimator: &dyn Estimator,
        specification: &MixSpecification,
        panel: &Panel,
    ) -> Result<Vec<HoldoutRow>> {
        let held = self.periods.saturating_mul(self.origins);
        if held == 0 || held.saturating_add(2) > panel.periods() {
            return Err(Error::setting(
                "periods held out",
                format!("{} x {}", self.periods, self.origins),
                format!("1 to {} in all", panel.periods().saturating_sub(2)),
            ));
        }
        (1..=self.origins)
            .map(|origin| self.row(estimator, specification, panel, origin))
            .collect()
    }

    fn row(
        &self,
        estimator: &dyn Estimator,
        specification: &MixSpecification,
        panel: &Panel,
        origin: usize,
    ) -> Result<HoldoutRow> {
        let dates = panel.dates();
        let first = panel.periods() - origin * self.periods;
        let (from, to) = (dates[first], dates[first + self.periods - 1]);
        let past = panel.between(dates[0], dates[first - 1])?;
        let mut known = specification.clone();
        known.lift_tests.retain(|test| test.end() < from);
        let model = estimator.estimate(&known, &past)?;
        let future = panel.between(from, to)?;
        let forecast: MixForecast = model.forecast(&future)?;
        Ok(HoldoutRow {
            from,
            to,
            fitted: first,
            errors: forecast.errors(&future)?,
        })
    }
}
