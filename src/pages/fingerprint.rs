//! Which input figures come from.

use crate::journeys::Journeys;
use crate::mix::panel::Panel;

/// The digits of a fingerprint that are shown.
const DIGITS: usize = 10;

/// A hash of all touches, times and outcomes.
pub(crate) fn of_journeys(journeys: &Journeys) -> String {
    let mut hasher = blake3::Hasher::new();
    for name in journeys.channels().iter() {
        text(&mut hasher, name);
    }
    for journey in journeys.iter() {
        hasher.update(&(journey.len() as u64).to_le_bytes());
        for channel in journey.channels() {
            hasher.update(&(channel.index() as u32).to_le_bytes());
        }
        for time in journey.times() {
            hasher.update(&time.to_le_bytes());
        }
        let outcome = journey.outcome();
        numbers(
            &mut hasher,
            &[outcome.conversions(), outcome.nulls(), outcome.value()],
        );
    }
    shown(&hasher)
}

/// A hash of all dates, KPIs, spends and controls.
pub(crate) fn of_panel(panel: &Panel) -> String {
    let mut hasher = blake3::Hasher::new();
    for date in panel.dates() {
        text(&mut hasher, &date.to_string());
    }
    numbers(&mut hasher, panel.kpi());
    for channel in panel.channels() {
        text(&mut hasher, channel.name());
        numbers(&mut hasher, channel.spend());
        numbers(&mut hasher, channel.activity());
    }
    for control in panel.controls() {
        text(&mut hasher, control.name());
        numbers(&mut hasher, control.values());
    }
    shown(&hasher)
}

fn text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn numbers(hasher: &mut blake3::Hasher, values: &[f64]) {
    for value in values {
        hasher.update(&value.to_le_bytes());
    }
}

fn shown(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex().chars().take(DIGITS).collect()
}
