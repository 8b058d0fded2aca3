//! What code can get wrong: each gives a typed error that says what was expected, or a documented
//! result - never a panic, a hang, a NaN or a lost conversion.

use mixtouch::attribution::markov::{Markov, Transitions};
use mixtouch::attribution::rules::{
    FirstTouch, LastNonDirect, LastNonDirectModel, LastTouch, Linear, Participation, Position,
    TimeDecay, WShaped, WShapedModel,
};
use mixtouch::attribution::shapley::{
    ExactSetShapley, OrderedShapley, SetRateShapley, SimplifiedShapley,
};
use mixtouch::attribution::{ChannelSetCounts, ComparisonTable};
use mixtouch::journeys::{Accumulator, Transform};
use mixtouch::time::TimeRange;
use mixtouch::{
    Channels, Comparison, CostTable, Credits, Error, Event, Events, Fit, Journey, JourneyBuilder,
    JourneyOptions, Journeys, Lookback, Outcome, PathTable, TimeZone, attribute,
};
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn log(events: &[Event<'_>]) -> Events {
    let mut log = Events::new();
    events.iter().for_each(|event| log.push(*event).unwrap());
    log
}

fn journeys(events: &[Event<'_>]) -> Journeys {
    Journeys::from_events(&log(events), JourneyOptions::default()).unwrap()
}

/// Every model over the journeys, with all figures finite and every conversion accounted for.
fn compared(journeys: &Journeys) -> ComparisonTable {
    let mut comparison = Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .model("linear", Linear)
        .model("position-based", Position::u())
        .model("shapley", SimplifiedShapley)
        .fit("last-non-direct", LastNonDirect::default())
        .fit("markov", Markov::order(1).unwrap())
        .fit(
            "markov-without-nulls",
            Markov::order(1).unwrap().with_ignore_nulls(true),
        )
        .fit("shapley-set-rate", SetRateShapley);
    if journeys.has_times() {
        comparison = comparison.model("time-decay", TimeDecay::days(7.0).unwrap());
    }
    let table = comparison.run(journeys).unwrap();
    let totals = table.totals();
    for model in table.models() {
        let (mut conversions, mut value) =
            (model.unattributed.conversions, model.unattributed.value);
        for row in &model.channels {
            let figures = [
                Some(row.conversions),
                Some(row.value),
                row.cost,
                row.roas,
                row.cpa,
                row.removal_effect,
            ];
            assert!(
                figures.into_iter().flatten().all(f64::is_finite),
                "{}: {row:?}",
                model.model
            );
            conversions += row.conversions;
            value += row.value;
        }
        assert!(
            (conversions - totals.conversions).abs() <= 1e-9 * totals.conversions,
            "{}: {conversions} of {totals:?}",
            model.model
        );
        assert!(
            (value - totals.value).abs() <= 1e-9 * totals.value,
            "{}: {value} of {totals:?}",
            model.model
        );
    }
    let text = format!("{table}{}", serde_json::to_string(table.models()).unwrap());
    assert!(
        !text.contains("NaN") && !text.contains("inf") && !text.contains(":null"),
        "{text}"
    );
    table
}

fn unattributed(table: &ComparisonTable) -> Vec<f64> {
    let mut all: Vec<f64> = table
        .models()
        .iter()
        .map(|model| model.unattributed.conversions)
        .collect();
    all.dedup();
    all
}

#[test]
fn nothing_at_all() {
    let empty = journeys(&[]);
    assert!(empty.is_empty() && empty.get(0).is_none() && empty.person(0).is_none());
    assert_eq!(unattributed(&compared(&empty)), [0.0]);
    assert_eq!(
        unattributed(&compared(&PathTable::new().journeys().unwrap())),
        [0.0]
    );
    assert_eq!(Comparison::new().run(&empty).unwrap().models().len(), 0);
    assert!(
        Comparison::new()
            .run(&empty)
            .unwrap()
            .to_string()
            .starts_with("0 journeys")
    );
}

#[test]
fn no_conversion_at_all() {
    let table = compared(&journeys(&[
        Event::touch(1, 5, "tv"),
        Event::touch(2, 6, "search").with_cost(2.0),
    ]));
    assert_eq!(
        (table.totals().conversions, table.totals().nulls),
        (0.0, 2.0)
    );
    assert_eq!(
        table
            .model("markov")
            .unwrap()
            .channel("tv")
            .unwrap()
            .removal_effect,
        Some(0.0)
    );
    assert_eq!(
        table
            .model("linear")
            .unwrap()
            .channel("search")
            .unwrap()
            .cpa,
        None
    );
    let mut paths = PathTable::new();
    paths
        .push(["a", "b"], Outcome::new(0.0, 7.0, 0.0).unwrap())
        .unwrap();
    paths
        .push(["b"], Outcome::new(0.0, 0.0, 0.0).unwrap())
        .unwrap();
    compared(&paths.journeys().unwrap());
}

#[test]
fn conversions_without_touches_are_unattributed() {
    let table = compared(&journeys(&[
        Event::conversion(1, 5).with_value(3.0),
        Event::conversion("x", 9),
    ]));
    assert_eq!(unattributed(&table), [2.0]);
    let mut paths = PathTable::new();
    paths
        .push([], Outcome::new(1.5, 2.0, 6.0).unwrap())
        .unwrap();
    paths
        .push(["a"], Outcome::new(0.25, 1.0, 1.0).unwrap())
        .unwrap();
    assert_eq!(unattributed(&compared(&paths.journeys().unwrap())), [1.5]);
}

#[test]
fn touches_after_the_conversion_get_nothing_for_it() {
    let table = compared(&journeys(&[
        Event::conversion(1, 5),
        Event::touch(1, 6, "tv"),
    ]));
    assert_eq!(unattributed(&table), [1.0]);
    assert_eq!(table.totals().nulls, 1.0);
}

#[test]
fn names_that_contain_each_other_are_different_channels() {
    let mut events = vec![
        Event::touch(1, 1, "eta"),
        Event::touch(1, 2, "beta"),
        Event::touch(1, 3, "zeta > eta"),
        Event::conversion(1, 4),
    ];
    events.extend([
        Event::touch(2, 1, "et"),
        Event::touch(2, 2, "eta"),
        Event::conversion(2, 4),
    ]);
    let table = compared(&journeys(&events));
    let last = table.model("last-touch").unwrap();
    let of = |name| last.channel(name).unwrap().conversions;
    assert_eq!(
        ["eta", "beta", "zeta > eta", "et"].map(of),
        [1.0, 0.0, 1.0, 0.0]
    );
    let without = JourneyOptions::default().with_exclude(["eta"]);
    let journeys = Journeys::from_events(&log(&events), without).unwrap();
    let left: Vec<_> = journeys
        .get(0)
        .unwrap()
        .channels()
        .iter()
        .map(|&id| journeys.channels().name(id))
        .collect();
    assert!(left == ["beta", "zeta > eta"] || left == ["et"], "{left:?}");
}

#[test]
fn no_name_is_reserved() {
    let names = [
        "start",
        "(start)",
        "conversion",
        "(conversion)",
        "null",
        "(null)",
        "(unattributed)",
        "none",
        "\u{0}",
        " ",
        "渠道",
    ];
    let (mut odd, mut plain) = (PathTable::new(), PathTable::new());
    for at in 0..names.len() {
        let path = [at, (at * 3 + 1) % names.len(), (at * 7 + 2) % names.len()];
        let outcome = Outcome::new(at as f64, 2.0, at as f64 * 5.0).unwrap();
        odd.push(path.map(|at| names[at]), outcome).unwrap();
        let renamed = path.map(|at| format!("c{at:02}"));
        plain
            .push(renamed.iter().map(String::as_str), outcome)
            .unwrap();
    }
    let (odd, plain) = (
        compared(&odd.journeys().unwrap()),
        compared(&plain.journeys().unwrap()),
    );
    for (left, right) in odd.models().iter().zip(plain.models()) {
        for (at, name) in names.iter().enumerate() {
            let (odd, plain) = (
                left.channel(name).unwrap().conversions,
                right.channel(&format!("c{at:02}")).unwrap().conversions,
            );
            assert!(
                (odd - plain).abs() < 1e-9,
                "{}, {name}: {odd}, {plain}",
                left.model
            );
        }
    }
}

#[test]
fn time_decay_of_a_path_table_is_refused() {
    let mut paths = PathTable::new();
    paths
        .push(["a"], Outcome::new(1.0, 0.0, 0.0).unwrap())
        .unwrap();
    let journeys = paths.journeys().unwrap();
    let error = attribute(&journeys, &TimeDecay::days(7.0).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "TimeDecay needs the times of touches, which these journeys lack"
    );
    let named = Comparison::new()
        .model("time-decay", TimeDecay::days(7.0).unwrap())
        .run(&journeys)
        .unwrap_err();
    assert!(
        matches!(named, Error::MissingInput { ref model, .. } if model == "time-decay"),
        "{named}"
    );
}

#[test]
fn settings_outside_their_range_are_refused() {
    for days in [
        0.0,
        -0.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e300,
    ] {
        let lookback = Lookback::days(days).unwrap_err().to_string();
        assert!(
            lookback.starts_with("lookback is ") && lookback.contains("expected: "),
            "{lookback}"
        );
        if days != 1e300 {
            let half_life = TimeDecay::days(days).unwrap_err().to_string();
            assert!(
                half_life.starts_with("half-life is ") && half_life.contains("expected: "),
                "{half_life}"
            );
        }
    }
    assert!(Markov::order(0).is_err());
    assert!(WShaped::new(Vec::<String>::new()).is_err());
    for (from, to) in [(5, 5), (6, 5), (-1, 1 << 32), (0, 0), (0, (1 << 32) + 1)] {
        assert!(TimeRange::new(from, to).is_err(), "{from} {to}");
    }
    assert!(Outcome::new(-1.0, 0.0, 0.0).is_err() && Outcome::new(1.0, f64::NAN, 0.0).is_err());
    assert!(Journey::new(&[], &[1], 2, Outcome::NULL).is_err());
    let mut costs = CostTable::new();
    let day = "2026-01-01".parse().unwrap();
    assert!(
        costs.push("", day, 1.0).is_err()
            && costs.push("tv", day, -1.0).is_err()
            && costs.push("tv", day, f64::NAN).is_err()
    );
}

#[test]
fn channels_that_are_not_there_are_refused_by_name() {
    let events = log(&[
        Event::touch(1, 1, "search"),
        Event::touch(1, 2, "tv"),
        Event::conversion(1, 3),
    ]);
    for (role, options) in [
        (
            "exclude",
            JourneyOptions::default().with_exclude(["direkt"]),
        ),
        (
            "lookback",
            JourneyOptions::default()
                .with_lookback(Lookback::default().with_channel("direkt", Lookback::default())),
        ),
    ] {
        let error = Journeys::from_events(&events, options)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            format!(
                "{role} names channel \"direkt\", expected: search, tv; one that the data may lack \
                 is declared by add_channels"
            )
        );
    }
    let journeys = Journeys::from_events(&events, JourneyOptions::default()).unwrap();
    let error = WShaped::new(["demo"])
        .unwrap()
        .fit(&journeys)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("stage names channel \"demo\", expected: search, tv; one that"));
}

