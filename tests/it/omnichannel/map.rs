//! The map of journeys, worked by hand on the journeys listed in `conversion.rs`; its laws.

use super::{DAY, JANUARY, assert_near, counts, log, quarter};
use crate::common::random::Random;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::map::{FrequentPaths, JourneyMap, MapCounts, Stage, Steps};
use mixtouch::privacy::MinimumGroup;
use mixtouch::simulate::retailer::Retailer;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Accumulator, Event, Events, JourneyOptions, Journeys, Outcome, PathTable};
use std::collections::{BTreeMap, BTreeSet};

fn map(journeys: &Journeys) -> JourneyMap {
    JourneyMap::new(
        journeys,
        &Steps::channels(journeys.channels()),
        &KpiOptions::default(),
    )
    .unwrap()
}

#[test]
fn edges_and_steps() {
    let log = log();
    let map = map(&quarter(&log));
    // 13 purchases, and gus, hal, kim without one; four of the purchases follow on no touch.
    assert_eq!(
        (map.population, map.persons, counts(&map.conversion)),
        (16, 12, (13, 16))
    );
    let edge = |from: &str, to: &str| {
        map.edge(from, to).map(|edge| {
            (
                counts(&edge.taken),
                edge.median_seconds.map(|seconds| seconds / 3600.0),
            )
        })
    };
    let start: Vec<_> = ["social", "e-mail", "search", "store", "(conversion)"]
        .iter()
        .map(|to| edge("(start)", to))
        .collect();
    assert_eq!(
        start,
        [5, 3, 2, 2, 4].map(|count| Some(((count, 16), None)))
    );
    // social: to search ann and gus after 24 h, to the store cem after 48, to the purchase fay
    // after 24, kim left.
    assert_eq!(
        (edge("social", "search"), edge("social", "store")),
        (Some(((2, 5), Some(24.0))), Some(((1, 5), Some(48.0))))
    );
    assert_eq!(
        (edge("social", "(conversion)"), edge("social", "(drop)")),
        (Some(((1, 5), Some(24.0))), Some(((1, 5), None)))
    );
    // search to the purchase: ann 2 h, cem 1 h, jon 1 h; gus left; jon went to the store and came
    // back.
    assert_eq!(
        (edge("search", "(conversion)"), edge("search", "(drop)")),
        (Some(((3, 5), Some(1.0))), Some(((1, 5), None)))
    );
    assert_eq!(
        (edge("search", "store"), edge("store", "search")),
        (Some(((1, 5), Some(2.0))), Some(((1, 4), Some(24.0))))
    );
    // e-mail to the purchase: bob 2 h after the first of his two, eve 24 h, leo 1 h.
    assert_eq!(
        (edge("e-mail", "(conversion)"), edge("e-mail", "e-mail")),
        (Some(((3, 4), Some(2.0))), None)
    );
    let step = |name: &str| {
        map.step(name)
            .map(|of| {
                (
                    of.visits,
                    of.persons,
                    counts(&of.reached),
                    counts(&of.conversion),
                    counts(&of.drop_off),
                )
            })
            .unwrap()
    };
    assert_eq!(
        step("search"),
        (5, 4, (4, 16), (3, 4), (1, 4)),
        "jon's journey is one"
    );
    assert_eq!(step("social"), (5, 5, (5, 16), (3, 5), (1, 5)));
    assert_eq!(step("store"), (4, 4, (4, 16), (4, 4), (0, 4)));
    assert_eq!(step("e-mail"), (4, 4, (4, 16), (3, 4), (1, 4)));
    // What comes to a step leaves it.
    for row in &map.steps {
        let sum = |is: &dyn Fn(&mixtouch::kpi::map::MapEdge) -> bool| {
            map.edges
                .iter()
                .filter(|edge| is(edge))
                .map(|edge| edge.taken.count)
                .sum::<u64>()
        };
        let (into, out) = (
            sum(&|edge| edge.to.to_string() == row.step),
            sum(&|edge| edge.from.to_string() == row.step),
        );
        assert_eq!((into, out), (row.visits, row.visits));
    }
}

