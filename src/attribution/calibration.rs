//! What experiments say of a channel beside what the log says.

use crate::time::Day;
use serde::{Deserialize, Serialize};

/// One channel's experiments beside the log: how much of what the log shows the channel caused.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::experiment::LiftTest;
/// use mixtouch::simulate::worlds::World;
/// use mixtouch::{Fit, JourneyOptions};
///
/// let journeys = World::Retargeting.simulate(20_000, 1)?.journeys(JourneyOptions::default())?;
/// // a holdout of all persons in February, which lost next to nothing
/// let holdout = LiftTest::new("retargeting", "2026-02-01".parse()?, "2026-02-28".parse()?)
///     .with_share(1.0)
///     .with_outcome_change(0.5)
///     .with_standard_error(3.0);
/// let model = AdditiveHazard::default().with_lift_tests([holdout]).fit(&journeys)?;
/// let retargeting = &model.calibration()[0];
/// assert!(retargeting.log > 20.0 && retargeting.disagreement < -2.0, "{retargeting:?}");
/// assert!(retargeting.kept < 0.5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Calibration {
    /// The channel.
    pub channel: String,
    /// Conversions that its touches of the tests brought by the log alone, over all tests.
    pub log: f64,
    /// Standard error of `log`.
    pub log_error: f64,
    /// Conversions that they brought by way of mediators' touches, whose credit the log alone leaves
    /// with these.
    #[serde(default)]
    pub mediated: f64,
    /// The channels that pass credit on to the touches that brought theirs, of all channels alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mediators: Vec<Mediator>,
    /// Conversions that they brought by the tests.
    pub tested: f64,
    /// Standard error of `tested`.
    pub tested_error: f64,
    /// (`tested` - `log`) / the standard error of the difference.
    pub disagreement: f64,
    /// The share of the log's credit that the channel keeps, 0 to 1; the rest goes to the baseline.
    /// 1 while no test contradicts the log, whatever the interval allows for.
    pub kept: f64,
    /// Lower end of its interval at level 0.9: the shortest of that probability, with that of the tests
    /// alone; 0 where nothing may be causal.
    pub kept_low: f64,
    /// Upper end of that interval; above 1 where tests allow for more than the log shows.
    pub kept_high: f64,
    /// The probability that touches follow demand besides making it, 0 to 1; 0.5 before any test.
    pub selection: f64,
    /// The tests.
    pub tests: Vec<TestedEffect>,
}

impl Calibration {
    /// Whether a credit can be divided and a share be drawn by it: in files anything may stand.
    pub(crate) fn is_sound(&self) -> bool {
        let is_sound = |test: &TestedEffect| {
            let errors = [test.log_error, test.tested_error];
            let figures = [test.log, test.tested];
            figures.iter().all(|figure| figure.is_finite())
                && errors
                    .iter()
                    .all(|error| (0.0..f64::INFINITY).contains(error))
        };
        (0.0..=1.0).contains(&self.kept) && self.tests.iter().all(is_sound)
    }
}

/// A channel whose touches others bring, and that passes credit on to those: found where tests say
/// more than the log, or counted the channel's touches ([`AdditiveHazard::with_mediators`]).
///
/// [`AdditiveHazard::with_mediators`]: crate::attribution::hazard::AdditiveHazard::with_mediators
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mediator {
    /// The channel.
    pub channel: String,
    /// The share of its credit that goes to touches that brought its own, so far as any did; 0 to 1.
    pub share: f64,
    /// The probability that it passes any on, above 0.5.
    pub probability: f64,
}

/// One experiment beside the log.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::experiment::LiftTest;
/// use mixtouch::simulate::worlds::World;
/// use mixtouch::{Fit, JourneyOptions};
///
/// let journeys = World::Additive.simulate(5_000, 1)?.journeys(JourneyOptions::default())?;
/// let test = LiftTest::new("email", "2026-02-01".parse()?, "2026-02-28".parse()?)
///     .with_share(0.5)
///     .with_outcome_change(4.0)
///     .with_standard_error(3.0);
/// let model = AdditiveHazard::default().with_lift_tests([test]).fit(&journeys)?;
/// let effect = &model.calibration()[0].tests[0];
/// assert_eq!((effect.tested, effect.share, effect.seen), (4.0, 0.5, 1.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TestedEffect {
    /// The first day of the test.
    pub start: Day,
    /// The last day of the test.
    pub end: Day,
    /// The share of persons it ran on.
    pub share: f64,
    /// The channel's touches in the log within the test's days, of all persons.
    pub touches: f64,
    /// The part of the test's days that the log covers, 0 to 1.
    pub seen: f64,
    /// Conversions that the touches brought by the log.
    pub log: f64,
    /// Standard error of `log`.
    pub log_error: f64,
    /// Conversions that they brought by the test.
    pub tested: f64,
    /// Standard error of `tested`.
    pub tested_error: f64,
    /// (`tested` - `log`) / the standard error of the difference.
    pub disagreement: f64,
    /// What it counted of other channels' touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<CountedTouches>,
}

/// Touches of another channel that the touches tested brought: as the test counted them, beside
/// the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CountedTouches {
    /// The other channel.
    pub channel: String,
    /// How many the touches tested brought by the log, at the rates of the fit of its touches.
    pub log: f64,
    /// How many they brought by the test.
    pub tested: f64,
    /// Standard error of `tested`.
    pub tested_error: f64,
}
