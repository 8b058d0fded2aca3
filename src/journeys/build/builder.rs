//! The builder of journeys.

use crate::error::{Error, Result};
use crate::event::{CleanedDays, CleanedRows, CostTable, Events, IgnoredRows};
use crate::journeys::arena::columns::Journeys;
use crate::journeys::build::names::Names;
use crate::journeys::build::partition::PartitionedRows;
use crate::journeys::build::read::{FEW_ROWS, ParsedRows, ROWS, partitioned};
use crate::journeys::build::waves::{BuilderRows, CutPartitions};
use crate::journeys::options::JourneyOptions;
use crate::progress::{Progress, Stage, step};
use rayon::prelude::*;
use std::borrow::Borrow;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Cuts journeys out of events that come in any number of batches, in any order of time.
///
/// Until [`JourneyBuilder::build`] it holds 10 bytes a touch (14 where the numbers of persons lie
/// more than 2^32 apart), 40 a conversion, each text person key and each order id once; building needs another 6
/// to 12 bytes a touch for the arena it fills.
///
/// ```
/// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
///
/// let mut builder = JourneyBuilder::new(JourneyOptions::default());
/// for day in 0..3 {
///     let mut batch = Events::new();
///     batch.push(Event::touch("ann", 1_767_225_600 + day * 86_400, "search"))?;
///     builder.extend(&batch)?;
/// }
/// assert_eq!(builder.build()?.totals().touchpoints, 3.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub struct JourneyBuilder {
    pub(in crate::journeys) options: JourneyOptions,
    pub(in crate::journeys) names: Names,
    pub(in crate::journeys) batches: Vec<PartitionedRows>,
    pub(in crate::journeys) costs: CostTable,
    pub(in crate::journeys) ignored_rows: IgnoredRows,
    pub(in crate::journeys) cleaned_rows: CleanedRows,
    pub(in crate::journeys) cleaned_days: CleanedDays,
    pub(in crate::journeys) rows: u64,
    /// Rows before this second are forgotten; 0 where none are.
    pub(in crate::journeys) forgotten: u32,
    /// Whether rows of one person and second have an order of their own.
    pub(in crate::journeys) ties_by_name: bool,
}

/// Rows that a merged batch has at most.
const SMALL: usize = 1 << 16;

impl Journeys {
    /// The journeys of a log.
    ///
    /// # Errors
    /// If [`JourneyBuilder::extend`] or [`JourneyBuilder::build`] fails.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
    /// log.push(Event::touch("ann", 1_767_400_000, "e-mail"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let totals = journeys.totals();
    /// assert_eq!((journeys.len(), totals.conversions, totals.nulls), (2, 1.0, 1.0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn from_events(events: &crate::event::Events, options: JourneyOptions) -> Result<Self> {
        let mut builder = JourneyBuilder::new(options);
        builder.extend(events)?;
        builder.build()
    }
}

/// Without persons and their rows.
impl fmt::Debug for JourneyBuilder {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut builder = to.debug_struct("JourneyBuilder");
        builder.field("options", &self.options);
        builder.field("rows", &self.rows);
        builder.finish_non_exhaustive()
    }
}

impl JourneyBuilder {
    /// A builder of journeys cut out as the options say.
    pub fn new(options: JourneyOptions) -> Self {
        Self {
            options,
            names: Names::default(),
            batches: Vec::new(),
            costs: CostTable::new(),
            ignored_rows: IgnoredRows::default(),
            cleaned_rows: CleanedRows::default(),
            cleaned_days: CleanedDays::default(),
            rows: 0,
            forgotten: 0,
            ties_by_name: false,
        }
    }

