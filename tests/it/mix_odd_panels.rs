//! Geos of unlike size, rows before a geo opened, weights of any unit, slips in spend, tests that the
//! panel refutes and scenarios far from what was seen: figures hold, or a note says why not.
//!
//! The worlds are ours: two years of weeks, a baseline of 1,000 with a season, media in bursts,
//! geometric carry-over, Hill's curve, normal noise; a smaller geo is the same at its size.

use crate::common::random::Random;
use crate::common::{bursts, weeks};
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::{Change, Finding, Frequency, Panel, PanelColumns};
use mixtouch::mix::posterior::{FitFinding, Posterior};
use mixtouch::mix::specification::MixSpecification;
use std::fmt::Write;

const WEEKS: usize = 104;
const SIZES: [f64; 2] = [1.0, 0.6];

/// What spend of a geo of size 1 brings.
fn brought(spend: &[f64], rate: f64, half: f64, most: f64) -> Vec<f64> {
    let mut stock = 0.0;
    let carried = spend.iter().map(|x| {
        stock = (1.0 - rate) * x + rate * stock;
        most * stock / (half + stock)
    });
    carried.collect()
}

/// A panel by geo, and what tv brought in each.
struct World {
    kpi: Vec<f64>,
    tv: Vec<f64>,
    search: Vec<f64>,
    truth: Vec<f64>,
}

fn world(sizes: &[f64], seed: u64) -> World {
    let mut random = Random::new(seed);
    let (mut kpi, mut tv, mut search, mut truth) = (vec![], vec![], vec![], vec![]);
    for size in sizes {
        let own_tv = bursts(WEEKS, 900.0, &mut random);
        let own_search = bursts(WEEKS, 300.0, &mut random);
        let of_tv = brought(&own_tv, 0.6, 500.0, 500.0);
        let of_search = brought(&own_search, 0.2, 200.0, 200.0);
        for t in 0..WEEKS {
            let season = 80.0 * (std::f64::consts::TAU * t as f64 / 52.18).sin();
            let noise = 25.0 * random.normal();
            kpi.push(size * (1_000.0 + season + of_tv[t] + of_search[t] + noise));
            tv.push(size * own_tv[t]);
            search.push(size * own_search[t]);
        }
        truth.push(size * of_tv.iter().sum::<f64>());
    }
    World {
        kpi,
        tv,
        search,
        truth,
    }
}

fn panel(world: &World) -> Panel {
    let geos = world.kpi.len() / WEEKS;
    let names = ["north", "south"][..geos].iter().map(ToString::to_string);
    Panel::new(None, weeks(WEEKS), names.collect(), world.kpi.clone())
        .unwrap()
        .with_channel("tv", world.tv.clone())
        .unwrap()
        .with_channel("search", world.search.clone())
        .unwrap()
}

fn fit(panel: &Panel) -> Posterior {
    let search = Search::default().with_evaluations(800);
    search.estimate(&MixSpecification::new(), panel).unwrap()
}

#[test]
fn a_smaller_geo_gets_its_own_share_of_effects() {
    let mut held = 0;
    for seed in 1..=4 {
        let world = world(&SIZES, seed);
        let model = fit(&panel(&world));
        let by_geo = model.channels_by_geo();
        let tv = by_geo.iter().filter(|row| row.channel == "tv");
        for (row, truth) in tv.zip(&world.truth) {
            let ratio = row.contribution.value() / truth;
            assert!((0.8..1.25).contains(&ratio), "{:?} {ratio}", row.geo);
            held += usize::from(row.contribution.interval().contains(*truth));
        }
    }
    assert!(held >= 6, "{held} of 8 intervals hold");
}

