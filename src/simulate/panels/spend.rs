//! How spend runs over time.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::Day;
use crate::util::Random;

/// The course of a channel's spend.
///
/// All but `Steady` and `Bursts` are built on campaigns: an autoregression of order two, 0.6 of the
/// period before and 0.3 of the one before that plus a normal draw, cut off at zero, so that spend
/// swells, falls asleep and wakes again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SpendPattern {
    /// Always on: level * exp(volatility * an autoregression of order one).
    Steady,
    /// Campaigns that grow by `trend` of their size each period.
    Campaigns {
        /// Growth a period, relative.
        trend: f64,
    },
    /// Campaigns times `amplitude` * cos(`phase` + 4 pi day of the year / 365.25), so two seasons a
    /// year, off between them.
    Seasonal {
        /// Height of the season.
        amplitude: f64,
        /// Shift of the season, in radians.
        phase: f64,
    },
    /// Campaigns from period `start` on, at full size after `ramp` periods.
    DelayedStart {
        /// Periods without spend.
        start: usize,
        /// Periods until it runs in full.
        ramp: usize,
    },
    /// Off, and in every idle period with a `probability` on, for `shortest` to `longest` periods.
    Bursts {
        /// Chance that a burst begins.
        probability: f64,
        /// Periods of the shortest burst.
        shortest: usize,
        /// Periods of the longest.
        longest: usize,
    },
}

impl SpendPattern {
    pub(super) fn check(self, channel: &str) -> Result<()> {
        let fault = |what: &str, value: f64, expected: &'static str| {
            Err(Error::setting(
                format!("{what} of channel {channel:?}"),
                value,
                expected,
            ))
        };
        match self {
            Self::Campaigns { trend } if !trend.is_finite() => {
                fault("trend", trend, "a finite number")
            }
            Self::Seasonal { amplitude, .. } if !(amplitude.is_finite() && amplitude >= 0.0) => {
                fault("amplitude", amplitude, "a finite number, 0 or more")
            }
            Self::Seasonal { phase, .. } if !phase.is_finite() => {
                fault("phase", phase, "a finite number")
            }
            Self::Bursts { probability, .. } if !(0.0..=1.0).contains(&probability) => {
                fault("probability", probability, "0 to 1")
            }
            Self::Bursts {
                shortest, longest, ..
            } if shortest == 0 || shortest > longest => {
                fault("shortest burst", shortest as f64, "1 to the longest")
            }
            _ => Ok(()),
        }
    }

    /// The same pattern in another market: its numbers moved by `vary`.
    pub(super) fn varied(self, mut vary: impl FnMut() -> f64) -> Self {
        match self {
            Self::Campaigns { trend } => Self::Campaigns {
                trend: trend * vary(),
            },
            Self::Seasonal { amplitude, phase } => Self::Seasonal {
                amplitude: amplitude * vary(),
                phase: phase * vary(),
            },
            Self::Bursts {
                probability,
                shortest,
                longest,
            } => Self::Bursts {
                probability: (probability * vary()).min(1.0),
                shortest,
                longest,
            },
            Self::Steady | Self::DelayedStart { .. } => self,
        }
    }

    /// Spend in each period.
    pub(super) fn draw(
        self,
        dates: &[Day],
        level: f64,
        volatility: f64,
        random: &mut Random,
    ) -> Vec<f64> {
        let deviation = level * volatility;
        let count = dates.len();
        match self {
            Self::Steady => autoregression(count, random)
                .iter()
                .map(|z| level * libm::exp(volatility * z))
                .collect(),
            Self::Campaigns { trend } => {
                let growth =
                    |t: usize| 1.0 + trend * count as f64 * t as f64 / (count.max(2) - 1) as f64;
                scaled_campaigns(count, deviation, random, growth)
            }
            Self::Seasonal { amplitude, phase } => {
                let season = |t: usize| {
                    let day = f64::from(dates[t].day_of_year());
                    amplitude * libm::cos(phase + 4.0 * PI * day / 365.25)
                };
                scaled_campaigns(count, deviation, random, season)
            }
            Self::DelayedStart { start, ramp } => {
                scaled_campaigns(count, deviation, random, |t| ramped(t, start, ramp))
            }
            Self::Bursts {
                probability,
                shortest,
                longest,
            } => {
                let running = bursts(count, probability, (shortest, longest), random);
                let mut size = || positive(level + deviation * random.normal());
                let spend = |on| if on { size() } else { 0.0 };
                running.into_iter().map(spend).collect()
            }
        }
    }
}

/// The share of full size at period `t` of a start at `start` that takes `ramp` periods.
fn ramped(t: usize, start: usize, ramp: usize) -> f64 {
    if t < start {
        0.0
    } else if t - start >= ramp {
        1.0
    } else {
        (t - start) as f64 / (ramp.max(2) - 1) as f64
    }
}

/// The number, or 0 in place of one below. `max` may give -0 or 0 of these two, as the compiler
/// likes, and so a panel of other bits.
fn positive(number: f64) -> f64 {
    if number > 0.0 { number } else { 0.0 }
}

/// Campaigns times a factor of the period, 0 or more.
fn scaled_campaigns(
    count: usize,
    deviation: f64,
    random: &mut Random,
    factor: impl Fn(usize) -> f64,
) -> Vec<f64> {
    campaigns(count, deviation, random)
        .iter()
        .enumerate()
        .map(|(t, x)| positive(x * factor(t)))
        .collect()
}

/// Standard normal in each period, correlated by 0.7 with the period before.
pub(super) fn autoregression(count: usize, random: &mut Random) -> Vec<f64> {
    const MEMORY: f64 = 0.7;
    let fresh = (1.0_f64 - MEMORY * MEMORY).sqrt();
    let mut series = vec![random.normal()];
    for t in 1..count {
        series.push(MEMORY * series[t - 1] + fresh * random.normal());
    }
    series.truncate(count);
    series
}

fn campaigns(count: usize, deviation: f64, random: &mut Random) -> Vec<f64> {
    let mut spend: Vec<f64> = Vec::with_capacity(count);
    for t in 0..count {
        let draw = deviation * random.normal();
        let next = if t < 2 {
            draw
        } else {
            0.6 * spend[t - 1] + 0.3 * spend[t - 2] + draw
        };
        spend.push(positive(next));
    }
    spend
}

fn bursts(
    count: usize,
    probability: f64,
    (shortest, longest): (usize, usize),
    random: &mut Random,
) -> Vec<bool> {
    let mut on = vec![false; count];
    let mut t = 0;
    while t < count {
        if random.chance(probability) {
            let length = shortest + random.index((longest - shortest + 1) as u64) as usize;
            let end = t.saturating_add(length).min(count);
            on[t..end].fill(true);
            t = end;
        }
        t += 1;
    }
    on
}
