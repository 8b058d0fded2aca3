//! Fits a marketing-mix model to a panel, prints contributions and returns by channel, and plans the next period's budget.
//!
//! Without a panel it fits a simulated one, whose true returns it prints beside the estimates.

use std::io::Write;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use mixtouch::mix::budget::{Goal, Plan};
use mixtouch::mix::{
    AdstockFamily, Baseline, ChannelSummary, Decomposition, Finding, Holidays, MediaMix, MixModel, Panel, PanelColumns, Period,
    SaturationFamily, Spread, Trend,
};
use mixtouch::simulate::panels::{PanelWorld, SimulatedPanel};
use mixtouch::{Day, Error, LiftTest, Result};
use serde_json::{Map, Value, json};

/// Fits a marketing-mix model: where the KPI came from, what each channel returns, where its curve bends.
#[derive(Parser)]
#[command(version, about)]
struct Options {
    /// Table with one row per period, or per period and geo
    #[arg(long, requires_all = ["date", "kpi", "media"])]
    panel: Option<PathBuf>,
    /// Column of the periods' first days
    #[arg(long, requires = "panel")]
    date: Option<String>,
    /// Column of the outcome
    #[arg(long, requires = "panel")]
    kpi: Option<String>,
    /// Columns of the media, spend or exposures
    #[arg(long, value_delimiter = ',', requires = "panel")]
    media: Vec<String>,
    /// Columns of controls
    #[arg(long, value_delimiter = ',', requires = "panel")]
    controls: Vec<String>,
    /// Column of event names
    #[arg(long, value_delimiter = ',', requires = "panel")]
    events: Vec<String>,
    /// Column of geo names
    #[arg(long, requires = "panel")]
    geo: Option<String>,
    /// Spend column of a medium measured in exposures, A=column
    #[arg(long, value_delimiter = ',', value_parser = pair, requires = "panel")]
    spend: Vec<(String, String)>,
    /// Length of the periods: week, day or month; found from the dates otherwise
    #[arg(long, requires = "panel")]
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
    /// Candidates to try besides, for the Pareto front of fit and agreement with spend shares
    #[arg(long, default_value_t = 240)]
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
    /// Plan the next period's spend with this total
    #[arg(long, allow_negative_numbers = true)]
    budget: Option<f64>,
    /// Each channel's planned spend as a multiple of its mean
    #[arg(long, default_value = "0.5..1.5", value_parser = bounds)]
    budget_bounds: RangeInclusive<f64>,
    /// First day of the periods to use
    #[arg(long)]
    from: Option<Day>,
    /// Last day of the periods to use
    #[arg(long)]
    to: Option<Day>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    text.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).ok_or_else(|| "expected MEDIUM=COLUMN".into())
}

