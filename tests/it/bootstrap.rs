//! Intervals by the bootstrap.

use crate::common::random::Random;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastTouch, Linear};
use mixtouch::attribution::shapley::SetRateShapley;
use mixtouch::attribution::{Bootstrap, ComparisonTable};
use mixtouch::simulate::worlds::World;
use mixtouch::{
    Comparison, Event, Events, Fit, JourneyOptions, Journeys, Outcome, PathTable, attribute,
};
use std::time::Duration;

/// Persons with one to four touches of three channels, who convert more often the more of channel c
/// they saw.
fn log(persons: u64, seed: u64, backwards: bool) -> Events {
    let mut rows = Vec::new();
    for person in 0..persons {
        let mut random = Random::new(seed).stream(person);
        let mut time = 1_767_225_600 + random.index(100_000) as i64;
        let mut chance = 0.02;
        for _ in 0..=random.index(4) {
            let channel = ["a", "b", "c"][random.index(3) as usize];
            rows.push(Event::touch(person, time, channel));
            chance += if channel == "c" { 0.1 } else { 0.02 };
            time += 3_600;
        }
        if random.chance(chance) {
            rows.push(Event::conversion(person, time).with_value(2.0));
            rows.push(Event::touch(person, time + 60, "a"));
        }
    }
    if backwards {
        rows.reverse();
    }
    let mut log = Events::new();
    rows.into_iter().for_each(|row| log.push(row).unwrap());
    log
}

fn compare(journeys: &Journeys, bootstrap: Bootstrap) -> ComparisonTable {
    Comparison::new()
        .model("last", LastTouch)
        .fit("markov", Markov::order(1).unwrap())
        .fit("markov 2", Markov::order(2).unwrap())
        .fit("set rate", SetRateShapley)
        .bootstrap(bootstrap)
        .run(journeys)
        .unwrap()
}

