//! The names a builder has seen.

use crate::channel::{ChannelId, ChannelNames};
use crate::error::Result;
use crate::event::Events;
use crate::event::person::PersonTable;
use crate::event::recode_person;
use crate::journeys::build::labels::{BatchLabels, column};
use crate::journeys::build::partition::PartitionedRows;
use crate::journeys::build::spread::Texts;
use crate::journeys::options::JourneyOptions;
use crate::util::interner::Interner;
use rayon::prelude::*;

/// Names by the number they got first come, first served. Batches that are read at the same time
/// come in any order; nothing in a journey depends on these numbers: persons are ordered by rank,
/// channels, places and segments by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    pub(crate) people: PersonTable,
    pub(crate) channels: ChannelNames,
    pub(crate) places: ChannelNames,
    pub(crate) goals: Interner,
    pub(crate) orders: Interner,
    pub(crate) segments: Interner,
    /// Texts of touches' chosen columns, joined.
    pub(crate) labels: Interner,
}

impl Names {
    /// Takes over the texts of a batch. The channels are those of touches: where a conversion took
    /// place is no marketing.
    pub(crate) fn absorb(
        &mut self,
        events: &Events,
        touched: &[bool],
        labels: Option<BatchLabels>,
        options: &JourneyOptions,
    ) -> Result<Texts> {
        let mut texts = Texts {
            people: self.people.absorb(events.people())?,
            channels: Vec::with_capacity(events.channel_names().len()),
            places: Vec::with_capacity(events.channel_names().len()),
            goals: self.goals.absorb(events.goals())?,
            orders: if options.names_orders() {
                self.orders.absorb(events.orders())?
            } else {
                vec![0; events.orders().len()]
            },
            segment: self.absorb_segments(events, options)?,
            labels: match labels {
                Some(batch) => Some((batch.codes, self.labels.absorb(&batch.labels)?)),
                None => None,
            },
        };
        for (name, &touched) in events.channel_names().iter().zip(touched) {
            texts.channels.push(if touched {
                self.channels.id(name)?
            } else {
                ChannelId::NONE
            });
            texts.places.push(self.places.id(name)?);
        }
        Ok(texts)
    }

    /// Drops the keys of persons, and the orders, that no row of the batches has any more.
    pub(crate) fn forget_unused(&mut self, batches: &mut [PartitionedRows]) {
        let mut persons = vec![false; self.people.texts()];
        let mut orders = vec![false; self.orders.len()];
        for batch in &*batches {
            let (people, sold) = batch.persons_and_orders();
            people
                .filter_map(PersonTable::text_of)
                .for_each(|text| persons[text] = true);
            sold.for_each(|order| {
                orders
                    .get_mut(order as usize)
                    .into_iter()
                    .for_each(|used| *used = true)
            });
        }
        if persons.iter().chain(&orders).all(|&used| used) {
            return;
        }
        let (persons, orders) = (self.people.keep(&persons), self.orders.keep(&orders));
        let order = |code: u32| orders.get(code as usize).copied().unwrap_or(code);
        batches
            .par_iter_mut()
            .for_each(|batch| batch.recode(|code| recode_person(&persons, code), order));
    }

    /// Takes over the texts of the column that tells segments apart.
    fn absorb_segments(
        &mut self,
        events: &Events,
        options: &JourneyOptions,
    ) -> Result<Option<(usize, Vec<u32>)>> {
        let Some(segment) = &options.segment else {
            return Ok(None);
        };
        let column = column(events, segment)?;
        Ok(Some((
            column,
            self.segments.absorb(&events.text_column(column).texts)?,
        )))
    }
}