#[test]
fn evidence_and_credits_of_other_channels_do_not_merge() {
    let one = journeys(&[Event::touch(1, 1, "a"), Event::conversion(1, 2)]);
    let other = journeys(&[Event::touch(1, 1, "b"), Event::conversion(1, 2)]);
    let markov = Markov::order(1).unwrap();
    // models score by name: what they do not know gets no credit
    let unattributed = [
        attribute(&other, &markov.fit(&one).unwrap()),
        attribute(&other, &SetRateShapley.fit(&one).unwrap()),
    ];
    for credits in unattributed {
        assert_eq!(credits.unwrap().unattributed().conversions, 1.0);
    }
    let (evidence, others) = (markov.gather(&one).unwrap(), markov.gather(&other).unwrap());
    let merged = evidence.clone().merge(others);
    assert!(matches!(merged, Err(Error::ChannelMismatch { .. })));
    let mut credits = attribute(&one, &Linear).unwrap();
    assert!(matches!(
        credits.merge(attribute(&other, &Linear).unwrap()),
        Err(Error::ChannelMismatch { .. })
    ));
    let twice = Comparison::new()
        .model("x", Linear)
        .model("x", LastTouch)
        .run(&one)
        .unwrap_err();
    assert_eq!(
        twice.to_string(),
        "the name of a model is x, expected: a name of its own for each model"
    );
}

