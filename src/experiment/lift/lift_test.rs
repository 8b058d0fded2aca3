//! The result of an experiment on one channel's spend.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::Day;

/// The result of an experiment: a change of a channel's spend and the change of the outcome it
/// caused.
///
/// Both changes are totals over the days from `start` to `end`, both included, and over the test's
/// geos (all geos without one), in the units of the panel's spend and KPI. The standard error is
/// that of the outcome change; it weighs the test against the panel.
///
/// A mix model has to know whether its panel's spend includes the change
/// ([`LiftTest::with_recorded`]). With f the outcome of the channel's spend, the test measured
///
/// | the panel's spend | measured |
/// |---|---|
/// | is without the test, the change comes on top (default) | f(spend + change) - f(spend) |
/// | includes the change (recorded) | f(spend) - f(spend - change) |
///
/// A channel switched off for a test, whose pause the panel shows, is a recorded test with a
/// negative change: minus the spend that was saved.
///
/// A test is checked when a mix model is fitted with it, or by [`LiftTest::check`]; one read from a
/// file is checked as it is read.
///
/// # In attribution
///
/// A time-to-event model is calibrated by the same tests
/// ([`AdditiveHazard::with_lift_tests`](crate::attribution::hazard::AdditiveHazard::with_lift_tests)).
/// There a test measured what a channel's touches of these days brought: conversions up to
/// [`LiftTest::tail_days`] after the last day, on a [`LiftTest::share`] of the persons whose touches
/// the log has. Give the share in place of the spend change, and as outcome change what the touches
/// brought, above 0 for a channel that works. A test that has a spend change keeps the signs of the
/// mix model: touches taken away bring minus the outcome change ([`LiftTest::brought`]).
///
/// | | mix model | attribution |
/// |---|---|---|
/// | a holdout of all spend, 64,000 lost | spend change < 0, outcome change -64,000 | the same, share 1 |
/// | touches withheld from half of the persons | - | share 0.5, outcome change as lost by them, > 0 |
/// | 20,000 spent on top, of 80,000 recorded | spend change 20,000 | share 20,000 / 80,000 |
///
/// ```
/// use mixtouch::experiment::LiftTest;
///
/// let test = LiftTest::new("branded_search", "2026-02-02".parse()?, "2026-03-01".parse()?)
///     .with_share(0.5)
///     .with_tail_days(7)
///     .with_outcome_change(120.0)
///     .with_standard_error(45.0);
/// test.check()?;
/// assert_eq!((test.brought(), test.share()), (120.0, Some(0.5)));
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// ```
/// use mixtouch::experiment::LiftTest;
///
/// let test = LiftTest::new("tv", "2024-03-04".parse()?, "2024-03-31".parse()?)
///     .with_geo("north")
///     .with_spend_change(20_000.0)
///     .with_outcome_change(64_000.0)
///     .with_standard_error(9_000.0);
/// test.check()?;
/// assert_eq!(test.days(), 28);
/// assert_eq!(test.return_on_change(), 3.2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct LiftTest {
    channel: String,
    /// Sorted; empty for all geos.
    geos: Vec<String>,
    start: Day,
    end: Day,
    /// None in a test on a share of persons.
    spend_change: Option<f64>,
    recorded: bool,
    outcome_change: f64,
    standard_error: f64,
    tail_days: u32,
    share: Option<f64>,
    goal: Option<String>,
    origin: Origin,
}

/// The file and row a test was read from, for later errors; not part of what the test says, so all
/// origins are equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(crate) row: Option<u64>,
    #[cfg(feature = "csv")]
    pub(crate) file: Option<std::path::PathBuf>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The fields as a file has them, before they are checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channel: String,
    /// The only geo.
    #[serde(default)]
    geo: Option<String>,
    /// Several geos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    geos: Vec<String>,
    start: Day,
    end: Day,
    /// Absent in a test on a share of persons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spend_change: Option<f64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recorded: bool,
    outcome_change: f64,
    standard_error: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    tail_days: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    goal: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on a reference"
)]
fn is_zero(days: &u32) -> bool {
    *days == 0
}

impl TryFrom<Fields> for LiftTest {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let mut geos: Vec<String> = fields.geo.into_iter().chain(fields.geos).collect();
        geos.sort_unstable();
        Self {
            channel: fields.channel,
            geos,
            start: fields.start,
            end: fields.end,
            spend_change: fields.spend_change,
            recorded: fields.recorded,
            outcome_change: fields.outcome_change,
            standard_error: fields.standard_error,
            tail_days: fields.tail_days,
            share: fields.share,
            goal: fields.goal,
            origin: Origin::default(),
        }
        .checked()
    }
}

impl From<LiftTest> for Fields {
    fn from(test: LiftTest) -> Self {
        let only = test.geo().map(str::to_owned);
        Self {
            geos: if only.is_some() { vec![] } else { test.geos },
            geo: only,
            channel: test.channel,
            start: test.start,
            end: test.end,
            spend_change: test.spend_change,
            recorded: test.recorded,
            outcome_change: test.outcome_change,
            standard_error: test.standard_error,
            tail_days: test.tail_days,
            share: test.share,
            goal: test.goal,
        }
    }
}

