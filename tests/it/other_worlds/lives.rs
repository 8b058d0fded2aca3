//! How a world of another kind is lived, day by day.

use crate::common::random::Random;
use mixtouch::experiment::LiftTest;
use mixtouch::{Day, Event, Events, JourneyOptions, Journeys};

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;
pub(super) const DAYS: u64 = 90;
/// The days of a test, and those after it that are counted too.
const TESTED: [f64; 2] = [20.0, 60.0];
const TAIL: u32 = 10;

/// A touch of a channel, or a conversion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) day: f64,
    pub(super) channel: Option<usize>,
}

/// Touches that do not happen: some channels', from one day up to another.
#[derive(Clone, Copy)]
pub(super) struct Withheld {
    /// A bit each.
    channels: u8,
    from: f64,
    to: f64,
}

impl Withheld {
    const NOTHING: Self = Self::of(0);
    const EVERYTHING: Self = Self::of(u8::MAX);

    const fn of(channels: u8) -> Self {
        let (from, to) = (0.0, f64::INFINITY);
        Self { channels, from, to }
    }

    pub(super) const fn channel(at: usize) -> Self {
        Self::of(1 << at)
    }

    pub(super) const fn between(self, from: f64, to: f64) -> Self {
        Self { from, to, ..self }
    }

    fn holds(&self, channel: usize, day: f64) -> bool {
        self.channels >> channel & 1 == 1 && (self.from..self.to).contains(&day)
    }
}

/// One day of one person: rows so far, and what is met and bought today. Touches come in the first
/// half of the day, conversions in the second, so that nobody is moved by what is still to come.
pub(super) struct Today<'a> {
    pub(super) day: f64,
    /// The same for the same person and day, whatever was withheld.
    pub(super) random: Random,
    withheld: &'a Withheld,
    rows: &'a mut Vec<Row>,
}

impl Today<'_> {
    /// Touches of a channel, that many expected: how many met the person.
    pub(super) fn touches(&mut self, channel: usize, mean: f64) -> f64 {
        // a draw of its own for each channel and day, so that none moves another's
        let mut random = self.random.stream(channel as u64);
        let uniform = random.uniform();
        let count = if uniform < (-mean).exp() {
            0
        } else {
            1 + u64::from(uniform > 1.0 - mean * mean / 2.0)
        };
        if self.withheld.holds(channel, self.day) {
            return 0.0;
        }
        for _ in 0..count {
            let day = self.day + 0.5 * random.uniform();
            self.rows.push(Row {
                day,
                channel: Some(channel),
            });
        }
        count as f64
    }

    /// Whether the person buys, with this probability.
    pub(super) fn buys(&mut self, probability: f64) -> bool {
        let mut random = self.random.stream(1_000);
        let buys = random.chance(probability);
        if buys {
            let day = self.day + 0.5 + 0.5 * random.uniform();
            self.rows.push(Row { day, channel: None });
        }
        buys
    }
}

/// Conversions of some persons.
pub(super) struct Truth {
    pub(super) conversions: f64,
    /// Of the same persons without any touch.
    pub(super) anyway: f64,
    /// By channel, conversions less those of the same persons without the channel.
    pub(super) removals: Vec<f64>,
}

