//! The laws every model obeys, run over all models by one macro. A new model is a new line where
//! `laws!` is called.
//!
//! Three sets of journeys serve: a log whose journeys fill several blocks and pieces; the same log
//! with lookbacks that differ, re-use and a transform; and a path table with fractional tallies,
//! for models that need no times.

use crate::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use crate::attribution::markov::{Markov, MarkovJourneys};
use crate::attribution::regression::{Logistic, ShaoLi};
use crate::attribution::rules::names::Names;
use crate::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay, WShaped,
};
use crate::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use crate::attribution::*;
use crate::event::{Event, Events, Interaction};
use crate::journeys::Outcome;
use crate::journeys::build::JourneyBuilder;
use crate::journeys::{JourneyOptions, Lookback, PathTable, Transform};
use crate::util::Random;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::sync::LazyLock;

/// Tests of one specification each.
macro_rules! laws {
    ($($name:ident: $specification:expr $(, $signed:ident)?;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn weights_are_finite_and_signed_only_where_declared() {
                let flags: &[&str] = &[$(stringify!($signed))?];
                check_weights(&$specification, flags.contains(&"signed"));
            }

            #[test]
            fn nothing_is_lost() {
                check_conservation(&$specification);
            }

            #[test]
            fn threads_and_the_order_of_persons_change_no_bit() {
                check_determinism(&$specification);
            }

            #[test]
            fn split_serialise_merge_solve_is_the_whole() {
                check_merging(&$specification);
            }

            #[test]
            fn relabelling_channels_relabels_credits() {
                check_relabelling(&$specification);
            }

            #[test]
            fn one_touch_takes_all_but_the_baselines_share() {
                check_one_touch(&$specification);
            }

            #[test]
            fn specification_and_model_survive_serde() {
                check_serde(&$specification);
            }
        }
    )*};
}

laws! {
    last_touch: Ready(LastTouch);
    first_touch: Ready(FirstTouch);
    last_non_direct: LastNonDirect::default();
    linear: Ready(Linear);
    time_decay: Ready(TimeDecay::days(7.0).unwrap());
    position_u: Ready(Position::u());
    position_j: Ready(Position::j());
    position_inverse_j: Ready(Position::inverse_j());
    position_ends: Ready(Position::new(1.0, 0.0, 3.0).unwrap());
    w_shaped: WShaped::new(["call"]).unwrap();
    markov: Markov::order(1).unwrap();
    markov_without_nulls: Markov::order(1).unwrap().with_ignore_nulls(true);
    markov_within_journeys: WithinJourneys(Markov::order(1).unwrap());
    markov_order_2_without_nulls: Markov::order(2).unwrap().with_ignore_nulls(true);
    markov_order_3: Markov::order(3).unwrap();
    logistic: Logistic::new();
    shao_li: ShaoLi;
    counterfactual: Counterfactual;
    subset_sum_shapley: Ready(SimplifiedShapley);
    set_rate_shapley: SetRateShapley, signed;
    time_to_event: AdditiveHazard::default();
    time_to_event_by_frequency_and_pairs: AdditiveHazard::default().with_frequency_classes(true).with_pairs(true);
    time_to_event_upstream: AdditiveHazard::default().with_upstream(["search"]).with_demand_capture(["direct"]);
    time_to_event_symmetric: AdditiveHazard::default().with_upstream(["search", "call"]).with_symmetric_upstream(true);
    time_to_event_exponential: AdditiveHazard::default().with_exponentials([0.1, 1.0, 10.0]).unwrap();
    log_hazard: LogLinearHazard::default();
}

/// What the laws ask of a specification.
trait Lawful:
    Fit<Evidence: Stored, Model: Stored + PartialEq + Debug> + Stored + PartialEq + Debug + Sync
{
}
impl<
    F: Fit<Evidence: Stored, Model: Stored + PartialEq + Debug> + Stored + PartialEq + Debug + Sync,
> Lawful for F
{
}

trait Stored: Serialize + DeserializeOwned {}
impl<T: Serialize + DeserializeOwned> Stored for T {}

/// A model that needs no fitting, as a specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Ready<M>(M);

impl<M: AttributionModel + Clone> Fit for Ready<M> {
    type Evidence = Names;
    type Model = M;

    fn evidence(&self, channels: &Channels) -> Names {
        Names::new(channels)
    }

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn solve(&self, _: Names) -> Result<M> {
        Ok(self.0.clone())
    }
}

