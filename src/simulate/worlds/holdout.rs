//! Experiments in a world: a channel's touches withheld from some persons.

use crate::error::{Error, Result};
use crate::experiment::LiftTest;
use crate::simulate::retailer::life::Life;
use crate::simulate::retailer::media::{MEDIA, ON_THE_WAY};
use crate::simulate::worlds::World;
use crate::simulate::worlds::catalogue::Mechanism;
use crate::simulate::worlds::person::Recipe;
use crate::simulate::worlds::withheld::{Expected, Withheld};
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
    among_reached: bool,
    counting: Option<String>,
}

/// What a group of persons showed.
#[derive(Clone, Copy, Default)]
struct Group {
    persons: f64,
    conversions: f64,
    /// Touches of the channel counted, and their squares by person.
    touches: f64,
    squares: f64,
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
            among_reached: false,
            counting: None,
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

    /// Compares only persons whom a touch met or would have met, and counts from the first of those
    /// on, as a log of ads that were not shown allows (ghost ads: Johnson, Lewis and Nubbemeyer,
    /// Journal of Marketing Research 54(6), 2017). What others do is noise that it leaves out.
    #[must_use]
    pub fn among_reached(self) -> Self {
        Self {
            among_reached: true,
            ..self
        }
    }

    /// Counts touches of another channel too ([`LiftTest::with_touches_brought`]): branded searches
    /// that display brings, say. Their standard error is that of a difference of means over persons.
    ///
    /// ```
    /// use mixtouch::simulate::worlds::{Holdout, World};
    ///
    /// let test = Holdout::new("display", "2026-01-15".parse()?, "2026-02-13".parse()?)
    ///     .with_tail_days(7)
    ///     .counting("branded_search");
    /// let (test, _) = test.run(World::Upstream, 5_000, 1, 7)?;
    /// let searches = &test.touches_brought()[0];
    /// // each touch of display brings 0.06 searches
    /// let expected = 0.06 * 0.016 * 30.0 * 2_500.0;
    /// assert!((searches.brought() - expected).abs() < 3.0 * searches.standard_error());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn counting(self, channel: impl Into<String>) -> Self {
        Self {
            counting: Some(channel.into()),
            ..self
        }
    }

    /// Runs the experiment on the persons of [`World::simulate`] with the same number and seed: what
    /// it measured, and the truth, which is what the touches of that share of all persons bring on
    /// average.
    ///
    /// Persons meet the same touches as in the log, without those withheld and those that these
    /// brought, and convert anew. Of the persons compared, n with y conversions are held out, N with Y
    /// are not: the outcome is `Y n / N - y`; its standard error is that of Poisson counts,
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
        let mut tests = self.repeated(world, persons, seed, &[test_seed])?;
        Ok(tests.remove(0))
    }

    /// The same experiment on the same persons for each of some seeds: other persons held out, and
    /// other luck. Quicker than one after the other, since what persons meet is worked out once.
    ///
    /// # Errors
    /// Like [`Holdout::run`].
    pub fn repeated(
        &self,
        world: World,
        persons: u64,
        seed: u64,
        test_seeds: &[u64],
    ) -> Result<Vec<(LiftTest, f64)>> {
        let mechanism = Mechanism::of(world);
        let channels = mechanism.channels.iter();
        let channels: Vec<&str> = channels.map(|channel| channel.name).collect();
        let withheld = self.withheld(&channels)?;
        let design = (self.counted(&channels)?, self.among_reached);
        let recipe = Recipe::new(&mechanism);
        let touches = Random::new(seed).stream(world as u64);
        let expected = |person| recipe.withhold(touches.stream(person), withheld, design);
        // experiments in two logs share no luck
        let chances = |&test_seed: &u64| {
            let tests = Random::new(test_seed).stream(TESTS);
            tests.stream(world as u64).stream(seed)
        };
        let chances: Vec<Random> = test_seeds.iter().map(chances).collect();
        self.measured(persons, &chances, expected)
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
    /// As for [`Holdout::run`]. If only persons reached are compared and the channel is one on the
    /// way, which nobody meets by chance. If touches are counted, of which no other brings any here.
    pub fn run_at_retailer(
        &self,
        persons: u64,
        seed: u64,
        test_seed: u64,
    ) -> Result<(LiftTest, f64)> {
        let media = MEDIA.iter().map(|medium| medium.name);
        let channels: Vec<&str> = media.chain(ON_THE_WAY.map(|step| step.0)).collect();
        let withheld = self.withheld(&channels)?;
        if let Some(channel) = &self.counting {
            let expected = "none: at the retailer no touch brings others";
            return Err(Error::setting("the channel counted", channel, expected));
        }
        let lives = Random::new(seed);
        let is_withheld = |channel, day| withheld.withholds(channel, day);
        let expected = |person| {
            let life = Life::new(&mut lives.stream(person));
            let mut counted = withheld;
            if self.among_reached {
                let own = |contact: &&(f64, usize)| is_withheld(contact.1, contact.0);
                counted = withheld.counted_since(life.contacts.iter().find(own)?.0);
            }
            Some(Expected {
                conversions: life.expected(is_withheld, counted.span()),
                touches: (0.0, 0.0),
            })
        };
        let chances = Random::new(test_seed).stream(TESTS);
        let mut tests = self.measured(persons, &[chances], expected)?;
        Ok(tests.remove(0))
    }

    /// What the experiment measures by each of some chances, where persons are expected to convert
    /// so often, with all touches and without those withheld; and the truth. A person without
    /// figures is not in it.
    fn measured(
        &self,
        persons: u64,
        chances: &[Random],
        expected: impl Fn(u64) -> Option<Expected> + Sync,
    ) -> Result<Vec<(LiftTest, f64)>> {
        let batch = |first: u64| {
            let mut sums = vec![Outcome::default(); chances.len()];
            for person in first..persons.min(first + BATCH) {
                let Some(expected) = expected(person) else {
                    continue;
                };
                for (sum, chances) in sums.iter_mut().zip(chances) {
                    sum.observe(expected, self.share, chances.stream(person));
                }
            }
            sums
        };
        let batches: Vec<Vec<Outcome>> = (0..persons.div_ceil(BATCH))
            .into_par_iter()
            .map(|at| batch(at * BATCH))
            .collect();
        let tests = (0..chances.len()).map(|at| {
            let parts = batches.iter().map(|sums| sums[at]);
            let all = parts.fold(Outcome::default(), Outcome::plus);
            Ok((self.test(&all)?, self.share * all.brought))
        });
        tests.collect()
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

    fn counted(&self, channels: &[&str]) -> Result<Option<usize>> {
        let Some(counted) = &self.counting else {
            return Ok(None);
        };
        let known = channels.iter().position(|name| name == counted);
        let unknown = || Error::setting("the channel counted", counted, channels.join(", "));
        known.map(Some).ok_or_else(unknown)
    }

    fn test(&self, all: &Outcome) -> Result<LiftTest> {
        let Outcome {
            held_out, others, ..
        } = all;
        let ratio = held_out.persons / others.persons;
        let variance = others.conversions * ratio * ratio + held_out.conversions;
        let test = LiftTest::new(self.channel.clone(), self.start, self.end)
            .with_share(self.share)
            .with_tail_days(self.tail_days)
            .with_outcome_change(others.conversions * ratio - held_out.conversions)
            .with_standard_error(variance.sqrt());
        let Some(counted) = &self.counting else {
            return test.checked();
        };
        let brought = others.touches * ratio - held_out.touches;
        let variance = others.spread() * ratio * ratio + held_out.spread();
        test.with_touches_brought(counted, brought, variance.sqrt())
            .checked()
    }
}

impl Group {
    /// The sum of squared differences of persons' touches to their mean.
    fn spread(&self) -> f64 {
        self.squares - self.touches * self.touches / self.persons
    }
}

impl Outcome {
    /// Takes in one person, who converts as often as expected with the touches, or without where
    /// held out.
    fn observe(&mut self, person: Expected, share: f64, mut chance: Random) {
        let (with, without) = person.conversions;
        self.brought += with - without;
        let is_held_out = chance.chance(share);
        let (group, expected, touches) = match is_held_out {
            true => (&mut self.held_out, without, person.touches.1),
            false => (&mut self.others, with, person.touches.0),
        };
        group.persons += 1.0;
        group.conversions += chance.poisson(expected) as f64;
        group.touches += touches;
        group.squares += touches * touches;
    }

    fn plus(self, other: Self) -> Self {
        let sum = |one: Group, other: Group| Group {
            persons: one.persons + other.persons,
            conversions: one.conversions + other.conversions,
            touches: one.touches + other.touches,
            squares: one.squares + other.squares,
        };
        Self {
            held_out: sum(self.held_out, other.held_out),
            others: sum(self.others, other.others),
            brought: self.brought + other.brought,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparing_persons_reached_leaves_out_the_noise_of_others() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let all = Holdout::new("retargeting", day("2026-02-01"), day("2026-03-02"));
        let reached = all.clone().among_reached();
        let run = |holdout: &Holdout, seed| holdout.run(World::Retargeting, 5_000, 1, seed);
        let (test, truth) = run(&all, 1).unwrap();
        let (nearer, same) = run(&reached, 1).unwrap();
        approx::assert_relative_eq!(truth, same, max_relative = 1e-9);
        assert!(nearer.standard_error() < 0.6 * test.standard_error());
        let z = |seed| {
            let run = reached.run(World::Retargeting, 2_000, 1, seed);
            run.map(|(test, truth)| (test.brought() - truth) / test.standard_error())
        };
        // 80 normal errors: the mean has a standard error of 0.11, the variance one of 0.16.
        let errors: Vec<f64> = (0..80).map(z).collect::<Result<_, _>>().unwrap();
        let mean = errors.iter().sum::<f64>() / 80.0;
        let variance = errors.iter().map(|z| z * z).sum::<f64>() / 80.0;
        assert!(
            mean.abs() < 0.25 && (0.65..1.4).contains(&variance),
            "{mean} {variance}"
        );
    }

    #[test]
    fn experiments_in_two_logs_share_no_luck() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let holdout = Holdout::new("email", day("2026-02-01"), day("2026-03-02"));
        let z = |log: u64| {
            let (test, truth) = holdout.run(World::Additive, 1_000, log, 1).unwrap();
            (test.brought() - truth) / test.standard_error()
        };
        let errors: Vec<f64> = (0..60).map(z).collect();
        // the same draw in every log would put them all on one side
        let above = errors.iter().filter(|&&z| z > 0.0).count();
        assert!((15..=45).contains(&above), "{above}");
    }

    #[test]
    fn touches_counted_are_those_brought() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let plain = Holdout::new("video", day("2026-01-15"), day("2026-02-13"));
        let holdout = plain.clone().counting("branded_search").with_share(0.3);
        let run = |holdout: &Holdout, seed| holdout.run(World::Upstream, 2_000, 5, seed).unwrap().0;
        // 0.1 a touch, on average a day later; the last day's are cut
        let truth = 0.3 * 2_000.0 * 0.011 * 0.1 * 29.0;
        let z = |seed| {
            let test = run(&holdout, seed);
            let counted = &test.touches_brought()[0];
            (counted.brought() - truth) / counted.standard_error()
        };
        let errors: Vec<f64> = (0..40).map(z).collect();
        let mean = errors.iter().sum::<f64>() / 40.0;
        let variance = errors.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / 39.0;
        assert!(
            mean.abs() < 0.5 && (0.4..1.7).contains(&variance),
            "{mean} {variance}"
        );
        // what is counted besides changes nothing else
        let same = run(&plain.with_share(0.3), 9);
        assert_eq!(same.outcome_change(), run(&holdout, 9).outcome_change());
        let unknown = holdout
            .counting("podcast")
            .run(World::Upstream, 2_000, 5, 1);
        assert!(unknown.unwrap_err().to_string().contains("branded_search"));
        let retailer = Holdout::new("search", day("2026-02-01"), day("2026-02-28"));
        assert!(
            retailer
                .counting("direct")
                .run_at_retailer(2_000, 1, 1)
                .is_err()
        );
    }
}
