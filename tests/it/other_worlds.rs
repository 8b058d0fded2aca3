//! Worlds of another kind than the crate's own: what experiments bring there.
//!
//! The crate's worlds add up intensities that touches raise and that fall with time, which is what
//! time to event fits. Nothing here does: excitement that feeds itself, hidden states of intent, a
//! choice at each session, and persons who tire of what they see. Their truth comes from living the
//! same lives once more without a channel.

mod excitement;
mod fatigue;
mod intent;
mod lives;
mod sessions;

use lives::{Log, Row, Withheld, World};
use mixtouch::JourneyOptions;
use mixtouch::attribution::hazard::{AdditiveHazard, AdditiveHazardModel};
use mixtouch::experiment::LiftTest;
use mixtouch::{Fit, attribute};

const PERSONS: u64 = 3_000;
/// Tests by channel, in the order in which they are run.
const TESTS: usize = 3;

const WORLDS: [World; 4] = [
    excitement::WORLD,
    intent::WORLD,
    sessions::WORLD,
    fatigue::WORLD,
];

/// The distance of time to event to the truth with no test, one, two and three: the sum of the
/// differences of channels' shares, 0 to 2.
fn distances(world: &World, truth: &[f64], seed: u64) -> Vec<f64> {
    let journeys = Log::new(world, PERSONS, seed).journeys(JourneyOptions::default());
    let hazard = AdditiveHazard::default();
    let untested = hazard.fit(&journeys).unwrap();
    let credit = |model: &AdditiveHazardModel| -> Vec<f64> {
        let credits = attribute(&journeys, model).unwrap();
        let of = |name: &&str| credits.channel(name).map_or(0.0, |row| row.conversions);
        world.channels.iter().map(of).collect()
    };
    let first = credit(&untested);
    let mut order: Vec<usize> = (0..first.len()).collect();
    order.sort_by(|&a, &b| first[b].total_cmp(&first[a]));
    let order = order[..TESTS].iter();
    let tests: Vec<LiftTest> = order.map(|&at| world.test(at, PERSONS, seed)).collect();
    let with_tests = |count: usize| {
        let tests = &tests[..count];
        let tested = hazard.clone().with_lift_tests(tests.to_vec());
        let evidence = tested.gather(&journeys).unwrap();
        let model = untested.calibrated(tests.to_vec(), &evidence);
        apart(&credit(&model.unwrap()), truth)
    };
    let mut distances = vec![apart(&first, truth)];
    distances.extend((1..=TESTS).map(with_tests));
    distances
}

/// The sum of the differences of shares.
fn apart(one: &[f64], other: &[f64]) -> f64 {
    let (all, others): (f64, f64) = (one.iter().sum(), other.iter().sum());
    let pairs = one.iter().zip(other);
    pairs.map(|(a, b)| (a / all - b / others).abs()).sum()
}

#[test]
fn tests_bring_time_to_event_no_further_from_the_truth_of_worlds_of_other_kinds() {
    for world in &WORLDS {
        let truth = world.truth(2 * PERSONS, 1_000).removals;
        let seeds = [1, 2].map(|seed| distances(world, &truth, seed));
        let mean = |count: usize| seeds.iter().map(|found| found[count]).sum::<f64>() / 2.0;
        let untested = mean(0);
        for count in 1..=TESTS {
            // the noise of tests of 3,000 persons, where a log was right
            let most = untested + 0.05;
            assert!(mean(count) < most, "{}: {seeds:.3?}", world.name);
        }
        if world.name == "intent" {
            assert!(mean(TESTS) < untested - 0.15, "{seeds:.3?}");
        }
    }
}

#[test]
fn lives_without_a_channel_are_the_same_until_it_would_have_met_them() {
    for world in &WORLDS {
        for at in 0..world.channels.len() {
            let withheld = Withheld::channel(at).between(30.0, f64::INFINITY);
            for person in 0..50 {
                let (with, without) = world.twice(3, person, &withheld);
                let met = with
                    .iter()
                    .find(|row| row.channel == Some(at) && row.day >= 30.0);
                let same = met.map_or(f64::INFINITY, |row| row.day.floor());
                let until = |rows: &[Row]| {
                    let early = rows.iter().filter(|row| row.day < same).copied();
                    early.collect::<Vec<_>>()
                };
                assert_eq!(until(&with), until(&without), "{} {person}", world.name);
                assert!(
                    without
                        .iter()
                        .all(|row| row.channel != Some(at) || row.day < 30.0)
                );
            }
        }
    }
}

#[test]
fn channels_of_these_worlds_bring_conversions_and_some_come_anyway() {
    for world in &WORLDS {
        let truth = world.truth(500, 9);
        assert!(truth.conversions > 30.0, "{}", world.name);
        let anyway = truth.anyway / truth.conversions;
        assert!((0.03..0.9).contains(&anyway), "{} {anyway}", world.name);
        assert!(
            truth.removals.iter().all(|removal| *removal > 0.0),
            "{}",
            world.name
        );
    }
}
