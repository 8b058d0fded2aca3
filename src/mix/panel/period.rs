//! How long a panel's periods are.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::Day;

/// The length of a panel's periods, and whether they are dated by their first or last day.
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::mix::panel::Frequency;
///
/// let start: Day = "2024-01-29".parse()?;
/// assert_eq!("week".parse::<Frequency>()?.next(start), "2024-02-05".parse()?);
/// assert_eq!(Frequency::Month.next("2024-02-01".parse()?), "2024-03-01".parse()?);
/// let february: Day = "2024-02-29".parse()?;
/// assert_eq!(Frequency::MonthEnd.next(february), "2024-03-31".parse()?);
/// assert_eq!(Frequency::MonthEnd.span(february).0, "2024-02-01".parse()?);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Frequency {
    /// One day.
    Day,
    /// Seven days.
    Week,
    /// Two weeks.
    TwoWeeks,
    /// Four weeks, 13 of which make a year of 364 days.
    FourWeeks,
    /// A month, dated by its first day.
    Month,
    /// A calendar month, dated by its last day.
    MonthEnd,
    /// Three months, dated by their first day.
    Quarter,
    /// Three calendar months, dated by their last day.
    QuarterEnd,
}

const NAMES: &str = "day, week, two-weeks, four-weeks, month, month-end, quarter, quarter-end";

impl Frequency {
    /// The date of the next period.
    pub fn next(self, date: Day) -> Day {
        match self {
            Self::Day => date.plus(1),
            Self::Week => date.plus(7),
            Self::TwoWeeks => date.plus(14),
            Self::FourWeeks => date.plus(28),
            Self::Month => date.plus_months(1),
            Self::Quarter => date.plus_months(3),
            Self::MonthEnd => date.plus(1).plus_months(1).plus(-1),
            Self::QuarterEnd => date.plus(1).plus_months(3).plus(-1),
        }
    }

    /// The first day of the period of a date, and the first day after it.
    pub fn span(self, date: Day) -> (Day, Day) {
        let after = date.plus(1);
        match self {
            Self::MonthEnd => (after.plus_months(-1), after),
            Self::QuarterEnd => (after.plus_months(-3), after),
            _ => (date, self.next(date)),
        }
    }

    /// How many periods make a year.
    pub(crate) const fn year(self) -> usize {
        match self {
            Self::Day => 364,
            Self::Week => 52,
            Self::TwoWeeks => 26,
            Self::FourWeeks => 13,
            Self::Month | Self::MonthEnd => 12,
            Self::Quarter | Self::QuarterEnd => 4,
        }
    }

    /// How many periods adstock reaches unless another window is asked for.
    pub(crate) const fn default_window(self) -> usize {
        match self {
            Self::Day => 28,
            Self::Week => 8,
            Self::TwoWeeks => 4,
            Self::FourWeeks | Self::Month | Self::MonthEnd => 3,
            Self::Quarter | Self::QuarterEnd => 2,
        }
    }

    /// How many whole periods about a month has, 1 at least.
    pub(crate) const fn in_month(self) -> usize {
        match self {
            Self::Day => 28,
            Self::Week => 4,
            Self::TwoWeeks => 2,
            _ => 1,
        }
    }

    /// How many whole periods a quarter of a year has, 1 at least.
    pub(crate) const fn in_quarter(self) -> usize {
        match self {
            Self::Day => 91,
            Self::Week => 13,
            Self::TwoWeeks => 6,
            Self::FourWeeks | Self::Month | Self::MonthEnd => 3,
            Self::Quarter | Self::QuarterEnd => 1,
        }
    }

