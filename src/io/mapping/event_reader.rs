//! Event logs of any form, read by a mapping.

use crate::error::{Error, Result};
use crate::event::{Events, Placeholders};
use crate::io::mapping::currency::Rates;
use crate::io::mapping::fields_read::FieldsRead;
use crate::io::mapping::layout::Layout;
use crate::io::mapping::mapper::Mapper;
use crate::io::mapping::pieces::{Piece, Pieces};
use crate::io::mapping::report::ReadingReport;
use crate::io::mapping::rows::{LEVELS, MappedRows};
use crate::io::mapping::settle::settle;
use crate::io::mapping::slot::Signs;
use crate::io::mapping::source::{self, Inputs};
use crate::io::mapping::specification::Mapping;
use crate::progress::{Progress, Stage, step};
use rayon::prelude::*;
use std::path::Path;

/// A log read by a mapping, and the report of what was read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reading {
    /// The log. Its named columns are `source_medium` and `campaign`, the levels below the channel,
    /// and the mapping's `texts`.
    pub events: Events,
    /// What was read, what was left out and why.
    pub report: ReadingReport,
}

/// Reads event logs by a mapping, from files, readers, bytes or Arrow batches.
///
/// Several sources make one log. What repeats is found across all of them.
///
/// ```
/// use mixtouch::io::{EventReader, Mapping};
///
/// let mapping = Mapping::from_toml(r#"
///     [columns]
///     person = "user"
///     time = { column = "at", unit = "ms" }
///     event = "name"
///     channel = "channel"
///     value = "amount"
///     [kinds]
///     visit = { kind = "touch" }
///     order = { kind = "conversion" }
/// "#)?;
/// let lines = r#"{"user": "ann", "at": 1767225600123, "name": "visit", "channel": "tv"}
/// {"user": "ann", "at": 1767229200000, "name": "order", "amount": 50}"#;
/// let reading = EventReader::new(mapping).with_bytes(lines).read()?;
/// assert_eq!((reading.events.len(), reading.report.value), (2, 50.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct EventReader<'a> {
    inputs: Inputs<'a>,
    placeholders: Placeholders,
    keeps_all: bool,
}

source::takes_sources!(EventReader);

impl EventReader<'_> {
    /// A reader without sources yet.
    pub fn new(mapping: Mapping) -> Self {
        Self {
            inputs: Inputs::new(mapping),
            placeholders: Placeholders::default(),
            keeps_all: false,
        }
    }

    /// The texts that stand for a missing person: the [usual ones](Placeholders) by default.
    #[must_use]
    pub fn with_placeholders(self, placeholders: Placeholders) -> Self {
        Self {
            placeholders,
            ..self
        }
    }

    /// Also stores the rows of kinds that only KPIs use: see [`Events::keep_all`].
    #[must_use]
    pub fn keep_all(self) -> Self {
        Self {
            keeps_all: true,
            ..self
        }
    }

    /// Reads all sources.
    ///
    /// # Errors
    /// If the mapping is unusable, a source cannot be read, a column that the mapping names is
    /// missing, or a row cannot be used and bad rows are refused: the error then has file, row,
    /// column, value and what is expected. If the log has several currencies and the mapping does
    /// not convert them, or no row. In JSON lines a column is missing that no row has.
    pub fn read(self) -> Result<Reading> {
        self.read_with_progress(&())
    }

    /// Like [`EventReader::read`], watched by an observer: [`Stage::Reading`] counts bytes, the total
    /// unknown.
    ///
    /// # Errors
    /// If [`EventReader::read`] fails; [`Error::Cancelled`] if the observer stops the work.
    pub fn read_with_progress(self, progress: &dyn Progress) -> Result<Reading> {
        self.read_sources(progress)
            .map_err(Error::without_addresses)
    }

    fn read_sources(self, progress: &dyn Progress) -> Result<Reading> {
        let Inputs {
            mapping,
            sources,
            rates,
        } = self.inputs;
        let signs = mapping.file.number_signs();
        let layout = Layout::new(&mapping, rates.as_ref(), signs);
        let layout = layout.map_err(|error| mapping.said_of(error))?;
        let names: Vec<String> = layout.texts.iter().map(|(name, _)| name.clone()).collect();
        let log = || {
            let levels = LEVELS.into_iter().map(str::to_owned);
            let log = Events::with_columns(levels.chain(names.iter().cloned()))
                .with_placeholders(self.placeholders.clone())
                .keep_returns();
            if self.keeps_all { log.keep_all() } else { log }
        };
        let mut work = Work {
            layout,
            signs,
            mapping: &mapping,
            rates: rates.as_ref(),
            log: &log,
            rows: MappedRows::new(log()),
            report: ReadingReport::default(),
            fields: FieldsRead::default(),
            progress,
            read: 0,
        };
        let paths = work.layout.paths.clone();
        let file = source::each(sources, &mapping.file, &paths, |name, pieces| {
            work.read(name, pieces)
        })?;
        work.finish().map_err(|error| source::said_of(file, error))
    }
}

