use crate::event::{Event, Events};
use crate::journeys::{JourneyBuilder, JourneyOptions};
use crate::time::TimeRange;
use xxhash_rust::xxh3::xxh3_128;

/// A small state with a row of every sort.
fn state() -> Vec<u8> {
    let options = JourneyOptions::default()
        .with_segment("device")
        .with_deduplicate(true);
    let mut builder = JourneyBuilder::new(options);
    let mut log = Events::with_columns(["device"]);
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
    builder.extend(&log).unwrap();
    let mut state = Vec::new();
    builder.write_state(&mut state, &3_u64).unwrap();
    state
}

/// A file may be made by hand, checksum and all: what loads must also build.
#[test]
fn a_state_made_by_hand_is_refused_or_builds() {
    let state = state();
    let end = state.len() - 16;
    let mut loaded = 0;
    for at in 0..end {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = state.clone();
            changed[at] ^= flip;
            let checksum = xxh3_128(&changed[..end]).to_le_bytes();
            changed[end..].copy_from_slice(&checksum);
            let Ok((mut builder, _)) =
                JourneyBuilder::read_state::<serde_json::Value>(&changed[..])
            else {
                continue;
            };
            loaded += 1;
            let mut log = Events::with_columns(["device"]);
            let touch = Event::touch("zoe", 400, "search");
            log.push(touch.with_texts(&["till"])).unwrap();
            // a changed option may name a column that this log lacks
            let _ = builder.extend(&log);
            let _ = builder.snapshot(TimeRange::default());
            builder.forget_before(9_000_000);
            let _ = builder.build();
        }
    }
    assert!(loaded > 0, "times and values are free");
}
