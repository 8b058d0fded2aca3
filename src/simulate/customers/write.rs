//! The simulated customers as files, raw identifiers and all: what a company's systems would export.

use super::life::{Life, Record};
use super::{Customers, PURPOSE, check};
use crate::error::{Error, Result};
use crate::random::Random;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

impl Customers {
    /// Writes `events.csv`, `identifiers.csv` and `consent.csv` of the same customers that [`Customers::new`] makes, with their
    /// identifiers in plain text, and `persons.csv` with the true person of each row of the events.
    ///
    /// # Errors
    /// No person, or more than ten million; a file that cannot be written.
    pub fn write(persons: u64, seed: u64, folder: &Path) -> Result<()> {
        check(persons)?;
        let file = |name: &str| -> Result<BufWriter<File>> {
            let path = folder.join(name);
            Ok(BufWriter::new(File::create(&path).map_err(|error| Error::Io(error).in_file(path))?))
        };
        let (mut events, mut links) = (file("events.csv")?, file("identifiers.csv")?);
        let (mut consent, mut truth) = (file("consent.csv")?, file("persons.csv")?);
        let kinds = Self::KINDS.map(|kind| format!("id:{kind}")).join(",");
        writeln!(events, "{kinds},timestamp,channel,kind,interaction,value,cost")?;
        writeln!(links, "kind,value,linked_kind,linked_value,timestamp,confidence")?;
        writeln!(consent, "kind,value,purpose,granted,timestamp")?;
        writeln!(truth, "person")?;
        let base = Random::new(seed);
        for person in 0..persons {
            let mut life = Life::new(person, persons, base.stream(person));
            life.live();
            for row in &life.rows {
                let value = |kind| row.names.iter().find(|name| name.kind == kind).map(|name| name.value()).unwrap_or_default();
                let (identifiers, interaction) = (Self::KINDS.map(value).join(","), if row.value.is_some() { "" } else { "click" });
                let kind = if row.value.is_some() { "conversion" } else { "touch" };
                let value = row.value.map(|value| value.to_string()).unwrap_or_default();
                writeln!(events, "{identifiers},{},{},{kind},{interaction},{value},{}", row.second, row.channel, row.cost)?;
                writeln!(truth, "{person}")?;
            }
            for record in &life.records {
                match record {
                    Record::Link { left, right, second, confidence } => {
                        let (left_value, right_value) = (left.value(), right.value());
                        writeln!(links, "{},{left_value},{},{right_value},{second},{confidence}", left.kind, right.kind)?;
                    }
                    Record::Consent { name, granted, second } => {
                        writeln!(consent, "{},{},{PURPOSE},{granted},{second}", name.kind, name.value())?;
                    }
                }
            }
        }
        [events, links, consent, truth].into_iter().try_for_each(|mut file| Ok(file.flush()?))
    }
}
