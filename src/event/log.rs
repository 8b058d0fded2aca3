//! Event logs, stored by column.

use crate::channel::{ChannelId, ChannelNames};
use crate::error::{Error, Result};
use crate::event::cleaned_days::CleanedDays;
use crate::event::cleaned_rows::CleanedRows;
use crate::event::costs::CostTable;
use crate::event::details::{NO_TEXT, RowDetails, TextColumn};
use crate::event::identifiers::IdentifierColumn;
use crate::event::ignored_rows::IgnoredRows;
use crate::event::person::{PersonKey, PersonTable};
use crate::event::placeholders::Placeholders;
use crate::event::row::{Event, Interaction, Kind};
use crate::event::unknown::unknown_person;
use crate::util::interner::Interner;

/// A log of events: touches and conversions in any order.
///
/// Each row has a person, a second and a channel, and may have a value, a cost, an interaction, a
/// goal, an order id and texts of named columns. Attribution ignores rows of other kinds; the log
/// counts them, and stores them if [`Events::keep_all`] asks for them.
///
/// The log is stored by column. A row takes 15 bytes, a row that is no touch 24 more, a cost 8 and
/// each named column 4. Equal texts are stored once.
///
/// ```
/// use mixtouch::{Event, Events};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social").with_cost(0.40))?;
/// log.push(Event::touch("ann", 1_767_312_000, "search"))?;
/// log.push(Event::conversion("ann", 1_767_315_600).with_value(50.0))?;
/// assert_eq!(log.len(), 3);
/// assert_eq!(log.get(1).and_then(|event| event.channel()), Some("search"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Events {
    pub(super) people: PersonTable,
    pub(super) channels: ChannelNames,
    pub(super) goals: Interner,
    pub(super) orders: Interner,
    pub(super) person: Vec<u64>,
    pub(super) time: Vec<u32>,
    /// Numbers of `channels`, not yet ranks by name; [`ChannelId::NONE`] where a conversion has no
    /// place of sale.
    pub(super) channel: Vec<ChannelId>,
    pub(super) kind: Vec<(Kind, Option<Interaction>)>,
    /// What only conversions state, in row order.
    pub(super) sales: Vec<RowDetails>,
    /// The same for rows of the kinds that attribution does not use; their goals are numbers of
    /// `topics`.
    pub(super) others: Vec<RowDetails>,
    /// The goals of those rows. They have a table of their own, so that the question of a survey is
    /// never taken for a goal of marketing.
    pub(super) topics: Interner,
    /// Empty until the first cost is given, then one a row.
    pub(super) cost: Vec<f64>,
    /// Nanoseconds inside the second, by which rows of one second are ordered; empty until the first
    /// other than 0.
    pub(super) fraction: Vec<u32>,
    pub(super) columns: Vec<TextColumn>,
    /// For rows whose person is yet to be found; else empty.
    pub(super) identifiers: IdentifierColumn,
    pub(super) keeps_all: bool,
    pub(super) keeps_returns: bool,
    pub(super) ignored_rows: IgnoredRows,
    pub(super) cleaned: CleanedRows,
    /// By day, how many rows state no person.
    pub(super) unknown_days: CleanedDays,
    pub(super) placeholders: Placeholders,
    /// What touches of missing persons cost.
    pub(super) unknown_costs: CostTable,
}