#[test]
fn weeks_before_a_geo_opened_are_in_no_total() {
    let opens = 40;
    let mut world = world(&SIZES, 5);
    for column in [&mut world.kpi, &mut world.tv, &mut world.search] {
        column[WEEKS..WEEKS + opens].fill(0.0);
    }
    let is_absent = |row: usize| (WEEKS..WEEKS + opens).contains(&row);
    let weight = |row: usize| if is_absent(row) { 0.0 } else { 1.0 };
    let price: Vec<f64> = (0..2 * WEEKS)
        .map(|row| 9.0 + (row % 7) as f64 / 7.0)
        .collect();
    let kpi: Vec<f64> = (0..2 * WEEKS)
        .map(|row| weight(row) * (world.kpi[row] - 20.0 * price[row]))
        .collect();
    let world = World { kpi, ..world };
    let late = panel(&world)
        .with_control("price", price)
        .unwrap()
        .with_absent_rows((0..2 * WEEKS).map(is_absent).collect())
        .unwrap();
    let model = fit(&late);
    let whole = model.decomposition();
    let before = WEEKS..WEEKS + opens;
    assert!(before.clone().all(|row| whole.prediction()[row] == 0.0));
    // everything adds up to what was sold
    let (expected, sold): (f64, f64) = (whole.prediction().iter().sum(), world.kpi.iter().sum());
    assert!((expected / sold - 1.0).abs() < 0.02, "{expected} {sold}");
    let parts = model.baseline_parts();
    let sum: f64 = parts.iter().map(|part| part.contribution.value()).sum();
    let baseline: f64 = whole.baseline().iter().sum();
    assert!((sum - baseline).abs() < 1e-6 * baseline, "{sum} {baseline}");
    // a dearer price costs sales in the weeks there were
    let dearer = model
        .scenario(&[Change::plus("price", 1.0), Change::plus("tv", 10.0)])
        .unwrap();
    assert!(
        before
            .clone()
            .all(|row| dearer.periods()[row].value() == 0.0)
    );
    let rows = (2 * WEEKS - opens) as f64;
    assert_eq!(dearer.spend_difference(), 10.0 * rows);
}

#[test]
fn weights_have_no_unit() {
    let world = world(&SIZES[..1], 6);
    let weights: Vec<f64> = (0..WEEKS).map(|t| if t < 50 { 1.0 } else { 2.0 }).collect();
    let total = |unit: f64| {
        let own = weights.iter().map(|weight| weight * unit).collect();
        let model = fit(&panel(&world).with_weights(own).unwrap());
        model.decomposition().total("tv").unwrap()
    };
    let plain = total(1.0);
    for unit in [1e-12, 1024.0] {
        assert!(
            (total(unit) / plain - 1.0).abs() < 1e-6,
            "{unit}: {} for {plain}",
            total(unit)
        );
    }
}

#[test]
fn a_channel_that_ran_only_before_the_fit_is_told() {
    let mut world = world(&SIZES[..1], 7);
    world.search.fill(0.0);
    world.search[0] = 5_000.0;
    let findings = fit(&panel(&world)).findings();
    let told = FitFinding::BeforeFit {
        channel: "search".to_owned(),
    };
    assert!(findings.contains(&told), "{findings:?}");
    world.search[60] = 300.0;
    assert!(!fit(&panel(&world)).findings().contains(&told));
}

#[test]
fn a_test_that_the_panel_refutes_does_not_agree() {
    let world = world(&SIZES[..1], 8);
    let panel = panel(&world);
    let alone = fit(&panel).decomposition().total("tv").unwrap();
    let (first, last) = (panel.dates()[0], panel.dates()[WEEKS - 1].plus(6));
    let fitted = |outcome: f64| {
        let test = LiftTest::new("tv", first, last)
            .with_spend_change(-world.tv.iter().sum::<f64>())
            .with_outcome_change(-outcome)
            .with_standard_error(0.01 * alone);
        let mix = MixSpecification::new().with_lift_tests(vec![test]);
        let search = Search::default().with_evaluations(800);
        search.estimate(&mix, &panel).unwrap()
    };
    let model = fitted(3.0 * alone);
    let agreement = &model.test_agreement()[0];
    assert!(agreement.is_doubtful(), "{agreement}");
    assert!(
        agreement
            .to_string()
            .contains("tests, beliefs and data on tv disagree")
    );
    // it is still said after a way through a file
    let text = serde_json::to_string(&model).unwrap();
    let read: Posterior = serde_json::from_str(&text).unwrap();
    assert!(read.test_agreement()[0].is_doubtful());
    assert!(!fitted(1.02 * alone).test_agreement()[0].is_doubtful());
}

