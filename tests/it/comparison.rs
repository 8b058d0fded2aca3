//! What a comparison fits on, scores, finds and refuses.

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastNonDirect, LastTouch, Linear};
use mixtouch::attribution::shapley::SetRateShapley;
use mixtouch::attribution::{Bootstrap, ComparisonTable, Finding, ModelName, ModelSettings};
use mixtouch::simulate::worlds::{Simulation, World};
use mixtouch::time::TimeRange;
use mixtouch::{
    Comparison, Error, Event, Events, Fit, JourneyBuilder, JourneyOptions, Journeys, Outcome,
    PathTable, attribute,
};

const DAY: i64 = 86_400;
/// 2026-01-01, when simulated worlds begin.
const START: i64 = 1_767_225_600;

/// The journeys of some days of a world.
fn days(simulation: &Simulation, first: i64, days: i64) -> Journeys {
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend_all(simulation.batches()).unwrap();
    let from = START + first * DAY;
    let period = TimeRange::new(from, from + days * DAY).unwrap();
    builder.snapshot(period).unwrap()
}

fn paths(rows: &[(&[&str], f64, f64)]) -> Journeys {
    let mut table = PathTable::new();
    for &(path, conversions, nulls) in rows {
        let outcome = Outcome::new(conversions, nulls, 10.0 * conversions).unwrap();
        table.push(path.iter().copied(), outcome).unwrap();
    }
    table.journeys().unwrap()
}

fn hazard() -> Comparison {
    let bootstrap = Bootstrap::new(40, 1).unwrap();
    let comparison = Comparison::new().fit("time-to-event", AdditiveHazard::default());
    comparison.bootstrap(bootstrap)
}

#[test]
fn weeks_tell_a_days_baseline_and_a_day_says_that_it_cannot() {
    // half of the conversions would have come anyway
    let simulation = World::Baseline.simulate(20_000, 1).unwrap();
    let truth = simulation.truth();
    let share = truth.baseline / (truth.baseline + truth.total);
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend_all(simulation.batches()).unwrap();
    let of = |first: i64, days: i64| {
        let from = START + first * DAY;
        let period = TimeRange::new(from, from + days * DAY).unwrap();
        builder.snapshot(period).unwrap()
    };
    let short = |table: &ComparisonTable| {
        let mut findings = table.findings().iter();
        findings.any(|finding| matches!(finding, Finding::ShortFit { .. }))
    };
    for today in [60, 75] {
        let reported = of(today, 1);
        let table = hazard().run_on(&of(today - 28, 28), &reported).unwrap();
        let baseline = table.models()[0].baseline.unwrap();
        let low = baseline.conversions_low.unwrap();
        let high = baseline.conversions_high.unwrap();
        let expected = share * reported.totals().conversions;
        let figures = (baseline.conversions, low, high, expected);
        assert!(0.0 < low && low < high && high - low > 1.0, "{figures:?}");
        assert!(low <= expected && expected <= high, "{figures:?}");
        assert!(!short(&table), "{:?}", table.findings());

        let alone = Comparison::new()
            .fit("time-to-event", AdditiveHazard::default())
            .run(&reported)
            .unwrap();
        assert!(short(&alone));
        let few = |finding: &Finding| matches!(finding, Finding::FewConversions { .. });
        assert!(alone.findings().iter().any(few), "{:?}", alone.findings());
        assert!(alone.to_string().contains("less than a week"));
    }
}

/// A few dozen conversions, half of which would have come anyway: noise is credited to marketing.
#[test]
fn a_small_logs_baseline_is_too_low_and_the_bootstrap_says_in_which_direction() {
    let (mut missing, mut told, mut found) = (0.0, 0.0, 0);
    for seed in 1..=6 {
        let simulation = World::Baseline.simulate(1_000, seed).unwrap();
        let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
        let truth = simulation.truth();
        let share = truth.baseline / (truth.baseline + truth.total);
        let table = hazard().run(&journeys).unwrap();
        let baseline = table.models()[0].baseline.unwrap();
        let bias = baseline.conversions_bias.unwrap();
        missing += baseline.conversions - share * journeys.totals().conversions;
        told += bias;
        let biased = |finding: &&Finding| matches!(finding, Finding::Biased { .. });
        if let Some(finding) = table.findings().iter().find(biased) {
            found += 1;
            assert!(finding.to_string().contains("its baseline is probably"));
        }
    }
    assert!(missing < 0.0 && told < 0.0, "{missing} {told}");
    assert!(missing < told, "at least as far: {missing} {told}");
    assert!(found >= 2, "{found} of 6 logs, {missing} {told}");
}

