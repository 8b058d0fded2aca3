//! How near time-to-event comes to the truth with experiments: distances of its shares of credit to
//! the true shares in simulated worlds, without tests and with some.
//!
//!     cargo run --release --example calibrated_credit -- 200000 5 8

use mixtouch::attribution::hazard::{AdditiveHazard, AdditiveHazardModel};
use mixtouch::experiment::LiftTest;
use mixtouch::simulate::worlds::{Holdout, Simulation, World};
use mixtouch::{Day, Fit, JourneyOptions, Journeys, Result, attribute};

/// Worlds, and the channels tested together in each.
const CASES: [(World, &[&str]); 9] = [
    (World::Additive, &["paid_search"]),
    (World::Baseline, &["email"]),
    (World::Saturation, &["tv"]),
    (World::Multiplicative, &["social"]),
    (World::Retargeting, &["retargeting"]),
    (
        World::Retargeting,
        &["retargeting", "retargeting", "retargeting"],
    ),
    (World::Retargeting, &["email"]),
    (World::Upstream, &["display"]),
    (World::Upstream, &["video"]),
];

fn main() -> Result<()> {
    let numbers: Vec<u64> = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse().ok())
        .collect();
    let number = |at: usize, usual: u64| numbers.get(at).copied().unwrap_or(usual);
    let (persons, seeds, repeats) = (number(0, 10_000), number(1, 1), number(2, 2));
    println!("{persons} persons, {seeds} seeds x {repeats} tests: mean distance (largest)");
    println!(
        "{:<16}{:<38}{:>8}{:>16}{:>16}",
        "world", "tested", "none", "50 %", "10 %"
    );
    for (world, channels) in CASES {
        let (mut without, mut with) = (Vec::new(), [Vec::new(), Vec::new()]);
        for seed in 1..=seeds {
            let simulation = world.simulate(persons, seed)?;
            let journeys = simulation.journeys(JourneyOptions::default())?;
            let plain = specification(world, &journeys);
            let model = plain.fit(&journeys)?;
            without.push(distance(&simulation, &journeys, &model)?);
            for (distances, share) in with.iter_mut().zip([0.5, 0.1]) {
                for repeat in 0..repeats {
                    let tests = tests(world, channels, share, (persons, seed), repeat)?;
                    let evidence = plain
                        .clone()
                        .with_lift_tests(tests.clone())
                        .gather(&journeys)?;
                    let calibrated = model.calibrated(tests, &evidence)?;
                    distances.push(distance(&simulation, &journeys, &calibrated)?);
                }
            }
        }
        let [half, tenth] = with.map(|distances| summary(&distances));
        let (world, tested) = (world.name(), channels.join(" "));
        println!(
            "{world:<16}{tested:<38}{:>8.3}{half:>16}{tenth:>16}",
            mean(&without)
        );
    }
    Ok(())
}

/// In the upstream world any channel may have the credit of others.
fn specification(world: World, journeys: &Journeys) -> AdditiveHazard {
    match world {
        World::Upstream => AdditiveHazard::default().with_mediators(journeys.channels().iter()),
        _ => AdditiveHazard::default(),
    }
}

/// 30 days of each channel in turn, with a week to count what comes later.
fn tests(
    world: World,
    channels: &[&str],
    share: f64,
    (persons, seed): (u64, u64),
    repeat: u64,
) -> Result<Vec<LiftTest>> {
    let first: Day = "2026-01-15".parse()?;
    let run = |(at, channel): (usize, &&str)| {
        let holdout = Holdout::new(*channel, first, first.plus(29))
            .with_share(share)
            .with_tail_days(7);
        let (test, _) = holdout.run(world, persons, seed, 100 * repeat + at as u64)?;
        Ok(test)
    };
    channels.iter().enumerate().map(run).collect()
}

fn distance(
    simulation: &Simulation,
    journeys: &Journeys,
    model: &AdditiveHazardModel,
) -> Result<f64> {
    let credits = attribute(journeys, model)?;
    let credit = |channel: &str| {
        credits
            .channel(channel)
            .map_or(0.0, |tally| tally.conversions)
    };
    Ok(simulation.truth().distance(credit))
}

fn mean(distances: &[f64]) -> f64 {
    distances.iter().sum::<f64>() / distances.len().max(1) as f64
}

fn summary(distances: &[f64]) -> String {
    let largest = distances.iter().copied().fold(0.0, f64::max);
    format!("{:.3} ({largest:.3})", mean(distances))
}