#[test]
fn a_channel_too_many_is_refused_and_the_rest_goes_on() {
    let names: Vec<String> = (0..70_000).map(|at| format!("c{at}")).collect();
    let (mut events, mut paths, mut refused) = (Events::new(), PathTable::new(), 0);
    for name in &names {
        let touch = events.push(Event::touch(1, 5, name));
        let path = paths.push([name.as_str()], Outcome::NULL);
        if let (Err(left), Err(right)) = (&touch, &path) {
            assert!(
                matches!(left, Error::TooManyChannels { limit: 65_535, .. }),
                "{left}"
            );
            assert!(
                matches!(right, Error::TooManyChannels { limit: 65_535, .. }),
                "{right}"
            );
            refused += 1;
        }
    }
    assert_eq!(
        (refused, events.len(), paths.len()),
        (70_000 - 65_535, 65_535, 65_535)
    );
    events.push(Event::conversion(1, 6)).unwrap();
    let journeys = Journeys::from_events(&events, JourneyOptions::default()).unwrap();
    assert_eq!(journeys.channels().len(), 65_535);
    assert_eq!(paths.journeys().unwrap().len(), 65_535);
    let shares = attribute(&journeys, &Linear).unwrap();
    assert!((shares.credited().conversions - 1.0).abs() < 1e-9);
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.extend(&events).unwrap();
    assert!(matches!(
        builder.extend(&log(&[Event::touch(1, 1, "one more")])),
        Err(Error::TooManyChannels { .. })
    ));
}

