//! The command line, and the panel and specification it asks for.

use clap::{Parser, ValueEnum};
use mixtouch::experiment::LiftTest;
use mixtouch::mix::estimate::Search;
use mixtouch::mix::panel::{Frequency, Panel, PanelColumns};
use mixtouch::mix::specification::{Baseline, Holidays, MixSpecification, Reference, Trend};
use mixtouch::mix::transform::{AdstockFamily, SaturationFamily};
use mixtouch::simulate::panels::SimulatedPanel;
use mixtouch::{Day, Error, Result};
use std::path::PathBuf;

use crate::check_options::CheckOptions;
use crate::effect_options::EffectOptions;
use crate::model_options::ModelOptions;
use crate::pictures::PictureOptions;
use crate::plan_options::PlanOptions;
use crate::questions::QuestionOptions;
use crate::reconcile::ReconcileOptions;
use crate::terminal::TerminalOptions;

/// How to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EstimatorName {
    /// Searches for transforms and penalty
    Search,
    /// Regression at each transform's median, with its table of coefficients
    LeastSquares,
    /// The posterior by the No-U-Turn Sampler; needs --features bayes
    Nuts,
}

/// Fits a marketing-mix model: where the KPI came from, what each channel returns, where its curve
/// bends.
#[derive(Clone, Parser)]
#[command(version)]
pub(crate) struct Options {
    /// Table with one row per period, or per period and geo
    #[arg(long, help_heading = "Panel", requires_all = ["date", "kpi"])]
    pub(crate) panel: Option<PathBuf>,
    /// Column of the periods' first days
    #[arg(long, help_heading = "Panel", requires = "panel")]
    pub(crate) date: Option<String>,
    /// Column of the outcome; several are fitted at once, with the shapes of media in common
    #[arg(
        long,
        help_heading = "Panel",
        value_delimiter = ',',
        requires = "panel"
    )]
    pub(crate) kpi: Vec<String>,
    /// Columns of the media, spend or exposures
    #[arg(
        long,
        help_heading = "Panel",
        value_delimiter = ',',
        requires = "panel"
    )]
    pub(crate) media: Vec<String>,
    /// Columns of controls
    #[arg(
        long,
        help_heading = "Panel",
        value_delimiter = ',',
        requires = "panel"
    )]
    pub(crate) controls: Vec<String>,
    /// Column of event names
    #[arg(
        long,
        help_heading = "Panel",
        value_delimiter = ',',
        requires = "panel"
    )]
    pub(crate) events: Vec<String>,
    /// Column of geo names
    #[arg(long, help_heading = "Panel", requires = "panel")]
    pub(crate) geo: Option<String>,
    /// Spend column of a medium measured in exposures, A=column
    #[arg(long, help_heading = "Panel", value_delimiter = ',', value_parser = pair, requires = "panel")]
    pub(crate) spend: Vec<(String, String)>,
    /// Length of the periods: day, week, two-weeks, four-weeks, month, month-end, quarter or
    /// quarter-end; found from the dates otherwise
    #[arg(long, help_heading = "Panel", requires = "panel")]
    pub(crate) period: Option<Frequency>,
    /// First day of the periods to use
    #[arg(long, help_heading = "Panel")]
    pub(crate) from: Option<Day>,
    /// Last day of the periods to use
    #[arg(long, help_heading = "Panel")]
    pub(crate) to: Option<Day>,
    /// How spend carries over, family of adstock of all media or A=family of one: none, geometric,
    /// weibull-pdf ..
    #[arg(long, help_heading = "Model", value_delimiter = ',')]
    pub(crate) adstock: Vec<String>,
    /// How spend saturates, family of all media or A=family of one: none, hill, logistic ..
    #[arg(long, help_heading = "Model", value_delimiter = ',')]
    pub(crate) saturation: Vec<String>,
    /// Waves of the season a year (Fourier pairs); 0 for no season
    #[arg(long, help_heading = "Baseline", default_value_t = 2)]
    pub(crate) seasonality: usize,
    /// How the baseline's level moves: none, linear, knots=N or smooth
    #[arg(long, help_heading = "Baseline", default_value = "linear")]
    pub(crate) trend: Trend,
    /// Effects of the days of the week; those of daily panels unless set
    #[arg(long, help_heading = "Baseline")]
    pub(crate) weekdays: Option<bool>,
    /// Effects of the calendar months
    #[arg(long, help_heading = "Baseline")]
    pub(crate) months: bool,
    /// Controls shown as contributions above their least value, or C=LEVEL above that level
    #[arg(
        long,
        value_delimiter = ',',
        requires = "panel",
        help_heading = "Baseline"
    )]
    pub(crate) treatment: Vec<String>,
    /// Columns of the activity of channels without spend
    #[arg(
        long,
        value_delimiter = ',',
        requires = "panel",
        help_heading = "Baseline"
    )]
    pub(crate) organic: Vec<String>,
    /// How to fit
    #[arg(long, help_heading = "Fit", value_enum, default_value = "search")]
    pub(crate) estimator: EstimatorName,
    /// Candidates to try; with fewer than 40 intervals are too narrow, with fewer than 500 too wide
    #[arg(long, help_heading = "Fit", default_value_t = 2000)]
    pub(crate) trials: usize,
    /// Candidates to try besides, for the Pareto front of fit and agreement with spend shares
    #[arg(long, help_heading = "Fit", default_value_t = 240)]
    pub(crate) front_trials: usize,
    /// Draws of each of the sampler's four chains after its warm-up; none: 1000, by four steps a
    /// draw where chains do not agree
    #[arg(long, help_heading = "Fit")]
    pub(crate) draws: Option<usize>,
    /// Seed of the search or the sampler
    #[arg(long, help_heading = "Fit", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Lift tests: channel,geo,start,end,spend_change,outcome_change,standard_error; with a column
    /// spend_is (recorded or on-top) that says whether the panel's spend includes the change
    #[arg(long, help_heading = "Model")]
    pub(crate) lift: Option<PathBuf>,
    /// Holidays: date,holiday
    #[arg(long, help_heading = "Baseline")]
    pub(crate) holidays: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
    #[command(flatten)]
    pub(crate) effects: EffectOptions,
    #[command(flatten)]
    pub(crate) questions: QuestionOptions,
    #[command(flatten)]
    pub(crate) checks: CheckOptions,
    #[command(flatten)]
    pub(crate) reconcile: ReconcileOptions,
    /// The KPI is money of the kind that is spent: pages say which channels pay back. A panel with
    /// the revenue of a unit of the KPI says so itself
    #[arg(long)]
    pub(crate) kpi_in_money: bool,
    #[command(flatten)]
    pub(crate) pictures: PictureOptions,
    #[command(flatten)]
    pub(crate) terminal: TerminalOptions,
    #[command(flatten)]
    pub(crate) plan: PlanOptions,
}

