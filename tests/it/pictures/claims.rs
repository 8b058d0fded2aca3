//! What pages of credit claim, and what they leave open.

use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch};
use mixtouch::experiment::LiftTest;
use mixtouch::pages::{AttributionChapter, Results};
use mixtouch::report::html::Page;
use mixtouch::simulate::worlds::World;
use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys, Outcome, PathTable};

const START: i64 = 1_767_225_600;

fn body(page: &Page) -> String {
    let html = page.html();
    let body = html.split("<body>").nth(1).unwrap();
    body.split("<script>").next().unwrap().to_owned()
}

/// Persons who see one of two channels at a cost of 1; of a hundred, so many buy for 10.
fn log(buyers: [u64; 2]) -> Journeys {
    let mut log = Events::new();
    for person in 0..400u64 {
        let side = (person % 2) as usize;
        let channel = ["radio", "tv"][side];
        log.push(Event::touch(person, START, channel).with_cost(1.0))
            .unwrap();
        if person / 2 % 100 < buyers[side] {
            log.push(Event::conversion(person, START + 60).with_value(10.0))
                .unwrap();
        }
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

fn page(journeys: &Journeys, replicates: Option<usize>) -> Page {
    let comparison = Comparison::new().model("first-touch", FirstTouch);
    let comparison = match replicates {
        Some(count) => comparison.bootstrap(Bootstrap::new(count, 1).unwrap()),
        None => comparison,
    };
    let table = comparison.run(journeys).unwrap();
    Results::new("A shop").with_attribution(&table).page()
}

#[test]
fn spend_is_moved_only_where_returns_are_apart() {
    let alike = log([20, 21]);
    assert!(body(&page(&alike, Some(60))).contains("returns of channels cannot be told apart"));
    assert!(body(&page(&alike, None)).contains("ask for a bootstrap"));
    let apart = log([5, 60]);
    assert!(body(&page(&apart, Some(60))).contains("Less radio, more tv"));
    assert!(!body(&page(&apart, None)).contains("Less radio"));
}

#[test]
fn without_conversions_no_channel_worked() {
    let mut paths = PathTable::new();
    paths
        .push(["tv", "search"], Outcome::new(0.0, 6.0, 0.0).unwrap())
        .unwrap();
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .run(&paths.journeys().unwrap())
        .unwrap();
    let page = Results::new("A shop").with_attribution(&table).page();
    assert_eq!(
        page.headline(),
        "0 conversions, and no channel is credited with any"
    );
    assert!(body(&page).contains("Nothing is credited"));
}

#[test]
fn a_table_has_no_empty_columns_and_all_conversions() {
    let mut log = Events::new();
    log.push(Event::touch("ann", START, "tv")).unwrap();
    log.push(Event::conversion("ann", START + 60)).unwrap();
    log.push(Event::conversion("bob", START + 60)).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let body = body(&page(&journeys, None));
    let top = body.split("id=\"table\"").nth(1).unwrap();
    let top = top.split("</table>").next().unwrap();
    assert!(!top.contains("cost") && !top.contains("ROAS"), "{top}");
    assert!(top.contains("(unattributed)"), "{top}");
}

#[test]
fn calibration_names_its_tests() {
    let world = World::Additive.simulate(5_000, 1).unwrap();
    let journeys = world.journeys(JourneyOptions::default()).unwrap();
    let days = |from: &str, to: &str| {
        LiftTest::new("email", from.parse().unwrap(), to.parse().unwrap())
            .with_share(0.5)
            .with_outcome_change(4.0)
            .with_standard_error(3.0)
    };
    let tests = [
        days("2026-02-01", "2026-02-14"),
        days("2026-02-15", "2026-02-28"),
    ];
    let hazard = AdditiveHazard::default().with_lift_tests(tests);
    let table = Comparison::new()
        .fit("time-to-event", hazard)
        .run(&journeys)
        .unwrap();
    let chapter = AttributionChapter::new(&table).chapter();
    let chart = chapter
        .charts()
        .find(|chart| chart.title().starts_with("Tests leave email"))
        .expect("tests are drawn");
    let rows = chart.table();
    let names: Vec<String> = rows.rows().iter().map(|row| row[0].to_string()).collect();
    assert_eq!(
        names,
        [
            "email, 2 tests",
            "email, 2026-02-01 to 2026-02-14",
            "email, 2026-02-15 to 2026-02-28"
        ]
    );
}
