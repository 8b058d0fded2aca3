//! The state of a builder in a file: the same figures as without a stop, or refused.

use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastTouch, TimeDecay};
use mixtouch::attribution::{Bootstrap, Finding};
use mixtouch::time::TimeRange;
use mixtouch::{
    Comparison, CostTable, Error, Event, Events, Interaction, JourneyBuilder, JourneyOptions,
    Journeys, Kind, Lookback,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

const START: i64 = 1_767_225_600;

/// A folder of its own for a test, which it leaves behind empty.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("mixtouch-state-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A day's rows with everything a row can have: persons by text and by number, costs,
/// interactions, places of sale, goals, orders, segments.
fn day(number: i64) -> Events {
    rows(number, 60)
}

/// The first rows of that day.
fn rows(number: i64, rows: i64) -> Events {
    let mut log = Events::with_columns(["device"]);
    for row in 0..rows {
        let time = START + number * 86_400 + row * 977 % 86_400;
        let text = format!("person {}", (row * 7 + number) % 23);
        let device = [["phone", "tablet", "till"][(row % 3) as usize]];
        let event = if row % 5 == 4 {
            Event::conversion(&text, time)
                .with_channel(if row % 2 == 0 { "shop" } else { "store" })
                .with_value(10.0 + row as f64 / 7.0)
                .with_goal(["sale", "sign-up"][(row % 2) as usize])
                .with_order_id(&device[0][..2])
        } else {
            let channel = ["search", "social", "e-mail", "tv"][(row * row % 4) as usize];
            let kind = [Interaction::Click, Interaction::View][(row % 2) as usize];
            Event::touch(&text, time, channel)
                .with_interaction(kind)
                .with_cost(row as f64 / 3.0)
        };
        log.push(event.with_texts(&device)).unwrap();
        let known = Event::touch((row * 31 % 17) as u64, time, "display");
        log.push(known.with_texts(&device)).unwrap();
    }
    log
}

fn everything() -> JourneyOptions {
    let view = Lookback::days(1.0).unwrap();
    JourneyOptions::default()
        .with_lookback(Lookback::default().with_interaction(Interaction::View, view))
        .with_deduplicate(true)
        .with_segment("device")
        .with_reuse(true)
}

fn costs() -> CostTable {
    let mut costs = CostTable::new();
    costs
        .push("tv", "2026-01-03".parse().unwrap(), 1e9 / 3.0)
        .unwrap();
    costs
}

/// The figures of several models, by segment, to the last bit.
fn figures(journeys: &Journeys) -> String {
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .model("time-decay", TimeDecay::days(7.0).unwrap())
        .fit("markov", Markov::order(2).unwrap())
        .run(journeys)
        .unwrap();
    let parts = table.segments().iter().map(|segment| &segment.models[..]);
    let models = parts.chain([table.models()]).flatten();
    let credit: Vec<_> = models
        .map(|model| (&model.channels, model.unattributed))
        .collect();
    let observation = journeys.observation();
    format!("{credit:?} {:?} {observation:?}", table.totals())
}

fn saved(builder: &JourneyBuilder, offset: u64) -> Vec<u8> {
    let mut state = Vec::new();
    builder.write_state(&mut state, &offset).unwrap();
    state
}

#[test]
fn a_restart_after_any_day_changes_no_bit() {
    for options in [JourneyOptions::default(), everything()] {
        let mut whole = JourneyBuilder::new(options.clone());
        whole.add_costs(&costs());
        (0..8).for_each(|number| whole.extend(&day(number)).unwrap());
        let state = saved(&whole, 8);
        let expected = figures(&whole.build().unwrap());
        for stop in 0..8 {
            let mut first = JourneyBuilder::new(options.clone());
            first.add_costs(&costs());
            (0..stop).for_each(|number| first.extend(&day(number)).unwrap());
            let half = saved(&first, stop as u64);
            drop(first);
            let (mut again, offset): (_, u64) = JourneyBuilder::read_state(&half[..]).unwrap();
            assert_eq!(saved(&again, offset), half);
            assert_eq!((again.options(), again.rows()), (&options, 120 * offset));
            (offset as i64..8).for_each(|number| again.extend(&day(number)).unwrap());
            assert_eq!(saved(&again, 8), state);
            assert_eq!(figures(&again.build().unwrap()), expected);
        }
    }
}

#[test]
fn a_restart_after_forgetting_changes_no_bit() {
    let short = || JourneyOptions::default().with_lookback(Lookback::days(1.0).unwrap());
    let mut going = JourneyBuilder::new(short());
    let mut stopped = JourneyBuilder::new(short());
    for number in 0..10 {
        let from = START + number * 86_400;
        let today = TimeRange::new(from, from + 86_400).unwrap();
        going.extend(&day(number)).unwrap();
        stopped.extend(&day(number)).unwrap();
        let report = figures(&going.snapshot(today).unwrap());
        assert_eq!(figures(&stopped.snapshot(today).unwrap()), report);
        assert_eq!(going.forget_before(from), stopped.forget_before(from));
        stopped = JourneyBuilder::read_state::<u64>(&saved(&stopped, 0)[..])
            .unwrap()
            .0;
    }
    assert!(going.kept() < going.rows());
}

#[test]
fn every_flipped_byte_is_refused() {
    let mut builder = JourneyBuilder::new(everything());
    builder.add_costs(&costs());
    builder.extend(&rows(0, 10)).unwrap();
    let state = saved(&builder, 20);
    for at in 0..state.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = state.clone();
            changed[at] ^= flip;
            let error = JourneyBuilder::read_state::<u64>(&changed[..]).unwrap_err();
            let typed = matches!(error, Error::Damaged { .. } | Error::NewerFormat { .. });
            assert!(typed, "byte {at} ^ {flip}: {error}");
        }
    }
}

