//! A comparison over shards is that of all journeys.

use crate::documents::difference;
use mixtouch::attribution::rules::WShaped;
use mixtouch::attribution::{
    Bootstrap, ModelName, ModelSettings, ShardCredits, ShardEvidence, ShardModels,
    ShardedComparison,
};
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, Error, Event, Events, JourneyBuilder, JourneyOptions, Journeys};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Journeys of every n-th person, for each shard, and of all.
struct Split {
    shards: Vec<Journeys>,
    whole: Journeys,
}

fn split(log: &[Events], shards: usize) -> Split {
    let rows = || {
        log.iter()
            .flat_map(|batch| (0..batch.len()).map(move |row| batch.get(row)))
    };
    let last = rows().flatten().map(|event| event.time()).max().unwrap();
    let mut channels: Vec<&str> = rows()
        .flatten()
        .filter_map(|event| event.channel())
        .collect();
    channels.sort_unstable();
    channels.dedup();
    let journeys = |keep: &dyn Fn(u64) -> bool| {
        let options = JourneyOptions::default().with_observation_end(last);
        let mut builder = JourneyBuilder::new(options);
        builder.add_channels(channels.iter().copied()).unwrap();
        let mut part = Events::new();
        for event in rows().flatten() {
            let name = event.person().to_string();
            let digits = name
                .bytes()
                .fold(7_u64, |sum, byte| sum * 31 % 1_009 + u64::from(byte));
            if keep(digits) {
                part.push(event).unwrap();
            }
        }
        builder.extend(&part).unwrap();
        builder.build().unwrap()
    };
    let number = shards as u64;
    Split {
        shards: (0..number)
            .map(|shard| journeys(&|digits| digits % number == shard))
            .collect(),
        whole: journeys(&|_| true),
    }
}

/// As it comes out of a file.
fn sent<T: Serialize + DeserializeOwned>(thing: &T) -> T {
    serde_json::from_str(&serde_json::to_string(thing).unwrap()).unwrap()
}

fn over_shards(comparison: &ShardedComparison, shards: &[Journeys]) -> Value {
    let evidence = shards
        .iter()
        .map(|shard| sent(&comparison.gather(shard).unwrap()));
    let merged = evidence.reduce(|mut sum: ShardEvidence, next| {
        sum.merge(next).unwrap();
        sum
    });
    let models: ShardModels = sent(&comparison.solve(merged.unwrap()).unwrap());
    let credits = shards
        .iter()
        .map(|shard| sent(&comparison.credit(&models, shard).unwrap()));
    let merged = credits.reduce(|mut sum: ShardCredits, next| {
        sum.merge(next).unwrap();
        sum
    });
    serde_json::to_value(comparison.table(&models, merged.unwrap()).unwrap()).unwrap()
}

fn compare(names: &[ModelName], world: World, persons: u64, shards: usize, replicates: usize) {
    let simulation = world.simulate(persons, 3).unwrap();
    let split = split(simulation.batches(), shards);
    let stage = WShaped::new(["video"]).unwrap();
    let settings = ModelSettings::default().with_position_w(stage);
    let bootstrap = Bootstrap::new(replicates, 5).unwrap();
    let comparison = names.iter().fold(Comparison::new(), |comparison, &name| {
        comparison.named(name, &settings).unwrap()
    });
    let whole = comparison.bootstrap(bootstrap).run(&split.whole).unwrap();
    let sharded = ShardedComparison::new(names.iter().copied(), settings).unwrap();
    let conversions = split.whole.totals().conversions;
    let sharded = sharded.bootstrap(bootstrap).for_conversions(conversions);
    let found = over_shards(&sharded, &split.shards);
    assert_eq!(found["totals"]["conversions"], whole.totals().conversions);
    let expected = serde_json::to_value(&whole).unwrap();
    let largest = difference(&expected, &found, "table");
    assert!(largest < 1e-9, "{largest}");
    let rules = ["last-touch", "first-touch"];
    let both = whole
        .models()
        .iter()
        .zip(found["models"].as_array().unwrap());
    for (own, other) in both.filter(|(own, _)| rules.contains(&own.model.as_str())) {
        for (row, found) in own
            .channels
            .iter()
            .zip(other["channels"].as_array().unwrap())
        {
            assert_eq!(found["conversions"], row.conversions, "{}", own.model);
            assert_eq!(found["conversions_low"], row.conversions_low.unwrap());
        }
    }
}

