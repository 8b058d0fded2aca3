//! Logs and spend tables as companies export them, read by a mapping.

use crate::options::{Options, Returns, bad, pair};
use mixtouch::io::{
    CostReader, EventReader, MappedColumn, Mapping, Reading, SpendReading, common_currency,
};
use mixtouch::time::Day;
use mixtouch::{CostTable, Error, JourneyBuilder, Result};
use serde_json::{Value, json};
use std::path::Path;

/// The settings of `--dialect`, and where a mapping has them.
const DIALECT: [(&str, &[&str]); 7] = [
    ("delimiter", &["file", "separator"]),
    ("decimal", &["file", "decimal"]),
    ("thousands", &["file", "thousands"]),
    ("missing", &["file", "null"]),
    ("encoding", &["file", "encoding"]),
    ("preamble", &["file", "header", "skip_lines"]),
    ("time-unit", &["columns", "time", "unit"]),
];

/// The mapping that the options ask for: a file, a preset, or the plain columns in a dialect.
pub(crate) fn mapping(options: &Options) -> Result<Option<Mapping>> {
    let mut mapping = match (&options.mapping, &options.preset) {
        (Some(path), _) => Mapping::load(path)?,
        (None, Some(name)) => Mapping::preset(name)?,
        (None, None) if options.dialect.is_empty() && options.skip_bad.is_none() => {
            return Ok(None);
        }
        (None, None) => plain(options)?,
    };
    if let Some(column) = &options.segment {
        let texts = &mut mapping.columns.texts;
        texts
            .entry(column.clone())
            .or_insert_with(|| MappedColumn::at(column));
    }
    if let Some(rows) = options.skip_bad {
        mapping.bad_rows = mixtouch::io::BadRows::Skip(rows);
    }
    Ok(Some(mapping))
}

/// The plain columns in a dialect.
fn plain(options: &Options) -> Result<Mapping> {
    let mut settings = json!({ "preset": "plain" });
    for text in &options.dialect {
        if text == "auto" {
            for key in ["separator", "decimal", "header"] {
                settings["file"][key] = "auto".into();
            }
            continue;
        }
        let (key, value) = pair("--dialect", text)?;
        let known = DIALECT.iter().find(|(name, _)| *name == key);
        let known = known.ok_or_else(|| {
            bad("--dialect", text, "auto, delimiter=, decimal=, thousands=, missing=, encoding=, preamble= or time-unit=")
        })?;
        set(&mut settings, known.1, value);
    }
    for text in &options.columns {
        let (standard, name) = pair("--column", text)?;
        let key = match standard {
            "timestamp" => "time",
            "kind" => "event",
            other => other,
        };
        settings["columns"][key]["column"] = name.into();
    }
    if let Some(zone) = &options.timezone {
        settings["columns"]["time"]["zone"] = zone.as_str().into();
    }
    let unusable = |error: serde_json::Error| Error::Setting {
        name: "--dialect or --column".into(),
        value: error.to_string(),
        expected: "settings of a file".into(),
    };
    serde_json::from_value(settings).map_err(unusable)
}

/// Sets a value where the mapping has it.
fn set(settings: &mut Value, path: &[&str], value: &str) {
    let place = path.iter().fold(settings, |place, key| &mut place[*key]);
    *place = match (path.last(), value.parse::<u64>()) {
        (Some(&"skip_lines"), Ok(lines)) => lines.into(),
        (Some(&"null"), _) => json!(["", value]),
        (Some(&"separator"), _) if value == "\\t" || value == "tab" => "\t".into(),
        _ => value.into(),
    };
}

/// Reads a log into a builder; the result is the report of it.
pub(crate) fn read_log(
    options: &Options,
    path: &Path,
    mapping: &Mapping,
    builder: &mut JourneyBuilder,
) -> Result<Value> {
    let placeholders = options.placeholders();
    let reader = EventReader::new(mapping.clone()).with_placeholders(placeholders);
    let Reading {
        mut events, report, ..
    } = reader.with_path(path).read()?;
    if options.fold_channels {
        events.fold_channels()?;
    }
    let renamed = options
        .columns
        .iter()
        .filter_map(|text| text.split_once('='));
    for (_, name) in renamed {
        if report
            .files
            .missing_columns
            .iter()
            .any(|missing| missing == name)
        {
            return Err(bad("--column", name, "a column of the log"));
        }
    }
    if !options.json {
        eprint!("{report}");
    }
    if options.returns == Returns::Gross {
        eprintln_returns(report.kinds.get("return").copied().unwrap_or(0));
    }
    builder.extend(&events)?;
    Ok(json!(report))
}

