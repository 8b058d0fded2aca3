//! Event logs whose rows name identifiers instead of a person.

use crate::error::{Error, Result};
use crate::event::{Events, IgnoredRows};
use crate::identity::{IdentifiedEvents, Pseudonymiser};
use crate::io::columns::EventColumns;

/// A reader of an event log that has identifiers in place of persons.
///
/// Identifiers come from columns named `id:KIND`, such as `id:cookie` and `id:card`, and are hashed
/// as they are read. The column `person` is ignored. Each row needs at least one identifier; an
/// empty field is none.
///
/// ```
/// use mixtouch::identity::{HashKey, Pseudonymiser, Rules};
/// use mixtouch::io::IdentifiedReader;
/// use mixtouch::io::EventColumns;
///
/// let file = "id:cookie,id:card,timestamp,channel,kind\nc-81,,1767225600,social,touch\n,4711,1767229200,shop,conversion\n";
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
}

/// Where batches come from: a [`CsvReader`](crate::io::csv::events::CsvReader) or a `ParquetReader`.
pub trait Batches: sealed::Sealed {
    #[doc(hidden)]
    fn next(&mut self) -> Result<Option<Vec<Events>>>;
}

mod sealed {
    pub trait Sealed {}
}

#[cfg(feature = "csv")]
impl<R: std::io::Read> sealed::Sealed for crate::io::csv::events::CsvReader<R> {}

#[cfg(feature = "csv")]
impl<R: std::io::Read> Batches for crate::io::csv::events::CsvReader<R> {
    fn next(&mut self) -> Result<Option<Vec<Events>>> {
        self.next_batches()
    }
}

#[cfg(feature = "csv")]
impl<R: std::io::Read> IdentifiedReader<crate::io::csv::events::CsvReader<R>> {
    /// Reads CSV.
    ///
    /// # Errors
    /// As [`CsvReader::new`](crate::io::csv::events::CsvReader::new); no column of identifiers, or one of a kind
    /// that the rules do not have.
    pub fn csv(reader: R, columns: EventColumns, hasher: &Pseudonymiser) -> Result<Self> {
        Ok(Self {
            batches: crate::io::csv::events::CsvReader::new(
                reader,
                columns.with_identifiers(hasher),
            )?,
            ignored_rows: IgnoredRows::default(),
        })
    }
}

#[cfg(feature = "parquet")]
impl sealed::Sealed for crate::io::parquet::ParquetReader {}

#[cfg(feature = "parquet")]
impl Batches for crate::io::parquet::ParquetReader {
    fn next(&mut self) -> Result<Option<Vec<Events>>> {
        self.next_batches()
    }
}

#[cfg(feature = "parquet")]
impl IdentifiedReader<crate::io::parquet::ParquetReader> {
    /// Reads Parquet. Identifiers may be texts or integers; an integer is the text of its digits.
    ///
    /// # Errors
    /// As [`ParquetReader::new`](crate::io::parquet::ParquetReader::new); no column of identifiers, or one of a
    /// kind that the rules do not have.
    pub fn parquet(
        file: std::fs::File,
        columns: EventColumns,
        hasher: &Pseudonymiser,
    ) -> Result<Self> {
        Ok(Self {
            batches: crate::io::parquet::ParquetReader::new(
                file,
                columns.with_identifiers(hasher),
            )?,
            ignored_rows: IgnoredRows::default(),
        })
    }
}

impl<B: Batches> IdentifiedReader<B> {
    /// The next batches in the order of the file, or none at its end.
    ///
    /// # Errors
    /// The first row that cannot be used, with its column, its value and what is expected.
    pub fn next_batches(&mut self) -> Result<Option<Vec<IdentifiedEvents>>> {
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

    /// All that is left as one log.
    ///
    /// # Errors
    /// As [`IdentifiedReader::next_batches`]; a log without any row.
    pub fn read_all(&mut self) -> Result<IdentifiedEvents> {
        let mut log: Option<IdentifiedEvents> = None;
        while let Some(batches) = self.next_batches()? {
            for batch in batches {
                match &mut log {
                    Some(log) => log.append(&batch)?,
                    None => log = Some(batch),
                }
            }
        }
        let log = log.filter(|log| !log.is_empty() || log.ignored_rows().total() > 0);
        log.ok_or_else(|| Error::Empty {
            what: "the event log".into(),
            expected: "at least one row".into(),
        })
    }

    /// How many rows so far were of kinds that attribution does not use.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.ignored_rows
    }
}
