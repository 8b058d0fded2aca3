//! Events: what happened, row by row, kept as columns.

use crate::channel::ChannelId;
use crate::error::{Error, Result};
use crate::event::identifiers::IdentifierColumn;
use crate::event::person::PersonTable;
use crate::event::row::Event;
use crate::event::row::Interaction;
use crate::event::row::Kind;
use crate::util::interner::Interner;
use serde::{Deserialize, Serialize};

pub(crate) const NO_TEXT: u32 = u32::MAX;

/// A log of events: touches and conversions, in any order, each with its person, second and
/// channel; values, costs, interaction, goal, order id and named text columns where they are known.
///
/// Kept as columns: 15 bytes a row, 24 more for each that is no touch, 8 a row once costs are given
/// and 4 a row for every named column; texts are stored once each. Rows of the kinds attribution
/// does not use are counted and passed over, unless [`Events::keep_all`] asks for them; attribution
/// never reads them.
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
    pub(crate) people: PersonTable,
    pub(crate) channels: Interner,
    pub(crate) goals: Interner,
    pub(crate) orders: Interner,
    pub(crate) person: Vec<u64>,
    pub(crate) time: Vec<u32>,
    /// Numbers of `channels`, not yet ranks by name; [`ChannelId::NONE`] where a conversion names
    /// no place of sale.
    pub(crate) channel: Vec<ChannelId>,
    pub(crate) kind: Vec<(Kind, Option<Interaction>)>,
    /// What only conversions have, in row order.
    pub(crate) sales: Vec<Sale>,
    /// The same of kept rows of the kinds attribution does not use; their goals are numbers of
    /// `topics`.
    pub(crate) others: Vec<Sale>,
    /// The goals of those rows: apart, so that an instrument of a survey is not taken for a goal of
    /// marketing.
    pub(crate) topics: Interner,
    /// Empty until the first cost is given, then one a row.
    pub(crate) cost: Vec<f64>,
    pub(crate) columns: Vec<Column>,
    /// Of rows whose person is yet to be found; else empty.
    pub(crate) identifiers: IdentifierColumn,
    pub(super) keeps_all: bool,
    pub(super) ignored_rows: IgnoredRows,
}

/// What a conversion row, or a kept one of another kind, states beyond the other columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sale {
    pub(crate) row: usize,
    pub(crate) value: f64,
    pub(crate) goal: u32,
    pub(crate) order: u32,
}

/// A named column of texts, one a row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) texts: Interner,
    pub(crate) codes: Vec<u32>,
}

/// How many rows of each kind that attribution does not use were passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IgnoredRows {
    /// Goods sent back.
    pub returns: u64,
    /// Cart events.
    pub carts: u64,
    /// Answers to surveys.
    pub surveys: u64,
    /// Service cases, opened or closed.
    pub cases: u64,
}

impl IgnoredRows {
    /// All kinds together.
    pub fn total(&self) -> u64 {
        self.returns + self.carts + self.surveys + self.cases
    }

    fn count(&mut self, kind: Kind) {
        match kind {
            Kind::Return => self.returns += 1,
            Kind::Cart => self.carts += 1,
            Kind::Survey => self.surveys += 1,
            Kind::CaseOpen | Kind::CaseClose => self.cases += 1,
            Kind::Touch | Kind::Conversion => {}
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.returns += other.returns;
        self.carts += other.carts;
        self.surveys += other.surveys;
        self.cases += other.cases;
    }
}

impl Events {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log with named text columns beside the standard ones, such as `device` or `region`;
    /// [`Event::with_texts`] fills them.
    pub fn with_columns<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let columns = names
            .into_iter()
            .map(|name| Column {
                name: name.into(),
                ..Column::default()
            })
            .collect();
        Self {
            columns,
            ..Self::default()
        }
    }

