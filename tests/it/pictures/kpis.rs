//! Pages of a dashboard: changes, segments, words, devices.

use crate::pictures::xml::elements;
use mixtouch::attribution::rules::LastTouch;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::kpi::map::{JourneyMap, Stage, Steps};
use mixtouch::kpi::service::{Questions, VoiceOfCustomer};
use mixtouch::kpi::verbatims::{VerbatimOptions, Verbatims};
use mixtouch::kpi::{KpiOptions, PersonTimelines};
use mixtouch::pages::KpiPages;
use mixtouch::report::html::Chapter;
use mixtouch::{Event, Events, JourneyOptions, Journeys, Kind};

const JANUARY: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// Persons who are there every month from January to April; in the months from the third on `later`
/// in twenty buy, in those before two.
fn log(later: u64) -> Events {
    let mut log = Events::with_columns(["comment"]).keep_all();
    for person in 0..2_000u64 {
        for (month, start) in [0, 31, 59, 90].into_iter().enumerate() {
            let time = JANUARY + start * DAY + (person % 27) as i64 * DAY + 60;
            let touch = Event::touch(person, time, "social").with_texts(&[""]);
            log.push(touch).unwrap();
            let buys = if month > 1 { later } else { 2 };
            if (person + month as u64 * 7) % 20 < buys {
                let sale = Event::conversion(person, time + 600).with_value(20.0);
                log.push(sale.with_texts(&[""])).unwrap();
            }
        }
        if person < 200 {
            let (score, text) = match person % 2 {
                0 => (10.0, "kind staff"),
                _ => (2.0, "late parcel"),
            };
            let row = Event::of_kind(Kind::Survey, person, JANUARY + 100 * DAY).with_goal("nps");
            log.push(row.with_value(score).with_texts(&[text])).unwrap();
        }
    }
    // the log goes on to the first day of May
    let last = Event::touch(0u64, JANUARY + 120 * DAY, "social").with_texts(&[""]);
    log.push(last).unwrap();
    log
}

fn dashboard(log: &Events) -> Dashboard {
    let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
    Dashboard::new(log, &journeys, &LastTouch, &DashboardOptions::default()).unwrap()
}

fn titles(chapters: &[Chapter], heading: &str) -> Vec<String> {
    let chapter = chapters.iter().find(|one| one.heading() == heading);
    let chapter = chapter.unwrap_or_else(|| panic!("no chapter {heading}"));
    chapter
        .charts()
        .map(|chart| chart.title().to_owned())
        .collect()
}

#[test]
fn a_change_of_a_month_ago_is_told_with_its_month() {
    let same = dashboard(&log(2));
    let pages = KpiPages::new(&same);
    let changes = titles(&pages.chapters(), "Changes");
    assert!(
        changes.contains(&"Bought: none of 3 changes beyond chance".to_owned()),
        "{changes:?}"
    );
    assert!(
        !pages
            .page("A shop")
            .headline()
            .contains("changed beyond chance")
    );
    let moved = dashboard(&log(6));
    let pages = KpiPages::new(&moved);
    let changes = titles(&pages.chapters(), "Changes");
    assert!(
        changes.contains(&"Bought rose by 20.0 points in 2026-03".to_owned()),
        "{changes:?}"
    );
    let checks = pages.checks();
    let told = checks.iter().any(|check| {
        check
            .text()
            .starts_with("Bought: +20.0 points from 2026-02")
    });
    assert!(told, "{checks:?}");
    assert!(
        !pages.page("A shop").headline().contains("Bought changed"),
        "April is like March"
    );
}

#[test]
fn segments_that_do_not_differ_are_not_ranked() {
    let (one, other, third) = (dashboard(&log(2)), dashboard(&log(2)), dashboard(&log(6)));
    let side_by_side = |personas: &[(&str, &Dashboard)]| {
        let pages = KpiPages::new(&one);
        let pages = personas.iter().fold(pages, |pages, (name, dashboard)| {
            pages.with_persona(*name, dashboard)
        });
        pages.chapters()
    };
    let alike = side_by_side(&[("a", &one), ("b", &other)]);
    assert!(
        alike
            .iter()
            .all(|chapter| chapter.heading() != "Segments side by side"),
        "the same"
    );
    let apart = titles(
        &side_by_side(&[("a", &one), ("c", &third)]),
        "Segments side by side",
    );
    let order = "Conversion: highest with c, lowest with a";
    assert!(apart.contains(&order.to_owned()), "{apart:?}");
    let pages = KpiPages::new(&one).with_persona("a", &one);
    let html = pages.with_persona("c", &third).page("A shop").html();
    // as a title, and among the findings
    assert_eq!(html.matches(&format!("<b>{order}</b>")).count(), 1);
    assert!(
        !apart
            .iter()
            .any(|title| title.starts_with("Net promoter score (nps): highest")),
        "{apart:?}"
    );
}

