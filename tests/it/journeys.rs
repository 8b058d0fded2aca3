//! Journeys from events: against a slow reference on random logs, and by hand sentence by sentence.

mod by_hand;
#[cfg(feature = "csv")]
mod daily_use;
mod reference;
mod shards;

use mixtouch::attribution::{Needs, stream_credits};
use mixtouch::journeys::Transform;
use mixtouch::time::TimeRange;
use mixtouch::{AttributionModel, ChannelId, Journey, JourneyBuilder, Journeys};
use proptest::prelude::*;
use reference::{CHANNELS, Options, Row, What, actual, events, reference};

/// The touches of every person up to each conversion, as a model that asks for them sees them, in
/// the arena's order.
fn timelines(
    journeys: &Journeys,
    name: impl Fn(&ChannelId) -> &'static str,
) -> Vec<Vec<(&'static str, u32)>> {
    struct Timelines;
    impl AttributionModel for Timelines {
        fn needs(&self) -> Needs {
            Needs {
                times: true,
                timeline: true,
                ..Needs::default()
            }
        }
        fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
            weights.fill(1.0);
            0.0
        }
    }
    let mut all = Vec::new();
    stream_credits(journeys, &Timelines, |credit| {
        let journey = credit.journey;
        all.push(
            journey
                .credited_channels()
                .iter()
                .map(&name)
                .zip(journey.credited_times().iter().copied())
                .collect(),
        );
        Ok(())
    })
    .unwrap();
    all
}

fn what() -> impl Strategy<Value = What> {
    let interaction = prop_oneof![
        2 => Just(None),
        1 => Just(Some(mixtouch::Interaction::Click)),
        1 => Just(Some(mixtouch::Interaction::View)),
    ];
    let touch =
        (0..CHANNELS.len(), interaction, 0..3_u32).prop_map(|(channel, interaction, cost)| {
            What::Touch {
                channel,
                interaction,
                cost,
            }
        });
    let conversion = (
        0..4_u32,
        prop::option::of(0..2_usize),
        prop::option::weighted(0.3, 0..3_usize),
        prop::option::weighted(0.2, 0..4_usize),
    )
        .prop_map(|(value, goal, order, place)| What::Conversion {
            value,
            goal,
            order,
            place,
        });
    prop_oneof![3 => touch, 1 => conversion]
}

fn row() -> impl Strategy<Value = Row> {
    // few persons and few seconds, so that rows meet: most logs have ties, repeats and several
    // conversions of a person
    let time =
        prop_oneof![4 => 0..60_u32, 1 => 1_000_000..1_000_030_u32, 1 => u32::MAX - 20..=u32::MAX];
    (0..6_usize, time, what()).prop_map(|(person, time, what)| Row { person, time, what })
}

/// Rows, some of them twice, that name every channel: options may name channels that some log has.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    (
        prop::collection::vec(row(), 0..50),
        prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    )
        .prop_map(|(mut rows, again)| {
            for index in again
                .iter()
                .filter(|_| !rows.is_empty())
                .map(|index| index.index(rows.len()))
                .collect::<Vec<_>>()
            {
                rows.push(rows[index]);
            }
            rows
        })
}

fn options() -> impl Strategy<Value = Options> {
    let transform = prop_oneof![
        Just(Transform::None),
        Just(Transform::Exposure),
        Just(Transform::First),
        Just(Transform::Last)
    ];
    let cutting = (
        prop_oneof![1..40_u32, Just(u32::MAX)],
        prop::option::weighted(0.3, (0..CHANNELS.len(), 1..40_u32)),
        prop::option::weighted(0.3, 1..40_u32),
        prop::option::weighted(0.3, 0..40_u32),
        prop::option::weighted(0.3, 41..80_u32),
        prop::option::weighted(0.3, 0..2_usize),
    );
    let shaping = (
        any::<bool>(),
        prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(0..CHANNELS.len(), 1..3)],
        transform,
        prop::option::weighted(0.3, 1..4_usize),
        any::<bool>(),
        any::<bool>(),
    );
    (cutting, shaping).prop_map(
        |((lookback, channel_lookback, view_lookback, from, to, goal), shaping)| {
            let (reuse, exclude, transform, trim, drop_immature, deduplicate) = shaping;
            Options {
                lookback,
                channel_lookback,
                view_lookback,
                from,
                to,
                goal,
                reuse,
                exclude,
                transform,
                trim,
                drop_immature,
                deduplicate,
            }
        },
    )
}

