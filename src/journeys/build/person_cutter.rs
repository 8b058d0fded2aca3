//! The cutter of one person's rows, for engines that bring persons together themselves.

use crate::channel::{ChannelId, ChannelNames, Channels};
use crate::error::{Error, Result};
use crate::event::details::NO_TEXT;
use crate::event::person::PersonTable;
use crate::event::{Event, Kind};
use crate::journeys::arena::observation::Observation;
use crate::journeys::build::cut::PartitionCutter;
use crate::journeys::build::cut_journeys::CutJourneys;
use crate::journeys::build::gather::PersonRows;
use crate::journeys::build::orders::Orders;
use crate::journeys::build::partition::SaleRow;
use crate::journeys::journey::{Journey, Outcome, Timeline};
use crate::journeys::options::{Horizon, JourneyOptions};
use crate::time::limits::second;
use crate::util::interner::Interner;

/// Cuts the journeys of one person at a time, without an arena: the rows go in by time, the
/// journeys come out, and the cutter is ready for the next person.
///
/// An order that another person repeats is not recognised, as the cutter sees one person alone: give
/// it rows whose orders are unique between persons.
///
/// An engine that groups rows by person itself - a database, a stream processor - gets the
/// journeys that [`JourneyBuilder`](crate::journeys::JourneyBuilder) cuts, and hands them to
/// [`Accumulator::observe`](crate::journeys::Accumulator::observe) one by one. Evidence that needs
/// whole timelines by [`Block::people`](crate::journeys::Block::people), such as that of hazard
/// models, needs the blocks of an arena: build [`Journeys`](crate::journeys::Journeys) for each
/// part of the persons, with the same stated end of observation, and merge the parts' evidence.
///
/// ```
/// use mixtouch::journeys::PersonCutter;
/// use mixtouch::{Channels, Event, JourneyOptions};
///
/// let (start, day) = (1_767_225_600, 86_400);
/// let channels = Channels::new(["search", "social"])?;
/// let options = JourneyOptions::default().with_observation_end(start + 90 * day);
/// let mut cutter = PersonCutter::new(options, channels)?;
///
/// cutter.push(&Event::touch("ann", start, "social"))?;
/// cutter.push(&Event::touch("ann", start + day, "search"))?;
/// cutter.push(&Event::conversion("ann", start + 2 * day).with_value(50.0))?;
/// cutter.push(&Event::touch("ann", start + 3 * day, "search"))?;
/// let ann = cutter.cut();
///
/// let touches: Vec<usize> = ann.journeys().map(|journey| journey.len()).collect();
/// assert_eq!(touches, [2, 1]);
/// let values: Vec<f64> = ann.journeys().map(|journey| journey.outcome().value()).collect();
/// assert_eq!(values, [50.0, 0.0]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug)]
pub struct PersonCutter {
    cutter: PartitionCutter,
    channels: Channels,
    options: JourneyOptions,
    horizon: Horizon,
    rows: PersonRows,
    returns: Vec<SaleRow>,
    /// The second of the last row; 0 before the first.
    latest: u32,
    pushed: u64,
    texts: Texts,
}

/// Texts of the person's conversions, by which repeated rows are recognised.
#[derive(Debug, Default)]
struct Texts {
    places: ChannelNames,
    goals: Interner,
    orders: Interner,
}

/// One person's journeys, as [`PersonCutter::cut`] gives them.
///
/// ```
/// use mixtouch::journeys::PersonCutter;
/// use mixtouch::{Channels, Event, JourneyOptions};
///
/// let options = JourneyOptions::default().with_observation_end(1_775_000_000);
/// let mut cutter = PersonCutter::new(options, Channels::new(["search"])?)?;
/// cutter.push(&Event::touch("bob", 1_767_225_600, "search"))?;
/// let bob = cutter.cut();
/// assert_eq!((bob.len(), bob.censored(), bob.times()), (1, 0, &[1_767_225_600][..]));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PersonJourneys {
    cut: CutJourneys,
    shared: bool,
}