#[test]
fn every_truncated_or_longer_file_is_refused() {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&rows(0, 10)).unwrap();
    let mut state = saved(&builder, 20);
    let refused = |bytes: &[u8]| {
        let error = JourneyBuilder::read_state::<u64>(bytes).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
    };
    (0..state.len()).for_each(|len| refused(&state[..len]));
    // a file whose blocks were never written, as some file systems leave it
    (0..state.len()).step_by(7).for_each(|len| {
        let mut zeros = state.clone();
        zeros[len..].fill(0);
        refused(&zeros);
    });
    state.push(0);
    refused(&state);
    refused(b"person,timestamp,channel,kind\nann,1,search,touch\n");
}

#[test]
fn a_newer_format_is_named() {
    let mut state = saved(&JourneyBuilder::new(JourneyOptions::default()), 0);
    state[16] = 9;
    let error = JourneyBuilder::read_state::<u64>(&state[..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the saved state has format 9, expected: at most 2, or a newer version of the crate"
    );
}

#[test]
fn the_offset_is_the_callers() {
    let builder = JourneyBuilder::new(JourneyOptions::default());
    let partitions = BTreeMap::from([(0, u64::MAX), (7, 12)]);
    let mut state = Vec::new();
    builder.write_state(&mut state, &partitions).unwrap();
    let (_, read): (_, BTreeMap<i32, u64>) = JourneyBuilder::read_state(&state[..]).unwrap();
    assert_eq!(read, partitions);
    let error = JourneyBuilder::read_state::<u64>(&state[..]).unwrap_err();
    let mut state = Vec::new();
    builder.write_state(&mut state, &4_033_u64).unwrap();
    let other = JourneyBuilder::read_state::<BTreeMap<String, u64>>(&state[..]).unwrap_err();
    assert!(error.to_string().starts_with("the saved offset is {"));
    assert_eq!(
        other.to_string(),
        "the saved offset is 4033, expected: a value of the type BTreeMap<String, u64> that the \
         program reads (invalid type: integer `4033`, expected a map)"
    );
}

#[test]
fn a_file_is_the_old_state_or_the_new_one() {
    let folder = Folder::new("replace");
    let path = folder.0.join("state");
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&day(0)).unwrap();
    builder.save(&path, &1_u64).unwrap();
    // a process that was killed leaves its unfinished file behind
    let partial = folder.0.join("state.partial");
    fs::write(&partial, &fs::read(&path).unwrap()[..500]).unwrap();
    let (mut builder, offset): (_, u64) = JourneyBuilder::load(&path).unwrap();
    assert_eq!(offset, 1);
    builder.extend(&day(1)).unwrap();
    builder.save(&path, &2_u64).unwrap();
    assert!(!partial.exists());
    let (builder, offset): (JourneyBuilder, u64) = JourneyBuilder::load(&path).unwrap();
    assert_eq!((builder.rows(), offset), (240, 2));
    // a save that fails says where, and leaves no file
    let nowhere = folder.0.join("no folder").join("state");
    let error = builder.save(&nowhere, &2_u64).unwrap_err();
    assert!(error.is_io() && error.path() == Some(&nowhere));
    let error = JourneyBuilder::load::<u64>(&nowhere).unwrap_err();
    assert!(error.is_io() && error.path() == Some(&nowhere));
}

