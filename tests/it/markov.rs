//! Markov chains of any order against figures worked out elsewhere and another way.

use crate::common::random::Random;
use mixtouch::attribution::markov::{Markov, MarkovJourneys, State, Transitions};
use mixtouch::attribution::{Bootstrap, ModelName, ModelSettings};
use mixtouch::journeys::Transform;
use mixtouch::simulate::worlds::World;
use mixtouch::{
    Accumulator, Channels, Comparison, Event, Events, Fit, JourneyOptions, Journeys, Lookback,
    Outcome, PathTable, Result, attribute,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Row = (Vec<u8>, u32, u32);

fn names(path: &[u8]) -> Vec<String> {
    path.iter().map(|channel| format!("c{channel}")).collect()
}

/// A table whose value per conversion differs from row to row.
fn journeys(rows: &[Row]) -> Journeys {
    let mut table = PathTable::new();
    for (at, (path, conversions, nulls)) in rows.iter().enumerate() {
        let outcome = Outcome::new(
            (*conversions).into(),
            (*nulls).into(),
            f64::from(*conversions) * value(at),
        )
        .unwrap();
        table
            .push(names(path).iter().map(String::as_str), outcome)
            .unwrap();
    }
    table.journeys().unwrap()
}

fn value(row: usize) -> f64 {
    1.0 + row as f64 / 3.0
}

/// The probability of conversion and the expected value, with all states that hold `removed` sent
/// to null: the textbook way, by elimination with pivoting over a dense matrix of states. Equal
/// states in a row are merged before counting.
fn absorbed(rows: &[Row], order: usize, ignore_nulls: bool, removed: Option<u8>) -> [f64; 2] {
    let mut states = BTreeMap::new();
    let mut walks = Vec::new();
    for (at, (path, conversions, nulls)) in rows.iter().enumerate() {
        let (conversions, nulls) = (
            f64::from(*conversions),
            if ignore_nulls { 0.0 } else { f64::from(*nulls) },
        );
        let mut walk: Vec<Vec<u8>> = if path.len() < order {
            vec![path.clone()]
        } else {
            path.windows(order).map(<[u8]>::to_vec).collect()
        };
        walk.dedup();
        if conversions + nulls > 0.0 {
            for state in &walk {
                let next = states.len();
                states.entry(state.clone()).or_insert(next);
            }
            walks.push((walk, conversions, nulls, conversions * value(at)));
        }
    }
    let size = states.len();
    let (mut start, mut rewards, mut leaving) =
        (vec![0.0; size], vec![[0.0; 2]; size], vec![0.0; size]);
    let mut steps = vec![vec![0.0; size]; size];
    let mut all = 0.0;
    for (walk, conversions, nulls, value) in &walks {
        let weight = conversions + nulls;
        let walk: Vec<usize> = walk.iter().map(|state| states[state]).collect();
        all += weight;
        start[walk[0]] += weight;
        for pair in walk.windows(2) {
            steps[pair[0]][pair[1]] += weight;
        }
        walk.iter().for_each(|&at| leaving[at] += weight);
        let last = walk[walk.len() - 1];
        rewards[last][0] += conversions;
        rewards[last][1] += value;
    }
    let gone: Vec<bool> = {
        let mut gone = vec![false; size];
        states.iter().for_each(|(state, &at)| {
            gone[at] = removed.is_some_and(|removed| state.contains(&removed))
        });
        gone
    };
    // (I - Q) x = r, rows of removed states being x = 0.
    let mut system: Vec<Vec<f64>> = (0..size)
        .map(|row| {
            let mut line: Vec<f64> = (0..size)
                .map(|column| {
                    if gone[row] {
                        0.0
                    } else {
                        -steps[row][column] / leaving[row]
                    }
                })
                .collect();
            line[row] += 1.0;
            line.extend(rewards[row].map(|reward| {
                if gone[row] {
                    0.0
                } else {
                    reward / leaving[row]
                }
            }));
            line
        })
        .collect();
    for pivot in 0..size {
        let best = (pivot..size)
            .max_by(|&left, &right| {
                system[left][pivot]
                    .abs()
                    .total_cmp(&system[right][pivot].abs())
            })
            .unwrap();
        system.swap(pivot, best);
        let line = system[pivot].clone();
        for (_, row) in system
            .iter_mut()
            .enumerate()
            .filter(|(row, _)| *row != pivot)
        {
            let factor = row[pivot] / line[pivot];
            row.iter_mut()
                .zip(&line)
                .for_each(|(cell, pivot)| *cell -= factor * pivot);
        }
    }
    [0, 1].map(|which| {
        (0..size)
            .map(|at| start[at] / all * system[at][size + which] / system[at][at])
            .sum()
    })
}

/// Credit of conversions and value by channel.
fn credits(rows: &[Row], order: usize, ignore_nulls: bool) -> BTreeMap<u8, [f64; 2]> {
    let channels: BTreeSet<u8> = rows.iter().flat_map(|row| &row.0).copied().collect();
    let whole = absorbed(rows, order, ignore_nulls, None);
    let effects: BTreeMap<u8, [f64; 2]> = channels
        .iter()
        .map(|&channel| {
            let without = absorbed(rows, order, ignore_nulls, Some(channel));
            (
                channel,
                [0, 1].map(|which| 1.0 - without[which] / whole[which]),
            )
        })
        .collect();
    let totals = [
        rows.iter().map(|row| f64::from(row.1)).sum::<f64>(),
        rows.iter()
            .enumerate()
            .map(|(at, row)| f64::from(row.1) * value(at))
            .sum(),
    ];
    let sums = [0, 1].map(|which| effects.values().map(|effect| effect[which]).sum::<f64>());
    effects
        .into_iter()
        .map(|(channel, effect)| {
            (
                channel,
                [0, 1].map(|which| effect[which] / sums[which] * totals[which]),
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_order_is_the_closed_form(
        rows in prop::collection::vec((prop::collection::vec(0u8..5, 1..9), 0u32..4, 0u32..6), 1..14),
        order in 1usize..=5,
        ignore_nulls: bool,
    ) {
        prop_assume!(rows.iter().any(|row| row.1 > 0));
        let journeys = journeys(&rows);
        let model = Markov::order(order).unwrap().with_ignore_nulls(ignore_nulls).fit(&journeys).unwrap();
        let whole = absorbed(&rows, order, ignore_nulls, None);
        prop_assert!((model.conversion_rate() - whole[0]).abs() < 1e-12);
        let ours = attribute(&journeys, &model).unwrap();
        let totals = ours.total();
        for (channel, [conversions, value]) in credits(&rows, order, ignore_nulls) {
            let tally = ours.channel(&format!("c{channel}")).unwrap();
            prop_assert!((tally.conversions - conversions).abs() < 1e-8 * totals.conversions, "{tally:?} {conversions}");
            prop_assert!((tally.value - value).abs() < 1e-8 * totals.value, "{tally:?} {value}");
        }
    }

    #[test]
    fn a_transition_matrix_holds_the_whole_flow(
        rows in prop::collection::vec((prop::collection::vec(0u8..4, 1..7), 0u32..4, 0u32..6), 1..10),
        order in 1usize..=4,
    ) {
        prop_assume!(rows.iter().any(|row| row.1 + row.2 > 0));
        let model = Markov::order(order).unwrap().fit(&journeys(&rows)).unwrap();
        let mut leaving = BTreeMap::<State, [f64; 2]>::new();
        let mut entering = BTreeMap::<State, f64>::new();
        for entry in model.transitions() {
            let left = leaving.entry(entry.from).or_default();
            left[0] += entry.weight;
            left[1] += entry.probability;
            *entering.entry(entry.to).or_default() += entry.weight;
        }
        for (state, [weight, probability]) in leaving {
            prop_assert!((probability - 1.0).abs() < 1e-12);
            prop_assert_eq!(state == State::Start || entering[&state] == weight, true);
        }
        let text = serde_json::to_string(&model).unwrap();
        prop_assert_eq!(serde_json::from_str::<mixtouch::attribution::markov::MarkovModel>(&text).unwrap(), model);
    }
}

/// ChannelAttribution 2.2.5, `transition_matrix(order=2)` on A > A > A (1 conversion, 16 nulls), A
/// (2, 32), B > A > A > A > B (4, 64) and A > A > B (8, 128). It keeps the step of AA to itself
/// (probability 0.277778), which here is merged: its others, 0.003268, 0.052288 and 0.666667, are
/// scaled by 1 / (1 - 0.277778).
#[test]
fn states_are_those_of_channel_attribution() {
    let mut table = PathTable::new();
    for (path, conversions, nulls) in [
        (&["A", "A", "A"][..], 1.0, 16.0),
        (&["A"], 2.0, 32.0),
        (&["B", "A", "A", "A", "B"], 4.0, 64.0),
        (&["A", "A", "B"], 8.0, 128.0),
    ] {
        table
            .push(
                path.iter().copied(),
                Outcome::new(conversions, nulls, 0.0).unwrap(),
            )
            .unwrap();
    }
    let journeys = table.journeys().unwrap();
    let model = Markov::order(2).unwrap().fit(&journeys).unwrap();
    let name = |state: State| match state {
        State::Start => "(start)".to_owned(),
        State::Channels(ids) => ids.iter().map(|&id| journeys.channels().name(id)).collect(),
        State::Conversion => "(conversion)".to_owned(),
        State::Null => "(null)".to_owned(),
    };
    let ours: Vec<(String, String, f64)> = model
        .transitions()
        .map(|entry| (name(entry.from), name(entry.to), entry.probability))
        .collect();
    let merged = 1.0 - 0.277778;
    let expected = [
        ("(start)", "A", 0.133333),
        ("(start)", "AA", 0.6),
        ("(start)", "BA", 0.266667),
        ("A", "(conversion)", 0.058824),
        ("A", "(null)", 0.941176),
        ("AA", "AB", 0.666667 / merged),
        ("AA", "(conversion)", 0.003268 / merged),
        ("AA", "(null)", 0.052288 / merged),
        ("AB", "(conversion)", 0.058824),
        ("AB", "(null)", 0.941176),
        ("BA", "AA", 1.0),
    ];
    assert_eq!(ours.len(), expected.len(), "{ours:?}");
    for ((from, to, probability), expected) in ours.iter().zip(expected) {
        assert_eq!((from.as_str(), to.as_str()), (expected.0, expected.1));
        assert!(
            (probability - expected.2).abs() < 2e-6,
            "{from} {to}: {probability}"
        );
    }
}

/// 3,000 channels have 3,000^5 states of order 5; the table has 3,006.
#[test]
fn only_states_that_occur_cost_memory() {
    let names: Vec<String> = (0..3_000)
        .map(|channel| format!("channel {channel}"))
        .collect();
    let mut table = PathTable::new();
    for name in &names {
        table.push([name.as_str()], Outcome::NULL).unwrap();
    }
    table
        .push(
            names[..10].iter().map(String::as_str),
            Outcome::new(1.0, 1.0, 5.0).unwrap(),
        )
        .unwrap();
    let journeys = table.journeys().unwrap();
    let model = Markov::order(5).unwrap().fit(&journeys).unwrap();
    assert_eq!(model.states(), 3_000 + 6);
    // whichever of the ten is missing, no walk along them arrives
    let tenths = attribute(&journeys, &model).unwrap();
    assert!(
        names[..10]
            .iter()
            .all(|name| (tenths.channel(name).unwrap().conversions - 0.1).abs() < 1e-12)
    );
}

#[test]
fn an_order_longer_than_any_path_makes_every_path_a_state() {
    let rows = [(vec![0, 1], 3, 1), (vec![1, 2, 1], 1, 4), (vec![2], 0, 5)];
    let journeys = journeys(&rows);
    let model = Markov::order(50).unwrap().fit(&journeys).unwrap();
    assert_eq!(model.states(), 3);
    // Without a channel the conversions of all paths with it are lost: 3/4, 4/4 and 1/4.
    for ((_, effect), expected) in model.removal_effects().zip([0.75, 1.0, 0.25]) {
        assert!((effect - expected).abs() < 1e-15);
    }
    for order in [0, 1001] {
        assert_eq!(
            Markov::order(order).unwrap_err().to_string(),
            format!("order is {order}, expected: 1 to 1000")
        );
    }
}

#[test]
fn degenerate_tables_have_a_result() {
    for order in [1, 2, 3] {
        let fit = |rows: &[Row]| {
            let journeys = journeys(rows);
            let model = Markov::order(order).unwrap().fit(&journeys).unwrap();
            (
                model
                    .removal_effects()
                    .map(|effect| effect.1)
                    .collect::<Vec<_>>(),
                attribute(&journeys, &model).unwrap(),
            )
        };
        // One channel only: it has all the credit.
        let (effects, credits) = fit(&[(vec![0, 0, 0], 2, 3)]);
        assert_eq!((effects, credits.credited().conversions), (vec![1.0], 2.0));
        // All convert: what matters is who is on every path.
        let (effects, _) = fit(&[(vec![0, 1], 1, 0), (vec![0, 2], 1, 0)]);
        assert_eq!(effects, [1.0, 0.5, 0.5]);
        // None does: nothing to credit.
        let (effects, credits) = fit(&[(vec![0, 1], 0, 4)]);
        assert_eq!(
            (effects, credits.total().conversions),
            (vec![0.0, 0.0], 0.0)
        );
        // A channel never seen before a conversion has no effect.
        let (effects, _) = fit(&[(vec![0], 1, 0), (vec![1], 0, 4)]);
        assert_eq!(effects, [1.0, 0.0]);
        // No journeys at all.
        assert_eq!(fit(&[]).1.total().conversions, 0.0);
    }
}

/// Against a walk through the raw sequences: every journey's own probability, multiplied up.
#[test]
fn likelihood_is_that_of_whole_journeys() {
    let rows = [
        (vec![0, 0, 1], 3, 1),
        (vec![1, 0], 1, 4),
        (vec![1], 0, 5),
        (vec![0, 0, 1, 1, 0], 2, 2),
    ];
    let choice = Markov::choose_order(&journeys(&rows), 3).unwrap();
    for score in choice.scores() {
        let mut choices = BTreeMap::<Vec<u8>, BTreeMap<u8, f64>>::new();
        let mut starts = BTreeMap::<Vec<u8>, f64>::new();
        for (path, conversions, nulls) in &rows {
            let state = |end: usize| path[end.saturating_sub(score.order)..end].to_vec();
            let first = score.order.min(path.len());
            *starts.entry(state(first)).or_default() += f64::from(conversions + nulls);
            for (at, next) in path.iter().enumerate().skip(first) {
                *choices
                    .entry(state(at))
                    .or_default()
                    .entry(*next)
                    .or_default() += f64::from(conversions + nulls);
            }
            let ends = choices.entry(state(path.len())).or_default();
            *ends.entry(98).or_default() += f64::from(*conversions);
            *ends.entry(99).or_default() += f64::from(*nulls);
        }
        let mut expected = 0.0;
        let mut parameters = 0;
        for counts in choices
            .values()
            .map(|choices| choices.values().copied().collect())
            .chain([starts.values().copied().collect::<Vec<f64>>()])
        {
            let all: f64 = counts.iter().sum();
            let seen: Vec<f64> = counts.into_iter().filter(|&count| count > 0.0).collect();
            expected += seen
                .iter()
                .map(|count| count * (count / all).ln())
                .sum::<f64>();
            parameters += seen.len() - 1;
        }
        assert!(
            (score.log_likelihood - expected).abs() < 1e-10,
            "{score:?} {expected}"
        );
        assert_eq!(score.parameters, parameters);
    }
    assert!(Markov::choose_order(&journeys(&rows), 0).is_err());
}

/// Null journeys are counted by the block, as adjacent touches less what crosses from one journey
/// to the next; one by one is the plain way. A short lookback leaves touches between journeys that
/// belong to none.
#[test]
fn counting_by_the_block_is_counting_one_by_one() {
    let mut log = Events::new();
    for person in 0..6_000 {
        let mut random = Random::new(8).stream(person);
        let mut time = 1_767_225_600 + random.index(1_000_000) as i64;
        for _ in 0..=random.index(5) {
            log.push(Event::touch(person, time, &format!("c{}", random.index(6))))
                .unwrap();
            time += random.index(200_000) as i64;
        }
        if random.chance(0.1) {
            log.push(Event::conversion(person, time)).unwrap();
        }
    }
    let day = std::time::Duration::from_secs(86_400);
    let short = || JourneyOptions::default().with_lookback(Lookback::new(day).unwrap());
    for options in [
        JourneyOptions::default(),
        short(),
        short().with_transform(Transform::Exposure),
    ] {
        let journeys = Journeys::from_events(&log, options).unwrap();
        assert!(journeys.totals().nulls > 4_000.0);
        for markov in [1, 2].map(|order| Markov::order(order).unwrap()) {
            for markov in [markov, markov.with_ignore_nulls(true)] {
                let mut one_by_one = markov.evidence(journeys.channels());
                journeys
                    .iter()
                    .for_each(|journey| one_by_one.observe(journey));
                let by_block = journeys
                    .accumulate(|| markov.evidence(journeys.channels()))
                    .unwrap();
                assert_eq!(by_block, one_by_one);
            }
        }
    }
}

/// A short lookback of one channel leaves touches between journeys that lie in none; nulls that
/// stand side by side in the arena are counted as one run, those of a table of paths one by one.
#[test]
fn touches_in_no_journey_are_no_steps() {
    let day = 86_400;
    let mut log = Events::new();
    for person in 0..600u64 {
        for touch in 0..person % 12 {
            let channel = ["tv", "web", "app"][(person * 7 + touch * touch * 5) as usize % 3];
            log.push(Event::touch(
                person,
                ((person % 5 + touch * (1 + person % 7)) * day) as i64,
                channel,
            ))
            .unwrap();
        }
        if person % 9 == 0 {
            log.push(Event::conversion(person, (40 * day) as i64).with_value(person as f64))
                .unwrap();
        }
    }
    let days = |days: f64| Lookback::days(days).unwrap();
    let options = JourneyOptions::default().with_lookback(days(30.0).with_channel("tv", days(3.0)));
    let journeys = Journeys::from_events(&log, options).unwrap();
    let mut table = PathTable::new();
    for journey in journeys.iter() {
        table
            .push(
                journey
                    .channels()
                    .iter()
                    .map(|id| journeys.channels().name(*id)),
                journey.outcome(),
            )
            .unwrap();
    }
    assert!(
        journeys.totals().touchpoints
            < log.iter().filter(|event| event.channel().is_some()).count() as f64
    );
    let table = table.journeys().unwrap();
    assert_eq!(journeys.totals(), table.totals());
    for order in [1, 2] {
        let of = |journeys: &Journeys| {
            attribute(
                journeys,
                &Markov::order(order).unwrap().fit(journeys).unwrap(),
            )
            .unwrap()
        };
        let (found, expected) = (of(&journeys), of(&table));
        for name in ["tv", "web", "app"] {
            let (found, expected) = (
                found.channel(name).unwrap(),
                expected.channel(name).unwrap(),
            );
            assert!(
                (found.conversions - expected.conversions).abs() < 1e-9
                    && (found.value - expected.value).abs() < 1e-6,
                "{name}"
            );
        }
    }
}

/// BIC charges every parameter for the same number of steps, whatever the order: a journey's
/// touches and its end.
#[test]
fn bic_counts_all_touches_and_ends_at_every_order() {
    let mut random = Random::new(11);
    let (mut table, mut steps) = (PathTable::new(), 0.0);
    for _ in 0..60 {
        let touches = 1 + random.index(6) as usize;
        let path: Vec<&str> = (0..touches)
            .map(|_| ["a", "b", "c"][random.index(3) as usize])
            .collect();
        let [conversions, nulls] = [0, 1].map(|_| random.index(20) as f64);
        table
            .push(path, Outcome::new(conversions, nulls, 0.0).unwrap())
            .unwrap();
        steps += (conversions + nulls) * (touches + 1) as f64;
    }
    let choice = Markov::choose_order(&table.journeys().unwrap(), 4).unwrap();
    for score in choice.scores() {
        let bic = score.parameters as f64 * steps.ln() - 2.0 * score.log_likelihood;
        assert!((score.bic / bic - 1.0).abs() < 1e-12, "{score:?} {bic}");
    }
}

/// Each replicate fits the chain again; with one chain for all, intervals were 7 to 16 % narrower.
#[test]
fn credit_within_journeys_is_refitted_in_every_replicate() {
    struct Refitted(Markov);

    impl Fit for Refitted {
        type Evidence = Transitions;
        type Model = MarkovJourneys;

        fn evidence(&self, channels: &Channels) -> Transitions {
            self.0.evidence(channels)
        }

        fn solve(&self, evidence: Transitions) -> Result<MarkovJourneys> {
            Ok(self.0.solve(evidence)?.within_journeys())
        }
    }

    let simulation = World::Baseline.simulate(1_000, 2).unwrap();
    let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
    let markov = Markov::order(1).unwrap();
    let once = markov.fit(&journeys).unwrap().within_journeys();
    let table = Comparison::new()
        .named(ModelName::MarkovWithinJourneys, &ModelSettings::default())
        .unwrap()
        .fit("by hand", Refitted(markov))
        .model("once", once)
        .bootstrap(Bootstrap::new(50, 1).unwrap())
        .run(&journeys)
        .unwrap();
    let [named, by_hand, once] = table.models() else {
        unreachable!()
    };
    assert_eq!(named.channels, by_hand.channels);
    assert_ne!(named.channels, once.channels);
}

#[cfg(feature = "csv")]
#[test]
fn a_channel_that_reads_as_a_formula_is_text_in_a_file_of_transitions() {
    let mut table = PathTable::new();
    let outcome = Outcome::new(1.0, 0.0, 0.0).unwrap();
    table.push(["=1+1", "tv"], outcome).unwrap();
    let model = Markov::order(1).unwrap().fit(&table.journeys().unwrap());
    let mut file = Vec::new();
    model.unwrap().write_transitions_csv(&mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    assert!(file.contains("(start),'=1+1,1,1\n'=1+1,tv,1,1\n"), "{file}");
}
