//! What a geo test finds.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::experiment::lift::LiftTest;
use crate::stats::Interval;
use crate::time::Day;

/// The effect of a test in one treated geo.
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::experiment::GeoTest;
/// use mixtouch::stats::ConfidenceLevel;
///
/// let day = |text: &str| text.parse::<Day>();
/// let weeks = vec![day("2024-01-01")?, day("2024-01-08")?, day("2024-01-15")?];
/// let (start, end) = (day("2024-01-15")?, day("2024-01-21")?);
/// let sales = vec![
///     ("north".to_owned(), vec![9.0, 11.0, 15.0]),
///     ("south".to_owned(), vec![20.0, 20.0, 22.0]),
///     ("east".to_owned(), vec![4.0, 6.0, 6.5]),
/// ];
/// let lift = GeoTest::new(weeks, sales, &["north"], start, end)?
///     .difference_in_differences(ConfidenceLevel::P90)?;
/// let north = &lift.effects[0];
/// assert_eq!(north.geo, "north");
/// // 15 in place of the 12 to expect.
/// assert!((north.counterfactual - 12.0).abs() < 1e-12);
/// assert!((north.outcome_change - 3.0).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GeoEffect {
    /// The geo's name.
    pub geo: String,
    /// Outcome over the test's periods minus the outcome to expect without the test.
    pub outcome_change: f64,
    /// Standard error of the outcome change.
    pub standard_error: f64,
    /// The outcome to expect without the test.
    pub counterfactual: f64,
    /// Names and weights of the controls that `counterfactual` comes from; weights sum to 1.
    pub weights: Vec<(String, f64)>,
}

/// The effect of a geo test, by geo and in all.
///
/// As JSON the interval's `low`, `high` and `level` stand beside the other fields.
///
/// ```
/// use mixtouch::Day;
/// use mixtouch::experiment::GeoTest;
/// use mixtouch::stats::ConfidenceLevel;
///
/// let day = |text: &str| text.parse::<Day>();
/// let weeks = vec![day("2024-01-01")?, day("2024-01-08")?, day("2024-01-15")?];
/// let (start, end) = (day("2024-01-15")?, day("2024-01-21")?);
/// let sales = vec![
///     ("north".to_owned(), vec![9.0, 11.0, 15.0]),
///     ("south".to_owned(), vec![20.0, 20.0, 22.0]),
///     ("east".to_owned(), vec![4.0, 6.0, 6.5]),
/// ];
/// let lift = GeoTest::new(weeks, sales, &["north"], start, end)?
///     .difference_in_differences(ConfidenceLevel::P90)?;
/// // The controls grew by a fifth; north by a half of its mean of 10.
/// assert!((lift.outcome_change - 3.0).abs() < 1e-12);
/// assert!((lift.relative().unwrap() - 0.25).abs() < 1e-12);
/// assert!(lift.interval.contains(0.0), "two controls are few");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GeoLift {
    /// The first day of the test.
    pub start: Day,
    /// The last day of the test, included.
    pub end: Day,
    /// The effect in each treated geo.
    pub effects: Vec<GeoEffect>,
    /// The effect in all treated geos together, in units of the outcome.
    pub outcome_change: f64,
    /// Standard error of the outcome change.
    pub standard_error: f64,
    /// Confidence interval of the outcome change.
    #[serde(flatten)]
    pub interval: Interval,
    /// Two-sided p value of no effect.
    pub p_value: f64,
    /// Each control's name and its effect when taken for treated, relative to its mean outcome in
    /// one period: what chance alone does.
    pub placebos: Vec<(String, f64)>,
}

impl GeoLift {
    /// The outcome to expect of all treated geos without the test.
    pub fn counterfactual(&self) -> f64 {
        self.effects
            .iter()
            .map(|effect| effect.counterfactual)
            .sum()
    }

    /// The effect in all treated geos, divided by the outcome to expect without the test; `None`
    /// where that is 0.
    pub fn relative(&self) -> Option<f64> {
        let counterfactual = self.counterfactual();
        (counterfactual != 0.0).then(|| self.outcome_change / counterfactual)
    }

    /// The result in all treated geos together as one [`LiftTest`] for a mix model.
    ///
    /// `spend_change` is the total change of these geos' spend on the channel over the test. The
    /// standard error knows that treated geos share their controls.
    ///
    /// ```
    /// use mixtouch::Day;
    /// use mixtouch::experiment::GeoTest;
    /// use mixtouch::stats::ConfidenceLevel;
    ///
    /// let day = |text: &str| text.parse::<Day>();
    /// let weeks = vec![day("2024-01-01")?, day("2024-01-08")?, day("2024-01-15")?];
    /// let (start, end) = (day("2024-01-15")?, day("2024-01-21")?);
    /// let sales = vec![
    ///     ("north".to_owned(), vec![9.0, 11.0, 15.0]),
    ///     ("west".to_owned(), vec![18.0, 22.0, 30.0]),
    ///     ("south".to_owned(), vec![20.0, 20.0, 22.0]),
    ///     ("east".to_owned(), vec![4.0, 6.0, 6.5]),
    /// ];
    /// let lift = GeoTest::new(weeks, sales, &["north", "west"], start, end)?
    ///     .difference_in_differences(ConfidenceLevel::P90)?;
    /// let test = lift.joint_lift_test("tv", 40.0)?;
    /// assert_eq!(test.geos(), ["north", "west"]);
    /// let apart: f64 = lift.effects.iter().map(|effect| effect.standard_error.powi(2)).sum();
    /// assert!(test.standard_error() > apart.sqrt());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the channel's name is empty, or the spend change is 0 or not finite.
    pub fn joint_lift_test(
        &self,
        channel: impl Into<String>,
        spend_change: f64,
    ) -> Result<LiftTest> {
        LiftTest::new(channel, self.start, self.end)
            .with_geos(self.effects.iter().map(|effect| effect.geo.clone()))
            .with_spend_change(spend_change)
            .with_outcome_change(self.outcome_change)
            .with_standard_error(self.standard_error)
            .checked()
    }

    /// The result in one treated geo as a [`LiftTest`] for a mix model.
    ///
    /// `spend_change` is the total change of the geo's spend on the channel over the test. Tests of
    /// several treated geos share controls, which a model that takes them for independent does not
    /// know: it trusts them too much. Give it one of them or [`GeoLift::joint_lift_test`].
    ///
    /// # Errors
    /// If the geo was not treated, the channel's name is empty, or the spend change is 0 or not
    /// finite.
    pub fn lift_test(
        &self,
        channel: impl Into<String>,
        geo: &str,
        spend_change: f64,
    ) -> Result<LiftTest> {
        let Some(effect) = self.effects.iter().find(|effect| effect.geo == geo) else {
            let treated: Vec<&str> = self.effects.iter().map(|effect| &*effect.geo).collect();
            return Err(Error::setting(
                "treated geo",
                format!("{geo:?}"),
                treated.join(", "),
            ));
        };
        LiftTest::new(channel, self.start, self.end)
            .with_geo(geo)
            .with_spend_change(spend_change)
            .with_outcome_change(effect.outcome_change)
            .with_standard_error(effect.standard_error)
            .checked()
    }
}
