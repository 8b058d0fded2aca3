//! Lift tests from CSV.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::experiment::lift::{LiftTest, Origin};
use crate::io::csv::table::{Row, Table};

const DATE: &str = "a date YYYY-MM-DD";
const NUMBER: &str = "a number";

/// Where each column stands.
struct Columns {
    channel: usize,
    geo: Option<usize>,
    start: usize,
    end: usize,
    spend_change: usize,
    outcome_change: usize,
    standard_error: usize,
}

impl Columns {
    fn new(table: &Table) -> Result<Self> {
        Ok(Self {
            channel: table.column("channel")?,
            geo: table.optional("geo")?,
            start: table.column("start")?,
            end: table.column("end")?,
            spend_change: table.column("spend_change")?,
            outcome_change: table.column("outcome_change")?,
            standard_error: table.column("standard_error")?,
        })
    }

    fn test(&self, row: &Row<'_>) -> Result<LiftTest> {
        let test = LiftTest {
            channel: row.text(self.channel).to_owned(),
            geo: self
                .geo
                .map(|column| row.text(column))
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
            start: row.parse(self.start, DATE)?,
            end: row.parse(self.end, DATE)?,
            spend_change: row.parse(self.spend_change, NUMBER)?,
            outcome_change: row.parse(self.outcome_change, NUMBER)?,
            standard_error: row.parse(self.standard_error, NUMBER)?,
            origin: Origin {
                row: Some(row.line),
                file: None,
            },
        };
        test.checked()
    }
}

impl LiftTest {
    /// Reads tests from CSV with a header:
    /// `channel,geo,start,end,spend_change,outcome_change,standard_error` in any order, dates as
    /// `YYYY-MM-DD`. The column `geo` may be missing, or empty for a test in all geos; other
    /// columns are passed over.
    ///
    /// A test remembers its row: a model that cannot use it says which it was.
    ///
    /// # Errors
    /// If a column is missing, there are no rows, or a row holds what [`LiftTest::new`] refuses,
    /// naming the row; or if reading fails.
    pub fn read_csv(table: impl Read) -> Result<Vec<Self>> {
        let mut table = Table::trimmed("the table of lift tests", table)?;
        let columns = Columns::new(&table)?;
        let mut tests = Vec::new();
        while let Some(row) = table.next_row()? {
            tests.push(columns.test(&row)?);
        }
        Ok(tests)
    }

    /// Reads tests from a CSV file, as [`LiftTest::read_csv`] does; they remember the file as well.
    ///
    /// # Errors
    /// As there, naming the file.
    pub fn read_csv_file(path: impl AsRef<Path>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|error| Error::from(error).in_file(path))?;
        let mut tests = Self::read_csv(file).map_err(|error| error.in_file(path))?;
        tests
            .iter_mut()
            .for_each(|test| test.origin.file = Some(path.to_owned()));
        Ok(tests)
    }
}
