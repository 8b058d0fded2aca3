//! The baseline: what the KPI does without marketing.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mix::panel::Frequency;
use crate::time::Day;

/// The baseline's slow movement.
///
/// ```
/// use mixtouch::mix::specification::Trend;
///
/// assert_eq!("knots=3".parse::<Trend>()?, Trend::Knots(3));
/// assert_eq!(Trend::default(), Trend::Linear);
/// assert!("cubic".parse::<Trend>().is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trend {
    /// None.
    None,
    /// A straight line.
    #[default]
    Linear,
    /// A line that may bend at this many knots, spread evenly over the panel.
    Knots(usize),
}

/// What the names of holiday columns begin with.
const HOLIDAY: &str = "holiday=";

/// The most knots and Fourier pairs.
const MOST: usize = 100;

impl std::str::FromStr for Trend {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let knots = text
            .strip_prefix("knots=")
            .and_then(|n| n.parse().ok())
            .filter(|n| (1..=MOST).contains(n));
        match (text, knots) {
            ("none", _) => Ok(Self::None),
            ("linear", _) => Ok(Self::Linear),
            (_, Some(n)) => Ok(Self::Knots(n)),
            _ => Err(Error::setting(
                "trend",
                text,
                format!("none, linear, knots=N with N from 1 to {MOST}"),
            )),
        }
    }
}

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

impl Holidays {
    /// A table of days and names; a day may have several names.
    ///
    /// # Errors
    /// If a name is empty.
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
        Ok(Self(days))
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

    /// A column per name that falls into one of the periods, counting its days.
    fn columns(&self, dates: &[Day], period: Frequency) -> Vec<(String, Vec<f64>)> {
        let mut names: Vec<&str> = self.0.iter().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let days_of = |name: &str, date: Day| {
            let (start, end) = period.span(date);
            self.0
                .iter()
                .filter(|(day, n)| n == name && (start..end).contains(day))
                .count() as f64
        };
        names
            .into_iter()
            .map(|name| {
                (
                    format!("{HOLIDAY}{name}"),
                    dates.iter().map(|&d| days_of(name, d)).collect(),
                )
            })
            .collect()
    }
}

/// What the baseline is made of besides the panel's controls: an intercept, a trend and yearly
/// seasonality for each geo, and holidays with effects common to all geos.
///
/// Seasonality is `pairs` sines and cosines, sin and cos of 2 pi k x days / 365.25 for k =
/// 1..pairs.
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
}

#[derive(Deserialize)]
struct Fields {
    trend: Trend,
    pairs: usize,
    holidays: Holidays,
}

impl TryFrom<Fields> for Baseline {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Ok(Self::new(fields.trend, fields.pairs)?.with_holidays(Holidays::new(fields.holidays.0)?))
    }
}

