//! KPIs on a log of twelve persons, `tests/it/data/omnichannel.csv`, and what they say and how they
//! are served, `tests/it/data/service.csv`, worked by hand; their laws; bad input.

mod any_log;
mod clustered;
mod conversion;
mod customers;
mod laws;
mod map;
mod merge;
mod observation;
mod payback;
mod periods;
mod recovery;
mod subtraction;
mod voice;

use mixtouch::io::EventColumns;
use mixtouch::kpi::OfflineChannels;
use mixtouch::stats::Proportion;
use mixtouch::time::TimeRange;
use mixtouch::{Events, JourneyOptions, Journeys};

/// 2026-01-01 and 2026-04-01, 00:00 UTC.
const JANUARY: i64 = 1_767_225_600;
const APRIL: i64 = 1_775_001_600;
const DAY: i64 = 86_400;
const HOUR: f64 = 1.0 / 24.0;

/// The log, rows of every kind kept.
fn log() -> Events {
    let columns = EventColumns::default()
        .with_texts(["margin", "campaign"])
        .keep_all();
    Events::from_csv(include_str!("data/omnichannel.csv").as_bytes(), columns).unwrap()
}

/// The first quarter of 2026; leo's purchase of December is before it.
fn quarter(log: &Events) -> Journeys {
    journeys(log, Some(JANUARY))
}

/// Everything up to 1 April.
fn whole(log: &Events) -> Journeys {
    journeys(log, None)
}

fn journeys(log: &Events, from: Option<i64>) -> Journeys {
    let period = TimeRange::new(from.unwrap_or(0), APRIL).unwrap();
    Journeys::from_events(log, JourneyOptions::default().with_period(period)).unwrap()
}

fn offline() -> OfflineChannels {
    OfflineChannels::new(["store"])
}

fn counts(rate: &Proportion) -> (u64, u64) {
    (rate.count, rate.population)
}

#[track_caller]
fn assert_near(got: impl Into<Option<f64>>, want: f64) {
    let got: Option<f64> = got.into();
    assert!(
        got.is_some_and(|got| (got - want).abs() <= 1e-9 * want.abs().max(1.0)),
        "{got:?}, not {want}"
    );
}
