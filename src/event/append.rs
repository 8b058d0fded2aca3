//! One log appended to another.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::details::{NO_TEXT, RowDetails};
use crate::event::log::Events;
use crate::event::person::PersonTable;

impl Events {
    /// Appends all rows of another log, and adds its counts of ignored and of cleaned rows.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    ///
    /// let (mut monday, mut tuesday) = (Events::new(), Events::new());
    /// monday.push(Event::touch("ann", 1_767_571_200, "search"))?;
    /// tuesday.push(Event::conversion("ann", 1_767_657_600).with_value(30.0))?;
    /// monday.append(&tuesday)?;
    /// assert_eq!(monday.len(), 2);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the logs have different named columns, or more than 65,535 channels together.
    pub fn append(&mut self, later: &Events) -> Result<()> {
        if !self.columns().eq(later.columns()) {
            let names: Vec<&str> = self.columns().collect();
            let value = later.columns().collect::<Vec<_>>().join(", ");
            return Err(Error::setting(
                "the named columns",
                value,
                format!("those of the log: {}", names.join(", ")),
            ));
        }
        let people = self.people.absorb(&later.people)?;
        let channels = self.absorb_channels(later)?;
        let (goals, orders) = (
            self.goals.absorb(&later.goals)?,
            self.orders.absorb(&later.orders)?,
        );
        let base = self.len();
        self.person.extend(
            later
                .person
                .iter()
                .map(|&code| recode_person(&people, code)),
        );
        self.time.extend_from_slice(&later.time);
        self.channel.extend(
            later
                .channel
                .iter()
                .map(|&id| recode_channel(&channels, id)),
        );
        self.kind.extend_from_slice(&later.kind);
        let topics = self.topics.absorb(&later.topics)?;
        let moved = |sale: &RowDetails, goals: &[u32]| RowDetails {
            row: base + sale.row,
            value: sale.value,
            goal: recode_text(goals, sale.goal),
            order: recode_text(&orders, sale.order),
        };
        self.sales
            .extend(later.sales.iter().map(|sale| moved(sale, &goals)));
        self.others
            .extend(later.others.iter().map(|sale| moved(sale, &topics)));
        if !(self.cost.is_empty() && later.cost.is_empty()) {
            self.cost.resize(base, 0.0);
            self.cost.extend_from_slice(&later.cost);
            self.cost.resize(self.person.len(), 0.0);
        }
        if !later.fraction.is_empty() {
            self.fraction.resize(base, 0);
            self.fraction.extend_from_slice(&later.fraction);
        }
        for (column, other) in self.columns.iter_mut().zip(&later.columns) {
            let codes = column.texts.absorb(&other.texts)?;
            column
                .codes
                .extend(other.codes.iter().map(|&code| codes[code as usize]));
        }
        self.identifiers.append(&later.identifiers);
        self.add_counts(later);
        Ok(())
    }

    /// Takes over `later`'s channel names; the result maps its numbers to this log's.
    fn absorb_channels(&mut self, later: &Events) -> Result<Vec<ChannelId>> {
        later
            .channels
            .iter()
            .map(|name| self.intern_channel(name))
            .collect()
    }
}

/// A person's code in another table, given where that table put each text.
#[inline]
pub(crate) fn recode_person(texts: &[u64], code: u64) -> u64 {
    if code < PersonTable::TEXT {
        code
    } else {
        texts[(code - PersonTable::TEXT) as usize]
    }
}

#[inline]
pub(crate) fn recode_channel(channels: &[ChannelId], id: ChannelId) -> ChannelId {
    if id == ChannelId::NONE {
        id
    } else {
        channels[id.index()]
    }
}

/// A text's code in another table; none stays none.
#[inline]
pub(crate) fn recode_text(texts: &[u32], code: u32) -> u32 {
    if code == NO_TEXT {
        code
    } else {
        texts[code as usize]
    }
}
