//! What each person of a test did, before the assignment and after.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::event::{Event, Events, Kind, PersonKey};
use crate::experiment::persons::assignments::Assignments;

/// What to count.
pub(super) struct Rules<'a> {
    /// Control and treatment.
    pub(super) arms: [&'a str; 2],
    pub(super) goal: Option<&'a str>,
    /// Seconds to follow each person, or to the log's end.
    pub(super) follow: Option<i64>,
    /// Seconds that count as a person's past.
    pub(super) before: i64,
}

/// A person's outcomes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    pub(super) conversions: f64,
    pub(super) value: f64,
}

/// A person of a test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Participant {
    /// 0 the control, 1 the treatment.
    arm: usize,
    in_both: bool,
    assigned: i64,
    pub(super) before: Outcome,
    pub(super) after: Outcome,
}

/// The persons of a test, by arm.
pub(super) struct Followed {
    /// Control and treatment, each by person key.
    pub(super) arms: [Vec<Participant>; 2],
    /// Persons found in both arms.
    pub(super) in_both: u64,
    /// Persons who were not followed to the end.
    pub(super) cut_off: u64,
    /// Seconds of the first and the last first assignment, and the last that outcomes are counted in.
    pub(super) span: [i64; 3],
}

impl Followed {
    pub(super) fn new<'a>(
        assignments: &'a Assignments,
        log: &'a Events,
        rules: &Rules<'_>,
    ) -> Result<Self> {
        let mut persons = assigned(assignments, rules);
        let end = log
            .iter()
            .map(|event| event.time())
            .max()
            .unwrap_or(i64::MIN);
        count_outcomes(&mut persons, log, rules);
        // Sums run over persons by key, so that they do not depend on the order of rows.
        let mut persons: Vec<(PersonKey<'_>, Participant)> = persons.into_iter().collect();
        persons.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut followed = Self {
            arms: [vec![], vec![]],
            in_both: 0,
            cut_off: 0,
            span: [i64::MAX, i64::MIN, i64::MIN],
        };
        for (_, person) in persons {
            let over = rules
                .follow
                .is_none_or(|follow| person.assigned.saturating_add(follow) <= end);
            if person.in_both {
                followed.in_both += 1;
            } else if !over || person.assigned > end {
                followed.cut_off += 1;
            } else {
                followed.add(person, rules.follow, end);
            }
        }
        for (persons, arm) in followed.arms.iter().zip(rules.arms) {
            if persons.len() < 2 {
                return Err(Error::setting(
                    format!("persons followed in arm {arm:?}"),
                    persons.len(),
                    "at least 2",
                ));
            }
        }
        Ok(followed)
    }

    fn add(&mut self, person: Participant, follow: Option<i64>, end: i64) {
        let [first, last, counted_to] = &mut self.span;
        *first = person.assigned.min(*first);
        *last = person.assigned.max(*last);
        // a follow-up ends before its last second, the log with its last row
        let to = follow.map_or(end, |follow| person.assigned + (follow - 1).max(0));
        *counted_to = to.max(*counted_to);
        self.arms[person.arm].push(person);
    }

    pub(super) fn persons_by_arm(&self) -> [u64; 2] {
        [0, 1].map(|arm| self.arms[arm].len() as u64)
    }
}

/// The persons assigned to one of the arms, with the time of their first row.
fn assigned<'a>(
    assignments: &'a Assignments,
    rules: &Rules<'_>,
) -> HashMap<PersonKey<'a>, Participant> {
    let mut persons: HashMap<PersonKey<'_>, Participant> = HashMap::new();
    for (key, time, name) in assignments.rows() {
        let Some(arm) = rules.arms.iter().position(|arm| *arm == name) else {
            continue;
        };
        let person = persons.entry(key).or_insert(Participant {
            arm,
            in_both: false,
            assigned: time,
            before: Outcome::default(),
            after: Outcome::default(),
        });
        person.in_both |= person.arm != arm;
        person.assigned = person.assigned.min(time);
    }
    persons
}

/// An order of a person, by its goal.
type Order<'a> = (PersonKey<'a>, &'a str, Option<&'a str>);

fn count_outcomes<'a>(
    persons: &mut HashMap<PersonKey<'a>, Participant>,
    log: &'a Events,
    rules: &Rules<'_>,
) {
    let counts = |event: &Event<'_>| {
        event.kind() == Kind::Conversion && rules.goal.is_none_or(|goal| event.goal() == Some(goal))
    };
    let orders = first_times(log.iter().filter(counts), persons);
    let mut counted: HashSet<Order<'_>> = HashSet::new();
    for event in log.iter().filter(counts) {
        let Some(person) = persons.get_mut(&event.person()) else {
            continue;
        };
        let order = order(&event);
        if order.is_some_and(|order| orders[&order] != event.time()) {
            continue;
        }
        let since = event.time() - person.assigned;
        let outcome = if since < 0 {
            (since >= -rules.before).then_some(&mut person.before)
        } else {
            rules
                .follow
                .is_none_or(|follow| since < follow)
                .then_some(&mut person.after)
        };
        if let Some(outcome) = outcome {
            let is_new = order.is_none_or(|order| counted.insert(order));
            outcome.conversions += f64::from(u8::from(is_new));
            outcome.value += event.value();
        }
    }
}

fn order<'a>(event: &Event<'a>) -> Option<Order<'a>> {
    let id = event.order_id()?;
    Some((event.person(), id, event.goal()))
}

/// When each order of the persons was first seen. Its lines are of that second; what comes later
/// repeats it, as in journeys.
fn first_times<'a>(
    conversions: impl Iterator<Item = Event<'a>>,
    persons: &HashMap<PersonKey<'a>, Participant>,
) -> HashMap<Order<'a>, i64> {
    let mut first = HashMap::new();
    for event in conversions.filter(|event| persons.contains_key(&event.person())) {
        if let Some(order) = order(&event) {
            let time = first.entry(order).or_insert(event.time());
            *time = event.time().min(*time);
        }
    }
    first
}
