//! Days of the week and months of the year, as columns of the baseline.

use crate::mix::panel::Frequency;
use crate::mix::specification::term::{BaselinePart, Term};
use crate::time::Day;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Six contrasts: the share of a period's days that are of a weekday, less that of Sundays. Their
/// effects and the Sunday's sum to 0, so that the level is the week's mean.
pub(super) fn weekdays(dates: &[Day], period: Frequency) -> Vec<Term> {
    let weekday = |day: Day| day.weekday() as usize;
    contrasts(dates, period, &WEEKDAYS, weekday, &BaselinePart::Weekday)
}

/// Eleven contrasts of the months with December, like those of [`weekdays`].
pub(super) fn months(dates: &[Day], period: Frequency) -> Vec<Term> {
    let month = |day: Day| day.calendar().1 as usize - 1;
    contrasts(dates, period, &MONTHS, month, &BaselinePart::Month)
}

fn contrasts(
    dates: &[Day],
    period: Frequency,
    names: &[&str],
    class: impl Fn(Day) -> usize,
    part: &BaselinePart,
) -> Vec<Term> {
    let last = names.len() - 1;
    let mut terms: Vec<Term> = names[..last]
        .iter()
        .map(|name| Term {
            name: (*name).to_owned(),
            part: part.clone(),
            values: vec![0.0; dates.len()],
            penalised: false,
        })
        .collect();
    for (at, &start) in dates.iter().enumerate() {
        let days = period.next(start).since(start).max(1);
        for day in 0..days {
            let class = class(start.plus(day));
            if class == last {
                terms.iter_mut().for_each(|term| term.values[at] -= 1.0);
            } else {
                terms[class].values[at] += 1.0;
            }
        }
        terms
            .iter_mut()
            .for_each(|term| term.values[at] /= f64::from(days));
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_sum_to_nothing_over_a_week_and_a_year() {
        let monday: Day = "2024-01-01".parse().unwrap();
        let days: Vec<Day> = (0..7).map(|d| monday.plus(d)).collect();
        let week = weekdays(&days, Frequency::Day);
        assert_eq!(week.len(), 6);
        assert_eq!(week[1].values, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1.0]);
        let starts: Vec<Day> = (0..12).map(|m| monday.plus_months(m)).collect();
        let year = months(&starts, Frequency::Month);
        assert_eq!(year.len(), 11);
        assert!(
            year.iter()
                .all(|term| term.values.iter().sum::<f64>() == 0.0)
        );
    }

    #[test]
    fn a_week_of_two_months_is_shared() {
        let week = months(&["2024-01-29".parse().unwrap()], Frequency::Week);
        assert_eq!(
            (week[0].values[0], week[1].values[0]),
            (3.0 / 7.0, 4.0 / 7.0)
        );
    }
}
