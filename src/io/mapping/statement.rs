//! What one row of a file states, read and checked.

use crate::error::{Error, Result};
use crate::event::person::plain_number;
use crate::event::{Events, Interaction, Kind, Placeholders};
use crate::io::mapping::layout::{Layout, Rule, SessionBy};
use crate::io::mapping::rows::{Mark, RowOrigin};
use crate::io::mapping::slot::{Amount, Slot};
use crate::io::record::Value;
use crate::util::blanks::trimmed;
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The longest key of a person in bytes: what is longer is damage, not a name.
const LONGEST_KEY: usize = 4096;

/// What a row states. Amounts are in the log's currency.
#[derive(Clone)]
pub(super) struct Statement<'v> {
    pub(super) kind: Kind,
    /// None where it is missing, and until it is read.
    pub(super) person: Option<u64>,
    pub(super) time: u32,
    pub(super) nanoseconds: u32,
    pub(super) value: f64,
    pub(super) cost: f64,
    /// Value and cost before conversion, where there is a currency.
    pub(super) amounts: Option<[f64; 2]>,
    pub(super) goal: Cow<'v, str>,
    pub(super) order: Cow<'v, str>,
    pub(super) interaction: Option<Interaction>,
    pub(super) place: Cow<'v, str>,
}

/// Reads rows by a mapping.
pub(super) struct Reader<'a> {
    layout: &'a Layout,
    placeholders: Placeholders,
}

impl<'a> Reader<'a> {
    pub(super) fn new(layout: &'a Layout, placeholders: Placeholders) -> Self {
        Self {
            layout,
            placeholders,
        }
    }

