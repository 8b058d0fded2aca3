//! The retailer's advertising and its steps to a purchase. The numbers are invented; sizes and decays
//! are of the order that advertisers report.

use crate::event::Interaction;

/// One channel of advertising.
pub(crate) struct Medium {
    pub(crate) name: &'static str,
    /// Contacts a person and day, for those it reaches.
    pub(crate) daily: f64,
    pub(crate) reach: f64,
    /// Purchases one contact brings over time.
    pub(crate) effect: f64,
    /// How long it works, in days.
    pub(crate) tau: f64,
    pub(crate) cost: f64,
    pub(crate) interaction: Option<Interaction>,
}

pub(crate) const MEDIA: [Medium; 4] = [
    Medium {
        name: "tv",
        daily: 0.06,
        reach: 0.7,
        effect: 0.0030,
        tau: 8.0,
        cost: 0.0,
        interaction: None,
    },
    Medium {
        name: "social",
        daily: 0.10,
        reach: 0.5,
        effect: 0.0024,
        tau: 3.0,
        cost: 0.02,
        interaction: Some(Interaction::Click),
    },
    Medium {
        name: "display",
        daily: 0.15,
        reach: 0.6,
        effect: 0.0004,
        tau: 2.0,
        cost: 0.004,
        interaction: Some(Interaction::View),
    },
    Medium {
        name: "e-mail",
        daily: 0.14,
        reach: 0.3,
        effect: 0.0020,
        tau: 1.5,
        cost: 0.001,
        interaction: Some(Interaction::Click),
    },
];

/// Steps on the way to a purchase: chance before a purchase, and daily rate among people who are
/// just looking.
pub(crate) const ON_THE_WAY: [(&str, f64, f64); 4] = [
    ("search", 0.45, 0.010),
    ("direct", 0.35, 0.015),
    ("store", 0.30, 0.006),
    ("call centre", 0.10, 0.002),
];

/// A search that leads to a purchase costs a click.
pub(crate) const CLICK: f64 = 0.35;
pub(crate) const DAYS: u32 = 90;
pub(crate) const DAY: f64 = crate::time::limits::DAY as f64;
/// 2026-01-01T00:00:00Z.
pub(crate) const START: i64 = 1_767_225_600;
