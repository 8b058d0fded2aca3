//! From files, or a simulation, to rows of identifiers.

use crate::options::Options;
use mixtouch::identity::{Consent, IdentifiedEvents, Links, Pseudonymiser};
use mixtouch::io::EventColumns;
use mixtouch::io::IdentifiedReader;
use mixtouch::simulate::customers::{Customers, PURPOSE};
use mixtouch::{Error, Events, Result};
use std::fs::{File, create_dir_all};
use std::path::Path;

pub(crate) struct Input {
    pub(crate) log: IdentifiedEvents,
    pub(crate) links: Links,
    pub(crate) consent: Option<(Consent, String)>,
    pub(crate) truth: Option<Truth>,
}

/// What only a simulation knows.
pub(crate) struct Truth {
    /// The person of each row.
    pub(crate) persons: Vec<u64>,
    /// The same as far as links can tell.
    pub(crate) supported: Vec<u64>,
    /// The log with everybody known.
    pub(crate) known: Events,
    /// Purchases caused, by channel.
    pub(crate) incremental: Vec<(&'static str, f64)>,
    /// Purchases that would have come anyway.
    pub(crate) baseline: f64,
}

pub(crate) fn read(options: &Options) -> Result<Input> {
    let hasher = Pseudonymiser::new(options.key()?, &options.rules()?)
        .with_values_in_errors(options.values_in_errors);
    match &options.events {
        Some(path) => read_files(options, path, &hasher),
        None => simulate(options, &hasher),
    }
}

fn read_files(options: &Options, path: &Path, hasher: &Pseudonymiser) -> Result<Input> {
    let mut columns = EventColumns::default().keep_all();
    for text in &options.columns {
        let (standard, name) = text.split_once('=').ok_or_else(|| Error::Setting {
            name: "--column".into(),
            value: format!("{text:?}"),
            expected: "COLUMN=NAME".into(),
        })?;
        columns = columns.rename(standard, name)?;
    }
    if let Some(zone) = options.zone()? {
        columns = columns.with_zone(zone);
    }
    if let Some(column) = &options.timezone_column {
        columns = columns.with_zone_column(column);
    }
    let log = if options.mapping.is_some() || options.preset.is_some() {
        read_mapped(options, path, hasher)?
    } else {
        let asked = [&options.voices.verbatims, &options.personas];
        let asked: Vec<&str> = asked.into_iter().flatten().map(String::as_str).collect();
        with_texts(&columns, &asked, |columns| {
            in_file(path, |file| read_log(options, file, columns, hasher))
        })?
    };
    let links = options
        .identifiers
        .as_deref()
        .map(|path| in_file(path, |file| Links::from_csv(file, hasher)))
        .transpose()?;
    let consent = options
        .consent
        .as_deref()
        .map(|path| in_file(path, |file| Consent::from_csv(file, hasher)))
        .transpose()?;
    let consent = consent.map(|consent| (consent, options.purpose.clone()));
    if let Some((consent, purpose)) = consent
        .as_ref()
        .filter(|(consent, purpose)| consent.purposes().all(|known| known != *purpose))
    {
        let known: Vec<&str> = consent.purposes().collect();
        eprintln!(
            "nobody was asked for the purpose {purpose:?}, only for: {}",
            known.join(", ")
        );
    }
    Ok(Input {
        log,
        links: links.unwrap_or_default(),
        consent,
        truth: None,
    })
}

/// Reads the log by a mapping; its report goes to standard error.
#[cfg(feature = "mapping")]
fn read_mapped(options: &Options, path: &Path, hasher: &Pseudonymiser) -> Result<IdentifiedEvents> {
    use mixtouch::io::{EventReader, Mapping};
    let mapping = match (&options.mapping, &options.preset) {
        (Some(file), _) => Mapping::load(file)?,
        (None, name) => Mapping::preset(name.as_deref().unwrap_or_default())?,
    };
    let reading = EventReader::new(mapping)
        .with_path(path)
        .keep_all()
        .read()?;
    if !options.json {
        eprint!("{}", reading.report);
    }
    identified(&reading.events, hasher)
}

#[cfg(not(feature = "mapping"))]
fn read_mapped(_: &Options, _: &Path, _: &Pseudonymiser) -> Result<IdentifiedEvents> {
    Err(Error::Setting {
        name: "--mapping".into(),
        value: "given".into(),
        expected: "only with cargo's --features mapping".into(),
    })
}

/// Reads those of the KPIs' text columns that the file has, and those asked for: the header tells on
/// the first attempts which it lacks.
fn with_texts(
    columns: &EventColumns,
    asked: &[&str],
    read: impl Fn(EventColumns) -> Result<IdentifiedEvents>,
) -> Result<IdentifiedEvents> {
    let mut texts = [&Customers::COLUMNS[..], &["margin"]].concat();
    for column in asked {
        if !texts.contains(column) {
            texts.push(column);
        }
    }
    loop {
        let lacks = match read(columns.clone().with_texts(texts.iter().copied())) {
            Err(Error::File { path, source }) => match *source {
                Error::MissingColumn { column, .. }
                    if texts.contains(&column.as_str()) && !asked.contains(&column.as_str()) =>
                {
                    column
                }
                other => {
                    return Err(Error::File {
                        path,
                        source: Box::new(other),
                    });
                }
            },
            result => return result,
        };
        texts.retain(|name| *name != lacks);
    }
}

/// Reads a log of identifiers, or where it has none of persons.
fn read_log(
    options: &Options,
    file: File,
    columns: EventColumns,
    hasher: &Pseudonymiser,
) -> Result<IdentifiedEvents> {
    let path = options.events.as_deref().unwrap_or(Path::new(""));
    match read_identified(path, file, columns.clone(), hasher) {
        Ok(_) if options.key.is_none() => Err(Error::Setting {
            name: "--key".into(),
            value: "missing".into(),
            expected: "the secret that id:KIND columns are hashed with: 64 hexadecimal digits, \
                       as openssl rand -hex 32 prints"
                .into(),
        }),
        Err(Error::MissingColumn { column, found }) if column == "id:KIND" => {
            let renamed = options.columns.iter();
            let mut renamed = renamed.filter_map(|text| text.strip_prefix("person="));
            let person = renamed.next_back().unwrap_or("person");
            if !found.iter().any(|name| name == person) {
                let column = format!("{person} or id:KIND");
                return Err(Error::MissingColumn { column, found });
            }
            identified(&read_persons(path, columns)?, hasher)
        }
        read => read,
    }
}

/// Persons as accounts: one identifier each.
fn identified(log: &Events, hasher: &Pseudonymiser) -> Result<IdentifiedEvents> {
    let names: Vec<&str> = log.columns().collect();
    let mut identified = IdentifiedEvents::with_columns(names.iter().copied()).keep_all();
    for (row, event) in log.iter().enumerate() {
        let texts = names.iter().map(|name| log.text(row, name).unwrap_or(""));
        let texts: Vec<&str> = texts.collect();
        let person = hasher.identifier("account", &event.person().to_string())?;
        identified.push(event.with_texts(&texts), &[person])?;
    }
    Ok(identified)
}

fn read_persons(path: &Path, columns: EventColumns) -> Result<Events> {
    let file = File::open(path)?;
    if is_parquet(path) {
        return read_parquet_persons(file, columns);
    }
    Events::from_csv(file, columns)
}

#[cfg(feature = "parquet")]
fn read_parquet_persons(file: File, columns: EventColumns) -> Result<Events> {
    let mut log: Option<Events> = None;
    for piece in mixtouch::io::ParquetReader::new(file, columns)? {
        let rows = piece?.events()?;
        match &mut log {
            Some(log) => log.append(&rows)?,
            None => log = Some(rows),
        }
    }
    Ok(log.unwrap_or_default())
}

#[cfg(not(feature = "parquet"))]
fn read_parquet_persons(_: File, _: EventColumns) -> Result<Events> {
    Err(no_parquet())
}

fn is_parquet(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}

fn read_identified(
    path: &Path,
    file: File,
    columns: EventColumns,
    hasher: &Pseudonymiser,
) -> Result<IdentifiedEvents> {
    if is_parquet(path) {
        return read_parquet(file, columns, hasher);
    }
    IdentifiedReader::csv(file, columns, hasher)?.read_all()
}

#[cfg(feature = "parquet")]
fn read_parquet(
    file: File,
    columns: EventColumns,
    hasher: &Pseudonymiser,
) -> Result<IdentifiedEvents> {
    IdentifiedReader::parquet(file, columns, hasher)?.read_all()
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(_: File, _: EventColumns, _: &Pseudonymiser) -> Result<IdentifiedEvents> {
    Err(no_parquet())
}

#[cfg(not(feature = "parquet"))]
fn no_parquet() -> Error {
    Error::Setting {
        name: "the format of the file".into(),
        value: "Parquet".into(),
        expected: "CSV; Parquet needs cargo's --features parquet".into(),
    }
}

fn simulate(options: &Options, hasher: &Pseudonymiser) -> Result<Input> {
    eprintln!(
        "simulating {} customers known by pieces, 90 days, seed {}",
        options.persons, options.seed
    );
    let customers = Customers::new(options.persons, options.seed, hasher)?;
    if let Some(folder) = &options.out {
        create_dir_all(folder).map_err(|error| Error::File {
            path: folder.clone(),
            source: Box::new(Error::Io(error)),
        })?;
        Customers::write(options.persons, options.seed, folder)?;
        eprintln!(
            "wrote events.csv, identifiers.csv, consent.csv and persons.csv to {}",
            folder.display()
        );
    }
    let known = customers.known()?;
    let Customers {
        events,
        links,
        consent,
        persons,
        supported,
        incremental,
        baseline,
        ..
    } = customers;
    let truth = Truth {
        persons,
        supported,
        known,
        incremental,
        baseline,
    };
    Ok(Input {
        log: events,
        links,
        consent: Some((consent, PURPOSE.to_owned())),
        truth: Some(truth),
    })
}

/// Opens a file and names it in whatever goes wrong.
fn in_file<T>(path: &Path, read: impl FnOnce(File) -> Result<T>) -> Result<T> {
    let result = File::open(path).map_err(Error::Io).and_then(read);
    result.map_err(|error| Error::File {
        path: path.to_owned(),
        source: Box::new(error),
    })
}