impl PersonCutter {
    /// A cutter for logs with these channels.
    ///
    /// # Errors
    /// If the options state no end of observation
    /// ([`JourneyOptions::with_observation_end`]) - one person's rows do not tell how long the log
    /// is -, if they name a channel that is not among `channels`, or if they ask for segments or
    /// columns of touches, which only a log has.
    pub fn new(options: JourneyOptions, channels: Channels) -> Result<Self> {
        let columns = options.segment.iter().chain(&options.touch_columns);
        if let Some(column) = columns.into_iter().next() {
            let expected = "none; only a log has named columns";
            return Err(Error::setting(
                "a column to keep",
                format!("{column:?}"),
                expected,
            ));
        }
        if options.stated_end()?.is_none() {
            return Err(Error::setting(
                "the end of observation",
                "not stated",
                "the last second of the whole log",
            ));
        }
        let ranks = channels.ids().collect();
        Ok(Self {
            cutter: PartitionCutter::new(&options, &channels, ranks, 0)?,
            horizon: options.horizon(),
            channels,
            options,
            rows: PersonRows::default(),
            returns: Vec::new(),
            latest: 0,
            pushed: 0,
            texts: Texts::default(),
        })
    }

    /// The channels it knows.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// What it watches.
    pub fn observation(&self) -> Observation {
        self.cutter.observation()
    }

    /// Adds a row of the person at hand, by time. The row's person is not looked at; rows of kinds
    /// that attribution does not use, of other goals, or after the end of observation do not count.
    ///
    /// # Errors
    /// If the row has values no log can hold, names an unknown channel, or is earlier than the row
    /// before it.
    pub fn push(&mut self, event: &Event<'_>) -> Result<()> {
        let row = self.pushed;
        let event = event.checked(row)?;
        let time = second(event.time()).unwrap_or(self.latest);
        if time < self.latest {
            let expected = format!("{} or later, rows being in order of time", self.latest);
            return Err(Error::field(row, "timestamp", time.to_string(), expected));
        }
        match event.kind() {
            Kind::Touch => self.push_touch(&event, time)?,
            Kind::Conversion => self.push_conversion(&event, time)?,
            Kind::Return if self.options.net_of_returns => self.push_return(&event, time)?,
            _ => {}
        }
        (self.latest, self.pushed) = (time, row + 1);
        Ok(())
    }

    fn push_touch(&mut self, event: &Event<'_>, time: u32) -> Result<()> {
        let name = event.channel().unwrap_or_default();
        let channel = self
            .channels
            .id(name)
            .ok_or_else(|| Error::UnknownChannel {
                role: "touch".into(),
                channel: name.to_owned(),
                known: self.channels.iter().map(str::to_owned).collect(),
            })?;
        if self.horizon.reads(time) {
            self.rows.channels.push(channel);
            self.rows.times.push(time);
            self.rows.costs.push(event.cost());
            self.rows.interactions.push(event.interaction());
        }
        Ok(())
    }

    fn push_conversion(&mut self, event: &Event<'_>, time: u32) -> Result<()> {
        let counts = |goal: &String| event.goal() == Some(goal);
        if !self.options.goal.as_ref().is_none_or(counts) || !self.horizon.reads(time) {
            return Ok(());
        }
        let mut sale = SaleRow {
            person: 0,
            time,
            fraction: 0,
            place: ChannelId::NONE,
            goal: NO_TEXT,
            order: NO_TEXT,
            segment: 0,
            value: event.value(),
        };
        if self.options.deduplicate || self.options.reads_orders() {
            let Texts {
                places,
                goals,
                orders,
            } = &mut self.texts;
            if let Some(place) = event.channel() {
                sale.place = places.id(place)?;
            }
            if let Some(goal) = event.goal() {
                sale.goal = goals.intern(goal)?;
            }
            if let Some(order) = event.order_id() {
                sale.order = orders.intern(order)?;
            }
        }
        self.rows.sales.push(sale);
        Ok(())
    }

