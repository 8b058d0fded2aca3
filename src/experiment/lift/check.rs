//! Whether a lift test says something.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::experiment::lift::lift_test::LiftTest;

const CHANNEL: &str = "a channel's name";
const GEO: &str = "names of geos, each once, or none for all geos";
const END: &str = "a day on or after the start";
const SPEND_CHANGE: &str = "a finite number other than 0";
const OUTCOME_CHANGE: &str = "a finite number";
const STANDARD_ERROR: &str = "a finite number > 0";
const SHARE: &str = "a share of persons > 0 and at most 1";
const TAIL_DAYS: &str = "a number of days, at most 3650";
const TOUCHES_OF: &str = "names of channels other than the one tested, each once";
/// The most days after a test that its outcome is counted for.
const MOST_TAIL: u32 = 3_650;

impl LiftTest {
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
        let own = checks.iter().find(|(holds, ..)| !holds);
        let own = own.map(|&(_, name, value, expected)| (name, value.to_string(), expected));
        own.or_else(|| self.fault_in_touches())
    }

    /// The same of the touches counted.
    fn fault_in_touches(&self) -> Option<(&'static str, String, &'static str)> {
        let touches = &self.touches;
        touches.iter().enumerate().find_map(|(at, counted)| {
            let (channel, error) = (counted.channel(), counted.standard_error());
            let again = at > 0 && touches[at - 1].channel() == channel;
            if channel.is_empty() || channel == self.channel || again {
                return Some(("touches_of", channel.to_owned(), TOUCHES_OF));
            }
            if !counted.brought().is_finite() {
                let brought = counted.brought().to_string();
                return Some(("touches_brought", brought, OUTCOME_CHANGE));
            }
            let is_error = error.is_finite() && error > 0.0;
            (!is_error).then(|| ("touches_error", error.to_string(), STANDARD_ERROR))
        })
    }
}
