//! How a market works, and drawing a panel from it.

use std::f64::consts::PI;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::simulate::panels::channel::TrueChannel;
use crate::simulate::panels::simulated::SimulatedPanel;
use crate::simulate::panels::spend::{SpendPattern, autoregression};
use crate::time::Day;
use crate::util::Random;

/// Something besides media that moves sales: sales rise by `effect` for each unit of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrueControl {
    /// Its name.
    pub name: String,
    /// How it runs over time.
    pub pattern: SpendPattern,
    /// Its level.
    pub level: f64,
    /// Standard deviation of its draws, relative to the level.
    pub volatility: f64,
    /// Sales for each unit of it.
    pub effect: f64,
}

/// A market with known laws: base sales, seasons, trend and noise; channels; controls; and demand
/// that nobody records.
///
/// Sales of a geo in a period are base * (1 + trend t + season sin(2 pi t / 52) + noise z) + what
/// the channels and the controls bring + base * `demand_effect` * d, with d a latent demand (an
/// autoregression). Demand also multiplies every channel's spend by exp(`demand_follows` * d), and
/// a budget cycle of its own by exp(`budget_cycle` * c): the first confounds, the second only
/// correlates.
///
/// ```
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1);
/// assert_eq!((panel.kpi.len(), panel.channels.len()), (104, 4));
/// assert!(panel.roas(0) > 0.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PanelWorld {
    channels: Vec<TrueChannel>,
    controls: Vec<TrueControl>,
    geos: Vec<String>,
    periods: usize,
    base: f64,
    trend: f64,
    season: f64,
    noise: f64,
    variation: f64,
    demand_effect: f64,
    demand_follows: f64,
    budget_cycle: f64,
}

impl PanelWorld {
    /// A market of weekly periods from 2020-01-05 with base sales in each geo, without trend,
    /// seasons, noise or controls.
    ///
    /// # Errors
    /// If there is no channel, geo or period, two names are the same, or base sales are
    /// 0 or less.
    pub fn new(
        channels: Vec<TrueChannel>,
        geos: Vec<String>,
        periods: usize,
        base: f64,
    ) -> Result<Self> {
        for (what, count) in [
            ("channels", channels.len()),
            ("geos", geos.len()),
            ("periods", periods),
        ] {
            if count == 0 {
                return Err(Error::setting(
                    format!("number of {what}"),
                    count,
                    "at least 1",
                ));
            }
        }
        let names: Vec<&String> = channels.iter().map(|channel| &channel.name).collect();
        for names in [names, geos.iter().collect()] {
            if let Some(twice) = names
                .iter()
                .enumerate()
                .find(|(index, name)| names[..*index].contains(name))
            {
                return Err(Error::setting(
                    "name",
                    format!("{:?} twice", twice.1),
                    "each name once",
                ));
            }
        }
        if !(base.is_finite() && base > 0.0) {
            return Err(Error::setting("base sales", base, "a finite number > 0"));
        }
        Ok(Self {
            channels,
            controls: Vec::new(),
            geos,
            periods,
            base,
            trend: 0.0,
            season: 0.0,
            noise: 0.0,
            variation: 0.0,
            demand_effect: 0.0,
            demand_follows: 0.0,
            budget_cycle: 0.0,
        })
    }

    /// With sales that grow by `trend` of the base each period, swing by `season` of it over a
    /// year, and are off by `noise` of it.
    #[must_use]
    pub fn with_baseline(mut self, trend: f64, season: f64, noise: f64) -> Self {
        (self.trend, self.season, self.noise) = (trend, season, noise);
        self
    }

    /// With controls.
    #[must_use]
    pub fn with_controls(mut self, controls: Vec<TrueControl>) -> Self {
        self.controls = controls;
        self
    }

    /// With geos whose base sales, spend levels and spend patterns differ by up to `variation`
    /// (relative, uniform).
    #[must_use]
    pub fn with_variation(mut self, variation: f64) -> Self {
        self.variation = variation;
        self
    }

    /// With a demand that moves sales by `effect` of the base and spend by the factor exp(`follows`
    /// * demand).
    #[must_use]
    pub fn with_demand(mut self, effect: f64, follows: f64) -> Self {
        (self.demand_effect, self.demand_follows) = (effect, follows);
        self
    }

    /// With a budget that lifts and lowers all channels together by the factor exp(`strength` * an
    /// autoregression).
    #[must_use]
    pub fn with_budget_cycle(mut self, strength: f64) -> Self {
        self.budget_cycle = strength;
        self
    }

