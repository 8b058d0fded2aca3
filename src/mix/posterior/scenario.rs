//! What would have happened: the panel's periods with columns changed.

use rayon::prelude::*;
use serde::Serialize;

use crate::error::Result;
use crate::mix::panel::{Change, Panel};
use crate::mix::posterior::beyond_seen::BeyondSeen;
use crate::mix::posterior::decomposition::Decomposition;
use crate::mix::posterior::model::Posterior;
use crate::mix::specification::BaselinePart;
use crate::stats::Estimate;

/// What a change of the panel would have changed, by [`Posterior::scenario`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scenario {
    outcome: f64,
    difference: Estimate,
    spend_difference: f64,
    channels: Vec<(String, Estimate)>,
    baseline: Vec<(BaselinePart, Estimate)>,
    periods: Vec<Estimate>,
    beyond_seen: Vec<BeyondSeen>,
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

    /// The difference by part of the baseline, of the parts that differ: controls that are changed,
    /// and where effects multiply all that they multiply.
    pub fn baseline(&self) -> &[(BaselinePart, Estimate)] {
        &self.baseline
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
    /// plan counts it. For periods to come see [`Posterior::scenario_over`].
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
        let outcome = self.decomposition().prediction().iter().sum();
        let (was, then) = (&self.panel, &changed);
        Ok(Scenario {
            spend_difference: spend(then) - spend(was),
            beyond_seen: BeyondSeen::all(was, was, then),
            ..self.compared(was, then, was.periods(), outcome)
        })
    }

    /// What periods to come would bring with columns changed, less what they bring as `future` has
    /// them: both from the same draws, so that what is unsure about both is in no interval. `future`
    /// is what [`Posterior::forecast`] takes, and its periods are those of the scenario.
    ///
    /// ```
    /// use mixtouch::Day;
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::panel::Change;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let cut = panel.dates()[panel.periods() - 8];
    /// let (past, future) = (panel.between(Day::MIN, cut.plus(-1))?, panel.between(cut, Day::MAX)?);
    /// let search = Search::default().with_evaluations(200);
    /// let model = search.estimate(&MixSpecification::new(), &past)?;
    /// let less = model.scenario_over(&future, &[Change::times("Search-Ads", 0.7)])?;
    /// assert!(less.difference().value() < 0.0 && less.periods().len() == 8);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Like [`Panel::with_changes`] and [`Posterior::forecast`].
    pub fn scenario_over(&self, future: &Panel, changes: &[Change]) -> Result<Scenario> {
        let first = future.dates()[0];
        let changes = changes.iter().map(|change| change.not_before(first));
        let was = self.followed_by(future)?;
        let then = was.with_changes(&changes.collect::<Vec<_>>())?;
        let outcome = self.decompose(&was).last(future.periods());
        let outcome = outcome.prediction().iter().sum();
        Ok(Scenario {
            spend_difference: spend(&then) - spend(&was),
            beyond_seen: BeyondSeen::all(&self.panel, &was, &then),
            ..self.compared(&was, &then, future.periods(), outcome)
        })
    }

    /// One panel less another over the last periods, draw by draw; without what they spend.
    fn compared(&self, was: &Panel, then: &Panel, periods: usize, outcome: f64) -> Scenario {
        let draws = self.draws.par_iter();
        let differences: Vec<Difference> = draws
            .map(|draw| {
                let [was, then] = [was, then].map(|p| self.decompose_by(p, draw).last(periods));
                Difference::new(&was, &then)
            })
            .collect();
        let by_draw = |figure: &dyn Fn(&Difference) -> f64| {
            let values: Vec<f64> = differences.iter().map(figure).collect();
            self.estimate(&values)
        };
        let channel = |(c, name): (usize, &str)| (name.to_owned(), by_draw(&|d| d.channels[c]));
        let parts = differences[0].parts.iter().enumerate();
        let parts = parts.filter(|(at, _)| differences.iter().any(|d| d.parts[*at].1 != 0.0));
        let part = |(at, (part, _)): (usize, &(BaselinePart, f64))| {
            (part.clone(), by_draw(&|d| d.parts[at].1))
        };
        Scenario {
            outcome,
            difference: by_draw(&|d| d.rows.iter().sum()),
            spend_difference: 0.0,
            channels: was.channel_names().enumerate().map(channel).collect(),
            baseline: parts.map(part).collect(),
            periods: (0..differences[0].rows.len())
                .map(|row| by_draw(&|d| d.rows[row]))
                .collect(),
            beyond_seen: vec![],
        }
    }
}

/// What one draw says: changed less unchanged, by row, by channel and by part of the baseline.
struct Difference {
    rows: Vec<f64>,
    channels: Vec<f64>,
    parts: Vec<(BaselinePart, f64)>,
}

impl Difference {
    fn new(was: &Decomposition, then: &Decomposition) -> Self {
        let rows = was.prediction().iter().zip(then.prediction());
        let channels = was.totals().into_iter().zip(then.totals());
        let parts = was.baseline_parts().zip(then.baseline_parts());
        let parts = parts.map(|((part, was), (_, then))| {
            let cells = was.iter().zip(then);
            (part.clone(), cells.map(|(was, then)| then - was).sum())
        });
        Self {
            rows: rows.map(|(was, then)| then - was).collect(),
            channels: channels.map(|(was, then)| then - was).collect(),
            parts: parts.collect(),
        }
    }
}

fn spend(panel: &Panel) -> f64 {
    panel.channels().iter().flat_map(|c| c.spend()).sum()
}
