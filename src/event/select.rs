//! Selecting and erasing rows.

use crate::error::Result;
use crate::event::costs::CostTable;
use crate::event::details::{NO_TEXT, RowDetails, TextColumn};
use crate::event::log::Events;
use crate::event::person::{PersonKey, PersonTable};
use crate::event::row::{Event, Kind};
use crate::util::interner::Interner;

impl Events {
    /// The log of these rows alone, in their order. Its tables are filled anew, so that no text of
    /// another row, such as a person or an order id, is left in it. Counts of ignored rows stay.
    pub(crate) fn select(&self, rows: &[usize]) -> Self {
        self.try_select(rows)
            .expect("tables that hold some of the texts of tables that hold all")
    }

    /// The log of these rows, in this order. The tables stay as they are: quick, and for logs whose
    /// rows are not left out for privacy.
    #[cfg(feature = "mapping")]
    pub(crate) fn arrange(&mut self, rows: &[usize]) {
        let mut places = vec![usize::MAX; self.len()];
        for (place, &row) in rows.iter().enumerate() {
            places[row] = place;
        }
        for details in [&mut self.sales, &mut self.others] {
            details.retain(|details| places[details.row] != usize::MAX);
            for details in details.iter_mut() {
                details.row = places[details.row];
            }
            details.sort_unstable_by_key(|details| details.row);
        }
        arrange(&mut self.person, rows);
        arrange(&mut self.time, rows);
        arrange(&mut self.channel, rows);
        arrange(&mut self.kind, rows);
        arrange(&mut self.cost, rows);
        self.fraction = self.fractions_of(rows);
        for column in &mut self.columns {
            arrange(&mut column.codes, rows);
        }
    }

    /// Keeps what touches cost that are about to be left out, because it was spent.
    #[cfg(feature = "mapping")]
    pub(crate) fn keep_costs_of(&mut self, rows: &[usize]) {
        let costs = self.costs_of(rows.iter().copied());
        self.unknown_costs.append(costs);
    }

    fn try_select(&self, rows: &[usize]) -> Result<Self> {
        let mut log = Self::with_columns(self.columns());
        for &row in rows {
            let name = self.channels.name(self.channel[row]).unwrap_or("");
            let channel = log.intern_channel(name)?;
            log.channel.push(channel);
            log.person.push(move_person(
                &self.people,
                self.person[row],
                &mut log.people,
            )?);
            log.time.push(self.time[row]);
            log.kind.push(self.kind[row]);
        }
        let priced = rows
            .iter()
            .any(|&row| self.cost.get(row).is_some_and(|&cost| cost != 0.0));
        log.cost = if priced {
            rows.iter().map(|&row| self.cost[row]).collect()
        } else {
            Vec::new()
        };
        log.fraction = self.fractions_of(rows);
        for (at, &row) in rows.iter().enumerate() {
            self.select_details(row, at, &mut log)?;
        }
        for (column, other) in log.columns.iter_mut().zip(&self.columns) {
            select_texts(column, other, rows)?;
        }
        log.identifiers = self.identifiers.select(rows);
        log.ignored_rows = self.ignored_rows;
        log.keeps_all = self.keeps_all;
        log.keeps_returns = self.keeps_returns;
        log.cleaned = self.cleaned;
        log.unknown_days = self.unknown_days.clone();
        log.placeholders = self.placeholders.clone();
        log.unknown_costs = self.unknown_costs.clone();
        Ok(log)
    }

    /// The fractions of some rows; none where all are 0.
    fn fractions_of(&self, rows: &[usize]) -> Vec<u32> {
        let fraction = |&row: &usize| self.fraction.get(row).copied().unwrap_or(0);
        if rows.iter().all(|row| fraction(row) == 0) {
            return Vec::new();
        }
        rows.iter().map(fraction).collect()
    }

    /// Copies what a row states beyond the columns that all rows have, to row `at` of the other
    /// log.
    fn select_details(&self, row: usize, at: usize, log: &mut Self) -> Result<()> {
        let Some(details) = self.row(row).details() else {
            return Ok(());
        };
        let kind = self.kind[row].0;
        let goals = if kind == Kind::Conversion {
            &self.goals
        } else {
            &self.topics
        };
        let moved = RowDetails {
            row: at,
            value: details.value,
            goal: move_text(goals, details.goal, log.goals_mut(kind))?,
            order: move_text(&self.orders, details.order, &mut log.orders)?,
        };
        log.push_details(kind, moved);
        Ok(())
    }

