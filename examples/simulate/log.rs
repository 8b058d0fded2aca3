//! Worlds of persons: an event log and what each channel caused.

use crate::Options;
use crate::lift;
#[cfg(feature = "parquet")]
use mixtouch::Event;
use mixtouch::report::{Alignment, Cell, Column, Table};
use mixtouch::simulate::worlds::{Truth, World};
use mixtouch::{Error, Events, Kind, PersonKey, Result};
use serde_json::json;
use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write};
use std::path::Path;

pub(crate) fn run(world: World, options: &Options) -> Result<()> {
    let simulation = world.simulate(options.persons, options.seed)?;
    let truth = simulation.truth();
    if let Some(folder) = &options.out {
        write_all(folder, options.parquet, simulation.batches(), truth)?;
    }
    let tests = lift::run(world, options)?;
    if let Some(folder) = options.out.as_ref().filter(|_| !tests.is_empty()) {
        lift::write(&folder.join("lift.csv"), &tests)?;
    }
    if options.json {
        let document = json!({
            "world": world,
            "persons": options.persons,
            "seed": options.seed,
            "truth": truth,
            "lift_tests": lift::documents(&tests),
        });
        println!("{}", crate::json::escaped(document));
    } else {
        show(world, truth);
        if !tests.is_empty() {
            print!("\n{}", lift::table(&tests));
        }
    }
    Ok(())
}

fn write_all(folder: &Path, parquet: bool, batches: &[Events], truth: &Truth) -> Result<()> {
    create_dir_all(folder)?;
    let truth_path = folder.join("truth.csv");
    let events = if parquet {
        let path = folder.join("events.parquet");
        write_parquet(&path, batches)?;
        path
    } else {
        let path = folder.join("events.csv");
        write_events(&path, batches)?;
        path
    };
    write_truth(&truth_path, truth)?;
    eprintln!("wrote {} and {}", events.display(), truth_path.display());
    Ok(())
}

fn write_events(path: &Path, batches: &[Events]) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "person,timestamp,channel,kind,value,cost")?;
    for event in batches.iter().flat_map(Events::iter) {
        write!(file, "{}", person(event.person()))?;
        let (time, channel) = (event.time(), event.channel().unwrap_or(""));
        if event.kind() == Kind::Conversion {
            writeln!(file, ",{time},{channel},conversion,{},", event.value())?;
        } else {
            writeln!(file, ",{time},{channel},touch,,{}", event.cost())?;
        }
    }
    Ok(file.flush()?)
}

/// Numbers from 1: a 0 in a log stands for nobody.
fn person(key: PersonKey<'_>) -> String {
    match key {
        PersonKey::Number(number) => (number + 1).to_string(),
        PersonKey::Text(text) => text.to_owned(),
    }
}

#[cfg(feature = "parquet")]
fn write_parquet(path: &Path, batches: &[Events]) -> Result<()> {
    use parquet::arrow::ArrowWriter;

    let mut writer: Option<ArrowWriter<File>> = None;
    for events in batches {
        let batch = record_batch(events)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => {
                let started = ArrowWriter::try_new(File::create(path)?, batch.schema(), None);
                writer.insert(started.map_err(failed)?)
            }
        };
        writer.write(&batch).map_err(failed)?;
    }
    match writer {
        Some(writer) => writer.close().map(|_| ()).map_err(failed),
        None => Ok(()),
    }
}

/// The columns of a CSV log, as texts and numbers.
#[cfg(feature = "parquet")]
fn record_batch(events: &Events) -> Result<arrow_array::RecordBatch> {
    use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;

    let kind = |event: &Event<'_>| match event.kind() {
        Kind::Conversion => "conversion",
        _ => "touch",
    };
    let texts = |text: &dyn Fn(&Event<'_>) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            events.iter().map(|event| text(&event)),
        ))
    };
    let numbers = |number: &dyn Fn(&Event<'_>) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(
            events.iter().map(|event| number(&event)),
        ))
    };
    let times = Int64Array::from_iter_values(events.iter().map(|event| event.time()));
    let columns: [(&str, ArrayRef); 6] = [
        ("person", texts(&|event| person(event.person()))),
        ("timestamp", Arc::new(times)),
        (
            "channel",
            texts(&|event| event.channel().unwrap_or("").to_owned()),
        ),
        ("kind", texts(&|event| kind(event).to_owned())),
        ("value", numbers(&|event| event.value())),
        ("cost", numbers(&|event| event.cost())),
    ];
    let columns = columns.map(|(name, column)| (name, column, false));
    RecordBatch::try_from_iter_with_nullable(columns).map_err(failed)
}

#[cfg(feature = "parquet")]
fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Io(std::io::Error::other(error))
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &Path, _: &[Events]) -> Result<()> {
    Err(Error::MissingInput {
        model: "--parquet".into(),
        needs: "cargo's --features parquet".into(),
    })
}

fn write_truth(path: &Path, truth: &Truth) -> Result<()> {
    let rows = truth.channels.iter().map(|row| {
        let [removal, shapley] = [row.removal, row.shapley].map(|number| Cell::number(number, 0));
        let (channel, paid) = (Cell::from(&row.channel), Cell::from(row.paid.to_string()));
        [channel, removal, shapley, paid]
    });
    let header = ["channel", "incremental_conversions", "shapley", "paid"];
    let table = Table::new(header).with_rows(rows);
    table.write_csv(BufWriter::new(File::create(path)?))
}

fn show(world: World, truth: &Truth) {
    let mut table =
        Table::new(["channel", "removal", "shapley"]).with_column(Column::new("", Alignment::Left));
    let mut push = |name: &str, removal: f64, shapley: Option<f64>, note: &str| {
        let [removal, shapley] = [Some(removal), shapley].map(|number| Cell::number(number, 1));
        table.push_row([name.into(), removal, shapley, note.into()]);
    };
    for row in &truth.channels {
        let note = if row.paid { "" } else { "not paid" };
        push(&row.channel, row.removal, Some(row.shapley), note);
    }
    push("(total)", truth.total, None, "all minus none");
    push("(baseline)", truth.baseline, None, "without any touch");
    print!("{world}: {}\n\n{table}", world.description());
}
