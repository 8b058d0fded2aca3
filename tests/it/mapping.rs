//! Logs and spend tables as companies export them, read by mappings and presets.

#[cfg(feature = "parquet")]
mod arrow;
mod bounded;
mod cases;
mod conserved;
#[cfg(feature = "parquet")]
mod damaged;
mod files;
mod kinds;
mod logs;
mod mistakes;
mod presets;
mod robust;
mod settled;
mod spend;

use mixtouch::attribution::rules::LastTouch;
use mixtouch::io::{CostReader, EventReader, Mapping, Reading, SpendReading};
use mixtouch::{AttributionModel, JourneyOptions, Journeys, Result, attribute};
use std::collections::BTreeMap;

fn mapping(toml: &str) -> Mapping {
    Mapping::from_toml(toml).unwrap()
}

fn try_read(mapping: &Mapping, file: &str) -> Result<Reading> {
    EventReader::new(mapping.clone()).with_bytes(file).read()
}

fn read(mapping: &Mapping, file: &str) -> Reading {
    try_read(mapping, file).unwrap()
}

fn refusal(mapping: &Mapping, file: &str) -> String {
    try_read(mapping, file).unwrap_err().to_string()
}

fn read_spend(mapping: &Mapping, file: &str) -> Result<SpendReading> {
    CostReader::new(mapping.clone()).with_bytes(file).read()
}

/// Person, second, channel or kind, of every event in the order of the log.
fn events(reading: &Reading) -> Vec<String> {
    let events = reading.events.iter();
    let shown = |event: mixtouch::Event<'_>| {
        let what = match event.kind() {
            mixtouch::Kind::Touch => event.channel().unwrap_or_default().to_owned(),
            kind => format!("{kind:?} {}", event.value()),
        };
        format!("{} {} {what}", event.person(), event.time())
    };
    events.map(shown).collect()
}

/// The value that a model credits to each channel.
fn credit(reading: &Reading, model: &dyn AttributionModel) -> BTreeMap<String, f64> {
    let journeys = Journeys::from_events(&reading.events, JourneyOptions::default()).unwrap();
    let credits = attribute(&journeys, model).unwrap();
    let channels = journeys.channels().iter().zip(credits.by_channel());
    channels
        .map(|(name, tally)| (name.to_owned(), tally.value))
        .collect()
}

fn last_touch(reading: &Reading) -> BTreeMap<String, f64> {
    credit(reading, &LastTouch)
}
