//! Journeys told apart by a column of the log.

use mixtouch::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastTouch, Linear};
use mixtouch::attribution::{Bootstrap, ModelTable};
use mixtouch::privacy::{MinimumGroup, OTHER, SmallGroups};
use mixtouch::{Comparison, Error, Event, Events, JourneyBuilder, JourneyOptions, Journeys};

/// Ann begins on the phone and buys on the laptop, then looks again on the phone; bob buys on the
/// phone; cat only looks, phone first, laptop last.
fn log() -> Events {
    let mut log = Events::with_columns(["device"]);
    let rows = [
        (Event::touch("ann", 10, "social"), "phone"),
        (Event::touch("ann", 20, "search"), "laptop"),
        (Event::conversion("ann", 30).with_value(50.0), "laptop"),
        (Event::touch("ann", 40, "search"), "phone"),
        (Event::touch("bob", 15, "search"), "phone"),
        (Event::conversion("bob", 25).with_value(20.0), "phone"),
        (Event::touch("cat", 12, "social"), "phone"),
        (Event::touch("cat", 22, "e-mail"), "laptop"),
    ];
    for (event, device) in rows {
        log.push(event.with_texts(&[device])).unwrap();
    }
    log
}

fn journeys() -> Journeys {
    Journeys::from_events(&log(), JourneyOptions::default().with_segment("device")).unwrap()
}

#[test]
fn a_journey_belongs_to_the_row_that_closes_it() {
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .model("linear", Linear)
        .run(&journeys())
        .unwrap();
    let segments = table.segments();
    assert_eq!(
        segments
            .iter()
            .map(|segment| segment.segment.as_str())
            .collect::<Vec<_>>(),
        ["laptop", "phone"]
    );
    let of = |at: usize| {
        (
            segments[at].totals.conversions,
            segments[at].totals.nulls,
            segments[at].totals.value,
        )
    };
    // laptop: ann's purchase and cat's null; phone: bob's purchase and ann's second look
    assert_eq!((of(0), of(1)), ((1.0, 1.0, 50.0), (1.0, 1.0, 20.0)));
    let linear =
        |at: usize, channel: &str| segments[at].models[1].channel(channel).unwrap().conversions;
    assert_eq!(
        (
            linear(0, "social"),
            linear(0, "search"),
            linear(1, "search"),
            linear(1, "social")
        ),
        (0.5, 0.5, 1.0, 0.0)
    );
}

#[test]
fn rules_add_up_over_segments() {
    let table = Comparison::new()
        .model("linear", Linear)
        .fit("markov", Markov::order(1).unwrap())
        .run(&journeys())
        .unwrap();
    for row in &table.models()[0].channels {
        let parts: f64 = table
            .segments()
            .iter()
            .map(|segment| segment.models[0].channel(&row.channel).unwrap().conversions)
            .sum();
        assert!((parts - row.conversions).abs() < 1e-12, "{}", row.channel);
    }
    for segment in table.segments() {
        for model in &segment.models {
            let credited: f64 = model.channels.iter().map(|row| row.conversions).sum();
            assert!(
                (credited + model.unattributed.conversions - segment.totals.conversions).abs()
                    < 1e-12
            );
        }
    }
}

#[test]
fn models_of_whole_timelines_go_by_the_persons_first_row() {
    let table = Comparison::new()
        .model("linear", Linear)
        .fit("time-to-event", AdditiveHazard::default())
        .run(&journeys())
        .unwrap();
    let conversions = |at: usize| {
        let model = &table.segments()[at].models[1];
        let credited: f64 = model.channels.iter().map(|row| row.conversions).sum();
        credited
            + model.baseline.map_or(0.0, |baseline| baseline.conversions)
            + model.unattributed.conversions
    };
    // all three persons begin on the phone
    assert_eq!(table.segments()[0].models[1].model, "time-to-event");
    assert!(conversions(0).abs() < 1e-9 && (conversions(1) - 2.0).abs() < 1e-9);
}

#[test]
fn intervals_are_found_for_segments_too_and_the_table_survives_serde() {
    let comparison = Comparison::new()
        .model("linear", Linear)
        .bootstrap(Bootstrap::new(50, 1).unwrap());
    let table = comparison.run(&journeys()).unwrap();
    let row = table.segments()[1].models[0].channel("search").unwrap();
    assert!(row.conversions_low.unwrap() <= 1.0 && row.conversions_high.unwrap() >= 1.0);
    let social = table.segments()[1].models[0].channel("social").unwrap();
    assert_eq!(
        social.conversions_high,
        Some(0.0),
        "no conversion of another segment leaks in"
    );
    let text = serde_json::to_string(&table).unwrap();
    assert_eq!(
        serde_json::from_str::<mixtouch::attribution::ComparisonTable>(&text).unwrap(),
        table
    );
    let shown = table.to_string();
    assert!(shown.contains("segment \"phone\": 2 journeys"), "{shown}");
}

