//! Groups whose members are things of persons - carts, answers, cases - and which of these groups
//! may be shown.

use crate::privacy::{Group, MinimumGroup, OTHER, Protected, SmallGroups};
use crate::stats::{ConfidenceLevel, Proportion, RatioSums};

/// Something of a person. Things stand in the order of their persons' numbers.
pub(crate) trait Personal {
    fn person(&self) -> u32;
}

/// The things of one group, and of how many persons they are.
pub(crate) struct Members<'a, T> {
    pub(crate) items: Vec<&'a T>,
    pub(crate) persons: u64,
}

impl<T> Clone for Members<'_, T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            persons: self.persons,
        }
    }
}

impl<'a, T: Personal> Members<'a, T> {
    pub(crate) fn new(items: Vec<&'a T>) -> Self {
        let persons = distinct(items.iter().map(|item| item.person()).collect());
        Self { items, persons }
    }
}

impl<T: Personal> Group for Members<'_, T> {
    fn persons(&self) -> u64 {
        self.persons
    }

    fn merge(&mut self, other: Self) {
        let mut items = std::mem::take(&mut self.items);
        items.extend(other.items);
        items.sort_by_key(|item| item.person());
        *self = Self::new(items);
    }
}

impl Group for Proportion {
    fn persons(&self) -> u64 {
        self.population
    }

    fn merge(&mut self, other: Self) {
        *self = self.merged(&other);
    }
}

/// The groups that may be shown.
///
/// A person may be in several groups, so that merged groups have fewer persons than they add up
/// to. The loop raises the minimum until the merged group is large enough, too.
pub(crate) fn protected<'a, T: Personal>(
    groups: Vec<(String, Members<'a, T>)>,
    minimum: &MinimumGroup,
    small: SmallGroups,
) -> Vec<(String, Members<'a, T>)> {
    let mut floor = minimum.with_small(SmallGroups::Merge);
    loop {
        let Protected {
            groups: mut shown,
            withheld,
        } = floor.apply(groups.clone());
        if shown
            .iter()
            .all(|(_, members)| minimum.allows(members.persons))
        {
            if small == SmallGroups::Suppress && withheld.is_some() {
                shown.pop_if(|(name, _)| name == OTHER);
            }
            return shown;
        }
        let next = floor.persons().saturating_add(1 + floor.persons() / 8);
        floor = MinimumGroup::new(next).expect("the next minimum is > 0");
    }
}

/// The sums by person of numbers that things count, in the order of their persons: the things' sum
/// over their number.
pub(crate) fn sums_by_person<T: Personal>(items: &[&T], number: impl Fn(&T) -> f64) -> RatioSums {
    let mut sums = RatioSums::default();
    for own in items.chunk_by(|left, right| left.person() == right.person()) {
        let sum = own.iter().map(|item| number(item)).sum();
        sums.add_person(sum, own.len() as f64);
    }
    sums
}

/// The share of things that count, with an interval by person; `is` says whether a thing counts, and
/// nothing of one that is not asked.
pub(crate) fn share_by_person<T: Personal>(
    items: &[&T],
    is: impl Fn(&T) -> Option<bool>,
    level: ConfidenceLevel,
) -> Proportion {
    let mut sums = RatioSums::default();
    for own in items.chunk_by(|left, right| left.person() == right.person()) {
        let asked = own.iter().filter_map(|item| is(item));
        let (counted, all) = asked.fold((0, 0), |(counted, all), is| {
            (counted + u64::from(is), all + 1)
        });
        sums.add_counts(counted, all);
    }
    Proportion::clustered(&sums, level)
}

/// How many different persons some events are of, at least: (sum of n)^2 / (sum of n a) by
/// Cauchy-Schwarz, where a person has n of these events and a >= n events in all. Exact where each
/// person has one event.
pub(crate) fn least_persons(events: f64, products: f64) -> u64 {
    if events <= 0.0 || products <= 0.0 {
        return 0;
    }
    (events * events / products - 1e-6).ceil() as u64
}

/// How many different persons.
pub(crate) fn distinct(mut persons: Vec<u32>) -> u64 {
    persons.sort_unstable();
    persons.dedup();
    persons.len() as u64
}
