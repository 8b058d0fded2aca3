//! Credit touch by touch, for a table with a row for each touch.

use crate::attribution::engine::{names, weigh};
use crate::attribution::model::AttributionModel;
use crate::attribution::weights::{check_weights, sum};
use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::PersonKey;
use crate::journeys::arena::Journeys;
use crate::journeys::{Conversion, Journey};

/// How one journey's outcome is divided. Nothing is copied and no text is built: the person's key,
/// the channels, times and texts are views into the arena.
///
/// What joins credit to other tables is there where it was asked for: orders and goals by
/// [`JourneyOptions::with_orders`](crate::JourneyOptions::with_orders), campaigns and ads by
/// [`JourneyOptions::with_touch_columns`](crate::JourneyOptions::with_touch_columns), the segment by
/// [`JourneyOptions::with_segment`](crate::JourneyOptions::with_segment).
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
    journeys: &'a Journeys,
    number: usize,
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

impl<'a> JourneyCredit<'a> {
    /// The single conversions of the journey; nothing unless
    /// [`JourneyOptions::with_orders`](crate::JourneyOptions::with_orders) keeps them. Conversions
    /// of one person and second share a journey: each has the same shares of its value.
    ///
    /// ```
    /// use mixtouch::attribution::rules::Linear;
    /// use mixtouch::attribution::stream_credits;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::with_columns(["campaign"]);
    /// log.push(Event::touch("ann", 1_767_225_600, "social").with_texts(&["spring"]))?;
    /// log.push(Event::touch("ann", 1_767_229_200, "search").with_texts(&["brand"]))?;
    /// let sale = Event::conversion("ann", 1_767_232_800).with_value(50.0).with_order_id("A-1");
    /// log.push(sale.with_channel("shop"))?;
    /// let options = JourneyOptions::default().with_orders(true).with_touch_columns(["campaign"]);
    /// let journeys = Journeys::from_events(&log, options)?;
    /// let mut rows = Vec::new();
    /// stream_credits(&journeys, &Linear, |credit| {
    ///     for order in credit.conversions() {
    ///         let id = order.order_id.unwrap_or("-");
    ///         for (at, share) in credit.shares.iter().enumerate() {
    ///             let campaign = credit.touch_text(at, "campaign").unwrap_or("-");
    ///             rows.push(format!("{id} {campaign} {}", order.value * share));
    ///         }
    ///     }
    ///     assert_eq!(credit.place(), Some("shop"));
    ///     Ok(())
    /// })?;
    /// assert_eq!(rows, ["A-1 spring 25", "A-1 brand 25"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn conversions(&self) -> impl ExactSizeIterator<Item = Conversion<'a>> + use<'a> {
        self.journeys.conversions(self.number)
    }

    /// The place of sale, if the row of the first conversion states it.
    pub fn place(&self) -> Option<&'a str> {
        self.journeys.journey_place(self.number)
    }

    /// The segment the journey closes in; none unless
    /// [`JourneyOptions::with_segment`](crate::JourneyOptions::with_segment) asks for segments.
    pub fn segment(&self) -> Option<&'a str> {
        self.journeys.journey_segment(self.number)
    }

    /// The text of a touch, counted from 0 for the oldest, in a column that
    /// [`JourneyOptions::with_touch_columns`](crate::JourneyOptions::with_touch_columns) keeps.
    pub fn touch_text(&self, touch: usize, column: &str) -> Option<&'a str> {
        let columns = self.journeys.touch_columns();
        let at = columns.iter().position(|other| other == column)?;
        let label = *self.labels().get(touch)?;
        let texts = self.journeys.label_texts(label);
        texts.get(at).map(String::as_str)
    }

    /// The labels of the touches; nothing where they have none.
    pub(super) fn labels(&self) -> &'a [u32] {
        self.journeys.credited_labels(self.number, self.journey)
    }

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
    let mut next = 0;
    while let Some(mut journey) = block.next() {
        let number = next;
        next += 1;
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
            journeys,
            number,
        })?;
    }
    Ok(())
}