#[test]
fn words_devices_and_agents_have_their_charts() {
    let log = log(2);
    let dashboard = dashboard(&log);
    let (kpis, questions) = (KpiOptions::default(), Questions::default());
    let timelines = PersonTimelines::new(&log).unwrap();
    let said = Verbatims::new(&timelines, &questions, &VerbatimOptions::default(), &kpis).unwrap();
    let agents = VoiceOfCustomer::new(&timelines, &questions, &kpis).unwrap();
    let map = |converting: u64| {
        let mut log = Events::new();
        for person in 0..200u64 {
            let channel = if person % 2 == 0 { "chat" } else { "search" };
            log.push(Event::touch(person, JANUARY, channel)).unwrap();
            if person % 2 == 1 || person < converting {
                log.push(Event::conversion(person, JANUARY + 60)).unwrap();
            }
        }
        let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
        let steps = Steps::channels(journeys.channels());
        JourneyMap::new(&journeys, &steps, &kpis).unwrap()
    };
    let (phone, laptop) = (map(0), map(100));
    let pages = KpiPages::new(&dashboard)
        .with_verbatims(&said)
        .with_agent_survey(&agents)
        .with_device("phone", &phone)
        .with_device("laptop", &laptop);
    let chapters = pages.chapters();
    assert_eq!(
        titles(&chapters, "In customers' words")[0],
        "Detractors speak of late and parcel; promoters of kind and staff"
    );
    let journeys = titles(&chapters, "Journeys and conversion");
    assert!(
        journeys
            .iter()
            .any(|title| title.starts_with("chat on phone loses most conversions: 50.0 (")),
        "{journeys:?}"
    );
    let service = titles(&chapters, "Service");
    assert!(
        service.contains(&"Agents on nps: 0".to_owned()),
        "{service:?}"
    );
    let html = pages.page("A shop").html();
    elements(&html);
    let body = html.split("<body>").nth(1).unwrap();
    assert!(!body.split("<script>").next().unwrap().contains("NaN"));
}

