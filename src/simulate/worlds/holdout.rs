//! Experiments in a world: a channel's touches withheld from some persons.

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::simulate::retailer::life::Life;
use crate::simulate::retailer::media::{MEDIA, ON_THE_WAY};
use crate::simulate::worlds::World;
use crate::simulate::worlds::catalogue::Mechanism;
use crate::simulate::worlds::person::Recipe;
use crate::simulate::worlds::withheld::Withheld;
use crate::time::Day;
use crate::util::Random;
use rayon::prelude::*;

/// Persons a task takes at a time.
const BATCH: u64 = 4096;
/// Keeps the randomness of experiments apart from that of logs.
const TESTS: u64 = 0x686f_6c64_6f75_7473;

/// An experiment to be simulated in a [`World`]: the channel's touches of some days are withheld
/// from a share of persons, and conversions are counted up to the end of the tail.
///
/// ```
/// use mixtouch::simulate::worlds::{Holdout, World};
///
/// let holdout = Holdout::new("retargeting", "2026-02-01".parse()?, "2026-03-02".parse()?)
///     .with_share(0.5)
///     .with_tail_days(7);
/// let (test, truth) = holdout.run(World::Retargeting, 2_000, 1, 7)?;
/// assert_eq!((test.share(), test.tail_days()), (Some(0.5), 7));
/// assert!((test.brought() - truth).abs() < 4.0 * test.standard_error());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    channel: String,
    start: Day,
    end: Day,
    share: f64,
    tail_days: u32,
}

/// What a group of persons showed.
#[derive(Clone, Copy, Default)]
struct Group {
    persons: f64,
    conversions: f64,
}

/// What all persons showed, and what the touches withheld would have brought.
#[derive(Clone, Copy, Default)]
struct Outcome {
    held_out: Group,
    others: Group,
    brought: f64,
}

impl Holdout {
    /// Touches of a channel from one day to another, both included, withheld from half of the
    /// persons. The outcome is counted over these days alone.
    pub fn new(channel: impl Into<String>, start: Day, end: Day) -> Self {
        Self {
            channel: channel.into(),
            start,
            end,
            share: 0.5,
            tail_days: 0,
        }
    }

    /// The share of persons held out, above 0 and below 1.
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Days after the last one that conversions are counted for.
    #[must_use]
    pub fn with_tail_days(self, tail_days: u32) -> Self {
        Self { tail_days, ..self }
    }

    /// Runs the experiment on the persons of [`World::simulate`] with the same number and seed: what
    /// it measured, and the truth, which is what the touches of that share of all persons bring on
    /// average.
    ///
    /// Persons meet the same touches as in the log, without those withheld and those that these
    /// brought, and convert anew. With n persons and y conversions held out, N and Y others, the
    /// outcome is `Y n / N - y`; its standard error is that of Poisson counts,
    /// `sqrt(Y (n / N)^2 + y)`.
    ///
    /// # Errors
    /// If the world has no such channel or no such day, the share is not above 0 and below 1, or a
    /// group has no person or there is no conversion.
    pub fn run(
        &self,
        world: World,
        persons: u64,
        seed: u64,
        test_seed: u64,
    ) -> Result<(LiftTest, f64)> {
        let mechanism = Mechanism::of(world);
        let channels: Vec<&str> = mechanism
            .channels
            .iter()
            .map(|channel| channel.name)
            .collect();
        let withheld = self.withheld(&channels)?;
        let recipe = Recipe::new(&mechanism);
        let touches = Random::new(seed).stream(world as u64);
        let expected = |person| recipe.withhold(touches.stream(person), &withheld);
        self.measured(persons, test_seed, expected)
    }

