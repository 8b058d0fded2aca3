//! What one place of a page says holds at every other.

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch};
use mixtouch::attribution::{Bootstrap, Finding, TestDesign, TestPriorities};
use mixtouch::budget::Goal;
use mixtouch::kpi::dashboard::{Dashboard, DashboardOptions};
use mixtouch::mix::estimate::Search;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::pages::{KpiPages, Results};
use mixtouch::privacy::MinimumGroup;
use mixtouch::report::html::Page;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::{Comparison, Event, Events, JourneyOptions, Journeys, Kind};

const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

fn body(page: &Page) -> String {
    let html = page.html();
    let body = html.split("<body>").nth(1).unwrap();
    body.split("<script>").next().unwrap().to_owned()
}

/// 600 persons who see radio and then tv over forty days, each at a cost of 1; so many of a hundred
/// buy for that much ten minutes later.
fn radio_and_then_tv(buyers: u64, value: f64) -> Journeys {
    let mut log = Events::new();
    for person in 0..600u64 {
        let time = START + (person as i64 % 40) * DAY;
        for (at, channel) in [(0, "radio"), (60, "tv")] {
            let touch = Event::touch(person, time + at, channel);
            log.push(touch.with_cost(1.0)).unwrap();
        }
        if person / 40 * 100 < 15 * buyers {
            let sale = Event::conversion(person, time + 660);
            log.push(sale.with_value(value)).unwrap();
        }
    }
    Journeys::from_events(&log, JourneyOptions::default()).unwrap()
}

#[test]
fn no_money_is_moved_where_another_method_says_otherwise() {
    let bootstrap = || Bootstrap::new(40, 1).unwrap();
    let journeys = radio_and_then_tv(40, 10.0);
    let first = Comparison::new().model("first-touch", FirstTouch);
    let alone = first.clone().bootstrap(bootstrap()).run(&journeys).unwrap();
    let page = Results::new("A shop").with_attribution(&alone).page();
    assert!(body(&page).contains("Less tv, more radio"));
    let both = first.model("last-touch", LastTouch).bootstrap(bootstrap());
    let both = both.run(&journeys).unwrap();
    let body = body(&Results::new("A shop").with_attribution(&both).page());
    assert!(!body.contains("Less tv"), "{body}");
    assert!(body.contains("tv returns less than radio by first-touch, but not by last-touch"));
}

#[test]
fn nothing_is_sure_where_nobody_bought() {
    let table = Comparison::new()
        .model("first-touch", FirstTouch)
        .fit("time-to-event", AdditiveHazard::default())
        .bootstrap(Bootstrap::new(40, 1).unwrap())
        .run(&radio_and_then_tv(0, 10.0))
        .unwrap();
    let page = Results::new("A shop").with_attribution(&table).page();
    let body = body(&page);
    assert!(!body.contains("(0.0 to 0.0)"), "{body}");
    assert!(!body.contains("Credited with more"), "{body}");
}

#[test]
fn a_baseline_that_nothing_moves_has_no_interval_anywhere() {
    let table = Comparison::new()
        .fit("time-to-event", AdditiveHazard::default())
        .bootstrap(Bootstrap::new(40, 1).unwrap())
        .run(&radio_and_then_tv(40, 10.0))
        .unwrap();
    let baseline = table.models()[0].baseline.unwrap();
    assert!(baseline.conversions < 1e-3, "{}", baseline.conversions);
    let ends = [
        baseline.conversions_low,
        baseline.conversions_high,
        baseline.value_low,
        baseline.value_high,
        baseline.share_low,
        baseline.share_high,
    ];
    assert_eq!(ends, [None; 6]);
    let at_limit = |finding: &&Finding| matches!(finding, Finding::AtLimit { .. });
    let told: Vec<String> = table
        .findings()
        .iter()
        .filter(at_limit)
        .map(ToString::to_string)
        .collect();
    let text = "time-to-event: its baseline ends at its limit of 0 % of conversions, and nothing says \
                how sure that is";
    assert_eq!(told, [text]);
    let headline = Results::new("A shop").with_attribution(&table).page();
    assert!(
        headline
            .headline()
            .ends_with("of 240 conversions, by time-to-event")
    );
}

#[test]
fn where_no_test_is_worth_running_none_is_asked_for() {
    // what is credited for 1 spent is so much that no test would stop a channel
    let table = Comparison::new()
        .fit("time-to-event", AdditiveHazard::default())
        .run(&radio_and_then_tv(40, 1e4))
        .unwrap();
    let design = TestDesign::default().with_margin(1.0);
    let priorities = TestPriorities::new(&table, "time-to-event", design).unwrap();
    assert!(priorities.first().is_none());
    let results = || Results::new("A shop").with_attribution(&table);
    let asked = body(&results().page());
    assert!(asked.contains("Test them (--lift)"));
    let informed = body(&results().with_priorities(&priorities).page());
    assert!(!informed.contains("Test them"), "{informed}");
    assert!(informed.contains("No test is worth what it costs here"));
}

