//! The command line.

use crate::pictures::PictureOptions;
use crate::span::span;
use crate::terminal::TerminalOptions;
use crate::voices::VoiceOptions;
use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, ValueEnum};
use mixtouch::event::{SessionTouch, Sessions};
use mixtouch::identity::{HashKey, Rules, WithoutConsent};
use mixtouch::kpi::OfflineChannels;
use mixtouch::kpi::map::Stage;
use mixtouch::privacy::{MinimumGroup, SmallGroups};
use mixtouch::simulate::customers::Customers;
use mixtouch::time::TimeRange;
use mixtouch::{Day, Error, Events, JourneyOptions, Journeys, Lookback, Result, TimeZone};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// From many identifiers to one history a person, and what that changes.
///
/// Without --events customers are simulated who are known by pieces - a phone, a laptop, an
/// account, a card - and the truth is shown beside what is found.
#[derive(Debug, Parser)]
#[command(name = "omnichannel", allow_negative_numbers = true)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) pictures: PictureOptions,
    #[command(flatten)]
    pub(crate) terminal: TerminalOptions,
    #[command(flatten)]
    pub(crate) voices: VoiceOptions,
    /// Event log, CSV or (with --features parquet) Parquet: a column person, or id:KIND columns in
    /// its place, which need --key; kinds: account, card, e-mail, phone, cookie, device, address
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// Link records: kind,value,linked_kind,linked_value,timestamp[,confidence]
    #[arg(long, value_name = "FILE", requires_all = ["events", "key"])]
    pub(crate) identifiers: Option<PathBuf>,
    /// Consent: kind,value,purpose,granted,timestamp. Without it consent is not checked
    #[arg(long, value_name = "FILE", requires_all = ["events", "key"])]
    pub(crate) consent: Option<PathBuf>,
    /// The purpose that consent is needed for
    #[arg(long, value_name = "NAME", default_value = "measurement")]
    pub(crate) purpose: String,
    /// What becomes of rows without consent
    #[arg(long, value_enum, default_value_t = NoConsent::TotalsOnly)]
    pub(crate) without_consent: NoConsent,
    /// The secret that identifiers are hashed with: 64 hexadecimal digits
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Repeat in errors what rows say, raw identifiers too: to find faults
    #[arg(long)]
    pub(crate) values_in_errors: bool,
    /// The least confidence of a link
    #[arg(long, value_name = "P", default_value_t = 0.8)]
    pub(crate) confidence: f64,
    /// Do not count what a cookie or device did before its first link as its person's
    #[arg(long)]
    pub(crate) no_back_stitching: bool,
    /// How to read the log, TOML or JSON (with --features mapping)
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
    /// Read a column of the log under another name, as in person=user_id
    #[arg(long = "column", value_name = "COLUMN=NAME", requires = "events")]
    pub(crate) columns: Vec<String>,
    /// Time zone of days and months, and of the log's timestamps without offset, as in
    /// Europe/Berlin; the other files' timestamps have one
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Column with each row's own zone
    #[arg(long, value_name = "COLUMN", requires = "events")]
    pub(crate) timezone_column: Option<String>,
    /// One touch a visit, the first or the last; a visit ends after 30 minutes without a touch
    #[arg(long, value_enum, value_name = "TOUCH")]
    pub(crate) sessions: Option<Visit>,
    /// The first day reported; earlier rows are context. That of the simulation, or of the log,
    /// without
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Day>,
    /// The last day reported
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Day>,
    /// Only conversions of this goal are purchases
    #[arg(long, value_name = "NAME")]
    pub(crate) goal: Option<String>,
    /// How long before a conversion a touch counts, as in 30d or 12h; a number alone is of days
    #[arg(long, value_name = "TIME", default_value = "30d")]
    pub(crate) lookback: String,
    /// Drop rows that repeat another one in everything
    #[arg(long)]
    pub(crate) deduplicate: bool,
    /// Whether returns are taken off value
    #[arg(long, value_enum, default_value_t = Returns::Gross)]
    pub(crate) returns: Returns,
    /// How close purchases of a customer are one: those of a second, or of a day
    #[arg(long, value_enum, default_value_t = Grain::Second)]
    pub(crate) grain: Grain,
    /// Count rows that repeat an order as conversions of their own
    #[arg(long)]
    pub(crate) repeated_orders: bool,
    /// Leave out the touches of persons with more than this, as robots have
    #[arg(long, value_name = "N")]
    pub(crate) touches_per_person: Option<NonZeroUsize>,
    /// The fewest persons of a group that is shown
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) minimum_group: u64,
    /// Leave small groups out instead of merging them
    #[arg(long)]
    pub(crate) suppress: bool,
    /// Declare a channel that the log has no row of yet, so that it may be named; repeatable
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) add_channel: Vec<String>,
    /// Channels and places of sale that are offline, joined by commas; the store of the simulation
    /// without
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) offline: Vec<String>,
    /// The stages that channels stand for, as in tv=discovery,search=consideration: discovery,
    /// consideration, purchase, use or loyalty for each channel. The simulation has its own
    #[arg(long, value_name = "CHANNEL=STAGE", value_delimiter = ',')]
    pub(crate) stages: Vec<String>,
    /// The model that divides conversions and new customers among channels: linear, which takes no
    /// view on positions, or time-to-event where --demand-capture says what only catches demand
    #[arg(long, value_enum)]
    model: Option<Credit>,
    /// Channels that follow the intent to buy: time-to-event gives their credit to the baseline
    #[arg(long, value_name = "CHANNEL", value_delimiter = ',')]
    pub(crate) demand_capture: Vec<String>,
    /// The channel of e-mails; e-mail, email, mail or newsletter, whichever the log has, without
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    mail: Option<String>,
    /// The share of value that is margin
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    pub(crate) margin: f64,
    /// Days after a purchase for which a customer counts as active. With 28 all months are compared;
    /// with more, months of equal length
    #[arg(long, value_name = "DAYS", default_value_t = 31.0)]
    pub(crate) active_days: f64,
    /// Column of the log that says a person's segment, such as a persona: the KPIs of each side by
    /// side on the page (with --html or --svg). A person's first value counts
    #[arg(long, value_name = "COLUMN", requires = "events")]
    pub(crate) personas: Option<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Persons simulated
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20_000,
        conflicts_with = "events"
    )]
    pub(crate) persons: u64,
    /// Seed of the simulation
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "events")]
    pub(crate) seed: u64,
    /// Also write the simulated customers' files to this folder, made if it is not there
    #[arg(long, value_name = "DIR", conflicts_with = "events")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum NoConsent {
    TotalsOnly,
    LeaveOut,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Credit {
    FirstTouch,
    LastTouch,
    Linear,
    #[value(name = "time-to-event")]
    AdditiveHazard,
}

