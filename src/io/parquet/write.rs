//! Event logs to Parquet.

use crate::error::Result;
use crate::event::{Event, Events, Kind, PersonKey};
use crate::io::header::{header, interaction_name, kind_name};
use crate::io::parquet::loaded::failed;
use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::file::properties::WriterProperties;
use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray, UInt64Array,
};
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

/// Rows turned into columns at a time.
const ROWS: usize = 1 << 16;

impl Events {
    /// Writes the stored rows as Parquet, compressed by Zstandard: the columns that
    /// [`EventColumns`](crate::io::EventColumns) reads, then the log's own. Times are milliseconds
    /// in UTC; persons are 64-bit numbers where all of them are, else texts.
    ///
    /// Read again with the same named columns, and all kinds kept where the log keeps them, it is
    /// the same log, but for a person who goes by the number 0: a file's 0 is a
    /// [placeholder](crate::event::Placeholders). Counts of ignored rows are not written.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    /// use mixtouch::io::{EventColumns, ParquetReader};
    /// use std::fs::File;
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let path = std::env::temp_dir().join(format!("mixtouch-{}.parquet", std::process::id()));
    /// log.write_parquet(File::create(&path)?)?;
    /// let mut reader = ParquetReader::open(&path, EventColumns::default())?;
    /// let read = reader.next_batches()?.unwrap();
    /// assert_eq!(read[0].get(0), log.get(0));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a named column goes by the name of another one, or the writer fails.
    pub fn write_parquet(&self, writer: impl Write + Send) -> Result<()> {
        let header = header(self)?;
        let numbers = self.iter().all(|event| number(event).is_some());
        let columns = |rows| columns(self, &header, numbers, rows);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let schema = columns(0..0)?.schema();
        let mut file = ArrowWriter::try_new(writer, schema, Some(properties)).map_err(failed)?;
        for start in (0..self.len()).step_by(ROWS) {
            let batch = columns(start..self.len().min(start + ROWS))?;
            file.write(&batch).map_err(failed)?;
        }
        file.close().map_err(failed)?;
        Ok(())
    }
}

fn number(event: Event<'_>) -> Option<u64> {
    match event.person() {
        PersonKey::Number(number) => Some(number),
        PersonKey::Text(_) => None,
    }
}

/// Some rows as columns of these names; `numbers` where all persons of the log are.
fn columns(
    log: &Events,
    header: &[String],
    numbers: bool,
    rows: Range<usize>,
) -> Result<RecordBatch> {
    let events = || rows.clone().filter_map(|row| log.get(row));
    let texts = |text: fn(&Event<'_>) -> Option<String>| -> ArrayRef {
        Arc::new(events().map(|event| text(&event)).collect::<StringArray>())
    };
    let persons: ArrayRef = if numbers {
        Arc::new(events().map(number).collect::<UInt64Array>())
    } else {
        texts(|event| Some(event.person().to_string()))
    };
    let times = events().map(|event| Some(event.time() * 1_000));
    let times = times.collect::<TimestampMillisecondArray>();
    let value = |event: Event<'_>| event.stated_value().filter(|_| event.kind() != Kind::Touch);
    let cost = |event: Event<'_>| Some(event.cost()).filter(|&cost| cost != 0.0);
    let mut arrays: Vec<ArrayRef> = vec![
        persons,
        Arc::new(times.with_timezone("UTC")),
        texts(|event| event.channel().map(str::to_owned)),
        texts(|event| Some(kind_name(event.kind()).to_owned())),
        Arc::new(events().map(value).collect::<Float64Array>()),
        Arc::new(events().map(cost).collect::<Float64Array>()),
        texts(|event| {
            event
                .interaction()
                .map(|kind| interaction_name(kind).to_owned())
        }),
        texts(|event| event.goal().map(str::to_owned)),
        texts(|event| event.order_id().map(str::to_owned)),
    ];
    for column in 0..log.columns().len() {
        let column = log.text_column(column);
        let codes = &column.codes[rows.clone()];
        let texts = codes.iter().map(|&code| Some(column.texts.get(code)));
        arrays.push(Arc::new(texts.collect::<StringArray>()));
    }
    let named = header
        .iter()
        .zip(arrays)
        .map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(named).map_err(|error| failed(error.into()))
}
