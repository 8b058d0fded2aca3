//! Event logs from Arrow record batches.

mod arrays;
mod extend;
mod identify;
mod persons;
mod source;

pub(super) use self::extend::extend;

use crate::error::Result;
use crate::event::{Events, Kind};
use crate::io::columns::EventColumns;
use arrow_array::RecordBatch;

impl Events {
    /// Adds the rows of a record batch; `columns` gives the names of its columns.
    ///
    /// Persons are integers or texts. Timestamps are integers (epoch seconds), Arrow timestamps of
    /// any unit, or RFC 3339 texts. Channels and other texts are plain or dictionaries. Amounts are
    /// any numbers. A null is an empty field.
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
}
