//! Credit touch by touch, for a table with a row for each touch.

use crate::attribution::engine::{names, weigh};
use crate::attribution::model::AttributionModel;
use crate::attribution::weights::{check_weights, sum};
use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::PersonKey;
use crate::journeys::Journey;
use crate::journeys::arena::Journeys;

/// How one journey's outcome is divided. Nothing is copied and no text is built: the person's key,
/// the channels and the times are views into the arena.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::attribution::stream_credits;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// stream_credits(&journeys, &LastTouch, |credit| {
///     assert_eq!((credit.shares, credit.baseline), (&[1.0][..], 0.0));
///     Ok(())
/// })?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct JourneyCredit<'a> {
    /// The person, where persons are known.
    pub person: Option<PersonKey<'a>>,
    /// The journey.
    pub journey: Journey<'a>,
    /// Each touch's share of the outcome; all zero where it is unattributed. With `baseline` they
    /// add up to 1.
    pub shares: &'a [f64],
    /// The baseline's share.
    pub baseline: f64,
}

/// The credit of one touch.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::attribution::stream_credits;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// stream_credits(&journeys, &LastTouch, |credit| {
///     let touch = credit.touches().next().unwrap();
///     assert_eq!((touch.time, touch.value), (Some(1_767_225_600), 50.0));
///     Ok(())
/// })?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TouchCredit {
    /// The channel.
    pub channel: ChannelId,
    /// The second of the touch, where times are known.
    pub time: Option<u32>,
    /// Conversions credited to it.
    pub conversions: f64,
    /// Value credited to it.
    pub value: f64,
}

impl JourneyCredit<'_> {
    /// The touches with their credit, oldest first.
    pub fn touches(&self) -> impl Iterator<Item = TouchCredit> + '_ {
        let (outcome, times) = (self.journey.outcome(), self.journey.credited_times());
        self.journey
            .credited_channels()
            .iter()
            .zip(self.shares)
            .enumerate()
            .map(move |(at, (&channel, share))| TouchCredit {
                channel,
                time: times.get(at).copied(),
                conversions: outcome.conversions() * share,
                value: outcome.value() * share,
            })
    }

    /// Whether no touch and no baseline accounts for the outcome.
    pub fn is_unattributed(&self) -> bool {
        self.baseline == 0.0 && self.shares.iter().all(|&share| share == 0.0)
    }
}

/// Hands every journey with a conversion to `sink`, with its outcome divided by the model's
/// weights, in the arena's order.
///
/// A model whose answer is a share by channel (Markov) is asked for its weights within journeys
/// here.
///
/// # Errors
/// If the journeys lack what the model needs, it gives a weight that
/// [`attribute`](crate::attribution::attribute) refuses, or `sink` fails.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
/// use mixtouch::attribution::stream_credits;
/// use mixtouch::attribution::rules::Linear;
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::touch("ann", 1_767_312_000, "search"))?;
/// log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let mut rows = Vec::new();
/// stream_credits(&journeys, &Linear, |credit| {
///     for touch in credit.touches() {
///         rows.push((journeys.channels().name(touch.channel), touch.value));
///     }
///     Ok(())
/// })?;
/// assert_eq!(rows, [("social", 25.0), ("search", 25.0)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub fn stream_credits<M: AttributionModel + ?Sized>(
    journeys: &Journeys,
    model: &M,
    mut sink: impl FnMut(JourneyCredit<'_>) -> Result<()>,
) -> Result<()> {
    model.needs().check(journeys, model.name())?;
    let names = names(journeys, model);
    let whole = model.needs().timeline;
    let mut weights = Vec::new();
    let mut block = journeys.converting_block().with_timelines();
    while let Some(mut journey) = block.next() {
        if !whole {
            journey.timeline = None;
        }
        if journey.outcome.conversions == 0.0 {
            continue;
        }
        weights.clear();
        weights.resize(journey.credited_channels().len(), 0.0);
        let mut baseline = if weights.is_empty() {
            0.0
        } else {
            weigh(model, names.as_ref(), journey, &mut weights)
        };
        check_weights(&weights, baseline, model.name(), model.is_signed())?;
        let sum = sum(&mut weights, &mut baseline);
        let share = |weight: f64| sum.map_or(0.0, |sum| weight / sum);
        weights
            .iter_mut()
            .for_each(|weight| *weight = share(*weight));
        sink(JourneyCredit {
            person: block.person(),
            journey,
            shares: &weights,
            baseline: share(baseline),
        })?;
    }
    Ok(())
}