#[test]
fn conversions_balance_when_one_stretch_is_fitted_and_another_scored() {
    let simulation = World::Additive.simulate(1_500, 2).unwrap();
    let (weeks, day) = (days(&simulation, 30, 28), days(&simulation, 58, 2));
    let comparison = Comparison::new()
        .defaults(&ModelSettings::default())
        .named(ModelName::MarkovWithinJourneys, &ModelSettings::default())
        .unwrap();
    let table = comparison.run_on(&weeks, &day).unwrap();
    assert_eq!(table.models().len(), 10);
    for model in table.models() {
        let credited: f64 = model.channels.iter().map(|row| row.conversions).sum();
        let baseline = model.baseline.map_or(0.0, |row| row.conversions);
        let sum = credited + baseline + model.unattributed.conversions;
        assert!(
            (sum - day.totals().conversions).abs() < 1e-9,
            "{}",
            model.model
        );
    }
}

#[test]
fn journeys_fitted_and_scored_alike_give_the_figures_of_one_run() {
    let simulation = World::Additive.simulate(1_000, 3).unwrap();
    let journeys = days(&simulation, 0, 90);
    let comparison = hazard()
        .fit("markov", Markov::order(1).unwrap())
        .fit("last-non-direct", LastNonDirect::default())
        .model("last-touch", LastTouch)
        .bootstrap(Bootstrap::new(8, 1).unwrap());
    let one = comparison.run(&journeys).unwrap();
    let two = comparison.clone().run_on(&journeys, &journeys).unwrap();
    assert_eq!(one.models(), two.models());
    assert_eq!(
        one,
        comparison.run(&journeys).unwrap(),
        "a comparison runs again"
    );
}

#[test]
fn segments_of_the_day_are_scored_with_the_models_of_the_weeks() {
    let mut log = Events::with_columns(["device"]);
    for person in 0..200u64 {
        let device = if person % 3 == 0 { "phone" } else { "laptop" };
        let start = START + (person as i64 % 40) * DAY;
        for (at, channel) in [(0, "social"), (3_600, "search")] {
            let touch = Event::touch(person, start + at, channel);
            log.push(touch.with_texts(&[device])).unwrap();
        }
        if person % 2 == 0 {
            let bought = Event::conversion(person, start + 7_200).with_value(20.0);
            log.push(bought.with_texts(&[device])).unwrap();
        }
    }
    let mut builder = JourneyBuilder::new(JourneyOptions::default().with_segment("device"));
    builder.extend(&log).unwrap();
    let of = |first: i64, last: i64| {
        let period = TimeRange::new(START + first * DAY, START + last * DAY).unwrap();
        builder.snapshot(period).unwrap()
    };
    let (weeks, day) = (of(0, 30), of(30, 40));
    let table = Comparison::new()
        .fit("set-rate", SetRateShapley)
        .fit("markov", Markov::order(1).unwrap())
        .model("linear", Linear)
        .bootstrap(Bootstrap::new(10, 1).unwrap())
        .run_on(&weeks, &day)
        .unwrap();
    for (at, model) in table.models().iter().enumerate() {
        for row in &model.channels {
            let parts = table.segments().iter().map(|segment| {
                let own = segment.models[at].channel(&row.channel).unwrap();
                assert!(own.conversions_low <= own.conversions_high);
                own.conversions
            });
            assert!(
                (parts.sum::<f64>() - row.conversions).abs() < 1e-9,
                "{}",
                row.channel
            );
        }
    }
}

