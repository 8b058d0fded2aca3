//! Shards that end at different times, persons cut one at a time, and observers.

use super::reference::{CHANNELS, Options, Row, What, actual, events, key};
use super::{build, cases, options, rows};
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::journeys::{PersonCutter, Totals};
use mixtouch::progress::{Progress, Stage};
use mixtouch::{Channels, Error, Event, Events, Fit, JourneyBuilder, JourneyOptions, Journeys};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::sync::Mutex;

const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// The rows of persons `from..to`: person `n` has touches on days n and n + 3, every third one a
/// conversion on day n + 5.
fn log(from: i64, to: i64) -> Events {
    let mut log = Events::new();
    for person in from..to {
        let (name, day) = (format!("person {person}"), |day| {
            START + (person + day) * DAY
        });
        log.push(Event::touch(name.as_str(), day(0), "social"))
            .unwrap();
        log.push(Event::touch(name.as_str(), day(3), "search"))
            .unwrap();
        if person % 3 == 0 {
            let sale = Event::conversion(name.as_str(), day(5)).with_value(20.0);
            log.push(sale).unwrap();
        }
    }
    log
}

fn journeys(log: &Events, options: JourneyOptions) -> Journeys {
    let mut builder = JourneyBuilder::new(options);
    builder.add_channels(["search", "social"]).unwrap();
    builder.extend(log).unwrap();
    builder.build().unwrap()
}

#[test]
fn shards_that_end_at_different_times_merge_to_the_whole() {
    let options = JourneyOptions::default().with_observation_end(START + 66 * DAY);
    let (whole, shards) = (log(0, 60), [log(0, 30), log(30, 60)]);
    let whole = journeys(&whole, options.clone());
    let [mut first, second] = shards.map(|shard| journeys(&shard, options.clone()));
    assert_eq!(first.censored() + second.censored(), whole.censored());
    assert_eq!(first.observation(), whole.observation());
    assert_eq!(first.observation().end(), (START + 66 * DAY) as u32);

    let model = AdditiveHazard::default();
    let gathered = |part: &Journeys| {
        let start = || model.evidence(part.channels());
        part.accumulate(start).unwrap()
    };
    let expected = model.solve(gathered(&whole)).unwrap();
    let mut evidence = gathered(&first);
    mixtouch::journeys::Accumulator::merge(&mut evidence, gathered(&second)).unwrap();
    let merged = model.solve(evidence).unwrap();
    let shares = |fitted| {
        let credits = mixtouch::attribute(&whole, fitted).unwrap();
        let by_channel = credits.by_channel().iter();
        by_channel
            .map(|tally| tally.conversions)
            .collect::<Vec<f64>>()
    };
    for (merged, expected) in shares(&merged).iter().zip(shares(&expected)) {
        assert!((merged - expected).abs() < 1e-9, "{merged} {expected}");
    }
    assert_eq!(first.erase("person 1").unwrap(), 1);
}

#[test]
fn rows_after_the_end_of_observation_are_not_read() {
    let cut = |end| {
        let options = JourneyOptions::default().with_observation_end(end);
        Journeys::from_events(&log(0, 60), options)
    };
    let journeys = cut(START + 2 * DAY).unwrap();
    assert_eq!(
        (journeys.totals().touchpoints, journeys.totals().conversions),
        (3.0, 0.0)
    );
    assert_eq!(journeys.censored(), 3);
    assert!(cut(-1).is_err() && cut(1 << 32).is_err());
    assert!(cut(i64::from(u32::MAX)).is_ok() && cut(i64::MAX).is_err());
}

/// Everything a cutter and an arena must agree on: by person the journeys, oldest first.
type All = Vec<(String, Vec<String>)>;

fn by_builder(rows: &[Row], options: &JourneyOptions) -> All {
    let mut builder = JourneyBuilder::new(options.clone());
    builder.add_channels(CHANNELS).unwrap();
    builder.extend(&events(rows)).unwrap();
    let journeys = builder.build().unwrap();
    let mut all: All = Vec::new();
    for (at, journey) in journeys.iter().enumerate() {
        let (person, text) = (
            journeys.person(at).unwrap().to_string(),
            format!("{journey:?}"),
        );
        match all.last_mut().filter(|(last, _)| *last == person) {
            Some((_, texts)) => texts.push(text),
            None => all.push((person, vec![text])),
        }
    }
    all.sort();
    all
}

