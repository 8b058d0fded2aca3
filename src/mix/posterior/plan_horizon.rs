//! Which periods a plan covers, and what counts as spent now.

use std::ops::{Range, RangeInclusive};

use crate::error::{Error, Result};
use crate::mix::panel::Panel;
use crate::mix::posterior::prices::Prices;
use crate::time::Day;

/// The most periods that a plan may cover: 1,000.
const LONGEST: usize = 1000;

/// The next periods to plan, and the periods whose mean spend counts as the spend now.
///
/// Unless it is set, the spend now is the mean of the last periods: as many as are planned, but at
/// least about a month and at most a quarter of a year. A channel that began or ended lately is
/// then planned from what it spends, not from its mean over years.
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
/// // Four weeks, starting from the mean of the last thirteen.
/// let horizon = PlanHorizon::new(4).with_now_of_last(13).with_factors(0.5..=2.0);
/// let budget = model.budget_over(&horizon)?;
/// let total = budget.channels().iter().map(|channel| channel.now()).sum();
/// let plan = budget.plan(&model.response_curves_over(&horizon)?, Goal::Outcome { total })?;
/// assert!((plan.total() - total).abs() < 1e-6);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PlanHorizon {
    periods: usize,
    now: Now,
    factors: Option<(f64, f64)>,
    by_geo: bool,
    costs: Vec<(String, f64)>,
}

/// Whose mean counts as the spend now.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Now {
    Recent,
    Last(usize),
    Between(Day, Day),
}

impl PlanHorizon {
    /// The next `periods` periods, 1 to 1,000.
    pub const fn new(periods: usize) -> Self {
        Self {
            periods,
            now: Now::Recent,
            factors: None,
            by_geo: false,
            costs: vec![],
        }
    }

    /// The spend now is the mean of the panel's last `periods` periods, 1 or more.
    #[must_use]
    pub fn with_now_of_last(self, periods: usize) -> Self {
        Self {
            now: Now::Last(periods),
            ..self
        }
    }

    /// The spend now is the mean of the panel's periods whose dates lie from `from` to `to`, both
    /// included.
    #[must_use]
    pub fn with_now_between(self, from: Day, to: Day) -> Self {
        Self {
            now: Now::Between(from, to),
            ..self
        }
    }

    /// Each channel's least and most planned spend, as multiples of its spend now.
    ///
    /// Unless set, they are half and one and a half, and whatever the channel really spent in the
    /// last quarter of a year, in any stretch there as long as the plan.
    #[must_use]
    pub fn with_factors(self, factors: RangeInclusive<f64>) -> Self {
        Self {
            factors: Some(factors.into_inner()),
            ..self
        }
    }

    /// Whether each channel is planned in every geo on its own, as `channel in geo`. False unless
    /// set: geos then share a channel's spend as they do now.
    ///
    /// Factors hold in each geo, and for the channel's spend in all geos together.
    #[must_use]
    pub fn with_geos(self, by_geo: bool) -> Self {
        Self { by_geo, ..self }
    }

    /// How many periods are planned.
    pub const fn periods(&self) -> usize {
        self.periods
    }

    /// The first and the last of a panel's dates whose mean spend counts as the spend now.
    ///
    /// ```
    /// use mixtouch::mix::posterior::PlanHorizon;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let (first, last) = PlanHorizon::new(4).with_now_of_last(13).now(&panel)?;
    /// assert_eq!((last, first), (panel.dates()[panel.periods() - 1], last.plus(-7 * 12)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the panel has fewer periods, or none between the days.
    pub fn now(&self, panel: &Panel) -> Result<(Day, Day)> {
        let periods = self.now_in(panel)?;
        let dates = panel.dates();
        Ok((dates[periods.start], dates[periods.end - 1]))
    }

    /// Whether each geo is planned on its own.
    pub(crate) const fn is_by_geo(&self) -> bool {
        self.by_geo
    }