#[test]
fn a_new_channel_gets_no_credit_from_a_fitted_model_and_is_named() {
    let weeks = paths(&[
        (&["search"], 40.0, 60.0),
        (&["tv", "search"], 30.0, 20.0),
        (&["tv"], 10.0, 90.0),
    ]);
    let day = paths(&[
        (&["search", "tiktok"], 4.0, 3.0),
        (&["tiktok"], 3.0, 9.0),
        (&["radio", "tv"], 2.0, 0.0),
    ]);
    let comparison = Comparison::new()
        .fit("markov", Markov::order(1).unwrap())
        .fit("set-rate", SetRateShapley)
        .model("linear", Linear);
    let table = comparison.run_on(&weeks, &day).unwrap();
    for name in ["markov", "set-rate"] {
        let model = table.model(name).unwrap();
        let credit = |channel: &str| model.channel(channel).unwrap().conversions;
        assert_eq!((credit("tiktok"), credit("radio")), (0.0, 0.0));
        assert!(
            (credit("search") + credit("tv") - 6.0).abs() < 1e-12,
            "{name}"
        );
        assert_eq!(model.unattributed.conversions, 3.0);
        let named = Finding::UnknownChannels {
            model: name.into(),
            channels: vec!["radio".into(), "tiktok".into()],
        };
        assert!(table.findings().contains(&named), "{:?}", table.findings());
    }
    // a rule needs to know no channel
    let linear = table
        .model("linear")
        .and_then(|model| model.channel("tiktok"));
    assert_eq!(linear.unwrap().conversions, 5.0);
    let refused = comparison
        .refuse_unknown_channels()
        .run_on(&weeks, &day)
        .unwrap_err();
    let error = refused.to_string();
    assert!(
        error.starts_with("a channel to be scored by markov is \"radio\", expected: one that"),
        "{error}"
    );
}

#[test]
fn a_channel_declared_but_never_touched_is_new_when_it_is_touched() {
    let journeys = |rows: &[(i64, &str)]| {
        let mut builder = JourneyBuilder::new(JourneyOptions::default());
        builder.add_channels(["search", "tiktok", "tv"]).unwrap();
        let mut log = Events::new();
        for (at, channel) in rows {
            log.push(Event::touch(*at as u64, START + at * DAY, channel))
                .unwrap();
            log.push(Event::conversion(*at as u64, START + at * DAY + 60))
                .unwrap();
        }
        builder.extend(&log).unwrap();
        builder.build().unwrap()
    };
    let weeks = journeys(&[(0, "search"), (9, "tv"), (20, "search")]);
    let table = Comparison::new()
        .fit(
            "logistic",
            mixtouch::attribution::regression::LogisticRegression::new(),
        )
        .run_on(&weeks, &journeys(&[(21, "tiktok"), (22, "tv")]))
        .unwrap();
    let model = &table.models()[0];
    assert_eq!(model.channel("tiktok").unwrap().conversions, 0.0);
    assert_eq!(model.unattributed.conversions, 1.0);
    assert!(
        table
            .to_string()
            .contains("logistic gives no credit to tiktok")
    );
}

#[test]
fn a_credit_beyond_all_conversions_is_found() {
    let table = Comparison::new()
        .fit("shapley-set-rate", SetRateShapley)
        .run(&paths(&[(&["a", "b"], 1.0, 1e6), (&["a"], 1.0, 1.0)]))
        .unwrap();
    let beyond = |channel: &str, least: f64| {
        table.findings().iter().any(|finding| match finding {
            Finding::BeyondTotal {
                channel: named,
                credited,
                conversions: 2.0,
                ..
            } => named == channel && credited.abs() > least,
            _ => false,
        })
    };
    assert!(beyond("a", 249_999.0) && beyond("b", 249_999.0), "{table}");
    assert!(table.to_string().contains("is beyond all conversions, 2.0"));
    let document = serde_json::to_value(&table).unwrap();
    let findings = document["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding["finding"] == "beyond-total")
    );
}

#[test]
fn a_penalty_that_outweighs_the_data_is_found() {
    let logistic = || {
        let specification = mixtouch::attribution::regression::LogisticRegression::new();
        Comparison::new().fit("logistic", specification)
    };
    let prior = |finding: &Finding| match finding {
        Finding::MostlyPrior { share, .. } => Some(*share),
        _ => None,
    };
    // 2 journeys a channel hold at most n p (1 - p) = 0.5 of information, the penalty 1
    let few = logistic()
        .run(&paths(&[(&["a"], 1.0, 1.0), (&["b"], 1.0, 1.0)]))
        .unwrap();
    let share = few.findings().iter().find_map(prior).unwrap();
    assert!((share - 1.0 / 1.5).abs() < 1e-9, "{share}");
    assert!(
        few.to_string()
            .contains("logistic: 67 % of what sets its parameters is the prior")
    );
    let many = logistic()
        .run(&paths(&[(&["a"], 1e3, 1e3), (&["b"], 1e3, 1e3)]))
        .unwrap();
    assert_eq!(many.findings().iter().find_map(prior), None);
}

