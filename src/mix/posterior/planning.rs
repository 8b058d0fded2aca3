//! From a posterior to what the planner needs: bounds of spend, and what spend returns.

use std::ops::Range;

use crate::budget::{
    Budget, ChannelBudget, Ensemble, FlightCurve, Flights, GroupBudget, HorizonCurve,
};
use crate::error::Result;
use crate::mix::panel::Channel;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::plan_horizon::PlanHorizon;
use crate::mix::posterior::prices::Prices;
use crate::mix::posterior::response::{ChannelResponse, GeoResponse, PeriodCurve};
use crate::mix::transform::Order;

impl Posterior {
    /// The curves to plan the next `periods` periods with: every draw's, so that the plan's gain
    /// has an interval.
    ///
    /// # Errors
    /// If `periods` is not 1 to 1,000.
    pub fn response_curves(&self, periods: usize) -> Result<Ensemble<ChannelResponse>> {
        self.response_curves_over(&PlanHorizon::new(periods))
    }

    /// The curves to plan a horizon with, for the channels of [`Posterior::budget_over`].
    ///
    /// A channel's spend is laid out evenly over the horizon's periods, and over geos as now. It buys
    /// exposures at the mean price of the periods that count as now, at their frequency, and a unit of
    /// the KPI brings the revenue it brings then; a channel that paused has its price of the whole
    /// panel. What
    /// the panel's last periods carry into the horizon counts as it was recorded, for the plan and
    /// for the spend now alike.
    ///
    /// # Errors
    /// If the horizon's settings are out of range or do not fit the panel.
    pub fn response_curves_over(&self, horizon: &PlanHorizon) -> Result<Ensemble<ChannelResponse>> {
        let prices = horizon.prices(&self.panel)?;
        let curve = |at: usize, place, part| {
            let response = self.geo_response(at, place, horizon.periods(), &prices)?;
            Ok((part, response))
        };
        let members = self.members(horizon, curve)?.into_iter();
        let members = members.map(|(weight, channels)| {
            let curves = channels.into_iter().map(ChannelResponse::new);
            (weight, curves.collect())
        });
        Ensemble::new(members.collect())
    }

    /// Each draw's weight and curves, by channel of [`Posterior::budget_over`], then geo: `curve` has
    /// a draw's place, a channel with a geo, and the part of the channel's spend that goes there.
    fn members<C>(
        &self,
        horizon: &PlanHorizon,
        curve: impl Fn(usize, (usize, usize), f64) -> Result<C>,
    ) -> Result<Vec<(f64, Vec<Vec<C>>)>> {
        horizon.check()?;
        let now = horizon.now_in(&self.panel)?;
        let channels = 0..self.panel.channels().len();
        let shares: Vec<Vec<f64>> = channels.map(|c| self.geo_shares(c, now.clone())).collect();
        let draws = self.weights().iter().enumerate();
        let members = draws.map(|(at, weight)| {
            let mut channels = Vec::new();
            for (channel, shares) in shares.iter().enumerate() {
                let geos = shares.iter().enumerate().map(|(geo, share)| {
                    let part = if horizon.is_by_geo() { 1.0 } else { *share };
                    curve(at, (channel, geo), part)
                });
                let geos = geos.collect::<Result<Vec<_>>>()?;
                if horizon.is_by_geo() {
                    channels.extend(geos.into_iter().map(|curve| vec![curve]));
                } else {
                    channels.push(geos);
                }
            }
            Ok((*weight, channels))
        });
        members.collect()
    }

    /// A budget for the next `periods` periods: each channel between `least` and `most` times its
    /// spend now, which is the mean of the last periods (see [`PlanHorizon`]).
    ///
    /// ```
    /// use mixtouch::budget::Goal;
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::national()?.simulate(1).panel()?;
    /// let search = Search::default().with_evaluations(200);
    /// let model = search.estimate(&MixSpecification::new(), &panel)?;
    /// let budget = model.budget(4, 0.5, 1.5)?;
    /// let total = budget.channels().iter().map(|c| c.now()).sum();
    /// let plan = budget.plan(&model.response_curves(4)?, Goal::Outcome { total })?;
    /// assert!(plan.outcome_planned() >= plan.outcome_now());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `periods` is not 1 to 1,000 or the multiples are not finite numbers, 0 or more, in order.
    pub fn budget(&self, periods: usize, least: f64, most: f64) -> Result<Budget> {
        self.budget_over(&PlanHorizon::new(periods).with_factors(least..=most))
    }