fn bounds(text: &str) -> std::result::Result<RangeInclusive<f64>, String> {
    let parsed = text.split_once("..").and_then(|(a, b)| Some(a.parse::<f64>().ok()?..=b.parse::<f64>().ok()?));
    parsed.filter(|b| b.start() <= b.end()).ok_or_else(|| "expected LEAST..MOST, such as 0.5..1.5".into())
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

/// What was fitted and what came of it.
struct Outcome {
    model: MixModel,
    truth: Option<SimulatedPanel>,
    plan: Option<Plan>,
    seconds: f64,
}

fn run(options: &Options) -> Result<()> {
    let truth = if options.panel.is_none() { Some(PanelWorld::small_business()?.simulate(options.seed)) } else { None };
    let panel = panel(options, truth.as_ref())?;
    let specification = specification(options, &panel)?;
    let findings = specification.check(&panel)?;
    for finding in &findings {
        eprintln!("note: {finding}");
    }
    let clock = Instant::now();
    let model = specification.fit(&panel)?;
    let seconds = clock.elapsed().as_secs_f64();
    let outside = |column: &str| {
        findings
            .iter()
            .any(|f| matches!(f, Finding::HolidaysOutside { holidays } if holidays.iter().any(|h| column == format!("holiday={h}"))))
    };
    for column in model.dropped().iter().filter(|column| !outside(column)) {
        eprintln!("note: {column} is a combination of other columns of the baseline and was left out");
    }
    let plan = options.budget.map(|total| plan(&model, total, &options.budget_bounds)).transpose()?;
    let outcome = Outcome { model, truth, plan, seconds };
    let text = if options.json {
        serde_json::to_string(&document(&outcome, options.geo.is_some())?).map_err(std::io::Error::from)? + "\n"
    } else {
        table(&outcome)
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn plan(model: &MixModel, total: f64, bounds: &RangeInclusive<f64>) -> Result<Plan> {
    model.budget(1, *bounds.start(), *bounds.end())?.plan(&model.response_curves(1)?, Goal::Outcome { total })
}

fn panel(options: &Options, simulated: Option<&SimulatedPanel>) -> Result<Panel> {
    let panel = match (simulated, &options.panel, &options.date, &options.kpi) {
        (None, Some(path), Some(date), Some(kpi)) => columns(options, date, kpi)?.read_path(path)?,
        (Some(simulated), ..) => simulated.panel()?,
        _ => return Err(Error::Empty { what: "input".into(), allowed: "--panel with --date, --kpi and --media, or none of them".into() }),
    };
    match (options.from, options.to) {
        (None, None) => Ok(panel),
        (from, to) => panel.between(from.unwrap_or(Day::MIN), to.unwrap_or(Day::MAX)),
    }
}

fn columns(options: &Options, date: &str, kpi: &str) -> Result<PanelColumns> {
    if let Some((medium, _)) = options.spend.iter().find(|(medium, _)| !options.media.contains(medium)) {
        return Err(Error::UnknownChannel { role: "--spend".into(), channel: medium.clone(), known: options.media.clone() });
    }
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
    Ok(options.period.iter().fold(columns, |columns, period| columns.period(*period)))
}

fn specification(options: &Options, panel: &Panel) -> Result<MediaMix> {
    let mut baseline = Baseline::new(options.trend, options.seasonality)?;
    if let Some(path) = &options.holidays {
        baseline = baseline.with_holidays(Holidays::read_path(path)?);
    }
    let mut mix = MediaMix::new().baseline(baseline).trials(options.trials)?.front_trials(options.front_trials).seed(options.seed);
    // Families for all media first: a medium's own family stands whatever the order of the options.
    for family in options.adstock.iter().filter(|a| !a.contains('=')) {
        mix = mix.adstock(family.parse()?);
    }
    for family in options.saturation.iter().filter(|a| !a.contains('=')) {
        mix = mix.saturation(family.parse()?);
    }
    for (medium, family) in options.adstock.iter().filter_map(|a| a.split_once('=')) {
        known(panel, "--adstock", medium)?;
        mix = mix.adstock_of(medium, family.parse::<AdstockFamily>()?);
    }
    for (medium, family) in options.saturation.iter().filter_map(|a| a.split_once('=')) {
        known(panel, "--saturation", medium)?;
        mix = mix.saturation_of(medium, family.parse::<SaturationFamily>()?);
    }
    if let Some(path) = &options.lift {
        mix = mix.lift_tests(LiftTest::read_csv_file(path)?);
    }
    Ok(mix)
}

fn known(panel: &Panel, option: &'static str, medium: &str) -> Result<()> {
    if panel.channel_names().any(|name| name == medium) {
        return Ok(());
    }
    Err(Error::UnknownChannel { role: option.into(), channel: medium.into(), known: panel.channel_names().map(Into::into).collect() })
}

/// Every figure as one document.
fn document(outcome: &Outcome, by_geo: bool) -> Result<Value> {
    let model = &outcome.model;
    let decomposition = model.decomposition();
    let mut channels = vec![];
    for geo in 0..decomposition.geos().len() {
        channels.extend(model.channels_in(geo)?.iter().map(|c| channel(c, by_geo)));
    }
    let mut document = json!({
        "fit": model.fit_statistics(),
        "channels": channels,
        "baseline": decomposition.baseline().iter().sum::<f64>(),
        "contributions": contributions(&decomposition, by_geo),
        "front": model.front().iter().map(|m| json!(m.objectives())).collect::<Vec<_>>(),
        "candidates": {"tried": model.tried(), "averaged": model.members().len()},
        "seconds": {"fit": outcome.seconds},
    });
    if !model.lift_report().is_empty() {
        document["lift_tests"] = json!(model.lift_report());
    }
    if let Some(plan) = &outcome.plan {
        document["plan"] = plan_document(plan)?;
    }
    Ok(document)
}

fn channel(summary: &ChannelSummary, by_geo: bool) -> Value {
    let parameters = |family: &str, spreads: &[(String, Spread)]| -> Map<String, Value> {
        let values = spreads.iter().map(|(name, spread)| (name.clone(), json!(spread.mean)));
        [("family".to_owned(), json!(family))].into_iter().chain(values).collect()
    };
    let optional = [
        ("geo", by_geo.then(|| json!(summary.geo))),
        ("roi", summary.roi.map(|r| json!(r.mean))),
        ("roi_low", summary.roi.map(|r| json!(r.low))),
        ("roi_high", summary.roi.map(|r| json!(r.high))),
        ("marginal_roi", summary.marginal_roi.map(|r| json!(r.mean))),
        ("cpa", summary.cpa.map(|c| json!(c))),
        ("half_life", summary.half_life.map(|h| json!(h))),
    ];
    let mut fields = json!({
        "channel": summary.channel,
        "spend": summary.spend,
        "contribution": summary.contribution.mean,
        "contribution_low": summary.contribution.low,
        "contribution_high": summary.contribution.high,
        "immediate": summary.immediate,
        "share": summary.effect_share,
        "spend_share": summary.spend_share,
        "adstock": parameters(&summary.adstock_family, &summary.adstock),
        "saturation": parameters(&summary.saturation_family, &summary.saturation),
        "coefficient": summary.coefficient.mean,
        "hardly_informed": summary.hardly_informed,
    });
    for (name, value) in optional {
        if let Some(value) = value {
            fields[name] = value;
        }
    }
    fields
}

fn contributions(decomposition: &Decomposition, by_geo: bool) -> Vec<Value> {
    let mut rows = vec![];
    for (geo, name) in decomposition.geos().iter().enumerate() {
        for (t, date) in decomposition.dates().iter().enumerate() {
            let row = decomposition.row(geo, t);
            let mut fields = Map::new();
            fields.insert("date".into(), json!(date));
            if by_geo {
                fields.insert("geo".into(), json!(name));
            }
            fields.insert("baseline".into(), json!(decomposition.baseline()[row]));
            for (c, channel) in decomposition.channels().iter().enumerate() {
                fields.insert(channel.clone(), json!(decomposition.contribution(c)[row]));
            }
            rows.push(Value::Object(fields));
        }
    }
    rows
}

fn plan_document(plan: &Plan) -> Result<Value> {
    let channels: Vec<Value> =
        plan.channels().iter().map(|c| json!({"channel": c.channel, "now": c.now, "planned": c.planned, "at_bound": c.at_bound})).collect();
    let mut document = json!({
        "total": plan.total(),
        "expected_gain": plan.gain(),
        "marginal_return": plan.marginal_return(),
        "kkt_residual": plan.kkt_residual(),
        "channels": channels,
    });
    if let Some((low, high)) = plan.gain_interval(0.9)? {
        document["gain_low"] = json!(low);
        document["gain_high"] = json!(high);
    }
    Ok(document)
}

/// The main figures for reading.
fn table(outcome: &Outcome) -> String {
    let model = &outcome.model;
    let fit = model.fit_statistics();
    let panel = model.panel();
    let mut text = format!(
        "{} periods x {} geos, {} candidates tried, {} averaged\n",
        panel.periods(),
        panel.geos().len(),
        model.tried(),
        model.members().len()
    );
    let validation = fit.validation_nrmse.map_or(String::new(), |v| format!(", validation {v:.3}"));
    text += &format!(
        "R2 {:.3}, NRMSE {:.3}{validation}, MAPE {:.1} %, Durbin-Watson {:.2}\n\n",
        fit.r2,
        fit.nrmse,
        100.0 * fit.mape,
        fit.durbin_watson
    );
    text += "channel                 spend  contribution (90 %)                  share     ROI (90 %)              marginal  half-life\n";
    for (c, summary) in model.channels().iter().enumerate() {
        text += &line(summary);
        if let Some(truth) = &outcome.truth {
            text += &format!("  true ROI {:.2}", truth.roas(c));
        }
        text += if summary.hardly_informed { "  hardly informed by the data\n" } else { "\n" };
    }
    for test in model.lift_report() {
        text += &format!(
            "lift test on {}: measured {:.0} +- {:.0}, predicted {:.0} ({:+.1} standard errors)\n",
            test.channel,
            test.measured,
            test.standard_error,
            test.predicted.mean,
            test.deviation()
        );
    }
    outcome.plan.iter().fold(text, |text, plan| text + &plan_table(plan))
}

fn line(summary: &ChannelSummary) -> String {
    let spread = |s: Spread, digits: usize| format!("{:.*} ({:.*} to {:.*})", digits, s.mean, digits, s.low, digits, s.high);
    format!(
        "{:<18} {:>10.0}  {:<34} {:>6.1} %  {:<24} {:>6}  {:>9}",
        summary.channel,
        summary.spend,
        spread(summary.contribution, 0),
        100.0 * summary.effect_share,
        summary.roi.map_or_else(|| "-".into(), |roi| spread(roi, 2)),
        summary.marginal_roi.map_or_else(|| "-".into(), |roi| format!("{:.2}", roi.mean)),
        summary.half_life.map_or_else(|| "-".into(), |h| format!("{h:.1}")),
    )
}

fn plan_table(plan: &Plan) -> String {
    let interval = plan.gain_interval(0.9).ok().flatten().map_or(String::new(), |(low, high)| format!(" ({low:.0} to {high:.0})"));
    let mut text = format!("\nplan of {:.0}: gain {:.0}{interval}\n", plan.total(), plan.gain());
    for c in plan.channels() {
        let bound = c.at_bound.map_or(String::new(), |b| format!("  at its bound: {b:?}").to_lowercase());
        text += &format!("{:<18} {:>10.0} -> {:>10.0}{bound}\n", c.channel, c.now, c.planned);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_panel_need_one() {
        for option in ["--date=a", "--kpi=a", "--media=a", "--controls=a", "--events=a", "--geo=a", "--spend=a=b", "--period=week"] {
            let refused = Options::try_parse_from(["media_mix", option]).err().expect(option).to_string();
            assert!(refused.contains("--panel"), "{option}: {refused}");
        }
        assert!(Options::try_parse_from(["media_mix", "--panel=p.csv", "--date=a", "--kpi=b", "--media=c", "--geo=d"]).is_ok());
    }

    #[test]
    fn budgets_and_their_bounds() {
        assert_eq!(Options::try_parse_from(["media_mix", "--budget", "-5"]).ok().and_then(|o| o.budget), Some(-5.0));
        assert_eq!(bounds("0.5..0.5"), Ok(0.5..=0.5));
        assert!(bounds("1.5..0.5").is_err() && bounds("NaN..1").is_err() && bounds("1").is_err());
    }
}