    /// The rows for which `wanted` holds, in their order, and the costs of the other touches.
    ///
    /// The costs come by channel and day in UTC. Pass them to
    /// [`JourneyBuilder::add_costs`](crate::JourneyBuilder::add_costs), because they were spent.
    ///
    /// ```
    /// use mixtouch::{Event, Events, Interaction};
    ///
    /// let mut log = Events::new();
    /// let delivered = Event::touch("ann", 1_767_225_600, "e-mail").with_cost(0.01);
    /// let opened = Event::touch("ann", 1_767_229_200, "e-mail");
    /// log.push(delivered)?;
    /// log.push(opened.with_interaction(Interaction::View))?;
    /// let (seen, costs) = log.retained(|event| event.interaction().is_some());
    /// assert_eq!((seen.len(), costs.channels().collect::<Vec<_>>()), (1, vec!["e-mail"]));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn retained(&self, wanted: impl Fn(Event<'_>) -> bool) -> (Self, CostTable) {
        let is_wanted = |&row: &usize| self.get(row).is_some_and(&wanted);
        let (rows, others): (Vec<usize>, Vec<usize>) = (0..self.len()).partition(is_wanted);
        (self.select(&rows), self.costs_of(others.into_iter()))
    }

    /// Removes every row of a person and returns the number of rows removed.
    ///
    /// No text of the person stays in the log. Only the counts of ignored rows remain unchanged.
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("zoe", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("bob", 1_767_225_700, "search"))?;
    /// assert_eq!(log.erase("zoe"), 1);
    /// assert!(!format!("{log:?}").contains("zoe"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn erase<'a>(&mut self, person: impl Into<PersonKey<'a>>) -> usize {
        let person = person.into();
        let is_other = |row: &usize| self.people.key(self.person[*row]) != person;
        let kept: Vec<usize> = (0..self.len()).filter(is_other).collect();
        let erased = self.len() - kept.len();
        if erased > 0 {
            *self = self.select(&kept);
        }
        erased
    }
}

/// An empty column stays empty.
#[cfg(feature = "mapping")]
fn arrange<T: Copy>(column: &mut Vec<T>, rows: &[usize]) {
    if !column.is_empty() {
        *column = rows.iter().map(|&row| column[row]).collect();
    }
}

fn move_person(from: &PersonTable, code: u64, to: &mut PersonTable) -> Result<u64> {
    to.code(from.key(code))
}

fn move_text(from: &Interner, code: u32, to: &mut Interner) -> Result<u32> {
    if code == NO_TEXT {
        Ok(code)
    } else {
        to.intern(from.get(code))
    }
}

fn select_texts(to: &mut TextColumn, from: &TextColumn, rows: &[usize]) -> Result<()> {
    for &row in rows {
        let code = to.texts.intern(from.texts.get(from.codes[row]))?;
        to.codes.push(code);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::row::{Event, Interaction};
    use proptest::prelude::*;

    /// A row that one number makes.
    fn push(log: &mut Events, seed: usize) {
        let (people, channels, orders) = (
            ["ann", "bob", "7", "eve"],
            ["tv", "e-mail", "search"],
            ["o-1", "o-2", ""],
        );
        let texts = [["phone", "laptop"][seed % 2]];
        let (person, time) = (people[seed % 4], (seed * 37 % 100) as i64);
        let touch = Event::touch(person, time, channels[seed % 3])
            .with_interaction(Interaction::Click)
            .with_cost((seed % 3) as f64);
        let sale = Event::conversion(person, time)
            .with_value(seed as f64)
            .with_order_id(orders[seed % 3])
            .with_goal("sale");
        let survey = Event::of_kind(Kind::Survey, person, time)
            .with_goal(["nps", "csat"][seed % 2])
            .with_value(7.0);
        let event = match seed % 7 {
            0 => sale,
            1 => survey,
            _ => touch,
        };
        log.push(event.with_texts(&texts)).unwrap();
    }

    proptest! {
        /// Not a bit is left: what every table of the log prints is what it prints had the person
        /// never been there.
        #[test]
        fn erasing_removes_all_and_only_that_person(seeds in prop::collection::vec(0usize..1000, 0..40)) {
            let log = || Events::with_columns(["device"]).keep_all();
            let (mut whole, mut without) = (log(), log());
            for &seed in &seeds {
                push(&mut whole, seed);
                if seed % 4 != 1 {
                    push(&mut without, seed);
                }
            }
            let erased = whole.erase("bob");
            prop_assert_eq!(erased, seeds.iter().filter(|seed| **seed % 4 == 1).count());
            prop_assert_eq!(format!("{whole:?}"), format!("{without:?}"));
            prop_assert_eq!(whole.erase("nobody"), 0);
        }
    }
}
