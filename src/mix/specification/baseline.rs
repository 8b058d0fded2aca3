//! The baseline: what the KPI does without marketing.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::{Finding, Frequency};
use crate::mix::specification::calendar::{months, weekdays};
use crate::mix::specification::holidays::Holidays;
use crate::mix::specification::term::{BaselinePart, Term};
use crate::mix::specification::trend::{MOST, Trend};
use crate::time::Day;

/// What the baseline is made of besides the panel's controls: an intercept, a trend and yearly
/// seasonality for each geo; days of the week, months and holidays with effects common to all geos,
/// in units of each geo's scale.
///
/// Seasonality is `pairs` sines and cosines, sin and cos of 2 pi k x days / 365.25 for k =
/// 1..pairs. Daily panels of four weeks or more have days of the week unless told otherwise.
///
/// ```
/// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
///
/// // A trend that may bend twice, and a season with three peaks a year at most.
/// let baseline = Baseline::new(Trend::Knots(2), 3)?;
/// assert_ne!(baseline, Baseline::default());
/// let specification = MixSpecification::new().with_baseline(baseline);
/// assert!(Baseline::new(Trend::Linear, 101).is_err());
/// # let _ = specification;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Baseline {
    trend: Trend,
    pairs: usize,
    holidays: Holidays,
    /// None for daily panels only.
    weekdays: Option<bool>,
    months: bool,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    trend: Trend,
    pairs: usize,
    holidays: Holidays,
    weekdays: Option<bool>,
    months: bool,
}

impl Default for Fields {
    fn default() -> Self {
        let baseline = Baseline::default();
        Self {
            trend: baseline.trend,
            pairs: baseline.pairs,
            holidays: baseline.holidays,
            weekdays: baseline.weekdays,
            months: baseline.months,
        }
    }
}

impl TryFrom<Fields> for Baseline {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let baseline = Self::new(fields.trend, fields.pairs)?
            .with_holidays(fields.holidays.checked()?)
            .with_months(fields.months);
        Ok(Self {
            weekdays: fields.weekdays,
            ..baseline
        })
    }
}

impl Default for Baseline {
    /// A linear trend and two Fourier pairs; days of the week for daily panels.
    fn default() -> Self {
        Self {
            trend: Trend::default(),
            pairs: 2,
            holidays: Holidays::default(),
            weekdays: None,
            months: false,
        }
    }
}

/// The fewest days over which days of the week can be seen to repeat.
const REPEATED: i32 = 28;

impl Baseline {
    /// A trend, and yearly seasonality of `pairs` Fourier pairs.
    ///
    /// # Errors
    /// If there are more than 100 knots or pairs, or no knots in a trend with knots.
    pub fn new(trend: Trend, pairs: usize) -> Result<Self> {
        if pairs > MOST {
            return Err(Error::setting(
                "Fourier pairs",
                pairs,
                format!("0 to {MOST}"),
            ));
        }
        match trend {
            Trend::Knots(knots) if !(1..=MOST).contains(&knots) => {
                Err(Error::setting("knots", knots, format!("1 to {MOST}")))
            }
            _ => Ok(Self {
                trend,
                pairs,
                ..Self::default()
            }),
        }
    }

    /// The same with holidays. Forecasts know no others: the table should reach over the periods to
    /// come, or [`Posterior::with_holidays`](crate::mix::posterior::Posterior::with_holidays) lengthen it.
    #[must_use]
    pub fn with_holidays(self, holidays: Holidays) -> Self {
        Self { holidays, ..self }
    }

    /// Whether days of the week have effects of their own. Unless set, those of daily panels of
    /// four weeks or more do. In longer periods their shares of the period's days count.
    ///
    /// ```
    /// use mixtouch::mix::specification::{Baseline, MixSpecification};
    ///
    /// // A shop that sells the same on every day of the week.
    /// let baseline = Baseline::default().with_weekdays(false);
    /// let specification = MixSpecification::new().with_baseline(baseline);
    /// # let _ = specification;
    /// ```
    #[must_use]
    pub fn with_weekdays(self, weekdays: bool) -> Self {
        Self {
            weekdays: Some(weekdays),
            ..self
        }
    }

    /// Whether calendar months have effects of their own; false by default. A period that reaches
    /// into two months has a share of each. They serve in place of Fourier pairs.
    ///
    /// ```
    /// use mixtouch::mix::specification::{Baseline, MixSpecification, Trend};
    ///
    /// let baseline = Baseline::new(Trend::Linear, 0)?.with_months(true);
    /// let specification = MixSpecification::new().with_baseline(baseline);
    /// # let _ = specification;
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_months(self, months: bool) -> Self {
        Self { months, ..self }
    }

    /// The trend.
    pub const fn trend(&self) -> Trend {
        self.trend
    }

    /// How many Fourier pairs there are.
    pub(crate) const fn pairs(&self) -> usize {
        self.pairs
    }