#[test]
fn the_order_of_persons_does_not_matter() {
    let mut shuffled = Events::with_columns(["device"]);
    let rows: Vec<usize> = vec![6, 4, 0, 7, 5, 1, 2, 3];
    for row in rows {
        let whole = log();
        let (event, device) = (whole.get(row).unwrap(), whole.text(row, "device").unwrap());
        shuffled.push(event.with_texts(&[device])).unwrap();
    }
    let run = |log: &Events| {
        let journeys =
            Journeys::from_events(log, JourneyOptions::default().with_segment("device")).unwrap();
        serde_json::to_string(
            &Comparison::new()
                .model("linear", Linear)
                .run(&journeys)
                .unwrap(),
        )
        .unwrap()
    };
    assert_eq!(run(&log()), run(&shuffled));
}

#[test]
fn a_column_that_is_not_there_is_named() {
    let error = Journeys::from_events(&log(), JourneyOptions::default().with_segment("region"))
        .unwrap_err();
    assert!(matches!(error, Error::MissingColumn { .. }), "{error}");
    assert_eq!(error.to_string(), "no column \"region\", found: device");
}

/// Forty persons, three of whom convert, all on the web; `instant` ones convert in the app at the
/// second they are first seen, which is the last of the log.
fn few_converters(instant: u64) -> Journeys {
    let mut log = Events::with_columns(["device"]);
    let mut push = |event: Event<'_>, device| log.push(event.with_texts(&[device])).unwrap();
    for person in 0..40 {
        let device = ["web", "shop"][usize::from(person % 2 == 1)];
        let channel = ["social", "search"][usize::from(person % 3 == 1)];
        push(Event::touch(person, 1_000 * person as i64, channel), device);
        if [4, 16, 30].contains(&person) {
            push(
                Event::conversion(person, 1_000 * person as i64 + 7_200),
                device,
            );
        }
    }
    for person in 40..40 + instant {
        push(Event::touch(person, 90_000, "social"), "app");
        push(Event::conversion(person, 90_000), "app");
    }
    Journeys::from_events(&log, JourneyOptions::default().with_segment("device")).unwrap()
}

#[test]
fn a_part_without_conversions_or_exposure_does_not_fail_the_whole() {
    for instant in [0, 2] {
        let table = Comparison::new()
            .fit("time-to-event", AdditiveHazard::default())
            .fit("log-link", LogLinearHazard::default())
            .bootstrap(Bootstrap::new(200, 1).unwrap())
            .run(&few_converters(instant))
            .unwrap();
        let conserved = |model: &ModelTable, conversions: f64| {
            let credited: f64 = model.channels.iter().map(|row| row.conversions).sum();
            let all = credited
                + model.baseline.map_or(0.0, |baseline| baseline.conversions)
                + model.unattributed.conversions;
            assert!(
                (all - conversions).abs() < 1e-9,
                "{}: {all}, not {conversions}",
                model.model
            );
        };
        table
            .models()
            .iter()
            .for_each(|model| conserved(model, 3.0 + instant as f64));
        for segment in table.segments() {
            let conversions = [("app", instant as f64), ("shop", 0.0), ("web", 3.0)];
            let (_, conversions) = conversions
                .into_iter()
                .find(|(name, _)| segment.segment == *name)
                .unwrap();
            segment
                .models
                .iter()
                .for_each(|model| conserved(model, conversions));
            let unattributed = segment
                .models
                .iter()
                .all(|model| model.unattributed.conversions == conversions);
            assert_eq!(
                unattributed,
                segment.segment != "web",
                "{}",
                segment.segment
            );
        }
        assert_eq!(table.segments().len(), if instant > 0 { 3 } else { 2 });
    }
}

/// Thirty persons touch and buy in regions: 14 in the north, 12 in the south, 3 in the east, 1 in
/// the west.
fn regions() -> Journeys {
    let mut log = Events::with_columns(["region"]);
    for person in 0..30u64 {
        let region = [
            ["north"; 14].as_slice(),
            &["south"; 12],
            &["east"; 3],
            &["west"],
        ]
        .concat()[person as usize];
        log.push(Event::touch(person, 10, "tv").with_texts(&[region]))
            .unwrap();
        log.push(
            Event::conversion(person, 20 + person as i64)
                .with_value(10.0)
                .with_texts(&[region]),
        )
        .unwrap();
    }
    Journeys::from_events(&log, JourneyOptions::default().with_segment("region")).unwrap()
}

#[test]
fn small_segments_are_merged_and_totals_stay() {
    let run = |minimum: MinimumGroup| {
        Comparison::new()
            .model("linear", Linear)
            .minimum_group(minimum)
            .run(&regions())
            .unwrap()
    };
    let names = |table: &mixtouch::attribution::ComparisonTable| {
        table
            .segments()
            .iter()
            .map(|each| each.segment.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&run(MinimumGroup::default())),
        ["east", "north", "south", "west"]
    );
    // four persons together could be found by subtraction, so the south joins them
    let table = run(MinimumGroup::new(5).unwrap());
    assert_eq!(names(&table), ["north", OTHER]);
    let other = &table.segments()[1];
    assert_eq!(
        (
            other.totals.conversions,
            other.models[0].channel("tv").unwrap().value
        ),
        (16.0, 160.0)
    );
    assert_eq!(
        table
            .segments()
            .iter()
            .map(|segment| segment.totals.conversions)
            .sum::<f64>(),
        table.totals().conversions
    );
    assert_eq!(
        table
            .withheld()
            .map(|withheld| (withheld.groups, withheld.persons)),
        Some((3, 16))
    );
    assert!(
        table
            .to_string()
            .ends_with("segments with too few persons to be shown: 3\n")
    );
    let text = serde_json::to_string(&table).unwrap();
    assert_eq!(
        serde_json::from_str::<mixtouch::attribution::ComparisonTable>(&text).unwrap(),
        table
    );
    let suppressed = run(MinimumGroup::new(5)
        .unwrap()
        .with_small(SmallGroups::Suppress));
    assert_eq!(
        (names(&suppressed), suppressed.totals().conversions),
        (vec!["north".to_owned()], 30.0)
    );
    assert!(names(&run(MinimumGroup::new(31).unwrap())).is_empty());
}

