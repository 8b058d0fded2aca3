//! From files, or a simulation, to journeys.

use crate::experiments::{self, Tested};
use crate::mapped;
use crate::options::{Options, Returns, pair};
use crate::span::span;
use mixtouch::attribution::ComparisonTable;
use mixtouch::event::IgnoredRows;
use mixtouch::experiment::LiftTest;
use mixtouch::io::{CsvChunk, CsvReader, EventColumns};
use mixtouch::simulate::retailer::Retailer;
use mixtouch::simulate::truth::TruthComparison;
use mixtouch::time::TimeRange;
use mixtouch::{CostTable, Error, JourneyBuilder, Journeys, PathTable, Result};
use serde::Serialize;
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) struct Input {
    /// Those reported.
    pub(crate) journeys: Journeys,
    /// Those that models are fitted on, where they are others.
    pub(crate) training: Option<Journeys>,
    /// Those reported as each --window cuts them, by its text.
    pub(crate) windows: Vec<(String, Journeys)>,
    pub(crate) truth: Option<Truth>,
    /// Experiments at a simulated retailer.
    pub(crate) tests: Vec<Tested>,
    /// What was spent, where a table says so.
    pub(crate) costs: Option<CostTable>,
    /// What was read by a mapping, by name.
    pub(crate) readings: Vec<Named>,
    pub(crate) read: Duration,
    pub(crate) build: Duration,
}

