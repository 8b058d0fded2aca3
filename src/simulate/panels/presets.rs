//! The settings of the ready-made worlds, a table each.

use crate::simulate::panels::spend::SpendPattern;
use std::f64::consts::FRAC_PI_4;

/// A channel: name, pattern, level and volatility of spend, effect relative to base sales,
/// carry-over, Hill slope and half-saturation.
pub(super) type ChannelRow = (&'static str, SpendPattern, f64, f64, f64, f64, f64, f64);

/// A control: name, pattern, level, volatility, and sales for each unit of it.
pub(super) type ControlRow = (&'static str, SpendPattern, f64, f64, f64);

/// The channels of a small business.
#[rustfmt::skip]
pub(super) const SMALL_CHANNELS: [ChannelRow; 4] = [
    ("Search-Ads",   growing(0.004),     100.0, 0.8, 1.5, 0.0, 1.0, 1.0),
    ("Social-Media", seasonal(0.4, 0.5), 500.0, 0.3, 1.2, 0.2, 1.5, 0.8),
    ("Local-Ads",    bursts(0.3, 2, 4),  500.0, 0.6, 0.9, 0.4, 1.0, 1.5),
    ("Email",        bursts(0.2, 1, 1),  100.0, 0.5, 1.2, 0.3, 2.0, 0.5),
];

/// The controls of a small business.
#[rustfmt::skip]
pub(super) const SMALL_CONTROLS: [ControlRow; 2] = [
    ("Event", bursts(0.04, 3, 5), 100.0, 0.5, 0.5),
    ("Sale",  bursts(0.1, 1, 4),  50.0,  0.5, 0.5),
];

/// The channels of a growing business.
#[rustfmt::skip]
pub(super) const GROWING_CHANNELS: [ChannelRow; 6] = [
    ("Search-Ads",       growing(0.002),     300.0, 0.7, 0.3, 0.0, 1.0, 0.3),
    ("Search-Ads-Brand", growing(0.002),     100.0, 0.8, 1.1, 0.2, 1.5, 1.5),
    ("Video",            delayed(25, 10),    500.0, 0.5, 1.4, 0.4, 0.8, 0.4),
    ("Social-Media",     seasonal(0.4, 0.5), 500.0, 0.6, 0.7, 0.3, 2.0, 0.5),
    ("Display-Ads",      bursts(0.3, 2, 4),  500.0, 0.5, 0.3, 0.0, 0.4, 2.0),
    ("Email",            bursts(0.2, 1, 1),  100.0, 0.4, 0.4, 0.2, 1.5, 1.25),
];

/// The controls of a growing business.
#[rustfmt::skip]
pub(super) const GROWING_CONTROLS: [ControlRow; 2] = [
    ("Event", bursts(0.04, 3, 5), 500.0, 0.5, 0.5),
    ("Sale",  bursts(0.1, 1, 4),  25.0,  0.5, 1.5),
];

/// The channels of a medium business.
#[rustfmt::skip]
pub(super) const MEDIUM_CHANNELS: [ChannelRow; 8] = [
    ("Search-Ads",       growing(0.002),           300.0,  0.8, 1.1, 0.0,  1.0, 1.0),
    ("Search-Ads-Brand", growing(0.002),           100.0,  1.1, 1.2, 0.2,  1.5, 0.4),
    ("Video",            delayed(25, 10),          500.0,  0.9, 1.1, 0.4,  0.8, 0.55),
    ("Video-2",          delayed(75, 4),           1000.0, 1.2, 0.9, 0.3,  2.0, 0.7),
    ("Social-Media",     seasonal(0.4, 0.5),       1000.0, 1.2, 0.5, 0.2,  1.0, 0.4),
    ("Social-Media-2",   seasonal(0.2, FRAC_PI_4), 1000.0, 0.9, 1.1, 0.1,  0.8, 1.2),
    ("Display-Ads",      bursts(0.3, 2, 4),        500.0,  0.7, 0.8, 0.05, 0.5, 0.5),
    ("Influencer",       bursts(0.1, 2, 6),        500.0,  1.1, 1.3, 0.1,  1.2, 0.9),
];

/// The controls of a medium business.
#[rustfmt::skip]
pub(super) const MEDIUM_CONTROLS: [ControlRow; 4] = [
    ("Event-A", bursts(0.04, 3, 5), 500.0,  0.5, 0.5),
    ("Event-B", bursts(0.2, 1, 8),  1000.0, 0.5, 0.2),
    ("Linear",  growing(0.005),     1000.0, 1.0, 0.8),
    ("Sale",    bursts(0.1, 1, 4),  25.0,   0.5, 100.0),
];

const fn growing(trend: f64) -> SpendPattern {
    SpendPattern::Campaigns { trend }
}

const fn seasonal(amplitude: f64, phase: f64) -> SpendPattern {
    SpendPattern::Seasonal { amplitude, phase }
}

const fn delayed(start: usize, ramp: usize) -> SpendPattern {
    SpendPattern::DelayedStart { start, ramp }
}

const fn bursts(probability: f64, shortest: usize, longest: usize) -> SpendPattern {
    SpendPattern::Bursts {
        probability,
        shortest,
        longest,
    }
}
