//! The start of a state: what the rest is read by.

use crate::error::{Error, Result};
use crate::event::{CleanedDays, CleanedRows, CostTable, IgnoredRows};
use crate::journeys::options::JourneyOptions;
use crate::journeys::state::reader::{StateReader, damaged};
use crate::journeys::state::writer::StateWriter;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{Read, Write};

const MAGIC: [u8; 16] = *b"mixtouch state\r\n";

/// The number of the format. Another layout takes the next number; earlier ones still read. Since
/// 2 the header says before which second rows are forgotten, and has the days of what was cleaned.
const FORMAT: u32 = 2;

/// What a state says of itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// The number of the format it was read in.
    #[serde(skip)]
    pub(super) format: u32,
    /// The version of the crate that wrote the state.
    pub(super) version: String,
    pub(super) options: JourneyOptions,
    pub(super) rows: u64,
    pub(super) ignored_rows: IgnoredRows,
    pub(super) cleaned_rows: CleanedRows,
    pub(super) costs: CostTable,
    #[serde(default)]
    pub(super) forgotten: u32,
    /// None in format 1.
    #[serde(default)]
    pub(super) cleaned_days: Option<CleanedDays>,
    /// How many batches follow.
    pub(super) batches: usize,
    /// Where the caller's source of events was.
    pub(super) offset: Value,
}

impl Header {
    pub(super) fn write<W: Write>(&self, writer: &mut StateWriter<W>) -> Result<()> {
        writer.bytes(&MAGIC)?;
        writer.bytes(&FORMAT.to_le_bytes())?;
        let json = serde_json::to_vec(self).map_err(|error| Error::Io(error.into()))?;
        writer.cells(&json)
    }

    pub(super) fn read<R: Read>(reader: &mut StateReader<R>) -> Result<Self> {
        if reader.array()? != MAGIC {
            return Err(damaged("its first bytes are not those of a state"));
        }
        let format = u32::from_le_bytes(reader.array()?);
        if format > FORMAT {
            return Err(Error::NewerFormat {
                what: "the saved state".into(),
                format,
                newest: FORMAT,
            });
        }
        let json = reader.block()?;
        let header: std::result::Result<Self, _> = serde_json::from_slice(&json);
        let header = header.map(|header| Self { format, ..header });
        header.map_err(|error| damaged(format!("its header does not read: {error}")))
    }
}