/// The Markov chain that divides journey by journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct WithinJourneys(Markov);

impl Fit for WithinJourneys {
    type Evidence = <Markov as Fit>::Evidence;
    type Model = MarkovJourneys;

    fn evidence(&self, channels: &Channels) -> Self::Evidence {
        self.0.evidence(channels)
    }

    fn solve(&self, evidence: Self::Evidence) -> Result<MarkovJourneys> {
        Ok(self.0.solve(evidence)?.within_journeys())
    }
}

const NAMES: [&str; 7] = [
    "call", "direct", "e-mail", "search", "social", "tv", "unseen",
];
const DAY: i64 = 86_400;
const PERSONS: u64 = 9000;

#[derive(Debug, Clone, Copy)]
struct Row {
    person: u64,
    time: i64,
    /// A touch, or none for a conversion.
    channel: Option<&'static str>,
    value: f64,
}

/// 60 days of touches and conversions, many of them in the same second or twice a person; some
/// persons touch every channel, so that sums over sets of channels are long. The first persons
/// touch at the very end, so that shards of the log agree on where it ends.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for person in 0..PERSONS {
        let mut random = Random::new(11).stream(person);
        let mut time = 0;
        for _ in 0..random.index(7) {
            if !random.chance(0.2) {
                time = random.index(60 * DAY as u64) as i64;
            }
            rows.push(Row {
                person,
                time,
                channel: Some(NAMES[random.index(6) as usize]),
                value: 0.0,
            });
        }
        for _ in 0..random.index(6).saturating_sub(3) {
            if !random.chance(0.2) {
                time = random.index(60 * DAY as u64) as i64;
            }
            rows.push(Row {
                person,
                time,
                channel: None,
                value: random.between(1.0, 90.0),
            });
        }
        if person % 100 == 0 {
            rows.extend((0..6).map(|at| Row {
                person,
                time: 30 * DAY + at as i64,
                channel: Some(NAMES[at]),
                value: 0.0,
            }));
            rows.push(Row {
                person,
                time: 31 * DAY,
                channel: None,
                value: 3.0,
            });
        }
        if person < 30 {
            rows.push(Row {
                person,
                time: 60 * DAY,
                channel: Some("search"),
                value: 0.0,
            });
        }
    }
    rows
});

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

fn build(rows: &[Row], options: &JourneyOptions, relabel: impl Fn(&str) -> String) -> Journeys {
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
        .unwrap();
    }
    let mut builder = JourneyBuilder::new(options.clone());
    let names: Vec<String> = NAMES.iter().map(|name| relabel(name)).collect();
    builder
        .add_channels(names.iter().map(String::as_str))
        .unwrap();
    builder.extend(&log).unwrap();
    builder.build().unwrap()
}

fn awkward() -> JourneyOptions {
    let lookback = Lookback::days(20.0)
        .unwrap()
        .with_interaction(Interaction::View, Lookback::days(2.0).unwrap());
    JourneyOptions::default()
        .with_lookback(lookback)
        .with_reuse(true)
        .with_transform(Transform::Exposure)
}

/// Paths with fractional tallies; one of them is empty, and its conversions are nobody's.
fn paths(relabel: impl Fn(&str) -> String) -> Journeys {
    let mut table = PathTable::new();
    let names: Vec<String> = NAMES.iter().map(|name| relabel(name)).collect();
    table
        .add_channels(names.iter().map(String::as_str))
        .unwrap();
    let mut random = Random::new(3);
    for _ in 0..5000 {
        let path: Vec<&str> = (0..random.index(6))
            .map(|_| names[random.index(6) as usize].as_str())
            .collect();
        let conversions = random.between(0.0, 3.0);
        table
            .push(
                path,
                Outcome::new(conversions, random.between(0.0, 9.0), conversions * 7.5).unwrap(),
            )
            .unwrap();
    }
    table.journeys().unwrap()
}

fn same(name: &str) -> String {
    name.to_owned()
}

static LOG: LazyLock<Journeys> = LazyLock::new(|| build(&ROWS, &JourneyOptions::default(), same));
static SHUFFLED: LazyLock<Journeys> =
    LazyLock::new(|| build(&shuffled(&ROWS), &JourneyOptions::default(), same));
static AWKWARD: LazyLock<Journeys> = LazyLock::new(|| build(&ROWS, &awkward(), same));
static PATHS: LazyLock<Journeys> = LazyLock::new(|| paths(same));

