//! Models with one experiment, two and three.

use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::experiment::LiftTest;
use mixtouch::simulate::worlds::{Holdout, Truth, World};
use mixtouch::{Credits, Day, Error, Fit, Journeys, Result, attribute};

/// The channels tested, one after another.
pub(crate) fn channels(world: World) -> [&'static str; 3] {
    match world {
        World::Retargeting => ["retargeting"; 3],
        World::Upstream => ["display", "video", "tv"],
        _ => ["paid_search", "tv", "social"],
    }
}

/// Each channel withheld from half of the persons for 30 days, and what came within a week after.
pub(crate) fn tests(world: World, persons: u64, seed: u64) -> Result<Vec<LiftTest>> {
    let first: Day = "2026-01-15".parse()?;
    let run = |(at, channel): (u64, &'static str)| {
        let holdout = Holdout::new(channel, first, first.plus(29)).with_tail_days(7);
        let (test, _) = holdout.run(world, persons, seed, at)?;
        Ok(test)
    };
    (0..).zip(channels(world)).map(run).collect()
}

/// How far a model is from the truth with one test, two and three; none where it was told of the
/// channel what tests measure. In the upstream world every channel may have the credit of others.
pub(crate) fn distances(
    hazard: &AdditiveHazard,
    truth: &Truth,
    journeys: &Journeys,
    tests: &[LiftTest],
) -> Result<[Option<f64>; 3]> {
    let specification = match journeys.channels().id("branded_search") {
        Some(_) => hazard.clone().with_mediators(journeys.channels().iter()),
        None => hazard.clone(),
    };
    let model = specification.fit(journeys)?;
    let mut distances = [None; 3];
    for (at, distance) in distances.iter_mut().enumerate() {
        let tests = &tests[..=at];
        let tested = specification.clone().with_lift_tests(tests.to_vec());
        let evidence = tested.gather(journeys)?;
        let calibrated = match model.calibrated(tests.to_vec(), &evidence) {
            // a channel named as demand capture is not tested
            Err(Error::Setting { expected, .. }) if expected.contains("demand capture") => {
                return Ok([None; 3]);
            }
            calibrated => calibrated?,
        };
        let credits = attribute(journeys, &calibrated)?;
        *distance = Some(self::distance(truth, &credits));
    }
    Ok(distances)
}

/// The distance of credit to the truth.
pub(crate) fn distance(truth: &Truth, credits: &Credits) -> f64 {
    let conversions = |channel: &str| {
        let tally = credits.channel(channel);
        tally.map_or(0.0, |tally| tally.conversions)
    };
    truth.distance(conversions)
}