#[test]
fn times_outside_the_range_are_refused() {
    for time in [-1, i64::MIN, 1 << 32, i64::MAX, 1_767_225_600_000] {
        let error = Events::new()
            .push(Event::touch(1, time, "tv"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!(
                "row 1: timestamp is \"{time}\", expected: seconds since 1970"
            )),
            "{error}"
        );
    }
    let ends = [
        Event::touch(1, 0, "tv"),
        Event::conversion(1, 0),
        Event::touch(1, u32::MAX.into(), "tv"),
        Event::conversion(1, u32::MAX.into()),
    ];
    let journeys = journeys(&ends);
    assert_eq!(unattributed(&compared(&journeys)), [0.0]);
    assert_eq!(
        journeys
            .iter()
            .map(|journey| journey.len())
            .collect::<Vec<_>>(),
        [1, 1]
    );
}

#[test]
fn an_error_leaves_the_log_as_it_was() {
    let mut events = log(&[Event::touch(1, 1, "tv")]);
    let bad = [Event::touch(1, 1, ""), Event::conversion(1, -5)];
    for event in bad {
        assert!(
            events
                .push(event)
                .unwrap_err()
                .to_string()
                .starts_with("row 2: ")
        );
    }
    assert!(
        events
            .push(Event::conversion(1, 1).with_texts(&["phone"]))
            .is_err(),
        "there are no named columns"
    );
    assert_eq!(events.len(), 1);
}