    /// Takes rows of one person and second in an order of their own, whatever order they come in:
    /// touches by their channels' names, conversions by what they are worth, then place, goal and
    /// order. For rows that have no order, as those of a database or read by several threads. A
    /// builder that is [saved](JourneyBuilder::save) is to be told again when it is loaded.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
    ///
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default()).with_ties_by_name();
    /// for channel in ["tv", "search"] {
    ///     let mut log = Events::new();
    ///     log.push(Event::touch("ann", 1_767_225_600, channel))?;
    ///     builder.extend(&log)?;
    /// }
    /// let journeys = builder.build()?;
    /// let first = journeys.get(0).unwrap().channels()[0];
    /// assert_eq!(journeys.channels().name(first), "search");
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn with_ties_by_name(self) -> Self {
        Self {
            ties_by_name: true,
            ..self
        }
    }

    /// Declares channels whether or not an event touches them. Channels are numbered by rank among
    /// the names a builder has seen, so the parts of one log agree on their numbers - and their
    /// evidence can be merged - only if each part declares all names; it also lets a report show a
    /// channel that had no touch.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.add_channels(["e-mail", "search", "tv"])?;
    /// builder.extend(&log)?;
    /// assert_eq!(builder.build()?.channels().len(), 3);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a name is empty, or there are more channels than there are numbers.
    pub fn add_channels<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.names.channels.add(names)
    }

    /// Takes in a batch of events.
    ///
    /// # Errors
    /// If there are more channels than there are numbers, or the log lacks the segment column that
    /// the options name. The builder is then as it was before, but for names it has seen.
    pub fn extend(&mut self, events: &Events) -> Result<()> {
        self.extend_all(std::slice::from_ref(events))
    }

    /// Takes in batches that follow each other.
    ///
    /// # Errors
    /// If [`JourneyBuilder::extend`] fails for a batch.
    pub fn extend_all(&mut self, batches: &[Events]) -> Result<()> {
        // a few batches are taken apart, so that each thread has its share
        let few = batches.len() < rayon::current_num_threads();
        let least = if few { FEW_ROWS } else { ROWS };
        self.take_in(batches.iter().map(Ok), Ok, least, &())
    }

    /// Takes in a batch of events for each of `pieces`, which are drawn in turn and read several at
    /// a time: the pieces of an [`CsvReader`](crate::io::CsvReader) or a `ParquetReader`, names of
    /// files, record batches. Of the batches only those at work are in memory. The order of pieces
    /// is the order of rows.
    ///
    /// ```
    /// # #[cfg(feature = "csv")] {
    /// use mixtouch::{Events, JourneyBuilder, JourneyOptions};
    /// use mixtouch::io::EventColumns;
    ///
    /// let header = "person,timestamp,channel,kind\n";
    /// let months = ["ann,1767225600,search,touch\n", "ann,1769904000,,conversion\n"];
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend_each(months.iter().map(Ok), |rows| {
    ///     Events::from_csv(format!("{header}{rows}").as_bytes(), EventColumns::default())
    /// })?;
    /// assert_eq!(builder.build()?.totals().conversions, 1.0);
    /// # }
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a piece is an error, cannot be read, or if [`JourneyBuilder::extend`] fails: the error of
    /// the first such piece. The builder then has none of these pieces' events.
    pub fn extend_each<P, E>(
        &mut self,
        pieces: impl Iterator<Item = Result<P>> + Send,
        read: impl Fn(P) -> Result<E> + Sync,
    ) -> Result<()>
    where
        P: Send,
        E: Borrow<Events>,
    {
        self.extend_each_with_progress(pieces, read, &())
    }

    /// Like [`JourneyBuilder::extend_each`], reporting to an observer: stage
    /// [`Stage::Reading`], counted in pieces, the total unknown.
    ///
    /// # Errors
    /// If [`JourneyBuilder::extend_each`] fails, or the observer stops the work: the builder then
    /// has none of these pieces' events.
    pub fn extend_each_with_progress<P, E>(
        &mut self,
        pieces: impl Iterator<Item = Result<P>> + Send,
        read: impl Fn(P) -> Result<E> + Sync,
        progress: &dyn Progress,
    ) -> Result<()>
    where
        P: Send,
        E: Borrow<Events>,
    {
        self.take_in(pieces, read, ROWS, progress)
    }

    /// Takes in pieces, whose rows are spread `least` or more at a time.
    fn take_in<P, E>(
        &mut self,
        pieces: impl Iterator<Item = Result<P>> + Send,
        read: impl Fn(P) -> Result<E> + Sync,
        least: usize,
        progress: &dyn Progress,
    ) -> Result<()>
    where
        P: Send,
        E: Borrow<Events>,
    {
        let (names, options) = (Mutex::new(&mut self.names), &self.options);
        let (failed, done) = (AtomicBool::new(false), AtomicU64::new(0));
        let rows_of = |piece: Result<P>| {
            let events = read(piece?)?;
            let rows = partitioned(events.borrow(), &names, options, least)?;
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            step(progress, Stage::Reading, done, None)?;
            Ok(rows)
        };
        let parse = |(at, piece): (usize, Result<P>)| {
            let rows = rows_of(piece);
            failed.fetch_or(rows.is_err(), Ordering::Relaxed);
            (at, rows)
        };
        // pieces are drawn in turn: whichever fails first, those ahead of it are at work already
        // and have their say
        let pieces = pieces
            .enumerate()
            .take_while(|_| !failed.load(Ordering::Relaxed));
        let mut parsed: Vec<(usize, Result<ParsedRows>)> = pieces.par_bridge().map(parse).collect();
        parsed.sort_unstable_by_key(|(at, _)| *at);
        let parsed = parsed
            .into_iter()
            .map(|(_, rows)| rows)
            .collect::<Result<Vec<ParsedRows>>>()?;
        for ParsedRows {
            batches,
            ignored_rows,
            cleaned_rows,
            cleaned_days,
            costs,
            rows,
        } in parsed
        {
            batches.into_iter().for_each(|batch| self.add(batch));
            self.ignored_rows.add(ignored_rows);
            self.cleaned_rows.add(cleaned_rows);
            self.cleaned_days.append(cleaned_days);
            self.costs.append(costs);
            self.rows += rows;
        }
        Ok(())
    }

    /// Adds a batch behind the others. Small ones are merged, each row at most some 16 times, so
    /// that a service which brings a few rows at a time holds no crowd of them.
    fn add(&mut self, mut batch: PartitionedRows) {
        while let Some(earlier) = self.batches.pop_if(|earlier| {
            earlier.len() <= 2 * batch.len() && earlier.len() + batch.len() < SMALL
        }) {
            batch = PartitionedRows::merge(&[earlier, batch]);
        }
        self.batches.push(batch);
    }

    /// The options that journeys are cut out by.
    pub fn options(&self) -> &JourneyOptions {
        &self.options
    }

    /// How many rows so far were of kinds that attribution does not use.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.ignored_rows
    }

    /// What was cleaned in the rows so far, and how many of them state no person; forgotten rows
    /// included. [`Journeys::irregularities`] has those of a period.
    pub fn cleaned_rows(&self) -> CleanedRows {
        self.cleaned_rows
    }

    /// How many rows it was given so far, ignored ones included.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The goals that conversions so far have named.
    pub fn goals(&self) -> impl Iterator<Item = &str> {
        self.names.goals.iter()
    }

    /// Adds what channels cost by day, for those whose touches do not say; the days of the period
    /// count. Costs added twice count twice: a service adds each morning those of the day before.
    ///
    /// A channel whose touches state costs too is refused when journeys are built, unless
    /// [`JourneyOptions::with_cost_source`] says which hold. What touches cost that
    /// [`Events::sessions`], [`Events::retained`] or the stitching of identities left out counts as
    /// a cost of touches.
    ///
    /// ```
    /// use mixtouch::{CostTable, JourneyBuilder, JourneyOptions};
    ///
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// for (day, cost) in [("2026-01-05", 100.0), ("2026-01-06", 200.0)] {
    ///     let mut costs = CostTable::new();
    ///     costs.push("tv", day.parse()?, cost)?;
    ///     builder.add_costs(&costs);
    /// }
    /// assert_eq!(builder.build()?.costs(), Some(&[300.0][..]));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn add_costs(&mut self, costs: &CostTable) {
        self.costs.append(costs.clone());
    }

    /// The journeys of all events taken in.
    ///
    /// # Errors
    /// If the options name a channel that no event has or an end of observation that no log can
    /// hold, if a channel's costs stand both on touches and in a table, if journeys shall be net of
    /// returns that the log did not [keep](Events::keep_returns), if there are more channels than there are numbers, those of the cost table included,
    /// if every row of the period is [forgotten](JourneyBuilder::forget_before), or if journeys have
    /// more than 2^32 touches in a 2,048th of the persons, as re-use with transforms may make.
    pub fn build(self) -> Result<Journeys> {
        self.build_with_progress(&())
    }

    /// Like [`JourneyBuilder::build`], reporting to an observer: stage [`Stage::Building`],
    /// counted in partitions of persons.
    ///
    /// ```
    /// use mixtouch::progress::{Progress, Stage};
    /// use mixtouch::{Error, Event, Events, JourneyBuilder, JourneyOptions};
    /// use std::ops::ControlFlow;
    ///
    /// /// A user who has pressed "cancel".
    /// struct Cancelled;
    ///
    /// impl Progress for Cancelled {
    ///     fn advance(&self, _: Stage, _: u64, _: Option<u64>) -> ControlFlow<()> {
    ///         ControlFlow::Break(())
    ///     }
    /// }
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// builder.extend(&log)?;
    /// let stopped = builder.build_with_progress(&Cancelled);
    /// assert!(matches!(stopped, Err(Error::Cancelled { stage: Stage::Building })));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If [`JourneyBuilder::build`] fails, or the observer stops the work.
    pub fn build_with_progress(self, progress: &dyn Progress) -> Result<Journeys> {
        self.check_returns()?;
        let forgotten = self.forgotten_part(self.options.period, self.options.reach())?;
        let Self {
            options,
            names,
            batches,
            costs,
            cleaned_days,
            ties_by_name,
            ..
        } = self;
        let rows = BuilderRows {
            names: &names,
            batches: &batches,
            costs: &costs,
            ties_by_name,
        };
        let cut = CutPartitions::new(&options, &rows, progress)?;
        let journeys = || {
            let cleaned = cleaned_days.within(options.period);
            let journeys = cut.journeys(names, &options, &costs, cleaned)?;
            Ok(journeys.with_forgotten(forgotten))
        };
        // giving memory back takes a thread as long as the rest
        rayon::join(|| drop(batches), journeys).1
    }

    /// An error if journeys shall be net of returns that the log counted only.
    pub(super) fn check_returns(&self) -> Result<()> {
        let ignored = self.ignored_rows.returns;
        if !self.options.net_of_returns || ignored == 0 {
            return Ok(());
        }
        Err(Error::setting(
            "the number of returns that the log did not store",
            ignored,
            "0, as with Events::keep_returns or EventColumns::keep_returns, for journeys net of returns",
        ))
    }
}