    /// An error if too few or too many periods are planned.
    pub(crate) fn check(&self) -> Result<()> {
        if (1..=LONGEST).contains(&self.periods) {
            return Ok(());
        }
        let expected = format!("1 to {LONGEST}");
        Err(Error::setting("periods to plan", self.periods, expected))
    }

    /// The same with what a unit of a channel's exposures, or a person reached, will cost. Unless it is
    /// stated, it costs what it cost in the periods that count as now.
    ///
    /// ```
    /// use mixtouch::mix::posterior::PlanHorizon;
    ///
    /// // A thousand impressions of television will cost 12.50.
    /// let horizon = PlanHorizon::new(4).with_cost_per_unit("tv", 0.0125);
    /// # let _ = horizon;
    /// ```
    #[must_use]
    pub fn with_cost_per_unit(mut self, channel: impl Into<String>, cost: f64) -> Self {
        self.costs.push((channel.into(), cost));
        self
    }

    /// The prices at which the plan buys.
    ///
    /// # Errors
    /// If a stated price is not a finite number > 0 or of a channel that has no exposures, or the
    /// panel lacks the periods that count as now.
    pub(crate) fn prices(&self, panel: &Panel) -> Result<Prices> {
        let mut prices = Prices {
            periods: self.now_in(panel)?,
            ..Prices::of_all(panel)
        };
        for (channel, cost) in &self.costs {
            let at = panel.channel_index("a cost per unit", channel)?;
            let name = || format!("cost per unit of {channel}");
            if !(*cost > 0.0 && cost.is_finite()) {
                return Err(Error::setting(name(), cost, "a finite number > 0"));
            }
            if panel.channels()[at].exposure.is_none() {
                let expected = "a channel measured in exposures or reach";
                return Err(Error::setting(name(), cost, expected));
            }
            prices.stated[at] = Some(*cost);
        }
        Ok(prices)
    }

    /// The panel's periods whose mean counts as the spend now.
    ///
    /// # Errors
    /// If the panel has fewer periods, or none between the days.
    pub(crate) fn now_in(&self, panel: &Panel) -> Result<Range<usize>> {
        let all = panel.periods();
        match self.now {
            Now::Recent => {
                let length = self
                    .periods
                    .clamp(panel.period().in_month(), panel.period().in_quarter());
                Ok(all.saturating_sub(length)..all)
            }
            Now::Last(length) if (1..=all).contains(&length) => Ok(all - length..all),
            Now::Last(length) => Err(Error::setting(
                "periods of the spend now",
                length,
                format!("1 to {all}, as many as the panel has"),
            )),
            Now::Between(from, to) => {
                let within = |day: &Day| (from..=to).contains(day);
                let start = panel.dates().iter().position(within);
                let last = panel.dates().iter().rposition(within);
                start
                    .zip(last)
                    .map(|(start, last)| start..last + 1)
                    .ok_or_else(|| {
                        let (first, last) = (panel.dates()[0], panel.dates()[all - 1]);
                        Error::setting(
                            "days of the spend now",
                            format!("{from} to {to}"),
                            format!("days that hold one of the panel's dates, {first} to {last}"),
                        )
                    })
            }
        }
    }

    /// The least and the most that a series of spend may be planned to, from its mean now.
    pub(crate) fn bounds(&self, panel: &Panel, spend: &[f64], now: f64) -> (f64, f64) {
        let periods = self.periods as f64;
        if let Some((least, most)) = self.factors {
            return (least * now * periods, most * now * periods);
        }
        let length = self.periods.min(spend.len());
        let recent = panel.period().in_quarter().max(length).min(spend.len());
        let stretches = spend[spend.len() - recent..].windows(length);
        let means = stretches.map(|stretch| stretch.iter().sum::<f64>() / length as f64);
        let (low, high) = means.fold((0.5 * now, 1.5 * now), |(low, high), mean| {
            (low.min(mean), high.max(mean))
        });
        (low * periods, high * periods)
    }
}
