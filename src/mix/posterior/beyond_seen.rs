//! Plans and scenarios far from what the panel has shown.

use std::fmt;

use serde::Serialize;

use crate::budget::Plan;
use crate::mix::panel::Panel;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::plan_horizon::PlanHorizon;
use crate::report::{digits_for, figure};

/// A column that a scenario or a plan takes far beyond what the panel has shown, where the model only
/// extrapolates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BeyondSeen {
    /// The channel or control.
    pub column: String,
    /// The value of a period that is farthest from what was seen.
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
            "{} is taken to {} in a period and was {} to {} in the panel: nothing was seen of what it does \
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

fn ends(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}

impl BeyondSeen {
    /// Nothing where the values asked about lie within what was seen, and half as far again.
    fn of(column: &str, seen: &[f64], then: &[f64]) -> Option<Self> {
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

    /// Columns that differ between two panels, of which the second leaves what a third has shown.
    pub(super) fn all(seen: &Panel, was: &Panel, then: &Panel) -> Vec<Self> {
        let channels = seen.channels().iter().zip(was.channels());
        let channels = channels.zip(then.channels()).map(|((seen, was), then)| {
            match was.spend() == then.spend() {
                // The activity of a channel without spend may have changed.
                true => (
                    seen.name(),
                    seen.activity(),
                    was.activity(),
                    then.activity(),
                ),
                false => (seen.name(), seen.spend(), was.spend(), then.spend()),
            }
        });
        let controls = seen.controls().iter().filter_map(|seen| {
            let (was, then) = (was.control(seen.name())?, then.control(seen.name())?);
            Some((seen.name(), seen.values(), was.values(), then.values()))
        });
        let columns = channels.chain(controls);
        columns
            .filter(|(_, _, was, then)| was != then)
            .filter_map(|(name, seen, _, then)| Self::of(name, seen, then))
            .collect()
    }
}

impl Posterior {
    /// The channels whose planned spend of a period lies far beyond what the panel has shown, below
    /// or above: what the plan promises of them is the curve's form and nothing that was seen. The
    /// plan is one for the horizon, by [`Posterior::budget_over`].
    ///
    /// ```
    /// use mixtouch::budget::Goal;
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::posterior::PlanHorizon;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let search = Search::default().with_evaluations(200);
    /// let model = search.estimate(&MixSpecification::new(), &panel)?;
    /// let horizon = PlanHorizon::new(1).with_factors(0.0..=100.0);
    /// let budget = model.budget_over(&horizon)?;
    /// let now: f64 = budget.channels().iter().map(|channel| channel.now()).sum();
    /// let curves = model.response_curves_over(&horizon)?;
    /// let plan = budget.plan(&curves, Goal::Outcome { total: 50.0 * now })?;
    /// assert!(!model.beyond_seen(&plan, &horizon).is_empty());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn beyond_seen(&self, plan: &Plan, horizon: &PlanHorizon) -> Vec<BeyondSeen> {
        let places = self.planned_places(horizon);
        let periods = horizon.periods() as f64;
        let channels = plan.channels().iter().zip(places);
        let beyond = channels.filter_map(|(planned, (channel, geo))| {
            let seen = self.spend_of(&self.panel.channels()[channel], geo);
            BeyondSeen::of(&planned.channel, &seen, &[planned.planned / periods])
        });
        beyond.collect()
    }

    /// The channel, and the geo where each is planned on its own, in the order of a plan's channels.
    fn planned_places(&self, horizon: &PlanHorizon) -> Vec<(usize, Option<usize>)> {
        let channels = 0..self.panel.channels().len();
        let geos: Vec<Option<usize>> = match horizon.is_by_geo() {
            true => (0..self.panel.geos().len()).map(Some).collect(),
            false => vec![None],
        };
        let of_channel = |channel| geos.iter().map(move |geo| (channel, *geo));
        channels.flat_map(of_channel).collect()
    }
}
