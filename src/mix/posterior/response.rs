//! Response curves: what spend returns, for reading off and for planning.

use serde::Serialize;

use crate::budget::{HorizonCurve, ResponseCurve};
use crate::error::{Error, Result};
use crate::mix::posterior::draw::PosteriorDraw;
use crate::mix::posterior::model::Posterior;
use crate::mix::posterior::prices::Prices;
use crate::mix::transform::Adstock;
use crate::mix::transform::Order;
use crate::mix::transform::{Saturation, SaturationCurve};
use crate::stats::Estimate;

/// One period's response in one geo to carried-over spend, in units of the KPI (of money where the
/// panel has revenue per KPI).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodCurve {
    saturation: SaturationCurve,
    effect: f64,
    /// What is multiplied by the exponential of the effect; none where effects add up.
    level: Option<f64>,
    /// Units of activity per unit of spend.
    rate: f64,
}

impl PeriodCurve {
    /// The same response with its effect times a factor.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self {
            effect: self.effect * factor,
            ..self
        }
    }

    /// The response to saturated spend that is carried over with weights of the given sum, as a
    /// curve and a factor.
    pub(crate) fn carried_over(self, reach: f64) -> (Self, f64) {
        match self.level {
            Some(_) => (self.times(reach), 1.0),
            None => (self, reach),
        }
    }

    /// Units of activity per unit of spend.
    pub(crate) const fn rate(&self) -> f64 {
        self.rate
    }
}

impl ResponseCurve for PeriodCurve {
    fn response(&self, spend: f64) -> f64 {
        let effect = self.effect * self.saturation.response(self.rate * spend);
        match self.level {
            Some(level) => level * libm::expm1(effect),
            None => effect,
        }
    }

    fn slope(&self, spend: f64) -> f64 {
        let slope = self.effect * self.rate * self.saturation.slope(self.rate * spend);
        match self.level {
            Some(level) => {
                let effect = self.effect * self.saturation.response(self.rate * spend);
                level * slope * libm::exp(effect)
            }
            None => slope,
        }
    }
}

/// What a channel's total spend over a horizon returns under one draw, carry-over
/// from before and after it honoured.
///
/// The spend is laid out evenly over the horizon's periods, and over geos as it is now.
///
/// ```
/// use mixtouch::budget::Goal;
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// // The plan of the next four weeks: each channel between half and twice its spend now.
/// let curves = model.response_curves(4)?;
/// let budget = model.budget(4, 0.5, 2.0)?;
/// let total = budget.channels().iter().map(|channel| channel.now()).sum();
/// let plan = budget.plan(&curves, Goal::Outcome { total })?;
/// assert!(plan.outcome_planned() >= plan.outcome_now());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelResponse {
    geos: Vec<(f64, GeoResponse)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GeoResponse {
    /// Carried over, then saturated.
    Carried(HorizonCurve<PeriodCurve>),
    /// Saturated within its period, then carried over: every period counts with the sum of the
    /// adstock's weights.
    Saturated {
        period: PeriodCurve,
        periods: f64,
        reach: f64,
    },
}

impl ChannelResponse {
    /// From each geo's share of the spend and its response.
    pub(crate) const fn new(geos: Vec<(f64, GeoResponse)>) -> Self {
        Self { geos }
    }
}

impl ResponseCurve for ChannelResponse {
    fn response(&self, spend: f64) -> f64 {
        let geo = |(share, geo): &(f64, GeoResponse)| match geo {
            GeoResponse::Carried(curve) => curve.response(share * spend),
            GeoResponse::Saturated {
                period,
                periods,
                reach,
            } => periods * reach * period.response(share * spend / periods),
        };
        self.geos.iter().map(geo).sum()
    }

    fn slope(&self, spend: f64) -> f64 {
        let geo = |(share, geo): &(f64, GeoResponse)| {
            share
                * match geo {
                    GeoResponse::Carried(curve) => curve.slope(share * spend),
                    GeoResponse::Saturated {
                        period,
                        periods,
                        reach,
                    } => reach * period.slope(share * spend / periods),
                }
        };
        self.geos.iter().map(geo).sum()
    }
}

/// A point of a channel's steady response curve: what the same spend in every period returns in
/// each of them, once carry-over has settled. Responses are in units of the KPI, or in money where
/// the panel has revenue per KPI (its mean over the panel counts).
///
/// ```
/// use mixtouch::mix::estimate::{Estimator, Search};
/// use mixtouch::mix::specification::MixSpecification;
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = Search::default().with_evaluations(200);
/// let model = search.estimate(&MixSpecification::new(), &panel)?;
/// let channel = panel.channels()[0].name();
/// let points = model.response_curve(channel, &[0.0, 100.0, 200.0])?;
/// assert_eq!(points[0].response.value(), 0.0);
/// assert!(points[1].response.value() <= points[2].response.value());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ResponsePoint {
    /// Spend per period over all geos.
    pub spend: f64,
    /// Contribution per period, of all geos together: the mean over draws, and the range of the
    /// middle 90 % of its draws.
    pub response: Estimate,
    /// The derivative of the response by spend: what the next unit of spend per period adds to
    /// every period's contribution.
    pub slope: Estimate,
}

