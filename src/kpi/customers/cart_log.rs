//! A person's carts, row by row.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::details::NO_TEXT;
use crate::event::{Events, Kind};
use crate::kpi::members::Personal;
use crate::kpi::timelines::PersonTimeline;
use crate::time::TimeRange;

/// One cart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cart {
    person: u32,
    id: u32,
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Its last row in the log.
    pub(crate) row: usize,
    pub(crate) value: f64,
    pub(crate) bought: bool,
}

impl Personal for Cart {
    fn person(&self) -> u32 {
        self.person
    }
}

/// A person's carts that were first filled in the window, as far as its end tells.
pub(crate) fn read_carts(
    person: u32,
    timeline: &PersonTimeline<'_>,
    patience: u32,
    window: TimeRange,
    goal: Option<&str>,
) -> Vec<Cart> {
    let log = timeline.log();
    let mut carts = PersonCarts {
        person,
        patience,
        carts: Vec::new(),
        by_id: BTreeMap::new(),
        waiting: BTreeSet::new(),
    };
    for (row, time) in timeline
        .timed_rows()
        .take_while(|&(_, time)| i64::from(time) < window.to())
    {
        match log.row(row).kind() {
            Kind::Cart => carts.fill(row, time, stated(log, row)),
            Kind::Conversion if has_goal(log, row, goal) => carts.buy(time, stated(log, row).0),
            _ => {}
        }
    }
    let mut carts = carts.carts;
    carts.retain(|cart| window.contains(i64::from(cart.first)));
    carts
}

/// One person's carts, row by row.
struct PersonCarts {
    person: u32,
    patience: u32,
    carts: Vec<Cart>,
    by_id: BTreeMap<u32, usize>,
    /// When each cart not bought was last filled, with its number.
    waiting: BTreeSet<(u32, usize)>,
}

impl PersonCarts {
    /// A row of a cart: the last row states what is in it.
    fn fill(&mut self, row: usize, time: u32, (id, value): (u32, f64)) {
        let known = if id == NO_TEXT {
            let last = self.carts.len().checked_sub(1);
            last.filter(|&at| self.carts[at].goes_on(time, self.patience))
        } else {
            self.by_id.get(&id).copied()
        };
        let at = known.unwrap_or(self.carts.len());
        if at == self.carts.len() {
            self.by_id.insert(id, at);
            self.carts.push(Cart {
                person: self.person,
                id,
                first: time,
                last: time,
                row,
                value,
                bought: false,
            });
        }
        let cart = &mut self.carts[at];
        if !cart.bought {
            self.waiting.remove(&(cart.last, at));
            self.waiting.insert((time, at));
        }
        (cart.last, cart.row, cart.value) = (time, row, value);
    }

    /// A purchase: of the cart of its own order, or else of the one filled last.
    fn buy(&mut self, time: u32, order: u32) {
        let own = self.by_id.get(&order).copied();
        let latest = || {
            let &(last, at) = self.waiting.last()?;
            (time - last <= self.patience).then_some(at)
        };
        if let Some(at) = own.filter(|_| order != NO_TEXT).or_else(latest) {
            self.waiting.remove(&(self.carts[at].last, at));
            self.carts[at].bought = true;
        }
    }
}

impl Cart {
    /// Whether a row without an id belongs to it.
    fn goes_on(&self, time: u32, patience: u32) -> bool {
        self.id == NO_TEXT && !self.bought && time - self.last <= patience
    }
}

/// Whether a conversion counts: of that goal, if one is asked for.
fn has_goal(log: &Events, row: usize, goal: Option<&str>) -> bool {
    goal.is_none_or(|goal| log.get(row).is_some_and(|sale| sale.goal() == Some(goal)))
}

/// The order or cart id and the value of a row.
fn stated(log: &Events, row: usize) -> (u32, f64) {
    log.row(row)
        .details()
        .map_or((NO_TEXT, 0.0), |stated| (stated.order, stated.value))
}
