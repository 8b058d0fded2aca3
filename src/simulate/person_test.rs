//! A test on persons whose effect is known.

use crate::error::{Error, Result};
use crate::event::{Event, Events};
use crate::experiment::Assignments;
use crate::util::Random;

/// 1 January 2026.
const START: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// The first day of the log and the last, from the start.
const DAYS: std::ops::Range<i64> = -40..40;

/// A simulated test on persons: its assignments, the log of conversions, and the truth.
///
/// Every person buys at a pace of their own, which the past therefore tells something of; half are
/// assigned to the arm `shown`, half to `withheld`, on one of the first ten days.
///
/// ```
/// use mixtouch::experiment::PersonTest;
/// use mixtouch::simulate::SimulatedPersonTest;
///
/// let world = SimulatedPersonTest::new(4_000, 0.2, 1)?;
/// let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
/// assert!((lift.conversions_brought() - world.brought).abs() < 3.0 * lift.standard_error());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SimulatedPersonTest {
    /// Who was assigned to `shown` or `withheld`, and when.
    pub assignments: Assignments,
    /// Conversions of all persons from 40 days before the test to 40 days after its start.
    pub log: Events,
    /// Truth: conversions that being shown the ad brought.
    pub brought: f64,
}

impl SimulatedPersonTest {
    /// A test on this many persons, in which the treatment brings `lift` times as many conversions
    /// on top, 0 or more.
    ///
    /// # Errors
    /// If the lift is negative or not finite.
    pub fn new(persons: u64, lift: f64, seed: u64) -> Result<Self> {
        if !(lift >= 0.0 && lift.is_finite()) {
            return Err(Error::setting("lift", lift, "a finite number, 0 or more"));
        }
        let mut world = Self {
            assignments: Assignments::new(),
            log: Events::new(),
            brought: 0.0,
        };
        let random = Random::new(seed);
        for person in 0..persons {
            world.add(person, lift, &mut random.stream(person))?;
        }
        Ok(world)
    }

    fn add(&mut self, person: u64, lift: f64, random: &mut Random) -> Result<()> {
        let pace = 0.02 * random.gamma(1.0);
        let assigned = START + random.index(10) as i64 * DAY + random.index(DAY as u64) as i64;
        let shown = random.chance(0.5);
        let arm = if shown { "shown" } else { "withheld" };
        self.assignments.assign(person, assigned, arm)?;
        for day in DAYS {
            let time = START + day * DAY + random.index(DAY as u64) as i64;
            let own = random.poisson(pace);
            let more = random.poisson(pace * lift);
            let brought = if shown && time >= assigned { more } else { 0 };
            self.brought += brought as f64;
            for order in 0..own + brought {
                let sale = Event::conversion(person, time + order as i64);
                self.log
                    .push(sale.with_value(20.0 + 10.0 * random.gamma(2.0)))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::PersonTest;

    #[test]
    fn intervals_hold_the_truth() {
        let test = PersonTest::new("withheld");
        let held = (0..60).filter(|&seed| {
            let world = SimulatedPersonTest::new(800, 0.3, seed).unwrap();
            let lift = test.lift(&world.assignments, &world.log).unwrap();
            (lift.conversions_brought() - world.brought).abs() < 1.96 * lift.standard_error()
        });
        let held = held.count();
        assert!((52..=60).contains(&held), "{held} of 60");
        assert!(SimulatedPersonTest::new(10, -1.0, 1).is_err());
    }
}