    /// What one period is called in a sentence.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::TwoWeeks => "period of two weeks",
            Self::FourWeeks => "period of four weeks",
            Self::Month | Self::MonthEnd => "month",
            Self::Quarter | Self::QuarterEnd => "quarter",
        }
    }

    /// What several periods are called in a sentence.
    pub(crate) const fn nouns(self) -> &'static str {
        match self {
            Self::Day => "days",
            Self::Week => "weeks",
            Self::TwoWeeks => "periods of two weeks",
            Self::FourWeeks => "periods of four weeks",
            Self::Month | Self::MonthEnd => "months",
            Self::Quarter | Self::QuarterEnd => "quarters",
        }
    }

    /// Whether the period is made of whole weeks, so that all begin on one weekday.
    pub(crate) const fn is_weekly(self) -> bool {
        matches!(self, Self::Week | Self::TwoWeeks | Self::FourWeeks)
    }

    /// What a date has to be to name a period; none where this one does.
    pub(crate) fn fault(self, date: Day) -> Option<&'static str> {
        let is_last = date.plus(1).calendar().1 != date.calendar().1;
        let by_end = matches!(self, Self::MonthEnd | Self::QuarterEnd);
        (by_end && !is_last).then_some("the last day of a month")
    }

    /// The first date that does not follow the one before it, with what is expected there.
    pub(crate) fn misstep(self, dates: &[Day]) -> Option<(usize, String)> {
        if let Some(expected) = self.fault(*dates.first()?) {
            return Some((0, expected.to_owned()));
        }
        let at = (1..dates.len()).find(|&at| dates[at] != self.next(dates[at - 1]))?;
        let (date, before) = (dates[at], dates[at - 1]);
        let problem = if date == before {
            "twice in the panel".to_owned()
        } else if self.is_weekly() && date.weekday() != before.weekday() {
            format!(
                "{date} is a {}, the weeks before begin on {}s",
                weekday(date),
                weekday(before)
            )
        } else {
            "out of step".to_owned()
        };
        let (next, noun) = (self.next(before), self.noun());
        Some((at, format!("{next}, the {noun} after {before} ({problem})")))
    }

    /// The period that follows from a panel's days: of those that the first two allow, the one
    /// that the others follow longest.
    pub(super) fn from_dates(dates: &[Day]) -> Result<Self> {
        let [first, second, ..] = dates else {
            return Err(Error::setting(
                "number of periods",
                dates.len(),
                "2 or more, or the period's length given",
            ));
        };
        let candidates: &[Self] = match second.since(*first) {
            1 => &[Self::Day],
            7 => &[Self::Week],
            14 => &[Self::TwoWeeks],
            28 => &[Self::MonthEnd, Self::Month, Self::FourWeeks],
            29..=31 => &[Self::MonthEnd, Self::Month],
            89..=92 => &[Self::QuarterEnd, Self::Quarter],
            other => {
                return Err(Error::setting(
                    "days between the first two periods",
                    other,
                    "1 (days), 7, 14 or 28 (weeks), 28 to 31 (months) or 89 to 92 (quarters)",
                ));
            }
        };
        let followed = |period: Self| period.misstep(dates).map_or(dates.len(), |(at, _)| at);
        let longest = candidates.iter().map(|period| followed(*period)).max();
        let best = candidates
            .iter()
            .find(|period| Some(followed(**period)) == longest);
        Ok(*best.expect("every distance has a candidate"))
    }
}

impl std::str::FromStr for Frequency {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "two-weeks" | "2-weeks" => Ok(Self::TwoWeeks),
            "four-weeks" | "4-weeks" => Ok(Self::FourWeeks),
            "month" => Ok(Self::Month),
            "month-end" => Ok(Self::MonthEnd),
            "quarter" => Ok(Self::Quarter),
            "quarter-end" => Ok(Self::QuarterEnd),
            _ => Err(Error::setting("period", name, NAMES)),
        }
    }
}

