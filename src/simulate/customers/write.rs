//! The simulated customers as files, raw identifiers and all: what a company's systems would
//! export.

use crate::error::{Error, Result};
use crate::event::{Interaction, Kind};
use crate::simulate::customers::life::Life;
use crate::simulate::customers::rows::{Record, Row};
use crate::simulate::customers::{Customers, PURPOSE, check};
use crate::util::Random;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

impl Customers {
    /// Writes `events.csv`, `identifiers.csv` and `consent.csv` of the same customers that
    /// [`Customers::new`] makes, with their identifiers in plain text, and `persons.csv` with the
    /// true person of each row of the events.
    ///
    /// # Errors
    /// If there is no person, or more than ten million, or a file cannot be written.
    pub fn write(persons: u64, seed: u64, folder: &Path) -> Result<()> {
        check(persons)?;
        let file = |name: &str| -> Result<BufWriter<File>> {
            let path = folder.join(name);
            Ok(BufWriter::new(
                File::create(&path).map_err(|error| Error::Io(error).in_file(path))?,
            ))
        };
        let (mut events, mut links) = (file("events.csv")?, file("identifiers.csv")?);
        let (mut consent, mut truth) = (file("consent.csv")?, file("persons.csv")?);
        let kinds = Self::KINDS.map(|kind| format!("id:{kind}")).join(",");
        let texts = Self::COLUMNS.join(",");
        writeln!(
            events,
            "{kinds},timestamp,channel,kind,interaction,value,cost,goal,order_id,{texts}"
        )?;
        writeln!(
            links,
            "kind,value,linked_kind,linked_value,timestamp,confidence"
        )?;
        writeln!(consent, "kind,value,purpose,granted,timestamp")?;
        writeln!(truth, "person")?;
        let base = Random::new(seed);
        for person in 0..persons {
            let mut life = Life::new(person, persons, base.stream(person));
            life.live();
            for row in &life.rows {
                writeln!(events, "{}", line(row))?;
                writeln!(truth, "{person}")?;
            }
            life.records
                .iter()
                .try_for_each(|record| write_record(record, &mut links, &mut consent))?;
        }
        [events, links, consent, truth]
            .into_iter()
            .try_for_each(|mut file| Ok(file.flush()?))
    }
}

/// A link or a consent, as a row of the file it belongs to.
fn write_record(record: &Record, links: &mut impl Write, consent: &mut impl Write) -> Result<()> {
    match record {
        Record::Link {
            left,
            right,
            second,
            confidence,
        } => writeln!(
            links,
            "{},{},{},{},{second},{confidence}",
            left.kind,
            left.value(),
            right.kind,
            right.value()
        )?,
        Record::Consent {
            name,
            granted,
            second,
        } => writeln!(
            consent,
            "{},{},{PURPOSE},{granted},{second}",
            name.kind,
            name.value()
        )?,
    }
    Ok(())
}

/// A row of the events.
fn line(row: &Row) -> String {
    let identifier = |kind| {
        row.names
            .iter()
            .find(|name| name.kind == kind)
            .map(|name| name.value())
            .unwrap_or_default()
    };
    let identifiers = Customers::KINDS.map(identifier).join(",");
    let kind = Kind::ALL
        .iter()
        .find(|(_, kind)| *kind == row.kind)
        .map_or("", |(name, _)| name);
    let interaction = match row.interaction {
        Some(Interaction::Click) => "click",
        Some(Interaction::View) => "view",
        None => "",
    };
    let value = if row.kind == Kind::Touch {
        String::new()
    } else {
        row.value.to_string()
    };
    let Row {
        second,
        channel,
        cost,
        goal,
        id,
        texts,
        ..
    } = row;
    format!(
        "{identifiers},{second},{channel},{kind},{interaction},{value},{cost},{goal},{id},{}",
        texts.join(",")
    )
}
