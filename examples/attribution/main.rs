//! Which channel gets the credit? Reads an event log or a path table, scores it with several models,
//! and prints their credit side by side. Without a file it simulates an omnichannel retailer and
//! shows the truth beside the models.
//!
//!     cargo run --release --example attribution
//!     cargo run --release --example attribution -- --events log.csv --model linear --model markov
//!     cargo run --release --example attribution -- --paths paths.csv --json

#[path = "../common/exit.rs"]
mod exit;
mod experiments;
mod input;
#[path = "../common/json.rs"]
mod json;
#[cfg_attr(not(feature = "mapping"), path = "unmapped.rs")]
mod mapped;
mod models;
mod options;
#[path = "../common/pictures.rs"]
mod pictures;
#[path = "../common/progress.rs"]
mod progress;
mod reports;
#[path = "../common/span.rs"]
mod span;
#[path = "../common/terminal.rs"]
mod terminal;

use clap::Parser;
use input::Input;
#[cfg(feature = "html")]
use mixtouch::attribution::rules::Linear;
use mixtouch::attribution::{ComparisonTable, TestPriorities};
#[cfg(feature = "html")]
use mixtouch::pages::{AttributionChapter, Results};
use mixtouch::report::Document;
use mixtouch::{Error, Result};
use options::Options;
use progress::Bar;
use reports::Figures;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// Credit where no touch counts for longer than so long.
type Window<'a> = (&'a str, ComparisonTable);

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    let drawn = options.pictures.are_asked()?;
    let input = input::read(options)?;
    let chosen = models::chosen(options, &input)?;
    let bar = Bar::new(options.json);
    let table = match &input.training {
        None => chosen.comparison.run_with_progress(&input.journeys, &bar)?,
        Some(training) => {
            let comparison = &chosen.comparison;
            comparison.run_on_with_progress(training, &input.journeys, &bar)?
        }
    };
    drop(bar);
    let windows = input.windows.iter();
    let windows = windows.map(|(name, journeys)| Ok((&**name, chosen.in_windows.run(journeys)?)));
    let windows: Vec<Window<'_>> = windows.collect::<Result<_>>()?;
    let distances = experiments::distances(options, &input)?;
    let priorities = experiments::priorities(options, &table)?;
    let mut reports = Vec::new();
    if let Some(name) = &options.levels {
        reports.push(("levels", reports::levels(options, name, &input)?));
    }
    for report in chosen.reports {
        reports.push((report.name(), report.figures(&input.journeys)?));
    }
    if input.journeys.censored() > 0 {
        eprintln!(
            "{} journeys without a conversion are cut short by the end of the log",
            input.journeys.censored()
        );
    }
    if drawn {
        draw(options, &table, priorities.as_ref(), &windows, &input)?;
    }
    let mut out = std::io::stdout().lock();
    if options.json {
        let mut document = document(&table, &reports, &input);
        if !distances.is_empty() {
            document["lift_tests"] = experiments::documents(&input.tests, &distances);
        }
        if let Some(tests) = &priorities {
            document["tests_to_run"] = json!(tests);
        }
        for (name, table) in &windows {
            document["windows"][*name] = json!(table);
        }
        writeln!(out, "{}", json::escaped(document))?;
    } else if options.csv {
        write_csv(&mut out, &table, &reports)?;
        for finding in table.findings() {
            eprintln!("{finding}");
        }
    } else {
        let shown = |table: &ComparisonTable| {
            let credit = table.top(options.limit.unwrap_or(usize::MAX));
            options.terminal.shown(credit)
        };
        write!(out, "{}", shown(&table))?;
        for (name, table) in &windows {
            let credit = shown(table);
            write!(out, "\nNo touch counts for longer than {name}:\n{credit}")?;
        }
        write!(out, "{}", truth(&table, &input, &distances))?;
        write!(out, "{}", further(reports))?;
        let priorities = priorities.as_ref().map(experiments::priorities_text);
        write!(out, "{}", priorities.unwrap_or_default())?;
    }
    Ok(out.flush()?)
}

/// Writes the page and its charts.
#[cfg(feature = "html")]
fn draw(
    options: &Options,
    table: &ComparisonTable,
    priorities: Option<&TestPriorities>,
    windows: &[Window<'_>],
    input: &Input,
) -> Result<()> {
    let mut chapter =
        AttributionChapter::new(table).with_stages(&input.journeys, "linear", &Linear)?;
    if !windows.is_empty() {
        for (name, table) in windows {
            chapter = chapter.with_window(*name, table);
        }
        let longest = options.lookback.as_deref().unwrap_or("30d");
        chapter = chapter.with_window(longest, table);
    }
    let mut results = Results::new("Which channel gets the credit?").with_attribution(table);
    if let Some(priorities) = priorities {
        chapter = chapter.with_priorities(priorities);
        results = results.with_priorities(priorities);
    }
    if let Some(truth) = &input.truth {
        let caused = truth.channels.iter();
        let caused = caused.map(|row| (row.channel, row.incremental_conversions));
        chapter = chapter
            .with_truth(caused)
            .with_true_baseline(truth.baseline);
        results = results.with_chip("simulated, seed", options.seed.to_string());
    }
    let chapter = chapter
        .chapter()
        .with_checks(experiments::kept_for_later(input));
    let results = results.with_journeys(&input.journeys).with_chapter(chapter);
    options.pictures.write(&results.page())
}

#[cfg(not(feature = "html"))]
fn draw(
    _: &Options,
    _: &ComparisonTable,
    _: Option<&TestPriorities>,
    _: &[Window<'_>],
    _: &Input,
) -> Result<()> {
    Ok(())
}

fn write_csv(
    out: &mut impl Write,
    table: &ComparisonTable,
    reports: &[(&str, Figures)],
) -> Result<()> {
    match reports.first() {
        None => table.write_csv(out),
        Some((name, _)) => Err(Error::Setting {
            name: "--model with --csv".into(),
            value: (*name).to_owned(),
            expected: "models; reports come as a table or with --json".into(),
        }),
    }
}

/// The truth where it is known, and how tests bring time-to-event nearer.
fn truth(table: &ComparisonTable, input: &Input, distances: &[f64]) -> String {
    let Some(truth) = &input.truth else {
        return String::new();
    };
    let truth = truth.compared(table);
    let mut text = format!("\n{truth}");
    let tests = experiments::section(input, &truth, distances);
    if !tests.is_empty() {
        text += &format!("\n{tests}");
    }
    text
}

fn further(reports: Vec<(&str, Figures)>) -> String {
    if reports.is_empty() {
        return String::new();
    }
    let sections = reports
        .into_iter()
        .map(|(name, figures)| figures.section(name));
    let reports = Document {
        title: String::new(),
        sections: sections.collect(),
    };
    format!("\n{reports}")
}

fn document(table: &ComparisonTable, reports: &[(&str, Figures)], input: &Input) -> Value {
    let mut document = json!(table);
    let models = table.models().iter();
    let spent: serde_json::Map<String, Value> = models
        .map(|model| (model.model.clone(), json!(model.spent.as_secs_f64())))
        .collect();
    document["seconds"] = json!({
        "read": input.read.as_secs_f64(),
        "build": input.build.as_secs_f64(),
        "models": spent,
    });
    for (name, figures) in reports {
        document["reports"][name] = figures.json.clone();
    }
    for (name, report) in &input.readings {
        document[*name] = report.clone();
    }
    if let Some(truth) = &input.truth {
        document["truth"] = json!(truth);
    }
    document
}