/// The name of a day's weekday.
pub(crate) const fn weekday(day: Day) -> &'static str {
    match day.weekday() {
        0 => "Monday",
        1 => "Tuesday",
        2 => "Wednesday",
        3 => "Thursday",
        4 => "Friday",
        5 => "Saturday",
        _ => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(dates: &[&str]) -> Frequency {
        let dates: Vec<Day> = dates.iter().map(|date| date.parse().unwrap()).collect();
        let period = Frequency::from_dates(&dates).unwrap();
        assert_eq!(period.misstep(&dates), None, "{dates:?}");
        period
    }

    #[test]
    fn all_days_tell_what_the_first_two_leave_open() {
        // 28 days: four weeks, a February, or the ends of January and February.
        assert_eq!(
            found(&["2015-01-31", "2015-02-28", "2015-03-31"]),
            Frequency::MonthEnd
        );
        assert_eq!(
            found(&["2015-02-01", "2015-03-01", "2015-04-01"]),
            Frequency::Month
        );
        assert_eq!(
            found(&["2015-02-01", "2015-03-01", "2015-03-29"]),
            Frequency::FourWeeks
        );
        assert_eq!(
            found(&["2015-02-15", "2015-03-15", "2015-04-15"]),
            Frequency::Month
        );
        // A leap year's end of February.
        assert_eq!(
            found(&["2024-02-29", "2024-03-31", "2024-04-30"]),
            Frequency::MonthEnd
        );
        assert_eq!(found(&["2015-01-05", "2015-01-19"]), Frequency::TwoWeeks);
        assert_eq!(
            found(&["2015-01-01", "2015-04-01", "2015-07-01"]),
            Frequency::Quarter
        );
        assert_eq!(
            found(&["2014-11-30", "2015-02-28", "2015-05-31"]),
            Frequency::QuarterEnd
        );
    }

    #[test]
    fn a_period_dated_by_its_end_covers_the_days_before() {
        let span = |period: Frequency, date: &str| {
            let (start, after) = period.span(date.parse().unwrap());
            (start.to_string(), after.to_string())
        };
        let expected = |start: &str, after: &str| (start.to_owned(), after.to_owned());
        assert_eq!(
            span(Frequency::MonthEnd, "2024-02-29"),
            expected("2024-02-01", "2024-03-01")
        );
        assert_eq!(
            span(Frequency::QuarterEnd, "2024-12-31"),
            expected("2024-10-01", "2025-01-01")
        );
        assert_eq!(
            span(Frequency::FourWeeks, "2024-12-30"),
            expected("2024-12-30", "2025-01-27")
        );
    }

    #[test]
    fn the_first_fault_names_what_is_expected() {
        let fault = |period: Frequency, dates: &[&str]| {
            let dates: Vec<Day> = dates.iter().map(|date| date.parse().unwrap()).collect();
            period.misstep(&dates).unwrap()
        };
        assert_eq!(
            fault(Frequency::MonthEnd, &["2015-01-30", "2015-02-28"]),
            (0, "the last day of a month".to_owned())
        );
        assert_eq!(
            fault(Frequency::Week, &["2024-01-01", "2024-01-09"]).1,
            "2024-01-08, the week after 2024-01-01 (2024-01-09 is a Tuesday, the weeks before \
             begin on Mondays)"
        );
        assert_eq!(
            fault(Frequency::Month, &["2024-01-01", "2024-03-01"]).1,
            "2024-02-01, the month after 2024-01-01 (out of step)"
        );
        assert_eq!(
            fault(Frequency::Day, &["2024-01-01", "2024-01-01"]).1,
            "2024-01-02, the day after 2024-01-01 (twice in the panel)"
        );
    }

    #[test]
    fn months_quarters_and_years_are_counted_in_whole_periods() {
        let counts = |period: Frequency| {
            (
                period.in_month(),
                period.in_quarter(),
                period.year(),
                period.default_window(),
            )
        };
        assert_eq!(counts(Frequency::Week), (4, 13, 52, 8));
        assert_eq!(counts(Frequency::TwoWeeks), (2, 6, 26, 4));
        assert_eq!(counts(Frequency::FourWeeks), (1, 3, 13, 3));
        assert_eq!(counts(Frequency::MonthEnd), (1, 3, 12, 3));
        assert_eq!(counts(Frequency::QuarterEnd), (1, 1, 4, 2));
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for period in [
            Frequency::Day,
            Frequency::Week,
            Frequency::TwoWeeks,
            Frequency::FourWeeks,
            Frequency::Month,
            Frequency::MonthEnd,
            Frequency::Quarter,
            Frequency::QuarterEnd,
        ] {
            let name = serde_json::to_value(period).unwrap();
            assert_eq!(name.as_str().unwrap().parse::<Frequency>().unwrap(), period);
        }
        assert!("year".parse::<Frequency>().is_err());
    }
}
