//! Worlds of weeks: a panel of spend and sales, and what each channel brought.

use crate::Options;
use mixtouch::report::{Cell, Table};
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use mixtouch::{Error, Result};
use serde_json::json;
use std::fs::{File, create_dir_all};
use std::io::BufWriter;
use std::path::Path;

type Make = fn() -> Result<PanelWorld>;

const WORLDS: [(&str, Make); 6] = [
    ("small-business", PanelWorld::small_business),
    ("growing-business", PanelWorld::growing_business),
    ("medium-business", PanelWorld::medium_business),
    ("national", PanelWorld::national),
    ("regional", PanelWorld::regional),
    ("confounded", PanelWorld::confounded),
];

/// The world of that name, if it is one of panels.
pub(crate) fn world(name: &str) -> Option<Result<PanelWorld>> {
    WORLDS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, make)| make())
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    WORLDS.iter().map(|(name, _)| *name)
}

pub(crate) fn run(name: &str, world: &PanelWorld, options: &Options) -> Result<()> {
    if options.parquet {
        return Err(Error::Setting {
            name: "--parquet".into(),
            value: "given".into(),
            expected: "event logs only; panels are CSV".into(),
        });
    }
    let panel = world.simulate(options.seed);
    if let Some(folder) = &options.out {
        write_all(folder, &panel)?;
    }
    let channels = (0..panel.channels.len())
        .map(|at| (&panel.channels[at], panel.contribution(at), panel.roas(at)));
    if options.json {
        let truth = channels.map(|(channel, contribution, roi)| {
            json!({"channel": channel, "contribution": contribution, "roi": roi})
        });
        let document = json!({
            "world": name,
            "seed": options.seed,
            "periods": panel.periods,
            "truth": truth.collect::<Vec<_>>(),
        });
        println!("{}", crate::json::escaped(document));
    } else {
        let rows = channels.map(|(channel, contribution, roi)| {
            let figures = [Cell::number(contribution, 0), Cell::number(roi, 2)];
            [Cell::from(channel)].into_iter().chain(figures)
        });
        let table = Table::new(["channel", "contribution", "ROI"]).with_rows(rows);
        let (weeks, geos) = (panel.periods, panel.geo_names().count());
        print!("{name}: {weeks} weeks x {geos} geos\n\n{table}");
    }
    Ok(())
}

fn write_all(folder: &Path, panel: &SimulatedPanel) -> Result<()> {
    create_dir_all(folder)?;
    let (data, truth) = (folder.join("panel.csv"), folder.join("truth.csv"));
    write_panel(&data, panel)?;
    write_truth(&truth, panel)?;
    eprintln!("wrote {} and {}", data.display(), truth.display());
    let (media, controls) = (panel.channels.join(","), panel.control_names.join(","));
    let controls = if controls.is_empty() {
        String::new()
    } else {
        format!(" --controls {controls}")
    };
    eprintln!(
        "fit it: media_mix --panel {} --date date --kpi sales --media {media}{controls} --geo geo",
        data.display()
    );
    Ok(())
}

fn write_panel(path: &Path, panel: &SimulatedPanel) -> Result<()> {
    let header = ["date", "geo", "sales"].into_iter().chain(
        panel
            .channels
            .iter()
            .chain(&panel.control_names)
            .map(String::as_str),
    );
    let row = |row: usize| {
        let numbers = panel
            .spend
            .row(row)
            .to_vec()
            .into_iter()
            .chain(panel.controls.row(row).to_vec());
        std::iter::once(panel.kpi[row]).chain(numbers).collect()
    };
    write(path, panel, header.collect(), row)
}

fn write_truth(path: &Path, panel: &SimulatedPanel) -> Result<()> {
    let header = ["date", "geo"]
        .into_iter()
        .chain(panel.channels.iter().map(String::as_str));
    write(path, panel, header.collect(), |row| {
        panel.contributions.row(row).to_vec()
    })
}

/// A table of date, geo and numbers, row by row.
fn write(
    path: &Path,
    panel: &SimulatedPanel,
    header: Vec<&str>,
    numbers: impl Fn(usize) -> Vec<f64>,
) -> Result<()> {
    let rows = panel.dates.iter().enumerate().map(|(row, date)| {
        let keys = [date.to_string(), panel.geos[row].to_string()].map(Cell::from);
        // files keep full precision, whatever the digits
        let numbers = numbers(row)
            .into_iter()
            .map(|number| Cell::number(number, 0));
        keys.into_iter().chain(numbers)
    });
    let table = Table::new(header).with_rows(rows);
    table.write_csv(BufWriter::new(File::create(path)?))
}
