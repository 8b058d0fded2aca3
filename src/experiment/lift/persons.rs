//! What a lift test says to attribution: of persons, not of spend.

use crate::experiment::lift::lift_test::LiftTest;

impl LiftTest {
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

    /// Of that goal, or of all.
    pub(crate) fn of_goal(self, goal: Option<&str>) -> Self {
        Self {
            goal: goal.map(str::to_owned),
            ..self
        }
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
}
