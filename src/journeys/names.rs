//! The names a builder has seen.

use super::JourneyOptions;
use super::partition::Texts;
use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::Events;
use crate::intern::Interner;
use crate::person::PersonTable;

/// Names by the number they got first come, first served. Batches that are read at the same time come in any order; nothing in a
/// journey depends on these numbers: persons are ordered by rank, channels, places and segments by name.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) people: PersonTable,
    pub(super) channels: Interner,
    pub(super) places: Interner,
    pub(super) goals: Interner,
    pub(super) orders: Interner,
    pub(super) segments: Interner,
}

impl Names {
    /// Takes over the texts of a batch. The channels are those of touches: where a conversion took place is no marketing.
    pub(super) fn absorb(&mut self, events: &Events, touched: &[bool], options: &JourneyOptions) -> Result<Texts> {
        let mut texts = Texts {
            people: self.people.absorb(&events.people)?,
            channels: Vec::with_capacity(events.channels.len()),
            places: Vec::with_capacity(events.channels.len()),
            goals: self.goals.absorb(&events.goals)?,
            orders: if options.deduplicate { self.orders.absorb(&events.orders)? } else { vec![0; events.orders.len()] },
            segment: self.absorb_segments(events, options)?,
        };
        for (name, &touched) in events.channels.iter().zip(touched) {
            texts.channels.push(if touched { self.channels.channel(name)? } else { ChannelId::NONE });
            texts.places.push(self.places.channel(name)?);
        }
        Ok(texts)
    }

    /// Takes over the texts of the column that tells segments apart.
    fn absorb_segments(&mut self, events: &Events, options: &JourneyOptions) -> Result<Option<(usize, Vec<u32>)>> {
        let Some(segment) = &options.segment else { return Ok(None) };
        let found = || events.columns().map(str::to_owned).collect();
        let column = events.columns().position(|name| name == segment);
        let column = column.ok_or_else(|| Error::MissingColumn { column: segment.clone(), found: found() })?;
        Ok(Some((column, self.segments.absorb(&events.columns[column].texts)?)))
    }
}
