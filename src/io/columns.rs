//! Which column of a log holds what.

use crate::error::{Error, Result};
use crate::event::Events;

/// The columns of an event log. By name `person`, `timestamp`, `channel` and `kind`, which every log has, and `value`, `cost`,
/// `interaction`, `goal` and `order_id`, which it may have; any of them can go by another name. Further columns are read as texts
/// when asked for, and passed over otherwise.
///
/// ```
/// let columns = mixtouch::EventColumns::default().rename("person", "user_id")?.with_texts(["device"]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventColumns {
    names: [String; STANDARD.len()],
    texts: Vec<String>,
    keeps_all: bool,
}

const STANDARD: [&str; 9] = ["person", "timestamp", "channel", "kind", "value", "cost", "interaction", "goal", "order_id"];
const REQUIRED: usize = 4;

impl Default for EventColumns {
    fn default() -> Self {
        Self { names: STANDARD.map(str::to_owned), texts: Vec::new(), keeps_all: false }
    }
}

impl EventColumns {
    /// Reads a standard column under another name.
    ///
    /// # Errors
    /// A column that is not a standard one.
    pub fn rename(mut self, standard: &str, name: impl Into<String>) -> Result<Self> {
        let at = STANDARD.iter().position(|other| *other == standard);
        let at = at.ok_or_else(|| Error::setting("the column to rename", format!("{standard:?}"), STANDARD.join(", ")))?;
        self.names[at] = name.into();
        Ok(self)
    }

    /// Also reads these columns, as texts.
    pub fn with_texts<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { texts: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Also keeps the rows of kinds that KPIs alone use: see [`Events::keep_all`].
    pub fn keep_all(self) -> Self {
        Self { keeps_all: true, ..self }
    }

    /// An empty log for what is read.
    pub(super) fn log(&self) -> Events {
        let log = Events::with_columns(self.texts.iter().cloned());
        if self.keeps_all { log.keep_all() } else { log }
    }

    /// The name a standard column goes by.
    pub(super) fn name(&self, field: Field) -> &str {
        &self.names[field as usize]
    }

    /// Where each column stands in a table with this header.
    ///
    /// # Errors
    /// A required column, or a text column, that the header lacks; a name that stands in it twice.
    pub(super) fn find<S: AsRef<str>>(&self, header: &[S]) -> Result<Places> {
        let find = |name: &String| {
            let mut found = header.iter().enumerate().filter(|(_, other)| other.as_ref() == name).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => Err(Error::Malformed { row: 1, reason: format!("column {name:?} stands there twice") }),
                (at, _) => Ok(at),
            }
        };
        let missing = |name: &String| Error::MissingColumn {
            column: name.clone(),
            found: header.iter().map(|name| name.as_ref().to_owned()).collect(),
        };
        let mut standard = [None; STANDARD.len()];
        for (at, name) in self.names.iter().enumerate() {
            standard[at] = find(name)?;
            if at < REQUIRED && standard[at].is_none() {
                return Err(missing(name));
            }
        }
        let texts = self.texts.iter().map(|name| find(name)?.ok_or_else(|| missing(name))).collect::<Result<_>>()?;
        Ok(Places { standard, texts, width: header.len() })
    }
}

/// A standard column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Person,
    Timestamp,
    Channel,
    Kind,
    Value,
    Cost,
    Interaction,
    Goal,
    OrderId,
}

/// Where the columns stand in one table.
#[derive(Debug, Clone)]
pub(super) struct Places {
    standard: [Option<usize>; STANDARD.len()],
    pub(super) texts: Vec<usize>,
    #[cfg_attr(not(feature = "csv"), expect(dead_code))]
    pub(super) width: usize,
}

impl Places {
    /// Every column that is read.
    #[cfg(feature = "parquet")]
    pub(super) fn all(&self) -> Vec<usize> {
        self.standard.iter().flatten().chain(&self.texts).copied().collect()
    }

    #[inline]
    pub(super) fn of(&self, field: Field) -> Option<usize> {
        self.standard[field as usize]
    }
}
