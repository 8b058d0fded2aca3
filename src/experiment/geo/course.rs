//! A geo test period by period: what happened, what was to be expected, and what has added up.

use crate::error::Result;
use crate::experiment::geo::design::{Geo, GeoTest, at_least};
use crate::experiment::geo::estimate::{alike, even};
use crate::experiment::geo::matched::Matched;
use crate::stats::{ConfidenceLevel, Estimate};
use crate::time::Day;
use serde::Serialize;
use std::ops::Range;

/// All treated geos in one period.
///
/// An example is at [`GeoCourse`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GeoPeriod {
    /// The period's first day.
    pub day: Day,
    /// Whether it belongs to the test; else it lies before.
    pub in_test: bool,
    /// The outcome.
    pub outcome: f64,
    /// The outcome to expect without the test, by the weighted controls.
    pub expected: f64,
    /// What the test changed in this period alone, with its interval; none as below.
    pub effect: Option<Estimate>,
    /// What the test changed from its start to the end of this period, with the interval of a test
    /// that ends here; none before the test, and where nothing separates an effect from chance.
    pub cumulative: Option<Estimate>,
}

/// A geo test over time: outcome and counterfactual by period, and the effect as it adds up.
///
/// Before the test the two lines should lie on each other. The last cumulative estimate is the lift
/// of the whole test. Each interval is that of one look: who stops at the first that excludes 0
/// finds effects that do not exist.
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::experiment::GeoTest;
/// use mixtouch::stats::ConfidenceLevel;
///
/// let day = |text: &str| text.parse::<Day>();
/// let (start, end) = (day("2024-01-15")?, day("2024-01-28")?);
/// let weeks = vec![day("2024-01-01")?, day("2024-01-08")?, start, start.plus(7)];
/// let sales = vec![
///     ("north".to_owned(), vec![98.0, 102.0, 121.0, 119.0]),
///     ("south".to_owned(), vec![201.0, 199.0, 202.0, 199.0]),
///     ("east".to_owned(), vec![50.0, 50.0, 51.0, 50.0]),
///     ("west".to_owned(), vec![149.0, 151.0, 150.0, 148.0]),
/// ];
/// let test = GeoTest::new(weeks, sales, &["north"], start, end)?;
/// let course = test.course_by_differences(ConfidenceLevel::P95)?;
/// let lift = test.difference_in_differences(ConfidenceLevel::P95)?;
/// let periods = course.periods();
/// assert_eq!((periods[1].in_test, periods[1].outcome), (false, 102.0));
/// let whole = periods[3].cumulative.unwrap();
/// assert_eq!((whole.value(), whole.interval()), (lift.outcome_change, lift.interval));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct GeoCourse {
    periods: Vec<GeoPeriod>,
}

impl GeoCourse {
    /// The periods before the test and in it, in order.
    pub fn periods(&self) -> &[GeoPeriod] {
        &self.periods
    }
}

impl GeoTest {
    /// The test over time against the mean of all controls, as
    /// [`GeoTest::difference_in_differences`] compares it.
    ///
    /// # Errors
    /// As for that method.
    pub fn course_by_differences(&self, level: ConfidenceLevel) -> Result<GeoCourse> {
        self.course(level, self.matched(even))
    }

    /// The test over time against the controls that moved like the treated geos, as
    /// [`GeoTest::synthetic_control`] compares it.
    ///
    /// # Errors
    /// As for that method.
    pub fn course_by_synthetic_control(&self, level: ConfidenceLevel) -> Result<GeoCourse> {
        at_least("control geos", self.controls.len(), 3)?;
        self.course(level, self.matched(alike))
    }

    fn course(
        &self,
        level: ConfidenceLevel,
        (treated, controls): (Vec<Matched<'_>>, Vec<Matched<'_>>),
    ) -> Result<GeoCourse> {
        self.lift(level, &treated, &controls)?;
        let before = self.controls[0].before.len();
        let periods = self.days.iter().enumerate().map(|(at, &day)| {
            let sum =
                |each: &dyn Fn(&Matched<'_>) -> f64| -> f64 { treated.iter().map(each).sum() };
            let expected = |matched: &Matched<'_>| {
                let weighted = matched.weights.iter().zip(&self.controls);
                matched.geo.mean * weighted.map(|(w, geo)| w * geo.at(at)).sum::<f64>()
            };
            GeoPeriod {
                day,
                in_test: at >= before,
                outcome: sum(&|matched| matched.geo.mean * matched.geo.at(at)),
                expected: sum(&expected),
                effect: at.checked_sub(before).and_then(|period| {
                    self.lift_within(period..period + 1, level, &treated, &controls)
                }),
                cumulative: at
                    .checked_sub(before)
                    .and_then(|period| self.lift_within(0..period + 1, level, &treated, &controls)),
            }
        });
        Ok(GeoCourse {
            periods: periods.collect(),
        })
    }

    /// The lift of some periods of the test alone.
    fn lift_within(
        &self,
        periods: Range<usize>,
        level: ConfidenceLevel,
        treated: &[Matched<'_>],
        controls: &[Matched<'_>],
    ) -> Option<Estimate> {
        let cut = |geos: &[Geo]| geos.iter().map(|geo| geo.cut(&periods)).collect();
        let short = Self {
            treated: cut(&self.treated),
            controls: cut(&self.controls),
            ..self.clone()
        };
        let treated = weighed_as(treated, &short.treated);
        let controls = weighed_as(controls, &short.controls);
        let lift = short.lift(level, &treated, &controls).ok()?;
        Some(Estimate::new(lift.outcome_change, lift.interval))
    }
}

/// Other geos with the same weights.
fn weighed_as<'a>(known: &[Matched<'_>], geos: &'a [Geo]) -> Vec<Matched<'a>> {
    let pairs = known.iter().zip(geos);
    let each = |(known, geo): (&Matched<'_>, &'a Geo)| Matched {
        geo,
        weights: known.weights.clone(),
    };
    pairs.map(each).collect()
}

impl Geo {
    /// The outcome of a period, those before the test first, relative to the mean before.
    fn at(&self, period: usize) -> f64 {
        match self.before.get(period) {
            Some(value) => *value,
            None => self.in_test[period - self.before.len()],
        }
    }

    /// The same geo in a test of these periods.
    fn cut(&self, periods: &Range<usize>) -> Self {
        let in_test = self.in_test[periods.clone()].to_vec();
        Self {
            during: in_test.iter().sum(),
            in_test,
            ..self.clone()
        }
    }
}
