//! Events to journeys.

use super::assemble::assemble;
use super::gather::gather;
use super::partition::{Batch, PARTITIONS, Recoding, Texts};
use super::window::{Cutter, Part};
use super::{CostTable, JourneyOptions, Journeys, Observation, Places};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::event::{Events, Kind};
use crate::intern::Interner;
use crate::person::PersonTable;
use rayon::prelude::*;

/// Cuts journeys out of events that come in any number of batches, in any order of time.
///
/// Until [`JourneyBuilder::build`] it holds 14 bytes a touch, 40 a conversion and each text person key once; building needs
/// another 6 to 12 bytes a touch for the arena it fills.
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
    people: PersonTable,
    channels: Interner,
    places: Interner,
    goals: Interner,
    orders: Interner,
    segments: Interner,
    batches: Vec<Batch>,
    costs: CostTable,
}

/// Rows spread at a time; the unit of parallel work while events come in.
const ROWS: usize = 1 << 20;

impl JourneyBuilder {
    /// A builder of journeys cut out as the options say.
    pub fn new(options: JourneyOptions) -> Self {
        Self {
            options,
            people: PersonTable::default(),
            channels: Interner::default(),
            places: Interner::default(),
            goals: Interner::default(),
            orders: Interner::default(),
            segments: Interner::default(),
            batches: Vec::new(),
            costs: CostTable::new(),
        }
    }

    /// Declares channels whether or not an event touches them. Channels are numbered by rank among the names a builder has seen, so
    /// the parts of one log agree on their numbers - and their evidence can be merged - only if each part declares all names; it
    /// also lets a report show a channel that had no touch.
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
        self.channels.add_channels(names)
    }

    /// Takes in a batch of events.
    ///
    /// # Errors
    /// More channels than there are numbers; no column that tells segments apart where the options ask for one.
    pub fn extend(&mut self, events: &Events) -> Result<()> {
        self.extend_all(std::slice::from_ref(events))
    }

    /// Takes in batches that follow each other.
    ///
    /// # Errors
    /// As [`JourneyBuilder::extend`].
    pub fn extend_all(&mut self, batches: &[Events]) -> Result<()> {
        let mut texts = Vec::with_capacity(batches.len());
        let touched: Vec<Vec<bool>> = batches.par_iter().map(touched).collect();
        for (events, touched) in batches.iter().zip(touched) {
            texts.push(self.absorb(events, &touched)?);
        }
        let recodings: Vec<_> = texts.into_iter().map(|texts| Recoding { texts, table: &self.people, options: &self.options }).collect();
        let work: Vec<_> = batches
            .iter()
            .zip(&recodings)
            .flat_map(|(events, recoding)| {
                (0..events.len()).step_by(ROWS).map(move |row| (events, row..events.len().min(row + ROWS), recoding))
            })
            .collect();
        let spread: Vec<Batch> = work.into_par_iter().map(|(events, rows, recoding)| Batch::new(events, rows, recoding)).collect();
        self.batches.extend(spread);
        Ok(())
    }

    /// Takes over the texts of a batch. The channels are those of touches: where a conversion took place is no marketing.
    fn absorb(&mut self, events: &Events, touched: &[bool]) -> Result<Texts> {
        let mut texts = Texts {
            people: self.people.absorb(&events.people)?,
            channels: Vec::with_capacity(events.channels.len()),
            places: Vec::with_capacity(events.channels.len()),
            goals: self.goals.absorb(&events.goals)?,
            orders: if self.options.deduplicate { self.orders.absorb(&events.orders)? } else { vec![0; events.orders.len()] },
            segment: self.absorb_segments(events)?,
        };
        for (name, &touched) in events.channels.iter().zip(touched) {
            texts.channels.push(if touched { self.channels.channel(name)? } else { ChannelId::NONE });
            texts.places.push(self.places.channel(name)?);
        }
        Ok(texts)
    }

    /// Takes over the texts of the column that tells segments apart.
    fn absorb_segments(&mut self, events: &Events) -> Result<Option<(usize, Vec<u32>)>> {
        let Some(segment) = &self.options.segment else { return Ok(None) };
        let found = || events.columns().map(str::to_owned).collect();
        let column = events.columns().position(|name| name == segment);
        let column = column.ok_or_else(|| Error::MissingColumn { column: segment.clone(), found: found() })?;
        Ok(Some((column, self.segments.absorb(&events.columns[column].texts)?)))
    }

    /// The goals that conversions so far have named.
    pub fn goals(&self) -> impl Iterator<Item = &str> {
        self.goals.iter()
    }

    /// States what channels cost by day, for those whose touches do not say; the days of the period count.
    pub fn add_costs(&mut self, costs: &CostTable) {
        self.costs = costs.clone();
    }

    /// The journeys of all events taken in.
    ///
    /// # Errors
    /// A channel named by the options that no event has; more channels than there are numbers, those of the cost table included;
    /// more than 2^32 touches of journeys in a 1,024th of the persons, as re-use with transforms may make.
    pub fn build(mut self) -> Result<Journeys> {
        let channels = Channels::new(self.channels.iter().chain(self.costs.channels()))?;
        let ranks: Vec<ChannelId> = self.channels.iter().filter_map(|name| channels.id(name)).collect();
        let last = self.batches.iter().filter_map(|batch| batch.last).max().unwrap_or(0);
        let cutter = Cutter::new(&self.options, &channels, ranks, last)?;
        let parts: Vec<Part> =
            (0..PARTITIONS).into_par_iter().map(|partition| cutter.cut(gather(&self.batches, partition, &self.people))).collect();
        self.batches = Vec::new();
        for part in &parts {
            let touches = part.timeline.channels.len().max(part.touches.channels.len());
            u32::try_from(touches).map_err(|_| Error::setting("touches in one partition of persons", touches, "fewer than 2^32"))?;
        }
        let mut costs = vec![0.0; channels.len()];
        for part in &parts {
            costs.iter_mut().zip(&part.costs).for_each(|(sum, cost)| *sum += cost);
        }
        let excluded = cutter.excluded();
        let observation =
            Observation { from: self.options.period.start(), end: self.options.period.end(last), to: self.options.period.stop(), excluded };
        let immature = parts.iter().map(|part| part.immature).sum();
        let names = std::mem::take(&mut self.segments);
        let mut columns = assemble(parts, self.options.keeps_runs(), &names);
        let places = Places::new(&self.places, std::mem::take(&mut columns.places))?;
        let mut journeys = Journeys::new(columns, channels, self.people)?;
        journeys.places = places;
        journeys.immature = immature;
        journeys.observation = observation;
        journeys.costs = Some(costs).filter(|costs| costs.iter().any(|&cost| cost > 0.0));
        journeys.add_costs(&self.costs, &self.options.period);
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
        of.iter_mut().filter(|place| **place != ChannelId::NONE).for_each(|place| *place = ranks[place.index()]);
        Ok(Some(Self { names: table, of }))
    }
}

/// Which of a batch's channels some touch has.
fn touched(events: &Events) -> Vec<bool> {
    let mut touched = vec![false; events.channels.len()];
    for (channel, _) in events.channel.iter().zip(&events.kind).filter(|(_, kind)| kind.0 == Kind::Touch) {
        touched[channel.index()] = true;
    }
    touched
}
