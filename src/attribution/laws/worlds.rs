//! The journeys that laws are checked on.
//!
//! Three sets: a log whose journeys fill several blocks and pieces; the same log with lookbacks
//! that differ, re-use and a transform; and a path table with fractional tallies, for models that
//! need no times.

use crate::attribution::model::Fit;
use crate::event::{Event, Events, Interaction};
use crate::journeys::arena::Journeys;
use crate::journeys::build::JourneyBuilder;
use crate::journeys::{JourneyOptions, Lookback, Outcome, PathTable, Transform};
use crate::util::Random;
use std::sync::LazyLock;

pub(super) const NAMES: [&str; 7] = [
    "call", "direct", "e-mail", "search", "social", "tv", "unseen",
];
pub(super) const DAY: i64 = 86_400;
const PERSONS: u64 = 9000;
/// Why building a world cannot fail.
const SOUND: &str = "the rows of the laws are sound";

#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) person: u64,
    pub(super) time: i64,
    /// A touch, or none for a conversion.
    pub(super) channel: Option<&'static str>,
    pub(super) value: f64,
}

/// 60 days of touches and conversions, many of them in the same second or twice a person; some
/// persons touch every channel, so that sums over sets of channels are long. The first persons
/// touch at the very end, so that shards of the log agree on the end of observation.
pub(super) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for person in 0..PERSONS {
        push_random(&mut rows, person);
        if person % 100 == 0 {
            push_every_channel(&mut rows, person);
        }
        if person < 30 {
            rows.push(Row::touch(person, 60 * DAY, "search"));
        }
    }
    rows
});

/// Up to six touches, then up to two conversions; every fifth row shares its second with the one
/// before.
fn push_random(rows: &mut Vec<Row>, person: u64) {
    let mut random = Random::new(11).stream(person);
    let mut time = 0;
    for _ in 0..random.index(7) {
        if !random.chance(0.2) {
            time = random.index(60 * DAY as u64) as i64;
        }
        rows.push(Row::touch(person, time, NAMES[random.index(6) as usize]));
    }
    for _ in 0..random.index(6).saturating_sub(3) {
        if !random.chance(0.2) {
            time = random.index(60 * DAY as u64) as i64;
        }
        rows.push(Row::conversion(person, time, random.between(1.0, 90.0)));
    }
}

fn push_every_channel(rows: &mut Vec<Row>, person: u64) {
    rows.extend((0..6).map(|at| Row::touch(person, 30 * DAY + at as i64, NAMES[at])));
    rows.push(Row::conversion(person, 31 * DAY, 3.0));
}

impl Row {
    pub(super) fn touch(person: u64, time: i64, channel: &'static str) -> Self {
        Self {
            person,
            time,
            channel: Some(channel),
            value: 0.0,
        }
    }

    pub(super) fn conversion(person: u64, time: i64, value: f64) -> Self {
        Self {
            person,
            time,
            channel: None,
            value,
        }
    }
}

/// The rows with persons interleaved at random, each person's own rows in their order.
fn shuffled(rows: &[Row]) -> Vec<Row> {
    let mut random = Random::new(5);
    let mut places: Vec<(u64, u64)> = rows
        .iter()
        .map(|row| (row.person, random.next_u64()))
        .collect();
    places.sort_unstable();
    let mut ordered = rows.to_vec();
    ordered.sort_by_key(|row| row.person);
    let mut placed: Vec<(u64, Row)> = places
        .into_iter()
        .map(|(_, place)| place)
        .zip(ordered)
        .collect();
    placed.sort_by_key(|&(place, _)| place);
    placed.into_iter().map(|(_, row)| row).collect()
}

pub(super) fn build(
    rows: &[Row],
    options: &JourneyOptions,
    relabel: impl Fn(&str) -> String,
) -> Journeys {
    let mut log = Events::new();
    for row in rows {
        let name = row.channel.map(&relabel);
        let interaction = if row.time % 3 == 0 {
            Interaction::View
        } else {
            Interaction::Click
        };
        log.push(match &name {
            Some(channel) => {
                Event::touch(row.person, row.time, channel).with_interaction(interaction)
            }
            None => Event::conversion(row.person, row.time).with_value(row.value),
        })
        .expect(SOUND);
    }
    let mut builder = JourneyBuilder::new(options.clone());
    let names: Vec<String> = NAMES.iter().map(|name| relabel(name)).collect();
    builder
        .add_channels(names.iter().map(String::as_str))
        .expect(SOUND);
    builder.extend(&log).expect(SOUND);
    builder.build().expect(SOUND)
}

fn awkward() -> JourneyOptions {
    let lookback = Lookback::days(20.0)
        .expect(SOUND)
        .with_interaction(Interaction::View, Lookback::days(2.0).expect(SOUND));
    JourneyOptions::default()
        .with_lookback(lookback)
        .with_reuse(true)
        .with_transform(Transform::Exposure)
}

/// Paths with fractional tallies; the empty one has conversions too, which stay unattributed.
pub(super) fn paths(relabel: impl Fn(&str) -> String) -> Journeys {
    let mut table = PathTable::new();
    let names: Vec<String> = NAMES.iter().map(|name| relabel(name)).collect();
    table
        .add_channels(names.iter().map(String::as_str))
        .expect(SOUND);
    let mut random = Random::new(3);
    for _ in 0..5000 {
        let path: Vec<&str> = (0..random.index(6))
            .map(|_| names[random.index(6) as usize].as_str())
            .collect();
        let conversions = random.between(0.0, 3.0);
        table
            .push(
                path,
                Outcome::new(conversions, random.between(0.0, 9.0), conversions * 7.5)
                    .expect(SOUND),
            )
            .expect(SOUND);
    }
    table.journeys().expect(SOUND)
}

pub(super) fn same(name: &str) -> String {
    name.to_owned()
}

pub(super) static LOG: LazyLock<Journeys> =
    LazyLock::new(|| build(&ROWS, &JourneyOptions::default(), same));
pub(super) static SHUFFLED: LazyLock<Journeys> =
    LazyLock::new(|| build(&shuffled(&ROWS), &JourneyOptions::default(), same));
static AWKWARD: LazyLock<Journeys> = LazyLock::new(|| build(&ROWS, &awkward(), same));
pub(super) static PATHS: LazyLock<Journeys> = LazyLock::new(|| paths(same));

/// The journeys a specification can be fitted on.
pub(super) fn worlds(specification: &impl Fit) -> Vec<&'static Journeys> {
    let needs = specification.needs();
    if needs.times || needs.timeline {
        vec![&*LOG, &*AWKWARD]
    } else {
        vec![&*LOG, &*AWKWARD, &*PATHS]
    }
}
