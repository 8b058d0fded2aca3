//! Tables as CSV, quoted as RFC 4180 has it.

use crate::error::{Error, Result};
use crate::report::cell::Cell;
use crate::report::document::Document;
use crate::report::escape::no_formula;
use crate::report::table::Table;
use std::borrow::Cow;
use std::io::Write;

/// Records, quoted where their fields need it.
pub(crate) struct Records<W: Write>(::csv::Writer<W>);

impl<W: Write> Records<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self(::csv::Writer::from_writer(writer))
    }

    pub(crate) fn write<F: AsRef<[u8]>>(
        &mut self,
        fields: impl IntoIterator<Item = F>,
    ) -> Result<()> {
        let written = self.0.write_record(fields);
        written.map_err(|error| match error.into_kind() {
            ::csv::ErrorKind::Io(error) => Error::Io(error),
            other => Error::Io(std::io::Error::other(format!("{other:?}"))),
        })
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// Both ends of a cell's interval; empty without one.
fn ends(cell: &Cell) -> [String; 2] {
    cell.interval()
        .map_or_else(Default::default, |(low, high)| {
            [low.to_string(), high.to_string()]
        })
}

impl Table {
    /// Writes a header and one record for each row, quoted as RFC 4180 has it, with `\n` at line
    /// ends. A column with intervals is followed by `NAME_low` and `NAME_high`.
    ///
    /// A text that a spreadsheet would take for a formula, beginning with `=`, `+`, `-` or `@`, is
    /// written behind `'`, as OWASP advises against CSV injection. Numbers stay numbers.
    ///
    /// # Errors
    /// If the writer fails.
    ///
    /// ```
    /// use mixtouch::report::{Cell, Table};
    ///
    /// let table = Table::new(["channel", "roas"]).with_rows([
    ///     [Cell::from("search, paid"), Cell::number(3.25, 1).with_interval(2.5, 4.0)],
    ///     [Cell::from("direct"), Cell::MISSING],
    /// ]);
    /// let mut csv = Vec::new();
    /// table.write_csv(&mut csv)?;
    /// assert_eq!(
    ///     csv,
    ///     b"channel,roas,roas_low,roas_high\n\"search, paid\",3.25,2.5,4\ndirect,,,\n"
    /// );
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn write_csv(&self, writer: impl Write) -> Result<()> {
        write_table(self, writer)
    }
}

/// A header and a record for each row; columns with intervals are followed by their ends.
pub(crate) fn write_table(table: &Table, writer: impl Write) -> Result<()> {
    let has_interval = |at: usize| {
        let column = table.rows().iter().filter_map(|row| row.get(at));
        column.into_iter().any(|cell| cell.interval().is_some())
    };
    let wide: Vec<bool> = (0..table.columns().len()).map(has_interval).collect();
    let mut records = Records::new(writer);
    let mut header = Vec::new();
    for (column, &wide) in table.columns().iter().zip(&wide) {
        header.push(no_formula(column.name()).into_owned());
        if wide {
            header.extend(["low", "high"].map(|end| format!("{}_{end}", column.name())));
        }
    }
    records.write(&header)?;
    for row in table.rows() {
        let mut record: Vec<Cow<'_, str>> = Vec::with_capacity(header.len());
        for (at, &wide) in wide.iter().enumerate() {
            let cell = row.get(at).unwrap_or(&Cell::MISSING);
            record.push(cell.plain());
            if wide {
                record.extend(ends(cell).map(Cow::from));
            }
        }
        records.write(record.iter().map(|field| field.as_bytes()))?;
    }
    records.finish()
}

/// A record for each figure of all tables.
pub(crate) fn write_document(document: &Document, writer: impl Write) -> Result<()> {
    let mut records = Records::new(writer);
    records.write(["section", "table", "row", "column", "value", "low", "high"])?;
    for section in &document.sections {
        let heading = section.heading().unwrap_or(&document.title);
        for table in section.tables() {
            let name = table.columns().first().map_or("", |column| column.name());
            for row in table.rows() {
                let label = row.first().map_or_else(Cow::default, Cell::plain);
                for (column, cell) in table.columns().iter().zip(row).skip(1) {
                    let [low, high] = ends(cell);
                    let (label, value) = (&*label, &*cell.plain());
                    let texts = [heading, name, column.name()].map(no_formula);
                    let [heading, name, column] = texts.each_ref().map(|text| &**text);
                    records.write([heading, name, label, column, value, &low, &high])?;
                }
            }
        }
    }
    records.finish()
}
