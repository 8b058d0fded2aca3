//! Which channel gets the credit? Reads an event log or a path table, scores it by several models,
//! and prints their credit side by side. Without a file it simulates an omnichannel retailer and
//! shows the truth beside the models.
//!
//!     cargo run --release --example attribution
//!     cargo run --release --example attribution -- --events log.csv --lookback 14d --model linear --model markov
//!     cargo run --release --example attribution -- --paths paths.csv --json

#[path = "../common/exit.rs"]
mod exit;
mod input;
mod models;
mod options;
mod truth;

use clap::Parser;
use mixtouch::attribution::rules::Participation;
use mixtouch::attribution::shapley::{ExactSetShapley, OrderedShapley};
use mixtouch::attribution::{ChannelSetCounts, ComparisonTable};
use mixtouch::{Error, Journeys, Result};
use options::Options;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    let input = input::read(options)?;
    let chosen = models::chosen(options, &input.journeys)?;
    let table = chosen.comparison.run(&input.journeys)?;
    let reports = chosen
        .reports
        .iter()
        .map(|name| Ok((name.clone(), report(name, &input.journeys)?)))
        .collect::<Result<Map<_, _>>>()?;
    if input.journeys.censored() > 0 {
        eprintln!(
            "{} journeys without a conversion are cut short by the end of the log",
            input.journeys.censored()
        );
    }
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", document(&table, reports, &input))?;
    } else if options.csv {
        if let Some((name, _)) = reports.iter().next() {
            let expected = "models; reports come as a table or with --json".into();
            return Err(Error::Setting {
                name: "--model with --csv".into(),
                value: name.clone(),
                expected,
            });
        }
        table.write_csv(&mut out)?;
    } else {
        write!(out, "{}", table.top(options.limit.unwrap_or(usize::MAX)))?;
        if let Some(truth) = &input.truth {
            write!(out, "\n{}", truth.beside(&table))?;
        }
        for (name, report) in &reports {
            writeln!(out, "\n{name}")?;
            report
                .as_array()
                .into_iter()
                .flatten()
                .try_for_each(|row| write_row(&mut out, row))?;
        }
    }
    Ok(out.flush()?)
}

/// The figures of one report, by its name.
fn report(name: &str, journeys: &Journeys) -> Result<Value> {
    let channels = journeys.channels();
    Ok(match name {
        "participation" => {
            let report = journeys.accumulate(|| Participation::new(channels))?;
            report
                .iter()
                .map(|(channel, tally)| json!({"channel": channel, "conversions": tally.conversions, "value": tally.value}))
                .collect()
        }
        "shapley-ordered" => {
            let report = journeys.accumulate(|| OrderedShapley::new(channels))?;
            let conversions = |tallies: &[mixtouch::attribution::Tally]| {
                tallies
                    .iter()
                    .map(|tally| tally.conversions)
                    .collect::<Vec<_>>()
            };
            report.iter().map(|(channel, tallies)| json!({"channel": channel, "positions": conversions(tallies)})).collect()
        }
        _ => {
            let report =
                ExactSetShapley::new(&journeys.accumulate(|| ChannelSetCounts::new(channels))?);
            report
                .iter()
                .map(|(channel, value)| json!({"channel": channel, "value": value}))
                .collect()
        }
    })
}

/// A channel's row of a report, its figures side by side.
fn write_row(out: &mut impl Write, row: &Value) -> Result<()> {
    write!(out, "{:<20}", row["channel"].as_str().unwrap_or_default())?;
    let figure = |value: &Value| value.as_f64().unwrap_or_default();
    for (name, value) in row
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "channel")
    {
        match value.as_array() {
            Some(positions) => positions
                .iter()
                .try_for_each(|value| write!(out, " {:>9.1}", figure(value)))?,
            None => write!(out, "  {name} {:>14.1}", figure(value))?,
        }
    }
    Ok(writeln!(out)?)
}

fn document(table: &ComparisonTable, reports: Map<String, Value>, input: &input::Input) -> Value {
    let mut document = serde_json::to_value(table).expect("a table of numbers and texts");
    let spent: Map<_, _> = table
        .models()
        .iter()
        .map(|model| (model.model.clone(), json!(model.spent.as_secs_f64())))
        .collect();
    document["seconds"] = json!({"read": input.read.as_secs_f64(), "build": input.build.as_secs_f64(), "models": spent});
    if !reports.is_empty() {
        document["reports"] = Value::Object(reports);
    }
    if let Some(truth) = &input.truth {
        document["truth"] = truth.json();
    }
    document
}
