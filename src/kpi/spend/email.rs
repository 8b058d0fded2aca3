//! Opened and clicked e-mails.

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::{Interaction, Kind};
use crate::kpi::journeys::PeriodFigures;
use crate::kpi::journeys::breakdown::by_period;
use crate::kpi::members::{Personal, distinct, share_by_person};
use crate::kpi::options::KpiOptions;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines, text_code};
use crate::report::{Cell, Report, Section, Table};
use crate::stats::{ConfidenceLevel, Proportion, RatioSums};
use crate::time::{Periods, TimeRange};

/// How many of the e-mails sent were opened and clicked.
///
/// A touch of the e-mail channel without an interaction is an e-mail that arrived; a view is one
/// that was opened; a click is one that was clicked, and so opened. An e-mail is identified by its
/// person and, if a text column names it, its campaign: opening one twice counts once. A log that
/// records no opens has no open rate, one without opens and clicks no rate at all. Intervals are by
/// person: some open most of their e-mails, others hardly one.
///
/// ```
/// use mixtouch::kpi::spend::EmailRates;
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::{Event, Events, Interaction};
///
/// let mut log = Events::new();
/// for person in ["ann", "bob"] {
///     log.push(Event::touch(person, 1_767_225_600, "e-mail"))?;
/// }
/// log.push(Event::touch("ann", 1_767_229_200, "e-mail").with_interaction(Interaction::Click))?;
/// log.push(Event::touch("cem", 1_767_229_200, "e-mail").with_interaction(Interaction::View))?;
/// let timelines = PersonTimelines::new(&log)?;
/// let rates = EmailRates::new(&timelines, "e-mail", None, &KpiOptions::default())?;
/// assert_eq!((rates.delivered, rates.clicked.rate), (2, Some(0.5)));
/// assert_eq!(rates.opened.rate, Some(0.5), "what is clicked was opened");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailRates {
    /// The range reported.
    pub window: TimeRange,
    /// E-mails in the log: delivered, opened or clicked.
    pub population: u64,
    /// E-mails delivered. If there are none, the log has opens and clicks alone, and there is no
    /// rate.
    pub delivered: u64,
    /// Share of delivered e-mails that were opened; none if the log records no opens.
    pub opened: Proportion,
    /// Share of delivered e-mails that were clicked; none if the log records neither opens nor
    /// clicks.
    pub clicked: Proportion,
    /// Share of opened e-mails that were clicked, delivered or not; none if the log records no
    /// opens.
    pub clicked_of_opened: Proportion,
    /// Figures by period, oldest first; empty unless
    /// [`KpiOptions::with_periods`](crate::kpi::KpiOptions::with_periods) asks for some. An e-mail is
    /// of the period of its first row. Where no campaign is named, a person's e-mails of one period
    /// are one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<PeriodFigures<EmailFigures>>,
}

/// The e-mails of one period.
///
/// ```
/// use mixtouch::kpi::spend::EmailRates;
/// use mixtouch::kpi::{KpiOptions, PersonTimelines};
/// use mixtouch::time::Periods;
/// use mixtouch::{Event, Events, Interaction, TimeZone};
///
/// let (january, february) = (1_767_225_600, 1_769_904_000);
/// let mut log = Events::new();
/// log.push(Event::touch("ann", january, "e-mail"))?;
/// log.push(Event::touch("ann", january + 60, "e-mail").with_interaction(Interaction::View))?;
/// log.push(Event::touch("ann", february, "e-mail"))?;
/// let months = Periods::months("2026-01-01".parse()?, 2, 1, &TimeZone::utc())?;
/// let options = KpiOptions::default().with_periods(months);
/// let rates = EmailRates::new(&PersonTimelines::new(&log)?, "e-mail", None, &options)?;
/// let opened = rates.periods.iter().map(|month| month.figures.opened.rate);
/// assert_eq!(opened.collect::<Vec<_>>(), [Some(1.0), Some(0.0)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailFigures {
    /// Persons of the e-mails.
    pub persons: u64,
    /// E-mails delivered.
    pub delivered: u64,
    /// Share of delivered e-mails that were opened; none if the log records no opens.
    pub opened: Proportion,
    /// Share of delivered e-mails that were clicked; none if the log records neither opens nor
    /// clicks.
    pub clicked: Proportion,
}

