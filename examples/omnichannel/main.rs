//! One person, one journey: joins the identifiers of each customer - on the web, in the shop, on the phone - shows what that changes,
//! and prints the KPIs of the persons found. Without files it simulates customers who are known by pieces, and shows the truth
//! beside what is found.
//!
//!     cargo run --release --example omnichannel
//!     cargo run --release --example omnichannel -- --events log.csv --identifiers links.csv --consent consent.csv --key $KEY --json

mod channels;
mod dashboard;
#[path = "../common/exit.rs"]
mod exit;
mod family;
mod input;
mod options;
mod persons;
mod privacy;
mod stitching;

use clap::Parser;
use family::Family;
use mixtouch::Result;
use options::Options;
use serde_json::{Map, Value};
use std::io::Write;
use std::process::ExitCode;
use stitching::Stitching;

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    options.check()?;
    let input = input::read(options)?;
    let stitching = Stitching::run(options, &input)?;
    let mut families = vec![
        stitching::family(&input, &stitching)?,
        channels::family(options, &input, &stitching)?,
        persons::family(options, &input, &stitching)?,
        privacy::family(options, &input, &stitching)?,
    ];
    families.extend(dashboard::families(options, &stitching)?);
    let mut out = std::io::stdout().lock();
    if options.json {
        let document: Map<String, Value> = families.into_iter().map(|Family { name, json, .. }| (name.to_owned(), json)).collect();
        writeln!(out, "{}", Value::Object(document))?;
    } else {
        let texts: Vec<String> = families.into_iter().map(|family| family.text).collect();
        write!(out, "{}", texts.join("\n"))?;
    }
    Ok(out.flush()?)
}
