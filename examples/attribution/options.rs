//! The command line.

use crate::pictures::PictureOptions;
use crate::span::span;
use crate::terminal::TerminalOptions;
use clap::{ArgGroup, Parser, ValueEnum};
use mixtouch::attribution::rules::TimeDecay;
use mixtouch::event::{CostSource, Placeholders};
use mixtouch::journeys::Transform;
use mixtouch::time::TimeRange;
use mixtouch::{Day, Error, Interaction, JourneyOptions, Lookback, Result, TimeZone};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Score journeys by several attribution models.
///
/// Without --paths or --events an omnichannel retailer is simulated, and the truth shown beside the
/// models.
#[derive(Debug, Parser)]
#[command(name = "attribution", group = ArgGroup::new("input").args(["paths", "events"]))]
pub(crate) struct Options {
    /// Path table: path,total_conversions[,total_conversion_value][,total_null]
    #[arg(long, value_name = "FILE")]
    pub(crate) paths: Option<PathBuf>,
    /// Event log, CSV or (with --features parquet) Parquet:
    /// person,timestamp,channel,kind[,value][,cost][,interaction][,goal][,order_id]
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// Costs by channel and day: channel,date,cost; or, with --features mapping, the spend table of
    /// an ad platform, as in meta=spend.csv or by the mapping's [spend]; repeatable
    #[arg(long, value_name = "[PRESET=]FILE")]
    pub(crate) costs: Vec<String>,
    /// How to read the log and its spend, TOML or JSON (with --features mapping)
    #[arg(long, value_name = "FILE", requires = "events")]
    pub(crate) mapping: Option<PathBuf>,
    /// Read the log as this export, as in ga4 (with --features mapping)
    #[arg(
        long,
        value_name = "NAME",
        requires = "events",
        conflicts_with = "mapping"
    )]
    pub(crate) preset: Option<String>,
    /// The log's dialect: delimiter=;, decimal=,, thousands=., missing=NULL, encoding=utf-16le,
    /// preamble=2 (lines), time-unit=ms, or auto; repeatable (with --features mapping)
    #[arg(long, value_name = "KEY=VALUE", requires = "events", conflicts_with_all = ["mapping", "preset"])]
    pub(crate) dialect: Vec<String>,
    /// Skip up to this many rows that cannot be read, and count them (with --features mapping)
    #[arg(long, value_name = "N", requires = "events")]
    pub(crate) skip_bad: Option<u64>,
    /// The unit of times that are plain numbers: s, ms, us or ns
    #[arg(long, value_name = "UNIT", requires = "events", conflicts_with_all = ["mapping", "preset", "dialect"])]
    pub(crate) time_unit: Option<String>,
    /// Also credit, costs and returns of this model by channel, source / medium and campaign of a
    /// mapped log
    #[arg(long, value_name = "MODEL", requires = "events")]
    pub(crate) levels: Option<String>,
    /// What joins the channels of a path
    #[arg(long, default_value = " > ", requires = "paths")]
    pub(crate) separator: String,
    /// Read a column of the log under another name, as in person=user_id
    #[arg(long = "column", value_name = "COLUMN=NAME", requires = "events")]
    pub(crate) columns: Vec<String>,
    /// First day whose conversions are reported, as in 2026-01-31
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Day>,
    /// Last day whose conversions are reported
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Day>,
    /// Fit models on this many days before --from, and score the days reported
    #[arg(long, value_name = "N", requires = "from", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) train_days: Option<u32>,
    /// First day of those models are fitted on, where these are not the days reported
    #[arg(long, value_name = "DATE", conflicts_with = "train_days")]
    pub(crate) fit_from: Option<Day>,
    /// Last day of those models are fitted on
    #[arg(long, value_name = "DATE", conflicts_with = "train_days")]
    pub(crate) fit_to: Option<Day>,
    /// Time zone of the days, and of times that state none, as in Europe/Berlin; UTC for days
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Only conversions of this goal
    #[arg(long, value_name = "NAME")]
    pub(crate) goal: Option<String>,
    /// Model or report, repeatable; see README.md for their names
    #[arg(long = "model", value_name = "NAME")]
    pub(crate) models: Vec<String>,
    /// How long before a conversion a touch counts, as in 30d, 12h, 90m or 45s
    #[arg(long, value_name = "TIME")]
    pub(crate) lookback: Option<String>,
    /// Lookback of one channel, as in tv=3d; repeatable
    #[arg(long, value_name = "CHANNEL=TIME")]
    pub(crate) channel_lookback: Vec<String>,
    /// Lookback of touches of an interaction, as in view=1d; repeatable
    #[arg(long, value_name = "INTERACTION=TIME")]
    pub(crate) interaction_lookback: Vec<String>,
    /// Show also the credit where no touch counts for longer than this, as in 7d; repeatable
    #[arg(long = "window", value_name = "TIME", conflicts_with_all = ["train_days", "fit_from", "fit_to", "csv"])]
    pub(crate) windows: Vec<String>,
    /// Half-life of time-decay
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) half_life: String,
    /// Order of the Markov chain
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) order: usize,
    /// Markov without the journeys that did not convert
    #[arg(long)]
    pub(crate) ignore_nulls: bool,
    /// Leave a channel out of journeys that have another; repeatable, or joined by commas
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// Channels that last-non-direct skips; without, those that analytics tools call direct
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) direct: Vec<String>,
    /// Declare a channel that the log has no row of yet; repeatable
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) add_channel: Vec<String>,
    /// Channels whose first touch is the stage of position-w
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) stage: Vec<String>,
    /// What is made of the sequence of channels
    #[arg(long, value_enum, default_value_t = PathTransform::None)]
    pub(crate) transform: PathTransform,
    /// Only the last touches of each journey
    #[arg(long, value_name = "N")]
    pub(crate) trim: Option<NonZeroUsize>,
    /// Let touches serve several conversions
    #[arg(long)]
    pub(crate) reuse: bool,
    /// Leave out journeys without a conversion that the end of the log cuts short
    #[arg(long)]
    pub(crate) drop_immature: bool,
    /// Drop rows that repeat another one in everything
    #[arg(long)]
    pub(crate) deduplicate: bool,
    /// Count rows that repeat an order as conversions of their own
    #[arg(long)]
    pub(crate) repeated_orders: bool,
    /// Whether returns are taken off the conversions they belong to
    #[arg(long, value_enum, default_value_t = Returns::Gross)]
    pub(crate) returns: Returns,
    /// Which costs hold of a channel that has them on touches and in --costs
    #[arg(long, value_enum)]
    pub(crate) cost_source: Option<Costs>,
    /// Leave out the touches of persons with more than this, as robots have
    #[arg(long, value_name = "N")]
    pub(crate) touches_per_person: Option<NonZeroUsize>,
    /// Take channels that differ only in case as one
    #[arg(long, requires = "events")]
    pub(crate) fold_channels: bool,
    /// A further text that stands for a missing person, as undefined does; repeatable
    #[arg(long, value_name = "TEXT", requires = "events")]
    pub(crate) placeholder: Vec<String>,
    /// Intervals of every model from this many bootstrap replicates
    #[arg(long, value_name = "N")]
    pub(crate) bootstrap: Option<usize>,
    /// Also score each segment on its own: each value of this column of the log
    #[arg(long, value_name = "COLUMN", requires = "events")]
    pub(crate) segment: Option<String>,
    /// Channels that follow the intent to buy: time-to-event gives their credit to the baseline
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) demand_capture: Vec<String>,
    /// Experiments that calibrate time-to-event:
    /// channel,start,end,outcome_change,standard_error[,tail_days][,share][,goal], where
    /// outcome_change is what the channel's touches of these days brought
    #[arg(long, value_name = "FILE")]
    pub(crate) lift: Option<PathBuf>,
    /// Channels that cost nothing and that no advertising needs, such as direct: time-to-event tells
    /// which channels' touches follow their visits, and should be tested first
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) unpaid: Vec<String>,
    /// Share of persons that a further test would withhold a channel from, above 0 and below 1: what
    /// tests are worth stands below the credit
    #[arg(long, value_name = "SHARE", default_value_t = 0.5)]
    pub(crate) test_share: f64,
    /// What is earned of each unit of value before the cost of advertising, for what tests are worth
    #[arg(long, value_name = "SHARE")]
    pub(crate) margin: Option<f64>,
    /// What a test may decide besides stopping a channel or going on: MORE:RETURN, such as 0.5:0.6 for
    /// half more spend at six tenths of today's return
    #[arg(long, value_name = "MORE:RETURN", value_parser = growth)]
    pub(crate) growth: Option<(f64, f64)>,
    /// Channels that other marketing brings about: time-to-event passes their credit on to it
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) upstream: Vec<String>,
    /// Count towards --upstream only what follows a touch more than it precedes it: for channels
    /// whose touches come in bursts with all others
    #[arg(long, requires = "upstream")]
    pub(crate) upstream_symmetric: bool,
    /// Let time-to-event look for pairs of channels that work together
    #[arg(long)]
    pub(crate) pairs: bool,
    #[command(flatten)]
    pub(crate) pictures: PictureOptions,
    #[command(flatten)]
    pub(crate) terminal: TerminalOptions,
    /// Rows of the table
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Print one JSON document
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print a CSV row for each model and channel
    #[arg(long)]
    pub(crate) csv: bool,
    /// Persons of the simulated retailer
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20_000,
        conflicts_with = "input"
    )]
    pub(crate) persons: u64,
    /// Seed of the simulated retailer and of the bootstrap
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum PathTransform {
    None,
    Exposure,
    First,
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Returns {
    Gross,
    Net,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Costs {
    Touches,
    Table,
    Sum,
}

impl Options {
    /// Whether the retailer is simulated, for want of a file.
    pub(crate) fn is_simulated(&self) -> bool {
        self.paths.is_none() && self.events.is_none()
    }

    /// Whether neither the days reported nor those fitted on are chosen.
    pub(crate) fn shows_all_days(&self) -> bool {
        let days = [self.from, self.to, self.fit_from, self.fit_to];
        days.iter().all(Option::is_none) && self.train_days.is_none()
    }

    pub(crate) fn zone(&self) -> Result<TimeZone> {
        TimeZone::new(self.timezone.as_deref().unwrap_or("UTC"))
    }

    /// The days reported.
    pub(crate) fn period(&self) -> Result<TimeRange> {
        TimeRange::days(self.from, self.to, &self.zone()?)
    }

    /// The days that models are fitted on, where they are others than those reported.
    pub(crate) fn training(&self) -> Result<Option<TimeRange>> {
        let (first, last) = match (self.train_days, self.from) {
            (Some(days), Some(from)) => (Some(from.plus(-(days as i32))), Some(from.plus(-1))),
            _ => (self.fit_from, self.fit_to),
        };
        if (first, last) == (None, None) {
            return Ok(None);
        }
        TimeRange::days(first, last, &self.zone()?).map(Some)
    }

    pub(crate) fn time_decay(&self) -> Result<TimeDecay> {
        TimeDecay::new(span("--half-life", &self.half_life)?)
    }

    /// How long before a conversion a touch counts.
    pub(crate) fn counted_time(&self) -> Result<Lookback> {
        let mut lookback = self
            .lookback
            .as_ref()
            .map_or(Ok(Lookback::default()), |text| {
                Lookback::new(span("--lookback", text)?)
            })?;
        for text in &self.channel_lookback {
            let (channel, time) = pair("--channel-lookback", text)?;
            lookback =
                lookback.with_channel(channel, Lookback::new(span("--channel-lookback", time)?)?);
        }
        for text in &self.interaction_lookback {
            let (name, time) = pair("--interaction-lookback", text)?;
            let length = Lookback::new(span("--interaction-lookback", time)?)?;
            lookback = lookback.with_interaction(interaction(name)?, length);
        }
        Ok(lookback)
    }

    /// How journeys are cut.
    pub(crate) fn journeys(&self) -> Result<JourneyOptions> {
        let transform = match self.transform {
            PathTransform::None => Transform::None,
            PathTransform::Exposure => Transform::Exposure,
            PathTransform::First => Transform::First,
            PathTransform::Last => Transform::Last,
        };
        let mut options = JourneyOptions::default()
            .with_lookback(self.counted_time()?)
            .with_period(self.period()?)
            .with_reuse(self.reuse)
            .with_exclude(self.exclude.iter().cloned())
            .with_transform(transform)
            .with_drop_censored(self.drop_immature)
            .with_deduplicate(self.deduplicate)
            .with_unique_orders(!self.repeated_orders)
            .with_net_of_returns(self.returns == Returns::Net);
        if let Some(source) = self.cost_source {
            options = options.with_cost_source(match source {
                Costs::Touches => CostSource::Touches,
                Costs::Table => CostSource::Table,
                Costs::Sum => CostSource::Sum,
            });
        }
        if let Some(touches) = self.touches_per_person {
            options = options.with_most_touches(touches);
        }
        if let Some(goal) = &self.goal {
            options = options.with_goal(goal);
        }
        if let Some(column) = &self.segment {
            options = options.with_segment(column);
        }
        if self.levels.is_some() {
            options = options.with_touch_columns(["source_medium", "campaign"]);
        }
        if let Some(touches) = self.trim {
            options = options.with_trim(touches);
        }
        Ok(options)
    }

    /// The texts that stand for a missing person.
    pub(crate) fn placeholders(&self) -> Placeholders {
        let usual = Placeholders::default();
        self.placeholder
            .iter()
            .fold(usual, |all, text| all.with(text))
    }

    /// The options given that only make sense where there are times.
    pub(crate) fn timed(&self) -> Option<&'static str> {
        let given = [
            (self.from.is_some(), "--from"),
            (self.to.is_some(), "--to"),
            (self.train_days.is_some(), "--train-days"),
            (self.fit_from.is_some(), "--fit-from"),
            (self.fit_to.is_some(), "--fit-to"),
            (self.goal.is_some(), "--goal"),
            (self.lookback.is_some(), "--lookback"),
            (!self.channel_lookback.is_empty(), "--channel-lookback"),
            (
                !self.interaction_lookback.is_empty(),
                "--interaction-lookback",
            ),
            (!self.windows.is_empty(), "--window"),
            (self.repeated_orders, "--repeated-orders"),
            (self.returns == Returns::Net, "--returns"),
            (self.touches_per_person.is_some(), "--touches-per-person"),
            (self.reuse, "--reuse"),
            (self.drop_immature, "--drop-immature"),
            (self.deduplicate, "--deduplicate"),
            (self.segment.is_some(), "--segment"),
            (!self.demand_capture.is_empty(), "--demand-capture"),
            (!self.upstream.is_empty(), "--upstream"),
            (self.lift.is_some(), "--lift"),
            (!self.unpaid.is_empty(), "--unpaid"),
            (self.pairs, "--pairs"),
            (!self.columns.is_empty(), "--column"),
            (!self.add_channel.is_empty(), "--add-channel"),
        ];
        given
            .into_iter()
            .find(|(given, _)| *given)
            .map(|(_, name)| name)
    }
}

/// `NAME=VALUE` in two.
pub(crate) fn pair<'a>(option: &'static str, text: &'a str) -> Result<(&'a str, &'a str)> {
    text.split_once('=')
        .ok_or_else(|| bad(option, text, "NAME=VALUE"))
}

pub(crate) fn bad(option: &'static str, value: &str, expected: &'static str) -> Error {
    Error::Setting {
        name: option.into(),
        value: format!("{value:?}"),
        expected: expected.into(),
    }
}

fn interaction(name: &str) -> Result<Interaction> {
    match name {
        "click" => Ok(Interaction::Click),
        "view" => Ok(Interaction::View),
        other => Err(Error::Setting {
            name: "--interaction-lookback".into(),
            value: format!("{other:?}"),
            expected: "click or view".into(),
        }),
    }
}

/// Two numbers with a colon between.
fn growth(text: &str) -> std::result::Result<(f64, f64), String> {
    let pair = text.split_once(':');
    let numbers =
        pair.and_then(|(more, returning)| Some((more.parse().ok()?, returning.parse().ok()?)));
    numbers.ok_or_else(|| "expected two numbers, such as 0.5:0.6".into())
}
