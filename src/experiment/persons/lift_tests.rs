//! A test on persons as a lift test, for attribution and for a mix model.

use crate::error::{Error, Result};
use crate::experiment::lift::LiftTest;
use crate::experiment::persons::lift::PersonLift;
use crate::time::{Day, TimeZone};

impl PersonLift {
    /// The result as a [`LiftTest`] of the channel whose touches the control did not get.
    ///
    /// It says what these touches brought among the treated, from the day of the first assignment
    /// to the last day of outcomes counted, in a time zone. Its share of persons is 1: touches
    /// withheld from the control are not in the log. Where persons outside the test saw the channel
    /// too, give the treated persons' share of its touches ([`LiftTest::with_share`]). Its goal is
    /// that of the test.
    ///
    /// The days are those of the touches; a campaign that ended earlier is
    /// [`PersonLift::lift_test_until`] its last day. Either is exact where persons were assigned
    /// together.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::experiment::PersonTest;
    /// use mixtouch::simulate::SimulatedPersonTest;
    ///
    /// let world = SimulatedPersonTest::new(4_000, 0.2, 1)?;
    /// let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
    /// let test = lift.lift_test("display", &TimeZone::utc())?;
    /// assert_eq!((test.brought(), test.share()), (lift.conversions_brought(), Some(1.0)));
    /// assert_eq!(test.start(), "2026-01-01".parse()?);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the channel's name is empty, or the standard error is 0.
    pub fn lift_test(&self, channel: impl Into<String>, zone: &TimeZone) -> Result<LiftTest> {
        self.lift_test_until(channel, self.days(zone)?.1, zone)
    }

    /// The same where the touches ended on a day and the outcome was counted on: the days after it
    /// are the tail.
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::experiment::PersonTest;
    /// use mixtouch::simulate::SimulatedPersonTest;
    ///
    /// let world = SimulatedPersonTest::new(4_000, 0.2, 1)?;
    /// let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
    /// // the log ends on 9 February
    /// let test = lift.lift_test_until("display", "2026-02-02".parse()?, &TimeZone::utc())?;
    /// assert_eq!((test.days(), test.tail_days()), (33, 7));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`PersonLift::lift_test`]; or if the day is not one from the first assignment to the
    /// last day of outcomes counted.
    pub fn lift_test_until(
        &self,
        channel: impl Into<String>,
        last: Day,
        zone: &TimeZone,
    ) -> Result<LiftTest> {
        let (start, counted) = self.days(zone)?;
        if !(start..=counted).contains(&last) {
            return Err(Error::setting(
                "the last day of a test's touches",
                last,
                format!("a day from {start} to {counted}"),
            ));
        }
        LiftTest::new(channel, start, last)
            .of_goal(self.goal.as_deref())
            .with_share(1.0)
            .with_tail_days(counted.since(last).unsigned_abs())
            .with_outcome_change(self.conversions_brought())
            .with_standard_error(self.standard_error())
            .checked()
    }

    /// The result as a [`LiftTest`] of a mix model whose outcome is conversions, and of
    /// attribution.
    ///
    /// `spend` is what the treated arm's touches cost over the test. The panel includes it
    /// ([`LiftTest::with_recorded`]).
    ///
    /// ```
    /// use mixtouch::TimeZone;
    /// use mixtouch::experiment::PersonTest;
    /// use mixtouch::simulate::SimulatedPersonTest;
    ///
    /// let world = SimulatedPersonTest::new(4_000, 0.2, 1)?;
    /// let lift = PersonTest::new("withheld").lift(&world.assignments, &world.log)?;
    /// let test = lift.spend_lift_test("display", 800.0, &TimeZone::utc())?;
    /// assert_eq!((test.spend_change(), test.is_recorded()), (800.0, true));
    /// assert_eq!(test.return_on_change(), lift.conversions_brought() / 800.0);
    /// // the value that came with these conversions, for a panel of revenue
    /// let revenue = lift.value_lift_test("display", 800.0, &TimeZone::utc())?;
    /// assert!(revenue.return_on_change() > 20.0 * test.return_on_change());
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`PersonLift::lift_test`]; or if the spend is not a finite number > 0.
    pub fn spend_lift_test(
        &self,
        channel: impl Into<String>,
        spend: f64,
        zone: &TimeZone,
    ) -> Result<LiftTest> {
        let test = self.lift_test(channel, zone)?;
        test.with_spend_change(positive(spend)?)
            .with_recorded(true)
            .checked()
    }

    /// The result as a [`LiftTest`] of a mix model whose outcome is value; not for attribution,
    /// which reads conversions.
    ///
    /// # Errors
    /// As for [`PersonLift::spend_lift_test`]; or if no conversion has a value.
    pub fn value_lift_test(
        &self,
        channel: impl Into<String>,
        spend: f64,
        zone: &TimeZone,
    ) -> Result<LiftTest> {
        let Some(value) = &self.value else {
            return Err(Error::setting(
                "the value of a test's conversions",
                "0",
                "conversions with a value",
            ));
        };
        let persons = self.treatment.persons as f64;
        self.spend_lift_test(channel, spend, zone)?
            .with_outcome_change(persons * value.estimate)
            .with_standard_error(persons * value.standard_error)
            .checked()
    }

    /// The day of the first assignment and the last day of outcomes counted.
    fn days(&self, zone: &TimeZone) -> Result<(Day, Day)> {
        let [first, _, last] = self.span;
        Ok((zone.day_of(first)?, zone.day_of(last)?))
    }
}

fn positive(spend: f64) -> Result<f64> {
    if spend > 0.0 && spend.is_finite() {
        return Ok(spend);
    }
    Err(Error::setting(
        "the spend of a test's treated arm",
        spend,
        "a finite number > 0",
    ))
}
