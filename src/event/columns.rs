//! Views of a log by column and by row: the only access to its columns from outside the module.

use crate::channel::{ChannelId, ChannelNames};
#[cfg(any(feature = "csv", feature = "parquet"))]
use crate::event::cleaned_rows::CleanedRows;
use crate::event::costs::CostTable;
use crate::event::details::{RowDetails, TextColumn};
use crate::event::identifiers::IdentifierColumn;
use crate::event::log::Events;
use crate::event::person::PersonTable;
#[cfg(any(feature = "mapping", feature = "parquet"))]
use crate::event::placeholders::Placeholders;
use crate::event::row::{Interaction, Kind};
use crate::util::interner::Interner;

impl Events {
    /// The codes of the rows' persons in [`Events::people`].
    #[inline]
    pub(crate) fn persons(&self) -> &[u64] {
        &self.person
    }

    /// The rows' seconds since 1970-01-01T00:00:00Z.
    #[inline]
    pub(crate) fn times(&self) -> &[u32] {
        &self.time
    }

    /// The rows' channels, numbered by [`Events::channel_names`].
    #[inline]
    pub(crate) fn channel_ids(&self) -> &[ChannelId] {
        &self.channel
    }

    /// The rows' kinds and interactions.
    #[inline]
    pub(crate) fn kinds(&self) -> &[(Kind, Option<Interaction>)] {
        &self.kind
    }

    /// The rows' costs; empty where no row has one.
    #[inline]
    pub(crate) fn costs(&self) -> &[f64] {
        &self.cost
    }

    /// The nanoseconds of a row inside its second, 0 to 999,999,999: readers of files keep them, and
    /// they order rows of one second. 0 where none are stated.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
    /// assert_eq!(log.fraction(0), 0);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[inline]
    pub fn fraction(&self, row: usize) -> u32 {
        self.fraction.get(row).copied().unwrap_or(0)
    }

    /// The names of channels and of places of sale, each once: what [`Events::channel_index`] counts.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    ///
    /// let mut log = Events::new();
    /// for channel in ["tv", "search", "tv"] {
    ///     log.push(Event::touch("ann", 1_767_225_600, channel))?;
    /// }
    /// assert_eq!(log.channels().collect::<Vec<_>>(), ["tv", "search"]);
    /// assert_eq!(log.channel_index(2), Some(0));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn channels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.channels.iter()
    }

    /// Where a row's channel or place of sale stands among [`Events::channels`], if it has one: rows
    /// share few names, so that what is done with a name is best done once.
    #[inline]
    pub fn channel_index(&self, row: usize) -> Option<usize> {
        let channel = self.channel.get(row).filter(|id| **id != ChannelId::NONE);
        channel.map(|id| id.index())
    }

    /// Whether some row states a fraction of a second.
    pub(crate) fn has_fractions(&self) -> bool {
        !self.fraction.is_empty()
    }

    /// The details of conversions, in row order.
    #[inline]
    pub(crate) fn conversions(&self) -> &[RowDetails] {
        &self.sales
    }

    /// Whether the log stores rows of kinds that attribution does not use.
    pub(crate) fn has_other_kinds(&self) -> bool {
        !self.others.is_empty()
    }

    /// The details of rows of the kinds that attribution does not use, in row order.
    pub(crate) fn other_details(&self) -> &[RowDetails] {
        &self.others
    }

    /// What touches of missing persons cost.
    pub(crate) fn unknown_costs(&self) -> &CostTable {
        &self.unknown_costs
    }

    pub(crate) fn people(&self) -> &PersonTable {
        &self.people
    }

    pub(crate) fn channel_names(&self) -> &ChannelNames {
        &self.channels
    }

    /// The goals of conversions.
    pub(crate) fn goals(&self) -> &Interner {
        &self.goals
    }

    pub(crate) fn orders(&self) -> &Interner {
        &self.orders
    }

    /// The named column at an index below the number of [`Events::columns`].
    #[inline]
    pub(crate) fn text_column(&self, at: usize) -> &TextColumn {
        &self.columns[at]
    }

    pub(crate) fn identifiers(&self) -> &IdentifierColumn {
        &self.identifiers
    }

    pub(crate) fn identifiers_mut(&mut self) -> &mut IdentifierColumn {
        &mut self.identifiers
    }

    pub(crate) fn set_identifiers(&mut self, identifiers: IdentifierColumn) {
        self.identifiers = identifiers;
    }

    /// Replaces every row's person by a number.
    pub(crate) fn set_persons(&mut self, persons: Vec<u64>) {
        debug_assert_eq!(persons.len(), self.len());
        self.person = persons;
    }

    /// A view of one row, which must exist.
    #[inline]
    pub(crate) fn row(&self, row: usize) -> RowRef<'_> {
        RowRef { log: self, row }
    }
}

/// What readers of files fill.
#[cfg(any(feature = "csv", feature = "parquet"))]
impl Events {
    pub(crate) fn cleaned_mut(&mut self) -> &mut CleanedRows {
        &mut self.cleaned
    }

    #[cfg(any(feature = "mapping", feature = "parquet"))]
    pub(crate) fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    pub(crate) fn people_mut(&mut self) -> &mut PersonTable {
        &mut self.people
    }

    pub(crate) fn orders_mut(&mut self) -> &mut Interner {
        &mut self.orders
    }

    pub(crate) fn text_columns_mut(&mut self) -> impl Iterator<Item = &mut TextColumn> {
        self.columns.iter_mut()
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn columns_mut(&mut self) -> ColumnsMut<'_> {
        ColumnsMut {
            kinds: &mut self.kind,
            persons: &mut self.person,
            times: &mut self.time,
            channels: &mut self.channel,
            costs: &mut self.cost,
            fractions: &mut self.fraction,
            texts: &mut self.columns,
        }
    }
}

/// All columns at once, for a reader that fills them a batch at a time. It leaves them equally
/// long.
#[cfg(feature = "parquet")]
pub(crate) struct ColumnsMut<'a> {
    pub(crate) kinds: &'a mut Vec<(Kind, Option<Interaction>)>,
    pub(crate) persons: &'a mut Vec<u64>,
    pub(crate) times: &'a mut Vec<u32>,
    pub(crate) channels: &'a mut Vec<ChannelId>,
    /// Empty until the first cost is given.
    pub(crate) costs: &'a mut Vec<f64>,
    /// Empty until the first that is not 0; may be shorter than the others.
    pub(crate) fractions: &'a mut Vec<u32>,
    pub(crate) texts: &'a mut [TextColumn],
}

/// One row of a log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowRef<'a> {
    log: &'a Events,
    row: usize,
}

impl RowRef<'_> {
    #[inline]
    pub(crate) fn kind(self) -> Kind {
        self.log.kind[self.row].0
    }

    #[inline]
    pub(crate) fn interaction(self) -> Option<Interaction> {
        self.log.kind[self.row].1
    }

    /// The channel, numbered by [`Events::channel_names`]; [`ChannelId::NONE`] where none is
    /// stated.
    #[inline]
    pub(crate) fn channel(self) -> ChannelId {
        self.log.channel[self.row]
    }

    /// What the row states beyond the columns that all rows have; `None` for touches.
    pub(crate) fn details(self) -> Option<RowDetails> {
        let stated = match self.kind() {
            Kind::Touch => return None,
            Kind::Conversion => &self.log.sales,
            _ => &self.log.others,
        };
        let at = stated.binary_search_by_key(&self.row, |details| details.row);
        at.ok().map(|at| stated[at])
    }
}
