//! Effects of media that change over time.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Frequency;
use crate::mix::transform::{Prior, TransformParameter};
use crate::time::Day;

/// How often the effect of a channel may change its course.
///
/// The effect runs straight between knots that lie evenly over the panel, about this far apart and
/// at least 8 periods. From knot to knot it steps by a normal random amount: its standard deviation
/// is a share of that of the effect itself, log-uniform from .01, nearly constant, to 1. The search
/// draws that share by its evidence, so an effect that does not change stays about constant.
///
/// Source: time-varying coefficients as B-splines of degree 1 with a penalty on their differences
/// (Eilers and Marx 1996); as a random walk, Ng, Wang and Dai (2021).
///
/// ```
/// use mixtouch::mix::specification::{ChangingEffect, MixSpecification};
///
/// let specification =
///     MixSpecification::new().with_changing_effect("tv", ChangingEffect::HalfYear);
/// assert_eq!("quarter".parse::<ChangingEffect>()?, ChangingEffect::Quarter);
/// assert_eq!(ChangingEffect::default(), ChangingEffect::HalfYear);
/// # let _ = specification;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ChangingEffect {
    /// Knots a quarter of a year apart.
    Quarter,
    /// Knots half a year apart.
    #[default]
    HalfYear,
    /// Knots a year apart.
    Year,
}

/// Days of a year.
const YEAR: f64 = 365.25;
/// The fewest periods between knots.
const PERIODS: f64 = 8.0;
/// The most stretches between knots.
const MOST: usize = 100;
/// The least and the largest share of an effect's standard deviation that a step may have.
const SHARES: (f64, f64) = (0.01, 1.0);

impl ChangingEffect {
    /// All by name.
    const ALL: [(&'static str, Self); 3] = [
        ("quarter", Self::Quarter),
        ("half-year", Self::HalfYear),
        ("year", Self::Year),
    ];

    const fn a_year(self) -> f64 {
        match self {
            Self::Quarter => 4.0,
            Self::HalfYear => 2.0,
            Self::Year => 1.0,
        }
    }

    /// The knots over a panel that runs from the first to the second day.
    pub(crate) fn knots(self, timeline: (Day, Day), period: Frequency) -> EffectKnots {
        let days = f64::from(period.next(timeline.1).since(timeline.0));
        let length = f64::from(period.next(timeline.0).since(timeline.0)).max(1.0);
        let count = (days * self.a_year() / YEAR).min(days / (PERIODS * length));
        EffectKnots {
            timeline,
            stretches: (count.round() as usize).clamp(1, MOST),
        }
    }

    /// The share of an effect's standard deviation that a step has, as a parameter of the search.
    pub(crate) fn step_share() -> TransformParameter {
        let (low, high) = SHARES;
        TransformParameter::new("step", Prior::LogUniform { low, high })
    }
}

impl std::str::FromStr for ChangingEffect {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut all = Self::ALL.iter();
        let found = all.find(|(name, _)| *name == text);
        found.map(|(_, every)| *every).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name).join(", ");
            Error::setting("changing effect", text, names)
        })
    }
}

/// Knots that lie evenly from the panel's first to its last day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EffectKnots {
    timeline: (Day, Day),
    stretches: usize,
}

impl EffectKnots {
    /// How many there are; 2 or more.
    pub(crate) const fn count(self) -> usize {
        self.stretches + 1
    }

    /// The stretch that a day lies in, and how much of it is over by then, 0 to 1. Days before the
    /// first knot lie at it, days after the last knot at the last.
    pub(crate) fn place(self, day: Day) -> (usize, f64) {
        let (from, to) = self.timeline;
        let whole = f64::from(to.since(from)).max(1.0);
        let at = f64::from(day.since(from)) / whole * self.stretches as f64;
        let at = at.clamp(0.0, self.stretches as f64);
        let stretch = (at as usize).min(self.stretches - 1);
        (stretch, at - stretch as f64)
    }

    /// The day of a knot.
    pub(crate) fn day(self, knot: usize) -> Day {
        let (from, to) = self.timeline;
        let days = f64::from(to.since(from)) * knot as f64 / self.stretches as f64;
        from.plus(days.round() as i32)
    }

    /// How much a knot counts on each day: 1 at the knot, falling to 0 at its neighbours.
    pub(crate) fn hat(self, knot: usize, dates: &[Day]) -> Vec<f64> {
        let value = |day: &Day| {
            let (stretch, over) = self.place(*day);
            match knot.checked_sub(stretch) {
                Some(0) => 1.0 - over,
                Some(1) => over,
                _ => 0.0,
            }
        };
        dates.iter().map(value).collect()
    }

    /// The effect on a day, given the effects at the knots.
    pub(crate) fn effect(self, at_knots: &[f64], day: Day) -> f64 {
        let (stretch, over) = self.place(day);
        (1.0 - over) * at_knots[stretch] + over * at_knots[stretch + 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knots_lie_half_a_year_apart_and_hats_sum_to_one() {
        let from: Day = "2022-01-03".parse().unwrap();
        let dates: Vec<Day> = (0..157).map(|week| from.plus(7 * week)).collect();
        let timeline = (dates[0], dates[156]);
        let knots = ChangingEffect::HalfYear.knots(timeline, Frequency::Week);
        assert_eq!(knots.count(), 7);
        let hats: Vec<Vec<f64>> = (0..7).map(|knot| knots.hat(knot, &dates)).collect();
        for day in 0..157 {
            let sum: f64 = hats.iter().map(|hat| hat[day]).sum();
            assert!((sum - 1.0).abs() < 1e-15);
        }
        assert_eq!(
            (hats[1][0], hats[1][13], hats[1][26], hats[1][39]),
            (0.0, 0.5, 1.0, 0.5)
        );
        assert_eq!(hats[6][156], 1.0);
        let path = [1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 5.0];
        assert_eq!(knots.effect(&path, dates[13]), 2.0);
        assert_eq!(knots.effect(&path, from.plus(7 * 500)), 5.0);
        assert_eq!(knots.effect(&path, from.plus(-100)), 1.0);
    }

    #[test]
    fn short_panels_have_fewer_knots() {
        let from: Day = "2022-01-03".parse().unwrap();
        let count =
            |every: ChangingEffect, last: Day, period| every.knots((from, last), period).count();
        let week = Frequency::Week;
        assert_eq!(count(ChangingEffect::Quarter, from.plus(7 * 155), week), 13);
        assert_eq!(count(ChangingEffect::Quarter, from.plus(7 * 3), week), 2);
        assert_eq!(count(ChangingEffect::Quarter, from.plus(0), week), 2);
        let months = from.plus_months(35);
        assert_eq!(count(ChangingEffect::Quarter, months, Frequency::Month), 5);
    }
}