/// A log on its way.
struct Work<'w, L> {
    layout: Layout,
    signs: Signs,
    mapping: &'w Mapping,
    rates: Option<&'w Rates>,
    log: &'w L,
    rows: MappedRows,
    report: ReadingReport,
    fields: FieldsRead,
    progress: &'w dyn Progress,
    /// Bytes of the files read before.
    read: u64,
}

impl<L: Fn() -> Events + Sync> Work<'_, L> {
    fn read(&mut self, name: &str, mut pieces: Pieces<'_>) -> Result<()> {
        self.use_signs(pieces.signs)?;
        let (files, columns) = (&mut self.report.files, self.layout.columns());
        files.begin(name, &pieces, columns, self.mapping.from_preset.of_events())?;
        let mut mapped = Vec::new();
        loop {
            let next = pieces.next_few(rayon::current_num_threads());
            let is_end = next.is_empty();
            mapped = self.advance(next, mapped)?;
            let read = self.read + pieces.bytes_read();
            step(self.progress, Stage::Reading, read, None)?;
            if is_end {
                break;
            }
        }
        self.read += pieces.bytes_read();
        self.fields.add(&pieces);
        Ok(())
    }

    /// Reads amounts with these signs, which a file may have been found to have.
    fn use_signs(&mut self, signs: Signs) -> Result<()> {
        if signs != self.signs {
            self.layout = Layout::new(self.mapping, self.rates, signs)?;
            self.signs = signs;
        }
        Ok(())
    }

    /// Maps the next few pieces in parallel, and meanwhile appends those mapped before, in order.
    fn advance(
        &mut self,
        next: Vec<Result<Piece>>,
        before: Vec<Result<MappedRows>>,
    ) -> Result<Vec<Result<MappedRows>>> {
        let (layout, log, bad_rows) = (&self.layout, self.log, self.mapping.bad_rows);
        let rows = &mut self.rows;
        let mapped = |piece: Result<Piece>| {
            let piece = piece?;
            let mut mapper = Mapper::new(layout, bad_rows, log());
            piece.map(&mut mapper)?;
            Ok(mapper.into_rows())
        };
        let append = || {
            before
                .into_iter()
                .try_for_each(|before| rows.append(before?))
        };
        let map = || next.into_par_iter().map(mapped).collect();
        let (appended, mapped) = rayon::join(append, map);
        appended?;
        let tally = &self.rows.tally;
        tally.skipped.check_so_far(bad_rows, tally.rows)?;
        Ok(mapped)
    }

    fn finish(mut self) -> Result<Reading> {
        if self.rows.tally.rows == 0 {
            return Err(Error::Empty {
                what: self.report.files.said_of("the event log").into(),
                expected: "at least one row".into(),
            });
        }
        self.rows
            .tally
            .skipped
            .check(self.mapping.bad_rows, self.rows.tally.rows)?;
        let currencies = self.rows.tally.currencies.keys();
        let (files, columns) = (&mut self.report.files, self.layout.columns());
        self.layout
            .conversion
            .check(currencies.map(String::as_str), &files.said_of("the log"))?;
        let excused = self.mapping.from_preset.of_events();
        self.fields.check(columns, excused, files)?;
        let currencies = self.rows.tally.currencies.keys().map(String::as_str);
        self.report.currency = self.layout.conversion.common(currencies);
        let settled = settle(&mut self.rows, &self.layout);
        let MappedRows { events, tally, .. } = self.rows;
        let report = self.report.filled(&events, tally, settled);
        Ok(Reading { events, report })
    }
}

impl Events {
    /// Reads a log by a mapping: a file, or all files whose names match a pattern. See
    /// [`EventReader`] for other sources.
    ///
    /// ```no_run
    /// use mixtouch::Events;
    /// use mixtouch::io::Mapping;
    ///
    /// let reading = Events::read("events_*.json", &Mapping::preset("ga4")?)?;
    /// println!("{}", reading.report);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`EventReader::read`] fails.
    pub fn read(path: impl AsRef<Path>, mapping: &Mapping) -> Result<Reading> {
        let reader = EventReader::new(mapping.clone());
        reader.with_path(path.as_ref()).read()
    }
}