/// `A=B` taken apart.
pub(crate) fn pair(text: &str) -> std::result::Result<(String, String), String> {
    text.split_once('=')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .ok_or_else(|| "expected MEDIUM=COLUMN".into())
}

/// The panel to fit: the file's, or the simulated one's.
pub(crate) fn panel(options: &Options, simulated: Option<&SimulatedPanel>) -> Result<Panel> {
    let kpi = options.kpi.first();
    let panel = match (simulated, &options.panel, &options.date, kpi) {
        (None, Some(path), Some(date), Some(kpi)) => {
            let columns = columns(options, date, kpi)?;
            options
                .model
                .with_history(&columns, columns.read_path(path)?)?
        }
        (Some(simulated), ..) => simulated.panel()?,
        _ => {
            return Err(Error::Empty {
                what: "input".into(),
                expected: "--panel with --date and --kpi, or none of them".into(),
            });
        }
    };
    match (options.from, options.to) {
        (None, None) => Ok(panel),
        (from, to) => panel.between(from.unwrap_or(Day::MIN), to.unwrap_or(Day::MAX)),
    }
}

/// Which columns of the file make the panel, where there is a file.
pub(crate) fn named_columns(options: &Options) -> Result<Option<PanelColumns>> {
    match (&options.date, options.kpi.first()) {
        (Some(date), Some(kpi)) => columns(options, date, kpi).map(Some),
        _ => Ok(None),
    }
}

