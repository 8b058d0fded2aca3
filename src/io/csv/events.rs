//! Event logs from CSV.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::log::NO_TEXT;
use crate::event::person::plain_number;
use crate::event::{Events, Interaction, Kind};
use crate::identity::Pseudonymiser;
use crate::io::columns::zone_of;
use crate::io::columns::{EventColumns, Field, Places};
use crate::io::csv::chunks::{Chunk, Chunks};
use crate::io::csv::table::line_of;
use crate::io::timestamp;
use crate::time::TimeZone;
use crate::time::limits::check_amount;
use crate::util::interner::Interner;
use std::io::Read;
use std::sync::Arc;

/// Bytes a chunk: large enough that starting one costs nothing, small enough to keep every thread
/// busy.
const CHUNK: usize = 4 << 20;

/// An event log in CSV as pieces of whole rows, each of which any thread can make events of.
///
/// ```
/// use mixtouch::{JourneyBuilder, JourneyOptions};
/// use mixtouch::io::{EventColumns, EventPiece, EventReader};
///
/// let file = "person,timestamp,channel,kind,value\nann,2026-01-01T10:00:00+01:00,social,touch,\nann,1767262000,,conversion,50\n";
/// let reader = EventReader::new(file.as_bytes(), EventColumns::default())?;
/// let mut builder = JourneyBuilder::new(JourneyOptions::default());
/// builder.extend_each(reader, EventPiece::events)?;
/// assert_eq!(builder.build()?.totals().value, 50.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    chunks: Chunks<R>,
    layout: Arc<Layout>,
    /// The rows behind the header that were read with it.
    first: Option<Chunk>,
}

/// Which column holds what, and where the file has it.
#[derive(Debug)]
struct Layout {
    columns: EventColumns,
    places: Places,
}

/// Some rows of a file, not yet taken apart.
#[derive(Debug)]
pub struct EventPiece {
    chunk: Chunk,
    layout: Arc<Layout>,
}

impl<R: Read> EventReader<R> {
    /// Reads the header; a byte order mark before it is passed over.
    ///
    /// # Errors
    /// An empty file, or a header without a column that is needed.
    pub fn new(reader: R, columns: EventColumns) -> Result<Self> {
        Self::with_chunks(reader, columns, CHUNK)
    }

    fn with_chunks(reader: R, columns: EventColumns, size: usize) -> Result<Self> {
        let mut chunks = Chunks::new(reader, size);
        let empty = || Error::Empty {
            what: "the event log".into(),
            expected: "a header and rows".into(),
        };
        let mut first = chunks.next_chunk()?.ok_or_else(empty)?;
        if first.bytes.starts_with(b"\xef\xbb\xbf") {
            first.bytes.drain(..3);
        }
        let mut rows = parser(&first.bytes);
        let mut record = csv::ByteRecord::new();
        if !rows
            .read_byte_record(&mut record)
            .map_err(|error| Error::Io(error.into()))?
        {
            return Err(empty());
        }
        let name = |(at, name): (usize, &[u8])| match std::str::from_utf8(name) {
            Ok(name) => Ok(name.to_owned()),
            Err(_) => Err(Error::Malformed {
                row: 1,
                reason: format!("field {} is not UTF-8", at + 1),
            }),
        };
        let header = record
            .iter()
            .enumerate()
            .map(name)
            .collect::<Result<Vec<String>>>()?;
        let places = columns.find(&header)?;
        let (read, line) = (rows.position().byte() as usize, rows.position().line());
        first.bytes.drain(..read);
        first.line = line;
        Ok(Self {
            chunks,
            layout: Arc::new(Layout { columns, places }),
            first: Some(first),
        })
    }

    /// The next batches in the order of the file, read in parallel, or none at its end.
    ///
    /// # Errors
    /// The first row, counted as a text editor counts lines, that cannot be used, with its column,
    /// its value and what is expected.
    pub fn next_batches(&mut self) -> Result<Option<Vec<Events>>> {
        crate::io::next_batches(self, EventPiece::events)
    }
}

impl<R: Read> Iterator for EventReader<R> {
    type Item = Result<EventPiece>;

    fn next(&mut self) -> Option<Result<EventPiece>> {
        let chunk = self
            .first
            .take()
            .map(Ok)
            .or_else(|| self.chunks.next_chunk().transpose())?;
        Some(chunk.map(|chunk| EventPiece {
            chunk,
            layout: self.layout.clone(),
        }))
    }
}

