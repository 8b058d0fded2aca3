//! Events to journeys.

pub(crate) mod assemble;
mod codes;
mod cut;
mod gather;
mod names;
mod partition;

use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::event::CostTable;
use crate::event::{Events, IgnoredRows, Kind};
use crate::journeys::arena::{Journeys, Observation, Places};
use crate::journeys::build::assemble::Assembly;
use crate::journeys::build::cut::{Cutter, Part};
use crate::journeys::build::gather::{Scratch, Source};
use crate::journeys::build::names::Names;
use crate::journeys::build::partition::{Batch, PARTITIONS, Recoding};
use crate::journeys::options::JourneyOptions;
use crate::time::TimeRange;
use crate::util::interner::Interner;
use rayon::prelude::*;
use std::borrow::Borrow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Cuts journeys out of events that come in any number of batches, in any order of time.
///
/// Until [`JourneyBuilder::build`] it holds 10 bytes a touch (14 where the numbers of persons lie
/// more than 2^32 apart), 40 a conversion and each text person key once; building needs another 6
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
#[derive(Debug)]
pub struct JourneyBuilder {
    options: JourneyOptions,
    names: Names,
    batches: Vec<Batch>,
    costs: CostTable,
    ignored_rows: IgnoredRows,
    rows: u64,
}

/// The rows of one piece.
struct Piece {
    batches: Vec<Batch>,
    ignored_rows: IgnoredRows,
    rows: u64,
}

/// Rows spread at a time, at most.
const ROWS: usize = 1 << 19;
/// Rows below which a piece is not worth a thread of its own.
const FEW_ROWS: usize = 1 << 17;
/// Partitions that a thread cuts before they are added to the arena; more where they have fewer
/// rows than this.
const WAVE: usize = 16;
const WAVE_ROWS: usize = 1 << 18;
/// Rows that a merged batch has at most.
const SMALL: usize = 1 << 16;

impl JourneyBuilder {
    /// A builder of journeys cut out as the options say.
    pub fn new(options: JourneyOptions) -> Self {
        Self {
            options,
            names: Names::default(),
            batches: Vec::new(),
            costs: CostTable::new(),
            ignored_rows: IgnoredRows::default(),
            rows: 0,
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
    /// An empty name; more channels than there are numbers.
    pub fn add_channels<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
        self.names.channels.add_channels(names)
    }

    /// Takes in a batch of events.
    ///
    /// # Errors
    /// More channels than there are numbers; no column that tells segments apart where the options
    /// ask for one. The builder is then as it was before, but for names it has seen.
    pub fn extend(&mut self, events: &Events) -> Result<()> {
        self.extend_all(std::slice::from_ref(events))
    }

    /// Takes in batches that follow each other.
    ///
    /// # Errors
    /// As [`JourneyBuilder::extend`].
    pub fn extend_all(&mut self, batches: &[Events]) -> Result<()> {
        self.extend_each(batches.iter().map(Ok), Ok)
    }

    /// Takes in a batch of events for each of `pieces`, which are drawn in turn and read several at
    /// a time: the pieces of an [`EventReader`](crate::io::EventReader) or a `ParquetReader`, names of
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
    /// The error of the first piece that has one, its own, that of reading it, or as
    /// [`JourneyBuilder::extend`]. The builder then has none of these pieces' events.
    pub fn extend_each<P, E>(
        &mut self,
        pieces: impl Iterator<Item = Result<P>> + Send,
        read: impl Fn(P) -> Result<E> + Sync,
    ) -> Result<()>
    where
        P: Send,
        E: Borrow<Events>,
    {
        let (names, options) = (Mutex::new(&mut self.names), &self.options);
        let failed = AtomicBool::new(false);
        let spread = |(at, piece): (usize, Result<P>)| {
            let batches = piece
                .and_then(&read)
                .and_then(|events| spread(events.borrow(), &names, options));
            failed.fetch_or(batches.is_err(), Ordering::Relaxed);
            (at, batches)
        };
        // pieces are drawn in turn: whichever fails first, those ahead of it are at work already
        // and have their say
        let pieces = pieces
            .enumerate()
            .take_while(|_| !failed.load(Ordering::Relaxed));
        let mut spread: Vec<(usize, Result<Piece>)> = pieces.par_bridge().map(spread).collect();
        spread.sort_unstable_by_key(|(at, _)| *at);
        let spread = spread
            .into_iter()
            .map(|(_, batches)| batches)
            .collect::<Result<Vec<Piece>>>()?;
        for Piece {
            batches,
            ignored_rows,
            rows,
        } in spread
        {
            batches.into_iter().for_each(|batch| self.add(batch));
            self.ignored_rows.add(ignored_rows);
            self.rows += rows;
        }
        Ok(())
    }

    /// Adds a batch behind the others. Small ones are merged, each row at most some 16 times, so
    /// that a service which brings a few rows at a time holds no crowd of them.
    fn add(&mut self, mut batch: Batch) {
        while let Some(earlier) = self.batches.pop_if(|earlier| {
            earlier.len() <= 2 * batch.len() && earlier.len() + batch.len() < SMALL
        }) {
            batch = Batch::merge(&[earlier, batch]);
        }
        self.batches.push(batch);
    }

    /// How many rows so far were of kinds that attribution does not use.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.ignored_rows
    }

