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
#[path = "../common/json.rs"]
mod json;
mod options;
#[cfg(feature = "html")]
mod personas;
mod persons;
#[path = "../common/pictures.rs"]
mod pictures;
mod privacy;
#[path = "../common/progress.rs"]
mod progress;
#[path = "../common/span.rs"]
mod span;
mod stitching;
#[path = "../common/terminal.rs"]
mod terminal;
mod voices;

use clap::Parser;
use family::Family;
use input::Input;
use mixtouch::kpi::KpiOptions;
#[cfg(feature = "html")]
use mixtouch::kpi::customers::IdentityMatch;
use mixtouch::kpi::dashboard::Dashboard;
#[cfg(feature = "html")]
use mixtouch::pages::KpiPages;
use mixtouch::time::{Periods, TimeRange};
use mixtouch::{Error, Journeys, Result};
use options::Options;
use progress::Bar;
use std::io::Write;
use std::process::ExitCode;
use stitching::Stitching;
use voices::Voices;

fn main() -> ExitCode {
    exit::code(run(&Options::parse()))
}

fn run(options: &Options) -> Result<()> {
    options.check()?;
    let drawn = options.pictures.are_asked()?;
    if let (Some(column), false) = (&options.personas, drawn) {
        return Err(Error::Setting {
            name: "--personas".into(),
            value: format!("{column:?}"),
            expected: "with --html or --svg, where segments stand side by side".into(),
        });
    }
    let input = input::read(options)?;
    let stitching = Stitching::run(options, &input)?;
    let bar = Bar::new(options.json);
    let families = [
        stitching::family(&input, &stitching)?,
        channels::family(options, &input, &stitching, &bar)?,
        persons::family(options, &input, &stitching)?,
        privacy::family(options, &input, &stitching)?,
    ];
    let (dashboard, kpis, journeys) = dashboard::dashboard(options, &stitching, &bar)?;
    let range = kpis
        .range()
        .map(|range| by_month(range, &kpis))
        .transpose()?;
    let voices = Voices::read(options, &stitching, range.as_ref().unwrap_or(&kpis))?;
    drop(bar);
    warn(options, &dashboard);
    if drawn {
        let pages = KpiSources {
            dashboard: &dashboard,
            kpis: &kpis,
            journeys: &journeys,
        };
        draw(options, &input, &stitching, &pages, &voices)?;
    }
    let mut out = std::io::stdout().lock();
    if options.json {
        let mut document = serde_json::to_value(&dashboard).expect("numbers and texts");
        for Family { name, json, .. } in families {
            document[name] = json;
        }
        for (name, json) in voices.fields() {
            document[name] = json;
        }
        writeln!(out, "{}", json::escaped(document))?;
    } else {
        let texts = families.map(|family| family.section.to_string());
        writeln!(out, "FROM IDENTIFIERS TO PERSONS\n\n{}", texts.join("\n"))?;
        write!(out, "{}{}", text(options, &dashboard), voices.text())?;
    }
    Ok(out.flush()?)
}

/// The dashboard for reading.
fn text(options: &Options, dashboard: &Dashboard) -> String {
    let sections = dashboard.sections().into_iter().map(|section| {
        let reports = section.reports.iter();
        let texts: Vec<String> = reports
            .map(|report| options.terminal.shown(report.document()).to_string())
            .collect();
        format!(
            "{}\n\n{}\n",
            section.heading.to_uppercase(),
            texts.join("\n")
        )
    });
    let findings = dashboard.findings.iter();
    let findings = findings.map(|finding| format!("note: {finding}\n"));
    sections.chain(findings).collect()
}

/// The options with the months of the range as periods.
fn by_month(range: TimeRange, kpis: &KpiOptions) -> Result<KpiOptions> {
    let months = Periods::months_of(range, kpis.zone())?;
    Ok(kpis.clone().with_periods(months))
}

/// What a page of the dashboard is made of.
#[cfg_attr(not(feature = "html"), expect(dead_code))]
struct KpiSources<'a> {
    dashboard: &'a Dashboard,
    kpis: &'a KpiOptions,
    journeys: &'a Journeys,
}

/// Writes the page and its charts.
#[cfg(feature = "html")]
fn draw(
    options: &Options,
    input: &Input,
    stitching: &Stitching,
    KpiSources {
        dashboard,
        kpis,
        journeys,
    }: &KpiSources<'_>,
    voices: &Voices,
) -> Result<()> {
    let profiles = stitching.identities.profiles(&input.log);
    let identity = IdentityMatch::new(&profiles, kpis);
    // simulated touches hardly ever name a device
    let maps = match options.events.is_some() {
        true => voices::maps_by_device(&stitching.after.events, kpis)?,
        false => Vec::new(),
    };
    let pages = KpiPages::new(dashboard)
        .with_minimum(options.minimum_group()?)
        .with_journeys(journeys);
    // a log that names each person has nothing to match
    let pages = match options.events.is_some() && options.identifiers.is_none() {
        true => pages,
        false => pages.with_identity(&identity),
    };
    let pages = match options.events {
        Some(_) => pages,
        None => pages.with_chip("seed of the simulation", options.seed.to_string()),
    };
    let personas = personas::dashboards(options, stitching, kpis, journeys)?;
    let pages = personas.iter().fold(pages, |pages, (name, dashboard)| {
        pages.with_persona(name, dashboard)
    });
    let pages = maps
        .iter()
        .fold(pages, |pages, (device, map)| pages.with_device(device, map));
    let pages = match &voices.verbatims {
        Some(verbatims) => pages.with_verbatims(verbatims),
        None => pages,
    };
    let pages = match &voices.agents {
        Some(agents) => pages.with_agent_survey(agents),
        None => pages,
    };
    options
        .pictures
        .write(&pages.page("KPIs of the persons found"))
}

#[cfg(not(feature = "html"))]
fn draw(_: &Options, _: &Input, _: &Stitching, _: &KpiSources<'_>, _: &Voices) -> Result<()> {
    Ok(())
}

fn warn(options: &Options, dashboard: &Dashboard) {
    let (persons, least) = (
        dashboard.conversion.conversion.population,
        options.minimum_group,
    );
    if (1..least).contains(&persons) {
        eprintln!(
            "note: persons reached are {persons}, fewer than --minimum-group {least}: totals are \
             figures of these few, and no page shows them"
        );
    }
    dashboard
        .findings
        .iter()
        .for_each(|finding| eprintln!("note: {finding}"));
    let customers = &dashboard.customers;
    if let Some(reason) = &customers.no_forecast {
        eprintln!("no forecast of customers' value: {reason}");
    }
}