    fn push_return(&mut self, event: &Event<'_>, time: u32) -> Result<()> {
        if !self.horizon.reads(time) {
            return Ok(());
        }
        let order = event
            .order_id()
            .map(|order| self.texts.orders.intern(order));
        self.returns.push(SaleRow {
            person: 0,
            time,
            fraction: 0,
            place: ChannelId::NONE,
            goal: NO_TEXT,
            order: order.transpose()?.unwrap_or(NO_TEXT),
            segment: 0,
            value: event.value().abs(),
        });
        Ok(())
    }

    /// Leaves the conversions that count, with what they are worth.
    fn settle_orders(&mut self, rows: &mut PersonRows) {
        let (len, table) = (self.texts.orders.len(), PersonTable::default());
        let orders = Orders::new(&[&rows.sales], &[&self.returns], len, &table, &self.options);
        orders.settle(&mut rows.sales, &self.returns, &table, &mut rows.counts);
        self.returns.clear();
    }

    /// The person's journeys, oldest first; the next row begins another person.
    pub fn cut(&mut self) -> PersonJourneys {
        let mut rows = std::mem::take(&mut self.rows);
        if !(rows.sales.is_empty() && self.returns.is_empty()) {
            self.settle_orders(&mut rows);
            self.texts = Texts::default();
        }
        (self.latest, self.pushed) = (0, 0);
        rows.persons = vec![0];
        rows.touch_ends = vec![rows.times.len() as u32];
        rows.sale_ends = vec![rows.sales.len() as u32];
        rows.converting = usize::from(!rows.sales.is_empty());
        PersonJourneys {
            cut: self.cutter.cut(rows),
            shared: self.options.keeps_runs(),
        }
    }
}

impl PersonJourneys {
    /// How many journeys there are.
    pub fn len(&self) -> usize {
        self.cut.closes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The journeys, oldest first.
    pub fn journeys(&self) -> impl ExactSizeIterator<Item = Journey<'_>> {
        (0..self.len()).map(|at| self.journey(at))
    }

    /// The same, each with every touch of the person up to its close
    /// ([`Journey::credited_channels`]), for models that weigh those.
    pub fn with_timelines(&self) -> impl ExactSizeIterator<Item = Journey<'_>> {
        self.journeys().map(|journey| Journey {
            timeline: Some(self.timeline(journey.close)),
            ..journey
        })
    }

    /// The channels of all touches, oldest first, whether or not a journey has them.
    pub fn channels(&self) -> &[ChannelId] {
        &self.cut.timeline.channels
    }

    /// The second of each of these touches, since 1970-01-01T00:00:00Z.
    pub fn times(&self) -> &[u32] {
        &self.cut.timeline.times
    }

    /// How many of the journeys the end of observation cuts short: 0 or 1.
    pub fn censored(&self) -> u64 {
        self.cut.censored
    }

    /// Whether the person bought before the period.
    pub fn bought_before(&self) -> bool {
        self.cut.bought_before.first().copied().unwrap_or(false)
    }

    /// What each channel cost over the period, by [`ChannelId`]; empty where there is no touch.
    pub fn costs(&self) -> &[f64] {
        &self.cut.costs
    }

    fn journey(&self, at: usize) -> Journey<'_> {
        let touches = if self.shared {
            &self.cut.timeline
        } else {
            &self.cut.touches
        };
        let range = self.cut.starts[at] as usize..self.cut.ends[at] as usize;
        Journey {
            channels: &touches.channels[range.clone()],
            times: &touches.times[range],
            close: self.cut.closes[at],
            outcome: self.cut.outcomes.get(at).copied().unwrap_or(Outcome::NULL),
            timeline: None,
        }
    }

    fn timeline(&self, close: u32) -> Timeline<'_> {
        let end = self.times().partition_point(|&time| time <= close);
        Timeline {
            channels: &self.channels()[..end],
            times: &self.times()[..end],
        }
    }
}