#[test]
fn rules_on_clean_data_have_no_findings_and_no_field_for_them() {
    let journeys = paths(&[(&["a", "b"], 1.0, 3.0)]);
    let table = Comparison::new()
        .model("linear", Linear)
        .run(&journeys)
        .unwrap();
    assert!(table.findings().is_empty());
    let document = serde_json::to_value(&table).unwrap();
    assert!(document.get("findings").is_none());
}

#[test]
fn default_models_that_the_data_cannot_fit_are_left_out_and_named_ones_refused() {
    let mut log = Events::new();
    for person in 0..20u64 {
        log.push(Event::touch(person, START, ["a", "b"][person as usize % 2]))
            .unwrap();
        log.push(Event::conversion(person, START)).unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let settings = ModelSettings::default();
    let table = Comparison::new()
        .defaults(&settings)
        .run(&journeys)
        .unwrap();
    assert_eq!(table.models().len(), ModelName::DEFAULT.len() - 1);
    assert!(table.model("time-to-event").is_none());
    let left_out = |finding: &Finding| matches!(finding, Finding::LeftOut { model, .. } if model == "time-to-event");
    assert!(
        table.findings().iter().any(left_out),
        "{:?}",
        table.findings()
    );
    let named = Comparison::new()
        .named(ModelName::TimeToEvent, &settings)
        .unwrap();
    assert!(matches!(
        named.run(&journeys),
        Err(Error::NoExposure { .. })
    ));
    // a misspelt setting is no fault of the data
    let misspelt = settings.with_last_non_direct(LastNonDirect::new(["direkt"]));
    let refused = Comparison::new()
        .defaults(&misspelt)
        .run(&journeys)
        .unwrap_err();
    assert!(refused.to_string().contains("\"direkt\""), "{refused}");
}

#[test]
fn stored_tables_with_parts_of_unequal_length_are_refused() {
    let table = Comparison::new()
        .model("x", Linear)
        .model("y", LastTouch)
        .run(&paths(&[(&["a", "b"], 1.0, 0.0)]))
        .unwrap();
    let mut document = serde_json::to_value(&table).unwrap();
    let read =
        |document: &serde_json::Value| serde_json::from_value::<ComparisonTable>(document.clone());
    assert_eq!(read(&document).unwrap(), table);
    document["models"][1]["channels"]
        .as_array_mut()
        .unwrap()
        .pop();
    let error = read(&document).unwrap_err().to_string();
    assert_eq!(error, "the channels of y is a, expected: those of x, a, b");
}

#[test]
fn a_table_says_what_made_it() {
    let simulation = World::Additive.simulate(300, 1).unwrap();
    let (weeks, day) = (days(&simulation, 30, 28), days(&simulation, 58, 1));
    let comparison = Comparison::new().fit("markov", Markov::order(1).unwrap());
    let document = serde_json::to_value(comparison.run_on(&weeks, &day).unwrap()).unwrap();
    let provenance = &document["provenance"];
    assert_eq!(
        (&provenance["format"], &provenance["version"]),
        (&1.into(), &"0.1.0".into())
    );
    assert_eq!(provenance["fitted_on"]["from"], START + 30 * DAY);
    assert_eq!(provenance["scored"]["to"], START + 59 * DAY);
    assert_eq!(provenance["journeys"]["period"]["from"], START + 58 * DAY);
    // rules learn nothing
    let rules = Comparison::new().model("linear", Linear).run(&day).unwrap();
    let document = serde_json::to_value(rules).unwrap();
    assert!(document["provenance"]["fitted_on"].is_null());
    assert_eq!(document["provenance"]["scored"]["to"], START + 59 * DAY);
}

/// Names that are a formula, a command to a terminal, and a second line.
fn hostile() -> ComparisonTable {
    let mut log = Events::new();
    for channel in ["=cmd|' /C calc'!A0", "\u{1b}[2J", "tv\n(unattributed)  999"] {
        log.push(Event::touch("p", 10, channel)).unwrap();
    }
    log.push(Event::conversion("p", 15)).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    Comparison::new()
        .model("linear", Linear)
        .run(&journeys)
        .unwrap()
}

#[test]
fn names_from_a_log_are_no_commands() {
    let text = hostile().to_string();
    assert!(
        !text.contains('\u{1b}') && !text.contains("\n(unattributed)  999"),
        "{text:?}"
    );
    assert!(
        text.contains("\\u{1b}[2J") && text.contains("tv\\n(unattributed)  999"),
        "{text}"
    );
}

#[cfg(feature = "csv")]
#[test]
fn names_from_a_log_are_no_formulas() {
    let mut csv = Vec::new();
    hostile().write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.contains("linear,'=cmd|' /C calc'!A0,"), "{csv}");
    assert!(csv.contains("linear,\"tv\n(unattributed)  999\","), "{csv}");
}

