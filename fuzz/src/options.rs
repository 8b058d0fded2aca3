//! Random options over random logs: conservation, and the same bits on any number of threads and in
//! any order of persons.

use crate::bytes::Choices;
use crate::promises::{comparison, conserved, written};
use mixtouch::event::CostSource;
use mixtouch::journeys::Transform;
use mixtouch::time::TimeRange;
use mixtouch::{Event, Events, Interaction, JourneyOptions, Journeys, Lookback};
use std::num::NonZeroUsize;
use std::sync::LazyLock;

const CHANNELS: [&str; 5] = ["tv", "search", "social", "e-mail", "direct"];

static POOLS: LazyLock<Vec<rayon::ThreadPool>> = LazyLock::new(|| {
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads);
    (1..=3)
        .map(|threads| pool(threads).build().unwrap())
        .collect()
});

/// A row: person, second, and the choices of the rest.
struct Row {
    person: u64,
    time: i64,
    choices: [u8; 4],
}

pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let options = options(&mut choices);
    let rows = rows(&mut choices);
    let log = log(rows.iter());
    // persons in another order, each person's rows in the same
    let mut turned: Vec<&Row> = rows.iter().collect();
    turned.sort_by_key(|row| std::cmp::Reverse(row.person));
    let turned = self::log(turned.into_iter());
    let Ok(journeys) = Journeys::from_events(&log, options.clone()) else {
        return;
    };
    let run = |journeys: &Journeys| {
        comparison(journeys)
            .run(journeys)
            .map_err(|e| e.to_string())
    };
    let table = POOLS[0].install(|| run(&journeys));
    if let Ok(table) = &table {
        conserved(table, &table.totals());
        written(table);
    }
    for pool in &POOLS[1..] {
        assert_eq!(json(&pool.install(|| run(&journeys))), json(&table));
    }
    let turned = Journeys::from_events(&turned, options).unwrap();
    assert_eq!(json(&run(&turned)), json(&table));
}

fn json<T: serde::Serialize>(table: &Result<T, String>) -> String {
    match table {
        Ok(table) => serde_json::to_string(table).unwrap(),
        Err(error) => error.clone(),
    }
}

fn options(choices: &mut Choices<'_>) -> JourneyOptions {
    let lookback =
        |choices: &mut Choices<'_>| Lookback::days(choices.of(&[0.01, 1.0, 30.0, 90.0])).unwrap();
    let mut options = JourneyOptions::default().with_lookback(lookback(choices));
    if choices.yes() {
        let view = lookback(choices);
        options =
            options.with_lookback(lookback(choices).with_interaction(Interaction::View, view));
    }
    options = options
        .with_reuse(choices.yes())
        .with_deduplicate(choices.yes())
        .with_unique_orders(choices.yes())
        .with_net_of_returns(choices.yes())
        .with_drop_censored(choices.yes())
        .with_transform(choices.of(&[
            Transform::None,
            Transform::Exposure,
            Transform::First,
            Transform::Last,
        ]))
        .with_cost_source(choices.of(&[CostSource::Touches, CostSource::Table, CostSource::Sum]));
    if choices.yes() {
        options = options.with_exclude([choices.of(&CHANNELS)]);
    }
    if choices.yes() {
        options = options.with_trim(NonZeroUsize::new(1 + choices.below(4)).unwrap());
    }
    if choices.yes() {
        options = options.with_most_touches(NonZeroUsize::new(1 + choices.below(6)).unwrap());
    }
    if choices.yes() {
        options = options.with_segment("device");
    }
    if choices.yes() {
        options = options.with_goal("purchase");
    }
    if let Ok(range) = TimeRange::new(
        i64::from(choices.byte()) * 3_600,
        i64::from(choices.byte()) * 90_000,
    ) && choices.yes()
    {
        options = options.with_period(range);
    }
    options
}

fn rows(choices: &mut Choices<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    while !choices.is_empty() && rows.len() < 60 {
        rows.push(Row {
            person: choices.below(6) as u64,
            time: i64::from(choices.byte()) * choices.of(&[1, 3_600, 86_400]),
            choices: [
                choices.byte(),
                choices.byte(),
                choices.byte(),
                choices.byte(),
            ],
        });
    }
    rows
}

fn log<'a>(rows: impl Iterator<Item = &'a Row>) -> Events {
    let mut log = Events::with_columns(["device"]).keep_returns();
    for row in rows {
        let [kind, channel, amount, more] = row.choices;
        let channel = CHANNELS[usize::from(channel) % CHANNELS.len()];
        let amount = [0.0, 0.01, 5.0, 1e6, 1e-9][usize::from(amount) % 5];
        let orders = ["", "o1", "o2"];
        let event = match kind % 4 {
            0 => Event::conversion(row.person, row.time)
                .with_value(amount)
                .with_goal(["purchase", "sign-up"][usize::from(more) % 2])
                .with_order_id(orders[usize::from(more) % 3]),
            _ => Event::touch(row.person, row.time, channel)
                .with_cost(amount)
                .with_interaction([Interaction::Click, Interaction::View][usize::from(more) % 2]),
        };
        let device = ["phone", "till"][usize::from(more) / 2 % 2];
        let _ = log.push(event.with_texts(&[device]));
    }
    log
}