    /// Runs the experiment on the persons of
    /// [`Retailer::new`](crate::simulate::retailer::Retailer::new) with the same number and seed, as
    /// [`Holdout::run`] does in a world. Search, direct, store and call centre are on the way to
    /// purchases and cause none, so that without them as many are bought.
    ///
    /// ```
    /// use mixtouch::simulate::worlds::Holdout;
    ///
    /// let february = ("2026-02-01".parse()?, "2026-02-28".parse()?);
    /// let search = Holdout::new("search", february.0, february.1);
    /// let (test, truth) = search.run_at_retailer(20_000, 1, 7)?;
    /// assert_eq!(truth, 0.0);
    /// assert!(test.brought().abs() < 3.0 * test.standard_error());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Holdout::run`].
    pub fn run_at_retailer(
        &self,
        persons: u64,
        seed: u64,
        test_seed: u64,
    ) -> Result<(LiftTest, f64)> {
        let media = MEDIA.iter().map(|medium| medium.name);
        let channels: Vec<&str> = media.chain(ON_THE_WAY.map(|step| step.0)).collect();
        let withheld = self.withheld(&channels)?;
        let lives = Random::new(seed);
        let expected = |person| {
            let life = Life::new(&mut lives.stream(person));
            let is_withheld = |channel, day| withheld.withholds(channel, day);
            life.expected(is_withheld, withheld.span())
        };
        self.measured(persons, test_seed, expected)
    }

    /// What the experiment measures where persons are expected to convert so often, with all touches
    /// and without those withheld; and the truth.
    fn measured(
        &self,
        persons: u64,
        test_seed: u64,
        expected: impl Fn(u64) -> (f64, f64) + Sync,
    ) -> Result<(LiftTest, f64)> {
        let chances = Random::new(test_seed).stream(TESTS);
        let batch = |first: u64| {
            let mut sum = Outcome::default();
            for person in first..persons.min(first + BATCH) {
                let mut chance = chances.stream(person);
                let (with, without) = expected(person);
                sum.brought += with - without;
                let is_held_out = chance.chance(self.share);
                let group = if is_held_out {
                    &mut sum.held_out
                } else {
                    &mut sum.others
                };
                let expected = if is_held_out { without } else { with };
                group.persons += 1.0;
                group.conversions += chance.poisson(expected) as f64;
            }
            sum
        };
        let batches: Vec<Outcome> = (0..persons.div_ceil(BATCH))
            .into_par_iter()
            .map(|at| batch(at * BATCH))
            .collect();
        let all = batches.into_iter().fold(Outcome::default(), Outcome::plus);
        Ok((self.test(&all)?, self.share * all.brought))
    }

    fn withheld(&self, channels: &[&str]) -> Result<Withheld> {
        let unknown = || Error::setting("the channel held out", &self.channel, channels.join(", "));
        let channel = channels.iter().position(|name| *name == self.channel);
        if !(self.share > 0.0 && self.share < 1.0) {
            return Err(Error::setting(
                "the share of persons held out",
                self.share,
                "above 0 and below 1",
            ));
        }
        Withheld::new(
            channel.ok_or_else(unknown)?,
            (self.start, self.end),
            self.tail_days,
        )
    }

    fn test(&self, all: &Outcome) -> Result<LiftTest> {
        let Outcome {
            held_out, others, ..
        } = all;
        let ratio = held_out.persons / others.persons;
        let variance = others.conversions * ratio * ratio + held_out.conversions;
        LiftTest::new(self.channel.clone(), self.start, self.end)
            .with_share(self.share)
            .with_tail_days(self.tail_days)
            .with_outcome_change(others.conversions * ratio - held_out.conversions)
            .with_standard_error(variance.sqrt())
            .checked()
    }
}

impl Outcome {
    fn plus(self, other: Self) -> Self {
        let sum = |one: Group, other: Group| Group {
            persons: one.persons + other.persons,
            conversions: one.conversions + other.conversions,
        };
        Self {
            held_out: sum(self.held_out, other.held_out),
            others: sum(self.others, other.others),
            brought: self.brought + other.brought,
        }
    }
}