/// The journeys a specification can be fitted on.
fn worlds(specification: &impl Fit) -> Vec<&'static Journeys> {
    let Needs {
        times, timeline, ..
    } = specification.needs();
    if times || timeline {
        vec![&*LOG, &*AWKWARD]
    } else {
        vec![&*LOG, &*AWKWARD, &*PATHS]
    }
}

fn json(item: &impl Serialize) -> String {
    serde_json::to_string(item).unwrap()
}

fn again<T: Stored>(item: &T) -> T {
    serde_json::from_str(&json(item)).unwrap()
}

/// Fails unless each pair is equal to 1e-12 of `scale`.
fn assert_close(what: &str, scale: Tally, left: Tally, right: Tally) {
    assert!(
        (left.conversions - right.conversions).abs() <= 1e-12 * scale.conversions,
        "{what}: {left:?}, {right:?}"
    );
    assert!(
        (left.value - right.value).abs() <= 1e-12 * scale.value,
        "{what}: {left:?}, {right:?}"
    );
}

fn assert_same_credits(left: &Credits, right: &Credits) {
    let scale = left.total();
    assert_close("total", scale, left.total(), right.total());
    assert_close("baseline", scale, left.baseline(), right.baseline());
    assert_close(
        "unattributed",
        scale,
        left.unattributed(),
        right.unattributed(),
    );
    for (name, tally) in left.channels().iter().zip(left.by_channel()) {
        assert_close(name, scale, *tally, right.channel(name).unwrap());
    }
}

fn check_weights(specification: &impl Lawful, signed: bool) {
    let mut negative = 0;
    for journeys in worlds(specification) {
        let model = specification.fit(journeys).unwrap();
        let block = journeys.converting_block();
        for journey in if model.needs().timeline {
            block.with_timelines()
        } else {
            block
        } {
            let mut weights = vec![0.0; journey.credited_channels().len()];
            if weights.is_empty() {
                continue;
            }
            let baseline = model.weigh(journey, &mut weights);
            assert!(
                weights.iter().all(|weight| weight.is_finite()),
                "{weights:?}"
            );
            assert!(baseline >= 0.0 && baseline.is_finite(), "{baseline}");
            negative += weights.iter().filter(|weight| **weight < 0.0).count();
        }
    }
    assert_eq!(negative > 0, signed, "{negative} negative weights");
}

fn check_conservation(specification: &impl Lawful) {
    for journeys in worlds(specification) {
        let model = specification.fit(journeys).unwrap();
        let credits = attribute(journeys, &model).unwrap();
        let total = Tally {
            conversions: journeys.totals().conversions,
            value: journeys.totals().value,
        };
        let mut parts = credits.credited();
        parts += credits.baseline();
        parts += credits.unattributed();
        assert_close("the parts", total, parts, total);
        assert_close("the total", total, credits.total(), total);

        let (mut streamed, mut untouched) = (Tally::default(), Tally::default());
        stream_credits(journeys, &model, |credit| {
            let all = credit.shares.iter().sum::<f64>() + credit.baseline;
            let missing = if credit.is_unattributed() { 1.0 } else { 0.0 };
            assert!((all + missing - 1.0).abs() < 1e-9, "{:?}", credit.shares);
            let outcome = credit.journey.outcome();
            let outcome = Tally::from(outcome);
            streamed += outcome;
            if credit.shares.is_empty() {
                untouched += outcome;
            }
            Ok(())
        })
        .unwrap();
        assert_close("the stream", total, streamed, total);
        assert_close(
            "unattributed is what has no touch",
            total,
            untouched,
            credits.unattributed(),
        );
    }
}

fn check_determinism(specification: &impl Lawful) {
    let text = |journeys: &Journeys| {
        let model = specification.fit(journeys).unwrap();
        (json(&model), json(&attribute(journeys, &model).unwrap()))
    };
    assert!(
        LOG.converting() > 2048,
        "the journeys with conversions fill more than one piece"
    );
    let expected = text(&LOG);
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| text(&LOG)), expected, "{threads} threads");
    }
    assert_eq!(text(&SHUFFLED), expected, "persons in another order");
}

