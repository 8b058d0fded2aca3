//! Writes a simulated event log, or a panel of spend and sales, and what marketing really did in
//! it.
//!
//!     cargo run --release --example simulate -- retargeting --persons 200000 --seed 1 --out world
//!     cargo run --release --example simulate -- regional --seed 1 --out market

use clap::Parser;
use mixtouch::simulate::worlds::World;
use mixtouch::{Error, Result};
use std::path::PathBuf;
use std::process::ExitCode;

#[path = "../common/exit.rs"]
mod exit;
#[path = "../common/json.rs"]
mod json;
mod lift;
mod log;
mod panel;

/// Writes events.csv (person,timestamp,channel,kind,value,cost) and truth.csv
/// (channel,incremental_conversions) of a simulated world of persons, or panel.csv (date,geo,sales,
/// spend by channel, controls) and truth.csv (what each channel brought in each row) of one of
/// weeks. A channel's incremental conversions are those that would not have come without it
/// (removal); truth.csv also has its Shapley value and whether it is paid.
#[derive(Parser)]
struct Options {
    /// Of persons: additive, baseline, saturation, retargeting, upstream, multiplicative; of weeks:
    /// small-business, growing-business, medium-business, national, regional, confounded
    #[arg(default_value = "baseline")]
    world: String,
    /// How many persons, in a world of persons
    #[arg(long, default_value_t = 50_000)]
    persons: u64,
    /// The same seed gives the same data
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder to write to, made if it is not there; without it only the truth is shown
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also run an experiment, of a world of persons: CHANNEL=START..END, as in
    /// display=2026-01-15..2026-02-13, withholds the channel's touches of these days from some
    /// persons; repeatable. Writes lift.csv with what each measured and the truth
    #[arg(long, value_name = "CHANNEL=START..END")]
    lift: Vec<String>,
    /// The share of persons of --lift, above 0 and below 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    lift_share: f64,
    /// Days after the last one over which --lift counts conversions
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    lift_tail: u32,
    /// --lift compares only persons whom a touch met or would have met (ghost ads)
    #[arg(long, requires = "lift")]
    lift_reached: bool,
    /// --lift counts touches of this channel too: branded_search, which display brings
    #[arg(long, value_name = "CHANNEL", requires = "lift")]
    lift_counting: Option<String>,
    /// Write events.parquet in place of events.csv; needs --features parquet
    #[arg(long)]
    parquet: bool,
    /// Prints one JSON document with the truth instead of a table
    #[arg(long)]
    json: bool,
}

fn run(options: &Options) -> Result<()> {
    if let Some(world) = panel::world(&options.world) {
        return panel::run(&options.world, &world?, options);
    }
    let world: World = options.world.parse().map_err(|error: Error| match error {
        Error::Setting {
            name,
            value,
            expected,
        } => {
            let weeks: Vec<&str> = panel::names().collect();
            Error::Setting {
                name,
                value,
                expected: format!("{expected}; of weeks: {}", weeks.join(", ")).into(),
            }
        }
        other => other,
    })?;
    log::run(world, options)
}

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}
