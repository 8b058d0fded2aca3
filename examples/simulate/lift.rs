//! Experiments in a world of persons, with the truth beside what they measured.

use crate::Options;
use mixtouch::experiment::LiftTest;
use mixtouch::report::{Cell, Table};
use mixtouch::simulate::worlds::{Holdout, World};
use mixtouch::{Error, Result};
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// What a test measured, and what the touches it is about bring on average.
pub(crate) type Tested = (LiftTest, f64);

pub(crate) fn run(world: World, options: &Options) -> Result<Vec<Tested>> {
    let tests = options.lift.iter().enumerate();
    let run = |(at, text): (usize, &String)| {
        let test = holdout(text)?
            .with_share(options.lift_share)
            .with_tail_days(options.lift_tail);
        test.run(world, options.persons, options.seed, at as u64)
    };
    tests.map(run).collect()
}

fn holdout(text: &str) -> Result<Holdout> {
    let parts = text.split_once('=').and_then(|(channel, days)| {
        let (start, end) = days.split_once("..")?;
        Some((channel, start, end))
    });
    let (channel, start, end) = parts.ok_or_else(|| Error::Setting {
        name: "--lift".into(),
        value: format!("{text:?}"),
        expected: "CHANNEL=START..END, as in display=2026-01-15..2026-02-13".into(),
    })?;
    Ok(Holdout::new(channel, start.parse()?, end.parse()?))
}

/// A column each of what a file of lift tests has, and the truth.
pub(crate) fn table(tests: &[Tested]) -> Table {
    let header = [
        "channel",
        "start",
        "end",
        "outcome_change",
        "standard_error",
        "tail_days",
        "share",
        "truth",
    ];
    let row = |(test, truth): &Tested| {
        let figures = [test.outcome_change(), test.standard_error()];
        let [outcome, error] = figures.map(|number| Cell::number(number, 1));
        [
            Cell::from(test.channel()),
            test.start().to_string().into(),
            test.end().to_string().into(),
            outcome,
            error,
            Cell::number(f64::from(test.tail_days()), 0),
            Cell::number(test.share(), 2),
            Cell::number(*truth, 1),
        ]
    };
    Table::new(header).with_rows(tests.iter().map(row))
}

pub(crate) fn write(path: &Path, tests: &[Tested]) -> Result<()> {
    table(tests).write_csv(BufWriter::new(File::create(path)?))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}

pub(crate) fn documents(tests: &[Tested]) -> Value {
    let document = |(test, truth): &Tested| {
        let mut document = json!(test);
        document["truth"] = json!(truth);
        document
    };
    tests.iter().map(document).collect()
}