fn check_merging(specification: &impl Lawful) {
    let whole = specification.fit(&LOG).unwrap();
    let shard = |at: u64| -> Journeys {
        let rows: Vec<Row> = ROWS
            .iter()
            .copied()
            .filter(|row| row.person % 3 == at)
            .collect();
        build(&rows, &JourneyOptions::default(), same)
    };
    let shards = [0, 1, 2].map(shard);
    let evidence = |journeys: &Journeys| {
        again(
            &journeys
                .accumulate(|| specification.evidence(journeys.channels()))
                .unwrap(),
        )
    };
    let mut merged = evidence(&shards[0]);
    for shard in &shards[1..] {
        merged.merge(evidence(shard)).unwrap();
    }
    let model = specification.solve(merged).unwrap();
    let expected = attribute(&LOG, &whole).unwrap();
    assert_same_credits(&expected, &attribute(&LOG, &model).unwrap());

    let mut credits = again(&attribute(&shards[0], &model).unwrap());
    for shard in &shards[1..] {
        credits
            .merge(again(&attribute(shard, &model).unwrap()))
            .unwrap();
    }
    assert_same_credits(&expected, &credits);
}

/// Each name turned into one that sorts the other way round.
fn mirrored(name: &str) -> String {
    let mirror: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_lowercase() {
                (b'a' + b'z' - letter as u8) as char
            } else {
                letter
            }
        })
        .collect();
    format!("{mirror} mirrored")
}

/// The specification with every channel it names mirrored.
fn mirrored_specification<F: Stored>(specification: &F) -> F {
    fn rename(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if NAMES.contains(&text.as_str()) => {
                *text = mirrored(text)
            }
            serde_json::Value::Array(values) => values.iter_mut().for_each(rename),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(rename),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(specification).unwrap();
    rename(&mut value);
    serde_json::from_value(value).unwrap()
}

fn check_relabelling(specification: &impl Lawful) {
    let mut pairs = vec![(&*LOG, build(&ROWS, &JourneyOptions::default(), mirrored))];
    if worlds(specification).len() == 3 {
        pairs.push((&*PATHS, paths(mirrored)));
    }
    for (journeys, relabelled) in pairs {
        let credits = attribute(journeys, &specification.fit(journeys).unwrap()).unwrap();
        let model = mirrored_specification(specification)
            .fit(&relabelled)
            .unwrap();
        let others = attribute(&relabelled, &model).unwrap();
        for (name, tally) in credits.channels().iter().zip(credits.by_channel()) {
            assert_close(
                name,
                credits.total(),
                *tally,
                others.channel(&mirrored(name)).unwrap(),
            );
        }
        assert_close(
            "unattributed",
            credits.total(),
            credits.unattributed(),
            others.unattributed(),
        );
    }
}

fn check_one_touch(specification: &impl Lawful) {
    for journeys in worlds(specification) {
        let mut seen = 0;
        let model = specification.fit(journeys).unwrap();
        stream_credits(journeys, &model, |credit| {
            if let [share] = credit.shares {
                seen += 1;
                assert!((share + credit.baseline - 1.0).abs() < 1e-12, "{credit:?}");
                assert!(*share > 0.0 || credit.baseline > 0.0, "{credit:?}");
            }
            Ok(())
        })
        .unwrap();
        assert!(seen > 100, "{seen} journeys of one touch");
    }
    let touch = Row {
        person: 1,
        time: 10 * DAY,
        channel: Some("tv"),
        value: 0.0,
    };
    let sale = Row {
        person: 1,
        time: 11 * DAY,
        channel: None,
        value: 8.0,
    };
    let journeys = build(&[touch, sale], &JourneyOptions::default(), same);
    let credits = attribute(&journeys, &specification.fit(&journeys).unwrap()).unwrap();
    let mut all = credits.channel("tv").unwrap();
    all += credits.baseline();
    assert_close(
        "the only touch",
        Tally {
            conversions: 1.0,
            value: 8.0,
        },
        all,
        Tally {
            conversions: 1.0,
            value: 8.0,
        },
    );
}

fn check_serde(specification: &impl Lawful) {
    let reread = again(specification);
    assert_eq!(&reread, specification);
    for journeys in worlds(specification) {
        let model = specification.fit(journeys).unwrap();
        let stored = again(&model);
        assert_eq!(stored, model);
        let credits = attribute(journeys, &model).unwrap();
        assert_eq!(attribute(journeys, &stored).unwrap(), credits);
        assert_eq!(again(&credits), credits);
        assert_eq!(json(&reread.fit(journeys).unwrap()), json(&model));
    }
}