/// A part of the JSON document, by name.
type Named = (&'static str, Value);

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

impl Truth {
    /// Models' shares beside the true ones.
    pub(crate) fn compared(&self, table: &ComparisonTable) -> TruthComparison {
        let channels = self.channels.iter();
        let caused = channels.map(|row| (row.channel, row.incremental_conversions));
        TruthComparison::new(caused, self.baseline, table)
    }
}

pub(crate) fn read(options: &Options) -> Result<Input> {
    let (costs, spend) = read_costs(options)?;
    let mut input = match (&options.paths, &options.events) {
        (Some(path), _) => read_paths(options, path, costs.clone()),
        (_, Some(path)) => read_events(options, path, costs.clone()),
        _ => simulate(options, costs.clone()),
    }?;
    input.costs = costs;
    input.readings.extend(spend);
    mapped::check_together(options, &input.readings)?;
    Ok(input)
}

/// The costs of all tables, and what was read of those of ad platforms.
fn read_costs(options: &Options) -> Result<(Option<CostTable>, Option<Named>)> {
    let (mut all, mut spend): (Option<CostTable>, Vec<Value>) = (None, Vec::new());
    for text in &options.costs {
        let (preset, path) = match text.split_once('=') {
            Some((preset, path)) => (Some(preset), path),
            None => (None, text.as_str()),
        };
        let path = Path::new(path);
        let costs = match mapped::read_costs(options, preset, path)? {
            Some((costs, report)) => {
                spend.push(report);
                costs
            }
            None => in_file(path, |file| CostTable::from_csv(file, options.zone()?))?,
        };
        match &mut all {
            Some(all) => all.append(costs),
            None => all = Some(costs),
        }
    }
    let spend = (!spend.is_empty()).then(|| ("spend", spend.into()));
    Ok((all, spend))
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
        windows: Vec::new(),
        truth: None,
        tests: Vec::new(),
        costs: None,
        readings: Vec::new(),
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
    let mut readings = Vec::new();
    match mapped::mapping(options)? {
        Some(mapping) => {
            let report = mapped::read_log(options, path, &mapping, &mut builder)?;
            readings.push(("reading", report));
        }
        None => read_plain(options, path, &mut builder)?,
    }
    check_goals(options, &builder)?;
    let read = started.elapsed();
    let windows = windows(options, &builder)?;
    let (journeys, training) = built(options, builder)?;
    Ok(Input {
        journeys,
        training,
        windows,
        truth: None,
        tests: Vec::new(),
        costs: None,
        readings,
        read,
        build: started.elapsed() - read,
    })
}

/// Reads a log of the plain columns.
fn read_plain(options: &Options, path: &Path, builder: &mut JourneyBuilder) -> Result<()> {
    let mut columns = EventColumns::default();
    for text in &options.columns {
        let (standard, name) = pair("--column", text)?;
        columns = columns.rename(standard, name)?;
    }
    columns = columns
        .with_texts(options.segment.iter())
        .with_placeholders(options.placeholders())
        .with_folded_channels(options.fold_channels);
    if options.returns == Returns::Net {
        columns = columns.keep_returns();
    }
    if let Some(unit) = &options.time_unit {
        columns = columns.with_time_unit(unit.parse()?);
    }
    if options.timezone.is_some() {
        columns = columns.with_zone(options.zone()?);
    }
    read_log(path, columns, builder)?;
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
    Ok(())
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

/// The journeys reported as each --window cuts them.
fn windows(options: &Options, builder: &JourneyBuilder) -> Result<Vec<(String, Journeys)>> {
    let cut = |text: &String| {
        let lookback = options.counted_time()?.at_most(span("--window", text)?)?;
        Ok((text.clone(), builder.snapshot_with_lookback(lookback)?))
    };
    options.windows.iter().map(cut).collect()
}

/// An error if --goal or a test of --lift names a goal that no conversion has.
fn check_goals(options: &Options, builder: &JourneyBuilder) -> Result<()> {
    let known: Vec<&str> = builder.goals().collect();
    let own = options.goal.iter().map(|goal| ("--goal".into(), &**goal));
    let tests = match &options.lift {
        Some(path) => LiftTest::read_csv_file(path)?,
        None => Vec::new(),
    };
    let tested = tests.iter().filter_map(|test| {
        let role = format!("goal of the lift test of {}", test.channel());
        Some((role, test.goal()?))
    });
    let mut named = own.chain(tested);
    let Some((role, goal)) = named.find(|(_, goal)| !known.contains(goal)) else {
        return Ok(());
    };
    let expected = if known.is_empty() {
        "none: no conversion of the log names a goal".to_owned()
    } else {
        format!("a goal of the log: {}", known.join(", "))
    };
    Err(Error::Setting {
        name: role.into(),
        value: format!("{goal:?}"),
        expected: expected.into(),
    })
}

/// Reads a file, or with the feature `mapping` all whose names match a pattern.
fn read_log(path: &Path, columns: EventColumns, builder: &mut JourneyBuilder) -> Result<()> {
    if path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
    {
        read_parquet(path, columns, builder)?;
    } else {
        #[cfg(feature = "mapping")]
        let reader = CsvReader::open_all(path, columns)?;
        #[cfg(not(feature = "mapping"))]
        let reader = CsvReader::open(path, columns)?;
        builder.extend_each(reader, CsvChunk::events)?;
    }
    if builder.rows() > 0 {
        return Ok(());
    }
    let empty = Error::Empty {
        what: "the event log".into(),
        expected: "at least one row".into(),
    };
    Err(Error::File {
        path: path.to_owned(),
        source: Box::new(empty),
    })
}

#[cfg(feature = "parquet")]
fn read_parquet(path: &Path, columns: EventColumns, builder: &mut JourneyBuilder) -> Result<()> {
    use mixtouch::io::{ParquetChunk, ParquetReader};
    #[cfg(feature = "mapping")]
    let reader = ParquetReader::open_all(path, columns)?;
    #[cfg(not(feature = "mapping"))]
    let reader = ParquetReader::open(path, columns)?;
    builder.extend_each(reader, ParquetChunk::events)
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(_: &Path, _: EventColumns, _: &mut JourneyBuilder) -> Result<()> {
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
    let windows = windows(options, &builder)?;
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
        tests: experiments::simulated(options, &journeys)?,
        journeys,
        training,
        windows,
        truth: Some(truth),
        costs: None,
        readings: Vec::new(),
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
