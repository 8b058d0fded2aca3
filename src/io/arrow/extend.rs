//! The rows of a record batch, added to a log.

use crate::channel::ChannelId;
use crate::error::Result;
use crate::event::details::{NO_TEXT, RowDetails};
use crate::event::{Events, Identifier, Interaction, Kind, unknown_person};
use crate::io::arrow::persons::{Persons, Stated};
use crate::io::arrow::simple::simplified;
use crate::io::arrow::source::{Source, places, unstated};
use crate::io::columns::EventColumns;
use crate::io::places::Field;
use crate::util::interner::Interner;
use arrow_array::RecordBatch;
use std::borrow::Cow;

/// Adds the rows of a batch that has `before` rows ahead of it in the file. On error the log is
/// left unspecified; discard it.
pub(in crate::io) fn extend(
    events: &mut Events,
    batch: &RecordBatch,
    columns: &EventColumns,
    before: u64,
) -> Result<()> {
    let places = places(batch, columns)?;
    let batch = simplified(batch, &places)?;
    let source = Source::new(&batch, columns, places, before);
    let mut read = Columns::read(&source, events)?;
    read.count_ignored(events);
    match source.columns.identifiers() {
        Some(hasher) => read.identify(&source.identifiers(hasher)?, events),
        None => {
            let persons = source.persons(events)?;
            read.settle_persons(persons, events);
        }
    }
    source.count_blanks(&read.kinds, events);
    let rows = Kept::new(&read.keeps);
    read.push_details(&rows, events);
    read.push_columns(&rows, events);
    if source.columns.folds_channels() {
        events.fold_channels()?;
    }
    Ok(())
}

/// The columns of a batch, checked, their texts numbered by the log.
struct Columns<'a> {
    kinds: Vec<Kind>,
    /// Whether the log stores each row.
    keeps: Vec<bool>,
    times: Vec<u32>,
    /// Empty where all times are whole seconds.
    fractions: Vec<u32>,
    persons: Vec<u64>,
    channels: Vec<ChannelId>,
    /// This column and the next four are empty where the batch has none.
    interactions: Vec<Option<Interaction>>,
    values: Cow<'a, [f64]>,
    costs: Cow<'a, [f64]>,
    goals: Vec<u32>,
    orders: Vec<u32>,
    texts: Vec<Vec<u32>>,
}

impl<'a> Columns<'a> {
    fn read(source: &Source<'a>, events: &mut Events) -> Result<Self> {
        let kinds = source.kinds()?;
        let keeps: Vec<bool> = kinds.iter().map(|&kind| events.keeps(kind)).collect();
        // Fields are read in this order, which decides the error of a batch with several.
        Ok(Self {
            times: source.times(&keeps)?,
            fractions: source.fractions()?,
            persons: Vec::new(),
            channels: source.channels(&kinds, events)?,
            interactions: source.interactions(&keeps)?,
            values: source.amounts(Field::Value, &kinds, &keeps)?,
            costs: source.amounts(Field::Cost, &kinds, &keeps)?,
            goals: source.goals(&kinds, events)?,
            orders: source.texts_of(Field::OrderId, events.orders_mut())?,
            texts: source.named_texts(events)?,
            kinds,
            keeps,
        })
    }

    fn count_ignored(&self, events: &mut Events) {
        let each = self.kinds.iter().zip(&self.keeps);
        each.filter(|(_, keeps)| !**keeps)
            .for_each(|(&kind, _)| events.ignore(kind));
    }

    /// Takes over the persons; rows whose person is missing stand for an unknown one, or are left
    /// out.
    fn settle_persons(&mut self, persons: Persons, events: &mut Events) {
        let stated = match persons {
            Persons::Known(codes) => {
                self.persons = codes;
                return;
            }
            Persons::Mixed(stated) => stated,
        };
        self.persons = vec![0; stated.len()];
        for (row, person) in stated.into_iter().enumerate() {
            if !self.keeps[row] {
                continue;
            }
            self.persons[row] = match person {
                Stated::Known(code) => code,
                Stated::Missing => self.settle_missing(row, events).unwrap_or(0),
                Stated::Placeholder => {
                    events.cleaned_mut().placeholders += 1;
                    self.settle_missing(row, events).unwrap_or(0)
                }
            };
        }
    }