fn by_cutter(rows: &[Row], options: &JourneyOptions) -> All {
    let log = events(rows);
    let channels = Channels::new(CHANNELS).unwrap();
    let mut cutter = PersonCutter::new(options.clone(), channels).unwrap();
    let mut all: All = Vec::new();
    for person in 0..6 {
        let mut own: Vec<Event<'_>> = (0..log.len())
            .filter_map(|row| log.get(row))
            .filter(|event| event.person().to_string() == key(person))
            .collect();
        own.sort_by_key(Event::time);
        own.iter().for_each(|event| cutter.push(event).unwrap());
        let texts: Vec<String> = cutter
            .cut()
            .journeys()
            .map(|journey| format!("{journey:?}"))
            .collect();
        if !texts.is_empty() {
            all.push((key(person), texts));
        }
    }
    all.sort();
    all
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_cutter_of_one_person_agrees_with_the_builder(
        mut rows in rows(),
        options in options(),
        end in 20..100_u32,
    ) {
        // the cutter knows the orders of one person alone
        for row in &mut rows {
            if let What::Conversion { order, .. } = &mut row.what {
                *order = order.filter(|order| *order == row.person);
            }
        }
        let options = options.built().with_observation_end(i64::from(end));
        prop_assert_eq!(by_cutter(&rows, &options), by_builder(&rows, &options));
    }

    #[test]
    fn an_end_at_the_last_row_changes_nothing(rows in rows()) {
        let last = rows.iter().map(|row| row.time).max().unwrap_or(0);
        let open = Options::default();
        let stated = open.built().with_observation_end(i64::from(last));
        let mut builder = JourneyBuilder::new(stated);
        builder.add_channels(CHANNELS).unwrap();
        builder.extend(&events(&rows)).unwrap();
        let journeys = builder.build().unwrap();
        prop_assert_eq!(actual(&journeys), actual(&build(&[&rows], &open, false)));
    }
}

#[test]
fn a_cutter_refuses_what_it_cannot_cut() {
    let channels = || Channels::new(["search"]).unwrap();
    let ends = JourneyOptions::default().with_observation_end(START);
    assert!(PersonCutter::new(JourneyOptions::default(), channels()).is_err());
    assert!(PersonCutter::new(ends.clone().with_segment("device"), channels()).is_err());
    assert!(PersonCutter::new(ends.clone().with_exclude(["tv"]), channels()).is_err());
    let mut cutter = PersonCutter::new(ends, channels()).unwrap();
    assert!(cutter.cut().is_empty());
    assert!(cutter.push(&Event::touch("ann", 9, "tv")).is_err());
    cutter.push(&Event::touch("ann", 9, "search")).unwrap();
    assert!(cutter.push(&Event::touch("ann", 8, "search")).is_err());
    assert_eq!(cutter.cut().times(), [9]);
    // the next person may begin earlier
    cutter.push(&Event::touch("bob", 8, "search")).unwrap();
    let bob = cutter.cut();
    assert_eq!(
        (bob.len(), bob.with_timelines().len(), bob.bought_before()),
        (1, 1, false)
    );
}

/// Notes what it is told, and stops at one stage.
#[derive(Default)]
struct Observer {
    told: Mutex<Vec<(Stage, u64, Option<u64>)>>,
    stops: Option<Stage>,
}

impl Progress for Observer {
    fn advance(&self, stage: Stage, done: u64, total: Option<u64>) -> ControlFlow<()> {
        self.told.lock().unwrap().push((stage, done, total));
        if self.stops == Some(stage) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn observing_changes_nothing_and_stopping_cancels() {
    let log = log(0, 60);
    let built = |observer: &Observer| -> Result<(Journeys, Totals), Error> {
        let mut builder = JourneyBuilder::new(JourneyOptions::default());
        builder.extend_each_with_progress([Ok(&log)].into_iter(), Ok, observer)?;
        let journeys = builder.build_with_progress(observer)?;
        let totals =
            journeys.accumulate_with_progress(Totals::default, Stage::Scoring, observer)?;
        Ok((journeys, totals))
    };
    let observer = Observer::default();
    let (observed, totals) = built(&observer).unwrap();
    let plain = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    assert_eq!(format!("{observed:?}"), format!("{plain:?}"));
    assert_eq!(totals, plain.totals());
    let told = observer.told.into_inner().unwrap();
    assert_eq!(told[0], (Stage::Reading, 1, None));
    assert!(
        told.iter()
            .any(|(stage, done, total)| { *stage == Stage::Building && Some(*done) == *total })
    );
    // threads report as they finish: the largest count need not come last
    let scored = told.iter().filter(|(stage, ..)| *stage == Stage::Scoring);
    let most = scored.max_by_key(|(_, done, _)| *done).unwrap();
    let all = observed.len() as u64;
    assert_eq!(most, &(Stage::Scoring, all, Some(all)));
    for stops in [Stage::Reading, Stage::Building, Stage::Scoring] {
        let observer = Observer {
            stops: Some(stops),
            ..Observer::default()
        };
        let error = built(&observer).unwrap_err();
        assert!(
            matches!(error, Error::Cancelled { stage } if stage == stops),
            "{error}"
        );
    }
}