impl Posterior {
    /// A channel's response to a constant spend per period, with its interval over the draws. An
    /// effect that changes over time is that at the panel's end; what a channel brings together
    /// with another counts in full, the other at its mean response of the last quarter of a year.
    ///
    /// # Errors
    /// If there is no such channel or a spend is not a finite number, 0 or more.
    pub fn response_curve(&self, channel: &str, spends: &[f64]) -> Result<Vec<ResponsePoint>> {
        let c = self.panel.channel_index("a response curve", channel)?;
        if let Some(bad) = spends.iter().find(|s| !(**s >= 0.0 && s.is_finite())) {
            return Err(Error::setting(
                "spend of a response curve",
                bad,
                "a finite number, 0 or more",
            ));
        }
        let shares = self.geo_shares(c, 0..self.panel.periods());
        let prices = Prices::of_all(&self.panel);
        let steady = |at: usize, spend: f64, slope: bool| -> f64 {
            let draw = &self.draws[at];
            let reach = self.reach(draw, c);
            let geo = |(g, share): (usize, &f64)| {
                let curve = self.period_curve(at, c, g, &prices);
                let spend = share * spend;
                match (draw.curves[c].order, slope) {
                    (Order::AdstockFirst, false) => curve.response(reach * spend),
                    (Order::AdstockFirst, true) => share * reach * curve.slope(reach * spend),
                    (Order::SaturationFirst, _) => {
                        let (curve, reach) = curve.carried_over(reach);
                        match slope {
                            false => reach * curve.response(spend),
                            true => share * reach * curve.slope(spend),
                        }
                    }
                }
            };
            shares.iter().enumerate().map(geo).sum()
        };
        let spread = |spend: f64, slope: bool| {
            let draws = 0..self.draws.len();
            let values: Vec<f64> = draws.map(|at| steady(at, spend, slope)).collect();
            self.estimate(&values)
        };
        Ok(spends
            .iter()
            .map(|&spend| ResponsePoint {
                spend,
                response: spread(spend, false),
                slope: spread(spend, true),
            })
            .collect())
    }

    /// The sum of adstock weights.
    fn reach(&self, draw: &PosteriorDraw, channel: usize) -> f64 {
        self.lasting_weights(draw, channel).iter().sum()
    }

    /// The weights of lags 0, 1, .. up to the last that is more than next to nothing.
    pub(crate) fn lasting_weights(&self, draw: &PosteriorDraw, channel: usize) -> Vec<f64> {
        const NEXT_TO_NOTHING: f64 = 1e-9;
        let mut weights = vec![0.0; self.lags(draw, channel)];
        draw.curves[channel].adstock.weights(&mut weights);
        let last = weights.iter().rposition(|weight| *weight > NEXT_TO_NOTHING);
        weights.truncate(last.map_or(1, |last| last + 1));
        weights
    }

    /// How many lags are followed: the window, or for an adstock without end the panel's length.
    fn lags(&self, draw: &PosteriorDraw, channel: usize) -> usize {
        draw.curves[channel]
            .adstock
            .window()
            .unwrap_or(self.panel.periods())
    }

    /// One period's response under a draw, by the draw's place, to spend at some prices.
    pub(crate) fn period_curve(
        &self,
        at: usize,
        channel: usize,
        geo: usize,
        prices: &Prices,
    ) -> PeriodCurve {
        let draw = &self.draws[at];
        let rows = prices.rows(&self.panel, channel, geo);
        let column = &self.panel.channels()[channel];
        let per_spend = prices.per_spend(&self.panel, channel, geo);
        let worth = prices.worth(&self.panel, geo);
        // Spend buys reach at the mean frequency, and twice the persons respond twice as much.
        let saturation = draw.curves[channel].saturation;
        let (saturation, per_person) = match self.scales.frequency.get(channel) {
            Some(scale) if column.frequency().is_some() => {
                let often = column.mean_frequency(rows) / scale;
                (SaturationCurve::None, saturation.response(often))
            }
            _ => (saturation, 1.0),
        };
        let effect = draw.coefficients[channel][geo] + self.synergy_now(draw, channel, geo);
        // Where effects multiply, money is what the level is worth.
        let (effect, level) = match self.is_multiplicative() {
            true => (
                effect / self.scales.kpi[geo],
                Some(worth * self.levels()[at][channel][geo]),
            ),
            false => (effect * worth, None),
        };
        PeriodCurve {
            saturation,
            level,
            effect: effect * per_person,
            rate: per_spend / self.scales.activity[channel][geo],
        }
    }

    /// The panel's activity in one geo as the spend that would buy it at a rate of the channel.
    pub(crate) fn past_spend(&self, channel: usize, geo: usize, rate: f64) -> Vec<f64> {
        let rows = geo * self.panel.periods()..(geo + 1) * self.panel.periods();
        let scale = self.scales.activity[channel][geo];
        self.panel.channels()[channel].activity()[rows]
            .iter()
            .map(|a| if rate > 0.0 { a / scale / rate } else { 0.0 })
            .collect()
    }
}
