//! Results as pages: sentences by rule, and names that stay text.

use crate::pictures::xml::elements;
use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::rules::{FirstTouch, LastTouch, Linear};
use mixtouch::mix::estimate::Search;
use mixtouch::mix::specification::MixSpecification;
use mixtouch::pages::{AttributionChapter, MixChapter, PlanChapter, Results};
use mixtouch::report::chart::Plot;
use mixtouch::report::html::Page;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::{
    Comparison, ComparisonTable, Event, Events, JourneyOptions, Journeys, Outcome, PathTable,
};

/// Twenty conversions after social and search, five after e-mail alone.
fn journeys(social: &str) -> Journeys {
    let mut paths = PathTable::new();
    paths
        .push([social, "search"], Outcome::new(20.0, 60.0, 800.0).unwrap())
        .unwrap();
    paths
        .push(["e-mail"], Outcome::new(5.0, 15.0, 100.0).unwrap())
        .unwrap();
    paths.journeys().unwrap()
}

fn table(journeys: &Journeys) -> ComparisonTable {
    let comparison = Comparison::new()
        .model("last-touch", LastTouch)
        .model("first-touch", FirstTouch);
    comparison.run(journeys).unwrap()
}

fn body(page: &Page) -> String {
    let html = page.html();
    html.split("<body>")
        .nth(1)
        .unwrap()
        .split("<script>")
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn credit_is_told_in_sentences_made_from_figures() {
    let journeys = journeys("social");
    let table = table(&journeys);
    let page = Results::new("A shop")
        .with_attribution(&table)
        .with_journeys(&journeys)
        .page();
    assert_eq!(
        page.headline(),
        "social is credited with 20.0 of 25 conversions, by first-touch"
    );
    let body = body(&page);
    // both models place e-mail's 5 of 25 alike and nothing else
    assert!(body.contains("Methods disagree: 20 %"), "{body}");
    assert!(body.contains("Last-touch and first-touch disagree"));
    assert!(body.contains("Credit has no intervals"));
    assert!(body.contains("20 % of journeys end after one touch"));
    assert!(body.contains("social opens journeys more often than others, search closes them"));
    assert!(!body.contains("NaN"));
}

#[test]
fn titles_of_credit_name_the_farthest_channel() {
    let mut paths = PathTable::new();
    paths
        .push(["tv", "search"], Outcome::new(6.0, 0.0, 0.0).unwrap())
        .unwrap();
    paths
        .push(["search"], Outcome::new(4.0, 0.0, 0.0).unwrap())
        .unwrap();
    paths
        .push(["tv"], Outcome::new(2.0, 0.0, 0.0).unwrap())
        .unwrap();
    let table = table(&paths.journeys().unwrap());
    let chapter = AttributionChapter::new(&table).chapter();
    let first = chapter.charts().next().unwrap();
    // tv: last 2, first 8; search: last 10, first 4
    assert_eq!(
        first.title(),
        "Last-touch gives tv 0.25 times what first-touch gives"
    );
    let Plot::Bars(bars) = first.plot() else {
        panic!("credit is drawn as bars");
    };
    let credit = |series: usize| {
        bars.series()[series]
            .marks()
            .iter()
            .map(|mark| mark.value().unwrap())
    };
    assert_eq!(
        credit(0).sum::<f64>(),
        12.0,
        "no credit is lost in the picture"
    );
    assert_eq!(credit(1).sum::<f64>(), 12.0);
}

#[test]
fn the_waterfall_of_credit_ends_at_all_conversions() {
    let journeys = journeys("social");
    let table = table(&journeys);
    let chapter = AttributionChapter::new(&table).chapter();
    let waterfall = chapter.charts().find_map(|chart| match chart.plot() {
        Plot::Waterfall(waterfall) => Some(chart.table()).filter(|_| !waterfall.steps().is_empty()),
        _ => None,
    });
    let rows = waterfall.unwrap();
    let amounts: Vec<f64> = rows
        .rows()
        .iter()
        .map(|row| row[1].value().unwrap())
        .collect();
    let (total, parts) = amounts.split_last().unwrap();
    assert_eq!((*total, parts.iter().sum::<f64>()), (25.0, 25.0));
}

#[test]
fn names_of_channels_are_inert_on_every_page() {
    for name in [
        "<script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "</style><svg onload=alert(1)>",
    ] {
        let journeys = journeys(name);
        let table = table(&journeys);
        let page = Results::new(name)
            .with_attribution(&table)
            .with_journeys(&journeys)
            .page();
        let html = page.html();
        let scripts = elements(&html)
            .iter()
            .filter(|name| *name == "script")
            .count();
        assert_eq!(scripts, 1, "{name}");
    }
}

#[test]
fn a_mix_model_and_its_plan_make_a_page() {
    let panel = PanelWorld::small_business().unwrap().simulate(1);
    let search = Search::default().with_evaluations(150);
    let fit = search
        .fit(&MixSpecification::new(), &panel.panel().unwrap())
        .unwrap();
    let model = fit.posterior();
    let curves = model.response_curves(4).unwrap();
    let budget = model.budget(4, 0.5, 1.5).unwrap();
    let total = budget.channels().iter().map(|channel| channel.now()).sum();
    let plan = budget
        .plan(&curves, mixtouch::budget::Goal::Outcome { total })
        .unwrap();
    let roas = (0..panel.channels.len()).map(|at| panel.roas(at));
    let mix = MixChapter::new(model)
        .with_kpi_in_money()
        .with_search(fit.report())
        .with_true_roi(roas)
        .chapter();
    let spend = PlanChapter::new(&plan).with_model(model, 4).chapter();
    let draw = || {
        let results = Results::new("A small business")
            .with_mix(model)
            .with_kpi_in_money()
            .with_plan(&plan);
        results
            .with_chapter(mix.clone())
            .with_chapter(spend.clone())
            .page()
    };
    let page = draw();
    assert_eq!(page.html(), draw().html());
    assert!(
        page.headline().starts_with("Media brought "),
        "{}",
        page.headline()
    );
    assert_eq!(
        page.chapters().len(),
        2,
        "a chapter given takes the place of its own"
    );
    elements(&page.html());
    let body = body(&page);
    for word in [
        "What worked?",
        "break-even",
        "truth",
        "would have come without media",
        "today",
        "planned",
        "limits",
        "intervals of the mix",
        "of the effect comes in later periods",
    ] {
        assert!(body.contains(word), "{word}");
    }
    assert!(!body.contains("NaN"));
}

#[test]
fn the_baselines_share_never_exceeds_all() {
    // all buy long after the touch, so that nearly all is baseline, but for every so many
    let table = |at_once: u64| {
        let mut log = Events::new();
        for person in 0..1_500u64 {
            let time = 1_767_225_600 + 60 * person as i64;
            log.push(Event::touch(person, time, "tv").with_cost(1.0))
                .unwrap();
            if person % 7 == 0 {
                let days = if (person + 7) % at_once == 0 { 0 } else { 25 };
                log.push(Event::conversion(person, time + 60 + days * 86_400))
                    .unwrap();
            }
        }
        let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
        Comparison::new()
            .fit("time-to-event", AdditiveHazard::default())
            .bootstrap(Bootstrap::new(60, 1).unwrap())
            .run(&journeys)
            .unwrap()
    };
    let most = table(490);
    let baseline = most.models()[0].baseline.unwrap();
    // some replicates have more conversions than the log
    assert!(baseline.conversions_high.unwrap() > most.totals().conversions);
    let [share, low, high] =
        [baseline.share, baseline.share_low, baseline.share_high].map(Option::unwrap);
    assert!(0.0 <= low && low < high && high <= 1.0, "{low} {high}");
    assert!((share - baseline.conversions / most.totals().conversions).abs() < 1e-12);
    let table = table(u64::MAX);
    let page = Results::new("A shop").with_attribution(&table).page();
    let body = body(&page);
    // no replicate leaves the limit
    assert!(
        body.contains("time-to-event ends at its limit of 100 %"),
        "{body}"
    );
    assert!(!body.contains("of conversions would have come"));
}

#[test]
fn the_window_that_moves_most_credit_is_named() {
    let mut paths = PathTable::new();
    paths
        .push(["tv", "search"], Outcome::new(10.0, 0.0, 0.0).unwrap())
        .unwrap();
    let long = Comparison::new()
        .model("linear", Linear)
        .run(&paths.journeys().unwrap())
        .unwrap();
    let mut paths = PathTable::new();
    paths
        .push(["search"], Outcome::new(10.0, 0.0, 0.0).unwrap())
        .unwrap();
    let short = Comparison::new()
        .model("linear", Linear)
        .run(&paths.journeys().unwrap())
        .unwrap();
    let chapter = AttributionChapter::new(&long)
        .with_window("a week", &short)
        .with_window("a month", &long)
        .chapter();
    let map = chapter
        .charts()
        .find(|chart| chart.title() == "A week in place of a month moves 50 % of the credit");
    let rows = map.expect("windows are compared").table();
    let shares: Vec<String> = rows.rows()[0].iter().map(ToString::to_string).collect();
    assert!(
        shares[1..] == ["0 %", "50 %"] || shares[1..] == ["100 %", "50 %"],
        "{shares:?}"
    );
}