impl EmailRates {
    /// The rates of one channel's touches; `campaign` names the text column that distinguishes a
    /// person's e-mails.
    ///
    /// ```
    /// use mixtouch::kpi::spend::EmailRates;
    /// use mixtouch::kpi::{KpiOptions, PersonTimelines};
    /// use mixtouch::{Event, Events, Interaction};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "e-mail"))?;
    /// log.push(Event::touch("ann", 1_767_229_200, "e-mail").with_interaction(Interaction::View))?;
    /// log.push(Event::touch("bob", 1_767_225_600, "e-mail"))?;
    /// let timelines = PersonTimelines::new(&log)?;
    /// let rates = EmailRates::new(&timelines, "e-mail", None, &KpiOptions::default())?;
    /// assert_eq!((rates.opened.rate, rates.clicked.rate), (Some(0.5), Some(0.0)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the log is empty or lacks the column.
    pub fn new(
        timelines: &PersonTimelines<'_>,
        channel: &str,
        campaign: Option<&str>,
        options: &KpiOptions,
    ) -> Result<Self> {
        let (window, log) = (timelines.reported_range(options)?, timelines.log());
        let level = options.level();
        timelines.check_column(campaign)?;
        let campaign = log.columns().position(|column| Some(column) == campaign);
        let channel = log
            .channel_names()
            .iter()
            .position(|name| name == channel)
            .map(|at| ChannelId(at as u16));
        let count = |person: PersonTimeline<'_>| {
            channel.map_or_else(Counts::default, |channel| {
                let counts = Counts::of(&messages(&person.within(window), channel, campaign, None));
                // whether opens are recorded is the log's habit, not the window's
                counts.with_records(&person, channel)
            })
        };
        let counts = timelines
            .par_iter()
            .map(count)
            .reduce(Counts::default, Counts::and);
        let share = |is_recorded: bool, sums: &RatioSums| match is_recorded {
            true => Proportion::clustered(sums, level),
            false => Proportion::from_counts(0, 0, level),
        };
        let (opens, any) = (counts.viewed, counts.viewed || counts.clicks);
        let mails: Vec<Message> = match channel.zip(options.periods()) {
            Some((channel, periods)) => {
                let of = |(at, person): (usize, PersonTimeline<'_>)| {
                    let person = person.within(window);
                    let messages = messages(&person, channel, campaign, Some(periods));
                    let person = at as u32;
                    let numbered = move |message| Message { person, ..message };
                    messages.into_iter().map(numbered)
                };
                timelines.par_iter().enumerate().flat_map_iter(of).collect()
            }
            None => Vec::new(),
        };
        let mails: Vec<&Message> = mails.iter().collect();
        let figures = |mails: &[&Message]| EmailFigures::new(mails, (opens, any), level);
        Ok(Self {
            window,
            periods: by_period(&mails, |mail| mail.first, options, window, figures),
            population: counts.all,
            delivered: counts.delivered,
            opened: share(opens, &counts.opened),
            clicked: share(any, &counts.clicked),
            clicked_of_opened: share(opens, &counts.clicked_of_opened),
        })
    }

    /// Whether the log records anything of what became of e-mails.
    pub fn has_rates(&self) -> bool {
        let rates = [self.opened, self.clicked, self.clicked_of_opened];
        rates.iter().any(|rate| rate.rate.is_some())
    }
}

impl EmailFigures {
    /// Of e-mails in the order of their persons, in a log that records opens, and opens or clicks.
    fn new(mails: &[&Message], (opens, any): (bool, bool), level: ConfidenceLevel) -> Self {
        let share = |is_recorded: bool, is: fn(&Message) -> bool| {
            let delivered = |mail: &Message| mail.delivered.then(|| is(mail));
            share_by_person(if is_recorded { mails } else { &[] }, delivered, level)
        };
        Self {
            persons: distinct(mails.iter().map(|mail| mail.person).collect()),
            delivered: mails.iter().filter(|mail| mail.delivered).count() as u64,
            opened: share(opens, Message::is_opened),
            clicked: share(any, |mail| mail.clicked),
        }
    }
}

/// What is known of one e-mail.
#[derive(Debug, Clone, Copy, Default)]
struct Message {
    person: u32,
    /// When its first row happened.
    first: u32,
    delivered: bool,
    viewed: bool,
    clicked: bool,
}

