//! The command line.

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
    /// Event log, CSV or (with --features parquet) Parquet: id:KIND columns in place of a person;
    /// kinds: account, card, e-mail, phone, cookie, device, address
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) events: Option<PathBuf>,
    /// Link records: kind,value,linked_kind,linked_value,timestamp[,confidence]
    #[arg(long, value_name = "FILE", requires = "events")]
    pub(crate) identifiers: Option<PathBuf>,
    /// Consent: kind,value,purpose,granted,timestamp. Without it consent is not checked
    #[arg(long, value_name = "FILE", requires = "events")]
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
    /// The least confidence of a link
    #[arg(long, value_name = "P", default_value_t = 0.8)]
    pub(crate) confidence: f64,
    /// Do not count what a cookie or device did before its first link as its person's
    #[arg(long)]
    pub(crate) no_back_stitching: bool,
    /// Time zone of the log's timestamps without offset, as in Europe/Berlin; the other files' have one
    #[arg(long, value_name = "ZONE", requires = "events")]
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
    /// How many days before a conversion a touch counts
    #[arg(long, value_name = "DAYS", default_value_t = 30.0)]
    pub(crate) lookback: f64,
    /// Drop rows that repeat another one in everything
    #[arg(long)]
    pub(crate) deduplicate: bool,
    /// Count rows that repeat an order as conversions of their own
    #[arg(long)]
    pub(crate) repeated_orders: bool,
    /// Take returns off the conversions they belong to
    #[arg(long)]
    pub(crate) net_of_returns: bool,
    /// Leave out the touches of persons with more than this, as robots have
    #[arg(long, value_name = "N")]
    pub(crate) most_touches: Option<NonZeroUsize>,
    /// The fewest persons of a group that is shown
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) minimum_group: u64,
    /// Leave small groups out instead of merging them
    #[arg(long)]
    pub(crate) suppress: bool,
    /// Channels and places of sale that are offline, joined by commas; the store of the simulation
    /// without
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) offline: Vec<String>,
    /// The stages that channels stand for, as in tv=discovery,search=consideration: discovery,
    /// consideration, purchase, use or loyalty for each channel. The simulation has its own
    #[arg(long, value_name = "CHANNEL=STAGE", value_delimiter = ',')]
    pub(crate) stages: Vec<String>,
    /// The model that divides conversions and new customers among channels
    #[arg(long, value_enum, default_value_t = Credit::AdditiveHazard)]
    pub(crate) model: Credit,
    /// The channel of e-mails
    #[arg(
        long,
        value_name = "NAME",
        default_value = "e-mail",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) mail: String,
    /// The share of value that is margin
    #[arg(long, value_name = "SHARE", default_value_t = 1.0)]
    pub(crate) margin: f64,
    /// Days after a purchase for which a customer counts as active
    #[arg(long, value_name = "DAYS", default_value_t = 31.0)]
    pub(crate) active_days: f64,
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

    /// The key; simulated identifiers are no secret.
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
            .with_net_of_returns(self.net_of_returns);
        if let Some(touches) = self.most_touches {
            options = options.with_most_touches(touches);
        }
        Ok(options)
    }

    /// How far back contacts count.
    pub(crate) fn contacts_count_for(&self) -> Result<Lookback> {
        let bad = |_| setting("--lookback", self.lookback, "a positive number of days");
        let length = Duration::try_from_secs_f64(self.lookback * 86_400.0).map_err(bad)?;
        Lookback::new(length)
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

    /// Those named; of a simulation the store, if anybody was there.
    pub(crate) fn offline_channels(&self, log: &Events) -> OfflineChannels {
        if self.events.is_some() || !self.offline.is_empty() {
            return OfflineChannels::new(self.offline.clone());
        }
        OfflineChannels::new(
            log.iter()
                .any(|event| event.channel() == Some("store"))
                .then_some("store"),
        )
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
