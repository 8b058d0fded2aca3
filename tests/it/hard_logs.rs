//! Models on a bot's log, evidence that does not fit, stored models that are damaged.

use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::{Markov, MarkovModel};
use mixtouch::attribution::regression::LogisticRegression;
use mixtouch::attribution::rules::Participation;
use mixtouch::attribution::shapley::{OrderedShapley, SetRateShapley};
use mixtouch::attribution::{
    Bootstrap, ChannelSetCounts, ChannelShares, Counterfactual, ModelName, ModelSettings,
};
use mixtouch::{
    Accumulator, Channels, Comparison, Error, Event, Events, Fit, JourneyOptions, Journeys,
    Outcome, PathTable, attribute,
};
use serde_json::{Value, json};
use std::time::Duration;

const START: i64 = 1_767_225_600;

/// One person with that many touches and a conversion, another with one of each.
fn bot(touches: i64) -> Journeys {
    let mut log = Events::new();
    for at in 0..touches {
        let channel = if at % 3 == 0 { "search" } else { "display" };
        log.push(Event::touch("bot", START + 2 * at, channel))
            .unwrap();
    }
    let end = START + 2 * touches + 1;
    log.push(Event::conversion("bot", end)).unwrap();
    log.push(Event::touch("ann", START, "search")).unwrap();
    log.push(Event::conversion("ann", START + 5)).unwrap();
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

/// 100,000 touches of one person took the counterfactual model 20 s and the upstream fit 15 s in a
/// release build; ten times as many were not done in minutes.
#[test]
fn every_model_takes_on_a_bot() {
    let journeys = bot(100_000);
    let hazard = || AdditiveHazard::default().with_upstream(["search"]);
    let taus = [0.1, 1.0];
    let mut comparison = Comparison::new()
        .fit("upstream", hazard())
        .fit("symmetric", hazard().with_symmetric_upstream(true))
        .fit("decays", hazard().with_exponentials(taus).unwrap())
        .fit(
            "classes",
            AdditiveHazard::default().with_frequency_classes(true),
        );
    let names = ModelName::ALL
        .into_iter()
        .filter(|name| *name != ModelName::PositionW);
    for name in names {
        comparison = comparison.named(name, &ModelSettings::default()).unwrap();
    }
    let table = comparison.run(&journeys).unwrap();
    assert!(table.models().len() > 15);
    for name in ["upstream", "symmetric", "decays", "counterfactual"] {
        let model = table.model(name).unwrap();
        let credited: f64 = model.channels.iter().map(|row| row.conversions).sum();
        let baseline = model.baseline.as_ref().map_or(0.0, |row| row.conversions);
        let whole = credited + baseline + model.unattributed.conversions;
        assert!((whole - 2.0).abs() < 1e-9, "{name}: {whole}");
    }
}

#[test]
fn pairs_of_very_many_channels_are_refused() {
    let names = (0..1001).map(|at| format!("campaign {at}"));
    let mut log = Events::new();
    for (at, name) in names.enumerate() {
        log.push(Event::touch(at as u64, START, &name)).unwrap();
    }
    log.push(Event::conversion(3u64, START + 60)).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let error = AdditiveHazard::default()
        .with_pairs(true)
        .fit(&journeys)
        .unwrap_err();
    let text = "the number of channels of time to event with pairs is 1001, expected: at most 1000";
    assert_eq!(error.to_string(), text);
    assert!(AdditiveHazard::default().fit(&journeys).is_ok());
    assert!(
        LogLinearHazard::default()
            .fit(&journeys)
            .unwrap()
            .report()
            .converged
    );
}

fn paths(paths: &[&[&str]]) -> Journeys {
    let mut table = PathTable::new();
    for path in paths {
        let outcome = Outcome::new(2.0, 1.0, 10.0).unwrap();
        table.push(path.iter().copied(), outcome).unwrap();
    }
    table.journeys().unwrap()
}

fn two_persons() -> Journeys {
    let mut log = Events::new();
    log.push(Event::touch("p", 1_000, "a")).unwrap();
    log.push(Event::conversion("p", 5_000)).unwrap();
    log.push(Event::touch("q", 1_000, "b")).unwrap();
    log.push(Event::touch("q", 90_000, "b")).unwrap();
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

#[test]
fn evidence_of_other_settings_is_refused() {
    let journeys = two_persons();
    let evidence = LogLinearHazard::default().gather(&journeys).unwrap();
    let minute = LogLinearHazard::default()
        .with_bins([Duration::from_secs(60)])
        .unwrap();
    let error = minute.solve(evidence).unwrap_err().to_string();
    assert!(
        error.ends_with("expected: the specification's, [60] s"),
        "{error}"
    );
    let evidence = || AdditiveHazard::default().gather(&journeys).unwrap();
    let others = [
        AdditiveHazard::default().with_exponentials([1.0]).unwrap(),
        AdditiveHazard::default().with_frequency_classes(true),
        AdditiveHazard::default().with_pairs(true),
        AdditiveHazard::default().with_upstream(["b"]),
    ];
    for other in others {
        let error = other.solve(evidence()).unwrap_err();
        assert!(
            error.to_string().contains("is of other settings"),
            "{error}"
        );
    }
    assert!(AdditiveHazard::default().solve(evidence()).is_ok());
}

#[test]
fn an_accumulator_of_other_channels_is_refused() {
    fn refused<A: Accumulator>(journeys: &Journeys, start: impl Fn(&Channels) -> A + Sync) {
        let fewer = Channels::new(["a"]).unwrap();
        let error = journeys.accumulate(|| start(&fewer)).err().unwrap();
        assert!(matches!(error, Error::ChannelMismatch { .. }), "{error}");
        assert!(journeys.accumulate(|| start(journeys.channels())).is_ok());
    }
    let journeys = two_persons();
    refused(&journeys, Participation::new);
    refused(&journeys, OrderedShapley::new);
    refused(&journeys, ChannelSetCounts::new);
    refused(&journeys, |channels| {
        (
            Participation::new(channels),
            ChannelSetCounts::new(channels),
        )
    });
    refused(&journeys, |channels| Counterfactual.evidence(channels));
    refused(&journeys, |channels| {
        Markov::order(1).unwrap().evidence(channels)
    });
    refused(&journeys, |channels| {
        Markov::order(2).unwrap().evidence(channels)
    });
    refused(&journeys, |channels| {
        AdditiveHazard::default().evidence(channels)
    });
    refused(&journeys, |channels| {
        LogLinearHazard::default().evidence(channels)
    });
}

/// The fitted chain of two paths, changed as text.
fn edited(change: impl FnOnce(&mut Value)) -> Result<MarkovModel, serde_json::Error> {
    let journeys = paths(&[&["a", "b"], &["b", "c"]]);
    let model = Markov::order(1).unwrap().fit(&journeys).unwrap();
    let mut value = serde_json::to_value(&model).unwrap();
    change(&mut value);
    serde_json::from_value(value)
}

#[test]
fn a_damaged_chain_does_not_load() {
    assert!(edited(|_| {}).is_ok());
    for shares in [
        json!([1]),
        json!([1, 1, 1, 1, 1]),
        json!([1e308, 1e308, 1e308]),
    ] {
        let loaded = edited(|value| {
            value["shares"]["conversions"] = shares.clone();
            value["shares"]["value"] = shares.clone();
        });
        assert!(loaded.is_err(), "{shares}");
    }
    for state in [json!([56]), json!([]), json!([0, 1])] {
        let loaded = edited(|value| value["chain"]["states"][2][0] = state.clone());
        assert!(loaded.is_err(), "{state}");
    }
    assert!(ChannelShares::new(vec![1e308; 2], vec![0.0; 2]).is_err());
}

#[test]
fn evidence_beyond_the_largest_outcome_loads_again() {
    let mut table = PathTable::new();
    for _ in 0..2 {
        table
            .push(["a"], Outcome::new(1e15, 0.0, 1e15).unwrap())
            .unwrap();
    }
    let journeys = table.journeys().unwrap();
    let sets = journeys
        .accumulate(|| ChannelSetCounts::new(journeys.channels()))
        .unwrap();
    let text = serde_json::to_string(&sets).unwrap();
    assert_eq!(
        serde_json::from_str::<ChannelSetCounts>(&text).unwrap(),
        sets
    );
    let mut damaged: Value = serde_json::from_str(&text).unwrap();
    damaged["sets"][0][1]["conversions"] = json!(-1.0);
    assert!(serde_json::from_value::<ChannelSetCounts>(damaged).is_err());
    let model = Counterfactual.fit(&journeys).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str(&text).ok(), Some(model));
}

#[test]
fn the_order_of_nothing_is_an_order() {
    let choice = Markov::choose_order(&PathTable::new().journeys().unwrap(), 2).unwrap();
    assert_eq!((choice.by_penalised_auc(), choice.by_bic()), (None, 1));
}

/// A replicate's step was infinite, and halving it never ended.
#[test]
fn a_logistic_regression_of_huge_tallies_ends() {
    let mut table = PathTable::new();
    for at in 0..60 {
        let path = [["a", "b", "c"][at % 3], "b", ["x", "y"][at % 2]];
        table
            .push(path, Outcome::new(1e15, 1e15, 1e15).unwrap())
            .unwrap();
    }
    let comparison = Comparison::new()
        .named(ModelName::Logistic, &ModelSettings::default())
        .unwrap()
        .bootstrap(Bootstrap::new(20, 0).unwrap());
    match comparison.run(&table.journeys().unwrap()) {
        Ok(table) => assert_eq!(table.models().len(), 1),
        Err(error) => assert!(matches!(error, Error::Setting { .. }), "{error}"),
    }
}

/// Two rows: a converts always, a with b once in a million. The game credits a with 250,001.7
/// conversions of 2; the figures stand beside the total, so that a report can say so.
#[test]
fn set_rate_credit_beyond_the_total_is_seen_beside_it() {
    let mut table = PathTable::new();
    table
        .push(["a", "b"], Outcome::new(1.0, 1e6, 0.0).unwrap())
        .unwrap();
    table
        .push(["a"], Outcome::new(1.0, 1.0, 0.0).unwrap())
        .unwrap();
    let journeys = table.journeys().unwrap();
    let credits = attribute(&journeys, &SetRateShapley.fit(&journeys).unwrap()).unwrap();
    let [a, b] = ["a", "b"].map(|name| credits.channel(name).unwrap().conversions);
    assert!(
        a > 1e5 && b < -1e5 && credits.total().conversions == 2.0,
        "{a} {b}"
    );
}

#[test]
fn a_misspelt_setting_is_refused_and_a_missing_one_is_the_default() {
    fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
    let error = read::<AdditiveHazard>(r#"{"demand_captur": ["search"]}"#).unwrap_err();
    assert!(error.contains("demand_capture"), "{error}");
    assert!(read::<LogLinearHazard>(r#"{"bins": [60]}"#).is_err());
    assert!(read::<Markov>(r#"{"order": 1, "ignore_null": true}"#).is_err());
    assert!(read::<LogisticRegression>(r#"{"penaltie": 2.0}"#).is_err());
    assert_eq!(read::<AdditiveHazard>("{}"), Ok(AdditiveHazard::default()));
    assert_eq!(
        read::<LogLinearHazard>("{}"),
        Ok(LogLinearHazard::default())
    );
    assert_eq!(
        read::<LogisticRegression>("{}"),
        Ok(LogisticRegression::new())
    );
    assert_eq!(
        read::<Markov>(r#"{"order": 1}"#),
        Ok(Markov::order(1).unwrap())
    );
}