    /// Takes over the identifiers of the kept rows; their persons, 0 here, are resolved later.
    fn identify(&mut self, columns: &[Vec<Stated<Identifier>>], events: &mut Events) {
        self.persons = vec![0; self.keeps.len()];
        for row in 0..self.keeps.len() {
            if !self.keeps[row] {
                continue;
            }
            let mut found = false;
            for column in columns {
                match column[row] {
                    Stated::Known(identifier) => {
                        events.identifiers_mut().add(identifier);
                        found = true;
                    }
                    Stated::Placeholder => events.cleaned_mut().placeholders += 1,
                    Stated::Missing => {}
                }
            }
            if !found {
                let Some(person) = self.settle_missing(row, events) else {
                    continue;
                };
                events.identifiers_mut().add(Identifier::unknown(person));
            }
            events.identifiers_mut().end_row();
        }
    }

    /// The unknown person of a conversion whose person is missing; other rows are left out.
    fn settle_missing(&mut self, row: usize, events: &mut Events) -> Option<u64> {
        let place = events.channel_names().name(self.channels[row]);
        let place = place.unwrap_or("").to_owned();
        let amount = |amounts: &[f64]| amounts.get(row).copied().unwrap_or(0.0);
        let (time, kind) = (self.times[row], self.kinds[row]);
        if kind != Kind::Conversion {
            events.leave_out(kind, time, &place, amount(&self.costs));
            self.keeps[row] = false;
            return None;
        }
        events.count_unknown(kind, time);
        let text = |table: &Interner, codes: &[u32]| match codes.get(row) {
            Some(&code) if code != NO_TEXT => table.get(code).to_owned(),
            _ => String::new(),
        };
        let goal = text(events.goals(), &self.goals);
        let order = text(events.orders(), &self.orders);
        let value = amount(&self.values);
        Some(unknown_person(time, value, [&place, &goal, &order]))
    }

    /// Adds what the kept rows other than touches state.
    fn push_details(&self, rows: &Kept, events: &mut Events) {
        let code = |codes: &[u32], row: usize| codes.get(row).copied().unwrap_or(NO_TEXT);
        let mut at = events.len();
        rows.each(|row| {
            if self.kinds[row] != Kind::Touch {
                let details = RowDetails {
                    row: at,
                    value: self
                        .values
                        .get(row)
                        .copied()
                        .unwrap_or(unstated(self.kinds[row])),
                    goal: code(&self.goals, row),
                    order: code(&self.orders, row),
                };
                events.push_details(self.kinds[row], details);
            }
            at += 1;
        });
    }

    fn push_columns(&self, rows: &Kept, events: &mut Events) {
        let first = events.len();
        let to = events.columns_mut();
        rows.extend(to.kinds, &self.kinds_with_interactions());
        rows.extend(to.persons, &self.persons);
        rows.extend(to.times, &self.times);
        rows.extend(to.channels, &self.channels);
        if self.costs.iter().any(|&cost| cost != 0.0) {
            to.costs.resize(first, 0.0);
            rows.extend(to.costs, &self.costs);
        } else if !to.costs.is_empty() {
            to.costs.resize(to.persons.len(), 0.0);
        }
        if !self.fractions.is_empty() {
            to.fractions.resize(first, 0);
            rows.extend(to.fractions, &self.fractions);
        }
        for (column, codes) in to.texts.iter_mut().zip(&self.texts) {
            rows.extend(&mut column.codes, codes);
        }
    }

    fn kinds_with_interactions(&self) -> Vec<(Kind, Option<Interaction>)> {
        let kinds = self.kinds.iter().copied();
        if self.interactions.is_empty() {
            kinds.map(|kind| (kind, None)).collect()
        } else {
            kinds.zip(self.interactions.iter().copied()).collect()
        }
    }
}

/// The rows of a batch that are kept.
enum Kept {
    All(usize),
    Some(Vec<usize>),
}

impl Kept {
    fn new(keeps: &[bool]) -> Self {
        // branch-free: a whole column is checked at once
        match keeps.iter().fold(true, |all, keeps| all & keeps) {
            true => Self::All(keeps.len()),
            false => Self::Some((0..keeps.len()).filter(|&row| keeps[row]).collect()),
        }
    }

    /// Calls `take` with every kept row, in order.
    fn each(&self, take: impl FnMut(usize)) {
        match self {
            Self::All(len) => (0..*len).for_each(take),
            Self::Some(rows) => rows.iter().copied().for_each(take),
        }
    }

    /// Adds a column's kept rows.
    fn extend<T: Copy>(&self, to: &mut Vec<T>, column: &[T]) {
        match self {
            Self::All(_) => to.extend_from_slice(column),
            Self::Some(rows) => to.extend(rows.iter().map(|&row| column[row])),
        }
    }
}
