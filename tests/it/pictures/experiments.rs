//! The chapter of experiments: sentences from figures that are known.

use mixtouch::Day;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::{TestDesign, TestPriorities};
use mixtouch::experiment::{
    Effect, GeoSelection, GeoTest, LiftTest, PersonTest, PossibleTruth, PowerAnalysis, TestValue,
};
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::specification::MixSpecification;
use mixtouch::pages::{ExperimentsChapter, Results};
use mixtouch::report::chart::{Chart, Plot};
use mixtouch::report::html::Chapter;
use mixtouch::simulate::SimulatedPersonTest;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::simulate::worlds::World;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{Comparison, JourneyOptions};

fn titles(chapter: &Chapter) -> Vec<String> {
    chapter
        .charts()
        .map(|chart| chart.title().to_owned())
        .collect()
}

fn chart<'a>(chapter: &'a Chapter, title: &str) -> &'a Chart {
    let found = chapter.charts().find(|chart| chart.title() == title);
    found.unwrap_or_else(|| panic!("{title} in {:?}", titles(chapter)))
}

/// Eight geos of steady sales, of which one sells half more in the last two of ten weeks.
fn geo_test() -> GeoTest {
    let first: Day = "2024-01-01".parse().unwrap();
    let weeks: Vec<Day> = (0..10).map(|week| first.plus(7 * week)).collect();
    let sales = (0..8).map(|geo| {
        let level = |week: usize| 100.0 + ((geo * 37 + week * 23) % 5) as f64 - 2.0;
        let lift = |week: usize| if geo == 0 && week > 7 { 1.5 } else { 1.0 };
        let values = (0..10).map(|week| lift(week) * level(week));
        (format!("geo{geo}"), values.collect())
    });
    let (start, end) = (weeks[8], weeks[9].plus(6));
    GeoTest::new(weeks, sales.collect(), &["geo0"], start, end).unwrap()
}

#[test]
fn effects_are_told_by_their_intervals() {
    let world = SimulatedPersonTest::new(20_000, 0.0, 2).unwrap();
    let none = PersonTest::new("withheld")
        .lift(&world.assignments, &world.log)
        .unwrap();
    assert!(
        none.conversions.interval.contains(0.0),
        "a world without effect"
    );
    let test = geo_test();
    let lift = test
        .difference_in_differences(ConfidenceLevel::P90)
        .unwrap();
    let course = test.course_by_differences(ConfidenceLevel::P90).unwrap();
    let chapter = ExperimentsChapter::new()
        .with_person_test("Display", &none)
        .with_geo_test("TV", &lift)
        .with_truth("TV", 0.5)
        .with_course("TV", &course)
        .chapter();
    let forest = chart(&chapter, "1 of 2 tests found an effect beyond chance");
    let Plot::Forest(drawn) = forest.plot() else {
        panic!("effects are a forest");
    };
    let truth: Vec<_> = drawn.series()[1]
        .marks()
        .iter()
        .map(|mark| mark.value())
        .collect();
    assert_eq!(truth, [None, Some(0.5)]);
    let tv = drawn.series()[0].marks()[1];
    assert_eq!(tv.value(), lift.relative());
    assert!(tv.interval().unwrap().0 > 0.4 && tv.interval().unwrap().1 < 0.6);
    assert!(forest.subtitle().contains("90 % and 95 % intervals"));
    // the lines: ten weeks of which eight lie before; the sums: two weeks
    let lines: Vec<_> = chapter
        .charts()
        .filter_map(|chart| match chart.plot() {
            Plot::Lines(lines) => Some((lines.positions().len(), lines.divider().map(|d| d.0))),
            _ => None,
        })
        .collect();
    assert_eq!(lines, [(10, Some(8)), (2, None)]);
    let titles = titles(&chapter);
    assert!(titles[1].starts_with("TV: +5") && titles[2].ends_with("by the end of the test"));
    let alone = ExperimentsChapter::new()
        .with_person_test("Display", &none)
        .chapter();
    let only: Vec<&str> = alone.charts().map(Chart::title).collect();
    assert_eq!(only, ["Display: no effect beyond chance"]);
}

