use crate::event::{Event, Events, Kind};
use crate::journeys::{JourneyBuilder, JourneyOptions};
use crate::time::TimeRange;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

/// A small state with a row of every sort.
fn state(options: JourneyOptions) -> Vec<u8> {
    let mut builder = JourneyBuilder::new(options);
    let mut log = Events::with_columns(["device"]).keep_returns();
    for (person, time) in [("ann", 100), ("7", 200), ("ann", 300)] {
        let touch = Event::touch(person, time, "search").with_cost(0.5);
        log.push(touch.with_texts(&["phone"])).unwrap();
        let sale = Event::conversion(person, time + 50)
            .with_channel("shop")
            .with_goal("sale")
            .with_order_id("A-1");
        log.push(sale.with_value(20.0).with_texts(&["till"]))
            .unwrap();
    }
    let back = Event::of_kind(Kind::Return, "ann", 400).with_value(-5.0);
    log.push(back.with_order_id("A-1")).unwrap();
    builder.extend(&log).unwrap();
    let mut state = Vec::new();
    builder.write_state(&mut state, &3_u64).unwrap();
    state
}

/// As version 0.1.0 wrote it in format 1: a touch a day of ann and of 7 for four days, then ann's
/// order.
#[test]
fn a_state_of_format_1_still_loads() {
    let stored = include_bytes!("stored_v1.state");
    assert_eq!(stored[16..20], [1, 0, 0, 0]);
    let (builder, offset): (_, u64) = JourneyBuilder::read_state(&stored[..]).unwrap();
    assert_eq!((builder.kept(), builder.rows(), offset), (9, 10, 9));
    let journeys = builder.snapshot(TimeRange::default()).unwrap();
    assert_eq!(journeys.forgotten(), None);
    let totals = journeys.totals();
    assert_eq!(
        (totals.conversions, totals.value, totals.touchpoints),
        (1.0, 20.0, 8.0)
    );
    assert_eq!(journeys.irregularities().cleaned_rows.unknown_touches, 1);
    // stored again it has the format of today, and the same content
    let mut state = Vec::new();
    builder.write_state(&mut state, &offset).unwrap();
    let (again, _): (_, u64) = JourneyBuilder::read_state(&state[..]).unwrap();
    assert_eq!(again.build().unwrap().totals(), totals);
}

/// A file may be made by hand, checksum and all: what loads must also build.
#[test]
fn a_state_made_by_hand_is_refused_or_builds() {
    let plain = JourneyOptions::default().with_unique_orders(false);
    let full = JourneyOptions::default()
        .with_segment("device")
        .with_touch_columns(["device"])
        .with_orders(true)
        .with_net_of_returns(true)
        .with_deduplicate(true);
    for state in [state(plain), state(full)] {
        let loaded: usize = (0..state.len() - 16).map(|at| tried(&state, at)).sum();
        assert!(loaded > 0, "times and values are free");
    }
}

/// How many states with another byte at a place load, each of which is then used.
fn tried(state: &[u8], at: usize) -> usize {
    let end = state.len() - 16;
    let load = |flip: &u8| {
        let mut changed = state.to_vec();
        changed[at] ^= flip;
        let checksum = xxh3_128(&changed[..end]).to_le_bytes();
        changed[end..].copy_from_slice(&checksum);
        JourneyBuilder::read_state::<Value>(&changed[..]).ok()
    };
    let loaded = [0x01, 0x80, 0xff].iter().filter_map(load);
    loaded.map(|(builder, _)| go_on(builder)).count()
}

/// Uses a builder as a service does. A changed option may name a column that the log lacks.
fn go_on(mut builder: JourneyBuilder) {
    let mut log = Events::with_columns(["device"]);
    let touch = Event::touch("zoe", 400, "search");
    log.push(touch.with_texts(&["till"])).unwrap();
    let _ = builder.extend(&log);
    if let Ok(journeys) = builder.snapshot(TimeRange::default()) {
        let rows = (0..journeys.len()).flat_map(|at| journeys.conversions(at));
        assert!(rows.count() < 9);
    }
    builder.forget_before(9_000_000);
    let _ = builder.build();
}
