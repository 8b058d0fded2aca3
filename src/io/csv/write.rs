//! Event logs to CSV.

use crate::error::Result;
use crate::event::{Event, Events, Kind};
use crate::io::header::{header, interaction_name, kind_name};
use crate::report::csv::Records;
use std::io::Write;

impl Events {
    /// Writes the stored rows as CSV, quoted as RFC 4180 has it: the columns that
    /// [`EventColumns`](crate::io::EventColumns) reads, then the log's own. Times are seconds since
    /// 1970, amounts have all their digits.
    ///
    /// Read again with the same named columns, and all kinds kept where the log keeps them, it is
    /// the same log, but for a person who goes by the number 0: a file's 0 is a
    /// [placeholder](crate::event::Placeholders). Counts of ignored rows are not written.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    /// use mixtouch::io::EventColumns;
    ///
    /// let mut log = Events::with_columns(["campaign"]);
    /// log.push(Event::touch("ann", 1_767_225_600, "search").with_texts(&["spring, 1"]))?;
    /// let mut file = Vec::new();
    /// log.write_csv(&mut file)?;
    /// assert_eq!(
    ///     String::from_utf8(file.clone()).unwrap(),
    ///     "person,timestamp,channel,kind,value,cost,interaction,goal,order_id,campaign\n\
    ///      ann,1767225600,search,touch,,,,,,\"spring, 1\"\n"
    /// );
    /// let columns = EventColumns::default().with_texts(["campaign"]);
    /// assert_eq!(Events::from_csv(&file[..], columns)?.text(0, "campaign"), Some("spring, 1"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a named column goes by the name of another one, or the writer fails.
    pub fn write_csv(&self, writer: impl Write) -> Result<()> {
        let header = header(self)?;
        let mut records = Records::new(writer);
        records.write(&header)?;
        let mut fields: Vec<String> = Vec::with_capacity(header.len());
        for (row, event) in self.iter().enumerate() {
            fields.clear();
            fields.extend(standard(event));
            fields.extend(self.texts(row).map(str::to_owned));
            records.write(&fields)?;
        }
        records.finish()
    }
}

/// The fields of the standard columns.
fn standard(event: Event<'_>) -> [String; 9] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let value = if event.kind() == Kind::Touch || event.stated_value().is_none() {
        String::new()
    } else {
        event.value().to_string()
    };
    let cost = if event.cost() == 0.0 {
        String::new()
    } else {
        event.cost().to_string()
    };
    [
        event.person().to_string(),
        event.time().to_string(),
        text(event.channel()),
        kind_name(event.kind()).to_owned(),
        value,
        cost,
        text(event.interaction().map(interaction_name)),
        text(event.goal()),
        text(event.order_id()),
    ]
}