#[test]
fn tests_to_come_are_ranked() {
    let truths = [0.5, 1.5].map(|roi| PossibleTruth::new(1.0, roi, [0.0, roi - 1.0]));
    let value = |error: f64| TestValue::new(&truths, error).unwrap();
    let rates = |treatment: f64| {
        PowerAnalysis::new(Effect::Rates {
            control: 0.1,
            treatment,
        })
    };
    let chapter = ExperimentsChapter::new()
        .with_test_value("a rough test", value(2.0))
        .with_test_value("a fine test", value(0.1))
        .with_power("A fifth more", rates(0.12))
        .with_power("nothing more", rates(0.1))
        .chapter();
    let titles = titles(&chapter);
    assert_eq!(
        titles.len(),
        2,
        "an effect of nothing has no size: {titles:?}"
    );
    assert!(
        titles[0].starts_with("a fine test is worth most: 0.2"),
        "{titles:?}"
    );
    // R: power.prop.test(p1 = .1, p2 = .12, power = .8) has n = 3840.847
    let power = chart(
        &chapter,
        "A fifth more: 3,841 persons in each arm are needed",
    );
    let Plot::ResponseCurve(curve) = power.plot() else {
        panic!("power is a curve");
    };
    let there = curve.height(3_841.0).unwrap();
    assert!((there - 0.8).abs() < 0.01, "{there}");
}

#[test]
fn channels_are_ranked_on_page_one() {
    let journeys = World::Retargeting.simulate(5_000, 1).unwrap();
    let journeys = journeys.journeys(JourneyOptions::default()).unwrap();
    let table = Comparison::new()
        .fit("time-to-event", AdditiveHazard::default())
        .run(&journeys)
        .unwrap();
    let design = TestDesign::default().with_margin(0.3);
    let priorities = TestPriorities::new(&table, "time-to-event", design).unwrap();
    let chapter = ExperimentsChapter::new()
        .with_priorities(&priorities)
        .chapter();
    let page = Results::new("A shop")
        .with_attribution(&table)
        .with_priorities(&priorities)
        .page()
        .html();
    match priorities.first() {
        Some(first) => {
            assert!(titles(&chapter)[0].starts_with(&format!("Test {} first", first.channel)));
            assert!(page.contains(&format!("<b>{}</b> <span>a test is worth", first.channel)));
        }
        None => {
            assert!(titles(&chapter)[0].starts_with("No test is worth"));
            assert!(page.contains("<b>No channel</b> <span>No test is worth"));
        }
    }
    assert_eq!(
        chapter.charts().next().unwrap().table().rows().len(),
        priorities.rows().len()
    );
}

#[test]
fn a_model_far_from_its_test_is_named() {
    let panel = PanelWorld::small_business()
        .unwrap()
        .simulate(1)
        .panel()
        .unwrap();
    let model = Search::default()
        .with_evaluations(150)
        .estimate(&MixSpecification::new(), &panel)
        .unwrap();
    let channels = model.channels();
    let channel = channels
        .iter()
        .find(|channel| channel.roi.is_some())
        .unwrap();
    let roi = channel.roi.unwrap().value();
    let test = |times: f64| {
        let (start, end) = (panel.dates()[10], panel.dates()[14].plus(-1));
        LiftTest::new(&channel.channel, start, end)
            .with_spend_change(100.0)
            .with_outcome_change(100.0 * roi * times)
            .with_standard_error(5.0 * roi)
    };
    let title = |times: f64| {
        let tests = [test(times)];
        let chapter = ExperimentsChapter::new()
            .with_lift_tests(&tests)
            .with_mix(&model);
        titles(&chapter.chapter())[0].clone()
    };
    assert_eq!(title(1.0), "Models say what tests measured, within chance");
    let far = title(9.0);
    assert!(
        far.starts_with(&channel.channel) && far.ends_with("by the mix model"),
        "{far}"
    );
}

#[test]
fn geo_tests_that_could_be_run_are_drawn_with_their_figures() {
    let first: Day = "2024-01-01".parse().unwrap();
    let weeks: Vec<Day> = (0..40).map(|week| first.plus(7 * week)).collect();
    let wave = |geo: usize, week: usize| ((geo * 37 + week * 23) % 19) as f64 - 9.0;
    let sales = (0..8).map(|geo| {
        let size = 100.0 * (geo + 1) as f64;
        let values = (0..40).map(|week| size + 2.0 * wave(geo, week));
        (format!("geo{geo}"), values.collect())
    });
    let selection = GeoSelection::new(weeks, sales.collect()).unwrap();
    let candidates = selection
        .with_sizes([1, 2])
        .with_lengths([4])
        .candidates()
        .unwrap();
    let chapter = ExperimentsChapter::new()
        .with_geo_candidates(&candidates)
        .chapter();
    let drawn = chapter.charts().next().unwrap();
    assert_eq!(drawn.table().rows().len(), candidates.len());
    let best = candidates[0].smallest_effect.unwrap();
    let percent = format!("{:.1} %", 100.0 * best);
    assert!(
        drawn.title().contains(&percent),
        "{} {percent}",
        drawn.title()
    );
    assert!(
        drawn
            .title()
            .ends_with(&format!("{}, 4 periods", candidates[0].geos.join(" + ")))
    );
}