    /// A budget for a horizon: each channel's spend now and its bounds.
    ///
    /// ```
    /// use mixtouch::Day;
    /// use mixtouch::mix::estimate::LeastSquares;
    /// use mixtouch::mix::panel::Panel;
    /// use mixtouch::mix::posterior::PlanHorizon;
    /// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
    ///
    /// // Television began four weeks ago and spends 80 a week.
    /// let weeks = (0..40).map(|week| Day::new(19_723 + 7 * week)).collect::<Result<Vec<_>, _>>()?;
    /// let spend: Vec<f64> = (0..40).map(|week| if week < 36 { 0.0 } else { 80.0 }).collect();
    /// let sales = (0..40).map(|week| 100.0 + spend[week] / 4.0 + (week * 7 % 5) as f64).collect();
    /// let panel = Panel::national(weeks, sales)?.with_channel("tv", spend)?;
    /// let baseline = Baseline::new(Trend::None, 0)?;
    /// let specification = MixSpecification::new().with_baseline(baseline);
    /// let (model, _) = LeastSquares::new().with_draws(10).fit(&specification, &panel)?;
    /// let budget = model.budget_over(&PlanHorizon::new(1))?;
    /// assert_eq!(budget.channel("tv").unwrap().now(), 80.0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the horizon's settings are out of range or do not fit the panel.
    pub fn budget_over(&self, horizon: &PlanHorizon) -> Result<Budget> {
        horizon.check()?;
        let now = horizon.now_in(&self.panel)?;
        let mut budgets = Vec::new();
        let mut groups = Vec::new();
        for channel in self.panel.channels() {
            let whole = self.channel_budget(horizon, channel, None, now.clone());
            if !horizon.is_by_geo() {
                budgets.push(whole);
                continue;
            }
            let geos = self.panel.geos().iter().enumerate();
            let apart: Vec<ChannelBudget> = geos
                .map(|(geo, name)| {
                    self.channel_budget(horizon, channel, Some((geo, name)), now.clone())
                })
                .collect();
            let group = GroupBudget::new(channel.name(), apart.iter().map(ChannelBudget::channel));
            groups.push(group.with_bounds(whole.low()..=whole.high()));
            budgets.extend(apart);
        }
        let budget = groups
            .into_iter()
            .fold(Budget::new(budgets), Budget::with_group);
        budget.check().map(|()| budget)
    }

    /// The curves to plan a horizon by period with, for the channels of [`Posterior::budget_over`]:
    /// when to spend, with carry-over from before, within and after the horizon.
    ///
    /// ```
    /// use mixtouch::budget::Goal;
    /// use mixtouch::mix::estimate::{Estimator, Search};
    /// use mixtouch::mix::posterior::PlanHorizon;
    /// use mixtouch::mix::specification::MixSpecification;
    /// use mixtouch::simulate::panels::PanelWorld;
    ///
    /// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
    /// let search = Search::default().with_evaluations(200).with_draws(4);
    /// let model = search.estimate(&MixSpecification::new(), &panel)?;
    /// let horizon = PlanHorizon::new(4);
    /// let budget = model.budget_over(&horizon)?;
    /// let total = budget.channels().iter().map(|channel| channel.now()).sum();
    /// // No week has more than twice an even part of a channel's upper bound.
    /// let flights = model.flights_over(&horizon)?;
    /// let plan = budget.plan_flights(&flights, Goal::Outcome { total }, 2.0)?;
    /// assert_eq!(plan.channels[0].by_period.len(), 4);
    /// assert!(plan.outcome_planned >= plan.outcome_laid_out_evenly * (1.0 - 1e-9));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the horizon's settings are out of range or do not fit the panel.
    pub fn flights_over(&self, horizon: &PlanHorizon) -> Result<Flights<PeriodCurve>> {
        let prices = horizon.prices(&self.panel)?;
        let periods = horizon.periods();
        let curve = |at: usize, place, part| self.flight(at, place, part, (periods, &prices));
        Flights::new(self.members(horizon, curve)?)
    }

