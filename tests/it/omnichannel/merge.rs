//! What is gathered in pieces, in whatever shape, sent as JSON on the way or not, is to the bit
//! what is gathered at once.

use mixtouch::kpi::journeys::{ConversionCounts, KindCounts, PathLengths};
use mixtouch::kpi::map::{MapCounts, PathCounts, Steps};
use mixtouch::kpi::{KpiOptions, OfflineChannels};
use mixtouch::{Accumulator, Event, Events, Journey, JourneyBuilder, JourneyOptions, Journeys};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

const CHANNELS: [&str; 4] = ["app", "search", "store", "tv"];

/// Person, second, what (a touch of a channel, or a purchase in the store or on the web), value in
/// whole units: sums of these are exact.
type Row = (u64, i64, usize, u64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0u64..25, 0i64..4_000_000, 0usize..6, 0u64..1_000), 1..150)
}

fn journeys<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Journeys {
    let mut log = Events::new();
    for &(person, time, what, value) in rows {
        let event = match what {
            4 => Event::conversion(person, time)
                .with_channel("store")
                .with_value(value as f64),
            5 => Event::conversion(person, time)
                .with_channel("web")
                .with_value(value as f64),
            channel => Event::touch(person, time, CHANNELS[channel]),
        };
        log.push(event).unwrap();
    }
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.add_channels(CHANNELS).unwrap();
    builder.extend(&log).unwrap();
    builder.build().unwrap()
}

/// Gathered in two pieces, each of which is gathered so, as long as there are cuts.
fn folded<A: Accumulator>(
    of: &[Journey<'_>],
    start: &impl Fn() -> A,
    sent: &impl Fn(A) -> A,
    cuts: &mut impl Iterator<Item = usize>,
) -> A {
    if let Some(cut) = cuts.next() {
        let (earlier, later) = of.split_at(cut % (of.len() + 1));
        let mut gathered = sent(folded(earlier, start, sent, cuts));
        gathered
            .merge(sent(folded(later, start, sent, cuts)))
            .unwrap();
        return gathered;
    }
    let mut gathered = start();
    of.iter().for_each(|&journey| gathered.observe(journey));
    gathered
}

fn text(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap()
}

fn check<A: Accumulator + Clone + Serialize + DeserializeOwned>(
    journeys: &[Journey<'_>],
    start: impl Fn() -> A,
    cuts: &[usize],
) {
    let whole = text(&folded(
        journeys,
        &start,
        &|gathered| gathered,
        &mut std::iter::empty(),
    ));
    let mut pieces = cuts.iter().copied();
    assert_eq!(
        text(&folded(journeys, &start, &|gathered| gathered, &mut pieces)),
        whole
    );
    let sent = |gathered: A| serde_json::from_str::<A>(&text(&gathered)).unwrap();
    assert_eq!(
        text(&folded(journeys, &start, &sent, &mut cuts.iter().copied())),
        whole,
        "sent as JSON"
    );
}

proptest! {
    #[test]
    fn any_shape_of_pieces_gives_the_same_bits(rows in rows(), cuts in prop::collection::vec(0usize..200, 0..12)) {
        let journeys = journeys(&rows);
        let each: Vec<Journey<'_>> = (0..journeys.len()).map(|at| journeys.get(at).unwrap()).collect();
        let (channels, steps) = (journeys.channels(), Steps::channels(journeys.channels()));
        check(&each, || ConversionCounts::new(channels), &cuts);
        check(&each, PathLengths::default, &cuts);
        check(&each, || MapCounts::new(steps.clone()), &cuts);
        check(&each, || PathCounts::new(&steps), &cuts);
        check(&each, || (PathCounts::new(&steps), (MapCounts::new(steps.clone()), ConversionCounts::new(channels))), &cuts);
        // kinds are tied to their journeys, and stay where these are
        let known: Vec<&str> = ["store"].into_iter().filter(|name| channels.id(name).is_some()).collect();
        let kinds = KindCounts::new(&journeys, &KpiOptions::default().with_offline(OfflineChannels::new(known))).unwrap();
        let of = |cuts: &[usize]| folded(&each, &|| kinds.clone(), &|gathered| gathered, &mut cuts.iter().copied());
        prop_assert_eq!(of(&cuts).report(&KpiOptions::default()).unwrap(), of(&[]).report(&KpiOptions::default()).unwrap());
    }

    #[test]
    fn persons_gathered_apart_are_those_gathered_together(rows in rows(), latter in any::<bool>()) {
        let gather = |journeys: &Journeys| {
            let steps = Steps::channels(journeys.channels());
            let start = || {
                let counts = (ConversionCounts::new(journeys.channels()), PathLengths::default());
                (counts, (MapCounts::new(steps.clone()), PathCounts::new(&steps)))
            };
            journeys.accumulate(start).unwrap()
        };
        let part = |of: u64| gather(&journeys(rows.iter().filter(|row| row.0 % 3 == of)));
        let (mut first, mut second, third) = (part(0), part(1), part(2));
        if latter {
            second.merge(third).unwrap();
            first.merge(second).unwrap();
        } else {
            first.merge(second).unwrap();
            first.merge(third).unwrap();
        }
        let all = journeys(&rows);
        let whole = gather(&all);
        prop_assert_eq!(text(&first.0.0), text(&whole.0.0));
        prop_assert_eq!((text(&first.1.0), text(&first.1.1)), (text(&whole.1.0), text(&whole.1.1)));
        if rows.iter().any(|row| row.2 > 3) {
            let [parts, whole] = [first.0.1, whole.0.1].map(|lengths| lengths.report(&all.counted().unwrap(), &KpiOptions::default()));
            prop_assert_eq!((parts.population, parts.days.quantiles, parts.touches), (whole.population, whole.days.quantiles, whole.touches));
        }
    }
}

#[test]
fn other_steps_and_unsound_files_are_refused() {
    let journeys = journeys(&[(1, 5, 0, 0), (1, 9, 1, 0), (1, 20, 4, 30), (2, 7, 3, 0)]);
    let steps = Steps::channels(journeys.channels());
    let counts = journeys.accumulate(|| PathCounts::new(&steps)).unwrap();
    let other = Steps::channels(&mixtouch::Channels::new(["app", "radio"]).unwrap());
    assert!(counts.clone().merge(PathCounts::new(&other)).is_err());
    assert!(
        PathCounts::new(&other)
            .report(&journeys.counted().unwrap(), 5, &KpiOptions::default())
            .is_err()
    );
    let sound = text(&counts);
    assert!(serde_json::from_str::<PathCounts>(&sound).is_ok());
    for (old, new) in [
        ("\"steps\":[0,1]", "\"steps\":[0,0]"),
        ("\"steps\":[0,1]", "\"steps\":[0,9]"),
        ("\"goes_on\":false", "\"goes_on\":true"),
        ("\"converted\":1", "\"converted\":2"),
        ("\"journeys\":1", "\"journeys\":18446744073709551615"),
    ] {
        let bad = sound.replacen(old, new, 1);
        assert_ne!(bad, sound, "{old} is in {sound}");
        assert!(serde_json::from_str::<PathCounts>(&bad).is_err(), "{bad}");
    }
}
