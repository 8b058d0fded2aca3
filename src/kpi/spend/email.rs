//! Opened and clicked e-mails.

use std::collections::BTreeMap;
use std::fmt;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::{Interaction, Kind};
use crate::kpi::options::KpiOptions;
use crate::kpi::timelines::{PersonTimeline, PersonTimelines, text_code};
use crate::report::{Report, Section};
use crate::stats::{Proportion, RatioSums};
use crate::time::TimeRange;

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
                let counts = Counts::of_person(&person.within(window), channel, campaign);
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
        Ok(Self {
            window,
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

/// What is known of one e-mail.
#[derive(Debug, Clone, Copy, Default)]
struct Message {
    delivered: bool,
    viewed: bool,
    clicked: bool,
}

impl Message {
    const fn is_opened(&self) -> bool {
        self.viewed || self.clicked
    }
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
    fn of_person(person: &PersonTimeline<'_>, channel: ChannelId, campaign: Option<usize>) -> Self {
        let log = person.log();
        let mut messages: BTreeMap<Option<u32>, Message> = BTreeMap::new();
        for row in person
            .rows()
            .filter(|&row| log.row(row).channel() == channel && log.row(row).kind() == Kind::Touch)
        {
            let message = messages.entry(text_code(log, campaign, row)).or_default();
            match log.row(row).interaction() {
                None => message.delivered = true,
                Some(Interaction::View) => message.viewed = true,
                Some(Interaction::Click) => message.clicked = true,
            }
        }
        let count = |is: fn(&Message) -> bool| {
            messages.values().filter(|message| is(message)).count() as u64
        };
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
        vec![Section::new().with_lines([
            format!("opened {}", self.opened),
            format!("clicked {}", self.clicked),
            format!("clicked of opened {}", self.clicked_of_opened),
        ])]
    }
}

impl fmt::Display for EmailRates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
