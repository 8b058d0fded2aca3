//! One person, one journey: joins the identifiers of each customer - on the web, in the shop, on
//! the phone - shows what that changes, and prints the KPIs of the persons found. Without files it
//! simulates customers who are known by pieces, and shows the truth beside what is found.
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
mod service;
mod stitching;

use clap::Parser;
use dashboard::Dashboard;
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
    let dashboard = Dashboard::new(options, &stitching)?;
    families.extend(dashboard.conversion()?);
    families.extend(dashboard.customers()?);
    families.extend(dashboard.service()?);
    families.extend(dashboard.journeys()?);
    let mut out = std::io::stdout().lock();
    if options.json {
        let document: Map<String, Value> = families
            .into_iter()
            .map(|Family { name, json, .. }| (name.to_owned(), json))
            .collect();
        writeln!(out, "{}", Value::Object(document))?;
    } else {
        for section in families.chunk_by(|left, right| left.section == right.section) {
            let texts: Vec<&str> = section.iter().map(|family| family.text.as_str()).collect();
            writeln!(
                out,
                "{}\n\n{}",
                section[0].section.to_uppercase(),
                texts.join("\n")
            )?;
        }
    }
    Ok(out.flush()?)
}