#[test]
fn every_model_is_that_of_all_journeys() {
    compare(&ModelName::ALL, World::Baseline, 1_500, 3, 4);
}

#[test]
fn shards_may_be_many_and_small() {
    use ModelName::{LastTouch, Linear, Markov, ShapleySetRate, TimeToEvent};
    let names = [LastTouch, Linear, Markov, ShapleySetRate, TimeToEvent];
    compare(&names, World::Additive, 600, 7, 4);
}

fn small() -> Split {
    split(World::Additive.simulate(200, 1).unwrap().batches(), 2)
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let Split { shards, .. } = small();
    let [one, other] = [1, 2].map(|order| {
        let markov = mixtouch::attribution::markov::Markov::order(order).unwrap();
        let settings = ModelSettings::default().with_markov(markov);
        ShardedComparison::new([ModelName::Markov], settings).unwrap()
    });
    let mut evidence = one.gather(&shards[0]).unwrap();
    let error = evidence
        .merge(other.gather(&shards[1]).unwrap())
        .unwrap_err();
    let told = error.to_string();
    assert!(
        told.starts_with("the comparison that evidence of a shard is of is"),
        "{told}"
    );
    assert!(other.solve(evidence).is_err());

    // a log that was watched for longer
    let mut evidence = one.gather(&shards[0]).unwrap();
    let mut rows = Events::new();
    rows.push(Event::touch("ann", 1_767_225_600, "paid_search"))
        .unwrap();
    let mut builder =
        JourneyBuilder::new(JourneyOptions::default().with_observation_end(2_000_000_000));
    builder.add_channels(shards[0].channels().iter()).unwrap();
    builder.extend(&rows).unwrap();
    let longer = builder.build().unwrap();
    let error = evidence.merge(one.gather(&longer).unwrap()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the options that journeys of a shard were cut by")
    );
    // channels of its own
    let alone = Journeys::from_events(&rows, JourneyOptions::default()).unwrap();
    let error = evidence.merge(one.gather(&alone).unwrap()).unwrap_err();
    assert!(matches!(error, Error::ChannelMismatch { .. }), "{error}");
}

#[test]
fn a_missing_shard_is_found() {
    let Split { shards, .. } = small();
    let comparison = ShardedComparison::new([ModelName::Linear], ModelSettings::default()).unwrap();
    let mut evidence = comparison.gather(&shards[0]).unwrap();
    evidence
        .merge(comparison.gather(&shards[1]).unwrap())
        .unwrap();
    let models = comparison.solve(evidence).unwrap();
    let credits = comparison.credit(&models, &shards[0]).unwrap();
    let error = comparison
        .table(&models, credits.clone())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the number of journeys in the credit of all shards is"),
        "{error}"
    );
    let mut twice = credits.clone();
    twice.merge(credits).unwrap();
    assert!(comparison.table(&models, twice).is_err());
}

#[test]
fn what_travels_is_checked() {
    let comparison = ShardedComparison::new([ModelName::Markov], ModelSettings::default()).unwrap();
    let Split { shards, .. } = small();
    let text = serde_json::to_string(&comparison.gather(&shards[0]).unwrap()).unwrap();
    let read = |text: &str| serde_json::from_str::<ShardEvidence>(text);
    assert!(read(&text).is_ok());
    for (from, to, told) in [
        (
            "\"version\":1",
            "\"version\":2",
            "the format version of evidence is 2",
        ),
        (
            "[\"markov\"]",
            "[\"markov\",\"linear\"]",
            "the number of models in stored evidence is 1",
        ),
        ("[\"markov\"]", "[\"crystal-ball\"]", "crystal-ball"),
        (
            "\"replicates\":[]",
            "\"replicates\":[[]]",
            "the number of stored replicates is 1, expected: 0",
        ),
        (
            "\"sightings\":{\"by_channel\":[",
            "\"sightings\":{\"by_channel\":[\"alone\",",
            "the sightings of channels is",
        ),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = read(&changed).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    for models in [
        &[][..],
        &[ModelName::Linear, ModelName::Linear],
        &[ModelName::PositionW],
    ] {
        let names = models.iter().copied();
        assert!(ShardedComparison::new(names, ModelSettings::default()).is_err());
    }
    let read = |text: &str| serde_json::from_str::<ShardedComparison>(text);
    assert_eq!(
        read(&serde_json::to_string(&comparison).unwrap()).unwrap(),
        comparison
    );
    assert!(read(r#"{"models": ["linear"], "setings": {}}"#).is_err());
}