    /// Keeps rows of every kind from here on, those that KPIs alone use included; [`Kind`] says
    /// what their columns mean.
    ///
    /// ```
    /// use mixtouch::{Event, Events, Kind};
    ///
    /// let mut log = Events::new().keep_all();
    /// log.push(Event::of_kind(Kind::Survey, "ann", 1_767_400_000).with_goal("nps").with_value(9.0).with_channel("store"))?;
    /// assert_eq!(log.get(0).and_then(|event| event.goal()), Some("nps"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn keep_all(self) -> Self {
        Self {
            keeps_all: true,
            ..self
        }
    }

    /// Whether a row of that kind is kept, not just counted.
    #[inline]
    pub(crate) fn keeps(&self, kind: Kind) -> bool {
        self.keeps_all || kind.is_used()
    }

    /// How many rows there are: touches and conversions, and those of other kinds where they are
    /// kept.
    pub fn len(&self) -> usize {
        self.person.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.person.is_empty()
    }

    /// The rows that were counted and passed over.
    pub fn ignored_rows(&self) -> IgnoredRows {
        self.ignored_rows
    }

    /// The names of the text columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Adds one event.
    ///
    /// # Errors
    /// The row, counted from 1, with the column at fault: a time outside 1970-01-01 to 2106-02-07,
    /// an empty person, a touch without channel, a value or cost that is not finite, a negative
    /// one, or one above 10^15; a number of texts that is not the number of named columns; more
    /// channels than there are numbers.
    pub fn push(&mut self, event: Event<'_>) -> Result<()> {
        let row = self.len() as u64 + 1;
        let event = event.checked(row)?;
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
        let channel = self.intern_channel(event.channel.unwrap_or(""))?;
        let person = self.people.code(event.person)?;
        let sale = if event.kind == Kind::Touch {
            None
        } else {
            Some((
                event.value,
                optional(self.goals_of(event.kind), event.goal)?,
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

    /// Adds one checked row whose texts are interned already; the named columns are the caller's to
    /// fill.
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
            let rows = if kind == Kind::Conversion {
                &mut self.sales
            } else {
                &mut self.others
            };
            rows.push(Sale {
                row: self.person.len(),
                value,
                goal,
                order,
            });
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

    /// The table that goals of rows of that kind are numbered in.
    #[inline]
    pub(crate) fn goals_of(&mut self, kind: Kind) -> &mut Interner {
        if kind == Kind::Conversion {
            &mut self.goals
        } else {
            &mut self.topics
        }
    }

    /// The channel of that name; the empty name is none.
    pub(crate) fn intern_channel(&mut self, name: &str) -> Result<ChannelId> {
        if name.is_empty() {
            return Ok(ChannelId::NONE);
        }
        self.channels.channel(name)
    }

    #[cfg(any(feature = "csv", feature = "parquet"))]
    pub(crate) fn pass_over(&mut self, kind: Kind) {
        self.ignored_rows.count(kind);
    }

    /// Room for that many more touches.
    #[cfg(feature = "parquet")]
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.person.reserve(rows);
        self.time.reserve(rows);
        self.channel.reserve(rows);
        self.kind.reserve(rows);
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn add_passed_over(&mut self, other: IgnoredRows) {
        self.ignored_rows.add(other);
    }

    /// Adds all rows that `later` keeps behind this log's.
    ///
    /// # Errors
    /// Different named columns; more channels than there are numbers.
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
        let moved = |sale: &Sale, goals: &[u32]| Sale {
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
        for (column, other) in self.columns.iter_mut().zip(&later.columns) {
            let codes = column.texts.absorb(&other.texts)?;
            column
                .codes
                .extend(other.codes.iter().map(|&code| codes[code as usize]));
        }
        self.identifiers.append(&later.identifiers);
        self.ignored_rows.add(later.ignored_rows);
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

    /// One row, if there is one.
    pub fn get(&self, row: usize) -> Option<Event<'_>> {
        let (kind, interaction) = *self.kind.get(row)?;
        let (sales, goals) = match kind {
            Kind::Touch => (&[][..], &self.goals),
            Kind::Conversion => (&self.sales[..], &self.goals),
            _ => (&self.others[..], &self.topics),
        };
        let sale = sales
            .binary_search_by_key(&row, |sale| sale.row)
            .ok()
            .map(|at| sales[at]);
        Some(Event {
            person: self.people.key(self.person[row]),
            time: i64::from(self.time[row]),
            kind,
            channel: (self.channel[row] != ChannelId::NONE)
                .then(|| self.channels.get(u32::from(self.channel[row].0))),
            interaction,
            value: sale.map_or(0.0, |sale| sale.value),
            cost: self.cost.get(row).copied().unwrap_or(0.0),
            goal: sale.and_then(|sale| known(goals, sale.goal)),
            order_id: sale.and_then(|sale| known(&self.orders, sale.order)),
            texts: &[],
        })
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Event<'_>> {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// The text of a row in a named column, if there are such a row and column.
    pub fn text(&self, row: usize, column: &str) -> Option<&str> {
        let column = self.columns.iter().find(|other| other.name == column)?;
        column.codes.get(row).map(|&code| column.texts.get(code))
    }
}

fn optional(table: &mut Interner, text: Option<&str>) -> Result<u32> {
    text.filter(|text| !text.is_empty())
        .map_or(Ok(NO_TEXT), |text| table.intern(text))
}

fn known(table: &Interner, code: u32) -> Option<&str> {
    (code != NO_TEXT).then(|| table.get(code))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: Event<'_>) -> String {
        Events::new().push(event).unwrap_err().to_string()
    }

    #[test]
    fn bad_rows_are_named() {
        assert_eq!(
            message(Event::touch("ann", -1, "tv")),
            "row 1: timestamp is \"-1\", expected: seconds since 1970-01-01T00:00:00Z, 0 to 4294967295"
        );
        assert!(
            message(Event::touch("ann", 1_767_225_600_000, "tv"))
                .contains("looks like milliseconds")
        );
        assert_eq!(
            message(Event::touch("", 1, "tv")),
            "row 1: person is \"\", expected: any text or integer"
        );
        assert_eq!(
            message(Event::touch("ann", 1, "")),
            "row 1: channel is \"\", expected: any text; only a conversion may have none"
        );
        for bad in [f64::NAN, f64::INFINITY, -1.0, 1e16] {
            assert!(
                message(Event::conversion("ann", 1).with_value(bad)).contains("value is"),
                "{bad}"
            );
            assert!(
                message(Event::touch("ann", 1, "tv").with_cost(bad)).contains("cost is"),
                "{bad}"
            );
        }
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let mut log = Events::with_columns(["device"]);
        let sale = Event::conversion("ann", 5)
            .with_value(2.5)
            .with_goal("sale")
            .with_order_id("o-1")
            .with_texts(&["phone"]);
        log.push(
            Event::touch("ann", 4, "tv")
                .with_interaction(Interaction::View)
                .with_texts(&["laptop"]),
        )
        .unwrap();
        log.push(sale).unwrap();
        log.push(Event::touch(7, 6, "search").with_cost(0.25))
            .unwrap();
        let back = log.get(1).unwrap();
        assert_eq!(
            (back.value(), back.goal(), back.order_id(), back.channel()),
            (2.5, Some("sale"), Some("o-1"), None)
        );
        assert_eq!(log.get(0).unwrap().interaction(), Some(Interaction::View));
        assert_eq!(log.get(0).unwrap().cost(), 0.0);
        assert_eq!(log.get(2).unwrap().cost(), 0.25);
        assert_eq!(
            (log.text(0, "device"), log.text(2, "device")),
            (Some("laptop"), Some(""))
        );
        assert!(log.get(3).is_none());
    }

    #[test]
    fn appending_equals_pushing_on() {
        let rows = [
            Event::touch("ann", 1, "tv").with_cost(1.0),
            Event::conversion("bob", 2).with_goal("g"),
            Event::touch("ann", 3, "radio"),
        ];
        let (mut whole, mut left, mut right) = (Events::new(), Events::new(), Events::new());
        for (at, row) in rows.into_iter().enumerate() {
            whole.push(row).unwrap();
            if at == 0 {
                left.push(row).unwrap()
            } else {
                right.push(row).unwrap()
            }
        }
        left.append(&right).unwrap();
        assert!(left.iter().eq(whole.iter()));
        assert!(left.append(&Events::with_columns(["x"])).is_err());
    }

    #[test]
    fn unused_kinds_are_counted() {
        let mut log = Events::new();
        log.push(Event::of_kind(Kind::Return, "ann", 1).with_value(-20.0))
            .unwrap();
        log.push(Event::of_kind(Kind::CaseOpen, "ann", 1)).unwrap();
        assert_eq!(
            (
                log.len(),
                log.ignored_rows().returns,
                log.ignored_rows().total()
            ),
            (0, 1, 2)
        );
    }
    #[test]
    fn all_kinds_come_back_where_they_are_kept() {
        let mut log = Events::with_columns(["agent"]).keep_all();
        let rows = [
            Event::touch("ann", 1, "tv").with_texts(&[""]),
            Event::conversion("ann", 2)
                .with_value(50.0)
                .with_goal("sale")
                .with_order_id("o-1")
                .with_texts(&[""]),
            Event::of_kind(Kind::Return, "ann", 9)
                .with_value(-20.0)
                .with_order_id("o-1")
                .with_texts(&[""]),
            Event::of_kind(Kind::Survey, "ann", 8)
                .with_goal("nps")
                .with_value(9.0)
                .with_channel("store")
                .with_texts(&[""]),
            Event::of_kind(Kind::CaseOpen, "bob", 7)
                .with_goal("late")
                .with_order_id("c-1")
                .with_texts(&["kim"]),
        ];
        rows.into_iter().for_each(|row| log.push(row).unwrap());
        let kept: Vec<Event<'_>> = log.iter().collect();
        assert!(
            kept.iter()
                .zip(rows)
                .all(|(kept, row)| *kept == row.with_texts(&[])),
            "{kept:?}"
        );
        assert_eq!(
            (log.ignored_rows().total(), log.text(4, "agent")),
            (0, Some("kim"))
        );
        let mut twice = log.clone();
        twice.append(&log).unwrap();
        assert!(twice.iter().eq(log.iter().chain(log.iter())));
    }
}
