//! Evaluates tests on persons and on geos from files, and says how large the next one must be.
//!
//!     cargo run --release --example experiment
//!     cargo run --release --example experiment -- persons --assignments arms.csv --events events.csv --control withheld
//!     cargo run --release --example experiment -- geos --panel panel.csv --date date --kpi sales --geo geo \
//!         --treated north,east --from 2026-03-02 --to 2026-03-29
//!     cargo run --release --example experiment -- uplift --events events.csv
//!     cargo run --release --example experiment -- plan-persons --rate 0.05 --lift 0.1
//!     cargo run --release --example experiment -- plan-persons --events events.csv --lift 0.1 --cost 0.02
//!     cargo run --release --example experiment -- plan-geos --panel panel.csv --date date --kpi sales --geo geo --return 2.5

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mixtouch::Result;
use serde_json::Value;

#[path = "../common/exit.rs"]
mod exit;
mod geos;
#[path = "../common/json.rs"]
mod json;
mod person_designs;
mod persons;
mod plans;
mod rows;
mod simulated;
mod uplift;

/// Evaluates and plans experiments. Without a command: all on simulated data.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// Prints one JSON document instead of tables
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A test on persons: what the treatment brought
    Persons(persons::PersonOptions),
    /// A test on geos: what a change of spend brought
    Geos(geos::GeoOptions),
    /// Moments at which an ad could be shown: what showing it changed
    Uplift(uplift::UpliftOptions),
    /// How many persons a test needs
    PlanPersons(plans::PersonPlan),
    /// Which geos to test in, for how long and for how much
    PlanGeos(plans::GeoPlan),
}

/// What to print: text, and the same as JSON.
struct Output {
    text: String,
    json: Value,
}

fn main() -> ExitCode {
    let options = Options::parse();
    exit::code(run(&options))
}

fn run(options: &Options) -> Result<()> {
    let output = match &options.command {
        None => simulated::run()?,
        Some(Command::Persons(persons)) => persons.run()?,
        Some(Command::Geos(geos)) => geos.run()?,
        Some(Command::Uplift(uplift)) => uplift.run()?,
        Some(Command::PlanPersons(plan)) => plan.run()?,
        Some(Command::PlanGeos(plan)) => plan.run()?,
    };
    if options.json {
        println!("{}", json::escaped(format!("{:#}", output.json)));
    } else {
        print!("{}", output.text);
    }
    Ok(())
}