/// Persons who see one of two channels or both, one after the other; so many of ten buy after each.
fn two_channels(buyers: [u64; 2], cost: f64) -> Dashboard {
    let mut log = Events::new().keep_all();
    for person in 0..400u64 {
        let side = (person % 2) as usize;
        let channel = ["social", "search"][side];
        log.push(Event::touch(person, JANUARY, channel).with_cost(cost))
            .unwrap();
        if person % 8 == 0 {
            log.push(Event::touch(person, JANUARY + 30, "search"))
                .unwrap();
        }
        if person / 2 % 10 < buyers[side] {
            log.push(Event::conversion(person, JANUARY + 60).with_value(20.0))
                .unwrap();
        }
    }
    // customers whom no channel won
    for person in 400..800u64 {
        log.push(Event::conversion(person, JANUARY + 60).with_value(20.0))
            .unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let stages = [
        ("social", Stage::Discovery),
        ("search", Stage::Consideration),
    ];
    let options = DashboardOptions::default().with_stages(stages);
    Dashboard::new(&log, &journeys, &LastTouch, &options).unwrap()
}

fn all_titles(dashboard: &Dashboard) -> Vec<String> {
    let chapters = KpiPages::new(dashboard).chapters();
    let charts = chapters.iter().flat_map(Chapter::charts);
    charts.map(|chart| chart.title().to_owned()).collect()
}

#[test]
fn channels_whose_intervals_overlap_are_not_ranked() {
    let titles = all_titles(&two_channels([4, 4], 1.0));
    let told = |words: &str| titles.iter().any(|title| title.contains(words));
    assert!(
        told("How often persons reached buy does not surely differ by channel"),
        "{titles:?}"
    );
    assert!(
        !told("are worth most") && !told("buy most often"),
        "{titles:?}"
    );
    let apart = all_titles(&two_channels([1, 7], 1.0));
    assert!(
        apart.contains(
            &"Persons reached by search buy more often than those reached by social".to_owned()
        ),
        "{apart:?}"
    );
}

/// Customers of a channel: what winning one costs, and the days and values of what each buys.
fn won_by(channel: &str, cost: f64, purchases: &[(i64, [f64; 2])], log: &mut Events) {
    for number in 0..40u64 {
        let person = format!("{channel} {number}");
        let touch = Event::touch(person.as_str(), JANUARY, channel).with_cost(cost);
        log.push(touch).unwrap();
        for (day, values) in purchases {
            let sale = Event::conversion(person.as_str(), JANUARY + 60 + day * DAY);
            let value = values[number as usize % 2];
            log.push(sale.with_value(value)).unwrap();
        }
    }
}

#[test]
fn payback_is_told_where_it_is_sure() {
    let mut log = Events::new().keep_all();
    let (once, again) = ((0, [20.0; 2]), (20, [20.0; 2]));
    won_by("search", 10.0, &[once], &mut log);
    won_by("social", 30.0, &[once, again], &mut log);
    won_by("tv", 100.0, &[once, again], &mut log);
    // 30.1 in the mean, give or take 4
    won_by("radio", 30.0, &[(0, [5.0, 55.2])], &mut log);
    // 29.9 in the mean, and nothing more is known
    won_by("paper", 30.0, &[(0, [5.0, 54.8])], &mut log);
    log.push(Event::touch("last", JANUARY + 100 * DAY, "tv"))
        .unwrap();
    let dashboard = dashboard(&log);
    let page = KpiPages::new(&dashboard).page("A shop").html();
    for found in [
        "Customers won by search and social have paid back what they cost",
        "Customers won by tv have not paid back so far",
    ] {
        assert!(page.contains(found), "{found}");
    }
    let titles = all_titles(&dashboard);
    for told in [
        "search: paid back at the first purchase",
        "social: paid back within a month",
        "tv: not paid back within 3 months",
        "radio: paid back at the first purchase, but not beyond chance",
        "paper: not known whether paid back within 3 months",
    ] {
        assert!(
            titles.iter().any(|title| title == told),
            "{told}: {titles:?}"
        );
    }
    let worth = titles
        .iter()
        .find(|title| title.contains("times what they cost"));
    assert!(
        worth.unwrap().ends_with(')'),
        "{worth:?} lacks its interval"
    );
}

#[test]
fn cohorts_show_what_their_customers_brought() {
    let titles = all_titles(&dashboard(&log(2)));
    // for 20 each; of January's two in twenty, one comes back in April
    assert!(
        titles.contains(
            &"A customer of 2026-01 brought 20.0 in the first period and 30.0 within 4 periods"
                .to_owned()
        ),
        "{titles:?}"
    );
}

#[test]
fn all_customers_together_are_won_by_no_channel() {
    // all customers cost half as much, since no channel won every other one
    let titles = all_titles(&two_channels([4, 4], 5.0));
    assert!(
        titles
            .iter()
            .any(|title| title.starts_with("Customers won by s")),
        "{titles:?}"
    );
    assert!(
        !titles.iter().any(|title| title.contains("(whole)")),
        "{titles:?}"
    );
}

#[test]
fn charts_say_what_they_measure_and_how_sure_it_is() {
    let dashboard = two_channels([4, 4], 5.0);
    let html = KpiPages::new(&dashboard).page("A shop").html();
    // customers that no channel won, and all of them
    assert!(html.contains("no channel") && html.contains("all customers"));
    assert!(!html.contains("(none)") && !html.contains("(whole)"));
    // a level stands beside every interval, also where a chart leaves the page
    assert!(
        html.contains("Conversion of persons by a channel that reached them, with 95 % intervals")
    );
    assert!(html.contains("Value of a customer by the channel that won them, with 95 % intervals"));
    assert!(!html.contains(", with intervals"));
    // the value in the title is not that of the chart beside it
    assert!(html.contains("Value of a customer, so far"));
}

#[test]
fn stages_show_where_most_is_lost() {
    // all see social, a quarter goes on to search, and half of these buy
    let mut log = Events::new();
    for person in 0..400u64 {
        let touch = |time: i64, channel| Event::touch(person, JANUARY + time, channel);
        log.push(touch(0, "social")).unwrap();
        if person % 4 == 0 {
            log.push(touch(30, "search")).unwrap();
        }
        if person % 8 == 0 {
            log.push(Event::conversion(person, JANUARY + 60)).unwrap();
        }
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let stages = [
        ("social", Stage::Discovery),
        ("search", Stage::Consideration),
    ];
    let options = DashboardOptions::default().with_stages(stages);
    let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &options).unwrap();
    let titles = all_titles(&dashboard);
    let fall = |title: &&String| title.ends_with(" consideration channels: the largest fall");
    let told = titles.iter().find(fall).expect("a sure fall");
    let start = "100 % (99 % to 100 %) of journeys touch discovery channels and 25 % (";
    assert!(told.starts_with(start), "{told}");
}

#[test]
fn page_one_answers_five_questions_and_says_what_is_not_tested() {
    let dashboard = two_channels([1, 7], 1.0);
    let pages = KpiPages::new(&dashboard);
    let page = pages.page("A shop");
    let html = page.html();
    for question in [
        "How many buy?",
        "What is a customer worth?",
        "How many customers bought again?",
        "What changed?",
        "Where is it lost?",
    ] {
        assert!(html.contains(question), "{question}");
    }
    assert!(html.contains("No figure is known of two whole periods: no change can be tested."));
    assert!(html.contains("Persons reached by search buy more often than those reached by social"));
    assert!(!html.contains("journeys hash"));
    let log = log(2);
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let with_hash = pages.with_journeys(&journeys).page("A shop").html();
    assert!(with_hash.contains("journeys hash"));
}