#[test]
fn friction_and_hand_overs() {
    let log = log();
    let map = map(&quarter(&log));
    // 9 of the 12 journeys with a touch convert. Through social 3 of 5: 5 x (3/4 - 3/5) = 3/4 are
    // lost; search and e-mail are average.
    let [social] = &map.friction[..] else {
        panic!("{:?}", map.friction)
    };
    assert_eq!(
        (social.step.as_str(), counts(&social.conversion)),
        ("social", (3, 5))
    );
    assert_near(social.lost.count, 0.75);
    // Against the other journeys, 6 of 7: 3/5 - 6/7 = -9/35; z = 0.257143 / sqrt(3/4 x 1/4 x (1/5 +
    // 1/7)) = 1.014185. cem has a journey on either side: the squares of what the 11 persons add,
    // .08, .08, .08 - 1/49, twice -.12, five times -1/49 and 6/49, times 11/10 are .0684502, that of
    // independent journeys .24 / 5 + 6/343 = .0654927. z / sqrt(1.045157) = 0.992035.
    let difference = social.lost.difference.unwrap();
    assert_near(difference.estimate, -9.0 / 35.0);
    assert!(
        (difference.p_value - 0.321_180).abs() < 1e-5,
        "{difference}"
    );
    // The interval is that of the difference, times 5 x 7/12.
    let interval = social.lost.interval.unwrap();
    assert_near(interval.low(), -difference.interval.high() * 35.0 / 12.0);
    assert_near(interval.high(), -difference.interval.low() * 35.0 / 12.0);
    assert!(
        interval.low() < 0.75
            && 0.75 < interval.high()
            && !social.lost.is_told(ConfidenceLevel::default())
    );
    // Hand-overs: social > search twice, and four once each; gus left after one of the six: 2 x
    // (1/2 - 1/6).
    let [hand_over] = &map.handoffs[..] else {
        panic!("{:?}", map.handoffs)
    };
    assert_eq!(
        (
            hand_over.from.as_str(),
            hand_over.to.as_str(),
            counts(&hand_over.left)
        ),
        ("social", "search", (1, 2))
    );
    assert_near(hand_over.excess.count, 2.0 / 3.0);
}

#[test]
fn stages_and_paths() {
    let log = log();
    let journeys = quarter(&log);
    let table = [
        ("social", Stage::Discovery),
        ("search", Stage::Consideration),
        ("e-mail", Stage::Consideration),
        ("store", Stage::Purchase),
    ];
    let stages = Steps::stages(journeys.channels(), table).unwrap();
    let map = JourneyMap::new(&journeys, &stages, &KpiOptions::default()).unwrap();
    let count = |from: &str, to: &str| map.edge(from, to).map(|edge| edge.taken.count);
    // Discovery to consideration ann and gus, to the purchase stage cem; eve and jon come back from
    // there.
    assert_eq!(
        (
            count("discovery", "consideration"),
            count("discovery", "purchase"),
            count("purchase", "consideration")
        ),
        (Some(2), Some(1), Some(2))
    );
    assert_eq!(
        map.step("loyalty")
            .map(|of| (of.visits, of.conversion.rate)),
        Some((0, None))
    );
    let paths = |steps: &Steps, most| {
        FrequentPaths::new(&journeys, steps, most, &KpiOptions::default()).unwrap()
    };
    let frequent = paths(&Steps::channels(journeys.channels()), 4);
    // Without a touch ann twice, eve, ida: 40 + 50 + 30 + 90. e-mail bob, hal, leo: 30 + 45. Of two
    // journeys each: social, fay and kim, and social > search, ann and gus.
    let shown: Vec<_> = frequent
        .paths
        .iter()
        .map(|path| {
            (
                path.to_string(),
                counts(&path.share),
                counts(&path.conversion),
                path.value,
            )
        })
        .collect();
    let path = |name: &str, journeys, converted, value| {
        (
            name.to_owned(),
            (journeys, 16),
            (converted, journeys),
            value,
        )
    };
    assert_eq!(
        shown,
        [
            path("(no touch)", 4, 4, 210.0),
            path("e-mail", 3, 2, 75.0),
            path("social", 2, 1, 25.0),
            path("social > search", 2, 1, 60.0)
        ]
    );
    assert_eq!((frequent.population, frequent.distinct), (16, 9));
    assert_eq!(frequent.paths[0].persons, 3);
    let few = FrequentPaths::new(
        &journeys,
        &Steps::channels(journeys.channels()),
        9,
        &KpiOptions::default().with_minimum(MinimumGroup::new(3).unwrap()),
    )
    .unwrap();
    assert_eq!(few.paths.len(), 2);
}