#[test]
fn a_person_with_100_000_touches_in_one_second() {
    let names = ["a", "b", "c", "d", "e"];
    let mut events = Events::new();
    for at in 0..100_000 {
        events.push(Event::touch("ann", 7, names[at % 5])).unwrap();
    }
    events
        .push(Event::conversion("ann", 7).with_value(9.0))
        .unwrap();
    for transform in [
        Transform::None,
        Transform::Exposure,
        Transform::First,
        Transform::Last,
    ] {
        let journeys =
            Journeys::from_events(&events, JourneyOptions::default().with_transform(transform))
                .unwrap();
        let table = compared(&journeys);
        assert_eq!(unattributed(&table), [0.0]);
        assert!((table.model("linear").unwrap().channel("c").unwrap().value - 1.8).abs() < 1e-9);
    }
    let one =
        Journeys::from_events(&events, JourneyOptions::default().with_deduplicate(true)).unwrap();
    assert_eq!(one.get(0).unwrap().len(), 5);
}

#[test]
fn a_person_with_100_000_conversions_and_touches_used_again() {
    let mut events = Events::new();
    for at in 0..100_000 {
        events
            .push(Event::touch("ann", at * 10, ["a", "b"][at as usize % 2]))
            .unwrap();
        events
            .push(Event::conversion("ann", at * 10 + 5).with_value(1.0))
            .unwrap();
    }
    let minute = Lookback::new(std::time::Duration::from_secs(60)).unwrap();
    for transform in [Transform::None, Transform::Last] {
        let options = JourneyOptions::default()
            .with_reuse(true)
            .with_transform(transform)
            .with_lookback(minute.clone());
        let table = compared(&Journeys::from_events(&events, options).unwrap());
        assert_eq!(
            (table.totals().conversions, unattributed(&table)),
            (100_000.0, vec![0.0])
        );
    }
    let touches = JourneyOptions::default()
        .with_reuse(true)
        .with_trim(std::num::NonZeroUsize::new(3).unwrap());
    assert_eq!(
        Journeys::from_events(&events, touches)
            .unwrap()
            .totals()
            .touchpoints,
        299_997.0
    );
}

#[test]
fn the_largest_and_smallest_amounts() {
    let events = [
        Event::touch(1, 1, "a").with_cost(1e15),
        Event::touch(1, 2, "b").with_cost(5e-324),
        Event::conversion(1, 3).with_value(1e15),
        Event::touch(2, 1, "a"),
        Event::conversion(2, 3).with_value(5e-324),
    ];
    let all = journeys(&events);
    attribute(&all, &Position::new(1e-300, 0.0, 5e-324).unwrap())
        .unwrap()
        .by_channel()
        .iter()
        .for_each(|tally| {
            assert!(tally.conversions.is_finite() && tally.value.is_finite());
        });
    let mut paths = PathTable::new();
    paths
        .push(["a", "b", "a"], Outcome::new(1e15, 1e15, 1e15).unwrap())
        .unwrap();
    paths
        .push(["b"], Outcome::new(1e-300, 0.0, 1e-300).unwrap())
        .unwrap();
    paths
        .push(["c"], Outcome::new(5e-324, 0.0, 5e-324).unwrap())
        .unwrap();
    compared(&paths.journeys().unwrap());
}

/// Reads an item back with each text replaced in turn, which has to be refused.
fn refuses<T: DeserializeOwned + Debug>(text: &str, slips: &[(&str, &str)]) {
    assert!(serde_json::from_str::<T>(text).is_ok(), "{text}");
    for (from, to) in slips {
        assert!(text.contains(from), "{text} has no {from}");
        let spoilt = text.replacen(from, to, 1);
        assert!(
            serde_json::from_str::<T>(&spoilt).is_err(),
            "{spoilt} was taken in"
        );
    }
}

