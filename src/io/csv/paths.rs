//! Path tables from CSV.

use crate::error::{Error, Result};
use crate::io::csv::table::Table;
use crate::journeys::Outcome;
use crate::journeys::PathTable;
use crate::time::limits::check_amount;
use std::io::Read;

/// What tools call the conversions' value.
const VALUE: [&str; 3] = ["total_conversion_value", "conversion_value", "total_value"];
/// What tools call the paths that did not convert.
const NULLS: [&str; 4] = [
    "total_null",
    "total_nulls",
    "total_non_conversions",
    "non_conversions",
];

/// The column that has one of the names, if any.
fn known(rows: &Table, names: &[&str]) -> Result<Option<usize>> {
    let mut found = None;
    for name in names {
        let column = rows.optional(name)?;
        if found.is_some() && column.is_some() {
            return Err(Error::Malformed {
                row: 1,
                reason: format!("two columns of one meaning, of {}", names.join(", ")),
            });
        }
        found = found.or(column);
    }
    Ok(found)
}

impl PathTable {
    /// Reads `path,total_conversions,total_conversion_value,total_null`, the last two optional, in
    /// any order and among other columns. The value may also be called `conversion_value` or
    /// `total_value`, nulls `total_nulls`, `total_non_conversions` or `non_conversions`. A path is its channels, oldest first, joined by
    /// `separator`, usually ` > `; spaces around channels are ignored.
    ///
    /// # Errors
    /// If a column is missing, or the table or the separator is empty. With the row, if a path or a
    /// channel in it is empty, a tally is no number within 0 to 10^15, there is a value without
    /// conversions, a row has more fields than the header, or text is not UTF-8.
    ///
    /// ```
    /// let file = "path,total_conversions,total_null\nsearch > e-mail,3,10\nsocial,0.5,0\n";
    /// let table = mixtouch::PathTable::from_csv(file.as_bytes(), " > ")?;
    /// assert_eq!(table.len(), 2);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv(reader: impl Read, separator: &str) -> Result<Self> {
        let joined = separator;
        let separator = if separator.trim().is_empty() {
            separator
        } else {
            separator.trim()
        };
        if separator.is_empty() {
            return Err(Error::setting("separator", "empty", "any text"));
        }
        let mut rows = Table::new("the path table", reader)?;
        let (path, conversions) = (rows.column("path")?, rows.column("total_conversions")?);
        let (value, nulls) = (known(&rows, &VALUE)?, known(&rows, &NULLS)?);
        let mut table = Self::new();
        while let Some(row) = rows.next_row()? {
            let tally = |column, name| {
                let number = row.number(column)?;
                check_amount(row.line, name, number, false).map(|()| number)
            };
            let conversions = tally(Some(conversions), "total_conversions")?;
            let (value, nulls) = (
                tally(value, "total_conversion_value")?,
                tally(nulls, "total_null")?,
            );
            let outcome = Outcome::new(conversions, nulls, value).map_err(|_| {
                Error::field(
                    row.line,
                    "total_conversion_value",
                    value.to_string(),
                    "0 where there are no conversions",
                )
            })?;
            let text = row.text(path);
            if text.trim().is_empty()
                || text
                    .split(separator)
                    .any(|channel| channel.trim().is_empty())
            {
                return Err(row.fault(
                    path,
                    format!("channels joined by {joined:?}, none of them empty"),
                ));
            }
            table.push(text.split(separator).map(str::trim), outcome)?;
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(file: &str) -> String {
        PathTable::from_csv(file.as_bytes(), " > ")
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn nulls_have_several_names() {
        for name in NULLS {
            let file = format!("path,total_conversions,{name}\nsearch > social,3,10\n");
            let table = PathTable::from_csv(file.as_bytes(), ">").unwrap();
            assert_eq!(table.journeys().unwrap().totals().nulls, 10.0, "{name}");
        }
        let twice = error("path,total_conversions,total_null,total_nulls\na,1,1,2\n");
        assert!(twice.contains("two columns of one meaning"), "{twice}");
    }

    #[test]
    fn bad_tables_are_named() {
        assert_eq!(
            error(""),
            "the path table is empty, expected: a header and at least one row"
        );
        assert_eq!(
            error("path,total_conversions\n"),
            "the path table is empty, expected: at least one row"
        );
        assert_eq!(
            error("path,conversions\na,1\n"),
            "no column \"total_conversions\", found: path, conversions"
        );
        let header = "path,total_conversions,total_conversion_value,total_null\n";
        let of = |row: &str| error(&format!("{header}a,1,1,0\n{row}\n"));
        assert!(
            of(",1,1,0").starts_with("row 3: path is \"\", expected: channels joined by \" > \"")
        );
        assert!(of("a >  > b,1,1,0").starts_with("row 3: path is \"a >  > b\""));
        assert!(of("a > ,1,1,0").starts_with("row 3: path is"));
        assert_eq!(
            of("a,-1,0,0"),
            "row 3: total_conversions is \"-1\", expected: 0 to 1000000000000000"
        );
        assert_eq!(
            of("a,x,0,0"),
            "row 3: total_conversions is \"x\", expected: a number"
        );
        assert!(of("a,1,NaN,0").contains("total_conversion_value is \"NaN\""));
        assert!(of("a,1,0,inf").contains("total_null is \"inf\""));
        assert!(of("a,0,5,1").contains("0 where there are no conversions"));
        assert_eq!(of("a,1"), "row 3: has 2 fields, the header has 4");
        assert_eq!(of("\n\na,1"), "row 5: has 2 fields, the header has 4");
        assert!(of("\n\n,1,1,0").starts_with("row 5: path is"));
        let bytes = [header.as_bytes(), b"caf\xe9,1,1,0\n"].concat();
        assert_eq!(
            PathTable::from_csv(bytes.as_slice(), ">")
                .unwrap_err()
                .to_string(),
            "row 2: field 1 is not UTF-8"
        );
    }

    #[test]
    fn fractions_spaces_and_other_columns_are_fine() {
        let file = "\u{feff}id,total_null,path,total_conversions\r\n1,3.0,\"eta>beta > \"\"x\"\"\",1.5\r\n";
        let journeys = PathTable::from_csv(file.as_bytes(), " > ")
            .unwrap()
            .journeys()
            .unwrap();
        assert_eq!(
            journeys.channels().iter().collect::<Vec<_>>(),
            ["\"x\"", "beta", "eta"]
        );
        assert_eq!(
            (journeys.totals().conversions, journeys.totals().nulls),
            (1.5, 3.0)
        );
    }
}
