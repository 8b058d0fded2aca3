//! Small things of each kind that is stored, made once.

use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::Markov;
use mixtouch::{CostTable, Event, Events, JourneyBuilder, JourneyOptions, Journeys};
use std::sync::LazyLock;

/// Nine rows of four persons.
pub fn log() -> Events {
    let mut log = Events::with_columns(["device"]);
    let rows = [
        (Event::touch("ann", 1_000, "tv").with_cost(2.0), "phone"),
        (Event::touch("ann", 90_000, "search"), "till"),
        (Event::conversion("ann", 95_000).with_value(50.0), "till"),
        (Event::touch("ann", 99_000, "social"), "phone"),
        (Event::touch("bob", 2_000, "search"), "phone"),
        (Event::conversion("bob", 3_000).with_value(20.0), "phone"),
        (Event::touch("cat", 1_200, "social"), "phone"),
        (Event::touch("cat", 180_000, "tv"), "till"),
        (Event::conversion(7, 50_000).with_value(5.0), "till"),
    ];
    for (event, device) in rows {
        log.push(event.with_texts(&[device])).unwrap();
    }
    log
}

pub static JOURNEYS: LazyLock<Journeys> =
    LazyLock::new(|| Journeys::from_events(&log(), JourneyOptions::default()).unwrap());

/// A builder with these rows and a cost, as a state file.
pub fn state() -> Vec<u8> {
    let mut builder = JourneyBuilder::new(JourneyOptions::default().with_segment("device"));
    builder.extend(&log()).unwrap();
    let mut costs = CostTable::new();
    costs
        .push("tv", "1970-01-02".parse().unwrap(), 12.5)
        .unwrap();
    builder.add_costs(&costs);
    let mut state = Vec::new();
    builder.write_state(&mut state, &9_u64).unwrap();
    state
}

pub fn markov() -> Markov {
    Markov::order(2).unwrap()
}

pub fn additive() -> AdditiveHazard {
    AdditiveHazard::default()
        .with_pairs(true)
        .with_upstream(["search"])
        .with_standard_errors(true)
}

pub fn log_linear() -> LogLinearHazard {
    LogLinearHazard::default()
}
