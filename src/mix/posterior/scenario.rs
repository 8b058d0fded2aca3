//! What would have happened: the panel's periods with columns changed.

use std::fmt;

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::mix::panel::{Change, Panel};
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::model::Posterior;
use crate::report::{digits_for, figure};
use crate::stats::Estimate;

/// What a change of the panel would have changed, by [`Posterior::scenario`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    outcome: f64,
    difference: Estimate,
    spend_difference: f64,
    channels: Vec<(String, Estimate)>,
    periods: Vec<Estimate>,
    beyond_seen: Vec<BeyondSeen>,
}

/// A column that a scenario takes far beyond what the panel has shown, where the model only
/// extrapolates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BeyondSeen {
    /// The channel or control.
    pub column: String,
    /// The value farthest from what was seen.
    pub value: f64,
    /// The least value of the panel.
    pub low: f64,
    /// The largest.
    pub high: f64,
}

impl fmt::Display for BeyondSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = digits_for([self.low, self.high], 0);
        write!(
            f,
            "{} is {} in the scenario and was {} to {} in the panel: nothing was seen of what it does \
             there",
            self.column,
            figure(self.value, digits),
            figure(self.low, digits),
            figure(self.high, digits)
        )
    }
}

/// Parts of the range seen by which a value may lie outside of it without a word.
const BEYOND: f64 = 0.5;

impl BeyondSeen {
    /// Nothing where the values after the change lie within what was seen, and half as far again.
    fn of(column: &str, seen: &[f64], then: &[f64]) -> Option<Self> {
        let ends = |values: &[f64]| {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            (
                low,
                values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        let ((low, high), (least, most)) = (ends(seen), ends(then));
        let room = BEYOND * (high - low).max(0.1 * high.abs());
        let value = match (least < low - room, most > high + room) {
            (_, true) => most,
            (true, false) => least,
            (false, false) => return None,
        };
        Some(Self {
            column: column.to_owned(),
            value,
            low,
            high,
        })
    }

    fn all(was: &Panel, then: &Panel) -> Vec<Self> {
        let channels = was.channels().iter().zip(then.channels());
        let channels = channels.map(|(was, then)| match was.spend() == then.spend() {
            // Nothing or the activity of a channel without spend has changed.
            true => (was.name(), was.activity(), then.activity()),
            false => (was.name(), was.spend(), then.spend()),
        });
        let controls = was.controls().iter().zip(then.controls());
        let controls = controls.map(|(was, then)| (was.name(), was.values(), then.values()));
        let columns = channels.chain(controls);
        columns
            .filter(|(_, was, then)| was != then)
            .filter_map(|(name, was, then)| Self::of(name, was, then))
            .collect()
    }
}

impl Scenario {
    /// The KPI that the model expects without the change, in all.
    pub const fn outcome(&self) -> f64 {
        self.outcome
    }

    /// How much more the changed panel would have brought, in units of the KPI.
    pub const fn difference(&self) -> Estimate {
        self.difference
    }

    /// How much more is spent.
    pub const fn spend_difference(&self) -> f64 {
        self.spend_difference
    }

    /// The difference by channel.
    pub fn channels(&self) -> &[(String, Estimate)] {
        &self.channels
    }

    /// Columns that the scenario takes far beyond what the panel has shown.
    pub fn beyond_seen(&self) -> &[BeyondSeen] {
        &self.beyond_seen
    }

    /// The difference by geo, then period.
    pub fn periods(&self) -> &[Estimate] {
        &self.periods
    }
}

impl Posterior {
    /// What the panel's periods would have brought with columns changed: each draw's prediction for
    /// the changed panel less its prediction for the panel as it was. What the noise did stays as it
    /// was, so it is not in the interval. What works on after the last period is not in it either; a
    /// plan counts it. For periods to come, change the panel that
    /// [`Posterior::forecast`] is given, and compare the forecasts.
    ///
    /// ```
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::panel::Change;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let search = Search::default().with_evaluations(200);
    /// let model = search.estimate(&MixSpecification::new(), &panel)?;
    /// let less = model.scenario(&[Change::times("Search-Ads", 0.7)])?;
    /// assert!(less.difference().value() < 0.0 && less.spend_difference() < 0.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`Panel::with_changes`].
    pub fn scenario(&self, changes: &[Change]) -> Result<Scenario> {
        let changed = self.panel.with_changes(changes)?;
        let differences: Vec<Difference> = self
            .draws
            .par_iter()
            .map(|draw| {
                let was = self.decompose_by(&self.panel, draw);
                Difference::new(&was, &self.decompose_by(&changed, draw))
            })
            .collect();
        let by_draw = |figure: &dyn Fn(&Difference) -> f64| {
            let values: Vec<f64> = differences.iter().map(figure).collect();
            self.estimate(&values)
        };
        let channel = |(c, name): (usize, &str)| (name.to_owned(), by_draw(&|d| d.channels[c]));
        let period = |row: usize| by_draw(&|d| d.rows[row]);
        Ok(Scenario {
            outcome: self.decomposition().prediction().iter().sum(),
            difference: by_draw(&|d| d.rows.iter().sum()),
            spend_difference: spend(&changed) - spend(&self.panel),
            channels: self
                .panel
                .channel_names()
                .enumerate()
                .map(channel)
                .collect(),
            periods: (0..self.panel.rows()).map(period).collect(),
            beyond_seen: BeyondSeen::all(&self.panel, &changed),
        })
    }
}

/// What one draw says: changed less unchanged, by row and by channel.
struct Difference {
    rows: Vec<f64>,
    channels: Vec<f64>,
}

impl Difference {
    fn new(was: &Decomposition, then: &Decomposition) -> Self {
        let rows = was.prediction().iter().zip(then.prediction());
        let channels = was.totals().into_iter().zip(then.totals());
        Self {
            rows: rows.map(|(was, then)| then - was).collect(),
            channels: channels.map(|(was, then)| then - was).collect(),
        }
    }
}

fn spend(panel: &Panel) -> f64 {
    panel.channels().iter().flat_map(|c| c.spend()).sum()
}
