//! Event logs whose rows name identifiers instead of a person.

use crate::error::{Error, Result};
use crate::event::{Events, IgnoredRows};
use crate::identity::{IdentifiedEvents, Pseudonymiser};
use crate::io::columns::EventColumns;
#[cfg(feature = "csv")]
use crate::io::csv::events::CsvReader;
#[cfg(feature = "parquet")]
use crate::io::parquet::ParquetReader;
use crate::progress::{Progress, Stage, step};

/// A reader of an event log that has identifiers in place of persons.
///
/// Identifiers come from columns named `id:KIND`, such as `id:cookie` and `id:card`, and are hashed
/// as they are read. The column `person` is ignored. An empty field, or one of the hasher's
/// [placeholders](crate::event::Placeholders), is no identifier; [`Events::push`] says what becomes
/// of a row without any.
///
/// ```
/// use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
/// use mixtouch::io::{EventColumns, IdentifiedReader};
///
/// let file = "\
/// id:cookie,id:card,timestamp,channel,kind
/// c-81,,1767225600,social,touch
/// ,4711,1767229200,shop,conversion
/// ";
/// let hasher = Pseudonymiser::new(HashKey::new([7; 32]), &Rules::standard());
/// let mut reader = IdentifiedReader::csv(file.as_bytes(), EventColumns::default(), &hasher)?;
/// let log = reader.read_all()?;
/// assert_eq!((log.len(), log.identifiers(1)[0]), (2, hasher.identifier("card", "4711")?));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct IdentifiedReader<R> {
    batches: R,
    ignored_rows: IgnoredRows,
    /// Whether an observer stopped the reading, with rows lost.
    cancelled: bool,
}

/// A reader of batches: a [`CsvReader`](crate::io::CsvReader) or a `ParquetReader`. Other crates
/// cannot implement it.
///
/// ```
/// use mixtouch::io::{Batches, CsvReader, EventColumns};
///
/// fn first_batches(reader: &mut impl Batches) -> mixtouch::Result<usize> {
///     Ok(reader.next()?.map_or(0, |batches| batches.len()))
/// }
///
/// let file = "person,timestamp,channel,kind\nann,1767225600,social,touch\n";
/// let mut reader = CsvReader::new(file.as_bytes(), EventColumns::default())?;
/// assert_eq!(first_batches(&mut reader)?, 1);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait Batches: sealed::Sealed {
    #[doc(hidden)]
    fn next(&mut self) -> Result<Option<Vec<Events>>>;

    #[doc(hidden)]
    fn bytes_read(&self) -> u64;
}

mod sealed {
    pub trait Sealed {}
}

#[cfg(feature = "csv")]
impl<R: std::io::Read> sealed::Sealed for CsvReader<R> {}

#[cfg(feature = "csv")]
impl<R: std::io::Read> Batches for CsvReader<R> {
    fn next(&mut self) -> Result<Option<Vec<Events>>> {
        self.next_batches()
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read()
    }
}

#[cfg(feature = "csv")]
impl<R: std::io::Read> IdentifiedReader<CsvReader<R>> {
    /// Reads CSV.
    ///
    /// # Errors
    /// If [`CsvReader::new`] fails, there is no column of identifiers, or one is of a kind that the
    /// rules do not have.
    pub fn csv(reader: R, columns: EventColumns, hasher: &Pseudonymiser) -> Result<Self> {
        Ok(Self {
            batches: CsvReader::new(reader, columns.with_identifiers(hasher))?,
            ignored_rows: IgnoredRows::default(),
            cancelled: false,
        })
    }
}

#[cfg(feature = "parquet")]
impl sealed::Sealed for ParquetReader {}

#[cfg(feature = "parquet")]
impl Batches for ParquetReader {
    fn next(&mut self) -> Result<Option<Vec<Events>>> {
        self.next_batches()
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read()
    }
}

#[cfg(feature = "parquet")]
impl IdentifiedReader<ParquetReader> {
    /// Reads Parquet. Identifiers may be texts or integers; an integer is the text of its digits.
    ///
    /// # Errors
    /// If [`ParquetReader::new`] fails, there is no column of identifiers, or one is of a kind that
    /// the rules do not have.
    pub fn parquet(
        file: std::fs::File,
        columns: EventColumns,
        hasher: &Pseudonymiser,
    ) -> Result<Self> {
        Ok(Self {
            batches: ParquetReader::new(file, columns.with_identifiers(hasher))?,
            ignored_rows: IgnoredRows::default(),
            cancelled: false,
        })
    }
}

impl<B: Batches> IdentifiedReader<B> {
    /// The next batches in the order of the file, or none at its end.
    ///
    /// # Errors
    /// If a row cannot be used: the error has the row, its column, its value and what is expected.
    pub fn next_batches(&mut self) -> Result<Option<Vec<IdentifiedEvents>>> {
        if self.cancelled {
            return Err(Error::Cancelled {
                stage: Stage::Reading,
            });
        }
        let Some(batches) = self.batches.next()? else {
            return Ok(None);
        };
        batches
            .iter()
            .for_each(|batch| self.ignored_rows.add(batch.ignored_rows()));
        Ok(Some(
            batches
                .into_iter()
                .map(IdentifiedEvents::from_read)
                .collect(),
        ))
    }

    /// The rest of the file as one log.
    ///
    /// # Errors
    /// If [`IdentifiedReader::next_batches`] fails, or the log has no row.
    pub fn read_all(&mut self) -> Result<IdentifiedEvents> {
        self.read_all_with_progress(&())
    }

    /// Like [`IdentifiedReader::read_all`], watched by an observer: [`Stage::Reading`] counts
    /// bytes, the total unknown.
    ///
    /// # Errors
    /// If [`IdentifiedReader::read_all`] fails; [`Error::Cancelled`] if the observer stops the
    /// work, and at every later call, as the rows read until then are lost.
    pub fn read_all_with_progress(&mut self, progress: &dyn Progress) -> Result<IdentifiedEvents> {
        let mut log: Option<IdentifiedEvents> = None;
        while let Some(batches) = self.next_batches()? {
            let asked = step(progress, Stage::Reading, self.batches.bytes_read(), None);
            self.cancelled |= asked.is_err();
            asked?;
            for batch in batches {
                match &mut log {
                    Some(log) => log.append(&batch)?,
                    None => log = Some(batch),
                }
            }
        }
        let log = log.filter(|log| {
            let unused = log.ignored_rows().total() + log.cleaned_rows().left_out();
            !log.is_empty() || unused > 0
        });
        log.ok_or_else(|| Error::Empty {
            what: "the event log".into(),
            expected: "at least one row".into(),
        })
    }

    /// The numbers of rows read so far that were of kinds that attribution does not use.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.ignored_rows
    }
}