const CHANNEL: &str = "a channel's name";
const GEO: &str = "names of geos, each once, or none for all geos";
const END: &str = "a day on or after the start";
const SPEND_CHANGE: &str = "a finite number other than 0";
const OUTCOME_CHANGE: &str = "a finite number";
const STANDARD_ERROR: &str = "a finite number > 0";
const SHARE: &str = "a share of persons > 0 and at most 1";
const TAIL_DAYS: &str = "a number of days, at most 3650";
/// The most days after a test that its outcome is counted for.
const MOST_TAIL: u32 = 3_650;

impl LiftTest {
    /// A test of a channel from one day to another, both included, in all geos.
    ///
    /// Its three numbers are still to be given: the spend change, the outcome change and the
    /// standard error are not numbers until then, which [`LiftTest::check`] refuses.
    pub fn new(channel: impl Into<String>, start: Day, end: Day) -> Self {
        Self {
            channel: channel.into(),
            geos: vec![],
            start,
            end,
            spend_change: None,
            recorded: false,
            outcome_change: f64::NAN,
            standard_error: f64::NAN,
            tail_days: 0,
            share: None,
            goal: None,
            origin: Origin::default(),
        }
    }

    /// The same test in one geo.
    #[must_use]
    pub fn with_geo(self, geo: impl Into<String>) -> Self {
        self.with_geos([geo])
    }