#[test]
fn intervals_of_markov_within_journeys_hold_the_fits_uncertainty() {
    let simulation = World::Additive.simulate(3_000, 5).unwrap();
    let journeys = days(&simulation, 0, 90);
    let fitted = Markov::order(1)
        .unwrap()
        .fit(&journeys)
        .unwrap()
        .within_journeys();
    let bootstrap = Bootstrap::new(100, 1).unwrap();
    let settings = ModelSettings::default();
    let table = Comparison::new()
        .named(ModelName::MarkovWithinJourneys, &settings)
        .unwrap()
        .model("ready", fitted)
        .bootstrap(bootstrap)
        .run(&journeys)
        .unwrap();
    let width = |model: usize| -> f64 {
        let rows = table.models()[model].channels.iter();
        rows.map(|row| row.conversions_high.unwrap() - row.conversions_low.unwrap())
            .sum()
    };
    assert_eq!(
        table.models()[0].channels.len(),
        table.models()[1].channels.len()
    );
    assert!(width(0) > 1.02 * width(1), "{} and {}", width(0), width(1));
}

#[test]
fn a_restored_model_scores_a_log_with_a_new_channel() {
    let simulation = World::Additive.simulate(500, 1).unwrap();
    let mut log = Events::new();
    for batch in simulation.batches() {
        log.append(batch).unwrap();
    }
    let old = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let model = AdditiveHazard::default().fit(&old).unwrap();
    log.push(Event::touch("new", START + 80 * DAY, "tiktok"))
        .unwrap();
    log.push(Event::conversion("new", START + 80 * DAY + 60))
        .unwrap();
    let new = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let (before, after) = (
        attribute(&old, &model).unwrap(),
        attribute(&new, &model).unwrap(),
    );
    for channel in old.channels().iter() {
        let [before, after] = [&before, &after].map(|of| of.channel(channel).unwrap().conversions);
        assert!((before - after).abs() < 1e-9, "{channel}");
    }
    assert_eq!(
        after.unattributed().conversions,
        before.unattributed().conversions + 1.0
    );
}

/// Purchases under another identifier than the visits have no touch: every model then credits
/// nothing, which looks like channels that do not work.
#[test]
fn conversions_without_touches_are_told() {
    let mut log = Events::new();
    for person in 0..10u64 {
        let time = START + person as i64 * DAY;
        log.push(Event::touch(person, time, "search")).unwrap();
        let buyer = if person < 6 { 100 + person } else { person };
        log.push(Event::conversion(buyer, time + 60)).unwrap();
    }
    let run = |log: &Events| {
        let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
        let comparison = Comparison::new().model("linear", Linear);
        comparison.run(&journeys).unwrap()
    };
    let table = run(&log);
    let told = Finding::WithoutTouch {
        conversions: 6.0,
        all: 10.0,
    };
    assert_eq!(table.findings(), [told]);
    assert!(
        table
            .to_string()
            .contains("6.0 of 10.0 conversions have no touch"),
        "{table}"
    );
    log.push(Event::touch(100u64, START - 60, "search"))
        .unwrap();
    assert!(run(&log).findings().is_empty());
}