    pub(super) fn resized(self, geos: Vec<String>, periods: usize) -> Result<Self> {
        let checked = Self::new(self.channels.clone(), geos, periods, self.base)?;
        Ok(Self {
            geos: checked.geos,
            periods,
            ..self
        })
    }

    /// Draws a panel. The same seed gives the same panel on every machine; a geo's rows depend on
    /// the seed and its place only.
    pub fn simulate(&self, seed: u64) -> SimulatedPanel {
        let first = Day::from_calendar(2020, 1, 5).expect("a day of the calendar");
        let dates: Vec<Day> = (0..self.periods)
            .map(|t| first.plus(7 * t as i32))
            .collect();
        let rows = self.geos.len() * self.periods;
        let mut panel = SimulatedPanel {
            dates: self
                .geos
                .iter()
                .flat_map(|_| dates.iter().copied())
                .collect(),
            geos: self
                .geos
                .iter()
                .flat_map(|geo| std::iter::repeat_n(geo.clone(), self.periods))
                .collect(),
            channels: self
                .channels
                .iter()
                .map(|channel| channel.name.clone())
                .collect(),
            spend: Array2::zeros((rows, self.channels.len())),
            control_names: self
                .controls
                .iter()
                .map(|control| control.name.clone())
                .collect(),
            controls: Array2::zeros((rows, self.controls.len())),
            kpi: vec![0.0; rows],
            contributions: Array2::zeros((rows, self.channels.len())),
            truth: self.channels.clone(),
            scales: Array2::zeros((self.geos.len(), self.channels.len())),
            periods: self.periods,
        };
        for geo in 0..self.geos.len() {
            self.fill_geo(
                &mut panel,
                geo,
                &dates,
                &Random::new(seed).stream(geo as u64),
            );
        }
        panel
    }

    fn fill_geo(&self, panel: &mut SimulatedPanel, geo: usize, dates: &[Day], random: &Random) {
        let first = geo * self.periods;
        let demand = autoregression(self.periods, &mut random.stream(DEMAND));
        let cycle = autoregression(self.periods, &mut random.stream(CYCLE));
        let mut sales = self.baseline(&demand, &mut random.stream(BASELINE));
        for (index, channel) in self.channels.iter().enumerate() {
            let mut stream = random.stream(CHANNELS + index as u64);
            let mut spend = self.course(
                channel.pattern,
                channel.level,
                channel.volatility,
                dates,
                &mut stream,
            );
            for (t, x) in spend.iter_mut().enumerate() {
                *x *= libm::exp(self.demand_follows * demand[t] + self.budget_cycle * cycle[t]);
            }
            let scale = spend.iter().copied().fold(0.0, f64::max);
            panel.scales[[geo, index]] = scale;
            for (t, contribution) in channel.contributions(&spend, scale).into_iter().enumerate() {
                panel.spend[[first + t, index]] = spend[t];
                panel.contributions[[first + t, index]] = contribution;
                sales[t] += contribution;
            }
        }
        for (index, control) in self.controls.iter().enumerate() {
            let mut stream = random.stream(CONTROLS + index as u64);
            for (t, x) in self
                .course(
                    control.pattern,
                    control.level,
                    control.volatility,
                    dates,
                    &mut stream,
                )
                .into_iter()
                .enumerate()
            {
                panel.controls[[first + t, index]] = x;
                sales[t] += control.effect * x;
            }
        }
        panel.kpi[first..first + self.periods].copy_from_slice(&sales);
    }

    /// A course of spend as this geo varies it.
    fn course(
        &self,
        pattern: SpendPattern,
        level: f64,
        volatility: f64,
        dates: &[Day],
        random: &mut Random,
    ) -> Vec<f64> {
        let vary = |random: &mut Random| 1.0 + random.between(-self.variation, self.variation);
        let (level, volatility) = (level * vary(random), volatility * vary(random));
        pattern
            .varied(|| vary(random))
            .draw(dates, level, volatility, random)
    }

    fn baseline(&self, demand: &[f64], random: &mut Random) -> Vec<f64> {
        let base = self.base * (1.0 + random.between(-self.variation, self.variation));
        let sales = |(t, demand): (usize, &f64)| {
            let season = self.season * libm::sin(2.0 * PI * t as f64 / 52.0);
            let usual = (base
                * (1.0 + self.trend * t as f64 + season + self.noise * random.normal()))
            .max(0.0);
            usual + base * self.demand_effect * demand
        };
        demand.iter().enumerate().map(sales).collect()
    }
}

/// Keys of the streams within a geo.
const BASELINE: u64 = 0;
const DEMAND: u64 = 1;
const CYCLE: u64 = 2;
const CONTROLS: u64 = 1 << 16;
const CHANNELS: u64 = 1 << 32;
