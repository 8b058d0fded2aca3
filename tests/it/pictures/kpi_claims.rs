//! What pages of a dashboard claim, and what they leave open.

use mixtouch::attribution::rules::LastTouch;
use mixtouch::kpi::KpiOptions;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::pages::KpiPages;
use mixtouch::privacy::MinimumGroup;
use mixtouch::report::chart::{Chart, Mark, Measure, Sparkline};
use mixtouch::report::html::{Chapter, Page};
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Event, Events, JourneyOptions, Journeys, Kind};

const JANUARY: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

fn dashboard(log: &Events, options: DashboardOptions) -> Dashboard {
    let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
    Dashboard::new(log, &journeys, &LastTouch, &options).unwrap()
}

fn charts(pages: &KpiPages<'_>) -> Vec<Chart> {
    let chapters = pages.chapters();
    chapters.iter().flat_map(Chapter::charts).cloned().collect()
}

fn titles(pages: &KpiPages<'_>) -> Vec<String> {
    let charts = charts(pages);
    charts
        .iter()
        .map(|chart| chart.title().to_owned())
        .collect()
}

fn body(page: &Page) -> String {
    let html = page.html();
    let body = html.split("<body>").nth(1).unwrap();
    body.split("<script>").next().unwrap().to_owned()
}

/// As many persons buy on each day from January to April; one in twenty buys again 40 days later.
fn every_day() -> Events {
    let mut log = Events::new().keep_all();
    for person in 0..6_000u64 {
        let time = JANUARY + (person % 120) as i64 * DAY + 60;
        log.push(Event::touch(person, time, "tv")).unwrap();
        let sale = |time: i64| Event::conversion(person, time).with_value(20.0);
        log.push(sale(time + 60)).unwrap();
        if person / 120 % 20 == 0 && person % 120 < 80 {
            log.push(sale(time + 40 * DAY)).unwrap();
        }
    }
    log.push(Event::touch("last", JANUARY + 120 * DAY, "tv"))
        .unwrap();
    log
}

#[test]
fn the_days_of_a_month_change_no_retention() {
    let months = dashboard(&every_day(), DashboardOptions::default());
    let kept: Vec<f64> = months.customers.retention.periods[1..3]
        .iter()
        .map(|month| month.retention.rate.unwrap())
        .collect();
    // who bought on the last three days of January counts as kept in February
    assert!(kept[0] > kept[1] + 0.05, "{kept:?}");
    let pages = KpiPages::new(&months);
    let page = pages.page("A shop");
    assert!(
        !page.headline().contains("Retention"),
        "{}",
        page.headline()
    );
    let alert = |page: &KpiPages<'_>| {
        let checks = page.checks();
        checks
            .iter()
            .any(|check| check.text().starts_with("Retention"))
    };
    assert!(!alert(&pages));
    let title = "Retention: no two of the periods known are equally long, so no change is tested"
        .to_owned();
    assert!(titles(&pages).contains(&title), "{:?}", titles(&pages));
    let equal = dashboard(
        &every_day(),
        DashboardOptions::default().with_active_days(28.0),
    );
    let pages = KpiPages::new(&equal);
    assert!(!alert(&pages));
    let title = "Retention: none of 2 changes beyond chance".to_owned();
    assert!(titles(&pages).contains(&title), "{:?}", titles(&pages));
}

/// A hundred persons for each of 40 channels, of whom 20 buy; of the first channel's so many.
fn many_channels(first: u64) -> Dashboard {
    let mut log = Events::new().keep_all();
    for person in 0..4_000u64 {
        let channel = person / 100;
        let name = format!("channel {channel:02}");
        log.push(Event::touch(person, JANUARY, name.as_str()))
            .unwrap();
        let buyers = if channel == 0 { first } else { 20 };
        if person % 100 < buyers {
            log.push(Event::conversion(person, JANUARY + 60)).unwrap();
        }
    }
    dashboard(&log, DashboardOptions::default())
}

#[test]
fn a_step_loses_conversions_by_the_test_of_all_steps() {
    let chance = many_channels(11);
    let first = &chance.journeys.journey_map.report.friction[0];
    assert!(
        first.lost.interval.unwrap().low() > 0.0,
        "alone it would count"
    );
    assert!(!first.lost.is_told(ConfidenceLevel::P95));
    let pages = KpiPages::new(&chance);
    let page = body(&pages.page("A shop"));
    assert!(!page.contains("channel 00 loses") && page.contains("At no step beyond chance"));
    let title = "No step loses conversions beyond chance".to_owned();
    assert!(titles(&pages).contains(&title), "{:?}", titles(&pages));
    let sure = many_channels(0);
    let pages = KpiPages::new(&sure);
    let lost = titles(&pages)
        .into_iter()
        .find(|title| title.starts_with("channel 00 loses conversions: "));
    assert!(lost.unwrap().ends_with(')'), "without its interval");
    assert!(body(&pages.page("A shop")).contains("channel 00 loses conversions"));
}

/// So many persons who see two channels each; half of them buy.
fn few(persons: u64, minimum: MinimumGroup) -> Dashboard {
    let mut log = Events::new().keep_all();
    for person in 0..persons {
        log.push(Event::touch(
            person,
            JANUARY,
            ["tv", "radio"][person as usize % 2],
        ))
        .unwrap();
        log.push(Event::touch(person, JANUARY + 60, "search"))
            .unwrap();
        if person % 4 < 2 {
            log.push(Event::conversion(person, JANUARY + 120).with_value(33.0))
                .unwrap();
        }
    }
    let kpis = KpiOptions::default().with_minimum(minimum);
    dashboard(&log, DashboardOptions::default().with_kpis(kpis))
}