/// Ann's search lies on the laptop, all other touches on the phone.
fn paid() -> JourneyBuilder {
    let mut log = Events::with_columns(["device"]);
    let rows = [
        (Event::touch("ann", 10, "social").with_cost(3.0), "phone"),
        (Event::touch("ann", 20, "search").with_cost(4.0), "laptop"),
        (Event::conversion("ann", 30).with_value(60.0), "laptop"),
        (Event::touch("bob", 15, "search").with_cost(2.0), "phone"),
        (Event::conversion("bob", 25).with_value(20.0), "phone"),
    ];
    for (event, device) in rows {
        log.push(event.with_texts(&[device])).unwrap();
    }
    let mut builder = JourneyBuilder::new(JourneyOptions::default().with_segment("device"));
    builder.extend(&log).unwrap();
    builder
}

#[test]
fn segments_keep_the_costs_of_their_rows() {
    let linear = Comparison::new().model("linear", Linear);
    let table = linear.run(&paid().build().unwrap()).unwrap();
    let row = |segment: usize, channel: &str| {
        let row = table.segments()[segment].models[0]
            .channel(channel)
            .unwrap();
        (row.cost, row.roas, row.cpa)
    };
    // laptop: half of 60 over 4, and no cost of social; phone: bob's 20 over 2, and social's cost
    assert_eq!(row(0, "search"), (Some(4.0), Some(7.5), Some(8.0)));
    assert_eq!(row(0, "social"), (Some(0.0), None, None));
    assert_eq!(row(1, "search"), (Some(2.0), Some(10.0), Some(2.0)));
    assert_eq!(row(1, "social"), (Some(3.0), Some(0.0), None));
    // a table of costs knows no segments
    let mut builder = paid();
    let mut costs = mixtouch::CostTable::new();
    costs
        .push("tv", "1970-01-01".parse().unwrap(), 9.0)
        .unwrap();
    builder.add_costs(&costs);
    let table = linear.run(&builder.build().unwrap()).unwrap();
    let tv = |models: &[ModelTable]| models[0].channel("tv").unwrap().cost;
    assert_eq!(
        (tv(table.models()), tv(&table.segments()[0].models)),
        (Some(9.0), None)
    );
}

#[cfg(feature = "csv")]
#[test]
fn segments_appear_in_csv() {
    let table = Comparison::new()
        .model("linear", Linear)
        .run(&paid().build().unwrap())
        .unwrap();
    let mut csv = Vec::new();
    table.write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",value_high,segment"));
    assert!(
        csv.contains("linear,search,1.5,50,6,8.333333333333334,4,,,,,,\n"),
        "{csv}"
    );
    assert!(
        csv.contains("linear,search,0.5,30,4,7.5,8,,,,,,laptop\n"),
        "{csv}"
    );
    assert!(
        csv.contains("linear,search,1,20,2,10,2,,,,,,phone\n"),
        "{csv}"
    );
}

#[test]
fn segments_that_are_one_person_are_not_enough_together() {
    let mut log = Events::with_columns(["city"]);
    let mut push = |event: Event<'_>, city: &str| log.push(event.with_texts(&[city])).unwrap();
    for person in 0..20_u64 {
        push(Event::touch(person, 1_000, "a"), "big");
        push(Event::conversion(person, 1_001).with_value(1.0), "big");
    }
    // zoe buys once there, and then in three places where nobody else does
    push(Event::touch("zoe", 1_000, "a"), "big");
    push(Event::conversion("zoe", 1_001), "big");
    for (at, city) in (0..).zip(["x", "y", "z"]) {
        let time = 2_000 + 10 * at;
        push(Event::touch("zoe", time, "secret"), city);
        push(Event::conversion("zoe", time + 1).with_value(777.0), city);
    }
    let journeys =
        Journeys::from_events(&log, JourneyOptions::default().with_segment("city")).unwrap();
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .minimum_group(MinimumGroup::new(3).unwrap())
        .run(&journeys)
        .unwrap();
    let shown: Vec<(&str, f64)> = table
        .segments()
        .iter()
        .map(|segment| (segment.segment.as_str(), segment.totals.conversions))
        .collect();
    assert_eq!(shown, [(OTHER, 24.0)], "everybody together, or nobody");
}
