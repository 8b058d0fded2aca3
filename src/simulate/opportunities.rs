//! Moments at which an ad could be shown, and whether it was depends on what came before.

use crate::error::{Error, Result};
use crate::event::{Event, Events, Kind};
use crate::util::Random;

/// 1 January 2026.
const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;
/// Days of the log, and those on which a person may be shown the ad.
const DAYS: i64 = 60;
const MOMENTS: [i64; 3] = [30, 40, 50];
/// Days before a moment that tell of a person's interest.
const WINDOW: i64 = 30;
/// Conversions that showing the ad brings.
const EFFECT: f64 = 0.03;

/// A simulated log of a channel that bids for people who search: `retargeting` is shown to those
/// who searched lately rather than to others, and those who searched buy more anyway.
///
/// At three moments, ten days apart, the ad is shown with the probability
/// `1 / (1 + exp(2.2 - 1.4 x))`, x being log(1 + searches in the 30 days before). Within seven days
/// `0.01 + 0.1 x` conversions follow, and 0.03 more where it was shown.
///
/// ```
/// use mixtouch::simulate::SimulatedOpportunities;
///
/// let world = SimulatedOpportunities::new(1_000, 1)?;
/// assert!((world.brought - 0.03 * world.shown as f64).abs() < 1e-9);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SimulatedOpportunities {
    /// Searches, opportunities and conversions over 60 days from 2026-01-01.
    pub log: Events,
    /// Moments at which the ad was shown.
    pub shown: u64,
    /// Truth: conversions that this brings, in expectation.
    pub brought: f64,
}

impl SimulatedOpportunities {
    /// A log of this many persons.
    ///
    /// # Errors
    /// If there is no person, or more than ten million.
    pub fn new(persons: u64, seed: u64) -> Result<Self> {
        if !(1..=10_000_000).contains(&persons) {
            return Err(Error::setting("persons", persons, "1 to 10000000"));
        }
        let mut world = Self {
            log: Events::new().keep_all(),
            shown: 0,
            brought: 0.0,
        };
        let random = Random::new(seed);
        for person in 0..persons {
            world.add(person, &mut random.stream(person))?;
        }
        world.brought = EFFECT * world.shown as f64;
        Ok(world)
    }

    fn add(&mut self, person: u64, random: &mut Random) -> Result<()> {
        let pace = 0.08 * random.gamma(0.7);
        let mut searches = Vec::new();
        for day in 0..DAYS {
            if random.chance(pace.min(1.0)) {
                searches.push(START + day * DAY + random.index(DAY as u64) as i64);
            }
        }
        for &time in &searches {
            self.log.push(Event::touch(person, time, "search"))?;
        }
        for day in MOMENTS {
            let now = START + day * DAY + random.index(DAY as u64) as i64;
            let lately = |time: &&i64| (now - WINDOW * DAY..now).contains(*time);
            let interest = libm::log1p(searches.iter().filter(lately).count() as f64);
            let chance = 1.0 / (1.0 + libm::exp(2.2 - 1.4 * interest));
            let shown = random.chance(chance);
            let moment = Event::of_kind(Kind::Opportunity, person, now)
                .with_channel("retargeting")
                .with_value(f64::from(u8::from(shown)));
            self.log.push(moment)?;
            if shown {
                self.shown += 1;
                self.log.push(Event::touch(person, now, "retargeting"))?;
            }
            let brought = if shown { EFFECT } else { 0.0 };
            for _ in 0..random.poisson(0.01 + 0.1 * interest + brought) {
                let time = now + random.index(7 * DAY as u64) as i64;
                self.log
                    .push(Event::conversion(person, time).with_value(50.0))?;
            }
        }
        Ok(())
    }
}