#[test]
fn export_and_small_groups() {
    let log = log();
    let map = map(&quarter(&log));
    let dot = map.to_dot(2);
    assert!(
        dot.contains("\"social\" -> \"search\" [label=\"2, 40.0 %, 24.0 h\", penwidth=2.60]")
            && !dot.contains("-> \"social\" [label=\"1"),
        "{dot}"
    );
    let mut csv = Vec::new();
    map.write_edges_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(
        csv.starts_with("from,to,count,persons,probability,median_seconds\n"),
        "{csv}"
    );
    assert!(
        csv.contains("\nsocial,search,2,2,0.4,86400\n")
            && csv.contains("\nsocial,(drop),1,1,0.2,\n"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), map.edges.len() + 1);
    let json = serde_json::to_string(&map).unwrap();
    assert_eq!(serde_json::from_str::<JourneyMap>(&json).unwrap(), map);
    assert!(
        map.to_string()
            .contains("\n  social > search             2  40.00 %          24.0\n"),
        "{map}"
    );
    let few = KpiOptions::default().with_minimum(MinimumGroup::new(3).unwrap());
    let journeys = quarter(&log);
    let steps = Steps::channels(journeys.channels());
    let shown = JourneyMap::new(&journeys, &steps, &few).unwrap();
    assert!(
        shown.edges.iter().all(|edge| edge.persons >= 3)
            && shown.handoffs.is_empty()
            && shown.steps.len() == 4
    );
}

/// The map read journey by journey.
#[derive(Default, PartialEq, Debug)]
struct Naive {
    edges: BTreeMap<(String, String), u64>,
    through: BTreeMap<String, (u64, u64)>,
}

fn naive(journeys: &Journeys) -> Naive {
    let mut naive = Naive::default();
    for journey in journeys.iter() {
        let mut nodes = vec!["(start)".to_owned()];
        nodes.extend(
            journey
                .channels()
                .iter()
                .map(|&channel| journeys.channels().name(channel).to_owned()),
        );
        nodes.dedup();
        let won = journey.outcome().conversions() > 0.0;
        for step in nodes[1..].iter().collect::<BTreeSet<_>>() {
            let through = naive.through.entry(step.clone()).or_default();
            *through = (through.0 + 1, through.1 + u64::from(won));
        }
        nodes.push(if won { "(conversion)" } else { "(drop)" }.to_owned());
        nodes.windows(2).for_each(|pair| {
            *naive
                .edges
                .entry((pair[0].clone(), pair[1].clone()))
                .or_default() += 1
        });
    }
    naive
}

#[test]
fn maps_are_those_of_a_slow_count_on_any_number_of_threads() {
    let retailer = Retailer::new(6_000, 8).unwrap();
    let journeys = Journeys::from_events(&retailer.events, JourneyOptions::default()).unwrap();
    let on = |threads: usize| {
        let steps = Steps::channels(journeys.channels());
        let paths = || FrequentPaths::new(&journeys, &steps, 50, &KpiOptions::default()).unwrap();
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| (map(&journeys), paths()))
    };
    let (map, paths) = on(1);
    for threads in [2, 3, 7] {
        assert_eq!(
            on(threads),
            (map.clone(), paths.clone()),
            "{threads} threads"
        );
    }
    let slow = naive(&journeys);
    let edges = map
        .edges
        .iter()
        .map(|edge| {
            (
                (edge.from.to_string(), edge.to.to_string()),
                edge.taken.count,
            )
        })
        .collect();
    let steps = map
        .steps
        .iter()
        .filter(|of| of.visits > 0)
        .map(|of| {
            (
                of.step.clone(),
                (of.conversion.population, of.conversion.count),
            )
        })
        .collect();
    assert_eq!(
        Naive {
            edges,
            through: steps
        },
        slow
    );
    // Conversions of the map are those of attribution.
    assert_eq!(map.conversion.count as f64, journeys.totals().conversions);
    assert_eq!(paths.population, map.population);
    let average = map.conversion.rate.unwrap();
    assert!(
        map.friction
            .iter()
            .all(|point| point.conversion.rate.unwrap() < average + 0.5 && point.lost.count > 0.0)
    );
}

#[test]
fn counts_merge_after_they_were_written_down() {
    let retailer = Retailer::new(3_000, 4).unwrap();
    let journeys = Journeys::from_events(&retailer.events, JourneyOptions::default()).unwrap();
    let new = || MapCounts::new(Steps::channels(journeys.channels()));
    let half = journeys.len() / 2;
    let gather = |range: std::ops::Range<usize>| {
        let mut counts = new();
        range
            .filter_map(|at| journeys.get(at))
            .for_each(|journey| counts.observe(journey));
        let text = serde_json::to_string(&counts).unwrap();
        serde_json::from_str::<MapCounts>(&text).unwrap()
    };
    let (mut first, whole) = (gather(0..half), gather(0..journeys.len()));
    first.merge(gather(half..journeys.len())).unwrap();
    let of = journeys.counted().unwrap();
    let report = |counts: &MapCounts| counts.report(&of, &KpiOptions::default()).unwrap();
    assert_eq!(report(&first), report(&whole));
    let folded = map(&journeys);
    let counts = |map: &JourneyMap| {
        let points = map.friction.iter();
        let counts =
            points.map(|point| (point.step.clone(), point.lost.count, point.conversion.count));
        counts.collect::<Vec<_>>()
    };
    assert_eq!(
        counts(&report(&whole)),
        counts(&folded),
        "persons apart, one by one counts the same"
    );
    assert!(
        first
            .merge(MapCounts::new(Steps::channels(
                &mixtouch::Channels::new(["tv"]).unwrap()
            )))
            .is_err()
    );
    let text = serde_json::to_string(&new()).unwrap();
    assert!(
        serde_json::from_str::<MapCounts>(&text.replacen("\"converted\":0", "\"converted\":5", 1))
            .is_err()
    );
}