fn build(batches: &[&[Row]], options: &Options, at_once: bool) -> Journeys {
    let mut builder = JourneyBuilder::new(options.built());
    builder.add_channels(CHANNELS).unwrap();
    let batches: Vec<_> = batches.iter().map(|rows| events(rows)).collect();
    if at_once {
        builder.extend_all(&batches).unwrap();
    } else {
        batches
            .iter()
            .for_each(|batch| builder.extend(batch).unwrap());
    }
    builder.build().unwrap()
}

/// Everything in the arena, in its order.
fn arena(journeys: &Journeys) -> String {
    let all: Vec<_> = journeys
        .iter()
        .enumerate()
        .map(|(at, journey)| (journeys.person(at), journey))
        .collect();
    format!(
        "{all:?} {:?} {:?} {}",
        journeys.totals(),
        journeys.costs(),
        journeys.censored()
    )
}

/// The journeys in an order of their own: forgetting conversions of long ago moves a person among
/// those who never had one.
fn in_any_order(journeys: &Journeys) -> Vec<String> {
    let mut all: Vec<String> = journeys
        .iter()
        .enumerate()
        .map(|(at, journey)| format!("{:?} {journey:?}", journeys.person(at)))
        .collect();
    all.sort_unstable();
    all.push(format!(
        "{:?} {:?} {}",
        journeys.totals(),
        journeys.costs(),
        journeys.censored()
    ));
    all
}

fn period(from: u32, to: u32) -> TimeRange {
    TimeRange::new(from.into(), to.into()).unwrap()
}

/// The rows with persons interleaved anew: `order` says which person's next row comes next.
fn interleaved(rows: &[Row], order: &[prop::sample::Index]) -> Vec<Row> {
    let mut queues: Vec<Vec<Row>> = (0..6)
        .map(|person| {
            rows.iter()
                .copied()
                .filter(|row| row.person == person)
                .rev()
                .collect()
        })
        .collect();
    let mut mixed = Vec::new();
    for at in 0..rows.len() {
        queues.retain(|queue| !queue.is_empty());
        let chosen = order[at % order.len()].index(queues.len());
        mixed.extend(queues[chosen].pop());
    }
    mixed
}

/// Enough to meet every pair of options in a few seconds; `PROPTEST_CASES=20000` searches on.
/// The rows without those that repeat an order of another person in the same second: which person
/// stands is a matter of the fixed order of persons.
fn without_ties(rows: Vec<Row>) -> Vec<Row> {
    let order = |row: &Row| match row.what {
        What::Conversion {
            order: Some(order),
            goal,
            ..
        } => Some((order, goal, row.time)),
        _ => None,
    };
    let mut kept: Vec<Row> = Vec::new();
    for row in rows {
        let is_others = |other: &Row| other.person != row.person && order(other) == order(&row);
        if order(&row).is_none() || !kept.iter().any(is_others) {
            kept.push(row);
        }
    }
    kept
}

fn without_order(row: &mut Row) {
    if let What::Conversion { order, .. } = &mut row.what {
        *order = None;
    }
}

fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() {
            config.cases
        } else {
            120
        },
        ..config
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_builder_agrees_with_the_reference(rows in rows(), options in options()) {
        let rows = without_ties(rows);
        prop_assert_eq!(actual(&build(&[&rows], &options, false)), reference(&rows, &options));
    }

    #[test]
    fn batches_and_the_order_of_persons_change_nothing(
        rows in rows(),
        options in options(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        let whole = arena(&build(&[&rows], &options, false));
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len() + 1)).chain([0, rows.len()]).collect();
        cuts.sort_unstable();
        let batches: Vec<&[Row]> = cuts.windows(2).map(|pair| &rows[pair[0]..pair[1]]).collect();
        prop_assert_eq!(&arena(&build(&batches, &options, false)), &whole);
        prop_assert_eq!(&arena(&build(&batches, &options, true)), &whole);
        prop_assert_eq!(&arena(&build(&[&interleaved(&rows, &order)], &options, false)), &whole);
    }

    #[test]
    fn appending_logs_is_reading_them_in_turn(left in rows(), right in rows(), options in options()) {
        let mut log = events(&left);
        log.append(&events(&right)).unwrap();
        let mut builder = JourneyBuilder::new(options.built());
        builder.add_channels(CHANNELS).unwrap();
        builder.extend(&log).unwrap();
        prop_assert_eq!(arena(&builder.build().unwrap()), arena(&build(&[&left, &right], &options, false)));
    }

    #[test]
    fn a_snapshot_is_the_log_cut_at_its_end(mut rows in rows(), options in options(), from in 0..40_u32, length in 1..40_u32) {
        // a row in the last second of the period: observation ends there in both
        rows.push(Row { person: 5, time: from + length - 1, what: What::Touch { channel: 0, interaction: None, cost: 0 } });
        let (open, closed) = (Options { from: None, to: None, ..options.clone() }, Options { from: Some(from), to: Some(from + length), ..options });
        let mut builder = JourneyBuilder::new(open.built());
        builder.add_channels(CHANNELS).unwrap();
        builder.extend(&events(&rows)).unwrap();
        let snapshot = builder.snapshot(period(from, from + length)).unwrap();
        prop_assert_eq!(arena(&snapshot), arena(&build(&[&rows], &closed, false)));
        prop_assert_eq!(arena(&builder.build().unwrap()), arena(&build(&[&rows], &open, false)));
    }

    #[test]
    fn a_snapshot_with_another_lookback_is_the_log_cut_so(rows in rows(), options in options(), other in options()) {
        let mut builder = JourneyBuilder::new(options.built());
        builder.add_channels(CHANNELS).unwrap();
        builder.extend(&events(&rows)).unwrap();
        let (lookback, channel_lookback, view_lookback) = (other.lookback, other.channel_lookback, other.view_lookback);
        let cut = Options { lookback, channel_lookback, view_lookback, ..options.clone() };
        let snapshot = builder.snapshot_with_lookback(cut.lookbacks());
        if view_lookback.is_some() && options.view_lookback.is_none() && !options.deduplicate {
            prop_assert!(snapshot.is_err(), "clicks and views were not kept");
        } else {
            prop_assert_eq!(arena(&snapshot.unwrap()), arena(&build(&[&rows], &cut, false)));
        }
        prop_assert_eq!(arena(&builder.build().unwrap()), arena(&build(&[&rows], &options, false)));
    }

    #[test]
    fn what_is_forgotten_is_in_no_later_journey(mut rows in rows(), options in options(), step in 6..20_u32) {
        rows.sort_by_key(|row| row.time);
        let options = Options { from: None, to: None, goal: None, lookback: options.lookback.min(9), channel_lookback: None, view_lookback: None, ..options };
        // an order whose first row is forgotten counts again when it is repeated
        rows.iter_mut().for_each(without_order);
        let (mut all, mut rolling) = (JourneyBuilder::new(options.built()), JourneyBuilder::new(options.built()));
        let mut dropped = 0;
        for builder in [&mut all, &mut rolling] {
            builder.add_channels(CHANNELS).unwrap();
        }
        for start in (0..60).step_by(step as usize) {
            let batch: Vec<Row> = rows.iter().copied().filter(|row| (start..start + step).contains(&row.time)).collect();
            for builder in [&mut all, &mut rolling] {
                builder.extend(&events(&batch)).unwrap();
            }
            let (whole, rest) = (all.snapshot(period(start, start + step)).unwrap(), rolling.snapshot(period(start, start + step)).unwrap());
            prop_assert_eq!(in_any_order(&rest), in_any_order(&whole));
            dropped += rolling.forget_before(i64::from(start + step));
            prop_assert_eq!(rolling.kept() + dropped, all.kept());
            let reach = (start + step).saturating_sub(2 * options.lookback);
            prop_assert_eq!(rolling.kept(), rows.iter().filter(|row| (reach..start + step).contains(&row.time)).count() as u64);
        }
    }
}