#[test]
fn slips_in_spend_are_named() {
    let mut world = world(&SIZES[..1], 9);
    let at = world.tv.iter().position(|x| *x > 0.0).unwrap();
    assert_eq!(panel(&world).check(), vec![]);
    world.tv[at] *= 1_000.0;
    let findings = panel(&world).check();
    let date = weeks(WEEKS)[at];
    let named = |finding: &&Finding| {
        matches!(finding, Finding::FarAbove { column, geo, date: found, times }
            if column == "tv" && geo == "north" && *found == date && *times > 100.0)
    };
    assert_eq!(findings.iter().filter(named).count(), 1, "{findings:?}");
    let mut seen = world.search.clone();
    let paid = seen.iter().position(|x| *x > 0.0).unwrap();
    seen[paid] = 0.0;
    let unseen = Panel::national(weeks(WEEKS), world.kpi.clone())
        .unwrap()
        .with_exposures("search", world.search.clone(), seen)
        .unwrap();
    let told = Finding::PaidWithoutExposure {
        column: "search".to_owned(),
        rows: 1,
    };
    assert!(unseen.check().contains(&told), "{:?}", unseen.check());
}

#[test]
fn a_scenario_far_from_what_was_seen_says_so() {
    let world = world(&SIZES[..1], 10);
    let price: Vec<f64> = (0..WEEKS).map(|t| 9.0 + (t % 5) as f64 / 2.0).collect();
    let model = fit(&panel(&world).with_control("price", price).unwrap());
    let asked = |change: Change| model.scenario(&[change]).unwrap();
    let far = asked(Change::set("price", 100.0));
    assert_eq!(far.beyond_seen().len(), 1);
    let told = far.beyond_seen()[0].to_string();
    assert!(
        told.starts_with("price is taken to 100 in a period and was 9"),
        "{told}"
    );
    assert_eq!(
        asked(Change::times("tv", 10.0)).beyond_seen()[0].column,
        "tv"
    );
    for near in [
        Change::plus("price", 0.5),
        Change::times("tv", 0.7),
        Change::set("tv", 0.0),
    ] {
        assert!(asked(near.clone()).beyond_seen().is_empty(), "{near:?}");
    }
}

#[test]
fn periods_to_come_need_no_kpi_and_may_be_one() {
    let world = world(&SIZES[..1], 11);
    let mut table = "week,tv,search,sales,weight\n".to_owned();
    for (t, week) in weeks(WEEKS).iter().enumerate() {
        let (tv, search, kpi) = (world.tv[t], world.search[t], world.kpi[t]);
        writeln!(table, "{week},{tv},{search},{kpi},1").unwrap();
    }
    let columns = PanelColumns::new("week", "sales")
        .channel("tv")
        .channel("search");
    let columns = columns.weight("weight");
    let model = fit(&columns.read(table.as_bytes()).unwrap());
    let next = weeks(WEEKS + 1)[WEEKS];
    let future = format!("week,tv,search\n{next},100,50\n");
    let future = columns
        .read_future(model.panel(), future.as_bytes())
        .unwrap();
    assert_eq!(future.period(), Frequency::Week);
    let forecast = model.forecast(&future).unwrap();
    let expected = forecast.predictions()[0].value();
    assert!((900.0..1_300.0).contains(&expected), "{expected}");
}
