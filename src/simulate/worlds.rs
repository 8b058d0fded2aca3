//! Event logs made by known intensities.

mod catalogue;
mod days;
mod holdout;
mod person;
mod person_truth;
mod withheld;

pub use self::holdout::Holdout;

use crate::error::{Error, Result};
use crate::event::Events;
use crate::journeys::JourneyOptions;
use crate::journeys::arena::Journeys;
use crate::journeys::build::JourneyBuilder;
use crate::simulate::worlds::catalogue::Mechanism;
use crate::simulate::worlds::person::Recipe;
use crate::simulate::worlds::person_truth::PersonTruth;
use crate::util::Random;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A kind of world: eight channels (seven where nothing else is said), television among them, touch
/// persons for 90 days from 2026-01-01, and persons convert at an intensity that those touches
/// raise. What differs is how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum World {
    /// Touches add to the intensity, each channel with its own decay; nobody buys without a touch.
    Additive,
    /// The same, and half of the conversions would have come anyway.
    Baseline,
    /// A channel's effect saturates while its touches pile up; affiliate with display, e-mail with
    /// television, and search with video add more together.
    Saturation,
    /// Retargeting chases persons who are about to buy anyway, and hardly moves them.
    Retargeting,
    /// Display, video and television bring branded searches, and only the search is close to the
    /// conversion. Branded search is no paid channel here.
    Upstream,
    /// Touches multiply a small baseline.
    Multiplicative,
}

/// A log and what made it.
#[derive(Debug, Clone)]
pub struct Simulation {
    batches: Vec<Events>,
    truth: Truth,
}

/// What marketing really did, worked out from the very intensities that made the log, person by
/// person: expected conversions given the touches that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// By name.
    pub channels: Vec<ChannelTruth>,
    /// Expected conversions with all touches minus those with none.
    pub total: f64,
    /// Expected conversions with no touch at all.
    pub baseline: f64,
}

/// What one channel really did. Where effects interact the two measures differ: removals need not
/// add up to the total, Shapley values do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelTruth {
    /// The channel.
    pub channel: String,
    /// Whether money buys its touches; others are outcomes of marketing, such as branded search.
    pub paid: bool,
    /// Removal: expected conversions minus those expected without the channel and what it brought.
    pub removal: f64,
    /// The Shapley value of expected conversions.
    pub shapley: f64,
}

/// Persons simulated at a time: a batch is the same whatever thread makes it.
const BATCH: u64 = 4096;

impl World {
    /// Every world.
    pub const ALL: [Self; 6] = [
        Self::Additive,
        Self::Baseline,
        Self::Saturation,
        Self::Retargeting,
        Self::Upstream,
        Self::Multiplicative,
    ];

    /// Its name on command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Additive => "additive",
            Self::Baseline => "baseline",
            Self::Saturation => "saturation",
            Self::Retargeting => "retargeting",
            Self::Upstream => "upstream",
            Self::Multiplicative => "multiplicative",
        }
    }

    /// What happens in it, in a sentence.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Additive => {
                "touches add to the intensity, each channel with its own decay; nobody buys without"
            }
            Self::Baseline => {
                "touches add to the intensity, and half of the conversions would have come anyway"
            }
            Self::Saturation => {
                "effects saturate while touches pile up, and some channels work better together"
            }
            Self::Retargeting => "retargeting chases persons who are about to buy anyway",
            Self::Upstream => {
                "display, video and television bring branded searches, which bring conversions"
            }
            Self::Multiplicative => "touches multiply a small baseline",
        }
    }

    /// A log of that many persons, numbered from 0, and its truth. A person depends on the seed and
    /// the number alone: the first persons of a larger world are those of a smaller one.
    ///
    /// # Errors
    /// If there is no person, or more than 2^32.
    ///
    /// ```
    /// use mixtouch::simulate::worlds::World;
    /// use mixtouch::{Fit, JourneyOptions, attribute};
    /// use mixtouch::attribution::hazard::AdditiveHazard;
    ///
    /// let simulation = World::Baseline.simulate(20_000, 7)?;
    /// let journeys = simulation.journeys(JourneyOptions::default())?;
    /// let credits = attribute(&journeys, &AdditiveHazard::default().fit(&journeys)?)?;
    /// assert!((credits.credited().conversions / simulation.truth().total - 1.0).abs() < 0.25);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn simulate(self, persons: u64, seed: u64) -> Result<Simulation> {
        if persons == 0 || persons > 1 << 32 {
            return Err(Error::setting("persons", persons, "1 to 2^32"));
        }
        let mechanism = Mechanism::of(self);
        let recipe = Recipe::new(&mechanism);
        let base = Random::new(seed).stream(self as u64);
        let batch = |first: u64| -> Result<(Events, PersonTruth)> {
            let (mut events, mut truth) =
                (Events::new(), PersonTruth::new(mechanism.channels.len()));
            for person in first..persons.min(first + BATCH) {
                recipe.person(person, base.stream(person), &mut events, &mut truth)?;
            }
            Ok((events, truth))
        };
        let made: Vec<(Events, PersonTruth)> = (0..persons.div_ceil(BATCH))
            .into_par_iter()
            .map(|at| batch(at * BATCH))
            .collect::<Result<_>>()?;
        let mut sum = PersonTruth::new(mechanism.channels.len());
        let mut batches = Vec::with_capacity(made.len());
        for (events, truth) in made {
            sum.add(&truth);
            batches.push(events);
        }
        Ok(Simulation {
            batches,
            truth: sum.named(&mechanism),
        })
    }
}

impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for World {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|world| world.name() == name)
            .ok_or_else(|| Error::setting("the world", name, names()))
    }
}

impl Simulation {
    /// The log, batch by batch: persons by number, each with touches and conversions in order of
    /// time.
    pub fn batches(&self) -> &[Events] {
        &self.batches
    }

    /// The journeys of the log.
    ///
    /// # Errors
    /// If [`JourneyBuilder::build`] fails.
    pub fn journeys(&self, options: JourneyOptions) -> Result<Journeys> {
        let mut builder = JourneyBuilder::new(options);
        builder.extend_all(&self.batches)?;
        builder.build()
    }

    /// What made it.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }
}

impl Truth {
    /// How far credit is from the truth: the L1 distance between the shares, among paid channels,
    /// of `credit` and of the channels' removal, 0 to 2. Credit of channels is looked up by
    /// name; 2 where no paid channel has any.
    pub fn distance(&self, credit: impl Fn(&str) -> f64) -> f64 {
        let paid: Vec<(f64, f64)> = self
            .channels
            .iter()
            .filter(|row| row.paid)
            .map(|row| (row.removal, credit(&row.channel)))
            .collect();
        let (removals, credits) = paid
            .iter()
            .fold((0.0, 0.0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
        if !(credits > 0.0 && removals > 0.0) {
            return 2.0;
        }
        paid.iter()
            .map(|(removal, credit)| (removal / removals - credit / credits).abs())
            .sum()
    }
}