impl Events {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log with named text columns, such as `device` or `region`. [`Event::with_texts`]
    /// fills them.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    ///
    /// let mut log = Events::with_columns(["device"]);
    /// log.push(Event::touch("ann", 1_767_225_600, "search").with_texts(&["phone"]))?;
    /// assert_eq!(log.text(0, "device"), Some("phone"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn with_columns<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let columns = names
            .into_iter()
            .map(|name| TextColumn {
                name: name.into(),
                ..TextColumn::default()
            })
            .collect();
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Stores rows of every kind from here on, including those that only KPIs use. [`Kind`] says
    /// what their columns mean.
    ///
    /// ```
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// let answer = Event::of_kind(Kind::Survey, "ann", 1_767_400_000).with_channel("store");
    /// log.push(answer.with_goal("nps").with_value(9.0))?;
    /// assert_eq!(log.get(0).and_then(|event| event.goal()), Some("nps"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn keep_all(self) -> Self {
        Self {
            keeps_all: true,
            ..self
        }
    }

    /// Stores returns from here on, for journeys
    /// [net of returns](crate::JourneyOptions::with_net_of_returns).
    ///
    /// ```
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_returns();
    /// log.push(Event::of_kind(Kind::Return, "ann", 1_767_400_000).with_value(-20.0))?;
    /// log.push(Event::of_kind(Kind::Survey, "ann", 1_767_400_000))?;
    /// assert_eq!((log.len(), log.ignored_rows().surveys), (1, 1));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn keep_returns(self) -> Self {
        Self {
            keeps_returns: true,
            ..self
        }
    }

    /// The texts that stand for a missing person from here on: by default the
    /// [usual ones](Placeholders). A person given as a number is never missing.
    #[must_use]
    pub fn with_placeholders(self, placeholders: Placeholders) -> Self {
        Self {
            placeholders,
            ..self
        }
    }

    /// Whether the log stores rows of that kind.
    #[inline]
    pub(crate) fn keeps(&self, kind: Kind) -> bool {
        self.keeps_all || kind.is_used() || (self.keeps_returns && kind == Kind::Return)
    }

    /// The number of stored rows.
    pub fn len(&self) -> usize {
        self.person.len()
    }

    /// Whether the log stores no row.
    pub fn is_empty(&self) -> bool {
        self.person.is_empty()
    }

    /// The numbers of rows that were counted but not stored.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.ignored_rows
    }

    /// The numbers of values that were cleaned, and of rows whose person is missing.
    pub fn cleaned_rows(&self) -> CleanedRows {
        self.cleaned
    }

    /// The names of the text columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Adds one event. Blanks around its person, channel, goal and order id are taken off. Where the
    /// person is missing - empty, or one of the [placeholders](Placeholders) - a conversion is one of
    /// an unknown person, and a row of another kind is [counted](CleanedRows) but not stored.
    ///
    /// # Errors
    /// If the time lies outside 1970-01-01 to 2106-02-07, a touch has no channel, a value or cost is not within 0 to 10^15, the number of texts is not the number of
    /// named columns, or there are more than 65,535 channels. A return's value may be negative. The
    /// error names the row, counted from 1, and the column.
    pub fn push(&mut self, event: Event<'_>) -> Result<()> {
        let row = self.len() as u64 + 1;
        let event = self.cleaned.trimmed_event(event).checked(row)?;
        if event.texts.len() != self.columns.len() && !event.texts.is_empty() {
            let expected = format!("one for each of the {} named columns", self.columns.len());
            return Err(Error::field(
                row,
                "texts",
                event.texts.len().to_string(),
                expected,
            ));
        }
        if !self.keeps(event.kind) {
            self.ignored_rows.count(event.kind);
            return Ok(());
        }
        let Some(person) = self.person_of(&event)? else {
            return Ok(());
        };
        let channel = self.intern_channel(event.channel.unwrap_or(""))?;
        let sale = if event.kind == Kind::Touch {
            None
        } else {
            Some((
                event.value.unwrap_or(f64::NAN),
                optional(self.goals_mut(event.kind), event.goal)?,
                optional(&mut self.orders, event.order_id)?,
            ))
        };
        for (at, column) in self.columns.iter_mut().enumerate() {
            let code = column
                .texts
                .intern(event.texts.get(at).copied().unwrap_or(""))?;
            column.codes.push(code);
        }
        self.push_row(
            person,
            event.time as u32,
            channel,
            event.kind,
            event.interaction,
            event.cost,
            sale,
        );
        Ok(())
    }

    /// The code of a checked event's person; none where the row is left out.
    fn person_of(&mut self, event: &Event<'_>) -> Result<Option<u64>> {
        let missing = match event.person {
            PersonKey::Text(text) => self.is_missing(text.as_bytes()),
            PersonKey::Number(_) => false,
        };
        if !missing {
            return self.people.code(event.person).map(Some);
        }
        let (time, place) = (event.time as u32, event.channel.unwrap_or(""));
        if event.kind == Kind::Conversion {
            self.count_unknown(event.kind, time);
            let (goal, order) = (event.goal.unwrap_or(""), event.order_id.unwrap_or(""));
            let person = unknown_person(time, event.value(), [place, goal, order]);
            return Ok(Some(person));
        }
        self.leave_out(event.kind, time, place, event.cost);
        Ok(None)
    }

    /// Adds one checked row whose texts are numbered already. The caller fills the named columns.
    #[allow(clippy::too_many_arguments)] // one argument a column
    #[inline]
    pub(crate) fn push_row(
        &mut self,
        person: u64,
        time: u32,
        channel: ChannelId,
        kind: Kind,
        interaction: Option<Interaction>,
        cost: f64,
        sale: Option<(f64, u32, u32)>,
    ) {
        if let Some((value, goal, order)) = sale {
            let row = self.person.len();
            let stated = RowDetails {
                row,
                value,
                goal,
                order,
            };
            self.push_details(kind, stated);
        }
        if cost != 0.0 || !self.cost.is_empty() {
            self.cost.resize(self.person.len(), 0.0);
            self.cost.push(cost);
        }
        self.person.push(person);
        self.time.push(time);
        self.channel.push(channel);
        self.kind.push((kind, interaction));
    }

    /// States the nanoseconds inside the second of the row added last.
    #[cfg(feature = "csv")]
    #[inline]
    pub(crate) fn push_fraction(&mut self, nanoseconds: u32) {
        if nanoseconds != 0 {
            self.fraction.resize(self.person.len() - 1, 0);
            self.fraction.push(nanoseconds);
        }
    }

    /// Adds what a row states beyond the columns that all rows have.
    #[inline]
    pub(crate) fn push_details(&mut self, kind: Kind, details: RowDetails) {
        if kind == Kind::Conversion {
            self.sales.push(details);
        } else {
            self.others.push(details);
        }
    }

    /// The table that numbers the goals of rows of that kind.
    #[inline]
    pub(crate) fn goals_mut(&mut self, kind: Kind) -> &mut Interner {
        if kind == Kind::Conversion {
            &mut self.goals
        } else {
            &mut self.topics
        }
    }

    /// The channel of that name; [`ChannelId::NONE`] for the empty name.
    pub(crate) fn intern_channel(&mut self, name: &str) -> Result<ChannelId> {
        if name.is_empty() {
            return Ok(ChannelId::NONE);
        }
        self.channels.id(name)
    }

    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn ignore(&mut self, kind: Kind) {
        self.ignored_rows.count(kind);
    }

    /// Reserves space for that many more touches.
    #[cfg(feature = "parquet")]
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.person.reserve(rows);
        self.time.reserve(rows);
        self.channel.reserve(rows);
        self.kind.reserve(rows);
    }

    /// Adds what another log counted beside its rows.
    pub(crate) fn add_counts(&mut self, other: &Self) {
        self.ignored_rows.add(other.ignored_rows);
        self.cleaned.add(other.cleaned);
        self.unknown_days.append(other.unknown_days.clone());
        self.unknown_costs.append(other.unknown_costs.clone());
    }

    /// One row, if there is one; without the texts of named columns, which [`Events::text`] has.
    #[inline]
    pub fn get(&self, row: usize) -> Option<Event<'_>> {
        let (kind, interaction) = *self.kind.get(row)?;
        let goals = match kind {
            Kind::Touch | Kind::Conversion => &self.goals,
            _ => &self.topics,
        };
        let details = self.row(row).details();
        Some(Event {
            person: self.people.key(self.person[row]),
            time: i64::from(self.time[row]),
            kind,
            channel: self.channels.name(self.channel[row]),
            interaction,
            value: match kind {
                Kind::Survey => details
                    .map(|details| details.value)
                    .filter(|of| !of.is_nan()),
                _ => Some(details.map_or(0.0, |details| details.value)),
            },
            cost: self.cost.get(row).copied().unwrap_or(0.0),
            goal: details.and_then(|details| known(goals, details.goal)),
            order_id: details.and_then(|details| known(&self.orders, details.order)),
            texts: &[],
        })
    }

    /// The rows in order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = Event<'_>> {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// The texts of a row in all named columns.
    #[cfg(feature = "csv")]
    pub(crate) fn texts(&self, row: usize) -> impl Iterator<Item = &str> {
        let text = move |column: &TextColumn| column.codes.get(row).copied();
        self.columns
            .iter()
            .map(move |column| text(column).map_or("", |code| column.texts.get(code)))
    }

    /// The text of a row in a named column, if that row and column exist.
    pub fn text(&self, row: usize, column: &str) -> Option<&str> {
        let column = self.columns.iter().find(|other| other.name == column)?;
        column.codes.get(row).map(|&code| column.texts.get(code))
    }
}

fn optional(table: &mut Interner, text: Option<&str>) -> Result<u32> {
    text.filter(|text| !text.is_empty())
        .map_or(Ok(NO_TEXT), |text| table.intern(text))
}

#[inline]
fn known(table: &Interner, code: u32) -> Option<&str> {
    (code != NO_TEXT).then(|| table.get(code))
}

#[cfg(test)]
mod tests;
