//! What pages of credit claim, and what they leave open.

use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch};
use mixtouch::experiment::LiftTest;
use mixtouch::pages::{AttributionChapter, JourneysChapter, Results};
use mixtouch::report::chart::Plot;
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
fn journeys_show_where_they_end_without_a_conversion() {
    let mut paths = PathTable::new();
    for (path, bought, lost) in [
        (&["tv", "search"][..], 8.0, 12.0),
        (&["tv"], 2.0, 36.0),
        (&["search", "tv"], 0.0, 2.0),
    ] {
        paths
            .push(
                path.iter().copied(),
                Outcome::new(bought, lost, 0.0).unwrap(),
            )
            .unwrap();
    }
    let table = paths.journeys().unwrap();
    let chapter = JourneysChapter::new(&table).chapter();
    let titles: Vec<&str> = chapter.charts().map(|chart| chart.title()).collect();
    // 50 of 60 buy nothing; of these 36 and 2 end on tv
    let said = "83 % of journeys end without a conversion, most often on tv: 76 % of these";
    assert!(titles.contains(&said), "{titles:?}");
    let friction = |journeys: &Journeys| {
        let chapter = JourneysChapter::new(journeys).chapter();
        let mut charts = chapter.charts();
        charts.any(|chart| chart.subtitle().starts_with("Friction:"))
    };
    assert!(friction(&log([5, 60])));
    assert!(!friction(&table), "a table of paths has no persons");
}

#[test]
fn true_returns_stand_beside_those_credited() {
    let table = Comparison::new().model("first-touch", FirstTouch);
    let table = table.run(&log([20, 20])).unwrap();
    let returns = |chapter: AttributionChapter<'_>| {
        let chapter = chapter.chapter();
        let mut charts = chapter.charts().filter_map(|chart| match chart.plot() {
            Plot::Forest(forest) => Some(forest.clone()),
            _ => None,
        });
        charts.next().unwrap()
    };
    assert_eq!(returns(AttributionChapter::new(&table)).series().len(), 1);
    let known = AttributionChapter::new(&table).with_truth([("tv", 30.0)]);
    let forest = returns(known);
    let truth = forest.series()[1].marks().iter().map(|mark| mark.value());
    // 30 caused at 10 each, of 200 touches at 1; nothing is known of radio
    let told: Vec<_> = forest
        .names()
        .iter()
        .map(String::as_str)
        .zip(truth)
        .collect();
    assert_eq!(told, [("radio", None), ("tv", Some(1.5))]);
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

