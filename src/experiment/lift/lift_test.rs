//! The result of an experiment on one channel's spend.

use crate::experiment::lift::origin::Origin;
use crate::experiment::lift::touches::TouchesBrought;
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
/// mix model: touches taken away bring minus the outcome change ([`LiftTest::brought`]). A test of
/// geos, or of spend on top, needs the share: a log does not say which touches were the test's. One
/// that took spend away without a share withheld the channel from everybody.
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
#[derive(Debug, Clone, PartialEq)]
pub struct LiftTest {
    pub(super) channel: String,
    /// Sorted; empty for all geos.
    pub(super) geos: Vec<String>,
    pub(super) start: Day,
    pub(super) end: Day,
    /// None in a test on a share of persons.
    pub(super) spend_change: Option<f64>,
    pub(super) recorded: bool,
    pub(super) outcome_change: f64,
    pub(super) standard_error: f64,
    pub(super) tail_days: u32,
    pub(super) share: Option<f64>,
    pub(super) goal: Option<String>,
    /// By channel.
    pub(super) touches: Vec<TouchesBrought>,
    pub(super) origin: Origin,
}

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
            touches: vec![],
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

impl LiftTest {
    /// Touches of another channel that the touches tested brought, of the same persons and days as
    /// the outcome, with the standard error of their number. For attribution: it says how much of
    /// the other channel's credit belongs to the touches that brought its own
    /// ([`AdditiveHazard::with_mediators`]). A mix model does not read it.
    ///
    /// Persons often have many more such touches than conversions, so that a test far too small for
    /// conversions tells them. [`PersonTest`] gives both numbers from a log whose conversions are
    /// these touches. Call it once for each channel counted.
    ///
    /// [`AdditiveHazard::with_mediators`]: crate::attribution::hazard::AdditiveHazard::with_mediators
    /// [`PersonTest`]: crate::experiment::PersonTest
    #[must_use]
    pub fn with_touches_brought(
        mut self,
        channel: impl Into<String>,
        brought: f64,
        standard_error: f64,
    ) -> Self {
        let counted = TouchesBrought::new(channel.into(), brought, standard_error);
        self.touches.push(counted);
        self.touches
            .sort_by(|one, other| one.channel().cmp(other.channel()));
        self
    }

    /// Touches of other channels that the touches tested brought, by channel.
    pub fn touches_brought(&self) -> &[TouchesBrought] {
        &self.touches
    }
}
