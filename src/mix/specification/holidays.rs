//! Days with a name.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

use crate::error::{Error, Result};
use crate::mix::panel::{Finding, Frequency};
use crate::mix::specification::term::{BaselinePart, Term};
use crate::time::Day;

/// What the names of holiday columns begin with.
const HOLIDAY: &str = "holiday=";

/// Days with a name, each name a column of the baseline that counts its days within a period.
///
/// ```
/// use mixtouch::mix::specification::{Baseline, Holidays, MixSpecification};
///
/// let easter = ["2024-03-31", "2025-04-20"].map(|day| (day.parse().unwrap(), "Easter".to_owned()));
/// let holidays = Holidays::new(easter.to_vec())?;
/// let baseline = Baseline::default().with_holidays(holidays);
/// let specification = MixSpecification::new().with_baseline(baseline);
/// # let _ = specification;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holidays(Vec<(Day, String)>);

/// The most different names: each is a column of the baseline.
const MOST_NAMES: usize = 1_000;

impl Holidays {
    /// A table of days and names; a day may have several names.
    ///
    /// # Errors
    /// If a name is empty, or there are more than 1,000 different names: each is a column.
    pub fn new(mut days: Vec<(Day, String)>) -> Result<Self> {
        if let Some((day, _)) = days.iter().find(|(_, name)| name.is_empty()) {
            return Err(Error::setting(
                "holiday",
                format!("\"\" on {day}"),
                "a name",
            ));
        }
        days.sort();
        days.dedup();
        let names: HashSet<&str> = days.iter().map(|(_, name)| name.as_str()).collect();
        if names.len() > MOST_NAMES {
            let expected = format!("at most {MOST_NAMES}");
            return Err(Error::setting("different holidays", names.len(), expected));
        }
        Ok(Self(days))
    }

    /// The same table, checked as [`Holidays::new`] does.
    pub(super) fn checked(self) -> Result<Self> {
        Self::new(self.0)
    }

    /// Reads a table with the columns `date` and `holiday`.
    ///
    /// # Errors
    /// If a column is missing, there are no rows, a date is none or a name is empty, naming file
    /// and row.
    #[cfg(feature = "csv")]
    pub fn read_path(path: impl AsRef<std::path::Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|e| Error::from(e).in_file(path))?;
        Self::read(file).map_err(|e| e.in_file(path))
    }

    /// Reads a table with the columns `date` and `holiday`.
    ///
    /// # Errors
    /// If a column is missing, there are no rows, a date is none or a name is empty, naming the
    /// row.
    #[cfg(feature = "csv")]
    pub fn read(reader: impl std::io::Read) -> Result<Self> {
        let mut table = crate::io::csv::table::Table::trimmed("the table of holidays", reader)?;
        let (date, holiday) = (table.column("date")?, table.column("holiday")?);
        let mut days = vec![];
        while let Some(row) = table.next_row()? {
            if row.text(holiday).is_empty() {
                return Err(row.fault(holiday, "a name"));
            }
            days.push((
                row.parse(date, "a date YYYY-MM-DD")?,
                row.text(holiday).to_owned(),
            ));
        }
        Self::new(days)
    }

    /// A column per name, counting the days of it that fall into each of the periods.
    pub(super) fn terms(&self, dates: &[Day], period: Frequency) -> Vec<Term> {
        let mut counts: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (day, name) in &self.0 {
            let counts = counts.entry(name).or_insert_with(|| vec![0.0; dates.len()]);
            // dates are in order, and a period reaches to where the next one begins
            let after = dates.partition_point(|date| period.span(*date).0 <= *day);
            let Some(at) = after.checked_sub(1) else {
                continue;
            };
            if *day < period.span(dates[at]).1 {
                counts[at] += 1.0;
            }
        }
        let term = |(name, values): (&str, Vec<f64>)| Term {
            name: format!("{HOLIDAY}{name}"),
            part: BaselinePart::Holiday(name.to_owned()),
            values,
            penalised: false,
        };
        counts.into_iter().map(term).collect()
    }

    /// What a table that ends before some of the periods does not say of them; nothing of a table
    /// without days.
    pub(super) fn end_before(&self, dates: &[Day], period: Frequency) -> Option<Finding> {
        let (last, _) = self.0.last()?;
        let after = dates.iter().filter(|date| period.span(**date).0 > *last);
        let periods = after.count();
        (periods > 0).then_some(Finding::HolidaysEnd {
            last: *last,
            periods,
        })
    }

    /// Holidays none of whose days falls into one of the periods.
    pub(super) fn outside(&self, dates: &[Day], period: Frequency) -> Vec<String> {
        let outside = self.terms(dates, period).into_iter();
        outside
            .filter(|term| term.values.iter().all(|days| *days == 0.0))
            .filter_map(|term| term.name.strip_prefix(HOLIDAY).map(str::to_owned))
            .collect()
    }
}

#[cfg(all(test, feature = "csv"))]
mod tests {
    use super::*;

    #[test]
    fn holidays_count_days_within_periods() {
        let text =
            "date,holiday\n2016-07-18,A\n2016-07-25,A\n2016-07-26,A\n2016-07-20,B\n1999-01-01,B\n";
        let holidays = Holidays::read(text.as_bytes()).unwrap();
        let dates = ["2016-07-18", "2016-07-25"].map(|d| d.parse().unwrap());
        let terms = holidays.terms(&dates, Frequency::Week);
        let term = |at: usize| (terms[at].name.as_str(), terms[at].values.as_slice());
        assert_eq!(term(0), ("holiday=A", [1.0, 2.0].as_slice()));
        assert_eq!(term(1), ("holiday=B", [1.0, 0.0].as_slice()));
    }

    #[test]
    fn days_between_sparse_periods_are_of_the_period_before() {
        let month_ends = ["2024-01-31", "2024-02-29"].map(|d| d.parse().unwrap());
        let text =
            "date,holiday\n2023-12-31,A\n2024-01-01,A\n2024-02-01,A\n2024-02-29,A\n2024-03-01,A\n";
        let holidays = Holidays::read(text.as_bytes()).unwrap();
        let terms = holidays.terms(&month_ends, Frequency::MonthEnd);
        assert_eq!(terms[0].values, [1.0, 2.0]);
        assert!(holidays.terms(&[], Frequency::Day)[0].values.is_empty());
    }

    #[test]
    fn more_names_than_columns_can_be_are_refused() {
        let day: Day = "2024-01-01".parse().unwrap();
        let named = |count: usize| (0..count).map(|at| (day, format!("h{at}"))).collect();
        assert!(Holidays::new(named(1_000)).is_ok());
        assert_eq!(
            Holidays::new(named(1_001)).unwrap_err().to_string(),
            "different holidays is 1001, expected: at most 1000"
        );
    }

    #[test]
    fn bad_tables_are_refused() {
        let error = |text: &str| Holidays::read(text.as_bytes()).unwrap_err().to_string();
        assert!(error("day,holiday\n").contains("no column \"date\""));
        assert!(error("date,holiday\n2016-02-30,A\n").contains("row 2"));
        assert!(error("date,holiday\n2016-02-20,\n").contains("holiday"));
    }
}