impl EventPiece {
    /// The events of these rows.
    ///
    /// # Errors
    /// The first row, counted as a text editor counts the file's lines, that cannot be used, with
    /// its column, its value and what is expected.
    pub fn events(self) -> Result<Events> {
        let (Chunk { bytes, line }, Layout { columns, places }) = (&self.chunk, &*self.layout);
        let mut events = columns.log();
        let mut rows = parser(bytes);
        let mut record = csv::ByteRecord::new();
        while rows
            .read_byte_record(&mut record)
            .map_err(|error| Error::Io(error.into()))?
        {
            let line = line - 1 + record.position().map_or(1, |began| line_of(bytes, began));
            Row {
                record: &record,
                line,
                columns,
                places,
            }
            .push(&mut events)?;
        }
        Ok(events)
    }
}

impl Events {
    /// Reads a whole event log from CSV: see [`EventColumns`] for the columns. Timestamps are epoch
    /// seconds or RFC 3339 with offset, and floored to seconds; a `kind` is `touch` or
    /// `conversion`; rows of kind `return`, `cart`, `survey`, `case_open` and `case_close` are
    /// counted and passed over, unless the columns say to keep all. Empty fields of value and cost
    /// are 0.
    ///
    /// # Errors
    /// As [`EventReader::new`] and [`EventReader::next_batches`]; a log without any row.
    ///
    /// ```
    /// use mixtouch::Events;
    /// use mixtouch::io::EventColumns;
    ///
    /// let file = "user,timestamp,channel,kind\nann,1767225600,social,touch\n";
    /// let log = Events::from_csv(file.as_bytes(), EventColumns::default().rename("person", "user")?)?;
    /// assert_eq!(log.len(), 1);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_csv(reader: impl Read, columns: EventColumns) -> Result<Self> {
        let mut log = columns.log();
        let mut reader = EventReader::new(reader, columns)?;
        while let Some(batches) = reader.next_batches()? {
            for batch in &batches {
                log.append(batch)?;
            }
        }
        if log.is_empty() && log.ignored_rows().total() == 0 {
            return Err(Error::Empty {
                what: "the event log".into(),
                expected: "at least one row".into(),
            });
        }
        Ok(log)
    }
}

fn parser(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(bytes)
}

/// One row of the file.
struct Row<'a> {
    record: &'a csv::ByteRecord,
    line: u64,
    columns: &'a EventColumns,
    places: &'a Places,
}

impl<'a> Row<'a> {
    #[inline]
    fn push(&self, events: &mut Events) -> Result<()> {
        if self.record.len() != self.places.width {
            let reason = format!(
                "has {} fields, the header has {}",
                self.record.len(),
                self.places.width
            );
            return Err(Error::Malformed {
                row: self.line,
                reason,
            });
        }
        let kind = self.kind()?;
        if !events.keeps(kind) {
            events.pass_over(kind);
            return Ok(());
        }
        let person = self.person(events)?;
        let time = timestamp::parse_in(
            self.bytes(Field::Timestamp),
            self.line,
            self.columns.name(Field::Timestamp),
            || self.zone(),
        )?;
        let channel = events.intern_channel(self.text(Field::Channel)?)?;
        if channel == ChannelId::NONE && kind == Kind::Touch {
            return Err(self.bad(Field::Channel, "any text; only a conversion may have none"));
        }
        let (value, cost, interaction) = (
            self.amount(Field::Value, kind)?,
            self.amount(Field::Cost, kind)?,
            self.interaction()?,
        );
        let sale = match kind {
            Kind::Touch => None,
            _ => Some((
                value,
                self.optional(Field::Goal, events.goals_of(kind))?,
                self.optional(Field::OrderId, &mut events.orders)?,
            )),
        };
        for (column, &at) in events.columns.iter_mut().zip(&self.places.texts) {
            let text = self.utf8(at, &column.name)?;
            let code = column.texts.intern(text)?;
            column.codes.push(code);
        }
        events.push_row(person, time, channel, kind, interaction, cost, sale);
        Ok(())
    }