#[test]
fn stored_items_are_validated_too() {
    let mut paths = PathTable::new();
    paths
        .push(["a", "b"], Outcome::new(1.0, 1.0, 2.0).unwrap())
        .unwrap();
    let journeys = paths.journeys().unwrap();
    let channels = journeys.channels();
    fn json(item: &impl serde::Serialize) -> String {
        serde_json::to_string(item).unwrap()
    }
    let order = ("[\"a\",\"b\"]", "[\"b\",\"a\"]");
    let fewer = ("[\"a\",\"b\"]", "[\"a\"]");
    refuses::<Channels>(&json(channels), &[order]);
    refuses::<Credits>(
        &json(&attribute(&journeys, &Linear).unwrap()),
        &[order, fewer],
    );
    refuses::<LastNonDirectModel>(
        &json(&LastNonDirect::new(["b"]).fit(&journeys).unwrap()),
        &[order, fewer, ("[1]", "[2]")],
    );
    refuses::<WShapedModel>(
        &json(&WShaped::new(["b"]).unwrap().fit(&journeys).unwrap()),
        &[order, fewer, ("[1]", "[2]")],
    );
    refuses::<Participation>(
        &json(
            &journeys
                .accumulate(|| Participation::new(channels))
                .unwrap(),
        ),
        &[fewer],
    );
    refuses::<OrderedShapley>(
        &json(
            &journeys
                .accumulate(|| OrderedShapley::new(channels))
                .unwrap(),
        ),
        &[fewer],
    );
    let coalitions = journeys
        .accumulate(|| ChannelSetCounts::new(channels))
        .unwrap();
    refuses::<ChannelSetCounts>(
        &json(&coalitions),
        &[fewer, ("[0,1]", "[]"), ("[0,1]", "[0,7]"), ("1.0", "-1.0")],
    );
    refuses::<ExactSetShapley>(&json(&ExactSetShapley::new(&coalitions)), &[fewer]);
    refuses::<Transitions>(
        &json(
            &journeys
                .accumulate(|| Markov::order(1).unwrap().evidence(channels))
                .unwrap(),
        ),
        &[fewer, ("1.0", "-1.0"), ("1.0", "7.0")],
    );
    refuses::<Position>(&json(&Position::u()), &[("0.4", "-0.4"), ("0.4", "\"x\"")]);
    refuses::<TimeDecay>(
        &json(&TimeDecay::days(7.0).unwrap()),
        &[("604800.0", "0.0"), ("604800.0", "-1.0")],
    );
    refuses::<Lookback>(
        &json(&Lookback::default()),
        &[("2592000", "0"), ("2592000", "-1")],
    );
    refuses::<Markov>(
        &json(&Markov::order(1).unwrap()),
        &[("\"order\":1", "\"order\":0")],
    );
}

#[test]
fn periods_are_of_days_that_logs_can_have() {
    let period = |first: &str, last: &str, zone: &TimeZone| {
        TimeRange::days(first.parse().ok(), last.parse().ok(), zone)
            .map_err(|error| error.to_string())
    };
    let within = "expected: a day within 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z";
    let utc = TimeZone::utc();
    assert_eq!(
        period("2026-02-02", "2026-02-01", &utc).unwrap_err(),
        "the period's last day is 2026-02-01, expected: 2026-02-02 or later"
    );
    assert_eq!(
        period("1969-12-31", "", &utc).unwrap_err(),
        format!("the period's first day is 1969-12-31, {within}")
    );
    for last in ["2106-02-07", "2150-12-31", "9999-12-31"] {
        assert_eq!(
            period("", last, &utc).unwrap_err(),
            format!("the period's last day is {last}, {within}")
        );
    }
    for (first, last) in [
        ("1970-01-01", "2106-02-06"),
        ("2026-02-02", "2026-02-02"),
        ("", ""),
    ] {
        assert!(period(first, last, &utc).is_ok(), "{first} to {last}");
    }
    #[cfg(feature = "time")]
    {
        let zone = |name| TimeZone::new(name).unwrap();
        assert_eq!(
            period("1970-01-01", "", &zone("Europe/Berlin")).unwrap_err(),
            format!("the period's first day is 1970-01-01, {within}")
        );
        assert!(
            period("", "2106-02-06", &zone("America/Los_Angeles")).is_err()
                && period("", "2106-02-06", &zone("Asia/Tokyo")).is_ok()
        );
        // Samoa went from 29 to 31 December
        assert!(period("2011-12-30", "2011-12-30", &zone("Pacific/Apia")).is_err());
    }
}