#[test]
fn a_map_of_little() {
    let mut log = Events::new();
    log.push(Event::touch("ann", 5, "tv")).unwrap();
    let journeys = |log: &Events| Journeys::from_events(log, JourneyOptions::default()).unwrap();
    // One journey without a conversion: nothing to hold it against.
    let one = map(&journeys(&log));
    assert_eq!(
        (
            one.population,
            one.conversion.rate,
            one.friction.len(),
            one.handoffs.len(),
            one.censored
        ),
        (1, Some(0.0), 0, 0, 1)
    );
    assert!(one.edge("tv", "(drop)").is_some() && !one.to_string().contains("NaN"));
    // None of several converts: the average is 0, and nothing is lost against it.
    log.push(Event::touch("bob", 5, "web")).unwrap();
    log.push(Event::touch("bob", 5, "tv")).unwrap();
    let none = map(&journeys(&log));
    assert_eq!((none.conversion.count, none.friction.len()), (0, 0));
    // Purchases without a touch only.
    let mut log = Events::new();
    log.push(Event::conversion("ann", 5)).unwrap();
    let bought = map(&journeys(&log));
    assert_eq!(
        bought
            .edge("(start)", "(conversion)")
            .map(|edge| edge.taken.rate),
        Some(Some(1.0))
    );
    let empty = journeys(&Events::new());
    assert!(
        JourneyMap::new(
            &empty,
            &Steps::channels(empty.channels()),
            &KpiOptions::default()
        )
        .is_err()
    );
    let mut table = PathTable::new();
    table
        .push(["tv"], Outcome::new(1.0, 1.0, 5.0).unwrap())
        .unwrap();
    let table = table.journeys().unwrap();
    let error = JourneyMap::new(
        &table,
        &Steps::channels(table.channels()),
        &KpiOptions::default(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a KPI needs persons and times, which these journeys lack"
    );
    let other = Steps::channels(&mixtouch::Channels::new(["radio"]).unwrap());
    assert!(JourneyMap::new(&journeys(&log), &other, &KpiOptions::default()).is_err());
}

#[test]
fn long_paths_are_counted_by_their_beginning() {
    let mut log = Events::new();
    let channels = ["a", "b", "c"];
    for (person, touches) in [("ann", 10), ("bob", 12), ("cem", 15)] {
        (0..touches).for_each(|at| {
            log.push(Event::touch(person, at, channels[at as usize % 3]))
                .unwrap()
        });
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let paths = FrequentPaths::new(
        &journeys,
        &Steps::channels(journeys.channels()),
        5,
        &KpiOptions::default(),
    )
    .unwrap();
    let shown: Vec<(u64, bool, usize)> = paths
        .paths
        .iter()
        .map(|path| (path.share.count, path.goes_on, path.steps.len()))
        .collect();
    assert_eq!(shown, [(2, true, 10), (1, false, 10)]);
}

#[test]
fn a_known_friction_point_is_found_first() {
    // Of 4,000 journeys each over one, two or three of four channels, 30 % convert; one that passes
    // the app half as often; and who comes from e-mail to the app leaves there.
    let found = |seed: u64| {
        let mut random = Random::new(seed);
        let mut log = Events::new();
        for person in 0..4_000u64 {
            let channels = ["app", "e-mail", "search", "social"];
            let mut path: Vec<&str> = (0..1 + (random.uniform() * 3.0) as usize)
                .map(|_| channels[(random.uniform() * 4.0) as usize])
                .collect();
            let cut = path.windows(2).position(|pair| pair == ["e-mail", "app"]);
            cut.into_iter().for_each(|at| path.truncate(at + 2));
            let times = (person as i64 * 10..).take(path.len());
            times
                .clone()
                .zip(&path)
                .for_each(|(time, channel)| log.push(Event::touch(person, time, channel)).unwrap());
            if cut.is_none() && random.chance(if path.contains(&"app") { 0.15 } else { 0.3 }) {
                log.push(Event::conversion(person, person as i64 * 10 + 9))
                    .unwrap();
            }
        }
        map(&Journeys::from_events(&log, JourneyOptions::default()).unwrap())
    };
    for seed in 0..20 {
        let map = found(seed);
        assert_eq!(map.friction[0].step, "app");
        assert!(map.friction[0].lost.is_told(ConfidenceLevel::default()));
        assert_eq!(
            (map.handoffs[0].from.as_str(), map.handoffs[0].to.as_str()),
            ("e-mail", "app"),
            "{map}"
        );
    }
}

/// Journeys of 3,000 persons over so many channels, of which the first few are met most, some twice
/// in a row.
fn wandering(channels: u64) -> Journeys {
    let (random, names) = (
        Random::new(channels),
        (0..channels)
            .map(|at| format!("channel {at:04}"))
            .collect::<Vec<_>>(),
    );
    let mut log = Events::new();
    for person in 0..3_000 {
        let mut stream = random.stream(person);
        let mut time = JANUARY + stream.index(60) as i64 * DAY;
        for _ in 0..stream.index(14) {
            let few = stream.chance(0.7);
            let channel = stream.index(if few { channels.min(3) } else { channels });
            log.push(Event::touch(person, time, &names[channel as usize]))
                .unwrap();
            time += 60 + stream.index(3_600) as i64;
        }
        if stream.chance(0.3) {
            log.push(Event::conversion(person, time).with_value(stream.index(90) as f64))
                .unwrap();
        }
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

/// The map and the paths keep their counts in one way for few channels and in others for many.
#[test]
fn maps_and_paths_of_any_number_of_channels_are_those_of_a_slow_count() {
    for channels in [4, 40, 300, 1_500] {
        let journeys = wandering(channels);
        let steps = Steps::channels(journeys.channels());
        let (mut edges, mut paths) = (
            BTreeMap::<(String, String), u64>::new(),
            BTreeMap::<(Vec<String>, bool), (u64, u64, f64)>::new(),
        );
        for journey in (0..journeys.len()).map(|at| journeys.get(at).unwrap()) {
            let mut walked: Vec<String> = journey
                .channels()
                .iter()
                .map(|&id| journeys.channels().name(id).to_owned())
                .collect();
            walked.dedup();
            let won = journey.outcome().conversions() > 0.0;
            let ends = ["(start)".to_owned()]
                .into_iter()
                .chain(walked.clone())
                .chain([if won { "(conversion)" } else { "(drop)" }.to_owned()]);
            let ends: Vec<String> = ends.collect();
            ends.windows(2).for_each(|pair| {
                *edges.entry((pair[0].clone(), pair[1].clone())).or_default() += 1
            });
            let goes_on = walked.len() > FrequentPaths::LONGEST;
            walked.truncate(FrequentPaths::LONGEST);
            let counts = paths.entry((walked, goes_on)).or_default();
            *counts = (
                counts.0 + 1,
                counts.1 + u64::from(won),
                counts.2 + journey.outcome().value(),
            );
        }
        let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default()).unwrap();
        let found: BTreeMap<(String, String), u64> = map
            .edges
            .iter()
            .map(|edge| {
                (
                    (edge.from.to_string(), edge.to.to_string()),
                    edge.taken.count,
                )
            })
            .collect();
        assert_eq!(found, edges, "{channels} channels");
        let most = FrequentPaths::new(&journeys, &steps, 5_000, &KpiOptions::default()).unwrap();
        assert_eq!(
            (most.distinct, most.population),
            (paths.len() as u64, journeys.len() as u64)
        );
        let found: BTreeMap<(Vec<String>, bool), (u64, u64, f64)> = most
            .paths
            .iter()
            .map(|path| {
                (
                    (path.steps.clone(), path.goes_on),
                    (path.share.count, path.conversion.count, path.value),
                )
            })
            .collect();
        assert_eq!(found, paths, "{channels} channels");
        // the first few are the first of all; equal ones stand in the order of their steps, the
        // longer behind the shorter
        let few = FrequentPaths::new(&journeys, &steps, 25, &KpiOptions::default()).unwrap();
        assert_eq!(few.paths, most.paths[..25]);
        let order = |path: &mixtouch::kpi::map::FrequentPath| {
            (
                std::cmp::Reverse(path.share.count),
                path.steps.clone(),
                path.goes_on,
            )
        };
        assert!(most.paths.is_sorted_by_key(order));
        assert!(most.paths.iter().any(|path| path.goes_on));
    }
}
