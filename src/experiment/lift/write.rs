//! Lift tests to CSV.

use std::io::Write;

use crate::error::{Error, Result};
use crate::experiment::lift::lift_test::LiftTest;
use crate::report::csv::Records;

const COLUMNS: [&str; 14] = [
    "channel",
    "geo",
    "start",
    "end",
    "spend_change",
    "spend_is",
    "outcome_change",
    "standard_error",
    "tail_days",
    "share",
    "goal",
    "touches_of",
    "touches_brought",
    "touches_error",
];

impl LiftTest {
    /// Writes tests as the table that [`LiftTest::read_csv`] reads, numbers with all their digits.
    ///
    /// ```
    /// use mixtouch::experiment::LiftTest;
    ///
    /// let test = LiftTest::new("display", "2026-03-02".parse()?, "2026-03-29".parse()?)
    ///     .with_share(0.5)
    ///     .with_outcome_change(120.0)
    ///     .with_standard_error(45.0);
    /// let mut table = Vec::new();
    /// LiftTest::write_csv([&test], &mut table)?;
    /// assert_eq!(LiftTest::read_csv(&table[..])?, [test]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a test is not sound, or counted the touches of several channels, of which a row has one;
    /// or the writer fails.
    pub fn write_csv<'a>(
        tests: impl IntoIterator<Item = &'a Self>,
        writer: impl Write,
    ) -> Result<()> {
        let mut records = Records::new(writer);
        records.write(COLUMNS)?;
        for test in tests {
            test.check()?;
            records.write(&test.fields()?)?;
        }
        records.finish()
    }

    fn fields(&self) -> Result<[String; COLUMNS.len()]> {
        let number = |number: Option<f64>| number.map_or_else(String::new, |x| x.to_string());
        let counted = match self.touches.as_slice() {
            [] => None,
            [only] => Some(only),
            several => {
                let names: Vec<&str> = several.iter().map(|counted| counted.channel()).collect();
                let name = format!("touches that a test of {} counted", self.channel);
                return Err(Error::setting(
                    name,
                    names.join(", "),
                    "those of one channel",
                ));
            }
        };
        Ok([
            self.channel.clone(),
            self.geos.join(";"),
            self.start.to_string(),
            self.end.to_string(),
            number(self.spend_change),
            if self.recorded { "recorded" } else { "" }.to_owned(),
            self.outcome_change.to_string(),
            self.standard_error.to_string(),
            self.tail_days.to_string(),
            number(self.share),
            self.goal.clone().unwrap_or_default(),
            counted.map_or_else(String::new, |counted| counted.channel().to_owned()),
            number(counted.map(|counted| counted.brought())),
            number(counted.map(|counted| counted.standard_error())),
        ])
    }
}
