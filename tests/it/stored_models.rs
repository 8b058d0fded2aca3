//! Models stored on one day and restored on another.

use mixtouch::attribution::hazard::{AdditiveHazard, AdditiveHazardModel};
use mixtouch::attribution::markov::{Markov, MarkovModel};
use mixtouch::attribution::shapley::SetRateShapley;
use mixtouch::attribution::{ComparisonTable, Finding, StoredModel};
use mixtouch::simulate::worlds::World;
use mixtouch::time::TimeRange;
use mixtouch::{
    Comparison, Event, Events, Fit, JourneyBuilder, JourneyOptions, Journeys, attribute,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;
const TODAY: i64 = START + 60 * DAY;

fn restored<T: Serialize + DeserializeOwned>(stored: &T) -> T {
    serde_json::from_str(&serde_json::to_string(stored).unwrap()).unwrap()
}

/// Journeys of four weeks, and of the day after them. One row of `tiktok` lies long before the
/// weeks, another one leads to an order of the day.
fn weeks_and_day() -> (Journeys, Journeys) {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    let world = World::Baseline.simulate(2_000, 1).unwrap();
    builder.extend_all(world.batches()).unwrap();
    let mut log = Events::new();
    log.push(Event::touch("zoe", START, "tiktok")).unwrap();
    log.push(Event::touch("kim", TODAY + 100, "tiktok"))
        .unwrap();
    log.push(Event::conversion("kim", TODAY + 200)).unwrap();
    builder.extend(&log).unwrap();
    let journeys = |from, to| builder.snapshot(TimeRange::new(from, to).unwrap()).unwrap();
    (
        journeys(TODAY - 28 * DAY, TODAY),
        journeys(TODAY, TODAY + DAY),
    )
}

fn unknown<'a>(table: &'a ComparisonTable, name: &str) -> Vec<&'a str> {
    let named = table.findings().iter().filter_map(|finding| match finding {
        Finding::UnknownChannels { model, channels } if model == name => Some(channels),
        _ => None,
    });
    named.flatten().map(String::as_str).collect()
}

/// The builder had seen the channel, so that the models knew its name: it was taken for one they
/// were fitted on.
#[test]
fn a_channel_that_the_fit_never_touched_is_unknown_to_the_restored_model() {
    let (weeks, day) = weeks_and_day();
    assert!(weeks.channels().id("tiktok").is_some());
    let markov = restored(&StoredModel::new(
        Markov::order(1).unwrap().fit(&weeks).unwrap(),
        &weeks,
    ));
    let bins = [1, 30].map(|days| Duration::from_secs(days * DAY as u64));
    let hazard = AdditiveHazard::default().with_bins(bins).unwrap();
    let hazard: StoredModel<AdditiveHazardModel> =
        restored(&StoredModel::new(hazard.fit(&weeks).unwrap(), &weeks));
    let sets = restored(&StoredModel::new(
        SetRateShapley.fit(&weeks).unwrap(),
        &weeks,
    ));
    let comparison = Comparison::new()
        .model("markov", markov.clone())
        .model("bare markov", markov.into_model())
        .model("hazard", hazard.clone())
        .model("bare hazard", hazard.into_model())
        .model("sets", sets.clone());
    let table = comparison.run(&day).unwrap();
    for model in table.models() {
        assert_eq!(unknown(&table, &model.model), ["tiktok"], "{}", model.model);
        assert_eq!(model.channel("tiktok").unwrap().conversions, 0.0);
    }
    assert_eq!(table.models().len(), 5);
    let error = comparison.refuse_unknown_channels().run(&day).unwrap_err();
    let expected = "a channel to be scored by markov is \"tiktok\", expected: one that the model";
    assert!(error.to_string().starts_with(expected), "{error}");
    // credit on its own says the same
    let credits = attribute(&day, &sets).unwrap();
    let row = table.model("sets").unwrap();
    for (channel, tally) in credits.channels().iter().zip(credits.by_channel()) {
        assert_eq!(row.channel(channel).unwrap().conversions, tally.conversions);
    }
}

/// A fit on few conversions of three days stays one when it was stored.
#[test]
fn a_comparison_tells_what_a_stored_model_was_fitted_on() {
    let simulation = World::Baseline.simulate(400, 1).unwrap();
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend_all(simulation.batches()).unwrap();
    let journeys = |from: i64, to: i64| {
        let period = TimeRange::new(START + from * DAY, START + to * DAY).unwrap();
        builder.snapshot(period).unwrap()
    };
    let (fitted_on, scored) = (journeys(40, 43), journeys(50, 60));
    let model = AdditiveHazard::default().fit(&fitted_on).unwrap();
    let stored = restored(&StoredModel::new(model, &fitted_on));
    assert!(!stored.findings().is_empty());
    let table = Comparison::new()
        .model("nightly", stored.clone())
        .model("bare", stored.model().clone())
        .run(&scored)
        .unwrap();

    let few = |name: &str| {
        let mut findings = table.findings().iter();
        findings.any(|finding| {
            matches!(finding, Finding::FewConversions { model, conversions, .. }
                if model == name && *conversions == fitted_on.totals().conversions)
        })
    };
    assert!(few("nightly") && few("bare"));
    let short = Finding::OfFit {
        model: "nightly".into(),
        then: Box::new(Finding::ShortFit { days: 3.0 }),
    };
    assert!(table.findings().contains(&short));
    assert!(
        short
            .to_string()
            .starts_with("nightly, when it was fitted: models are fitted on 3.0")
    );
    let nightly = table.model("nightly").unwrap();
    assert_eq!(nightly.provenance.as_ref(), Some(stored.provenance()));
    assert_eq!(table.model("bare").unwrap().provenance, None);
    // the table itself fitted nothing
    assert_eq!(table.provenance().unwrap().fitted_on(), None);
    let line = "nightly was fitted on 2026-02-10 to 2026-02-13 by mixtouch 0.1.0";
    assert!(table.to_string().contains(line), "{table}");
    assert_eq!(restored(&table), table);
}

#[test]
fn a_comparison_hands_out_the_models_it_fitted() {
    let (weeks, day) = weeks_and_day();
    let specification = Markov::order(2).unwrap();
    let comparison = Comparison::new()
        .fit("markov", specification)
        .fit("hazard", AdditiveHazard::default());
    let (table, models) = comparison.run_on_with_models(&weeks, &day).unwrap();
    assert_eq!(table, comparison.run_on(&weeks, &day).unwrap());
    assert!(models.names().eq(["markov", "hazard"]));
    let markov: &MarkovModel = models.get("markov").unwrap();
    assert_eq!(markov, &specification.fit(&weeks).unwrap());
    assert!(models.get::<MarkovModel>("hazard").is_none());
    assert!(models.model("hazard").unwrap().has_baseline());
    assert!(models.model("shapley").is_none());

    let (table, models) = comparison.run_with_models(&weeks).unwrap();
    assert_eq!(table, comparison.run(&weeks).unwrap());
    assert_eq!(models.get("markov"), Some(markov));
}