impl Credit {
    /// As on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Returns {
    Gross,
    Net,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Grain {
    Second,
    Day,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Visit {
    First,
    Last,
}

impl Options {
    /// Refuses what cannot be before anything is read or simulated.
    pub(crate) fn check(&self) -> Result<()> {
        self.journeys()?;
        self.minimum_group()?;
        if !self.demand_capture.is_empty() && !matches!(self.model(), Credit::AdditiveHazard) {
            let expected = "time-to-event, the model that reads --demand-capture";
            return Err(setting("--model", self.model().name(), expected));
        }
        if self.purpose.is_empty() {
            return Err(setting("--purpose", "empty", "any text"));
        }
        if !(0.0..=1.0).contains(&self.margin) {
            return Err(setting("--margin", self.margin, "0 to 1"));
        }
        if !(1.0 / 86_400.0..=49_710.0).contains(&self.active_days) {
            return Err(setting(
                "--active-days",
                self.active_days,
                "a second to 49710 days",
            ));
        }
        Ok(())
    }

    pub(crate) fn rules(&self) -> Result<Rules> {
        Ok(Rules::standard()
            .with_confidence(self.confidence)?
            .with_back_stitching(!self.no_back_stitching))
    }

    /// The model asked for, or the default.
    pub(crate) fn model(&self) -> Credit {
        self.model.unwrap_or(match self.demand_capture.is_empty() {
            true => Credit::Linear,
            false => Credit::AdditiveHazard,
        })
    }

    /// The channel of e-mails: the one named, or the first usual name that the log has.
    pub(crate) fn mail(&self, log: &Events) -> Result<String> {
        let known = channels(log);
        if let Some(name) = &self.mail {
            self.check_channel("--mail", name, &known)?;
            return Ok(name.clone());
        }
        let usual = ["e-mail", "email", "mail", "newsletter"];
        let found = usual.into_iter().find(|name| known.contains(*name));
        Ok(found.unwrap_or(usual[0]).to_owned())
    }

    /// Refuses a channel that the log lacks and nobody declared.
    fn check_channel(
        &self,
        option: &'static str,
        name: &str,
        known: &BTreeSet<&str>,
    ) -> Result<()> {
        if known.contains(name) || self.add_channel.iter().any(|declared| declared == name) {
            return Ok(());
        }
        let names: Vec<&str> = known.iter().copied().collect();
        let expected = format!(
            "a channel of the log ({}), or one declared by --add-channel",
            names.join(", ")
        );
        Err(setting(option, format!("channel {name:?}"), expected))
    }

    /// The key; that of simulated identifiers and of plain persons is no secret.
    pub(crate) fn key(&self) -> Result<HashKey> {
        self.key
            .as_deref()
            .map_or(Ok(HashKey::new([7; 32])), str::parse)
    }

    pub(crate) fn zone(&self) -> Result<Option<TimeZone>> {
        self.timezone.as_deref().map(TimeZone::new).transpose()
    }

    pub(crate) fn without_consent(&self) -> WithoutConsent {
        match self.without_consent {
            NoConsent::TotalsOnly => WithoutConsent::TotalsOnly,
            NoConsent::LeaveOut => WithoutConsent::LeaveOut,
        }
    }

    pub(crate) fn sessions(&self) -> Option<Sessions> {
        self.sessions.map(|touch| match touch {
            Visit::First => Sessions::default(),
            Visit::Last => Sessions::default().with_touch(SessionTouch::Last),
        })
    }

    pub(crate) fn journeys(&self) -> Result<JourneyOptions> {
        let mut options = JourneyOptions::default()
            .with_lookback(self.contacts_count_for()?)
            .with_period(self.period()?)
            .with_deduplicate(self.deduplicate)
            .with_unique_orders(!self.repeated_orders)
            .with_net_of_returns(self.returns == Returns::Net);
        if let Some(touches) = self.touches_per_person {
            options = options.with_most_touches(touches);
        }
        if let Some(goal) = &self.goal {
            options = options.with_goal(goal);
        }
        Ok(options)
    }

    /// How far back contacts count.
    pub(crate) fn contacts_count_for(&self) -> Result<Lookback> {
        let Ok(days) = self.lookback.parse::<f64>() else {
            return Lookback::new(span("--lookback", &self.lookback)?);
        };
        let bad = |_| setting("--lookback", days, "a positive number of days");
        Lookback::new(Duration::try_from_secs_f64(days * 86_400.0).map_err(bad)?)
    }

    /// The days asked for; of a simulation all of its days unless asked otherwise.
    fn period(&self) -> Result<TimeRange> {
        let simulated = |day: &str| {
            if self.events.is_none() {
                day.parse().map(Some)
            } else {
                Ok(None)
            }
        };
        let from = self
            .from
            .map_or_else(|| simulated(Customers::DAYS.0), |day| Ok(Some(day)))?;
        let to = self
            .to
            .map_or_else(|| simulated(Customers::DAYS.1), |day| Ok(Some(day)))?;
        TimeRange::days(from, to, &self.zone()?.unwrap_or_default())
    }

    /// Those named that the log has; of a simulation the store, if anybody was there.
    pub(crate) fn offline_channels(&self, log: &Events) -> Result<OfflineChannels> {
        let known = channels(log);
        for name in &self.offline {
            self.check_channel("--offline", name, &known)?;
        }
        let simulated = self.events.is_none() && self.offline.is_empty();
        let named = self.offline.iter().map(String::as_str);
        let offline = named.chain(simulated.then_some("store"));
        Ok(OfflineChannels::new(
            offline.filter(|name| known.contains(name)),
        ))
    }

    /// The stage of each channel, if any are stated.
    pub(crate) fn stages(&self) -> Result<Option<Vec<(String, Stage)>>> {
        let simulated = Customers::STAGES
            .iter()
            .map(|(channel, stage)| format!("{channel}={stage}"));
        let stated = if self.stages.is_empty() && self.events.is_none() {
            simulated.collect()
        } else {
            self.stages.clone()
        };
        let stage = |text: &String| {
            let (channel, name) = text.rsplit_once('=')?;
            Some((
                channel.to_owned(),
                Stage::ALL.into_iter().find(|stage| stage.name() == name)?,
            ))
        };
        let expected =
            || "CHANNEL=STAGE, the stage discovery, consideration, purchase, use or loyalty".into();
        let bad = |text: &String| Error::Setting {
            name: "--stages".into(),
            value: text.clone(),
            expected: expected(),
        };
        let stages = stated
            .iter()
            .map(|text| stage(text).ok_or_else(|| bad(text)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Some(stages).filter(|stages| !stages.is_empty()))
    }

    /// The stages to show; of a simulation those of channels that journeys touched.
    pub(crate) fn stages_of(&self, journeys: &Journeys) -> Result<Vec<(String, Stage)>> {
        let mut stages = self.stages()?.unwrap_or_default();
        stages.retain(|(name, _)| self.events.is_some() || journeys.channels().id(name).is_some());
        Ok(stages)
    }

    pub(crate) fn minimum_group(&self) -> Result<MinimumGroup> {
        let small = if self.suppress {
            SmallGroups::Suppress
        } else {
            SmallGroups::Merge
        };
        Ok(MinimumGroup::new(self.minimum_group)?.with_small(small))
    }
}

/// Every channel and place of sale of a log.
fn channels(log: &Events) -> BTreeSet<&str> {
    log.iter().filter_map(|event| event.channel()).collect()
}

fn setting(
    name: &'static str,
    value: impl ToString,
    expected: impl Into<std::borrow::Cow<'static, str>>,
) -> Error {
    Error::Setting {
        name: name.into(),
        value: value.to_string(),
        expected: expected.into(),
    }
}