    /// How many rows it was given so far, those passed over included.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The goals that conversions so far have named.
    pub fn goals(&self) -> impl Iterator<Item = &str> {
        self.names.goals.iter()
    }

    /// States what channels cost by day, for those whose touches do not say; the days of the period
    /// count.
    pub fn add_costs(&mut self, costs: &CostTable) {
        self.costs = costs.clone();
    }

    /// The journeys of all events taken in.
    ///
    /// # Errors
    /// A channel named by the options that no event has; more channels than there are numbers,
    /// those of the cost table included; more than 2^32 touches of journeys in a 2,048th of the
    /// persons, as re-use with transforms may make.
    pub fn build(self) -> Result<Journeys> {
        let Self {
            options,
            names,
            batches,
            costs,
            ..
        } = self;
        let cut = Cut::new(&options, &names, &batches, &costs)?;
        // giving memory back takes a thread as long as the rest
        rayon::join(|| drop(batches), || cut.journeys(names, &options, &costs)).1
    }

    /// The journeys reported in `period`, as they stand at its end; the builder goes on.
    /// Observation ends with the period or, until a later row has come, with the last row. The
    /// builder's own period is best left open, as rows beyond its end are never kept.
    ///
    /// # Errors
    /// As [`JourneyBuilder::build`].
    pub fn snapshot(&self, period: TimeRange) -> Result<Journeys> {
        let options = self.options.clone().with_period(period);
        Cut::new(&options, &self.names, &self.batches, &self.costs)?.journeys(
            self.names.clone(),
            &options,
            &self.costs,
        )
    }

    /// Drops the rows that no journey closing at or after the second `from` can hold - those more
    /// than two of the longest lookbacks before it - with the keys of persons who have no other,
    /// and says how many rows. A service that reports day by day calls it behind each
    /// [`JourneyBuilder::snapshot`], and runs on in bounded memory.
    ///
    /// Journeys are the same with and without; models that read whole timelines, time to event, see
    /// what is left of them, and a person whose purchases are all forgotten is a new customer at
    /// the next.
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyBuilder, JourneyOptions};
    /// use mixtouch::time::TimeRange;
    ///
    /// let (start, day) = (1_767_225_600, 86_400);
    /// let mut builder = JourneyBuilder::new(JourneyOptions::default());
    /// for today in (0..100).map(|number| start + number * day) {
    ///     let mut log = Events::new();
    ///     log.push(Event::touch("ann", today, "social"))?;
    ///     log.push(Event::conversion("ann", today + 3_600).with_value(20.0))?;
    ///     builder.extend(&log)?;
    ///     let report = builder.snapshot(TimeRange::new(today, today + day)?)?;
    ///     assert_eq!(report.totals().conversions, 1.0);
    ///     builder.forget_before(today + day);
    /// }
    /// // two lookbacks of 30 days, today and the second at which the first of them began
    /// assert_eq!(builder.kept(), 2 * 60);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn forget_before(&mut self, from: i64) -> u64 {
        let reach = 2 * i64::from(self.options.lookback.longest());
        let from = u32::try_from(from.saturating_sub(reach).max(0)).unwrap_or(u32::MAX);
        let before = self.kept();
        self.batches
            .par_iter_mut()
            .for_each(|batch| batch.forget_before(from));
        self.batches.retain(|batch| batch.len() > 0);
        self.names.forget_unused(&mut self.batches);
        before - self.kept()
    }

    /// How many touches and conversions are held.
    pub fn kept(&self) -> u64 {
        self.batches.iter().map(|batch| batch.len() as u64).sum()
    }
}

/// The journeys of all partitions, on their way into the arena.
struct Cut {
    assembly: Assembly,
    channels: Channels,
    costs: Vec<f64>,
    immature: u64,
    observation: Observation,
}