/// The same over forty days: who buys does so ten minutes after the touch. 600 persons a channel.
fn over_days(buyers: [u64; 2]) -> Journeys {
    let mut log = Events::new();
    for person in 0..1_200u64 {
        let side = (person % 2) as usize;
        let time = START + (person as i64 / 2 % 40) * 86_400;
        let touch = Event::touch(person, time, ["radio", "tv"][side]);
        log.push(touch.with_cost(1.0)).unwrap();
        if person / 80 * 100 < 15 * buyers[side] {
            let sale = Event::conversion(person, time + 600);
            log.push(sale.with_value(10.0)).unwrap();
        }
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

fn hazard_page(journeys: &Journeys, hazard: AdditiveHazard) -> Page {
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .fit("time-to-event", hazard)
        .bootstrap(Bootstrap::new(40, 1).unwrap())
        .run(journeys)
        .unwrap();
    Results::new("A shop").with_attribution(&table).page()
}

/// The test of tv in the log of two channels: so many conversions, with an error of 20.
fn tested(brought: f64) -> AdditiveHazard {
    let [from, to] = ["2026-01-01", "2026-02-09"].map(|day| day.parse().unwrap());
    let test = LiftTest::new("tv", from, to)
        .with_share(1.0)
        .with_outcome_change(brought)
        .with_standard_error(20.0);
    AdditiveHazard::default().with_lift_tests([test])
}

#[test]
fn a_share_at_the_limit_of_a_model_is_not_told() {
    // all buy within minutes of a touch: no replicate has any baseline
    let page = hazard_page(&over_days([20, 40]), AdditiveHazard::default());
    let body = body(&page);
    assert!(!body.contains("0.0 % (0.0 % to 0.0 %)"), "{body}");
    assert!(!page.headline().contains("without marketing"));
    assert!(body.contains("<b>Not told</b> <span>time-to-event ends at its limit of 0.0 %"));
    assert!(body.contains("Not told what would have come without marketing"));
}

#[test]
fn a_channel_brought_what_a_test_found_and_is_credited_with_the_rest() {
    let journeys = over_days([20, 40]);
    let found = hazard_page(&journeys, tested(240.0));
    assert!(
        found.headline().starts_with("tv brought "),
        "{}",
        found.headline()
    );
    assert!(body(&found).contains("<b>tv</b> <span>"));
    let within = hazard_page(&journeys, tested(15.0));
    assert!(
        !within.headline().contains("brought"),
        "{}",
        within.headline()
    );
    assert!(body(&within).contains("No test found an effect beyond chance"));
    let without = hazard_page(&journeys, AdditiveHazard::default());
    let headline = without.headline();
    assert!(
        headline.starts_with("tv, which no test confirms, is credited with 240"),
        "{headline}"
    );
    let body = body(&without);
    assert!(body.contains("Credit need not be cause, and intervals are of chance alone"));
    assert!(body.contains("--lift") && body.contains("--demand-capture"));
    assert!(!body.contains("Nothing weakens"));
}

#[test]
fn what_is_assumed_is_no_finding() {
    let hazard = AdditiveHazard::default().with_demand_capture(["radio"]);
    let page = hazard_page(&over_days([20, 40]), hazard);
    let body = body(&page);
    assert!(body.contains("Assumed and not found: radio only"), "{body}");
    assert!(body.contains("radio has no credit by assumption"));
    assert!(body.contains("1 of 1 paid channels"));
    assert!(body.contains("radio is assumed to cause nothing"));
    assert!(!body.contains("Less radio"));
    let row = body.split(">radio</th>").nth(1).unwrap();
    let row = row.split("</tr>").next().unwrap();
    assert!(
        row.contains(">assumed<") && !row.contains("<small>"),
        "{row}"
    );
}

#[test]
fn the_truth_stands_beside_the_baseline() {
    let mut paths = PathTable::new();
    let outcome = Outcome::new(30.0, 70.0, 0.0).unwrap();
    paths.push(["tv"], outcome).unwrap();
    let title = |journeys: &Journeys, hazard: bool| {
        let comparison = Comparison::new().model("last-touch", LastTouch);
        let table = match hazard {
            true => comparison.fit("time-to-event", AdditiveHazard::default()),
            false => comparison,
        };
        let table = table.run(journeys).unwrap();
        let chapter = AttributionChapter::new(&table).with_true_baseline(9.0);
        let chart = chapter.chapter().charts().nth(1).cloned();
        chart.unwrap().title().to_owned()
    };
    // 360 conversions of which 9 would have come
    let told = title(&over_days([20, 40]), true);
    assert!(told.ends_with("; in truth 2.5 %"), "{told}");
    let rule = title(&paths.journeys().unwrap(), false);
    assert!(!rule.contains("in truth"), "a rule has no baseline: {rule}");
}

#[test]
fn methods_agree_only_if_any_two_do() {
    let mut paths = PathTable::new();
    let outcome = |count: f64| Outcome::new(count, 0.0, 0.0).unwrap();
    paths.push(["social", "search"], outcome(20.0)).unwrap();
    paths.push(["e-mail"], outcome(5.0)).unwrap();
    let table = Comparison::new()
        .model("own", LastTouch)
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch)
        .run(&paths.journeys().unwrap())
        .unwrap();
    let body = body(&Results::new("A shop").with_attribution(&table).page());
    assert!(body.contains("Methods disagree: 20 %"), "{body}");
    assert!(body.contains("Own and first-touch disagree"));
}

#[test]
fn one_person_is_no_agreement() {
    let mut log = Events::new();
    log.push(Event::touch("ann", START, "search")).unwrap();
    log.push(Event::conversion("ann", START + 3_600)).unwrap();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let table = Comparison::new()
        .model("last-touch", LastTouch)
        .fit("time-to-event", AdditiveHazard::default())
        .run(&journeys)
        .unwrap();
    let chapter = AttributionChapter::new(&table)
        .with_stages(&journeys, "last-touch", &LastTouch)
        .unwrap();
    let page = Results::new("A shop")
        .with_attribution(&table)
        .with_journeys(&journeys)
        .with_chapter(chapter.chapter())
        .page();
    let body = body(&page);
    for false_claim in [
        "Methods agree",
        "Methods disagree",
        "agree on every large channel",
        "agree least",
        "100 % of conversions would have come",
        "early and",
        "1.00",
    ] {
        assert!(!body.contains(false_claim), "{false_claim}: {body}");
    }
    assert!(body.contains("of 1 journey<"));
    assert!(page.headline().starts_with("1 conversion, "));
}

#[test]
fn titles_of_journeys_are_of_channels_and_beyond_chance() {
    // forty channels, each once in a pair with the same one
    let mut paths = PathTable::new();
    for channel in 0..40 {
        let name = format!("channel {channel}");
        let path = [name.as_str(), "shop"];
        paths
            .push(path, Outcome::new(1.0, 3.0, 0.0).unwrap())
            .unwrap();
    }
    let journeys = paths.journeys().unwrap();
    let chapter = JourneysChapter::new(&journeys).chapter();
    let titles: Vec<&str> = chapter.charts().map(|chart| chart.title()).collect();
    assert!(
        titles.iter().all(|title| !title.contains("more)")),
        "{titles:?}"
    );
    assert!(
        titles.contains(&"shop closes journeys more often than others"),
        "{titles:?}"
    );
    // of steps from channel 0 all lead to shop: a figure of the map
    let steps = chapter
        .charts()
        .find(|chart| chart.title().contains("of steps from"));
    assert!(
        steps
            .unwrap()
            .title()
            .starts_with("100 % of steps from channel")
    );
}

#[test]
fn a_window_that_cuts_journeys_is_told() {
    let mut log = Events::new();
    for person in 0..60u64 {
        let days = 1 + person as i64 / 2;
        log.push(Event::touch(person, START, "tv")).unwrap();
        let late = if person % 4 == 0 { 29 } else { days.min(29) };
        log.push(Event::conversion(person, START + late * 86_400 + 60))
            .unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let chapter = JourneysChapter::new(&journeys).chapter();
    let titles: Vec<&str> = chapter.charts().map(|chart| chart.title()).collect();
    let told = titles.iter().any(|title| {
        title.ends_with("lie 27 to 30 days before the conversion, where the window ends")
    });
    assert!(told, "{titles:?}");
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
        .find(|chart| chart.title().starts_with("Tests and log"))
        .expect("tests are drawn");
    // 4 conversions are what the log shows, or near it; the share kept is not the tests' figure
    assert_eq!(
        chart.title(),
        "Tests and log differ on no channel beyond chance"
    );
    assert!(chart.subtitle().contains("the model leaves email "));
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