    /// One geo's curve by period, of a part of the channel's spend.
    fn flight(
        &self,
        at: usize,
        (channel, geo): (usize, usize),
        part: f64,
        (periods, prices): (usize, &Prices),
    ) -> Result<FlightCurve<PeriodCurve>> {
        let draw = &self.draws[at];
        let weights = self.lasting_weights(draw, channel);
        let period = self.period_curve(at, channel, geo, prices);
        match draw.curves[channel].order {
            // Each period's response carries over as a whole, whatever the others spend.
            Order::SaturationFirst => {
                let whole = period.times(weights.iter().sum());
                FlightCurve::new(whole, part, periods, &[1.0], &[])
            }
            Order::AdstockFirst => {
                let past = self.past_spend(channel, geo, period.rate());
                FlightCurve::new(period, part, periods, &weights, &past)
            }
        }
    }

    /// A channel's spend by period, in one geo or in all together.
    pub(crate) fn spend_of(&self, channel: &Channel, geo: Option<usize>) -> Vec<f64> {
        let periods = self.panel.periods();
        let mut spend = vec![0.0; periods];
        for (at, of_geo) in channel.spend().chunks(periods).enumerate() {
            if geo.is_none_or(|geo| geo == at) {
                spend.iter_mut().zip(of_geo).for_each(|(sum, x)| *sum += x);
            }
        }
        spend
    }

    /// A channel's spend now and its bounds, in one geo or in all.
    fn channel_budget(
        &self,
        horizon: &PlanHorizon,
        channel: &Channel,
        geo: Option<(usize, &String)>,
        now: Range<usize>,
    ) -> ChannelBudget {
        let spend = self.spend_of(channel, geo.map(|(geo, _)| geo));
        let now = &spend[now];
        let mean = now.iter().sum::<f64>() / now.len() as f64;
        let (low, high) = horizon.bounds(&self.panel, &spend, mean);
        let name = match geo {
            Some((_, geo)) => format!("{} in {geo}", channel.name()),
            None => channel.name().to_owned(),
        };
        ChannelBudget::new(name, mean * horizon.periods() as f64).with_bounds(low..=high)
    }

    /// Each geo's share of a channel's spend in some periods, or where there was none in the whole
    /// panel; equal shares where there was never any.
    pub(crate) fn geo_shares(&self, channel: usize, periods: Range<usize>) -> Vec<f64> {
        let geos = self.panel.channels()[channel]
            .spend()
            .chunks(self.panel.periods());
        let within: Vec<f64> = geos
            .clone()
            .map(|geo| geo[periods.clone()].iter().sum())
            .collect();
        let whole: Vec<f64> = geos.map(|geo| geo.iter().sum()).collect();
        for spend in [within, whole] {
            let total: f64 = spend.iter().sum();
            if total > 0.0 {
                return spend.iter().map(|x| x / total).collect();
            }
        }
        let geos = self.panel.geos().len();
        vec![1.0 / geos as f64; geos]
    }

    fn geo_response(
        &self,
        at: usize,
        (channel, geo): (usize, usize),
        periods: usize,
        prices: &Prices,
    ) -> Result<GeoResponse> {
        let draw = &self.draws[at];
        let weights = self.lasting_weights(draw, channel);
        let period = self.period_curve(at, channel, geo, prices);
        Ok(match draw.curves[channel].order {
            Order::SaturationFirst => {
                let (period, reach) = period.carried_over(weights.iter().sum());
                GeoResponse::Saturated {
                    period,
                    periods: periods as f64,
                    reach,
                }
            }
            Order::AdstockFirst => {
                let past = self.past_spend(channel, geo, period.rate());
                let shares = vec![1.0 / periods as f64; periods];
                GeoResponse::Carried(HorizonCurve::laid_out(period, &shares, &weights, &past)?)
            }
        })
    }
}
