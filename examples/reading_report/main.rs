//! What a mapping makes of an event log or a spend table: the report to judge a new mapping by.
//!
//!     cargo run --release --features mapping --example reading_report -- --preset google-ads spend.csv
//!     cargo run --release --features mapping --example reading_report -- --mapping shop.toml events.jsonl.gz
//!     cargo run --release --features mapping --example reading_report -- --mapping shop.toml --spend ads.csv
//!     cargo run --release --features mapping --example reading_report -- --preset ga4 --show

#[path = "../common/exit.rs"]
mod exit;
#[path = "../common/json.rs"]
mod json;

use clap::{ArgGroup, Parser};
use mixtouch::io::{MappedColumns, Mapping};
use mixtouch::{CostTable, Events, Result};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a mapping makes of an event log or a spend table.
#[derive(Debug, Parser)]
#[command(name = "reading_report", group = ArgGroup::new("how").args(["mapping", "preset"]).required(true))]
struct Options {
    /// The log or table: a file, or a pattern such as 'events-*.parquet'
    #[arg(required_unless_present = "show")]
    file: Option<PathBuf>,
    /// How to read it: a file, TOML or JSON
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// How to read it: the name of a well-known export
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Read a spend table, where the mapping has both columns of events and `spend`
    #[arg(long)]
    spend: bool,
    /// Print the preset, to start a mapping of one's own from
    #[arg(long, requires = "preset")]
    show: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    let preset = options.preset.as_deref().unwrap_or_default();
    let Some(file) = options.file.as_deref().filter(|_| !options.show) else {
        print!("{}", Mapping::preset_text(preset)?);
        return Ok(());
    };
    let mapping = match &options.mapping {
        Some(path) => Mapping::load(path)?,
        None => Mapping::preset(preset)?,
    };
    let is_spend_only = mapping.spend.is_some() && mapping.columns == MappedColumns::default();
    let (text, json) = if options.spend || is_spend_only {
        let report = CostTable::read(file, &mapping)?.report;
        (report.to_string(), serde_json::to_string_pretty(&report))
    } else {
        let report = Events::read(file, &mapping)?.report;
        (report.to_string(), serde_json::to_string_pretty(&report))
    };
    if options.json {
        println!("{}", json::escaped(json.map_err(std::io::Error::other)?));
    } else {
        print!("{text}");
    }
    Ok(())
}
