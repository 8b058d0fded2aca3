//! The KPIs a business steers its channels by, computed from one log. Without a file it simulates an omnichannel retailer.
//!
//!     cargo run --release --example omnichannel
//!     cargo run --release --example omnichannel -- --events log.csv --offline store --json

mod dashboard;

use clap::Parser;
use dashboard::{Dashboard, Settings};
use mixtouch::omnichannel::{Level, OfflineChannels};
use mixtouch::privacy::MinimumGroup;
use mixtouch::simulate::retailer::Retailer;
use mixtouch::{Error, EventColumns, Events, Fit, JourneyBuilder, JourneyOptions, Journeys, Result, TimeToEvent, Zone};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// KPIs of an omnichannel business.
#[derive(Debug, Parser)]
#[command(name = "omnichannel")]
struct Options {
    /// Event log, CSV: person,timestamp,channel,kind[,value][,cost][,interaction][,goal][,order_id]; a retailer is simulated without
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Channels and places of sale that are offline, joined by commas; "store" and "call centre" of the simulated retailer
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    offline: Vec<String>,
    /// The channel of e-mails
    #[arg(long, value_name = "NAME", default_value = "e-mail")]
    mail: String,
    /// The share of value that is margin
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    margin: f64,
    /// Days after a purchase for which a customer counts as active
    #[arg(long, value_name = "DAYS", default_value_t = 31.0)]
    active_days: f64,
    /// The fewest persons of a group that is shown
    #[arg(long, value_name = "PERSONS", default_value_t = 1)]
    minimum_group: u64,
    /// Zone of the months, as in Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    timezone: String,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has read enough.
        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("omnichannel: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let (log, journeys) = match &options.events {
        Some(path) => read(path)?,
        None => simulate()?,
    };
    let usual = if options.events.is_none() { vec!["store".to_owned(), "call centre".to_owned()] } else { Vec::new() };
    let settings = Settings {
        offline: OfflineChannels::new(if options.offline.is_empty() { usual } else { options.offline.clone() }),
        mail: options.mail.clone(),
        margin: options.margin,
        active_days: options.active_days,
        minimum: MinimumGroup::new(options.minimum_group)?,
        zone: Zone::new(&options.timezone)?,
        level: Level::default(),
    };
    let model = TimeToEvent::default().fit(&journeys)?;
    let dashboard = Dashboard::of(&log, &journeys, &model, &settings)?;
    let mut out = std::io::stdout().lock();
    if options.json {
        writeln!(out, "{}", serde_json::to_value(&dashboard).expect("reports of numbers and texts"))?;
    } else {
        write!(out, "{dashboard}")?;
    }
    Ok(out.flush()?)
}

fn read(path: &Path) -> Result<(Events, Journeys)> {
    let in_file = |error: Error| Error::File { path: path.to_owned(), source: Box::new(error) };
    let file = File::open(path).map_err(|error| in_file(error.into()))?;
    let log = Events::from_csv(file, EventColumns::default().keep_all()).map_err(in_file)?;
    let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    Ok((log, journeys))
}

fn simulate() -> Result<(Events, Journeys)> {
    let retailer = Retailer::new(20_000, 1)?;
    let mut builder = JourneyBuilder::new(JourneyOptions::default());
    builder.add_costs(&retailer.costs);
    builder.extend(&retailer.events)?;
    Ok((retailer.events, builder.build()?))
}
