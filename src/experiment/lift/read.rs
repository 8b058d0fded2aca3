//! Lift tests from CSV.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::experiment::lift::lift_test::LiftTest;
use crate::experiment::lift::origin::Origin;
use crate::io::csv::table::{Row, Table};

const DATE: &str = "a date YYYY-MM-DD";
const NUMBER: &str = "a number";
const SPEND_IS: &str = "recorded, on-top or empty";

/// The place of each column.
struct Columns {
    channel: usize,
    geo: Option<usize>,
    start: usize,
    end: usize,
    spend_change: Option<usize>,
    spend_is: Option<usize>,
    outcome_change: usize,
    standard_error: usize,
    tail_days: Option<usize>,
    share: Option<usize>,
    goal: Option<usize>,
    touches_of: Option<usize>,
    touches_brought: Option<usize>,
    touches_error: Option<usize>,
}

impl Columns {
    fn new(table: &Table) -> Result<Self> {
        Ok(Self {
            channel: table.column("channel")?,
            geo: table.optional("geo")?,
            start: table.column("start")?,
            end: table.column("end")?,
            spend_change: table.optional("spend_change")?,
            spend_is: table.optional("spend_is")?,
            outcome_change: table.column("outcome_change")?,
            standard_error: table.column("standard_error")?,
            tail_days: table.optional("tail_days")?,
            share: table.optional("share")?,
            goal: table.optional("goal")?,
            touches_of: table.optional("touches_of")?,
            touches_brought: table.optional("touches_brought")?,
            touches_error: table.optional("touches_error")?,
        })
    }

    fn test(&self, row: &Row<'_>) -> Result<LiftTest> {
        let (start, end) = (row.parse(self.start, DATE)?, row.parse(self.end, DATE)?);
        let test = self.in_persons(LiftTest::new(row.text(self.channel), start, end), row)?;
        let test = self
            .with_touches(test, row)?
            .with_recorded(self.recorded(row)?)
            .with_outcome_change(row.parse(self.outcome_change, NUMBER)?)
            .with_standard_error(row.parse(self.standard_error, NUMBER)?)
            .with_origin(Origin {
                row: Some(row.line),
                file: None,
            });
        match self.geo.filter(|&column| !row.text(column).is_empty()) {
            Some(column) if self.spend_change.is_none() && !self.has_share(row) => {
                Err(row.fault(column, "a share or a spend_change beside a geo"))
            }
            Some(column) => {
                let geos = row.text(column).split(';').map(str::trim);
                test.with_geos(geos).checked()
            }
            None => test.checked(),
        }
    }

    fn has_share(&self, row: &Row<'_>) -> bool {
        self.share
            .is_some_and(|column| !row.text(column).is_empty())
    }

    /// The test with its spend change, share of persons, tail and goal. A test in neither spend nor
    /// a share is one on all persons.
    fn in_persons(&self, mut test: LiftTest, row: &Row<'_>) -> Result<LiftTest> {
        let filled = |column: Option<usize>| column.filter(|&column| !row.text(column).is_empty());
        let share = filled(self.share);
        match self.spend_change {
            Some(column) if filled(Some(column)).is_some() || share.is_none() => {
                test = test.with_spend_change(row.parse(column, NUMBER)?);
            }
            Some(_) => {}
            None => test = test.with_share(1.0),
        }
        if let Some(column) = share {
            test = test.with_share(row.parse(column, NUMBER)?);
        }
        if let Some(column) = filled(self.tail_days) {
            test = test.with_tail_days(row.parse(column, "a whole number of days")?);
        }
        Ok(match filled(self.goal) {
            Some(column) => test.with_goal(row.text(column)),
            None => test,
        })
    }

    /// The test with the touches that it counted of another channel, where the row names one.
    fn with_touches(&self, test: LiftTest, row: &Row<'_>) -> Result<LiftTest> {
        let named = self.touches_of.filter(|&of| !row.text(of).is_empty());
        let Some(of) = named else {
            return Ok(test);
        };
        let number = |column: Option<usize>| match column {
            Some(column) => row.parse(column, NUMBER),
            None => Err(row.fault(of, "columns touches_brought and touches_error beside it")),
        };
        let (brought, error) = (number(self.touches_brought)?, number(self.touches_error)?);
        Ok(test.with_touches_brought(row.text(of), brought, error))
    }

    fn recorded(&self, row: &Row<'_>) -> Result<bool> {
        let Some(column) = self.spend_is else {
            return Ok(false);
        };
        match row.text(column) {
            "recorded" => Ok(true),
            "" | "on-top" | "on top" => Ok(false),
            _ => Err(row.fault(column, SPEND_IS)),
        }
    }
}

impl LiftTest {
    /// Reads tests from CSV with a header:
    /// `channel,geo,start,end,spend_change,outcome_change,standard_error` in any order.
    ///
    /// Dates are `YYYY-MM-DD`. The column `geo` may be missing, or empty for a test in all geos, or
    /// name several geos as `north;east`. The column `spend_is` may be missing; it says `recorded`
    /// where the panel's spend includes the change, and `on-top` or nothing where it does not
    /// ([`LiftTest::with_recorded`]). Other columns are ignored. A test remembers its row: a model
    /// that cannot use it names the row.
    ///
    /// Tests for attribution have `tail_days`, `share` and `goal` where they are not 0, 1 and every
    /// goal, and need no `spend_change`: without that column, a test ran on a share of persons, and
    /// its `outcome_change` is what the channel's touches brought. `touches_of`, `touches_brought`
    /// and `touches_error` say what it counted of another channel's touches
    /// ([`LiftTest::with_touches_brought`]).
    ///
    /// ```
    /// use mixtouch::experiment::LiftTest;
    ///
    /// let csv = "channel,geo,start,end,spend_change,outcome_change,standard_error\n\
    ///     tv,north,2024-03-04,2024-03-31,20000,64000,9000\n";
    /// let tests = LiftTest::read_csv(csv.as_bytes())?;
    /// assert_eq!((tests[0].channel(), tests[0].geo()), ("tv", Some("north")));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a column is missing, there are no rows, or a row holds what [`LiftTest::check`] refuses or
    /// repeats an earlier one, naming the row; or if reading fails.
    pub fn read_csv(table: impl Read) -> Result<Vec<Self>> {
        let mut table = Table::trimmed("the table of lift tests", table)?;
        let columns = Columns::new(&table)?;
        let mut tests = Vec::new();
        while let Some(row) = table.next_row()? {
            let test = columns.test(&row)?;
            // a row twice would count as two tests that agree
            if tests.contains(&test) {
                return Err(row.fault(columns.channel, "a test that no earlier row states"));
            }
            tests.push(test);
        }
        Ok(tests)
    }

    /// Reads tests from a CSV file, like [`LiftTest::read_csv`]; they remember the file as well.
    ///
    /// # Errors
    /// If the file cannot be opened, or as for [`LiftTest::read_csv`], naming the file.
    pub fn read_csv_file(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|error| Error::from(error).in_file(path))?;
        let tests = Self::read_csv(file).map_err(|error| error.in_file(path))?;
        Ok(tests.into_iter().map(|test| test.with_file(path)).collect())
    }

    fn with_origin(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    fn with_file(mut self, file: &Path) -> Self {
        self.origin.file = Some(file.to_owned());
        self
    }
}