#[test]
fn a_mix_speaks_of_its_kpi_by_name() {
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    let search = Search::default().with_evaluations(100);
    let fit = search
        .fit(&MixSpecification::new(), &panel.panel().unwrap())
        .unwrap();
    let model = fit.posterior();
    let budget = model.budget(4, 0.5, 1.5).unwrap();
    let now: f64 = budget.channels().iter().map(|channel| channel.now()).sum();
    let curves = model.response_curves(4).unwrap();
    let plan = budget
        .plan(&curves, Goal::Outcome { total: 1.2 * now })
        .unwrap();
    let results = Results::new("A shop").with_mix(model).with_plan(&plan);
    let page = results.clone().page();
    assert!(body(&page).contains("of the KPI"));
    let page = results.with_kpi_name("bottles").page();
    let body = body(&page);
    assert!(
        page.headline().contains(" of bottles; to spend "),
        "{}",
        page.headline()
    );
    assert!(
        page.headline().ends_with(" more spent"),
        "{}",
        page.headline()
    );
    assert!(
        body.contains("Bottles for 1 spent, 90 % intervals")
            || body.contains(">bottles for 1 spent")
    );
    assert!(!body.contains("KPI"), "{body}");
}

#[test]
fn conversions_without_value_are_worth_nothing_that_is_known() {
    let journeys = |value: f64| {
        let mut log = Events::new();
        for person in 0..400u64 {
            let time = START + (person as i64 % 70) * DAY;
            log.push(Event::touch(person, time, "tv").with_cost(1.0))
                .unwrap();
            if person % 3 == 0 {
                let sale = Event::conversion(person, time + 600);
                log.push(sale.with_value(value)).unwrap();
            }
        }
        let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
        let dashboard = Dashboard::new(&log, &journeys, &LastTouch, &DashboardOptions::default());
        body(&KpiPages::new(&dashboard.unwrap()).page("A shop"))
    };
    let said = ["Value of a customer", "Order value", "paid back"];
    let of_money = journeys(20.0);
    assert!(
        said.iter().all(|words| of_money.contains(words)),
        "{of_money}"
    );
    let of_none = journeys(0.0);
    assert!(
        !said.iter().any(|words| of_none.contains(words)),
        "{of_none}"
    );
    assert!(of_none.contains("no purchase has a value"));
}

#[test]
fn one_persons_figures_of_a_segment_are_kept_back() {
    let log = |customers: u64, value: f64| {
        let mut log = Events::new().keep_all();
        for person in 0..60u64 {
            let time = START + (person as i64) * DAY;
            log.push(Event::touch(person, time, "tv")).unwrap();
            if person < customers {
                log.push(Event::conversion(person, time + 60).with_value(value))
                    .unwrap();
                let answer = Event::of_kind(Kind::Survey, person, time + 600).with_goal("ces");
                log.push(answer.with_value(6.0)).unwrap();
            }
        }
        log
    };
    let dashboard = |log: &Events| {
        let journeys = Journeys::from_events(log, JourneyOptions::default()).unwrap();
        Dashboard::new(log, &journeys, &LastTouch, &DashboardOptions::default()).unwrap()
    };
    let [many, small] = [log(30, 40.0), log(1, 777.0)].map(|log| dashboard(&log));
    let pages = KpiPages::new(&many).with_persona("many", &many);
    let open = body(&pages.clone().with_persona("small", &small).page("A shop"));
    assert!(open.contains("777"));
    let minimum = MinimumGroup::new(10).unwrap();
    let kept = pages.with_minimum(minimum).with_persona("small", &small);
    let kept = body(&kept.page("A shop"));
    assert!(!kept.contains("777"), "{kept}");
    assert!(kept.contains("40.0"), "{kept}");
}

#[test]
fn without_conversions_nothing_is_compared() {
    let mut log = Events::new();
    for person in 0..300u64 {
        let time = START + person as i64 * 3_600;
        let channel = ["tv", "search"][person as usize % 2];
        log.push(Event::touch(person, time, channel).with_cost(1.0))
            .unwrap();
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let table = Comparison::new()
        .model("first-touch", FirstTouch)
        .model("last-touch", LastTouch)
        .bootstrap(Bootstrap::new(20, 1).unwrap())
        .run(&journeys)
        .unwrap();
    let body = body(&Results::new("A shop").with_attribution(&table).page());
    assert!(!body.contains("divide credit alike"), "{body}");
    assert!(
        body.contains("<b>Not known</b> <span>there are no conversions</span>"),
        "{body}"
    );
}