/// Calls what acts on a day, for the day of that number.
pub(super) type EachDay<'a> = &'a mut dyn FnMut(u64, &mut dyn FnMut(&mut Today<'_>));

/// A kind of world.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) channels: [&'static str; 4],
    /// A person's taste, then day after day.
    pub(super) live: fn(Random, EachDay<'_>),
}

impl World {
    fn life(&self, seed: u64, person: u64, withheld: &Withheld) -> Vec<Row> {
        let random = Random::new(seed).stream(person);
        let mut rows = Vec::new();
        (self.live)(random.stream(u64::MAX), &mut |day, act| {
            let mut today = Today {
                day: day as f64,
                random: random.stream(day),
                withheld,
                rows: &mut rows,
            };
            act(&mut today);
        });
        rows.sort_by(|one, other| one.day.total_cmp(&other.day));
        rows
    }

    /// The same life with all touches and without some.
    pub(super) fn twice(
        &self,
        seed: u64,
        person: u64,
        withheld: &Withheld,
    ) -> (Vec<Row>, Vec<Row>) {
        let without = self.life(seed, person, withheld);
        (self.life(seed, person, &Withheld::NOTHING), without)
    }

    /// Conversions of all of some persons.
    fn conversions(&self, persons: u64, seed: u64, withheld: Withheld) -> f64 {
        let lives = (0..persons).map(|person| self.life(seed, person, &withheld));
        lives.map(|rows| bought(&rows, 0.0, f64::INFINITY)).sum()
    }

    /// What happens with and without touches, to some persons.
    pub(super) fn truth(&self, persons: u64, seed: u64) -> Truth {
        let all = self.conversions(persons, seed, Withheld::NOTHING);
        let removal = |at: usize| {
            let without = self.conversions(persons, seed, Withheld::channel(at));
            (all - without).max(0.0)
        };
        Truth {
            conversions: all,
            anyway: self.conversions(persons, seed, Withheld::EVERYTHING),
            removals: (0..self.channels.len()).map(removal).collect(),
        }
    }

    /// A channel withheld from half of the persons whom it would have met, counted from the first
    /// touch on (ghost ads), in terms of what its touches brought that half.
    pub(super) fn test(&self, at: usize, persons: u64, seed: u64) -> LiftTest {
        let withheld = Withheld::channel(at).between(TESTED[0], TESTED[1]);
        let (mut count, mut sales) = ([0.0; 2], [0.0; 2]);
        for person in 0..persons {
            // another year of the same persons' lives
            let (with, without) = self.twice(seed + 500, person, &withheld);
            let is_own =
                |row: &&Row| row.channel == Some(at) && (TESTED[0]..TESTED[1]).contains(&row.day);
            let Some(first) = with.iter().find(is_own).map(|row| row.day) else {
                continue;
            };
            let held = usize::from(
                Random::new(seed)
                    .stream(person)
                    .stream(at as u64)
                    .chance(0.5),
            );
            let rows = if held == 1 { without } else { with };
            count[held] += 1.0;
            sales[held] += bought(&rows, first, TESTED[1] + f64::from(TAIL));
        }
        let scale = count[1] / count[0];
        let brought = sales[0] * scale - sales[1];
        let error = (sales[0] * scale * scale + sales[1]).max(1.0).sqrt();
        let first: Day = "2026-01-01".parse().unwrap();
        LiftTest::new(
            self.channels[at],
            first.plus(TESTED[0] as i32),
            first.plus(TESTED[1] as i32 - 1),
        )
        .with_share(0.5)
        .with_tail_days(TAIL)
        .with_outcome_change(brought)
        .with_standard_error(error)
    }
}

fn bought(rows: &[Row], from: f64, to: f64) -> f64 {
    let sales = rows.iter().filter(|row| row.channel.is_none());
    sales.filter(|row| from <= row.day && row.day < to).count() as f64
}

/// A log of a world.
pub(super) struct Log(Events);

impl Log {
    pub(super) fn new(world: &World, persons: u64, seed: u64) -> Self {
        let mut log = Events::new();
        for person in 0..persons {
            for row in world.life(seed, person, &Withheld::NOTHING) {
                let time = START + (row.day * 86_400.0) as i64;
                log.push(match row.channel {
                    Some(at) => Event::touch(person, time, world.channels[at]),
                    None => Event::conversion(person, time),
                })
                .unwrap();
            }
        }
        Self(log)
    }

    pub(super) fn journeys(&self, options: JourneyOptions) -> Journeys {
        Journeys::from_events(&self.0, options).unwrap()
    }
}
