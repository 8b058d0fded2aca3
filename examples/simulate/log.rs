//! Worlds of persons: an event log and what each channel caused.

use crate::Options;
use mixtouch::simulate::worlds::{Truth, World};
use mixtouch::{Error, Events, Kind, PersonKey, Result};
use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write};
use std::path::Path;

pub(crate) fn run(world: World, options: &Options) -> Result<()> {
    let simulation = world.simulate(options.persons, options.seed)?;
    if let Some(folder) = &options.out {
        create_dir_all(folder)?;
        let events = folder.join(if options.parquet {
            "events.parquet"
        } else {
            "events.csv"
        });
        if options.parquet {
            write_parquet(&events, simulation.batches())?;
        } else {
            write_events(&events, simulation.batches())?;
        }
        write_truth(&folder.join("truth.csv"), simulation.truth())?;
        eprintln!(
            "wrote {} and {}",
            events.display(),
            folder.join("truth.csv").display()
        );
    }
    if options.json {
        println!(
            "{}",
            serde_json::json!({"world": world, "persons": options.persons, "seed": options.seed, "truth": simulation.truth()})
        );
    } else {
        show(world, simulation.truth());
    }
    Ok(())
}

fn write_events(path: &Path, batches: &[Events]) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "person,timestamp,channel,kind,value,cost")?;
    for event in batches.iter().flat_map(Events::iter) {
        match event.person() {
            PersonKey::Number(number) => write!(file, "{number}")?,
            PersonKey::Text(text) => write!(file, "{text}")?,
        }
        let (time, channel) = (event.time(), event.channel().unwrap_or(""));
        if event.kind() == Kind::Conversion {
            writeln!(file, ",{time},{channel},conversion,{},", event.value())?;
        } else {
            writeln!(file, ",{time},{channel},touch,,{}", event.cost())?;
        }
    }
    Ok(file.flush()?)
}

#[cfg(feature = "parquet")]
fn write_parquet(path: &Path, batches: &[Events]) -> Result<()> {
    use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    let failed =
        |error: Box<dyn std::error::Error + Send + Sync>| Error::Io(std::io::Error::other(error));
    let mut writer: Option<ArrowWriter<File>> = None;
    for events in batches {
        let kind = |kind| {
            if kind == Kind::Conversion {
                "conversion"
            } else {
                "touch"
            }
        };
        let columns: [(&str, ArrayRef); 6] = [
            (
                "person",
                Arc::new(
                    events
                        .iter()
                        .map(|event| Some(event.person().to_string()))
                        .collect::<StringArray>(),
                ),
            ),
            (
                "timestamp",
                Arc::new(
                    events
                        .iter()
                        .map(|event| event.time())
                        .collect::<Int64Array>(),
                ),
            ),
            (
                "channel",
                Arc::new(
                    events
                        .iter()
                        .map(|event| Some(event.channel().unwrap_or("")))
                        .collect::<StringArray>(),
                ),
            ),
            (
                "kind",
                Arc::new(
                    events
                        .iter()
                        .map(|event| Some(kind(event.kind())))
                        .collect::<StringArray>(),
                ),
            ),
            (
                "value",
                Arc::new(
                    events
                        .iter()
                        .map(|event| event.value())
                        .collect::<Float64Array>(),
                ),
            ),
            (
                "cost",
                Arc::new(
                    events
                        .iter()
                        .map(|event| event.cost())
                        .collect::<Float64Array>(),
                ),
            ),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.map(|(name, column)| (name, column, false)),
        );
        let batch = batch.map_err(|error| failed(error.into()))?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(
                ArrowWriter::try_new(File::create(path)?, batch.schema(), None)
                    .map_err(|error| failed(error.into()))?,
            ),
        };
        writer.write(&batch).map_err(|error| failed(error.into()))?;
    }
    writer.map_or(Ok(()), |writer| {
        writer
            .close()
            .map(|_| ())
            .map_err(|error| failed(error.into()))
    })
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &Path, _: &[Events]) -> Result<()> {
    Err(Error::MissingInput {
        model: "--parquet".into(),
        needs: "cargo's --features parquet".into(),
    })
}

fn write_truth(path: &Path, truth: &Truth) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "channel,incremental_conversions,shapley,paid")?;
    for row in &truth.channels {
        writeln!(
            file,
            "{},{},{},{}",
            row.channel, row.removal, row.shapley, row.paid
        )?;
    }
    Ok(file.flush()?)
}

fn show(world: World, truth: &Truth) {
    println!("{world}: {}\n", world.description());
    println!("{:<16} {:>12} {:>12}", "channel", "removal", "shapley");
    for row in &truth.channels {
        let note = if row.paid { "" } else { "  not paid" };
        println!(
            "{:<16} {:>12.1} {:>12.1}{note}",
            row.channel, row.removal, row.shapley
        );
    }
    println!("{:<16} {:>12.1}   all minus none", "(total)", truth.total);
    println!(
        "{:<16} {:>12.1}   without any touch",
        "(baseline)", truth.baseline
    );
}