#[test]
fn a_touch_takes_ten_bytes() {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    let mut log = Events::new();
    for row in 0..50_000 {
        let person = format!("{}", row * 7_919 % 9_973);
        log.push(Event::touch(&person, START + row, "search"))
            .unwrap();
    }
    builder.extend(&log).unwrap();
    let bytes = saved(&builder, 0).len();
    assert!(bytes <= 10 * 50_000 + 1_000, "{bytes}");
}

const ROWS: i64 = 60_000;

/// Buyers of all kinds: often, once, long ago; values whose sums depend on the order of adding.
fn shoppers(days: i64) -> Events {
    let mut log = Events::new();
    let mut random = 1_u64;
    for row in 0..ROWS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bits = random >> 33;
        let time = START + row * days * 86_400 / ROWS;
        let person = bits % 151 * (bits % 157);
        let event = if bits.is_multiple_of(7) {
            Event::conversion(person, time).with_value(0.1 + (bits % 997) as f64 / 7.0)
        } else {
            let channel = ["search", "social", "e-mail", "tv"][(bits / 7 % 4) as usize];
            Event::touch(person, time, channel).with_cost((bits % 13) as f64 / 3.0)
        };
        log.push(event).unwrap();
    }
    log
}

#[test]
fn forgetting_changes_no_bit_of_a_model_of_journeys() {
    let options = JourneyOptions::default().with_lookback(Lookback::days(3.0).unwrap());
    let period = TimeRange::new(START + 30 * 86_400, START + 40 * 86_400).unwrap();
    let mut builder = JourneyBuilder::new(options);
    builder.extend(&shoppers(40)).unwrap();
    let comparison = Comparison::new()
        .model("last-touch", LastTouch)
        .model("time-decay", TimeDecay::days(7.0).unwrap())
        .fit("markov", Markov::order(2).unwrap())
        .bootstrap(Bootstrap::new(5, 1).unwrap());
    let table = |builder: &JourneyBuilder| {
        let journeys = builder.snapshot(period).unwrap();
        (
            comparison.run(&journeys).unwrap(),
            journeys.costs().map(<[f64]>::to_vec),
        )
    };
    let (whole, costs) = table(&builder);
    let forgotten = builder.forget_before(period.from());
    assert!(forgotten > 30_000 && builder.kept() > 10_000);
    let (kept, own_costs) = table(&builder);
    assert_eq!(
        (kept.models(), kept.totals()),
        (whole.models(), whole.totals())
    );
    assert_eq!(own_costs, costs);
}

