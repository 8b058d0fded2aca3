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
use crate::simulate::panels::spend::SpendPattern;
use crate::simulate::panels::spend::SpendPattern::{
    Bursts, Campaigns, DelayedStart, Seasonal, Steady,
};
use crate::simulate::panels::world::{PanelWorld, TrueControl};

/// Name, pattern, level, volatility, effect relative to base sales, carry-over, Hill slope and
/// half-saturation.
type Row = (&'static str, SpendPattern, f64, f64, f64, f64, f64, f64);

fn hill_channels(rows: &[Row], base: f64) -> Result<Vec<TrueChannel>> {
    let channel = |&(name, pattern, level, volatility, effect, carry_over, slope, half): &Row| {
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

fn control(
    name: &str,
    pattern: SpendPattern,
    level: f64,
    volatility: f64,
    effect: f64,
) -> TrueControl {
    TrueControl {
        name: name.to_owned(),
        pattern,
        level,
        volatility,
        effect,
    }
}

fn lettered(count: usize) -> Vec<String> {
    (0..count)
        .map(|index| format!("geo_{}", index + 1))
        .collect()
}

const fn bursts(probability: f64, shortest: usize, longest: usize) -> SpendPattern {
    Bursts {
        probability,
        shortest,
        longest,
    }
}

impl PanelWorld {
    /// One market, 104 weeks, 4 channels, 2 controls, noise of 10 % of base sales.
    ///
    /// # Errors
    /// None in practice: the settings are valid.
    pub fn small_business() -> Result<Self> {
        const BASE: f64 = 5000.0;
        let channels = hill_channels(
            &[
                (
                    "Search-Ads",
                    Campaigns { trend: 0.004 },
                    100.0,
                    0.8,
                    1.5,
                    0.0,
                    1.0,
                    1.0,
                ),
                (
                    "Social-Media",
                    Seasonal {
                        amplitude: 0.4,
                        phase: 0.5,
                    },
                    500.0,
                    0.3,
                    1.2,
                    0.2,
                    1.5,
                    0.8,
                ),
                (
                    "Local-Ads",
                    bursts(0.3, 2, 4),
                    500.0,
                    0.6,
                    0.9,
                    0.4,
                    1.0,
                    1.5,
                ),
                ("Email", bursts(0.2, 1, 1), 100.0, 0.5, 1.2, 0.3, 2.0, 0.5),
            ],
            BASE,
        )?;
        let controls = vec![
            control("Event", bursts(0.04, 3, 5), 100.0, 0.5, 0.5),
            control("Sale", bursts(0.1, 1, 4), 50.0, 0.5, 0.5),
        ];
        let world = Self::new(channels, vec!["Local".to_owned()], 104, BASE)?;
        Ok(world
            .with_baseline(0.0, 0.2, 0.1)
            .with_variation(0.1)
            .with_controls(controls))
    }

    /// Two geos, 131 weeks, 6 channels, 2 controls, noise of 10 % of base sales.
    ///
    /// # Errors
    /// None in practice: the settings are valid.
    pub fn growing_business() -> Result<Self> {
        const BASE: f64 = 5000.0;
        let channels = hill_channels(
            &[
                (
                    "Search-Ads",
                    Campaigns { trend: 0.002 },
                    300.0,
                    0.7,
                    0.3,
                    0.0,
                    1.0,
                    0.3,
                ),
                (
                    "Search-Ads-Brand",
                    Campaigns { trend: 0.002 },
                    100.0,
                    0.8,
                    1.1,
                    0.2,
                    1.5,
                    1.5,
                ),
                (
                    "Video",
                    DelayedStart {
                        start: 25,
                        ramp: 10,
                    },
                    500.0,
                    0.5,
                    1.4,
                    0.4,
                    0.8,
                    0.4,
                ),
                (
                    "Social-Media",
                    Seasonal {
                        amplitude: 0.4,
                        phase: 0.5,
                    },
                    500.0,
                    0.6,
                    0.7,
                    0.3,
                    2.0,
                    0.5,
                ),
                (
                    "Display-Ads",
                    bursts(0.3, 2, 4),
                    500.0,
                    0.5,
                    0.3,
                    0.0,
                    0.4,
                    2.0,
                ),
                ("Email", bursts(0.2, 1, 1), 100.0, 0.4, 0.4, 0.2, 1.5, 1.25),
            ],
            BASE,
        )?;
        let controls = vec![
            control("Event", bursts(0.04, 3, 5), 500.0, 0.5, 0.5),
            control("Sale", bursts(0.1, 1, 4), 25.0, 0.5, 1.5),
        ];
        let world = Self::new(channels, lettered(2), 131, BASE)?;
        Ok(world
            .with_baseline(0.0, 0.2, 0.1)
            .with_variation(0.1)
            .with_controls(controls))
    }

    /// Four geos, 312 weeks (1,248 rows), 8 channels, 4 controls, strong seasons, noise of 10 % of
    /// base sales.
    ///
    /// The published preset cuts its 1,248 rows into eight geos of 156 weeks;
    /// [`PanelWorld::with_size`] does so too.
    ///
    /// # Errors
    /// None in practice: the settings are valid.
    pub fn medium_business() -> Result<Self> {
        const BASE: f64 = 100_000.0;
        let channels = hill_channels(
            &[
                (
                    "Search-Ads",
                    Campaigns { trend: 0.002 },
                    300.0,
                    0.8,
                    1.1,
                    0.0,
                    1.0,
                    1.0,
                ),
                (
                    "Search-Ads-Brand",
                    Campaigns { trend: 0.002 },
                    100.0,
                    1.1,
                    1.2,
                    0.2,
                    1.5,
                    0.4,
                ),
                (
                    "Video",
                    DelayedStart {
                        start: 25,
                        ramp: 10,
                    },
                    500.0,
                    0.9,
                    1.1,
                    0.4,
                    0.8,
                    0.55,
                ),
                (
                    "Video-2",
                    DelayedStart { start: 75, ramp: 4 },
                    1000.0,
                    1.2,
                    0.9,
                    0.3,
                    2.0,
                    0.7,
                ),
                (
                    "Social-Media",
                    Seasonal {
                        amplitude: 0.4,
                        phase: 0.5,
                    },
                    1000.0,
                    1.2,
                    0.5,
                    0.2,
                    1.0,
                    0.4,
                ),
                (
                    "Social-Media-2",
                    Seasonal {
                        amplitude: 0.2,
                        phase: std::f64::consts::FRAC_PI_4,
                    },
                    1000.0,
                    0.9,
                    1.1,
                    0.1,
                    0.8,
                    1.2,
                ),
                (
                    "Display-Ads",
                    bursts(0.3, 2, 4),
                    500.0,
                    0.7,
                    0.8,
                    0.05,
                    0.5,
                    0.5,
                ),
                (
                    "Influencer",
                    bursts(0.1, 2, 6),
                    500.0,
                    1.1,
                    1.3,
                    0.1,
                    1.2,
                    0.9,
                ),
            ],
            BASE,
        )?;
        let controls = vec![
            control("Event-A", bursts(0.04, 3, 5), 500.0, 0.5, 0.5),
            control("Event-B", bursts(0.2, 1, 8), 1000.0, 0.5, 0.2),
            control("Linear", Campaigns { trend: 0.005 }, 1000.0, 1.0, 0.8),
            control("Sale", bursts(0.1, 1, 4), 25.0, 0.5, 100.0),
        ];
        let world = Self::new(channels, lettered(4), 312, BASE)?;
        Ok(world
            .with_baseline(0.0, 0.6, 0.1)
            .with_variation(0.1)
            .with_controls(controls))
    }

    /// One country, three years of weeks, four channels always on (TV and radio Hill, search and
    /// social logistic), whose budgets rise and fall together; trend, seasons and noise of 4 %.
    ///
    /// # Errors
    /// None in practice: the settings are valid.
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
    /// None in practice: the settings are valid.
    pub fn regional() -> Result<Self> {
        let world = Self::new(steady_channels(2000.0)?, lettered(6), 104, 2000.0)?;
        Ok(world
            .with_baseline(0.001, 0.15, 0.04)
            .with_budget_cycle(0.15)
            .with_variation(0.2))
    }

    /// The national market where a demand that nobody records drives both spend and sales:
    /// regression alone credits media with what demand did, and only experiments tell.
    ///
    /// # Errors
    /// None in practice: the settings are valid.
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
        self.resized(lettered(geos), periods)
    }
}

fn steady_channels(base: f64) -> Result<Vec<TrueChannel>> {
    let channel =
        |name: &str, level: f64, volatility: f64, effect: f64, carry_over: f64, saturation| {
            TrueChannel::new(
                name,
                (Steady, level * base, volatility),
                effect * base,
                carry_over,
                saturation,
            )
            .map(TrueChannel::normalised)
        };
    Ok(vec![
        channel(
            "tv",
            0.10,
            0.5,
            0.5,
            0.6,
            TrueSaturation::Hill {
                slope: 1.0,
                half: 0.4,
            },
        )?,
        channel(
            "radio",
            0.03,
            0.6,
            0.2,
            0.4,
            TrueSaturation::Hill {
                slope: 1.4,
                half: 0.3,
            },
        )?,
        channel(
            "search",
            0.05,
            0.4,
            0.3,
            0.1,
            TrueSaturation::Logistic { rate: 2.5 },
        )?,
        channel(
            "social",
            0.04,
            0.6,
            0.25,
            0.3,
            TrueSaturation::Logistic { rate: 3.0 },
        )?,
    ])
}