    /// The columns every geo has its own coefficients for, on the given days; the trend runs from 0
    /// at `timeline.0` to 1 at `timeline.1` and beyond.
    pub(crate) fn geo_columns(
        &self,
        dates: &[Day],
        timeline: (Day, Day),
        period: Frequency,
    ) -> Vec<Term> {
        let term = |name: String, part, value: &dyn Fn(Day) -> f64| Term {
            name,
            part,
            values: dates.iter().map(|&day| value(day)).collect(),
            penalised: false,
        };
        let mut terms = vec![term("intercept".to_owned(), BaselinePart::Level, &|_| 1.0)];
        terms.extend(self.trend.terms(dates, timeline, period));
        for k in 1..=self.pairs {
            let angle = |day: Day| TAU * k as f64 * f64::from(day.days()) / 365.25;
            let season = BaselinePart::Season;
            terms.push(term(format!("sin {k}"), season.clone(), &|day| {
                libm::sin(angle(day))
            }));
            terms.push(term(format!("cos {k}"), season, &|day| {
                libm::cos(angle(day))
            }));
        }
        terms
    }

    /// What the table of holidays does not say of some periods, as it ends before them.
    pub(crate) fn holidays_end(&self, dates: &[Day], period: Frequency) -> Option<Finding> {
        self.holidays.end_before(dates, period)
    }

    /// Holidays none of whose days falls into one of the periods.
    pub(crate) fn holidays_outside(&self, dates: &[Day], period: Frequency) -> Vec<String> {
        self.holidays.outside(dates, period)
    }

    /// The columns all geos share.
    pub(crate) fn shared_columns(
        &self,
        dates: &[Day],
        timeline: (Day, Day),
        period: Frequency,
    ) -> Vec<Term> {
        let mut terms = vec![];
        if self.has_weekdays(timeline, period) {
            terms.extend(weekdays(dates, period));
        }
        if self.months {
            terms.extend(months(dates, period));
        }
        terms.extend(self.holidays.terms(dates, period));
        terms
    }

    fn has_weekdays(&self, timeline: (Day, Day), period: Frequency) -> bool {
        let repeated = period.next(timeline.1).since(timeline.0) >= REPEATED;
        self.weekdays
            .unwrap_or(period == Frequency::Day && repeated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(count: i32) -> Vec<Day> {
        (0..count)
            .map(|w| Day::new(17_000 + 7 * w).unwrap())
            .collect()
    }

    #[test]
    fn columns_have_their_shapes() {
        let dates = weeks(105);
        let timeline = (dates[0], dates[104]);
        let terms = Baseline::new(Trend::Knots(3), 1).unwrap().geo_columns(
            &dates,
            timeline,
            Frequency::Week,
        );
        let names: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "intercept",
                "trend",
                "knot 1",
                "knot 2",
                "knot 3",
                "sin 1",
                "cos 1"
            ]
        );
        let at = |column: usize, row: usize| terms[column].values[row];
        assert_eq!((at(1, 0), at(1, 52), at(1, 104)), (0.0, 0.5, 1.0));
        assert_eq!((at(3, 52), at(3, 104)), (0.0, 0.5));
        assert!((0..105).all(|t| (at(5, t) * at(5, t) + at(6, t) * at(6, t) - 1.0).abs() < 1e-14));
    }

    #[test]
    fn daily_panels_have_weekdays_and_others_on_request() {
        let days: Vec<Day> = (0..28).map(|d| Day::new(17_000 + d).unwrap()).collect();
        let count = |baseline: Baseline, dates: &[Day], period| {
            let timeline = (dates[0], dates[dates.len() - 1]);
            baseline.shared_columns(dates, timeline, period).len()
        };
        assert_eq!(count(Baseline::default(), &days, Frequency::Day), 6);
        assert_eq!(count(Baseline::default(), &days[1..], Frequency::Day), 0);
        assert_eq!(count(Baseline::default(), &weeks(60), Frequency::Week), 0);
        let without = Baseline::default().with_weekdays(false);
        assert_eq!(count(without, &days, Frequency::Day), 0);
        let monthly = Baseline::default().with_months(true);
        assert_eq!(count(monthly, &weeks(60), Frequency::Week), 11);
    }

    #[test]
    fn bad_settings_are_refused() {
        assert!(Baseline::new(Trend::Linear, 101).is_err());
        assert!(
            "knots=0"
                .parse::<Trend>()
                .unwrap_err()
                .to_string()
                .contains("linear")
        );
        assert_eq!("knots=4".parse::<Trend>().unwrap(), Trend::Knots(4));
        let stored = |text: &str| serde_json::from_str::<Baseline>(text);
        assert!(stored(r#"{"trend":{"knots":0},"pairs":2,"holidays":[]}"#).is_err());
        assert!(stored(r#"{"trend":"linear","pear":2}"#).is_err());
        assert_eq!(
            stored(r#"{"trend":"linear","pairs":2}"#).unwrap(),
            Baseline::default()
        );
    }
}
