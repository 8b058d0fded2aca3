//! Fits a marketing-mix model to a weekly panel and prints contributions and returns by channel.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use mixtouch::mix::{
    AdstockFamily, Baseline, ChannelSummary, Holidays, MediaMix, MixModel, Panel, PanelColumns, Period, SaturationFamily, Trend,
};
use mixtouch::{LiftTest, Result};
use serde_json::{Map, Value, json};

/// Fits a marketing-mix model: where the KPI came from, what each channel returns, where its curve bends.
#[derive(Parser)]
#[command(version, about)]
struct Options {
    /// Table with one row per period, or per period and geo
    #[arg(long, requires_all = ["date", "kpi", "media"])]
    panel: Option<PathBuf>,
    /// Column of the periods' first days
    #[arg(long)]
    date: Option<String>,
    /// Column of the outcome
    #[arg(long)]
    kpi: Option<String>,
    /// Columns of the media, spend or exposures
    #[arg(long, value_delimiter = ',')]
    media: Vec<String>,
    /// Columns of controls
    #[arg(long, value_delimiter = ',')]
    controls: Vec<String>,
    /// Column of event names
    #[arg(long, value_delimiter = ',')]
    events: Vec<String>,
    /// Column of geo names
    #[arg(long)]
    geo: Option<String>,
    /// Spend column of a medium measured in exposures, A=column
    #[arg(long, value_delimiter = ',', value_parser = pair)]
    spend: Vec<(String, String)>,
    /// Length of the periods: week, day or month; found from the dates otherwise
    #[arg(long)]
    period: Option<Period>,
    /// Adstock family of all media, or A=family of one
    #[arg(long, value_delimiter = ',')]
    adstock: Vec<String>,
    /// Saturation family of all media, or A=family of one
    #[arg(long, value_delimiter = ',')]
    saturation: Vec<String>,
    /// Fourier pairs a year
    #[arg(long, default_value_t = 2)]
    seasonality: usize,
    /// none, linear or knots=N
    #[arg(long, default_value = "linear")]
    trend: Trend,
    /// Candidates to try
    #[arg(long, default_value_t = 2000)]
    trials: usize,
    /// Candidates to try for the Pareto front besides
    #[arg(long, default_value_t = 0)]
    front_trials: usize,
    /// Seed of the search
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Lift tests: channel,geo,start,end,spend_change,outcome_change,standard_error
    #[arg(long)]
    lift: Option<PathBuf>,
    /// Holidays: date,holiday
    #[arg(long)]
    holidays: Option<PathBuf>,
    /// First day of the periods to use
    #[arg(long)]
    from: Option<mixtouch::Day>,
    /// Last day of the periods to use
    #[arg(long)]
    to: Option<mixtouch::Day>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    text.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).ok_or_else(|| "expected MEDIUM=COLUMN".into())
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let panel = panel(options)?;
    for finding in panel.check() {
        eprintln!("note: {finding}");
    }
    let specification = specification(options)?;
    let clock = Instant::now();
    let model = specification.fit(&panel)?;
    let seconds = clock.elapsed().as_secs_f64();
    let document = document(&model, &panel, options, seconds)?;
    let text = serde_json::to_string(&document).map_err(std::io::Error::from)?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}

fn panel(options: &Options) -> Result<Panel> {
    let (Some(path), Some(date), Some(kpi)) = (&options.panel, &options.date, &options.kpi) else {
        unimplemented!();
    };
    let mut columns = PanelColumns::new(date, kpi);
    for medium in &options.media {
        columns = match options.spend.iter().find(|(name, _)| name == medium) {
            Some((_, spend)) => columns.channel_with_exposures(medium, spend),
            None => columns.channel(medium),
        };
    }
    columns = options.controls.iter().fold(columns, |columns, name| columns.control(name));
    columns = options.events.iter().fold(columns, |columns, name| columns.events(name));
    columns = options.geo.iter().fold(columns, |columns, name| columns.geo(name));
    columns = options.period.iter().fold(columns, |columns, period| columns.period(*period));
    let panel = columns.read_path(path)?;
    match (options.from, options.to) {
        (None, None) => Ok(panel),
        (from, to) => panel.between(from.unwrap_or(mixtouch::Day::MIN), to.unwrap_or(mixtouch::Day::MAX)),
    }
}

