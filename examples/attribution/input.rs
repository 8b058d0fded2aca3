//! From files, or a simulation, to journeys.

use crate::options::{Options, Returns, pair};
use mixtouch::event::{IgnoredRows, Placeholders};
use mixtouch::io::{CsvChunk, CsvReader, EventColumns};
use mixtouch::simulate::retailer::Retailer;
use mixtouch::time::TimeRange;
use mixtouch::{CostTable, Error, JourneyBuilder, Journeys, PathTable, Result};
use serde::Serialize;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) struct Input {
    /// Those reported.
    pub(crate) journeys: Journeys,
    /// Those that models are fitted on, where they are others.
    pub(crate) training: Option<Journeys>,
    pub(crate) truth: Option<Truth>,
    pub(crate) read: Duration,
    pub(crate) build: Duration,
}

/// What the simulated retailer's advertising caused.
#[derive(Serialize)]
pub(crate) struct Truth {
    pub(crate) channels: Vec<Caused>,
    /// Purchases that would have come anyway.
    pub(crate) baseline: f64,
}

/// Purchases that one channel caused.
#[derive(Serialize)]
pub(crate) struct Caused {
    pub(crate) channel: &'static str,
    pub(crate) incremental_conversions: f64,
}

pub(crate) fn read(options: &Options) -> Result<Input> {
    let costs = options
        .costs
        .as_deref()
        .map(|path| in_file(path, |file| CostTable::from_csv(file, options.zone()?)))
        .transpose()?;
    match (&options.paths, &options.events) {
        (Some(path), _) => read_paths(options, path, costs),
        (_, Some(path)) => read_events(options, path, costs),
        _ => simulate(options, costs),
    }
}

fn read_paths(options: &Options, path: &Path, costs: Option<CostTable>) -> Result<Input> {
    if let Some(option) = options.timed() {
        let expected =
            "only with --events: a path table has no persons, times or further columns".into();
        return Err(Error::Setting {
            name: option.into(),
            value: "given with --paths".into(),
            expected,
        });
    }
    let started = Instant::now();
    let mut table = in_file(path, |file| PathTable::from_csv(file, &options.separator))?;
    costs.iter().for_each(|costs| table.add_costs(costs));
    let read = started.elapsed();
    let journeys = table.journeys_with(&options.journeys()?)?;
    Ok(Input {
        journeys,
        training: None,
        truth: None,
        read,
        build: started.elapsed() - read,
    })
}

fn read_events(options: &Options, path: &Path, costs: Option<CostTable>) -> Result<Input> {
    let started = Instant::now();
    let mut builder = builder(options)?;
    if let Some(mut costs) = costs {
        if options.fold_channels {
            costs.fold_channels();
        }
        builder.add_costs(&costs);
    }
    let mut columns = EventColumns::default();
    for text in &options.columns {
        let (standard, name) = pair("--column", text)?;
        columns = columns.rename(standard, name)?;
    }
    let usual = Placeholders::default();
    let placeholders = options
        .placeholder
        .iter()
        .fold(usual, |all, text| all.with(text));
    columns = columns
        .with_texts(options.segment.iter())
        .with_placeholders(placeholders)
        .with_folded_channels(options.fold_channels);
    if options.returns == Returns::Net {
        columns = columns.keep_returns();
    }
    in_file(path, |file| read_log(path, file, columns, &mut builder))?;
    let ignored = builder.ignored_rows();
    if ignored.total() > 0 {
        let IgnoredRows {
            returns,
            carts,
            surveys,
            cases,
            ..
        } = ignored;
        eprintln!(
            "ignored, as attribution does not use them: {returns} returns, {carts} carts, \
             {surveys} surveys, {cases} cases"
        );
    }
    check_goal(options, &builder)?;
    let read = started.elapsed();
    let (journeys, training) = built(options, builder)?;
    Ok(Input {
        journeys,
        training,
        truth: None,
        read,
        build: started.elapsed() - read,
    })
}

fn builder(options: &Options) -> Result<JourneyBuilder> {
    let mut cut = options.journeys()?;
    if options.training()?.is_some() {
        // snapshots state the days; a builder's own period would drop rows that they need
        cut = cut.with_period(TimeRange::default());
    }
    let mut builder = JourneyBuilder::new(cut);
    builder.add_channels(options.add_channel.iter().map(String::as_str))?;
    Ok(builder)
}

/// The journeys reported, and those that models are fitted on where they are others.
fn built(options: &Options, builder: JourneyBuilder) -> Result<(Journeys, Option<Journeys>)> {
    let Some(training) = options.training()? else {
        return Ok((builder.build()?, None));
    };
    let training = builder.snapshot(training)?;
    Ok((builder.snapshot(options.period()?)?, Some(training)))
}

/// An error if --goal names a goal that no conversion has.
fn check_goal(options: &Options, builder: &JourneyBuilder) -> Result<()> {
    let known: Vec<&str> = builder.goals().collect();
    let Some(goal) = options.goal.as_deref().filter(|goal| !known.contains(goal)) else {
        return Ok(());
    };
    let expected = if known.is_empty() {
        "none: no conversion of the log names a goal".to_owned()
    } else {
        format!("a goal of the log: {}", known.join(", "))
    };
    Err(Error::Setting {
        name: "--goal".into(),
        value: format!("{goal:?}"),
        expected: expected.into(),
    })
}

fn read_log(
    path: &Path,
    file: File,
    columns: EventColumns,
    builder: &mut JourneyBuilder,
) -> Result<()> {
    if path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
    {
        read_parquet(file, columns, builder)?;
    } else {
        builder.extend_each(CsvReader::new(file, columns)?, CsvChunk::events)?;
    }
    match builder.rows() {
        0 => Err(Error::Empty {
            what: "the event log".into(),
            expected: "at least one row".into(),
        }),
        _ => Ok(()),
    }
}

#[cfg(feature = "parquet")]
fn read_parquet(file: File, columns: EventColumns, builder: &mut JourneyBuilder) -> Result<()> {
    builder.extend_each(
        mixtouch::io::ParquetReader::new(file, columns)?,
        mixtouch::io::ParquetChunk::events,
    )
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(_: File, _: EventColumns, _: &mut JourneyBuilder) -> Result<()> {
    let expected = "CSV; Parquet needs cargo's --features parquet".into();
    Err(Error::Setting {
        name: "the format of the file".into(),
        value: "Parquet".into(),
        expected,
    })
}

fn simulate(options: &Options, costs: Option<CostTable>) -> Result<Input> {
    let started = Instant::now();
    let retailer = Retailer::new(options.persons, options.seed)?;
    eprintln!(
        "simulating a retailer: {} persons, 90 days, seed {}",
        options.persons, options.seed
    );
    let read = started.elapsed();
    let mut builder = builder(options)?;
    builder.add_costs(&costs.unwrap_or(retailer.costs));
    builder.extend(&retailer.events)?;
    let (journeys, training) = built(options, builder)?;
    let caused = |(channel, incremental_conversions)| Caused {
        channel,
        incremental_conversions,
    };
    let truth = Truth {
        channels: retailer.incremental.into_iter().map(caused).collect(),
        baseline: retailer.baseline,
    };
    Ok(Input {
        journeys,
        training,
        truth: Some(truth),
        read,
        build: started.elapsed() - read,
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