impl Message {
    const fn is_opened(&self) -> bool {
        self.viewed || self.clicked
    }
}

impl Personal for Message {
    fn person(&self) -> u32 {
        self.person
    }
}

/// A person's e-mails: one a campaign, or where none is named one a period.
fn messages(
    person: &PersonTimeline<'_>,
    channel: ChannelId,
    campaign: Option<usize>,
    periods: Option<&Periods>,
) -> Vec<Message> {
    let log = person.log();
    let mut messages: BTreeMap<(Option<u32>, Option<usize>), Message> = BTreeMap::new();
    for (row, time) in person.timed_rows() {
        let said = log.row(row);
        if said.channel() != channel || said.kind() != Kind::Touch {
            continue;
        }
        let campaign = text_code(log, campaign, row);
        let period = periods.filter(|_| campaign.is_none());
        let period = period.and_then(|periods| periods.position(time));
        let first = Message {
            first: time,
            ..Message::default()
        };
        let message = messages.entry((campaign, period)).or_insert(first);
        match said.interaction() {
            None => message.delivered = true,
            Some(Interaction::View) => message.viewed = true,
            Some(Interaction::Click) => message.clicked = true,
        }
    }
    messages.into_values().collect()
}

#[derive(Debug, Default)]
struct Counts {
    all: u64,
    delivered: u64,
    /// By person: opened and clicked of those delivered, clicked of those opened.
    opened: RatioSums,
    clicked: RatioSums,
    clicked_of_opened: RatioSums,
    /// Whether the log records opens, and clicks.
    viewed: bool,
    clicks: bool,
}

impl Counts {
    /// The counts of one person.
    fn of(messages: &[Message]) -> Self {
        let count =
            |is: fn(&Message) -> bool| messages.iter().filter(|message| is(message)).count() as u64;
        let delivered = count(|message| message.delivered);
        let mut counts = Self {
            all: messages.len() as u64,
            delivered,
            ..Self::default()
        };
        let opened = count(|message| message.delivered && message.is_opened());
        counts.opened.add_counts(opened, delivered);
        let clicked = count(|message| message.delivered && message.clicked);
        counts.clicked.add_counts(clicked, delivered);
        let opened = count(Message::is_opened);
        let clicked = count(|message| message.clicked);
        counts.clicked_of_opened.add_counts(clicked, opened);
        counts
    }

    /// Also says whether the person's rows, of whatever time, record opens or clicks.
    fn with_records(mut self, person: &PersonTimeline<'_>, channel: ChannelId) -> Self {
        let log = person.log();
        let rows = person.rows().map(|row| log.row(row));
        for row in rows.filter(|row| row.channel() == channel && row.kind() == Kind::Touch) {
            self.viewed |= row.interaction() == Some(Interaction::View);
            self.clicks |= row.interaction() == Some(Interaction::Click);
        }
        self
    }

    fn and(mut self, other: Self) -> Self {
        self.all += other.all;
        self.delivered += other.delivered;
        self.opened.merge(&other.opened);
        self.clicked.merge(&other.clicked);
        self.clicked_of_opened.merge(&other.clicked_of_opened);
        self.viewed |= other.viewed;
        self.clicks |= other.clicks;
        self
    }
}

impl Report for EmailRates {
    fn title(&self) -> String {
        let Self {
            window, delivered, ..
        } = self;
        format!("e-mails, {window}: {delivered} delivered")
    }

    fn sections(&self) -> Vec<Section> {
        let section = Section::new().with_lines([
            format!("opened {}", self.opened),
            format!("clicked {}", self.clicked),
            format!("clicked of opened {}", self.clicked_of_opened),
        ]);
        let row = |period: &PeriodFigures<EmailFigures>| {
            [
                Cell::from(&period.name),
                Cell::count(period.figures.delivered),
                Cell::percent(period.figures.opened.rate, 2),
                Cell::percent(period.figures.clicked.rate, 2),
            ]
        };
        let table = Table::new(["period", "delivered", "opened", "clicked"]);
        vec![match self.periods.is_empty() {
            true => section,
            false => section.with_table(table.with_rows(self.periods.iter().map(row))),
        }]
    }
}

impl fmt::Display for EmailRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