fn specification(options: &Options) -> Result<MediaMix> {
    let mut baseline = Baseline::new(options.trend, options.seasonality)?;
    if let Some(path) = &options.holidays {
        baseline = baseline.with_holidays(Holidays::read_path(path)?);
    }
    let mut mix = MediaMix::new().baseline(baseline).trials(options.trials)?.front_trials(options.front_trials).seed(options.seed);
    let (own, common): (Vec<&String>, Vec<&String>) = options.adstock.iter().partition(|a| a.contains('='));
    for family in common {
        mix = mix.adstock(family.parse()?);
    }
    let (own_curve, common_curve): (Vec<&String>, Vec<&String>) = options.saturation.iter().partition(|a| a.contains('='));
    for family in common_curve {
        mix = mix.saturation(family.parse()?);
    }
    for (medium, family) in own.iter().filter_map(|a| a.split_once('=')) {
        mix = mix.adstock_of(medium, family.parse::<AdstockFamily>()?);
    }
    for (medium, family) in own_curve.iter().filter_map(|a| a.split_once('=')) {
        mix = mix.saturation_of(medium, family.parse::<SaturationFamily>()?);
    }
    if let Some(path) = &options.lift {
        mix = mix.lift_tests(LiftTest::read_csv_file(path)?);
    }
    Ok(mix)
}

fn document(model: &MixModel, panel: &Panel, options: &Options, seconds: f64) -> Result<Value> {
    let statistics = model.fit_statistics();
    let decomposition = model.decomposition();
    let mut channels = vec![];
    for geo in 0..panel.geos().len() {
        channels.extend(model.channels_in(geo)?.iter().map(|c| channel(c, options.geo.is_some())));
    }
    let mut rows = vec![];
    for (geo, name) in panel.geos().iter().enumerate() {
        for (t, date) in panel.dates().iter().enumerate() {
            let row = decomposition.row(geo, t);
            let mut fields = Map::new();
            fields.insert("date".into(), json!(date.to_string()));
            if options.geo.is_some() {
                fields.insert("geo".into(), json!(name));
            }
            fields.insert("baseline".into(), json!(decomposition.baseline()[row]));
            for (c, channel) in decomposition.channels().iter().enumerate() {
                fields.insert(channel.clone(), json!(decomposition.contribution(c)[row]));
            }
            rows.push(Value::Object(fields));
        }
    }
    let front: Vec<Value> = model.front().iter().map(|m| json!(m.objectives())).collect();
    Ok(json!({
        "fit": statistics,
        "channels": channels,
        "baseline": decomposition.baseline().iter().sum::<f64>(),
        "contributions": rows,
        "front": front,
        "seconds": {"fit": seconds},
    }))
}

fn channel(summary: &ChannelSummary, by_geo: bool) -> Value {
    let parameters = |spreads: &[(String, mixtouch::mix::Spread)]| -> Map<String, Value> {
        spreads.iter().map(|(name, spread)| (name.clone(), json!(spread.mean))).collect()
    };
    let mut fields = json!({
        "channel": summary.channel,
        "spend": summary.spend,
        "contribution": summary.contribution.mean,
        "contribution_low": summary.contribution.low,
        "contribution_high": summary.contribution.high,
        "share": summary.effect_share,
        "roi": summary.roi.map(|r| r.mean),
        "marginal_roi": summary.marginal_roi.map(|r| r.mean),
        "adstock": parameters(&summary.adstock),
        "saturation": parameters(&summary.saturation),
        "coefficient": summary.coefficient.mean,
    });
    if by_geo {
        fields["geo"] = json!(summary.geo);
    }
    fields
}
