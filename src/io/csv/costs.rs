//! Costs by channel and day from CSV.

use crate::error::Result;
use crate::event::CostTable;
use crate::io::csv::table::Table;
use crate::time::Day;
use crate::time::TimeZone;
use crate::time::limits::check_amount;
use std::io::Read;

impl CostTable {
    /// Reads `channel,date,cost`, dates as `2026-01-31` in `zone`.
    ///
    /// # Errors
    /// If a column is missing or the table is empty. With the row, if a channel is empty, a date is
    /// unusable, or a cost is no number within 0 to 10^15.
    ///
    /// ```
    /// use mixtouch::{CostTable, TimeZone};
    ///
    /// let file = "channel,date,cost\ntv,2026-01-05,12000\n";
    /// let costs = CostTable::from_csv(file.as_bytes(), TimeZone::utc())?;
    /// assert_eq!(costs.channels().collect::<Vec<_>>(), ["tv"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv(reader: impl Read, zone: TimeZone) -> Result<Self> {
        let mut rows = Table::new("the cost table", reader)?;
        let (channel, date, cost) = (
            rows.column("channel")?,
            rows.column("date")?,
            rows.column("cost")?,
        );
        let mut table = Self::in_zone(zone);
        while let Some(row) = rows.next_row()? {
            let (name, day) = (
                row.text(channel),
                row.parse::<Day>(date, "a date such as 2026-01-31")?,
            );
            if name.is_empty() {
                return Err(row.fault(channel, "any text"));
            }
            let amount = row.number(Some(cost))?;
            check_amount(row.line, "cost", amount, false)?;
            table.push(name, day, amount)?;
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_named() {
        let error = |row: &str| {
            CostTable::from_csv(
                format!("channel,date,cost\n{row}\n").as_bytes(),
                TimeZone::utc(),
            )
            .unwrap_err()
            .to_string()
        };
        assert_eq!(
            error(",2026-01-05,1"),
            "row 2: channel is \"\", expected: any text"
        );
        assert_eq!(
            error("tv,05.01.2026,1"),
            "row 2: date is \"05.01.2026\", expected: a date such as 2026-01-31"
        );
        assert!(error("tv,2026-01-05,-1").contains("cost is \"-1\""));
        assert!(error("tv,2026-01-05,much").contains("expected: a number"));
        assert_eq!(
            error("tv,2026-01-05,1\n\n\ntv,2026-01-06,x"),
            "row 5: cost is \"x\", expected: a number"
        );
        assert_eq!(
            error(""),
            "the cost table is empty, expected: at least one row"
        );
    }
}
