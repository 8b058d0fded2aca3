//! What happens next: scenarios for planned spend, and the model kept up to date.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::mix::panel::{Control, Panel};
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::model::{Posterior, PosteriorDraw};
use crate::mix::specification::MixSpecification;
use crate::mix::specification::{Baseline, Holidays};
use crate::stats::{ConfidenceLevel, Estimate};

/// A prediction for future periods.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    decomposition: Decomposition,
    spread: Vec<Estimate>,
}

impl Forecast {
    /// The ensemble's mean, taken apart.
    pub const fn decomposition(&self) -> &Decomposition {
        &self.decomposition
    }

    /// The prediction in each row with its spread over the ensemble; the noise of single periods
    /// comes on top.
    pub fn spread(&self) -> &[Estimate] {
        &self.spread
    }
}

impl Posterior {
    /// Predicts periods that follow the panel's, for planned spend and controls; spend before them
    /// carries over into them. The future panel has the same columns and geos, though events that
    /// do not take place in it may be left out; its KPI is not looked at. Holidays are those of the
    /// model's table, see [`Posterior::with_holidays`].
    ///
    /// # Errors
    /// If the future panel's columns or geos differ, it has an event whose effect the model cannot
    /// know, or its periods do not follow the panel's.
    pub fn forecast(&self, future: &Panel) -> Result<Forecast> {
        let whole = self.panel.followed_by(future)?;
        if let Some(new) = whole.controls().get(self.panel.controls().len()) {
            let expected = "events of the panel the model was fitted to; leave it out, or fit the model to periods that have it";
            return Err(Error::setting(
                "event to forecast",
                format!("{:?}", new.name()),
                expected,
            ));
        }
        let members: Vec<Decomposition> = self
            .members
            .iter()
            .map(|m| self.decompose_by(&whole, m).last(future.periods()))
            .collect();
        let spread = |row: usize| {
            Estimate::from_draws(
                &members
                    .iter()
                    .map(|d| d.prediction()[row])
                    .collect::<Vec<_>>(),
                &self.weights,
                ConfidenceLevel::P90,
            )
        };
        Ok(Forecast {
            spread: (0..future.rows()).map(spread).collect(),
            decomposition: self.decompose(&whole).last(future.periods()),
        })
    }

    /// The same model with a longer table of holidays, for forecasts and refreshes beyond the days
    /// of the table it was fitted with.
    ///
    /// # Errors
    /// If the tables differ on the panel's days or in their names: what the model knows about
    /// holidays would no longer hold.
    pub fn with_holidays(self, holidays: Holidays) -> Result<Self> {
        let longer = self.specification.baseline.clone().with_holidays(holidays);
        let columns =
            |baseline: &Baseline| baseline.shared_columns(self.panel.dates(), self.panel.period());
        if columns(&longer) != columns(&self.specification.baseline) {
            let expected = "the names and, within the panel, the days of the table the model was fitted with; fit again for others";
            return Err(Error::setting(
                "table of holidays",
                "another than before",
                expected,
            ));
        }
        let specification = self.specification.clone().baseline(longer);
        Ok(Self {
            specification,
            ..self
        })
    }

    /// The model fitted to the panel with new periods added: the search starts where the previous
    /// one ended, so a tenth of the trials is enough.
    ///
    /// # Errors
    /// As [`Posterior::forecast`] and [`MixSpecification::fit`].
    pub fn refresh(&self, new_periods: &Panel) -> Result<Self> {
        let whole = self.panel.followed_by(new_periods)?;
        let from = self
            .members
            .iter()
            .chain([&self.best])
            .map(|m: &PosteriorDraw| m.point.clone())
            .collect();
        let specification: &MixSpecification = &self.specification;
        specification.fit_from(&whole, from)
    }
}

impl Panel {
    /// The panel with later periods of the same geos and columns appended. Events that only one of
    /// the two has did not take place in the other.
    ///
    /// # Errors
    /// If columns other than events, geos or the period's length differ, or the periods do not
    /// follow on.
    pub fn followed_by(&self, later: &Self) -> Result<Self> {
        self.same_shape(later)?;
        let (own, new) = (self.periods(), later.periods());
        let join = |a: &[f64], b: &[f64]| -> Vec<f64> {
            a.chunks(own)
                .zip(b.chunks(new))
                .flat_map(|(a, b)| [a, b].concat())
                .collect()
        };
        let dates = [self.dates(), later.dates()].concat();
        let mut whole = Self::new(
            Some(self.period()),
            dates,
            self.geos().to_vec(),
            join(self.kpi(), later.kpi()),
        )?;
        for (a, b) in self.channels().iter().zip(later.channels()) {
            let spend = join(a.spend(), b.spend());
            whole = match (&a.exposure, &b.exposure) {
                (Some(x), Some(y)) => whole.with_exposures(a.name(), spend, join(x, y))?,
                _ => whole.with_channel(a.name(), spend)?,
            };
        }
        let (nothing_before, nothing_after) = (vec![0.0; self.rows()], vec![0.0; later.rows()]);
        for control in self.controls() {
            let after = later
                .control(control.name())
                .map_or(nothing_after.as_slice(), Control::values);
            whole = whole.add_control(Control {
                values: join(control.values(), after),
                ..control.clone()
            })?;
        }
        for new in later
            .controls()
            .iter()
            .filter(|c| self.control(c.name()).is_none())
        {
            whole = whole.add_control(Control {
                values: join(&nothing_before, new.values()),
                ..new.clone()
            })?;
        }
        if let Some(population) = self.population() {
            whole = whole.with_population(population.to_vec())?;
        }
        if let (Some(a), Some(b)) = (self.revenue_per_kpi(), later.revenue_per_kpi()) {
            whole = whole.with_revenue_per_kpi(join(a, b))?;
        }
        if self.weights().is_some() || later.weights().is_some() {
            let ones = |panel: &Self| vec![1.0; panel.rows()];
            let of = |panel: &Self| panel.weights().map_or_else(|| ones(panel), <[f64]>::to_vec);
            whole = whole.with_weights(join(&of(self), &of(later)))?;
        }
        Ok(whole)
    }

    fn control(&self, name: &str) -> Option<&Control> {
        self.controls().iter().find(|c| c.name == name)
    }

    fn same_shape(&self, later: &Self) -> Result<()> {
        let shape = |p: &Self| {
            let channels = p.channels().iter().map(|c| {
                format!(
                    "{}{}",
                    c.name(),
                    if c.exposure.is_some() {
                        " (exposures)"
                    } else {
                        ""
                    }
                )
            });
            let controls = p
                .controls()
                .iter()
                .filter(|c| !c.event)
                .map(|c| c.name().to_owned());
            let geos = p.geos().iter().cloned();
            let revenue = p.revenue_per_kpi().map(|_| "revenue per kpi".to_owned());
            channels
                .chain(controls)
                .chain(geos)
                .chain(revenue)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (own, new) = (shape(self), shape(later));
        if own == new {
            Ok(())
        } else {
            Err(Error::setting("later panel's columns and geos", new, own))
        }
    }
}
