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
        let mut test = holdout(text)?
            .with_share(options.lift_share)
            .with_tail_days(options.lift_tail);
        if options.lift_reached {
            test = test.among_reached();
        }
        if let Some(channel) = &options.lift_counting {
            test = test.counting(channel);
        }
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
    let mut header = vec![
        "channel",
        "start",
        "end",
        "outcome_change",
        "standard_error",
        "tail_days",
        "share",
    ];
    let counts = tests
        .iter()
        .any(|(test, _)| !test.touches_brought().is_empty());
    if counts {
        header.extend(["touches_of", "touches_brought", "touches_error"]);
    }
    header.push("truth");
    let row = |(test, truth): &Tested| {
        let figures = [test.outcome_change(), test.standard_error()];
        let [outcome, error] = figures.map(|number| Cell::number(number, 1));
        let mut row = vec![
            Cell::from(test.channel()),
            test.start().to_string().into(),
            test.end().to_string().into(),
            outcome,
            error,
            Cell::number(f64::from(test.tail_days()), 0),
            Cell::number(test.share(), 2),
        ];
        for touches in test.touches_brought() {
            row.push(Cell::from(touches.channel()));
            row.push(Cell::number(touches.brought(), 1));
            row.push(Cell::number(touches.standard_error(), 1));
        }
        row.push(Cell::number(*truth, 1));
        row
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
