//! What a mix model knows and what it does not: spend before its window, rows nobody measured, media
//! that never pause, effects that last, and the noise of periods to come.
//!
//! The worlds are ours: 156 weeks, a baseline of 1,000 with a season, media in bursts, geometric
//! carry-over, Hill's curve, normal noise.

use crate::common::random::Random;
use mixtouch::Day;
use mixtouch::mix::estimate::{Estimator, Search};
use mixtouch::mix::panel::Panel;
use mixtouch::mix::posterior::{ChannelSummary, Posterior};
use mixtouch::mix::specification::MixSpecification;

const NOISE: f64 = 30.0;

fn week(t: i32) -> Day {
    let first: Day = "2022-01-03".parse().unwrap();
    first.plus(7 * t)
}

/// Spend in bursts of 1 to 6 weeks with pauses between.
fn bursts(weeks: usize, size: f64, random: &mut Random) -> Vec<f64> {
    let mut spend = vec![];
    while spend.len() < weeks {
        let level = size * random.between(0.3, 1.0);
        let (on, off) = (1 + random.index(6), 1 + random.index(5));
        spend.extend((0..on).map(|_| level * random.between(0.8, 1.2)));
        spend.extend((0..off).map(|_| 0.0));
    }
    spend.truncate(weeks);
    spend
}

/// What spend brings: carried over at a rate, then `most` x^slope / (half^slope + x^slope).
fn effect(spend: &[f64], rate: f64, (half, slope): (f64, f64), most: f64) -> Vec<f64> {
    let mut stock = 0.0;
    let response = |x: f64| most * x.powf(slope) / (half.powf(slope) + x.powf(slope));
    let carried = spend.iter().map(|x| {
        stock = (1.0 - rate) * x + rate * stock;
        if stock > 0.0 { response(stock) } else { 0.0 }
    });
    carried.collect()
}

/// The KPI: baseline, season, what media bring, noise.
fn kpi(weeks: usize, effects: &[Vec<f64>], random: &mut Random) -> Vec<f64> {
    let week = |t: usize| {
        let season = 80.0 * (std::f64::consts::TAU * t as f64 / 52.18).sin();
        let media: f64 = effects.iter().map(|e| e[t]).sum();
        1000.0 + season + media + NOISE * random.normal()
    };
    (0..weeks).map(week).collect()
}

fn panel(from: i32, kpi: Vec<f64>, media: &[(&str, &[f64])]) -> Panel {
    let dates = (0..kpi.len() as i32).map(|t| week(from + t)).collect();
    let panel = Panel::national(dates, kpi).unwrap();
    media.iter().fold(panel, |panel, (name, spend)| {
        panel.with_channel(*name, spend.to_vec()).unwrap()
    })
}

fn fit(panel: &Panel) -> Posterior {
    Search::default()
        .estimate(&MixSpecification::new(), panel)
        .unwrap()
}

fn holds(channel: &ChannelSummary, truth: f64) -> bool {
    channel.contribution.interval().contains(truth)
}

#[test]
fn spend_before_the_window_is_history() {
    let mut random = Random::new(11);
    let (before, weeks) = (26, 182);
    let mut tv = bursts(weeks, 900.0, &mut random);
    tv[before - 6..before].fill(1500.0);
    tv[before..before + 8].fill(0.0);
    let search = bursts(weeks, 300.0, &mut random);
    let brought = [
        effect(&tv, 0.7, (600.0, 1.0), 400.0),
        effect(&search, 0.2, (200.0, 1.0), 150.0),
    ];
    let y = kpi(weeks, &brought, &mut random);
    let whole = panel(-(before as i32), y, &[("tv", &tv), ("search", &search)]);
    let window = whole.between(week(0), Day::MAX).unwrap();
    assert_eq!(window.channels()[0].history(), &tv[..before]);
    let model = fit(&window);
    let truth: f64 = brought[0][before..].iter().sum();
    assert!(
        holds(&model.channels()[0], truth),
        "{:?}",
        model.channels()[0]
    );
    let first = model.decomposition().contribution("tv").unwrap()[0];
    assert!((first / brought[0][before] - 1.0).abs() < 0.25, "{first}");
    // The same history from a table of its own is the same model.
    let own = panel(
        0,
        window.kpi().to_vec(),
        &[("tv", &tv[before..]), ("search", &search[before..])],
    );
    let own = own.with_history("tv", tv[..before].to_vec()).unwrap();
    let own = own
        .with_history("search", search[..before].to_vec())
        .unwrap();
    assert_eq!(own, window);
}