#[test]
fn what_was_forgotten_is_told_and_outlives_a_restart() {
    let options = JourneyOptions::default().with_lookback(Lookback::days(3.0).unwrap());
    let mut builder = JourneyBuilder::new(options);
    builder.extend(&shoppers(40)).unwrap();
    let range =
        |from: i64, to: i64| TimeRange::new(START + from * 86_400, START + to * 86_400).unwrap();
    // nothing is that old: nothing is lost
    builder.forget_before(START + 5 * 86_400);
    assert_eq!(builder.snapshot(range(0, 40)).unwrap().forgotten(), None);
    builder.forget_before(START + 20 * 86_400);
    let (builder, _): (_, u64) = JourneyBuilder::read_state(&saved(&builder, 0)[..]).unwrap();

    let comparison = Comparison::new().fit("markov", Markov::order(1).unwrap());
    let forgotten = |fitted: TimeRange, scored: TimeRange| {
        let journeys = |period| builder.snapshot(period).unwrap();
        let table = comparison
            .run_on(&journeys(fitted), &journeys(scored))
            .unwrap();
        let told = table.findings().iter().filter_map(|finding| match finding {
            Finding::Forgotten { time } => Some((*time, finding.to_string())),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(forgotten(range(20, 30), range(30, 40)), []);
    let told = forgotten(range(18, 30), range(30, 40));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, range(18, 20));
    assert_eq!(
        told[0].1,
        "journeys that close within 2026-01-19 to 2026-01-21 lack rows that were forgotten"
    );
    assert_eq!(forgotten(range(18, 30), range(16, 19))[1].0, range(16, 19));
    // rows from day 14 on are left
    let gone = builder.snapshot(range(10, 14)).unwrap_err();
    assert_eq!(
        gone.to_string(),
        "the period of journeys is 2026-01-11 to 2026-01-15, expected: one that ends after \
         2026-01-15: rows before it are forgotten"
    );
    assert_eq!(
        builder.snapshot(range(10, 15)).unwrap().forgotten(),
        Some(range(10, 15))
    );
}

#[test]
fn irregularities_are_those_of_the_period() {
    let mut builder = JourneyBuilder::new(JourneyOptions::default().with_net_of_returns(true));
    for number in 0..3 {
        let mut log = Events::new().keep_returns();
        let time = START + number * 40 * 86_400;
        log.push(Event::touch("undefined", time, "search")).unwrap();
        log.push(Event::conversion("", time + 1)).unwrap();
        log.push(Event::touch("ann", time + 2, " search")).unwrap();
        let order = format!("A-{number}");
        for second in [3, 4] {
            let sale = Event::conversion("ann", time + second).with_value(5.0);
            log.push(sale.with_order_id(&order)).unwrap();
        }
        let back = Event::of_kind(Kind::Return, "ann", time + 5).with_value(-5.0);
        log.push(back.with_order_id("never sold")).unwrap();
        builder.extend(&log).unwrap();
    }
    let (mut builder, _): (_, u64) = JourneyBuilder::read_state(&saved(&builder, 0)[..]).unwrap();
    let told = |builder: &JourneyBuilder, from: i64| {
        let day = TimeRange::new(from, from + 86_400).unwrap();
        builder.snapshot(day).unwrap().irregularities().to_string()
    };
    let one = "1 row repeats an order at another time or by another person and does not count \
               (worth 5)\n\
               1 return belongs to no conversion of the log\n\
               2 rows state no person: 1 conversion is unattributed, 1 touch and 0 other rows left \
               out\n\
               1 person or identifier is a placeholder, taken as missing\n\
               1 text had blanks around it, taken off\n";
    assert_eq!(told(&builder, START + 40 * 86_400), one);
    assert_eq!(told(&builder, START + 41 * 86_400), "");
    let whole = |builder: &JourneyBuilder| {
        let journeys = builder.snapshot(TimeRange::default()).unwrap();
        journeys.irregularities().cleaned_rows.unknown_touches
    };
    assert_eq!(whole(&builder), 3);
    builder.forget_before(START + 80 * 86_400);
    assert_eq!(
        (whole(&builder), builder.cleaned_rows().unknown_touches),
        (2, 3)
    );
    assert_eq!(told(&builder, START + 80 * 86_400), one);
}