    #[inline]
    fn bytes(&self, field: Field) -> &'a [u8] {
        self.places
            .of(field)
            .and_then(|at| self.record.get(at))
            .unwrap_or(b"")
    }

    fn utf8(&self, at: usize, name: &str) -> Result<&'a str> {
        let bytes = self.record.get(at).unwrap_or(b"");
        std::str::from_utf8(bytes)
            .map_err(|_| Error::field(self.line, name, String::from_utf8_lossy(bytes), "UTF-8"))
    }

    #[inline]
    fn text(&self, field: Field) -> Result<&'a str> {
        self.places
            .of(field)
            .map_or(Ok(""), |at| self.utf8(at, self.columns.name(field)))
    }

    #[cold]
    fn bad(&self, field: Field, expected: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::field(
            self.line,
            self.columns.name(field),
            String::from_utf8_lossy(self.bytes(field)),
            expected,
        )
    }

    #[inline]
    fn kind(&self) -> Result<Kind> {
        let name = self.bytes(Field::Kind);
        let found = Kind::ALL
            .iter()
            .find(|(known, _)| known.as_bytes() == name)
            .map(|&(_, kind)| kind);
        found.ok_or_else(|| self.bad(Field::Kind, Kind::ALL.map(|(name, _)| name).join(", ")))
    }

    #[inline]
    fn person(&self, events: &mut Events) -> Result<u64> {
        if let Some(hasher) = self.columns.identifiers() {
            return self.identify(hasher, events);
        }
        if let Some(number) = plain_number(self.bytes(Field::Person)) {
            return Ok(number);
        }
        match self.text(Field::Person)? {
            "" => Err(self.bad(Field::Person, "any text or integer")),
            text => events.people.text(text),
        }
    }

    /// Hashes the row's identifiers; whose they are is yet to be found.
    fn identify(&self, hasher: &Pseudonymiser, events: &mut Events) -> Result<u64> {
        for &(kind, at) in &self.places.identifiers {
            let value = self.utf8(at, hasher.name(kind))?;
            if !value.is_empty() {
                let identifier = hasher
                    .of_kind(kind, value)
                    .ok_or_else(|| self.columns.bad_identifier(self.line, kind, value))?;
                events.identifiers.add(identifier);
            }
        }
        if events.identifiers.end_row() == 0 {
            return Err(self.columns.no_identifier(self.line));
        }
        Ok(0)
    }

    /// The zone of a timestamp without offset.
    fn zone(&self) -> Result<Option<TimeZone>> {
        let name = self
            .places
            .zone
            .map_or(Ok(""), |at| self.utf8(at, self.columns.zone_column()))?;
        zone_of(name, self.line, self.columns)
    }

    #[inline]
    fn amount(&self, field: Field, kind: Kind) -> Result<f64> {
        let bytes = self.bytes(field);
        if matches!(bytes, b"" | b"0" | b"0.0") {
            return Ok(0.0);
        }
        let amount = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok());
        let amount = amount.ok_or_else(|| self.bad(field, "a number"))?;
        check_amount(
            self.line,
            self.columns.name(field),
            amount,
            matches!((field, kind), (Field::Value, Kind::Return)),
        )?;
        Ok(amount)
    }

    fn interaction(&self) -> Result<Option<Interaction>> {
        match self.bytes(Field::Interaction) {
            b"" => Ok(None),
            b"click" => Ok(Some(Interaction::Click)),
            b"view" => Ok(Some(Interaction::View)),
            _ => Err(self.bad(Field::Interaction, "click, view, or nothing")),
        }
    }

    fn optional(&self, field: Field, table: &mut Interner) -> Result<u32> {
        match self.text(field)? {
            "" => Ok(NO_TEXT),
            text => table.intern(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "person,timestamp,channel,kind,value,cost,interaction";

    fn error(text: &str) -> String {
        Events::from_csv(text.as_bytes(), EventColumns::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn bad_files_are_named() {
        assert_eq!(
            error(""),
            "the event log is empty, expected: a header and rows"
        );
        assert_eq!(
            error("\n\n"),
            "the event log is empty, expected: a header and rows"
        );
        assert_eq!(
            error(HEADER),
            "the event log is empty, expected: at least one row"
        );
        assert_eq!(
            error("person,timestamp,kind\n"),
            "no column \"channel\", found: person, timestamp, kind"
        );
        assert_eq!(
            error("person,timestamp,channel,kind,kind\n"),
            "row 1: column \"kind\" stands there twice"
        );
    }

    #[test]
    fn bad_rows_are_named() {
        let of = |row: &str| error(&format!("{HEADER}\nann,1,tv,touch,,,\n{row}\n"));
        assert_eq!(
            of("ann,1,tv,visit,,,"),
            "row 3: kind is \"visit\", expected: touch, conversion, return, cart, survey, case_open, case_close"
        );
        assert!(
            of("ann,soon,tv,touch,,,")
                .starts_with("row 3: timestamp is \"soon\", expected: seconds since")
        );
        assert!(of("ann,-5,tv,touch,,,").starts_with("row 3: timestamp is \"-5\""));
        assert!(of("ann,1767225600000,tv,touch,,,").contains("milliseconds"));
        assert_eq!(
            of(",1,tv,touch,,,"),
            "row 3: person is \"\", expected: any text or integer"
        );
        assert_eq!(
            of("ann,1,,touch,,,"),
            "row 3: channel is \"\", expected: any text; only a conversion may have none"
        );
        assert_eq!(
            of("ann,1,tv,conversion,ten,,"),
            "row 3: value is \"ten\", expected: a number"
        );
        assert!(of("ann,1,tv,conversion,NaN,,").starts_with("row 3: value is \"NaN\""));
        assert!(of("ann,1,tv,conversion,inf,,").starts_with("row 3: value is \"inf\""));
        assert!(of("ann,1,tv,conversion,-20,,").contains("a refund is a row of kind return"));
        assert!(of("ann,1,tv,touch,,-1,").starts_with("row 3: cost is \"-1\""));
        assert_eq!(
            of("ann,1,tv,touch,,,hover"),
            "row 3: interaction is \"hover\", expected: click, view, or nothing"
        );
        assert_eq!(
            of("ann,1,tv,touch"),
            "row 3: has 4 fields, the header has 7"
        );
        assert_eq!(
            of("ann,1,tv,touch,,,,,"),
            "row 3: has 9 fields, the header has 7"
        );
        let bytes = [HEADER.as_bytes(), b"\nann,1,caf\xe9,touch,,,\n"].concat();
        let message = Events::from_csv(bytes.as_slice(), EventColumns::default())
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("row 2: channel is \"caf"), "{message}");
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        let file = "\u{feff}kind,\"person\",timestamp,channel,value,note\r\n\
                    touch,ann,1767225600,\"a, \"\"b\"\"\nc\",,x\r\n\r\n\
                    conversion,ann,1767225700,,\"12.5\",y\r\n\
                    return,ann,1767225800,,-12.5,z\r\n";
        let log = Events::from_csv(file.as_bytes(), EventColumns::default()).unwrap();
        assert_eq!((log.len(), log.ignored_rows().returns), (2, 1));
        assert_eq!(log.get(0).unwrap().channel(), Some("a, \"b\"\nc"));
        assert_eq!(log.get(1).unwrap().value(), 12.5);
        let log = Events::from_csv(file.as_bytes(), EventColumns::default().keep_all()).unwrap();
        let back = log.get(2).unwrap();
        assert_eq!(
            (
                log.len(),
                log.ignored_rows().total(),
                back.kind(),
                back.value()
            ),
            (3, 0, Kind::Return, -12.5)
        );
        let survey = "person,timestamp,channel,kind,goal,value\nann,1,,survey,nps,NaN\n";
        let refused = Events::from_csv(survey.as_bytes(), EventColumns::default().keep_all())
            .unwrap_err()
            .to_string();
        assert!(refused.starts_with("row 2: value is \"NaN\""), "{refused}");
        let nobody = Events::from_csv(
            "person,timestamp,channel,kind\n,1,,survey\n".as_bytes(),
            EventColumns::default().keep_all(),
        );
        assert_eq!(
            nobody.unwrap_err().to_string(),
            "row 2: person is \"\", expected: any text or integer"
        );
    }

    #[test]
    fn rows_are_counted_through_chunks_and_quoted_lines() {
        let mut file = String::from("person,timestamp,channel,kind\n");
        for row in 0..50 {
            file.push_str(if row % 9 == 4 { "\n\r\n" } else { "" });
            file.push_str(if row % 7 == 0 {
                "7,1,\"two\nlines\",touch\n"
            } else {
                "ann,1,tv,touch\n"
            });
        }
        let good = file.lines().count() as u64;
        file.push_str("ann,1,tv,typo\nann,1,tv,worse\n");
        for size in [16, 64, 1000, 1 << 20] {
            let mut reader =
                EventReader::with_chunks(file.as_bytes(), EventColumns::default(), size).unwrap();
            let message = loop {
                match reader.next_batches() {
                    Ok(batches) => assert!(batches.is_some(), "the bad row was passed over"),
                    Err(error) => break error.to_string(),
                }
            };
            assert!(
                message.starts_with(&format!("row {}: kind is \"typo\"", good + 1)),
                "chunks of {size}: {message}"
            );
        }
    }
}