#[test]
fn without_history_the_first_periods_do_not_speak_against_carry_over() {
    let mut random = Random::new(5);
    let mut tv = bursts(182, 900.0, &mut random);
    tv[16..26].fill(900.0);
    tv[26..32].fill(0.0);
    let brought = [effect(&tv, 0.7, (500.0, 1.0), 400.0)];
    let y = kpi(182, &brought, &mut random);
    let window = panel(0, y[26..].to_vec(), &[("tv", &tv[26..])]);
    let truth: f64 = brought[0][26..].iter().sum();
    let found = fit(&window).channels()[0].contribution;
    let pretending = MixSpecification::new().with_burn_in(0);
    let pretending = Search::default().estimate(&pretending, &window).unwrap();
    let off = |value: f64| (value - truth).abs();
    assert!(off(found.value()) < off(pretending.channels()[0].contribution.value()));
    assert!(found.interval().contains(truth), "{found} {truth}");
}

#[test]
fn a_history_is_checked() {
    let mut random = Random::new(2);
    let tv = bursts(60, 900.0, &mut random);
    let panel = panel(0, kpi(60, &[], &mut random), &[("tv", &tv)]);
    let refused = |channel: &str, history: Vec<f64>| {
        let error = panel.clone().with_history(channel, history).unwrap_err();
        error.to_string()
    };
    assert!(refused("radio", vec![1.0]).contains("radio"));
    assert!(refused("tv", vec![1.0, -2.0]).contains("-2"));
    assert!(refused("tv", vec![f64::NAN]).contains("NaN"));
}

#[test]
fn rows_of_weight_0_change_nothing_and_stay_history() {
    let mut random = Random::new(8);
    let tv = bursts(156, 900.0, &mut random);
    let brought = [effect(&tv, 0.5, (500.0, 1.0), 300.0)];
    let y = kpi(156, &brought, &mut random);
    let weights: Vec<f64> = (0..156)
        .map(|t| f64::from(u8::from(t != 20 && t != 70)))
        .collect();
    let with = |unmeasured: f64| {
        let mut y = y.clone();
        (y[20], y[70]) = (unmeasured, unmeasured);
        let panel = panel(0, y, &[("tv", &tv)])
            .with_weights(weights.clone())
            .unwrap();
        fit(&panel).channels()
    };
    let (usual, none, absurd) = (with(y[20]), with(0.0), with(1e6));
    assert_eq!(usual, none);
    assert_eq!(usual, absurd);
    assert!(holds(&usual[0], brought[0].iter().sum()), "{:?}", usual[0]);
}

#[test]
fn spend_that_never_pauses_is_as_uncertain_as_it_is_unknown() {
    let mut random = Random::new(21);
    let tv = bursts(156, 900.0, &mut random);
    let flat: Vec<f64> = (0..156)
        .map(|_| 500.0 * random.between(0.99, 1.01))
        .collect();
    let brought = [
        effect(&tv, 0.5, (500.0, 1.0), 300.0),
        effect(&flat, 0.0, (500.0, 1.0), 400.0),
    ];
    let y = kpi(156, &brought, &mut random);
    let channels = fit(&panel(0, y, &[("tv", &tv), ("flat", &flat)])).channels();
    let truth: Vec<f64> = brought.iter().map(|e| e.iter().sum()).collect();
    assert!(holds(&channels[0], truth[0]) && !channels[0].weakly_identified);
    assert!(
        holds(&channels[1], truth[1]),
        "{:?} {}",
        channels[1],
        truth[1]
    );
    assert!(channels[1].weakly_identified && channels[1].unseen_share > 0.7);
    assert!(channels[0].unseen_share < 0.5 * channels[1].unseen_share);
    let wide = channels[1].contribution.high() - channels[1].contribution.low();
    assert!(wide > truth[1], "{wide}");
}

#[test]
fn an_effect_that_lasts_is_found() {
    let mut random = Random::new(31);
    let tv = bursts(156, 900.0, &mut random);
    let brought = [effect(&tv, 0.92, (400.0, 1.0), 700.0)];
    let y = kpi(156, &brought, &mut random);
    let channel = &fit(&panel(0, y, &[("tv", &tv)])).channels()[0];
    let truth: f64 = brought[0].iter().sum();
    assert!(holds(channel, truth), "{} {truth}", channel.contribution);
    assert!(channel.contribution.value() > 0.6 * truth);
    assert!(channel.half_life.unwrap() > 4.0, "{:?}", channel.half_life);
}

#[test]
fn forecasts_intervals_hold_what_comes() {
    let (mut held, mut all) = (0, 0);
    for seed in 0..6 {
        let mut random = Random::new(40 + seed);
        let tv = bursts(169, 900.0, &mut random);
        let brought = [effect(&tv, 0.5, (500.0, 1.0), 300.0)];
        let y = kpi(169, &brought, &mut random);
        let whole = panel(0, y.clone(), &[("tv", &tv)]);
        let model = fit(&whole.between(week(0), week(155)).unwrap());
        let forecast = model.forecast(&whole.between(week(156), Day::MAX).unwrap());
        let forecast = forecast.unwrap();
        for (estimate, seen) in forecast.predictions().iter().zip(&y[156..]) {
            held += usize::from(estimate.interval().contains(*seen));
            all += 1;
        }
    }
    // 90 % of 78, give or take three standard errors.
    assert!((63..=77).contains(&held), "{held} of {all}");
}
