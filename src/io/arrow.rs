//! Event logs from Arrow record batches.

mod arrays;
mod extend;
mod identify;
mod persons;
#[cfg(feature = "mapping")]
pub(super) mod rows;
mod simple;
mod source;
mod times;

pub(super) use self::extend::extend;

use crate::error::{Error, Result};
use crate::event::{Events, Kind};
use crate::io::columns::EventColumns;
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

impl Events {
    /// Adds the rows of a record batch; `columns` gives the names of its columns.
    ///
    /// Persons are integers, texts, decimals or bytes; 16 bytes are a UUID. Timestamps are integers
    /// (epoch seconds, or the unit of [`EventColumns::with_time_unit`]), Arrow timestamps of any
    /// unit, dates, or texts as in CSV. An Arrow timestamp or date without a zone is local in the
    /// zone of [`EventColumns::with_zone`], and UTC where none is set. Channels and other texts are
    /// plain or dictionaries. Amounts are any numbers, decimals included. A null is an empty field.
    ///
    /// # Errors
    /// If a column is missing or of another type, or a row cannot be used: the error has the row,
    /// counted from 1 in the batch, its column, its value and what is expected. The log then holds
    /// the rows of earlier batches only.
    ///
    /// ```
    /// use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt64Array};
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    /// use std::sync::Arc;
    ///
    /// let batch = RecordBatch::try_from_iter([
    ///     ("person", Arc::new(UInt64Array::from(vec![7, 7])) as ArrayRef),
    ///     ("timestamp", Arc::new(Int64Array::from(vec![1_767_225_600, 1_767_229_200]))),
    ///     ("channel", Arc::new(StringArray::from(vec![Some("search"), None]))),
    ///     ("kind", Arc::new(StringArray::from(vec!["touch", "conversion"]))),
    /// ])?;
    /// let mut log = Events::new();
    /// log.extend_from_record_batch(&batch, &EventColumns::default())?;
    /// assert_eq!(log.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn extend_from_record_batch(
        &mut self,
        batch: &RecordBatch,
        columns: &EventColumns,
    ) -> Result<()> {
        let all = self.keeps(Kind::Survey).then(|| columns.clone().keep_all());
        let columns = all.as_ref().unwrap_or(columns);
        let mut read = columns.log();
        if self.keeps(Kind::Return) {
            read = read.keep_returns();
        }
        extend(&mut read, batch, columns, 0)?;
        if self.is_empty() && self.columns().len() == 0 {
            read.add_counts(self);
            *self = read;
            return Ok(());
        }
        self.append(&read)
    }

    /// Reads all batches of an Arrow reader, such as a
    /// [`RecordBatchReader`](arrow_array::RecordBatchReader): in parallel, in the reader's order.
    ///
    /// # Errors
    /// If the reader fails, [`Events::extend_from_record_batch`] would, with rows counted from the
    /// first batch on, or there is no row.
    ///
    /// ```
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    /// use mixtouch::io::arrow_array::{
    ///     ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray,
    /// };
    /// use std::sync::Arc;
    ///
    /// let text = |text| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    /// let batch = RecordBatch::try_from_iter([
    ///     ("person", text("ann")),
    ///     ("timestamp", Arc::new(Int64Array::from(vec![1_767_225_600]))),
    ///     ("channel", text("search")),
    ///     ("kind", text("touch")),
    /// ])?;
    /// let schema = batch.schema();
    /// let reader = RecordBatchIterator::new([Ok(batch.clone()), Ok(batch)], schema);
    /// let log = Events::from_record_batches(reader, &EventColumns::default())?;
    /// assert_eq!(log.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_record_batches(
        batches: impl IntoIterator<Item = Result<RecordBatch, ArrowError>>,
        columns: &EventColumns,
    ) -> Result<Self> {
        let (mut log, mut before) = (columns.log(), 0);
        let mut pieces = batches.into_iter().map(|batch| {
            let batch = batch.map_err(|error| Error::Io(std::io::Error::other(error)))?;
            let ahead = before;
            before += batch.num_rows() as u64;
            Ok((batch, ahead))
        });
        let read = |(batch, before): (RecordBatch, u64)| {
            let mut events = columns.log();
            extend(&mut events, &batch, columns, before)?;
            Ok(events)
        };
        while let Some(read) = crate::io::next_batches(&mut pieces, read)? {
            read.iter().try_for_each(|events| log.append(events))?;
        }
        drop(pieces);
        if before == 0 {
            return Err(Error::Empty {
                what: "the event log".into(),
                expected: "at least one row".into(),
            });
        }
        Ok(log)
    }
}

#[cfg(test)]
mod tests;
