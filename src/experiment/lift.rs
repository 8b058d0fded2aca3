//! What an experiment says about a channel.

#[cfg(feature = "csv")]
mod read;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::Day;

/// An experiment's result: so much more (or less) spent on a channel moved the outcome by so much.
///
/// Both changes are totals over the days from `start` to `end`, both included, and over the geo
/// (all geos where it is `None`), in the units of the panel's spend and KPI. The standard error is
/// that of the outcome change and states how much the test is to be trusted against the panel. The
/// panel is taken to record the spend without the test: the change comes on top of it.
///
/// ```
/// use mixtouch::experiment::LiftTest;
///
/// let (start, end) = ("2024-03-04".parse()?, "2024-03-31".parse()?);
/// let test = LiftTest::new("tv", Some("north".into()), start, end, 20_000.0, 64_000.0, 9_000.0)?;
/// assert_eq!(test.days(), 28);
/// assert_eq!(test.return_on_change(), 3.2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct LiftTest {
    channel: String,
    geo: Option<String>,
    start: Day,
    end: Day,
    spend_change: f64,
    outcome_change: f64,
    standard_error: f64,
    #[serde(skip)]
    origin: Origin,
}

/// Where a test was read, so that a later fault can be told of its row; no part of what the test
/// says, so that all are equal.
#[derive(Debug, Clone, Default)]
struct Origin {
    row: Option<u64>,
    #[cfg(feature = "csv")]
    file: Option<std::path::PathBuf>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The fields as a file has them, before they are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channel: String,
    #[serde(default)]
    geo: Option<String>,
    start: Day,
    end: Day,
    spend_change: f64,
    outcome_change: f64,
    standard_error: f64,
}

impl TryFrom<Fields> for LiftTest {
    type Error = Error;

    fn try_from(f: Fields) -> Result<Self> {
        Self::new(
            f.channel,
            f.geo,
            f.start,
            f.end,
            f.spend_change,
            f.outcome_change,
            f.standard_error,
        )
    }
}

const CHANNEL: &str = "a channel's name";
const GEO: &str = "a geo's name, or none for all geos";
const END: &str = "a day on or after the start";
const SPEND_CHANGE: &str = "a finite number other than 0";
const OUTCOME_CHANGE: &str = "a finite number";
const STANDARD_ERROR: &str = "a finite number above 0";

impl LiftTest {
    /// A test's result.
    ///
    /// # Errors
    /// If the channel or the geo is an empty name, `end` comes before `start`, a number is not
    /// finite, the spend did not change or the standard error is not above 0.
    pub fn new(
        channel: impl Into<String>,
        geo: Option<String>,
        start: Day,
        end: Day,
        spend_change: f64,
        outcome_change: f64,
        standard_error: f64,
    ) -> Result<Self> {
        let test = Self {
            channel: channel.into(),
            geo,
            start,
            end,
            spend_change,
            outcome_change,
            standard_error,
            origin: Origin::default(),
        };
        test.checked()
    }

    fn checked(self) -> Result<Self> {
        match self.fault() {
            Some((name, value, expected)) => Err(self.error(name, value, expected)),
            None => Ok(self),
        }
    }

    /// What is wrong with a field of the test, with the file and row it was read from, if it was.
    pub(crate) fn error(
        &self,
        column: &str,
        value: impl ToString,
        expected: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Error {
        let Some(row) = self.origin.row else {
            return Error::setting(format!("lift test's {column}"), value, expected);
        };
        let error = Error::field(row, column, value.to_string(), expected);
        #[cfg(feature = "csv")]
        if let Some(file) = &self.origin.file {
            return error.in_file(file);
        }
        error
    }

    /// The first field that cannot be, with its value and what is expected.
    fn fault(&self) -> Option<(&'static str, String, &'static str)> {
        let checks: [(bool, &str, &dyn ToString, &str); 6] = [
            (!self.channel.is_empty(), "channel", &self.channel, CHANNEL),
            (self.geo.as_deref() != Some(""), "geo", &"", GEO),
            (self.end >= self.start, "end", &self.end, END),
            (
                self.spend_change.is_finite() && self.spend_change != 0.0,
                "spend_change",
                &self.spend_change,
                SPEND_CHANGE,
            ),
            (
                self.outcome_change.is_finite(),
                "outcome_change",
                &self.outcome_change,
                OUTCOME_CHANGE,
            ),
            (
                self.standard_error.is_finite() && self.standard_error > 0.0,
                "standard_error",
                &self.standard_error,
                STANDARD_ERROR,
            ),
        ];
        checks
            .iter()
            .find(|(holds, ..)| !holds)
            .map(|&(_, name, value, expected)| (name, value.to_string(), expected))
    }

    /// The channel whose spend was changed.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The geo it was changed in; `None` for all of them.
    pub fn geo(&self) -> Option<&str> {
        self.geo.as_deref()
    }

    /// The first day.
    pub const fn start(&self) -> Day {
        self.start
    }

    /// The last day, which still belongs to the test.
    pub const fn end(&self) -> Day {
        self.end
    }

    /// How many days the test ran.
    pub const fn days(&self) -> u32 {
        self.end.since(self.start).unsigned_abs() + 1
    }

    /// Spend with the test minus spend without it, in total. A mix model takes it to come on top of
    /// the spend its panel records.
    pub const fn spend_change(&self) -> f64 {
        self.spend_change
    }

    /// Outcome with the test minus outcome without it, in total.
    pub const fn outcome_change(&self) -> f64 {
        self.outcome_change
    }

    /// Standard error of the outcome change.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// Outcome change per unit of spend change: the return on the spend that was added or taken
    /// away.
    pub fn return_on_change(&self) -> f64 {
        self.outcome_change / self.spend_change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn test(spend_change: f64, outcome_change: f64, standard_error: f64) -> Result<LiftTest> {
        LiftTest::new(
            "tv",
            None,
            day("2024-01-01"),
            day("2024-01-28"),
            spend_change,
            outcome_change,
            standard_error,
        )
    }

    #[test]
    fn what_says_nothing_is_refused() {
        assert!(test(-100.0, -5.0, 0.1).is_ok());
        for (spend, outcome, error, name) in [
            (0.0, 1.0, 1.0, "spend_change"),
            (f64::NAN, 1.0, 1.0, "spend_change"),
            (1.0, f64::INFINITY, 1.0, "outcome_change"),
            (1.0, 1.0, 0.0, "standard_error"),
            (1.0, 1.0, -1.0, "standard_error"),
            (1.0, 1.0, f64::NAN, "standard_error"),
        ] {
            let message = test(spend, outcome, error).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("lift test's {name} is ")),
                "{message}"
            );
        }
        assert!(
            LiftTest::new(
                "",
                None,
                day("2024-01-01"),
                day("2024-01-01"),
                1.0,
                1.0,
                1.0
            )
            .is_err()
        );
        assert!(
            LiftTest::new(
                "tv",
                Some(String::new()),
                day("2024-01-01"),
                day("2024-01-01"),
                1.0,
                1.0,
                1.0
            )
            .is_err()
        );
        let backwards = LiftTest::new(
            "tv",
            None,
            day("2024-01-02"),
            day("2024-01-01"),
            1.0,
            1.0,
            1.0,
        )
        .unwrap_err();
        assert_eq!(
            backwards.to_string(),
            "lift test's end is 2024-01-01, expected: a day on or after the start"
        );
    }