    /// All but the person.
    ///
    /// # Errors
    /// If a value of the row cannot be used, with its column and what was expected.
    pub(super) fn read<'v>(
        &self,
        line: u64,
        row: &'v [Value<'v>],
        rule: &'v Rule,
        kind: Kind,
    ) -> Result<Statement<'v>>
    where
        'a: 'v,
    {
        let layout = self.layout;
        let moment = layout.time.read(line, row)?;
        let value = match kind {
            Kind::Touch => 0.0,
            _ => value_of(
                rule.value.as_ref().unwrap_or(&layout.value),
                line,
                row,
                kind,
            )?,
        };
        let cost = layout.cost.read(line, row, Kind::Touch)?.unwrap_or(0.0);
        let is_money = kind != Kind::Survey; // an answer has no currency
        let amounts = [if is_money { value } else { 0.0 }, cost];
        let factor = self.factor(line, row, moment.second, amounts)?;
        let (goal, order) = (layout.goal.text(row), layout.order.text(row));
        Ok(Statement {
            kind,
            person: None,
            time: moment.second,
            nanoseconds: moment.nanosecond,
            value: if is_money {
                value * factor.unwrap_or(1.0)
            } else {
                value
            },
            cost: cost * factor.unwrap_or(1.0),
            amounts: factor.map(|_| amounts),
            goal: match &rule.goal {
                Some(of_rule) if goal.trim().is_empty() => of_rule.as_str().into(),
                _ => goal,
            },
            order: if self.placeholders.contains(&order) {
                Cow::Borrowed("")
            } else {
                order
            },
            interaction: interaction(&layout.interaction, line, row)?.or(rule.interaction),
            place: layout.place.text(row),
        })
    }

    /// By what amounts of the row are multiplied, so that they are in one currency; none where
    /// there is no amount or no currency.
    fn factor(
        &self,
        line: u64,
        row: &[Value<'_>],
        time: u32,
        [value, cost]: [f64; 2],
    ) -> Result<Option<f64>> {
        let slot = &self.layout.currency;
        if !slot.is_set() || (value == 0.0 && cost == 0.0) {
            return Ok(None);
        }
        let day = self.layout.time.day(time)?;
        let conversion = &self.layout.conversion;
        let factor = conversion.factor(&slot.text(row), day, line, &slot.name);
        factor.map(Some)
    }

    /// The conversion at another time that a touch states beside itself. Of each order one counts.
    pub(super) fn conversion<'v>(
        &self,
        line: u64,
        row: &'v [Value<'v>],
        rule: usize,
        stated: &Statement<'v>,
    ) -> Result<Option<(Statement<'v>, Mark)>>
    where
        'a: 'v,
    {
        let Some((time, goal)) = &self.layout.rules.get(rule).converts else {
            return Ok(None);
        };
        let Some(moment) = time.read_if_any(line, row)? else {
            return Ok(None);
        };
        let goal = goal.as_deref().filter(|_| stated.goal.trim().is_empty());
        let mark = Mark {
            same: match self.hash(0, &self.layout.same, row) {
                0 => 0,
                same => same ^ 4, // repeats another of its kind, not the row's other events
            },
            once: self.hash(u64::MAX, std::slice::from_ref(&self.layout.order), row),
            from: RowOrigin::of_rule(rule),
        };
        let value = value_of(&self.layout.value, line, row, Kind::Conversion)?;
        let factor = self.factor(line, row, moment.second, [value, 0.0])?;
        let conversion = Statement {
            kind: Kind::Conversion,
            time: moment.second,
            value: value * factor.unwrap_or(1.0),
            cost: 0.0,
            amounts: factor.map(|_| [value, 0.0]),
            goal: goal.map_or_else(|| stated.goal.clone(), Cow::Borrowed),
            ..stated.clone()
        };
        Ok(Some((conversion, mark)))
    }

    /// The person's code; none where the person is missing.
    ///
    /// # Errors
    /// If the key is too long to be one.
    pub(super) fn person(
        &self,
        line: u64,
        row: &[Value<'_>],
        events: &mut Events,
    ) -> Result<Option<u64>> {
        let slot = &self.layout.person;
        let stated = self.person_text(row);
        let key = events.cleaned_mut().trimmed_text(&stated);
        if events.is_missing(key.as_bytes()) {
            return Ok(None);
        }
        if key.len() > LONGEST_KEY {
            let length = format!("{} bytes", key.len());
            let expected = format!("at most {LONGEST_KEY} bytes");
            return Err(Error::field(line, &*slot.name, length, expected));
        }
        match plain_number(key.as_bytes()) {
            Some(number) => Ok(Some(number)),
            None => events.people_mut().text(key).map(Some),
        }
    }

    fn person_text<'v>(&'v self, row: &[Value<'v>]) -> Cow<'v, str> {
        let is_placeholder = |text: &str| self.placeholders.contains(text);
        self.layout.person.text_unless(row, is_placeholder)
    }

    /// What decides whether the events of a row stay, but for their session.
    pub(super) fn mark(&self, rule: usize, row: &[Value<'_>]) -> Mark {
        Mark {
            same: self.hash(0, &self.layout.same, row),
            once: self.hash(rule as u64 + 1, &self.layout.rules.get(rule).once, row),
            from: RowOrigin::of_rule(rule),
        }
    }

    /// What the row's session is named by.
    pub(super) fn session(&self, rule: &Rule, row: &[Value<'_>]) -> u64 {
        match rule.session.as_ref().map(|session| &session.by) {
            Some(SessionBy::Key(slot)) => self.hash(0, std::slice::from_ref(slot), row),
            _ => 0,
        }
    }

    /// A number that rows share which are equal in these columns; 0 where one is missing.
    fn hash(&self, seed: u64, slots: &[Slot], row: &[Value<'_>]) -> u64 {
        if slots.is_empty() {
            return 0;
        }
        let is_placeholder = |text: &str| self.placeholders.contains(text);
        let mut hash = seed;
        for slot in slots {
            let next = slot.with_text_unless(row, is_placeholder, |text| {
                let text = trimmed(text);
                let is_stated = !text.is_empty() && !is_placeholder(text);
                is_stated.then(|| xxh3_64_with_seed(text.as_bytes(), hash))
            });
            let Some(next) = next else { return 0 };
            hash = next;
        }
        hash | 1
    }
}

/// The value of a row of that kind; a survey without an answer has none.
fn value_of(amount: &Amount, line: u64, row: &[Value<'_>], kind: Kind) -> Result<f64> {
    let missing = if kind == Kind::Survey { f64::NAN } else { 0.0 };
    Ok(amount.read(line, row, kind)?.unwrap_or(missing))
}

fn interaction(slot: &Slot, line: u64, row: &[Value<'_>]) -> Result<Option<Interaction>> {
    let text = slot.text(row);
    match text.trim() {
        "" => Ok(None),
        "click" => Ok(Some(Interaction::Click)),
        "view" => Ok(Some(Interaction::View)),
        other => Err(Error::field(
            line,
            &*slot.name,
            other,
            "click, view, or nothing",
        )),
    }
}
