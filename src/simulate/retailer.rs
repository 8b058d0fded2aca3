//! An omnichannel retailer: people see advertising on TV, social media, display and e-mail, and buy
//! on the web, in the shop or by telephone. What advertising caused is known, and it is not what
//! the last touch before a sale says.
//!
//! A person's purchases are a Poisson process in time. Its intensity is a constant of the person's
//! own, the baseline, raised by every contact with advertising: contact `i` of channel `c` adds
//! `effect[c] / tau[c] x exp(-age / tau[c])`, so over time it brings `effect[c]` purchases. Who is
//! about to buy often searches for the shop's name, types in its address, calls, or walks in first:
//! search, direct, call centre and store are touched on the way to most purchases and cause none or
//! few of them. People who buy nothing do the same now and then.

pub(crate) mod life;
pub(crate) mod media;

use crate::error::{Error, Result};
use crate::event::CostTable;
use crate::event::{Event, Events, Interaction};
use crate::simulate::retailer::life::{Life, moments};
use crate::simulate::retailer::media::{CLICK, DAY, DAYS, MEDIA, Medium, ON_THE_WAY, START};
use crate::time::Day;
use crate::util::Random;

/// The simulated log with its truth.
#[derive(Debug, Clone)]
pub struct Retailer {
    /// The log: touches with their costs where they are bought one by one, and purchases.
    pub events: Events,
    /// What TV cost by day.
    pub costs: CostTable,
    /// Purchases each channel caused, in expectation given the contacts that took place, by name of
    /// channel.
    pub incremental: Vec<(&'static str, f64)>,
    /// Purchases that would have come without any advertising, in expectation.
    pub baseline: f64,
}

impl Retailer {
    /// A log of `persons` persons over 90 days, the same for the same seed on every machine.
    ///
    /// # Errors
    /// If `persons` is 0 or more than ten million.
    ///
    /// ```
    /// let retailer = mixtouch::simulate::retailer::Retailer::new(1_000, 1)?;
    /// assert!(retailer.baseline > 0.0 && retailer.events.len() > 10_000);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn new(persons: u64, seed: u64) -> Result<Self> {
        if !(1..=10_000_000).contains(&persons) {
            return Err(Error::setting("persons", persons, "1 to 10000000"));
        }
        let mut world = World {
            events: Events::new(),
            caused: [0.0; MEDIA.len()],
            baseline: 0.0,
        };
        let seed = Random::new(seed);
        for person in 0..persons {
            world.live(person, &mut seed.stream(person))?;
        }
        let mut incremental: Vec<_> = MEDIA
            .iter()
            .zip(world.caused)
            .map(|(medium, caused)| (medium.name, caused))
            .collect();
        incremental.extend(ON_THE_WAY.iter().map(|(name, _, _)| (*name, 0.0)));
        incremental.sort_unstable_by_key(|(name, _)| *name);
        Ok(Self {
            events: world.events,
            costs: tv_costs(persons)?,
            incremental,
            baseline: world.baseline,
        })
    }
}

struct World {
    events: Events,
    caused: [f64; MEDIA.len()],
    baseline: f64,
}

impl World {
    fn live(&mut self, person: u64, random: &mut Random) -> Result<()> {
        let end = f64::from(DAYS);
        let Life { contacts, own } = Life::new(random);
        let mut purchases: Vec<f64> = moments(own, random).collect();
        self.baseline += own * end;
        for &(time, at) in &contacts {
            let Medium { effect, tau, .. } = MEDIA[at];
            let expected = effect * (1.0 - libm::exp(-(end - time) / tau));
            self.caused[at] += expected;
            if random.chance(expected) {
                // one purchase at most a contact: effects are some thousandths
                let reached = random.uniform() * (1.0 - libm::exp(-(end - time) / tau));
                purchases.push(time - tau * libm::log1p(-reached));
            }
        }
        for (time, at) in contacts {
            let medium = &MEDIA[at];
            let touch = Event::touch(person, second(time), medium.name).with_cost(medium.cost);
            self.events.push(
                medium
                    .interaction
                    .map_or(touch, |interaction| touch.with_interaction(interaction)),
            )?;
        }
        for (name, _, daily) in ON_THE_WAY {
            for time in moments(daily, random) {
                self.step(person, time, name)?;
            }
        }
        purchases
            .into_iter()
            .try_for_each(|time| self.buy(person, time, random))
    }

    /// The steps that lead to a purchase, and the purchase.
    fn buy(&mut self, person: u64, time: f64, random: &mut Random) -> Result<()> {
        let mut place = "web";
        for (name, chance, _) in ON_THE_WAY {
            if random.chance(chance) {
                self.step(person, (time - random.uniform() / 24.0).max(0.0), name)?;
                if matches!(name, "store" | "call centre") {
                    place = name;
                }
            }
        }
        let value = 5.0 + (random.exponential(1.0 / 45.0) * 100.0).round() / 100.0;
        self.events.push(
            Event::conversion(person, second(time))
                .with_channel(place)
                .with_value(value),
        )
    }

    fn step(&mut self, person: u64, time: f64, name: &'static str) -> Result<()> {
        let cost = if name == "search" { CLICK } else { 0.0 };
        self.events.push(
            Event::touch(person, second(time), name)
                .with_interaction(Interaction::Click)
                .with_cost(cost),
        )
    }
}

fn second(days: f64) -> i64 {
    START + (days * DAY) as i64
}

/// A spot a week, paid by the audience.
fn tv_costs(persons: u64) -> Result<CostTable> {
    let mut costs = CostTable::new();
    let first = Day::from_calendar(2026, 1, 1)?;
    for week in 0..DAYS / 7 {
        costs.push("tv", first.plus(week as i32 * 7), 0.006 * persons as f64)?;
    }
    Ok(costs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purchases_match_their_truth() {
        let retailer = Retailer::new(20_000, 3).unwrap();
        let bought = retailer
            .events
            .iter()
            .filter(|event| event.kind() == crate::event::Kind::Conversion)
            .count() as f64;
        let expected = retailer.baseline
            + retailer
                .incremental
                .iter()
                .map(|(_, caused)| caused)
                .sum::<f64>();
        assert!(
            (bought - expected).abs() < 4.0 * expected.sqrt(),
            "{bought} purchases, {expected} expected"
        );
        assert!(Retailer::new(0, 3).is_err());
    }

    #[test]
    fn the_seed_fixes_the_log() {
        let log = |seed| Retailer::new(50, seed).unwrap().events;
        assert!(log(1).iter().eq(log(1).iter()));
        assert!(!log(1).iter().eq(log(2).iter()));
    }
}