/// Which columns of the file make the panel.
fn columns(options: &Options, date: &str, kpi: &str) -> Result<PanelColumns> {
    let mut media = options.media.iter().chain(&options.organic);
    if media.next().or(options.effects.media().next()).is_none() {
        return Err(Error::Empty {
            what: "list of media".into(),
            expected: "one of --media, --organic or --reach-frequency at least".into(),
        });
    }
    if let Some((medium, _)) = options.spend.iter().find(|(medium, _)| {
        !options.media.contains(medium) && options.effects.media().all(|name| name != medium)
    }) {
        return Err(Error::UnknownChannel {
            role: "--spend".into(),
            channel: medium.clone(),
            known: options.media.clone(),
        });
    }
    let mut columns = PanelColumns::new(date, kpi);
    for medium in &options.media {
        columns = match options.spend.iter().find(|(name, _)| name == medium) {
            Some((_, spend)) => columns.channel_with_exposures(medium, spend),
            None => columns.channel(medium),
        };
    }
    columns = options
        .organic
        .iter()
        .fold(columns, |columns, name| columns.organic_channel(name));
    columns = options
        .controls
        .iter()
        .fold(columns, |columns, name| columns.control(name));
    columns = options
        .events
        .iter()
        .fold(columns, |columns, name| columns.events(name));
    columns = options
        .geo
        .iter()
        .fold(columns, |columns, name| columns.geo(name));
    columns = options.model.columns(columns);
    columns = options.effects.columns(columns, &options.spend);
    Ok(options
        .period
        .iter()
        .fold(columns, |columns, period| columns.period(*period)))
}

/// The search that is asked for.
pub(crate) fn search(options: &Options) -> Search {
    Search::default()
        .with_evaluations(options.trials)
        .with_pareto_evaluations(options.front_trials)
        .with_seed(options.seed)
}

/// The model to fit.
pub(crate) fn specification(options: &Options, panel: &Panel) -> Result<MixSpecification> {
    let mut baseline = Baseline::new(options.trend, options.seasonality)?;
    if let Some(path) = &options.holidays {
        baseline = baseline.with_holidays(Holidays::read_path(path)?);
    }
    baseline = baseline.with_months(options.months);
    if let Some(weekdays) = options.weekdays {
        baseline = baseline.with_weekdays(weekdays);
    }
    let mut mix = MixSpecification::new().with_baseline(baseline);
    for text in &options.treatment {
        let (control, reference) = treatment(text)?;
        mix = mix.with_treatment(control, reference);
    }
    // Families for all media first: a medium's own family stands whatever the order of the options.
    for family in options.adstock.iter().filter(|a| !a.contains('=')) {
        mix = mix.with_adstock(family.parse()?);
    }
    for family in options.saturation.iter().filter(|a| !a.contains('=')) {
        mix = mix.with_saturation(family.parse()?);
    }
    for (medium, family) in options.adstock.iter().filter_map(|a| a.split_once('=')) {
        known(panel, "--adstock", medium)?;
        mix = mix.with_channel_adstock(medium, family.parse::<AdstockFamily>()?);
    }
    for (medium, family) in options.saturation.iter().filter_map(|a| a.split_once('=')) {
        known(panel, "--saturation", medium)?;
        mix = mix.with_channel_saturation(medium, family.parse::<SaturationFamily>()?);
    }
    if let Some(path) = &options.lift {
        mix = mix.with_lift_tests(LiftTest::read_csv_file(path)?);
    }
    options
        .effects
        .specification(options.model.specification(mix, options.estimator)?)
}

/// `CONTROL` or `CONTROL=LEVEL` taken apart.
fn treatment(text: &str) -> Result<(&str, Reference)> {
    let Some((control, level)) = text.split_once('=') else {
        return Ok((text, Reference::Minimum));
    };
    let level = level.parse().map_err(|_| Error::Setting {
        name: "--treatment".into(),
        value: text.into(),
        expected: "CONTROL or CONTROL=LEVEL".into(),
    })?;
    Ok((control, Reference::Value(level)))
}

/// An error if an option names a medium that there is none of.
fn known(panel: &Panel, option: &'static str, medium: &str) -> Result<()> {
    if panel.channel_names().any(|name| name == medium) {
        return Ok(());
    }
    Err(Error::UnknownChannel {
        role: option.into(),
        channel: medium.into(),
        known: panel.channel_names().map(Into::into).collect(),
    })
}
