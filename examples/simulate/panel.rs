//! Worlds of weeks: a panel of spend and sales, and what each channel brought.

use crate::Options;
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use mixtouch::{Error, Result};
use std::fmt::Display;
use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write};
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
        create_dir_all(folder)?;
        let (data, truth) = (folder.join("panel.csv"), folder.join("truth.csv"));
        write_panel(&data, &panel)?;
        write_truth(&truth, &panel)?;
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
    }
    let channels = (0..panel.channels.len())
        .map(|at| (&panel.channels[at], panel.contribution(at), panel.roas(at)));
    if options.json {
        let truth: Vec<_> = channels
            .map(|(channel, contribution, roi)| serde_json::json!({"channel": channel, "contribution": contribution, "roi": roi}))
            .collect();
        println!(
            "{}",
            serde_json::json!({"world": name, "seed": options.seed, "periods": panel.periods, "truth": truth})
        );
    } else {
        println!(
            "{name}: {} weeks x {} geos\n",
            panel.periods,
            panel.geo_names().count()
        );
        println!("{:<16} {:>14} {:>8}", "channel", "contribution", "ROI");
        channels.for_each(|(channel, contribution, roi)| {
            println!("{channel:<16} {contribution:>14.0} {roi:>8.2}")
        });
    }
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

/// Date, geo and numbers, row by row.
fn write(
    path: &Path,
    panel: &SimulatedPanel,
    header: Vec<&str>,
    numbers: impl Fn(usize) -> Vec<f64>,
) -> Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{}", header.join(","))?;
    for (row, date) in panel.dates.iter().enumerate() {
        write!(file, "{date},{}", panel.geos[row])?;
        numbers(row)
            .iter()
            .try_for_each(|number: &f64| write!(file, ",{}", number as &dyn Display))?;
        writeln!(file)?;
    }
    Ok(file.flush()?)
}