impl Cut {
    fn new(
        options: &JourneyOptions,
        names: &Names,
        batches: &[Batch],
        costs: &CostTable,
    ) -> Result<Self> {
        let channels = Channels::new(names.channels.iter().chain(costs.channels()))?;
        let ranks: Vec<ChannelId> = names
            .channels
            .iter()
            .filter_map(|name| channels.id(name))
            .collect();
        let last = batches
            .iter()
            .filter_map(|batch| batch.last)
            .max()
            .unwrap_or(0);
        let cutter = Cutter::new(options, &channels, ranks, last)?;
        let (period, costs) = (options.period, vec![0.0; channels.len()]);
        let observation = Observation {
            from: period.first(),
            end: last.min(period.last()),
            to: period.stated_end(),
            excluded: cutter.excluded(),
        };
        let source = Source {
            batches,
            table: &names.people,
            period,
        };
        let cut = |scratch: &mut Scratch, &partition: &usize| {
            cutter.cut(source.gather(partition, scratch))
        };
        let has_rows = |&part: &usize| {
            batches
                .iter()
                .any(|batch| !batch.touches(part).is_empty() || !batch.sales(part).is_empty())
        };
        let filled: Vec<usize> = (0..PARTITIONS).filter(has_rows).collect();
        let rows: usize = batches.iter().map(Batch::len).sum();
        let assembly = Assembly::of(filled.len(), rows);
        let mut whole = Self {
            assembly,
            costs,
            immature: 0,
            observation,
            channels: channels.clone(),
        };
        let mut parts = Vec::new();
        let wave = WAVE.max(WAVE_ROWS * filled.len() / rows.max(1));
        for partitions in filled.chunks(wave * rayon::current_num_threads()) {
            // while the last ones are added the next ones are cut: no thread waits for another at
            // the end of each
            let next = || {
                partitions
                    .par_iter()
                    .map_init(Scratch::default, cut)
                    .collect()
            };
            let (added, cut) = rayon::join(|| whole.add(parts, options.keeps_runs()), next);
            added?;
            parts = cut;
        }
        whole.add(parts, options.keeps_runs())?;
        Ok(whole)
    }

    fn add(&mut self, parts: Vec<Part>, shared: bool) -> Result<()> {
        for part in &parts {
            let touches = part
                .timeline
                .channels
                .len()
                .max(part.touches.channels.len());
            u32::try_from(touches).map_err(|_| {
                Error::setting(
                    "touches in one partition of persons",
                    touches,
                    "fewer than 2^32",
                )
            })?;
            self.costs
                .iter_mut()
                .zip(&part.costs)
                .for_each(|(sum, cost)| *sum += cost);
            self.immature += part.immature;
        }
        self.assembly.add(&parts, shared);
        Ok(())
    }

    fn journeys(
        self,
        names: Names,
        options: &JourneyOptions,
        table: &CostTable,
    ) -> Result<Journeys> {
        let Self {
            assembly,
            channels,
            costs,
            immature,
            observation,
        } = self;
        let mut columns = assembly.finish(options.keeps_runs(), &names.segments);
        let places = Places::new(&names.places, std::mem::take(&mut columns.places))?;
        let mut journeys = Journeys::new(columns, channels, names.people)?;
        journeys.places = places;
        journeys.immature = immature;
        journeys.observation = observation;
        journeys.costs = Some(costs).filter(|costs| costs.iter().any(|&cost| cost > 0.0));
        journeys.add_costs(table, options.period);
        Ok(journeys)
    }
}

impl Places {
    /// From numbers of `names` to ranks by name; nothing where no conversion names its place.
    fn new(names: &Interner, mut of: Vec<ChannelId>) -> Result<Option<Self>> {
        if of.iter().all(|&place| place == ChannelId::NONE) {
            return Ok(None);
        }
        let table = Channels::new(names.iter())?;
        let ranks: Vec<ChannelId> = names.iter().filter_map(|name| table.id(name)).collect();
        of.iter_mut()
            .filter(|place| **place != ChannelId::NONE)
            .for_each(|place| *place = ranks[place.index()]);
        Ok(Some(Self { names: table, of }))
    }
}

/// The rows of a batch of events by partition.
fn spread(events: &Events, names: &Mutex<&mut Names>, options: &JourneyOptions) -> Result<Piece> {
    let touched = touched(events);
    let texts = names
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .absorb(events, &touched, options)?;
    let recoding = Recoding { texts, options };
    // pieces of one size: no thread is left with the last one
    let pieces = events
        .len()
        .div_ceil(ROWS)
        .next_multiple_of(4)
        .min(events.len().div_ceil(FEW_ROWS));
    let rows = events.len().div_ceil(pieces.max(1)).max(1);
    let starts = (0..events.len())
        .into_par_iter()
        .step_by(rows)
        .with_max_len(1);
    let batches = starts
        .map(|start| Batch::new(events, start..events.len().min(start + rows), &recoding))
        .collect();
    let ignored_rows = events.ignored_rows();
    Ok(Piece {
        batches,
        ignored_rows,
        rows: events.len() as u64 + ignored_rows.total(),
    })
}

/// Which of a batch's channels some touch has; mostly the first rows have them all.
fn touched(events: &Events) -> Vec<bool> {
    let mut touched = vec![false; events.channels.len()];
    let mut others = touched.len();
    for (channel, _) in events
        .channel
        .iter()
        .zip(&events.kind)
        .filter(|(_, kind)| kind.0 == Kind::Touch)
    {
        others -= usize::from(!std::mem::replace(&mut touched[channel.index()], true));
        if others == 0 {
            break;
        }
    }
    touched
}