impl Default for Baseline {
    /// A linear trend and two Fourier pairs.
    fn default() -> Self {
        Self {
            trend: Trend::Linear,
            pairs: 2,
            holidays: Holidays::default(),
        }
    }
}

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
                holidays: Holidays::default(),
            }),
        }
    }

    /// The same with holidays. Forecasts know no others: the table should reach over the periods to
    /// come, or [`Posterior::with_holidays`](crate::mix::posterior::Posterior::with_holidays) lengthen it.
    #[must_use]
    pub fn with_holidays(self, holidays: Holidays) -> Self {
        Self { holidays, ..self }
    }

    /// The columns every geo has its own coefficients for, on the given days; the trend runs from 0
    /// at `timeline.0` to 1 at `timeline.1` and beyond.
    pub(crate) fn geo_columns(
        &self,
        dates: &[Day],
        timeline: (Day, Day),
    ) -> Vec<(String, Vec<f64>)> {
        let column = |f: &dyn Fn(Day) -> f64| dates.iter().map(|&d| f(d)).collect::<Vec<f64>>();
        let time = |day: Day| {
            f64::from(day.since(timeline.0)) / f64::from(timeline.1.since(timeline.0)).max(1.0)
        };
        let mut columns = vec![("intercept".to_owned(), column(&|_| 1.0))];
        if self.trend != Trend::None {
            columns.push(("trend".to_owned(), column(&time)));
        }
        if let Trend::Knots(knots) = self.trend {
            for knot in 1..=knots {
                let at = knot as f64 / (knots + 1) as f64;
                columns.push((
                    format!("knot {knot}"),
                    column(&|day| (time(day) - at).max(0.0)),
                ));
            }
        }
        for k in 1..=self.pairs {
            let angle = |day: Day| TAU * k as f64 * f64::from(day.days()) / 365.25;
            columns.push((format!("sin {k}"), column(&|day| libm::sin(angle(day)))));
            columns.push((format!("cos {k}"), column(&|day| libm::cos(angle(day)))));
        }
        columns
    }

    /// Holidays none of whose days falls into one of the periods.
    pub(crate) fn holidays_outside(&self, dates: &[Day], period: Frequency) -> Vec<String> {
        let outside = self
            .shared_columns(dates, period)
            .into_iter()
            .filter(|(_, days)| days.iter().all(|d| *d == 0.0));
        outside
            .filter_map(|(name, _)| name.strip_prefix(HOLIDAY).map(str::to_owned))
            .collect()
    }

    /// The columns all geos share.
    pub(crate) fn shared_columns(
        &self,
        dates: &[Day],
        period: Frequency,
    ) -> Vec<(String, Vec<f64>)> {
        self.holidays.columns(dates, period)
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
        let columns = Baseline::new(Trend::Knots(3), 1)
            .unwrap()
            .geo_columns(&dates, timeline);
        let names: Vec<&str> = columns.iter().map(|(n, _)| n.as_str()).collect();
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
        assert_eq!(
            (columns[1].1[0], columns[1].1[52], columns[1].1[104]),
            (0.0, 0.5, 1.0)
        );
        assert_eq!((columns[3].1[52], columns[3].1[104]), (0.0, 0.5));
        assert!(
            columns[5]
                .1
                .iter()
                .zip(&columns[6].1)
                .all(|(s, c)| (s * s + c * c - 1.0).abs() < 1e-14)
        );
    }

    #[cfg(feature = "csv")]
    #[test]
    fn holidays_count_days_within_periods() {
        let text =
            "date,holiday\n2016-07-18,A\n2016-07-25,A\n2016-07-26,A\n2016-07-20,B\n1999-01-01,B\n";
        let holidays = Holidays::read(text.as_bytes()).unwrap();
        let dates = ["2016-07-18", "2016-07-25"].map(|d| d.parse().unwrap());
        let columns = Baseline::default()
            .with_holidays(holidays)
            .shared_columns(&dates, Frequency::Week);
        assert_eq!(columns[0], ("holiday=A".to_owned(), vec![1.0, 2.0]));
        assert_eq!(columns[1], ("holiday=B".to_owned(), vec![1.0, 0.0]));
    }

    #[cfg(feature = "csv")]
    #[test]
    fn bad_tables_and_settings_are_refused() {
        let error = |text: &str| Holidays::read(text.as_bytes()).unwrap_err().to_string();
        assert!(error("day,holiday\n").contains("no column \"date\""));
        assert!(error("date,holiday\n2016-02-30,A\n").contains("row 2"));
        assert!(error("date,holiday\n2016-02-20,\n").contains("holiday"));
        assert!(Baseline::new(Trend::Linear, 101).is_err());
        assert!(
            "knots=0"
                .parse::<Trend>()
                .unwrap_err()
                .to_string()
                .contains("linear")
        );
        assert_eq!("knots=4".parse::<Trend>().unwrap(), Trend::Knots(4));
        assert!(
            serde_json::from_str::<Baseline>(r#"{"trend":{"knots":0},"pairs":2,"holidays":[]}"#)
                .is_err()
        );
    }
}