    /// The same test in several geos together, whose changes are summed; in all geos where the list
    /// is empty.
    ///
    /// Geos of one experiment share their controls, so that tests of each geo are not independent.
    /// One test over all of them has an error that knows it.
    ///
    /// ```
    /// use mixtouch::experiment::LiftTest;
    ///
    /// let test = LiftTest::new("tv", "2024-03-04".parse()?, "2024-03-31".parse()?)
    ///     .with_geos(["north", "east"])
    ///     .with_spend_change(20_000.0)
    ///     .with_outcome_change(64_000.0)
    ///     .with_standard_error(9_000.0);
    /// test.check()?;
    /// assert_eq!((test.geos(), test.geo()), (&["east".to_owned(), "north".to_owned()][..], None));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_geos(self, geos: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut geos: Vec<String> = geos.into_iter().map(Into::into).collect();
        geos.sort_unstable();
        Self { geos, ..self }
    }

    /// Whether the panel's spend includes the change. False unless set: the change then comes on
    /// top of what the panel records.
    ///
    /// ```
    /// use mixtouch::experiment::LiftTest;
    ///
    /// // Television paused for four weeks, and the panel's spend of these weeks is 0.
    /// let pause = LiftTest::new("tv", "2024-03-04".parse()?, "2024-03-31".parse()?)
    ///     .with_recorded(true)
    ///     .with_spend_change(-20_000.0)
    ///     .with_outcome_change(-64_000.0)
    ///     .with_standard_error(9_000.0);
    /// pause.check()?;
    /// assert!(pause.is_recorded());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_recorded(self, recorded: bool) -> Self {
        Self { recorded, ..self }
    }

    /// Spend with the test minus spend without it, in total: finite, not 0.
    #[must_use]
    pub fn with_spend_change(self, spend_change: f64) -> Self {
        Self {
            spend_change: Some(spend_change),
            ..self
        }
    }

    /// Outcome with the test minus outcome without it, in total: finite.
    #[must_use]
    pub fn with_outcome_change(self, outcome_change: f64) -> Self {
        Self {
            outcome_change,
            ..self
        }
    }

    /// Standard error of the outcome change: finite, > 0.
    #[must_use]
    pub fn with_standard_error(self, standard_error: f64) -> Self {
        Self {
            standard_error,
            ..self
        }
    }

    /// The share of persons the test ran on, above 0 and up to 1: of those whose touches the log
    /// has. For attribution; a test that has one needs no spend change.
    ///
    /// Where touches were withheld from some persons, their touches are not in the log. The outcome
    /// scaled to the persons who were treated then goes with a share of 1.
    #[must_use]
    pub fn with_share(self, share: f64) -> Self {
        Self {
            share: Some(share),
            ..self
        }
    }

    /// The share of a test in spend: the size of its spend change / what was spent on the channel
    /// from start to end. For attribution; unset, a test in spend counts as a change of all spend.
    #[must_use]
    pub fn with_share_of_spend(self, spend: f64) -> Self {
        let share = self.spend_change().abs() / spend;
        self.with_share(share)
    }

    /// Days after the last one over which the outcome was counted too; 0 unless set. For
    /// attribution; a mix model counts from start to end.
    #[must_use]
    pub fn with_tail_days(self, tail_days: u32) -> Self {
        Self { tail_days, ..self }
    }

    /// The goal whose conversions the test counted, for logs of several goals.
    #[must_use]
    pub fn with_goal(self, goal: impl Into<String>) -> Self {
        Self {
            goal: Some(goal.into()),
            ..self
        }
    }

    #[cfg(feature = "csv")]
    pub(crate) fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    #[cfg(feature = "csv")]
    pub(crate) fn with_file(mut self, file: &std::path::Path) -> Self {
        self.origin.file = Some(file.to_owned());
        self
    }

    /// Checks the test's fields, as a fit does.
    ///
    /// # Errors
    /// If the channel or a geo is an empty name, a geo is named twice, `end` is before `start`, a
    /// number is missing or not finite, the spend change is 0, the standard error is not > 0, or the
    /// share is not above 0 and up to 1. A test with a share may lack the spend change.
    pub fn check(&self) -> Result<()> {
        match self.fault() {
            Some((name, value, expected)) => Err(self.error(name, value, expected)),
            None => Ok(()),
        }
    }

    /// Checks the test as one of a mix model, which reads the spend change and counts the outcome
    /// from start to end.
    pub(crate) fn check_in_spend(&self) -> Result<()> {
        self.check()?;
        if self.spend_change.is_none() {
            return Err(self.error("spend_change", "not given", SPEND_CHANGE));
        }
        if self.tail_days > 0 {
            let expected = "0: a mix model counts the outcome from start to end";
            return Err(self.error("tail_days", self.tail_days, expected));
        }
        Ok(())
    }

    /// The test, once it is checked.
    pub(crate) fn checked(self) -> Result<Self> {
        self.check().map(|()| self)
    }

    /// What is wrong with a field of the test, with the file and row it was read from, if it was.
    pub(crate) fn error(
        &self,
        column: &str,
        value: impl ToString,
        expected: impl Into<Cow<'static, str>>,
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

    /// The first field that cannot be used, with its value and what is expected.
    fn fault(&self) -> Option<(&'static str, String, &'static str)> {
        let spend = match self.spend_change {
            Some(change) => change.is_finite() && change != 0.0,
            None => self.share.is_some(),
        };
        let share = self.share.unwrap_or(1.0);
        let error = self.standard_error.is_finite() && self.standard_error > 0.0;
        let named = self.geos.iter().all(|geo| !geo.is_empty())
            && self.geos.windows(2).all(|pair| pair[0] != pair[1]);
        let geos = self.geos.join(";");
        let checks: [(bool, &str, &dyn ToString, &str); 8] = [
            (!self.channel.is_empty(), "channel", &self.channel, CHANNEL),
            (named, "geo", &geos, GEO),
            (self.end >= self.start, "end", &self.end, END),
            (spend, "spend_change", &self.spend_change(), SPEND_CHANGE),
            (
                self.outcome_change.is_finite(),
                "outcome_change",
                &self.outcome_change,
                OUTCOME_CHANGE,
            ),
            (
                error,
                "standard_error",
                &self.standard_error,
                STANDARD_ERROR,
            ),
            (share > 0.0 && share <= 1.0, "share", &share, SHARE),
            (
                self.tail_days <= MOST_TAIL,
                "tail_days",
                &self.tail_days,
                TAIL_DAYS,
            ),
        ];
        checks
            .iter()
            .find(|(holds, ..)| !holds)
            .map(|&(_, name, value, expected)| (name, value.to_string(), expected))
    }

    /// The test in a sentence: its geos and days.
    pub(crate) fn name(&self) -> String {
        let geos = if self.geos.is_empty() {
            String::new()
        } else {
            format!(" in {}", self.geos.join(", "))
        };
        format!("the test{geos} from {} to {}", self.start, self.end)
    }

    /// The channel whose spend was changed.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The only geo in which it was changed; `None` for all geos and for several.
    pub fn geo(&self) -> Option<&str> {
        match self.geos.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The geos in which it was changed, by name; empty for all geos.
    pub fn geos(&self) -> &[String] {
        &self.geos
    }

    /// Whether the panel's spend includes the change.
    pub const fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// The first day.
    pub const fn start(&self) -> Day {
        self.start
    }

    /// The last day, included.
    pub const fn end(&self) -> Day {
        self.end
    }

    /// The test's length in days.
    pub const fn days(&self) -> u32 {
        self.end.since(self.start).unsigned_abs() + 1
    }

    /// Days after the last one over which the outcome was counted too.
    pub const fn tail_days(&self) -> u32 {
        self.tail_days
    }

    /// The share of persons the test ran on, where it says so.
    pub const fn share(&self) -> Option<f64> {
        self.share
    }

    /// The goal whose conversions it counted, where it says so.
    pub fn goal(&self) -> Option<&str> {
        self.goal.as_deref()
    }

    /// What the touches that the test is about brought: the outcome change, with the other sign
    /// where spend was taken away.
    pub fn brought(&self) -> f64 {
        if self.spend_change() < 0.0 {
            -self.outcome_change
        } else {
            self.outcome_change
        }
    }

    /// Spend with the test minus spend without it, in total; not a number in a test on a share of
    /// persons that does not state it.
    pub const fn spend_change(&self) -> f64 {
        match self.spend_change {
            Some(change) => change,
            None => f64::NAN,
        }
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
        self.outcome_change / self.spend_change()
    }
}
