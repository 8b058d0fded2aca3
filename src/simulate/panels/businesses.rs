//! Ready-made worlds.
//!
//! The small, growing and medium businesses follow the settings that the benchmark
//! [pymc-labs/mmm-param-recovery](https://github.com/pymc-labs/mmm-param-recovery) publishes
//! (Apache-2.0) for its presets of these names: the same channels, spend patterns, carry-over,
//! saturation and effects. The draws are our own, so a seed gives another panel here than there.
//! The formula of the contributions reproduces the truth of two panels drawn with the published
//! generator to the digits they are printed with (5e-5). Geos differ in spend and base, and share
//! their transforms and effects.

use crate::error::Result;
use crate::simulate::panels::channel::{TrueChannel, TrueSaturation};
use crate::simulate::panels::presets::{
    ChannelRow, ControlRow, GROWING_CHANNELS, GROWING_CONTROLS, MEDIUM_CHANNELS, MEDIUM_CONTROLS,
    SMALL_CHANNELS, SMALL_CONTROLS,
};
use crate::simulate::panels::spend::SpendPattern;
use crate::simulate::panels::world::{PanelWorld, TrueControl};

/// A business with these channels and controls, whose sales swing by `season` of the base.
fn business(
    (channels, controls): (&[ChannelRow], &[ControlRow]),
    geos: Vec<String>,
    periods: usize,
    base: f64,
    season: f64,
) -> Result<PanelWorld> {
    let channels = hill_channels(channels, base)?;
    let world = PanelWorld::new(channels, geos, periods, base)?;
    Ok(world
        .with_baseline(0.0, season, 0.1)
        .with_variation(0.1)
        .with_controls(controls.iter().map(control).collect()))
}

fn hill_channels(rows: &[ChannelRow], base: f64) -> Result<Vec<TrueChannel>> {
    let channel =
        |&(name, pattern, level, volatility, effect, carry_over, slope, half): &ChannelRow| {
            TrueChannel::new(
                name,
                (pattern, level, volatility),
                effect * base,
                carry_over,
                TrueSaturation::Hill { slope, half },
            )
        };
    rows.iter().map(channel).collect()
}

fn control(&(name, pattern, level, volatility, effect): &ControlRow) -> TrueControl {
    TrueControl {
        name: name.to_owned(),
        pattern,
        level,
        volatility,
        effect,
    }
}

/// Names of geos: `geo_1`, `geo_2` and so on.
fn numbered_geos(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("geo_{number}")).collect()
}

impl PanelWorld {
    /// One market, 104 weeks, 4 channels, 2 controls, noise of 10 % of base sales.
    ///
    /// # Errors
    /// If a setting is out of range, which none is.
    pub fn small_business() -> Result<Self> {
        let rows = (&SMALL_CHANNELS[..], &SMALL_CONTROLS[..]);
        business(rows, vec!["Local".to_owned()], 104, 5000.0, 0.2)
    }

    /// Two geos, 131 weeks, 6 channels, 2 controls, noise of 10 % of base sales.
    ///
    /// # Errors
    /// If a setting is out of range, which none is.
    pub fn growing_business() -> Result<Self> {
        let rows = (&GROWING_CHANNELS[..], &GROWING_CONTROLS[..]);
        business(rows, numbered_geos(2), 131, 5000.0, 0.2)
    }

    /// Four geos, 312 weeks (1,248 rows), 8 channels, 4 controls, strong seasons, noise of 10 % of
    /// base sales.
    ///
    /// The published preset cuts its 1,248 rows into eight geos of 156 weeks;
    /// [`PanelWorld::with_size`] does so too.
    ///
    /// # Errors
    /// If a setting is out of range, which none is.
    pub fn medium_business() -> Result<Self> {
        let rows = (&MEDIUM_CHANNELS[..], &MEDIUM_CONTROLS[..]);
        business(rows, numbered_geos(4), 312, 100_000.0, 0.6)
    }

    /// One country, three years of weeks, four channels always on (TV and radio Hill, search and
    /// social logistic), whose budgets rise and fall together; trend, seasons and noise of 4 %.
    ///
    /// # Errors
    /// If a setting is out of range, which none is.
    pub fn national() -> Result<Self> {
        let world = Self::new(
            steady_channels(10_000.0)?,
            vec!["national".to_owned()],
            156,
            10_000.0,
        )?;
        Ok(world
            .with_baseline(0.001, 0.15, 0.04)
            .with_budget_cycle(0.25))
    }

    /// The same market in six regions, two years of weeks.
    ///
    /// # Errors
    /// If a setting is out of range, which none is.
    pub fn regional() -> Result<Self> {
        let world = Self::new(steady_channels(2000.0)?, numbered_geos(6), 104, 2000.0)?;
        Ok(world
            .with_baseline(0.001, 0.15, 0.04)
            .with_budget_cycle(0.15)
            .with_variation(0.2))
    }

    /// The national market where a demand that nobody records drives both spend and sales:
    /// regression alone credits media with what demand did, and only experiments tell.
    ///
    /// # Errors
    /// If a setting is out of range, which none is.
    pub fn confounded() -> Result<Self> {
        let world = Self::new(
            steady_channels(10_000.0)?,
            vec!["national".to_owned()],
            156,
            10_000.0,
        )?;
        Ok(world
            .with_baseline(0.001, 0.15, 0.02)
            .with_demand(0.25, 0.4))
    }

    /// The same world with other numbers of geos and periods.
    ///
    /// # Errors
    /// If either is 0.
    pub fn with_size(self, geos: usize, periods: usize) -> Result<Self> {
        self.resized(numbered_geos(geos), periods)
    }
}

/// Name, level relative to base sales, volatility, effect relative to base sales, carry-over,
/// saturation.
type SteadyRow = (&'static str, f64, f64, f64, f64, TrueSaturation);

#[rustfmt::skip]
const STEADY: [SteadyRow; 4] = [
    ("tv",     0.10, 0.5, 0.5,  0.6, TrueSaturation::Hill { slope: 1.0, half: 0.4 }),
    ("radio",  0.03, 0.6, 0.2,  0.4, TrueSaturation::Hill { slope: 1.4, half: 0.3 }),
    ("search", 0.05, 0.4, 0.3,  0.1, TrueSaturation::Logistic { rate: 2.5 }),
    ("social", 0.04, 0.6, 0.25, 0.3, TrueSaturation::Logistic { rate: 3.0 }),
];

fn steady_channels(base: f64) -> Result<Vec<TrueChannel>> {
    let channel = |(name, level, volatility, effect, carry_over, saturation): SteadyRow| {
        let spend = (SpendPattern::Steady, level * base, volatility);
        TrueChannel::new(name, spend, effect * base, carry_over, saturation)
            .map(TrueChannel::normalised)
    };
    STEADY.into_iter().map(channel).collect()
}
