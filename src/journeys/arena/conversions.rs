//! The single conversions behind the outcomes of journeys.

use crate::channel::{ChannelId, ChannelNames};
use crate::event::details::NO_TEXT;
use crate::util::interner::Interner;
use std::ops::Range;

/// One conversion as its row states it.
///
/// ```
/// use mixtouch::attribution::rules::LastTouch;
/// use mixtouch::attribution::stream_credits;
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// let sale = Event::conversion("ann", 1_767_229_200).with_value(50.0);
/// log.push(sale.with_order_id("A-1").with_goal("sale"))?;
/// let options = JourneyOptions::default().with_orders(true);
/// let journeys = Journeys::from_events(&log, options)?;
/// stream_credits(&journeys, &LastTouch, |credit| {
///     let sale = credit.conversions().next().unwrap();
///     assert_eq!((sale.order_id, sale.goal, sale.value), (Some("A-1"), Some("sale"), 50.0));
///     Ok(())
/// })?;
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion<'a> {
    /// The order, where the row states one.
    pub order_id: Option<&'a str>,
    /// The goal, where the row states one.
    pub goal: Option<&'a str>,
    /// The place of sale, where the row states one.
    pub place: Option<&'a str>,
    /// The value in the log's currency.
    pub value: f64,
}

/// What is kept of a conversion's row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::journeys) struct ConversionRow {
    pub(in crate::journeys) value: f64,
    pub(in crate::journeys) goal: u32,
    pub(in crate::journeys) order: u32,
    pub(in crate::journeys) place: ChannelId,
}

/// The conversions of all journeys that have some.
#[derive(Debug, Clone, Default)]
pub(in crate::journeys) struct Conversions {
    pub(in crate::journeys) rows: Vec<ConversionRow>,
    /// Where those of each journey of the front end.
    pub(in crate::journeys) ends: Vec<usize>,
    pub(in crate::journeys) goals: Interner,
    pub(in crate::journeys) orders: Interner,
    pub(in crate::journeys) places: ChannelNames,
}

impl Conversions {
    /// Rows of which each journey has as many as `counts` says.
    pub(in crate::journeys) fn new(
        rows: Vec<ConversionRow>,
        counts: &[u32],
        [goals, orders]: [Interner; 2],
        places: ChannelNames,
    ) -> Self {
        let sum = |end: &mut usize, count: &u32| {
            *end += *count as usize;
            Some(*end)
        };
        Self {
            rows,
            ends: counts.iter().scan(0, sum).collect(),
            goals,
            orders,
            places,
        }
    }

    /// Where the conversions of a journey stand; none where it is no journey of the front.
    fn range(&self, journey: usize) -> Range<usize> {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or(self.rows.len());
        journey.checked_sub(1).map_or(0, end)..end(journey)
    }

    /// The conversions of a journey.
    pub(in crate::journeys) fn of_journey(&self, journey: usize) -> &[ConversionRow] {
        &self.rows[self.range(journey)]
    }

    pub(in crate::journeys) fn goal(&self, row: &ConversionRow) -> Option<&str> {
        (row.goal != NO_TEXT).then(|| self.goals.get(row.goal))
    }

    pub(in crate::journeys) fn order(&self, row: &ConversionRow) -> Option<&str> {
        (row.order != NO_TEXT).then(|| self.orders.get(row.order))
    }

    pub(in crate::journeys) fn place(&self, row: &ConversionRow) -> Option<&str> {
        self.places.name(row.place)
    }

    /// Removes those of some journeys, and the orders that no conversion has any more.
    pub(in crate::journeys) fn remove(&mut self, journeys: Range<usize>) {
        if journeys.is_empty() {
            return;
        }
        let gone = self.range(journeys.start).start..self.range(journeys.end - 1).end;
        self.rows.drain(gone.clone());
        self.ends.drain(journeys.clone());
        self.ends[journeys.start..]
            .iter_mut()
            .for_each(|end| *end -= gone.len());
        let mut kept = vec![false; self.orders.len()];
        let stated = |row: &&ConversionRow| row.order != NO_TEXT;
        self.rows
            .iter()
            .filter(stated)
            .for_each(|row| kept[row.order as usize] = true);
        let orders = self.orders.keep(&kept);
        self.rows
            .iter_mut()
            .filter(|row| row.order != NO_TEXT)
            .for_each(|row| row.order = orders[row.order as usize]);
    }
}
