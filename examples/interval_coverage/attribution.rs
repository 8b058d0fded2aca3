//! Intervals of attribution, of what experiments leave of it, and of the joint answer.

use crate::random::Random;
use crate::{Case, Held, holds};
use mixtouch::attribution::Bootstrap;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::calibration::{ChannelTotals, Reconciliation};
use mixtouch::experiment::LiftTest;
use mixtouch::simulate::worlds::{Holdout, World};
use mixtouch::stats::{ConfidenceLevel, Interval};
use mixtouch::{Comparison, Day, Error, Fit, JourneyOptions, Result};
use std::sync::OnceLock;

const PERSONS: u64 = 4_000;
const LEVEL: ConfidenceLevel = ConfidenceLevel::P90;
/// Standard errors to each side of it.
const Z: f64 = 1.645;

pub(crate) fn cases() -> Vec<Case> {
    let cases = [
        Case::new(
            "time to event, conversions of a channel",
            "e-mail of 4,000 persons, half of all bought anyway; 100 replicates",
            "",
            hazard,
        )
        .at_most(100),
        Case::new(
            "kept share of a tested channel",
            "retargeting of 4,000 persons, half of those reached withheld",
            "found / credited, test's error alone",
            |seed| kept(World::Retargeting, "retargeting", seed),
        ),
        Case::new(
            "kept share where the log is right",
            "e-mail of 4,000 persons, half of those reached withheld",
            "found / credited, test's error alone",
            |seed| kept(World::Baseline, "email", seed),
        ),
        Case::new(
            "reconciled total",
            "two methods off by 20 % each, a test of one channel",
            "mean of both, their own errors",
            |seed| joint(seed, 1.0),
        ),
        Case::new(
            "reconciled total, one method wrong",
            "the same, attribution credits the tested channel three times",
            "mean of both, their own errors",
            |seed| joint(seed, 3.0),
        ),
    ];
    cases.into_iter().map(Case::at_ninety).collect()
}

/// What the channel brought in the log at hand, expected of its touches.
fn hazard(seed: u64) -> Result<Held> {
    let world = World::Baseline.simulate(PERSONS, seed)?;
    let journeys = world.journeys(JourneyOptions::default())?;
    let table = Comparison::new()
        .fit("hazard", AdditiveHazard::default())
        .bootstrap(Bootstrap::new(100, seed)?)
        .run(&journeys)?;
    let row = table
        .model("hazard")
        .and_then(|model| model.channel("email"));
    let ends = row.and_then(|row| row.conversions_low.zip(row.conversions_high));
    let mut channels = world.truth().channels.iter();
    let truth = channels.find(|row| row.channel == "email");
    let truth = truth.map_or(f64::NAN, |row| row.removal);
    Ok((
        ends.is_some_and(|(low, high)| low <= truth && truth <= high),
        None,
    ))
}

/// A test of a world's channel, and what it would find without noise.
fn tested(world: World, channel: &str, persons: u64, seed: u64) -> Result<(LiftTest, f64)> {
    let first: Day = "2026-01-15".parse()?;
    let holdout = Holdout::new(channel, first, first.plus(29)).with_tail_days(7);
    holdout.among_reached().run(world, persons, seed, seed + 1)
}

/// The share of what the log shows that the channel caused, by a log so large that little is left to
/// chance.
fn true_share(world: World, channel: &str) -> Result<f64> {
    static SHARES: [OnceLock<f64>; 2] = [OnceLock::new(), OnceLock::new()];
    let known = &SHARES[usize::from(world == World::Baseline)];
    if let Some(share) = known.get() {
        return Ok(*share);
    }
    let (test, brought) = tested(world, channel, 400_000, 77)?;
    let (_, _, log) = shares(world, 400_000, 77, test)?;
    Ok(*known.get_or_init(|| brought / log))
}

/// The ends of the kept share's interval, and what the log shows of the touches tested.
fn shares(world: World, persons: u64, seed: u64, test: LiftTest) -> Result<(f64, f64, f64)> {
    let journeys = world.simulate(persons, seed)?;
    let journeys = journeys.journeys(JourneyOptions::default())?;
    let model = AdditiveHazard::default()
        .with_lift_tests([test])
        .fit(&journeys)?;
    let row = model.calibration().first().ok_or_else(|| Error::Empty {
        what: "calibration".into(),
        expected: "a row for the channel tested".into(),
    })?;
    Ok((row.kept_low, row.kept_high, row.log))
}

fn kept(world: World, channel: &str, seed: u64) -> Result<Held> {
    let truth = true_share(world, channel)?;
    let (test, _) = tested(world, channel, PERSONS, seed)?;
    let (brought, error) = (test.brought(), test.standard_error());
    let (low, high, log) = shares(world, PERSONS, seed, test)?;
    let usual = (brought / log - truth).abs() < Z * error / log;
    Ok((low <= truth && truth <= high, Some(usual)))
}

/// Three channels of which both methods know the totals but for 20 % and an error of their own.
fn joint(seed: u64, factor: f64) -> Result<Held> {
    let mut random = Random::new(seed);
    let truth = [("search", 300.0), ("social", 120.0), ("tv", 200.0)];
    let mut method = |name: &str, error: f64, factor: f64| {
        let totals = truth.map(|(channel, truth)| {
            let off = 1.0 + 0.2 * random.normal();
            let credit = if channel == "search" { factor } else { 1.0 };
            (
                channel,
                credit * truth * off + error * random.normal(),
                error,
            )
        });
        ChannelTotals::new(name, totals)
    };
    let (log, mix) = (
        method("attribution", 10.0, factor)?,
        method("mix model", 40.0, 1.0)?,
    );
    let [one, other] = [&log, &mix].map(|method| method.total("search").unwrap_or(f64::NAN));
    let first: Day = "2026-01-15".parse()?;
    // half of search withheld
    let test = LiftTest::new("search", first, first.plus(27))
        .with_outcome_change(150.0 + 20.0 * random.normal())
        .with_standard_error(20.0);
    let joined = Reconciliation::new(2_000.0, log, mix).with_test(&test, 0.5);
    let answer = joined.with_level(LEVEL).solve()?;
    let own = answer.channel("search").and_then(|row| row.together);
    let own: Option<Interval> = own.map(|total| total.interval());
    let usual_error = (10.0_f64.powi(2) + 40.0_f64.powi(2)).sqrt() / 2.0;
    let usual = ((one + other) / 2.0 - 300.0).abs() < Z * usual_error;
    Ok((holds(own, 300.0), Some(usual)))
}
