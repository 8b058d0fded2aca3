//! Spend tables of any form, read by a mapping.

use crate::error::{Error, Result};
use crate::event::CostTable;
use crate::io::mapping::currency::Rates;
use crate::io::mapping::fields_read::FieldsRead;
use crate::io::mapping::source::{self, Inputs};
use crate::io::mapping::specification::Mapping;
use crate::io::mapping::spend_report::{SpendReading, SpendReport};
use crate::io::mapping::spend_rows::{SpendLayout, SpendRows};
use crate::io::mapping::tolerance::Skips;
use std::path::Path;

/// Reads spend tables by a mapping's `spend`, from files, readers, bytes or Arrow batches.
///
/// ```
/// use mixtouch::io::{CostReader, Mapping};
///
/// let file = "date,spend,clicks\n2026-01-05,2250000,3\n";
/// let reading = CostReader::new(Mapping::preset("snapchat")?).with_bytes(file).read()?;
/// assert_eq!(reading.report.cost, 2.25);
/// assert_eq!(reading.costs.channels().collect::<Vec<_>>(), ["Paid Social"]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct CostReader<'a> {
    inputs: Inputs<'a>,
}

source::takes_sources!(CostReader);

impl CostReader<'_> {
    /// A reader without sources yet.
    pub fn new(mapping: Mapping) -> Self {
        Self {
            inputs: Inputs::new(mapping),
        }
    }

    /// Reads all sources.
    ///
    /// # Errors
    /// If the mapping has no `spend` or is unusable, a source cannot be read, or a row cannot be used
    /// and bad rows are refused: the error then has file, row, column, value and what is expected. If
    /// the tables have several currencies and the mapping does not convert them, or no row.
    pub fn read(self) -> Result<SpendReading> {
        self.read_sources().map_err(Error::without_addresses)
    }

    fn read_sources(self) -> Result<SpendReading> {
        let Inputs {
            mapping,
            sources,
            rates,
        } = self.inputs;
        let (mapping, rates) = (&mapping, rates.as_ref());
        let format = mapping.spend_file();
        let mut signs = format.number_signs();
        let layout = SpendLayout::new(mapping, rates, signs);
        let mut layout = layout.map_err(|error| mapping.said_of(error))?;
        let mut fields = FieldsRead::default();
        let mut skips = Skips::default();
        let mut reading = SpendReading {
            costs: CostTable::in_zone(layout.zone()),
            report: SpendReport::default(),
        };
        let paths = layout.paths.clone();
        let file = source::each(sources, format, &paths, |name, mut pieces| {
            if pieces.signs != signs {
                signs = pieces.signs;
                layout = SpendLayout::new(mapping, rates, signs)?;
            }
            let mut rows = SpendRows::new(&layout, mapping.bad_rows, &mut reading, &mut skips);
            rows.begin_file(name, &pieces, mapping.from_preset.of_spend())?;
            for piece in pieces.by_ref() {
                piece?.each(&mut |line, row| rows.take(line, row))?;
            }
            rows.end_file()?;
            fields.add(&pieces);
            Ok(())
        })?;
        let finished = finish(&mut reading.report, mapping, &layout, &fields, skips);
        finished.map_err(|error| source::said_of(file, error))?;
        Ok(reading)
    }
}

/// Checks what all rows together must be.
fn finish(
    report: &mut SpendReport,
    mapping: &Mapping,
    layout: &SpendLayout,
    fields: &FieldsRead,
    skips: Skips,
) -> Result<()> {
    let files = &mut report.files;
    if report.rows == report.totals {
        return Err(Error::Empty {
            what: files.said_of("the spend table").into(),
            expected: "at least one row beside a line of totals".into(),
        });
    }
    skips.check(mapping.bad_rows, report.rows)?;
    report.skipped = skips.into();
    let (conversion, currencies) = (&layout.conversion, report.currencies.keys());
    conversion.check(currencies.map(String::as_str), &files.said_of("the spend"))?;
    report.currency = conversion.common(report.currencies.keys().map(String::as_str));
    fields.check(layout.columns(), mapping.from_preset.of_spend(), files)
}

impl CostTable {
    /// Reads a spend table by a mapping's `spend`: a file, or all files whose names match a pattern.
    /// See [`CostReader`] for other sources.
    ///
    /// ```no_run
    /// use mixtouch::CostTable;
    /// use mixtouch::io::Mapping;
    ///
    /// let reading = CostTable::read("google-ads.csv", &Mapping::preset("google-ads-report")?)?;
    /// println!("{}", reading.report);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`CostReader::read`] fails.
    pub fn read(path: impl AsRef<Path>, mapping: &Mapping) -> Result<SpendReading> {
        let reader = CostReader::new(mapping.clone());
        reader.with_path(path.as_ref()).read()
    }
}
