//! The counts behind conversion rates, which merge over parts of a log.

use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::arena::{Block, CountedJourneys, Journeys, Totals};
use crate::journeys::{Accumulator, Journey};
use crate::kpi::journeys::conversion::{ChannelRate, ConversionRates};
use crate::kpi::options::KpiOptions;
use crate::stats::Proportion;
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};

/// Counts behind [`ConversionRates`]; counts of parts merge to those of the whole.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::ConversionCounts;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let counts = journeys.accumulate(|| ConversionCounts::new(journeys.channels()))?;
/// let rates = counts.report(&journeys, &KpiOptions::default())?;
/// assert_eq!(rates.overall.rate, Some(0.5));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ConversionCounts {
    channels: Channels,
    touched: u64,
    converted: u64,
    omnichannel: u64,
    cross_channel: u64,
    untouched_buyers: u64,
    /// By channel: reached, converted, began there, began there and converted.
    by_channel: Vec<[u64; 4]>,
    /// By channel, the last person counted as reached and as converted: 0 is none.
    #[serde(skip)]
    seen: Vec<[u64; 2]>,
    #[serde(skip)]
    person: u64,
}

impl ConversionRates {
    /// The rates of all persons.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::journeys::ConversionRates;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "store"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800))?;
    /// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let rates = ConversionRates::new(&journeys, &KpiOptions::default())?;
    /// assert_eq!((rates.overall.rate, rates.omnichannel.rate), (Some(0.5), Some(0.5)));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If journeys have no persons and times, like those of a path table, or no touch and no
    /// conversion.
    pub fn new(journeys: &Journeys, options: &KpiOptions) -> Result<Self> {
        journeys.observed_range()?;
        journeys
            .accumulate(|| ConversionCounts::new(journeys.channels()))?
            .report(journeys, options)
    }
}

#[derive(Deserialize)]
struct Fields {
    channels: Channels,
    touched: u64,
    converted: u64,
    omnichannel: u64,
    cross_channel: u64,
    untouched_buyers: u64,
    by_channel: Vec<[u64; 4]>,
}

impl TryFrom<Fields> for ConversionCounts {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            channels,
            touched,
            converted,
            omnichannel,
            cross_channel,
            untouched_buyers,
            by_channel,
        } = fields;
        channels.check_column("the counts by channel", by_channel.len())?;
        Ok(Self {
            touched,
            converted,
            omnichannel,
            cross_channel,
            untouched_buyers,
            by_channel,
            ..Self::new(&channels)
        })
    }
}

impl ConversionCounts {
    /// Counts of no person.
    pub fn new(channels: &Channels) -> Self {
        Self {
            channels: channels.clone(),
            touched: 0,
            converted: 0,
            omnichannel: 0,
            cross_channel: 0,
            untouched_buyers: 0,
            by_channel: vec![[0; 4]; channels.len()],
            seen: vec![[0; 2]; channels.len()],
            person: 0,
        }
    }

    /// The rates of the persons counted; `journeys` are those counted.
    ///
    /// # Errors
    /// If the journeys have no persons and times, or other channels.
    pub fn report(&self, journeys: &Journeys, options: &KpiOptions) -> Result<ConversionRates> {
        self.channels.same_as(journeys.channels())?;
        let rates = self.rates(journeys.observed_range()?, journeys.totals(), options);
        rates.protected(journeys, options)
    }

