//! A person's right to be forgotten.

use crate::error::Result;
use crate::event::PersonKey;
use crate::event::person::PersonTable;
use crate::journeys::arena::columns::{Journeys, People, Touches};
use crate::journeys::arena::offsets::Offsets;
use crate::journeys::arena::totals::Totals;
use std::ops::Range;

impl Journeys {
    /// Removes a person: the key, every touch, every journey with its outcome. The result is how
    /// many journeys that were. What is left is what a log without the person's rows gives.
    ///
    /// What belongs to no single person stays: what channels cost, when the log ends, the names of
    /// channels, places and segments, and the counts of [`Journeys::irregularities`].
    ///
    /// ```
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("zoe", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("bob", 1_767_225_700, "social"))?;
    /// let mut journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// assert_eq!((journeys.erase("zoe")?, journeys.len()), (1, 1));
    /// assert!(!format!("{journeys:?}").contains("zoe"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the totals cannot be gathered anew, which does not happen to journeys that could be built.
    pub fn erase<'a>(&mut self, person: impl Into<PersonKey<'a>>) -> Result<usize> {
        let person = person.into();
        let Some(people) = &mut self.people else {
            return Ok(0);
        };
        let Some(number) = people
            .codes
            .iter()
            .position(|&code| people.table.key(code) == person)
        else {
            return Ok(0);
        };
        let (touches, journeys) = people.remove(number);
        let own = match self.timeline.as_mut() {
            None => touches.clone(),
            Some(timeline) => {
                timeline.remove(touches);
                let (first, last) = (journeys.start, journeys.end);
                if journeys.is_empty() {
                    0..0
                } else {
                    self.starts.get(first)..self.ends.get(last - 1)
                }
            }
        };
        self.touches.remove(own.clone());
        let left = self.touches.channels.len();
        for positions in [&mut self.starts, &mut self.ends] {
            *positions = positions.without(&journeys, own.len(), left);
        }
        let end = self.observation.end;
        let censored = journeys
            .clone()
            .filter(|&at| at >= self.outcomes.len() && self.closes[at] == end)
            .count();
        self.censored = self.censored.saturating_sub(censored as u64);
        self.closes.drain(journeys.clone());
        let front = journeys.start.min(self.outcomes.len())..journeys.end.min(self.outcomes.len());
        if let Some(places) = &mut self.places {
            places.by_journey.drain(front.clone());
        }
        if let Some(conversions) = &mut self.conversions {
            conversions.remove(front.clone());
        }
        self.outcomes.drain(front);
        if let Some(segments) = &mut self.segments {
            segments.remove(number, journeys.clone());
        }
        self.totals = self.accumulate(Totals::default)?;
        Ok(journeys.len())
    }
}

impl Touches {
    fn remove(&mut self, range: Range<usize>) {
        self.channels.drain(range.clone());
        if !self.labels.is_empty() {
            self.labels.drain(range.clone());
        }
        self.times.drain(range);
    }
}

impl People {
    /// Removes a person; the result is where the touches and the journeys were.
    fn remove(&mut self, number: usize) -> (Range<usize>, Range<usize>) {
        let range = |ends: &Offsets| {
            number.checked_sub(1).map_or(0, |before| ends.get(before))..ends.get(number)
        };
        let (touches, journeys) = (range(&self.touch_ends), range(&self.journey_ends));
        let last = |ends: &Offsets| ends.len().checked_sub(1).map_or(0, |last| ends.get(last));
        let (all_touches, all_journeys) = (
            last(&self.touch_ends) - touches.len(),
            last(&self.journey_ends) - journeys.len(),
        );
        self.touch_ends =
            self.touch_ends
                .without(&(number..number + 1), touches.len(), all_touches);
        self.journey_ends =
            self.journey_ends
                .without(&(number..number + 1), journeys.len(), all_journeys);
        self.converting -= usize::from(number < self.converting);
        if number < self.bought_before.len() {
            self.bought_before.remove(number);
        }
        let code = self.codes.remove(number);
        if let Some(text) = PersonTable::text_of(code) {
            let mut kept = vec![true; self.table.texts()];
            kept[text] = false;
            let moved = self.table.keep(&kept);
            self.codes.iter_mut().for_each(|code| {
                *code = PersonTable::text_of(*code).map_or(*code, |text| moved[text])
            });
        }
        (touches, journeys)
    }
}
