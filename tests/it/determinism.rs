//! The same text on any number of threads and in any order of persons, from rows to the finished
//! comparison.

use crate::common::random::Random;
use mixtouch::attribution::ComparisonTable;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay, WShaped,
};
use mixtouch::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use mixtouch::journeys::Transform;
use mixtouch::{
    Comparison, Event, Events, Interaction, JourneyBuilder, JourneyOptions, Journeys, Lookback,
};

const CHANNELS: [&str; 8] = [
    "beta", "call", "direct", "e-mail", "eta", "search", "social", "tv",
];
const DAY: u64 = 86_400;

struct Row {
    person: String,
    time: i64,
    channel: Option<&'static str>,
    value: f64,
    cost: f64,
}

/// Persons by number and by text, with costs and values that no sum holds exactly.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..6000 {
        let mut random = Random::new(2).stream(number);
        let person = if number % 2 == 0 {
            number.to_string()
        } else {
            format!("person {number}")
        };
        let mut row = |random: &mut Random, channel, value, cost| {
            let time = random.index(50 * DAY) as i64;
            rows.push(Row {
                person: person.clone(),
                time,
                channel,
                value,
                cost,
            });
        };
        for _ in 0..random.index(8) {
            let (channel, cost) = (CHANNELS[random.index(8) as usize], random.between(0.0, 1.0));
            row(&mut random, Some(channel), 0.0, cost);
        }
        for _ in 0..random.index(5).saturating_sub(2) {
            let value = random.between(1.0, 99.0);
            row(&mut random, None, value, 0.0);
        }
    }
    rows
}

/// Other persons' rows in between, each person's own rows in their order.
fn shuffled(rows: Vec<Row>, seed: u64) -> Vec<Row> {
    let mut random = Random::new(seed);
    let mut places: Vec<(&str, u64)> = rows
        .iter()
        .map(|row| (row.person.as_str(), random.next_u64()))
        .collect();
    places.sort_unstable();
    let places: Vec<u64> = places.into_iter().map(|(_, place)| place).collect();
    let mut ordered = rows;
    ordered.sort_by(|a, b| a.person.cmp(&b.person));
    let mut placed: Vec<(u64, Row)> = places.into_iter().zip(ordered).collect();
    placed.sort_by_key(|&(place, _)| place);
    placed.into_iter().map(|(_, row)| row).collect()
}

fn build(rows: &[Row], options: &JourneyOptions, batch: usize) -> Journeys {
    let mut builder = JourneyBuilder::new(options.clone());
    for rows in rows.chunks(batch) {
        let mut log = Events::new();
        for row in rows {
            let event = match row.channel {
                Some(channel) => Event::touch(&row.person, row.time, channel)
                    .with_cost(row.cost)
                    .with_interaction(Interaction::View),
                None => Event::conversion(&row.person, row.time).with_value(row.value),
            };
            log.push(event).unwrap();
        }
        builder.extend(&log).unwrap();
    }
    builder.build().unwrap()
}

fn compare(journeys: &Journeys) -> ComparisonTable {
    Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .model("linear", Linear)
        .model("time-decay", TimeDecay::days(7.0).unwrap())
        .model("position-based", Position::u())
        .model("shapley", SimplifiedShapley)
        .fit("last-non-direct", LastNonDirect::default())
        .fit("position-w", WShaped::new(["call"]).unwrap())
        .fit("markov", Markov::order(1).unwrap())
        .fit("shapley-set-rate", SetRateShapley)
        .run(journeys)
        .unwrap()
}

fn text(rows: &[Row], options: &JourneyOptions, batch: usize) -> String {
    let table = compare(&build(rows, options, batch));
    format!("{}\n{table}", serde_json::to_string(&table).unwrap())
}

fn awkward() -> JourneyOptions {
    let lookback = Lookback::days(20.0)
        .unwrap()
        .with_channel("tv", Lookback::days(3.0).unwrap());
    JourneyOptions::default()
        .with_lookback(lookback)
        .with_reuse(true)
        .with_transform(Transform::Last)
        .with_exclude(["direct"])
}

fn on(threads: usize, text: impl FnOnce() -> String + Send) -> String {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(text)
}

fn check(options: &JourneyOptions) {
    let expected = text(&rows(), options, usize::MAX);
    for threads in [1, 2, 7] {
        assert!(
            on(threads, || text(&rows(), options, 5000)) == expected,
            "{threads} threads give another text"
        );
    }
    for seed in [1, 2] {
        assert!(
            text(&shuffled(rows(), seed), options, 7000) == expected,
            "rows shuffled by seed {seed} give another text"
        );
    }
}

/// Large enough to be spread and put together in several pieces, in more of them on fewer threads.
#[test]
fn threads_change_no_byte_of_a_large_batch() {
    let mut log = Events::new();
    let mut random = Random::new(7);
    for row in 0..300_000_i64 {
        let (person, time) = (random.index(60_000), 1_767_225_600 + 20 * row);
        let channel = ["search", "social", "tv"][random.index(3) as usize];
        let bought = random.chance(0.02);
        let event = if bought {
            Event::conversion(person, time).with_value(0.1 * row as f64)
        } else {
            Event::touch(person, time, channel)
        };
        log.push(event).unwrap();
    }
    let scored = |options: JourneyOptions| {
        let journeys = Journeys::from_events(&log, options).unwrap();
        let table = Comparison::new()
            .model("linear", Linear)
            .model("time-decay", TimeDecay::days(7.0).unwrap())
            .run(&journeys)
            .unwrap();
        serde_json::to_string(&table).unwrap()
    };
    for options in [
        JourneyOptions::default(),
        JourneyOptions::default()
            .with_reuse(true)
            .with_transform(Transform::First),
    ] {
        let texts = [1, 2, 7].map(|threads| on(threads, || scored(options.clone())));
        assert!(texts.iter().all(|text| *text == texts[0]));
    }
}

#[test]
fn threads_batches_and_the_order_of_persons_change_no_byte() {
    check(&JourneyOptions::default());
}

#[test]
fn nor_with_every_option() {
    check(&awkward());
}

#[test]
fn a_comparison_survives_serde() {
    let table = compare(&build(&rows(), &awkward(), 1000));
    let text = serde_json::to_string(&table).unwrap();
    let again: ComparisonTable = serde_json::from_str(&text).unwrap();
    assert_eq!(again, table);
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
    assert_eq!(again.to_string(), table.to_string());
    assert!(
        table
            .model("linear")
            .unwrap()
            .channel("tv")
            .unwrap()
            .roas
            .is_some(),
        "costs are part of what is compared"
    );
}