fn eprintln_returns(rows: u64) {
    if rows > 0 {
        eprintln!("{rows} returns are not taken off: --returns net does");
    }
}

/// A log and its spend tables, as their reports say.
struct Together<'a> {
    log: Option<&'a Value>,
    tables: Vec<(&'a str, &'a Value)>,
}

/// An error if a log and its spend tables are in two currencies; a line to stderr about tables with
/// costs of days that the log does not have.
pub(crate) fn check_together(options: &Options, readings: &[(&'static str, Value)]) -> Result<()> {
    let named = |name: &str| {
        let mut found = readings.iter().filter(|(of, _)| *of == name);
        found.next().map(|(_, report)| report)
    };
    let spend = named("spend")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let together = Together {
        log: named("reading"),
        tables: spend
            .map(|table| (table["files"][0].as_str().unwrap_or("a spend table"), table))
            .collect(),
    };
    together.check_currency()?;
    let is_bounded = options.from.is_some() && options.to.is_some();
    if !is_bounded {
        together.tell_days_outside();
    }
    Ok(())
}

impl Together<'_> {
    fn check_currency(&self) -> Result<()> {
        let currency = |report: &Value| report["currency"].as_str().map(str::to_owned);
        let log = self.log.map(|log| ("the log", currency(log)));
        let tables = self
            .tables
            .iter()
            .map(|(name, table)| (*name, currency(table)));
        let stated: Vec<_> = log.into_iter().chain(tables).collect();
        common_currency(
            stated
                .iter()
                .map(|(name, currency)| (*name, currency.as_deref())),
        )?;
        Ok(())
    }

    /// A line about each table with costs of days that the log does not have.
    fn tell_days_outside(&self) {
        let day = |second: &Value| second.as_i64().map(|second| second.div_euclid(86_400));
        let days = self
            .log
            .and_then(|log| day(&log["first"]).zip(day(&log["last"])));
        let Some((first, last)) = days else {
            return;
        };
        for (name, table) in &self.tables {
            let stated = |key: &str| table[key].as_str()?.parse::<Day>().ok();
            let Some((from, to)) = stated("first").zip(stated("last")) else {
                continue;
            };
            // a day of the account's zone may begin a day before that of UTC, or after it
            if i64::from(from.days()) < first - 1 || i64::from(to.days()) > last + 1 {
                eprintln!(
                    "{name} has costs from {from} to {to}, of days without a row in the log: all \
                     of them count, unless --from and --to state the days"
                );
            }
        }
    }
}

/// Reads a spend table, `PRESET=FILE` or by the mapping's `spend`; none where there is no such.
pub(crate) fn read_costs(
    options: &Options,
    preset: Option<&str>,
    path: &Path,
) -> Result<Option<(CostTable, Value)>> {
    let own = match (&options.mapping, &options.preset) {
        (Some(path), _) => Some(Mapping::load(path)?),
        (None, Some(name)) => Some(Mapping::preset(name)?),
        (None, None) => None,
    };
    let mapping = match (preset, own) {
        (Some(name), own) => {
            let mut preset = Mapping::preset(name)?;
            if let Some(own) = own {
                // costs and touches meet where one set of rules names their channels
                preset.channels = own.channels;
                preset.channel.splice(..0, own.channel);
            }
            preset
        }
        (None, Some(own)) if own.spend.is_some() => own,
        _ => return Ok(None),
    };
    let SpendReading { costs, report, .. } = CostReader::new(mapping).with_path(path).read()?;
    if !options.json {
        eprint!("{report}");
    }
    Ok(Some((costs, json!(report))))
}