    #[test]
    fn serde_checks_too() {
        let json = serde_json::to_string(&test(10.0, 30.0, 2.0).unwrap()).unwrap();
        assert_eq!(
            serde_json::from_str::<LiftTest>(&json).unwrap(),
            test(10.0, 30.0, 2.0).unwrap()
        );
        assert!(serde_json::from_str::<LiftTest>(&json.replace("2.0", "0.0")).is_err());
        assert!(
            serde_json::from_str::<LiftTest>(&json.replace("2024-01-28", "2023-01-28")).is_err()
        );
    }

    #[cfg(feature = "csv")]
    #[test]
    fn csv_names_the_row_at_fault() {
        const HEADER: &str = "channel,geo,start,end,spend_change,outcome_change,standard_error\n";
        let read = |rows: &str| LiftTest::read_csv(format!("{HEADER}{rows}").as_bytes());
        let tests = read(
            "tv,,2024-01-01,2024-01-28,10,30,2\nradio,north,2024-02-01,2024-02-01,-5,-1,0.5\n",
        )
        .unwrap();
        assert_eq!(tests[0], test(10.0, 30.0, 2.0).unwrap());
        assert_eq!(
            (tests[1].geo(), tests[1].days(), tests[1].return_on_change()),
            (Some("north"), 1, 0.2)
        );
        let message = |rows: &str| read(rows).unwrap_err().to_string();
        let good = "tv,,2024-01-01,2024-01-28,10,30,2\n";
        assert_eq!(
            message(&format!("{good}tv,,2024-01-01,2024-01-28,10,30,0\n")),
            "row 3: standard_error is \"0\", expected: a finite number above 0"
        );
        assert_eq!(
            message("tv,,2024-01-32,2024-01-28,10,30,1\n"),
            "row 2: start is \"2024-01-32\", expected: a date YYYY-MM-DD"
        );
        assert_eq!(
            message("tv,,2024-01-01,2024-01-28,ten,30,1\n"),
            "row 2: spend_change is \"ten\", expected: a number"
        );
        assert_eq!(
            message("tv,,2024-01-01,2024-01-28,nan,30,1\n"),
            "row 2: spend_change is \"NaN\", expected: a finite number other than 0"
        );
        assert_eq!(
            message(&format!("{good}tv,\n")),
            "row 3: has 2 fields, the header has 7"
        );
        assert_eq!(
            message(""),
            "the table of lift tests is empty, expected: at least one row"
        );
        assert_eq!(
            message(&format!("\n{good}\n\ntv,,2024-01-02,2024-01-01,10,30,1\n")),
            "row 6: end is \"2024-01-01\", expected: a day on or after the start"
        );
    }

    #[cfg(feature = "csv")]
    #[test]
    fn csv_needs_its_columns_in_any_order() {
        let table = "standard_error,note,end,start,outcome_change,spend_change,channel\n2,x,2024-01-28,2024-01-01,30,10,tv\n";
        assert_eq!(
            LiftTest::read_csv(table.as_bytes()).unwrap(),
            [test(10.0, 30.0, 2.0).unwrap()]
        );
        let missing = LiftTest::read_csv("channel,start\n".as_bytes())
            .unwrap_err()
            .to_string();
        assert_eq!(missing, "no column \"end\", found: channel, start");
        assert!(matches!(
            LiftTest::read_csv("".as_bytes()),
            Err(Error::Empty { .. })
        ));
        let message = LiftTest::read_csv_file("/no/such/file.csv")
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("/no/such/file.csv: "), "{message}");
    }
}