#[test]
fn intervals_are_the_same_bits_on_any_threads_and_in_any_order() {
    let bootstrap = Bootstrap::new(20, 5).unwrap();
    let tables: Vec<ComparisonTable> = [(1, false), (3, true)]
        .into_iter()
        .map(|(threads, backwards)| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                compare(
                    &Journeys::from_events(&log(9_000, 1, backwards), JourneyOptions::default())
                        .unwrap(),
                    bootstrap,
                )
            })
        })
        .collect();
    let text = |table: &ComparisonTable| serde_json::to_string(table).unwrap();
    assert_eq!(text(&tables[0]), text(&tables[1]));
    assert!(text(&tables[0]).contains(r#""bootstrap":{"replicates":20,"seed":5,"level":0.9}"#));
    let other = Journeys::from_events(&log(9_000, 1, false), JourneyOptions::default()).unwrap();
    assert_ne!(
        text(&compare(&other, Bootstrap::new(20, 6).unwrap())),
        text(&tables[0])
    );
}

/// With one touch a journey, a channel's conversions are a sum of independent Poisson(1) numbers:
/// mean n, variance n.
#[test]
fn intervals_are_as_wide_as_theory_has_it() {
    let mut log = Events::new();
    for person in 0..1_000 {
        log.push(Event::touch(
            person,
            1_767_225_600,
            if person < 900 { "many" } else { "few" },
        ))
        .unwrap();
        log.push(Event::conversion(person, 1_767_229_200)).unwrap();
    }
    let by_person = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let mut table = PathTable::new();
    for (name, conversions) in [("many", 900.0), ("few", 100.0)] {
        table
            .push([name], Outcome::new(conversions, 50.0, 0.0).unwrap())
            .unwrap();
    }
    for journeys in [by_person, table.journeys().unwrap()] {
        let table = Comparison::new()
            .model("linear", Linear)
            .bootstrap(Bootstrap::new(2_000, 3).unwrap())
            .run(&journeys)
            .unwrap();
        for row in &table.models()[0].channels {
            let (low, high) = (row.conversions_low.unwrap(), row.conversions_high.unwrap());
            let half = 1.645 * row.conversions.sqrt();
            assert!(
                ((row.conversions - low) / half - 1.0).abs() < 0.12,
                "{row:?}"
            );
            assert!(
                ((high - row.conversions) / half - 1.0).abs() < 0.12,
                "{row:?}"
            );
        }
    }
}

/// A person's journeys are drawn together: ten conversions of one person vary ten times as much as
/// one.
#[test]
fn a_persons_journeys_belong_together() {
    let mut log = Events::new();
    for person in 0..100 {
        for purchase in 0..10 {
            log.push(Event::touch(
                person,
                1_767_225_600 + purchase * 7_200,
                "mail",
            ))
            .unwrap();
            log.push(Event::conversion(person, 1_767_229_200 + purchase * 7_200))
                .unwrap();
        }
    }
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let table = Comparison::new()
        .model("linear", Linear)
        .bootstrap(Bootstrap::new(2_000, 3).unwrap())
        .run(&journeys)
        .unwrap();
    let row = &table.models()[0].channels[0];
    let half = (row.conversions_high.unwrap() - row.conversions_low.unwrap()) / 2.0;
    assert!((half / (1.645 * 100.0) - 1.0).abs() < 0.12, "{row:?}");
}

/// A fitted model is fitted anew on every replicate, null persons included: its intervals hold what
/// another sample of persons gives, about as often as they say.
#[test]
fn intervals_of_a_fitted_model_cover_the_truth() {
    let markov = |journeys: &Journeys, replicates| {
        let comparison = Comparison::new().fit("markov", Markov::order(1).unwrap());
        comparison
            .bootstrap(Bootstrap::new(replicates, 1).unwrap())
            .run(journeys)
            .unwrap()
    };
    let truth = markov(
        &Journeys::from_events(&log(80_000, 99, false), JourneyOptions::default()).unwrap(),
        2,
    );
    let (mut covered, mut all) = (0, 0);
    for world in 0..40 {
        let table = markov(
            &Journeys::from_events(&log(1_000, world, false), JourneyOptions::default()).unwrap(),
            100,
        );
        for (row, truth) in table.models()[0]
            .channels
            .iter()
            .zip(&truth.models()[0].channels)
        {
            let truth = truth.conversions / 80.0;
            covered += u32::from(
                row.conversions_low.unwrap() <= truth && truth <= row.conversions_high.unwrap(),
            );
            all += 1;
        }
    }
    let coverage = f64::from(covered) / f64::from(all);
    assert!((0.8..=0.97).contains(&coverage), "{coverage}");
}

/// Value and the baseline have intervals as well; where every conversion is worth 2, those of value
/// are twice those of conversions.
#[test]
fn value_and_the_baseline_have_intervals() {
    let journeys = Journeys::from_events(&log(2_000, 7, false), JourneyOptions::default()).unwrap();
    // two exponentials, the default for so few conversions, leave no baseline
    let week = Duration::from_secs(7 * 86_400);
    let hazard = AdditiveHazard::default()
        .with_bins([week / 7, week])
        .unwrap();
    let comparison = Comparison::new()
        .fit("hazard", hazard)
        .model("last", LastTouch);
    let table = comparison
        .bootstrap(Bootstrap::new(60, 1).unwrap())
        .run(&journeys)
        .unwrap();
    let near = |value: Option<f64>, conversions: Option<f64>| {
        let (value, conversions) = (value.unwrap(), conversions.unwrap());
        assert!(
            (value - 2.0 * conversions).abs() <= 1e-9 * value.abs().max(1.0),
            "{value} for {conversions} conversions"
        );
    };
    for row in table.models().iter().flat_map(|model| &model.channels) {
        near(row.value_low, row.conversions_low);
        near(row.value_high, row.conversions_high);
    }
    let baseline = table.models()[0].baseline.unwrap();
    near(baseline.value_low, baseline.conversions_low);
    near(baseline.value_high, baseline.conversions_high);
    let (low, high) = (
        baseline.conversions_low.unwrap(),
        baseline.conversions_high.unwrap(),
    );
    assert!(
        low <= baseline.conversions
            && baseline.conversions < high
            && high - low > baseline.conversions.sqrt(),
        "{baseline:?}"
    );
    assert!(table.models()[1].baseline.is_none());
    let document = serde_json::to_value(&table).unwrap();
    assert_eq!(
        document["models"][0]["baseline"]["value_high"].as_f64(),
        baseline.value_high
    );
    let shown = table.to_string();
    assert!(
        shown.contains("value (90 % interval)") && shown.matches("(baseline)").count() == 2,
        "{shown}"
    );
}

#[test]
fn a_table_shows_intervals() {
    let mut table = PathTable::new();
    table
        .push(["a"], Outcome::new(100.0, 50.0, 0.0).unwrap())
        .unwrap();
    let level = mixtouch::stats::ConfidenceLevel::new(0.8).unwrap();
    let shown = Comparison::new()
        .model("linear", Linear)
        .bootstrap(Bootstrap::new(50, 1).unwrap().with_level(level))
        .run(&table.journeys().unwrap())
        .unwrap()
        .to_string();
    assert!(
        shown.contains("conversions (80 % interval)") && shown.contains("100.0 ("),
        "{shown}"
    );
}

/// Time to event reads whole persons: a replicate weighs them, those without a conversion included.
/// On 30 other logs of the same kind nine in ten figures lie within an interval of the width these
/// have.
#[test]
fn time_to_event_has_intervals_too() {
    let journeys =
        |seed| Journeys::from_events(&log(2_000, seed, false), JourneyOptions::default()).unwrap();
    let model = AdditiveHazard::default();
    let table = Comparison::new()
        .fit("hazard", model.clone())
        .bootstrap(Bootstrap::new(100, 1).unwrap())
        .run(&journeys(0))
        .unwrap();
    let again: Vec<Vec<f64>> = (1..31)
        .map(|seed| {
            let journeys = journeys(seed);
            let credits = attribute(&journeys, &model.fit(&journeys).unwrap()).unwrap();
            credits
                .by_channel()
                .iter()
                .map(|tally| tally.conversions)
                .collect()
        })
        .collect();
    for (channel, row) in table.models()[0].channels.iter().enumerate() {
        let half = (row.conversions_high.unwrap() - row.conversions_low.unwrap()) / 2.0;
        let mean = again.iter().map(|credits| credits[channel]).sum::<f64>() / 30.0;
        let spread = (again
            .iter()
            .map(|credits| (credits[channel] - mean).powi(2))
            .sum::<f64>()
            / 29.0)
            .sqrt();
        assert!(
            (0.6..1.6).contains(&(half / (1.645 * spread))),
            "{row:?}: {half}, not {}",
            1.645 * spread
        );
    }
}

/// Where conversions are as the additive model has them, what each paid channel really caused lies
/// within the 90 % interval about nine times in ten; measured with these seeds: 0.889 and 0.898.
#[test]
#[ignore = "takes a minute; run with --release -- --ignored"]
fn intervals_of_time_to_event_hold_the_truth() {
    for world in [World::Additive, World::Baseline] {
        let (mut covered, mut all) = (0, 0);
        for seed in 1000..1200 {
            let simulation = world.simulate(10_000, seed).unwrap();
            let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
            let comparison = Comparison::new().fit("time-to-event", AdditiveHazard::default());
            let table = comparison
                .bootstrap(Bootstrap::new(100, seed).unwrap())
                .run(&journeys)
                .unwrap();
            for truth in simulation
                .truth()
                .channels
                .iter()
                .filter(|channel| channel.paid)
            {
                let row = table.models()[0].channel(&truth.channel).unwrap();
                covered += u32::from(
                    (row.conversions_low.unwrap()..=row.conversions_high.unwrap())
                        .contains(&truth.removal),
                );
                all += 1;
            }
        }
        let coverage = f64::from(covered) / f64::from(all);
        println!("{world}: {covered} of {all} intervals hold the truth, {coverage:.4}");
        assert!((0.88..=0.97).contains(&coverage), "{world}: {coverage}");
    }
}

/// Counts the reports of each stage, and stops at the `last`.
struct Watcher {
    reports: std::sync::atomic::AtomicU64,
    last: u64,
}

impl Watcher {
    fn new(last: u64) -> Self {
        let reports = std::sync::atomic::AtomicU64::new(0);
        Self { reports, last }
    }
}

impl mixtouch::progress::Progress for Watcher {
    fn advance(
        &self,
        _: mixtouch::progress::Stage,
        done: u64,
        total: Option<u64>,
    ) -> std::ops::ControlFlow<()> {
        assert!(Some(done) <= total, "a comparison knows its totals");
        let reports = self
            .reports
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            + 1;
        if reports >= self.last {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    }
}

#[test]
fn a_watched_comparison_has_the_same_bits_and_stops_inside_a_fit() {
    let log = log(200, 3, false);
    let journeys = Journeys::from_events(&log, JourneyOptions::default()).unwrap();
    let comparison = || {
        Comparison::new()
            .model("linear", Linear)
            .fit("hazard", AdditiveHazard::default())
            .bootstrap(Bootstrap::new(8, 1).unwrap())
    };
    let watcher = Watcher::new(u64::MAX);
    let watched = comparison().run_with_progress(&journeys, &watcher);
    let plain = comparison().run(&journeys).unwrap();
    assert_eq!(watched.unwrap(), plain);
    // The third report is the first of the hazard's fit: the start and the first model precede it.
    let stopped = comparison().run_with_progress(&journeys, &Watcher::new(3));
    let fitting = mixtouch::progress::Stage::Fitting;
    assert!(matches!(stopped, Err(mixtouch::Error::Cancelled { stage }) if stage == fitting));
}