#[test]
fn of_few_persons_little_is_known() {
    let twelve = few(12, MinimumGroup::default());
    let page = body(&KpiPages::new(&twelve).page("A shop"));
    assert!(page.contains("of 12 persons reached") && !page.contains("12.0 persons"));
    assert!(page.contains("too few journeys with a purchase"));
    assert!(!page.contains("At no step beyond chance"));
    let cards = KpiPages::new(&twelve).cards();
    let names: Vec<&str> = cards.iter().map(|card| card.name()).collect();
    let wanted = [
        "Conversion",
        "Value of a customer",
        "Bought again",
        "Several channels",
    ];
    assert_eq!(names, wanted);
    assert!(
        cards[0].note().starts_with("25 % to 75 %, of"),
        "{:?}",
        cards[0]
    );
    assert_eq!(
        cards[1].note(),
        "33.0 to 33.0; 198 in all, of 6 conversions"
    );
}

#[test]
fn what_fewer_than_the_minimum_bought_is_kept_back() {
    let ten = MinimumGroup::new(10).unwrap();
    let (one, twelve) = (few(1, ten), few(12, ten));
    let page = KpiPages::new(&one).with_minimum(ten).page("A shop");
    assert_eq!(page.headline(), "Too few persons for a rate of conversion");
    let page = body(&page);
    assert!(
        page.contains("fewer than 10 customers") && !page.contains("33"),
        "{page}"
    );
    // six of twelve persons are customers
    let page = body(&KpiPages::new(&twelve).with_minimum(ten).page("A shop"));
    assert!(page.contains("of 12 persons reached") && !page.contains("33.0"));
}

#[test]
fn each_way_of_buying_again_has_one_name_and_says_what_it_is() {
    let twelve = few(12, MinimumGroup::default());
    let pages = KpiPages::new(&twelve);
    let page = body(&pages.page("A shop"));
    for word in [
        "come back",
        "came back",
        "buy again",
        "buys again",
        "return to buy",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    let cards = pages.cards();
    let again = cards.iter().find(|card| card.name() == "Bought again");
    let note = again.unwrap().note();
    assert!(
        note.ends_with("customers: two purchases or more so far"),
        "{note}"
    );
}

/// Persons who are content after two channels and are not after one; ten bought without a contact.
fn answers() -> Events {
    let mut log = Events::new().keep_all();
    for person in 0..400u64 {
        log.push(Event::touch(person, JANUARY, "web")).unwrap();
        let several = person % 2 == 0;
        if several {
            log.push(Event::touch(person, JANUARY + 60, "store"))
                .unwrap();
        }
        let score = match (several, person % 10) {
            (true, 0..7) | (false, 0..3) => 10.0,
            _ => 3.0,
        };
        let answer = Event::of_kind(Kind::Survey, person, JANUARY + 600).with_goal("nps");
        log.push(answer.with_value(score)).unwrap();
        if person % 4 == 0 {
            log.push(Event::conversion(person, JANUARY + 900).with_value(20.0))
                .unwrap();
        }
    }
    for person in 400..410u64 {
        log.push(Event::conversion(person, JANUARY + 900).with_value(20.0))
            .unwrap();
    }
    log
}

#[test]
fn answers_show_what_was_compared_and_which_way_it_goes() {
    let told = dashboard(&answers(), DashboardOptions::default());
    let pages = KpiPages::new(&told);
    let all = charts(&pages);
    let chart = |start: &str| {
        let found = all.iter().find(|chart| chart.title().starts_with(start));
        let found = found.unwrap_or_else(|| panic!("{start}: {:?}", titles(&pages)));
        format!("{}: {}", found.title(), found.table())
    };
    let differences = chart("Net promoter score (nps) is ");
    assert!(
        differences.contains(" higher after several channels than after one channel"),
        "{differences}"
    );
    let groups = chart("Net promoter score (nps): 0 (");
    assert!(
        groups.contains("several channels") && groups.contains("one channel"),
        "{groups}"
    );
    assert!(body(&pages.page("A shop")).contains("persons choose how they are in contact"));
    // a purchase without a contact is no journey of an unknown kind
    let kinds = chart("91 % (");
    assert!(
        kinds.contains("no contact on record") && !kinds.contains("unknown"),
        "{kinds}"
    );
}

#[test]
fn chips_say_what_a_page_comes_from() {
    let log = answers();
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let told = dashboard(
        &log,
        DashboardOptions::default().with_kpis(KpiOptions::default()),
    );
    let pages = KpiPages::new(&told)
        .with_journeys(&journeys)
        .with_chip("seed", "7");
    let page = body(&pages.page("A shop"));
    assert!(
        page.contains("channels <b>2</b>") && page.contains("seed <b>7</b>"),
        "{page}"
    );
}

/// How far a course falls from its first to its last point, in pixels.
fn falls(half: f64) -> f64 {
    let mark = |value: f64| Mark::new(value).with_interval(value - half, value + half);
    let course = Sparkline::new(
        Measure::share("bought"),
        ["May", "June"],
        [0.175, 0.1745].map(mark),
    );
    let svg = Chart::new("Bought", course).svg();
    let line = svg
        .split("<path")
        .find(|path| path.contains("class=\"l1"))
        .unwrap();
    let path = line
        .split(" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let numbers: Vec<f64> = path
        .split(|letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == '-'))
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers[3] - numbers[1]
}

#[test]
fn a_course_within_its_intervals_does_not_fall() {
    assert!(falls(0.0) > 20.0, "{}", falls(0.0));
    assert!(falls(0.01).abs() < 1.0, "{}", falls(0.01));
}
