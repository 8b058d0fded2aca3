//! Saving and loading a builder.

use crate::error::{Error, Result};
use crate::event::CleanedDays;
use crate::journeys::build::JourneyBuilder;
use crate::journeys::state::file::replace;
use crate::journeys::state::header::Header;
use crate::journeys::state::reader::StateReader;
use crate::journeys::state::writer::StateWriter;
use crate::journeys::state::{names, rows};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

impl JourneyBuilder {
    /// Saves everything the builder holds to a file, with the place in the source of events up to
    /// which it has read: an offset, a map from partitions to offsets, the name of the last file.
    ///
    /// The file takes 10 bytes a touch (8 more in batches where touches have costs), 34 a
    /// conversion and each text once.
    ///
    /// [`JourneyBuilder::load`] gives both back. Whoever goes on at that place takes in each event
    /// exactly once, and gets the same journeys, to the bit, as without a stop.
    ///
    /// The file is replaced as a whole: written beside the old one under the name `PATH.partial`,
    /// synchronised with the disk, then renamed. Whenever the process or the machine stops, `path`
    /// is the old state or the new one. One process at a time may save to a path.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
    ///
    /// let folder = std::env::temp_dir().join(format!("mixtouch-save-{}", std::process::id()));
    /// std::fs::create_dir_all(&folder)?;
    /// let path = folder.join("journeys.state");
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend(&log)?;
    /// let offset = 1_u64; // of the next event to read
    /// builder.save(&path, &offset)?;
    ///
    /// let (mut builder, offset): (_, u64) = JourneyBuilder::load(&path)?;
    /// assert_eq!((builder.kept(), offset), (1, 1));
    /// let mut later = Events::new();
    /// later.push(Event::conversion("ann", 1_767_229_200).with_value(50.0))?;
    /// builder.extend(&later)?;
    /// assert_eq!(builder.build()?.totals().value, 50.0);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the offset is no value that JSON can hold, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>, offset: &impl Serialize) -> Result<()> {
        replace(path.as_ref(), |file| self.write_state(file, offset))
    }

    /// A builder as it was saved, and the offset it was saved with.
    ///
    /// It has the options it was saved with: [`JourneyBuilder::options`].
    ///
    /// # Errors
    /// If the file cannot be read, is no state, or is truncated or changed ([`Error::Damaged`]); if
    /// a newer version of the crate wrote it ([`Error::NewerFormat`]); or if the offset is of
    /// another type.
    pub fn load<T: DeserializeOwned>(path: impl AsRef<Path>) -> Result<(Self, T)> {
        let path = path.as_ref();
        let loaded = File::open(path)
            .map_err(Error::Io)
            .and_then(|file| Self::read_state(BufReader::with_capacity(1 << 20, file)));
        loaded.map_err(|error| error.in_file(path))
    }

    /// Writes what [`JourneyBuilder::save`] does to any writer, such as an upload. Whether a reader
    /// can ever see half of it, is the caller's to see to.
    ///
    /// ```
    /// use mixtouch::{JourneyBuilder, JourneyOptions};
    ///
    /// let mut state = Vec::new();
    /// JourneyBuilder::new(JourneyOptions::default()).write_state(&mut state, &"2026-01-01.csv")?;
    /// let (_, last): (_, String) = JourneyBuilder::read_state(&state[..])?;
    /// assert_eq!(last, "2026-01-01.csv");
    ///
    /// let truncated = JourneyBuilder::read_state::<String>(&state[..state.len() - 1]);
    /// assert!(matches!(truncated, Err(mixtouch::Error::Damaged { .. })));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the offset is no value that JSON can hold, or the writer fails.
    pub fn write_state(&self, writer: impl Write, offset: &impl Serialize) -> Result<()> {
        let Self {
            options,
            names,
            batches,
            costs,
            ignored_rows,
            cleaned_rows,
            cleaned_days,
            rows,
            forgotten,
            // rows come in no order for whoever says so again
            ties_by_name: _,
        } = self;
        let offset = serde_json::to_value(offset).map_err(|error| {
            Error::setting("the offset to save", error, "a value that JSON can hold")
        })?;
        let header = Header {
            format: 0,
            version: env!("CARGO_PKG_VERSION").into(),
            options: options.clone(),
            rows: *rows,
            ignored_rows: *ignored_rows,
            cleaned_rows: *cleaned_rows,
            cleaned_days: Some(cleaned_days.clone()),
            costs: costs.clone(),
            forgotten: *forgotten,
            batches: batches.len(),
            offset,
        };
        let mut writer = StateWriter::new(writer);
        header.write(&mut writer)?;
        names::write(names, &mut writer)?;
        for batch in batches {
            rows::write(batch, &mut writer)?;
        }
        writer.finish()
    }

    /// Reads what [`JourneyBuilder::write_state`] wrote.
    ///
    /// # Errors
    /// If [`JourneyBuilder::load`] would fail.
    pub fn read_state<T: DeserializeOwned>(reader: impl Read) -> Result<(Self, T)> {
        let mut reader = StateReader::new(reader);
        let Header {
            format,
            version: _,
            options,
            rows,
            ignored_rows,
            cleaned_rows,
            cleaned_days,
            costs,
            forgotten,
            batches: count,
            offset,
        } = Header::read(&mut reader)?;
        let names = names::read(&mut reader)?;
        let mut batches = Vec::new();
        for _ in 0..count {
            batches.push(rows::read(&mut reader, format, &names, &options)?);
        }
        reader.finish()?;
        let builder = Self {
            options,
            names,
            batches,
            costs,
            ignored_rows,
            cleaned_rows,
            cleaned_days: cleaned_days.unwrap_or_else(|| CleanedDays::undated(cleaned_rows)),
            rows,
            forgotten,
            ties_by_name: false,
        };
        Ok((builder, caller_offset(offset)?))
    }
}

/// The offset as the caller's type.
fn caller_offset<T: DeserializeOwned>(offset: Value) -> Result<T> {
    let text = offset.to_string();
    serde_json::from_value(offset).map_err(|error| {
        let wanted = without_paths(std::any::type_name::<T>());
        let expected = format!("a value of the type {wanted} that the program reads ({error})");
        Error::setting("the saved offset", text, expected)
    })
}

/// The name of a type, of which each part is without its path.
fn without_paths(name: &str) -> String {
    let inside = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let parts = name.split_inclusive(|letter| !inside(letter));
    parts
        .map(|part| part.rsplit("::").next().unwrap_or(part))
        .collect()
}
