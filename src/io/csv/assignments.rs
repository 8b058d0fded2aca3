//! Assignments from CSV.

use std::io::Read;
use std::path::Path;

use crate::error::{Error, Result};
use crate::experiment::Assignments;
use crate::io::csv::table::Table;
use crate::io::timestamp;

impl Assignments {
    /// Reads assignments from CSV with a header: `person,timestamp,arm` in any order. Timestamps are
    /// epoch seconds or RFC 3339 with offset. Other columns are ignored.
    ///
    /// ```
    /// use mixtouch::experiment::Assignments;
    ///
    /// let csv = "person,timestamp,arm\nann,2026-01-01T00:00:00Z,shown\nbob,1767225700,withheld\n";
    /// assert_eq!(Assignments::read_csv(csv.as_bytes())?.len(), 2);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a column is missing, there are no rows, a timestamp cannot be read or an arm is empty,
    /// naming the row; or if reading fails.
    pub fn read_csv(table: impl Read) -> Result<Self> {
        Self::read_rows(table).map_err(Error::without_addresses)
    }

    fn read_rows(table: impl Read) -> Result<Self> {
        let mut table = Table::trimmed("the table of assignments", table)?;
        let [person, time, arm] = ["person", "timestamp", "arm"].map(|name| table.column(name));
        let (person, time, arm) = (person?, time?, arm?);
        let mut assignments = Self::new();
        while let Some(row) = table.next_row()? {
            if row.text(arm).is_empty() {
                return Err(row.fault(arm, "the name of an arm"));
            }
            let second = timestamp::parse(row.text(time).as_bytes(), row.line, "timestamp")?;
            assignments.assign(row.text(person), second.into(), row.text(arm))?;
        }
        Ok(assignments)
    }

    /// Reads assignments from a CSV file, like [`Assignments::read_csv`].
    ///
    /// # Errors
    /// If the file cannot be opened, or as for [`Assignments::read_csv`], naming the file.
    pub fn read_csv_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let file = std::fs::File::open(path).map_err(|error| Error::from(error).in_file(path))?;
        Self::read_csv(file).map_err(|error| error.in_file(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_their_row() {
        let fault = |csv: &str| {
            Assignments::read_csv(csv.as_bytes())
                .unwrap_err()
                .to_string()
        };
        let header = "person,timestamp,arm\n";
        assert!(fault(&format!("{header}a,1767225600,\n")).contains("row 2"));
        let late = fault(&format!("{header}a,1767225600,x\nb,never,x\n"));
        assert!(
            late.contains("row 3") && late.contains("timestamp"),
            "{late}"
        );
        assert!(fault("person,arm\na,x\n").contains("timestamp"));
        assert!(fault(header).contains("row"));
    }
}
