//! Outcomes of a geo test, checked and made comparable.

use crate::error::{Error, Result};
use crate::time::Day;

/// Outcomes by geo and period around a test in which some geos were treated.
///
/// Every geo's outcomes are divided by their mean before the test, so that large and small geos
/// count in the same unit: relative change. What a treated geo would have done is a weighted mean
/// of the control geos. Its effect is what it did beyond that, summed over the test's periods and
/// turned back into the outcome's units.
///
/// In simulated tests, 1,000 of each kind with 6 to 40 controls and 8 to 52 periods before, whose
/// noise was even or correlated over time, the 95 % intervals held the true change in 93 to 98 % of
/// cases with either way to weight. With noise like 1 / sqrt(size), 20 controls and 26 periods
/// before, they held it in 90 % of 400 tests of the four smallest geos and in 99.5 % of the four
/// largest.
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
///
/// let lift = test.difference_in_differences(ConfidenceLevel::P95)?;
/// assert!((lift.outcome_change - 39.0).abs() < 2.0 && lift.interval.low() > 20.0);
/// let calibration = lift.lift_test("tv", "north", 500.0)?;
/// assert_eq!(calibration.geo(), Some("north"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GeoTest {
    pub(crate) start: Day,
    pub(crate) end: Day,
    /// The first days of the periods before the test and in it.
    pub(crate) days: Vec<Day>,
    pub(crate) treated: Vec<Geo>,
    pub(crate) controls: Vec<Geo>,
}

/// A geo's outcomes relative to their mean before the test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Geo {
    pub(crate) name: String,
    pub(crate) mean: f64,
    /// By period before the test.
    pub(crate) before: Vec<f64>,
    /// By period of the test.
    pub(crate) in_test: Vec<f64>,
    /// Summed over the test's periods.
    pub(crate) during: f64,
}

impl GeoTest {
    /// A test from outcomes by geo, one for each period.
    ///
    /// `days` are the periods' first days, in order. Periods that begin from `start` to `end`, both
    /// included, are the test's; geos are compared on those before.
    ///
    /// # Errors
    /// If days are not in order, a name is given twice or unknown, or a geo's outcomes are not one
    /// finite number for each day with a mean > 0 before the test. Also if there are fewer than 2
    /// periods before the test, 1 in it, 1 treated geo or 2 controls.
    pub fn new(
        days: Vec<Day>,
        outcomes: Vec<(String, Vec<f64>)>,
        treated: &[&str],
        start: Day,
        end: Day,
    ) -> Result<Self> {
        check_order(&days)?;
        let periods = Periods::new(&days, start, end)?;
        check_names(&outcomes, treated)?;
        let seen = periods.before + periods.during;
        let mut test = Self {
            start,
            end,
            days: days.into_iter().take(seen).collect(),
            treated: vec![],
            controls: vec![],
        };
        for (name, values) in outcomes {
            let side = if treated.contains(&name.as_str()) {
                &mut test.treated
            } else {
                &mut test.controls
            };
            side.push(Geo::new(name, &values, &periods)?);
        }
        at_least("treated geos", test.treated.len(), 1)?;
        at_least("control geos", test.controls.len(), 2)?;
        Ok(test)
    }
}

/// Numbers of periods.
struct Periods {
    all: usize,
    before: usize,
    during: usize,
}

impl Periods {
    fn new(days: &[Day], start: Day, end: Day) -> Result<Self> {
        let test = start..=end;
        let periods = Self {
            all: days.len(),
            before: days.iter().filter(|&&day| day < start).count(),
            during: days.iter().filter(|day| test.contains(day)).count(),
        };
        at_least("periods before the test", periods.before, 2)?;
        at_least("periods in the test", periods.during, 1)?;
        Ok(periods)
    }
}

impl Geo {
    fn new(name: String, values: &[f64], periods: &Periods) -> Result<Self> {
        if values.len() != periods.all {
            return Err(Error::setting(
                format!("number of outcomes of geo {name:?}"),
                values.len(),
                format!("{}, one for each period", periods.all),
            ));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(Error::setting(
                format!("outcome of geo {name:?}"),
                value,
                "a finite number",
            ));
        }
        let (before, during) = values[..periods.before + periods.during].split_at(periods.before);
        let mean = before.iter().sum::<f64>() / periods.before as f64;
        if !(mean > 0.0 && mean.is_finite()) {
            return Err(Error::setting(
                format!("mean outcome of geo {name:?} before the test"),
                mean,
                "a finite number > 0",
            ));
        }
        if let Some(largest) = values.iter().find(|value| (*value / mean).abs() > 1e100) {
            return Err(Error::setting(
                format!("outcome of geo {name:?}"),
                largest,
                format!("of the size of its mean before the test, {mean}"),
            ));
        }
        Ok(Self {
            name,
            mean,
            before: before.iter().map(|value| value / mean).collect(),
            in_test: during.iter().map(|value| value / mean).collect(),
            during: during.iter().map(|value| value / mean).sum(),
        })
    }
}

/// An error if there are fewer of something than needed.
pub(crate) fn at_least(what: &'static str, count: usize, needed: usize) -> Result<()> {
    if count >= needed {
        return Ok(());
    }
    Err(Error::setting(
        format!("number of {what}"),
        count,
        format!("at least {needed}"),
    ))
}

fn check_order(days: &[Day]) -> Result<()> {
    match days.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(Error::setting(
            "day of a period",
            pair[1],
            format!("after the period before it, {}", pair[0]),
        )),
        None => Ok(()),
    }
}

fn check_names(outcomes: &[(String, Vec<f64>)], treated: &[&str]) -> Result<()> {
    for (index, (name, _)) in outcomes.iter().enumerate() {
        if outcomes[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Error::setting(
                "geo",
                format!("{name:?} twice"),
                "each geo once",
            ));
        }
    }
    let known = |name: &&&str| outcomes.iter().any(|(geo, _)| geo == *name);
    match treated.iter().find(|name| !known(name)) {
        Some(name) => Err(Error::setting(
            "treated geo",
            format!("{name:?}"),
            "a geo with outcomes",
        )),
        None => Ok(()),
    }
}