    /// The rates where journeys were counted in parts, `counted` and `totals` being those of all
    /// parts together: the same figures as [`report`](Self::report) has.
    ///
    /// # Errors
    /// If the parts have other channels, or the options set a minimum group: channels of few
    /// persons are merged by persons, whom counts no longer tell apart.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::journeys::ConversionCounts;
    /// use mixtouch::{Accumulator, Event, Events, JourneyOptions, Journeys, Totals};
    ///
    /// let part = |person: &str, converts: bool| {
    ///     let mut log = Events::new();
    ///     log.push(Event::touch(person, 1_767_225_600, "social"))?;
    ///     if converts {
    ///         log.push(Event::conversion(person, 1_767_229_200))?;
    ///     }
    ///     Journeys::from_events(&log, JourneyOptions::default())
    /// };
    /// let count = |journeys: &Journeys| {
    ///     journeys.accumulate(|| (ConversionCounts::new(journeys.channels()), Totals::default()))
    /// };
    /// let (one, other) = (part("ann", true)?, part("bob", false)?);
    /// let (mut counts, mut counted) = (count(&one)?, one.counted()?);
    /// counts.merge(count(&other)?)?;
    /// counted.merge(&other.counted()?)?;
    /// let rates = counts.0.report_counted(&counted, counts.1, &KpiOptions::default())?;
    /// assert_eq!(rates.overall.rate, Some(0.5));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn report_counted(
        &self,
        counted: &CountedJourneys,
        totals: Totals,
        options: &KpiOptions,
    ) -> Result<ConversionRates> {
        self.channels.same_as(counted.channels())?;
        let minimum = options.minimum().persons();
        if minimum > 1 {
            let expected = "1 where journeys were counted in parts";
            return Err(Error::setting("the minimum group", minimum, expected));
        }
        Ok(self.rates(counted.range(), totals, options))
    }

    fn rates(&self, window: TimeRange, totals: Totals, options: &KpiOptions) -> ConversionRates {
        let level = options.level();
        let by_channel = |reached: usize, converted: usize| {
            let row = |(channel, counts): (&str, &[u64; 4])| ChannelRate {
                channel: channel.to_owned(),
                rate: Proportion::from_counts(counts[converted], counts[reached], level),
            };
            self.channels
                .iter()
                .zip(&self.by_channel)
                .map(row)
                .collect()
        };
        ConversionRates {
            window: options.shown(window),
            population: self.touched,
            overall: Proportion::from_counts(self.converted, self.touched, level),
            omnichannel: Proportion::from_counts(self.omnichannel, self.touched, level),
            cross_channel: Proportion::from_counts(self.cross_channel, self.touched, level),
            by_channel: by_channel(0, 1),
            by_first_channel: by_channel(2, 3),
            buyers_without_touch: Some(self.untouched_buyers),
            conversions: totals.conversions,
            value: totals.value,
        }
    }

    fn observe_person<'a>(&mut self, journeys: impl Iterator<Item = Journey<'a>>) {
        self.person += 1;
        let (mut first, mut used, mut converted, mut omnichannel, mut untouched) =
            (None, 0u32, false, false, false);
        for journey in journeys {
            let (touches, won) = (journey.channels(), journey.outcome().conversions() > 0.0);
            let Some(&begun) = touches.first() else {
                untouched |= won;
                continue;
            };
            first.get_or_insert(begun);
            converted |= won;
            omnichannel |= won && touches.iter().any(|&channel| channel != begun);
            used += self.mark(touches, won);
        }
        self.untouched_buyers += u64::from(untouched);
        if let Some(first) = first {
            self.touched += 1;
            self.converted += u64::from(converted);
            self.omnichannel += u64::from(omnichannel);
            self.cross_channel += u64::from(used > 1);
            self.by_channel[first.index()][2] += 1;
            self.by_channel[first.index()][3] += u64::from(converted);
        }
    }

    /// Counts the person at hand for each channel at most once; how many channels were new to the
    /// person.
    fn mark(&mut self, touches: &[ChannelId], won: bool) -> u32 {
        let mut new = 0;
        for channel in touches {
            let (seen, counts) = (
                &mut self.seen[channel.index()],
                &mut self.by_channel[channel.index()],
            );
            if seen[0] != self.person {
                seen[0] = self.person;
                counts[0] += 1;
                new += 1;
            }
            if won && seen[1] != self.person {
                seen[1] = self.person;
                counts[1] += 1;
            }
        }
        new
    }
}

impl Accumulator for ConversionCounts {
    /// A journey on its own is a person of its own.
    fn observe(&mut self, journey: Journey<'_>) {
        self.observe_person(std::iter::once(journey));
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.observe_person(person.journeys().map(|(_, journey)| journey));
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        self.touched += later.touched;
        self.converted += later.converted;
        self.omnichannel += later.omnichannel;
        self.cross_channel += later.cross_channel;
        self.untouched_buyers += later.untouched_buyers;
        for (counts, more) in self.by_channel.iter_mut().zip(later.by_channel) {
            counts
                .iter_mut()
                .zip(more)
                .for_each(|(count, more)| *count += more);
        }
        Ok(())
    }
}
