//! One person, one journey: joins the identifiers of each customer - on the web, in the shop, on
//! the phone - shows what that changes, and prints the KPIs of the persons found. Without files it
//! simulates customers who are known by pieces, and shows the truth beside what is found.
//!
//!     cargo run --release --example omnichannel
//!     cargo run --release --example omnichannel -- --events persons.csv --goal purchase
//!     cargo run --release --example omnichannel -- --events log.csv --identifiers links.csv \
//!         --consent consent.csv --key $(openssl rand -hex 32) --json

mod channels;
mod dashboard;
#[path = "../common/exit.rs"]
mod exit;
mod family;
mod input;
mod options;
mod persons;
#[path = "../common/pictures.rs"]
mod pictures;
mod privacy;
#[path = "../common/progress.rs"]
mod progress;
#[path = "../common/span.rs"]
mod span;
mod stitching;

use clap::Parser;
use family::Family;
use mixtouch::Result;
use mixtouch::kpi::dashboard::Dashboard;
#[cfg(feature = "html")]
use mixtouch::pages::KpiPages;
use options::Options;
use progress::Bar;
use std::io::Write;
use std::process::ExitCode;
use stitching::Stitching;

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    options.check()?;
    let drawn = options.pictures.are_asked()?;
    let input = input::read(options)?;
    let stitching = Stitching::run(options, &input)?;
    let bar = Bar::new(options.json);
    let families = [
        stitching::family(&input, &stitching)?,
        channels::family(options, &input, &stitching, &bar)?,
        persons::family(options, &input, &stitching)?,
        privacy::family(options, &input, &stitching)?,
    ];
    let dashboard = dashboard::dashboard(options, &stitching, &bar)?;
    drop(bar);
    warn(&dashboard);
    if drawn {
        draw(options, &dashboard)?;
    }
    let mut out = std::io::stdout().lock();
    if options.json {
        let mut document = serde_json::to_value(&dashboard).expect("numbers and texts");
        for Family { name, json, .. } in families {
            document[name] = json;
        }
        writeln!(out, "{document}")?;
    } else {
        let texts = families.map(|family| family.section.to_string());
        writeln!(out, "FROM IDENTIFIERS TO PERSONS\n\n{}", texts.join("\n"))?;
        write!(out, "{dashboard}")?;
    }
    Ok(out.flush()?)
}

/// Writes the page and its charts.
#[cfg(feature = "html")]
fn draw(options: &Options, dashboard: &Dashboard) -> Result<()> {
    let page = KpiPages::new(dashboard).page("KPIs of the persons found");
    options.pictures.write(&page)
}

#[cfg(not(feature = "html"))]
fn draw(_: &Options, _: &Dashboard) -> Result<()> {
    Ok(())
}

fn warn(dashboard: &Dashboard) {
    dashboard
        .findings
        .iter()
        .for_each(|finding| eprintln!("note: {finding}"));
    let customers = &dashboard.customers;
    if let Some(reason) = &customers.no_forecast {
        eprintln!("no forecast of customers' value: {reason}");
    }
}
