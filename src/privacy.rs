//! What a report may show: no figures of groups so small that they speak of single persons.
//!
//! A report by region, device or kind of journey can give persons away: a segment of one is that
//! person's shopping. With a [`MinimumGroup`] every group shown has at least so many persons.
//! Smaller ones are merged into `(other)`, or left out; where they are too few together, the
//! smallest of the others joins them, or the reader could subtract what is shown from the total and
//! have the small group's figures after all. Totals stay as they are.
//!
//! ```
//! use mixtouch::privacy::{Group, MinimumGroup};
//!
//! #[derive(Debug, PartialEq)]
//! struct Buyers(u64);
//! impl Group for Buyers {
//!     fn persons(&self) -> u64 {
//!         self.0
//!     }
//!     fn merge(&mut self, other: Self) {
//!         self.0 += other.0;
//!     }
//! }
//!
//! let regions = [("north", 120), ("south", 3), ("east", 90), ("west", 14)];
//! let protected = MinimumGroup::new(10)?.apply(regions.map(|(name, persons)| (name.to_owned(), Buyers(persons))));
//! // "south" is too small; alone it could be found by subtraction, so "west" joins it
//! let shown: Vec<(&str, u64)> = protected.groups.iter().map(|(name, buyers)| (name.as_str(), buyers.0)).collect();
//! assert_eq!(shown, [("north", 120), ("east", 90), ("(other)", 17)]);
//! # Ok::<(), mixtouch::Error>(())
//! ```

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The name of small groups taken together.
pub const OTHER: &str = "(other)";

/// The figures of one group of persons in a report.
pub trait Group {
    /// How many distinct persons the figures are about.
    fn persons(&self) -> u64;

    /// Takes in another group's figures.
    fn merge(&mut self, other: Self);

    /// Whether the figures are about nobody; such groups give nobody away and are shown.
    fn is_empty(&self) -> bool {
        self.persons() == 0
    }
}

/// What becomes of small groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmallGroups {
    /// They are shown as one group, [`OTHER`].
    #[default]
    Merge,
    /// They are not shown.
    Suppress,
}

/// The fewest persons a group of a report may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct MinimumGroup {
    persons: u64,
    small: SmallGroups,
}

#[derive(Deserialize)]
struct Fields {
    persons: u64,
    #[serde(default)]
    small: SmallGroups,
}

impl TryFrom<Fields> for MinimumGroup {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Ok(Self::new(fields.persons)?.with_small(fields.small))
    }
}

impl Default for MinimumGroup {
    /// Groups of any size are shown.
    fn default() -> Self {
        Self {
            persons: 1,
            small: SmallGroups::Merge,
        }
    }
}

impl MinimumGroup {
    /// Groups of fewer persons are merged.
    ///
    /// # Errors
    /// A minimum of 0.
    pub fn new(persons: u64) -> Result<Self> {
        if persons == 0 {
            return Err(Error::setting(
                "the minimum group size",
                persons,
                "1 person or more",
            ));
        }
        Ok(Self {
            persons,
            small: SmallGroups::Merge,
        })
    }

    /// What becomes of small groups: merged by default.
    #[must_use]
    pub fn with_small(self, small: SmallGroups) -> Self {
        Self { small, ..self }
    }

    /// The fewest persons of a group that is shown.
    pub fn persons(&self) -> u64 {
        self.persons
    }

    /// What becomes of small groups.
    pub fn small(&self) -> SmallGroups {
        self.small
    }

    /// Whether figures about so many persons may be shown: those of a whole report too, whose total
    /// [`MinimumGroup::apply`] leaves to the caller.
    pub fn allows(&self, persons: u64) -> bool {
        persons == 0 || persons >= self.persons
    }

    /// The groups that may be shown, in the order given, small ones merged behind them or left out.
    ///
    /// Groups below the minimum are taken together with the smallest of the others (equal ones by
    /// name) until together they reach it. Where all groups together do not, none is shown.
    pub fn apply<G: Group>(&self, groups: impl IntoIterator<Item = (String, G)>) -> Protected<G> {
        let (mut small, mut shown) = (Vec::new(), Vec::new());
        for (at, (name, group)) in groups.into_iter().enumerate() {
            let is_small = !group.is_empty() && group.persons() < self.persons;
            if is_small { &mut small } else { &mut shown }.push((at, name, group));
        }
        if small.is_empty() {
            return Protected {
                groups: named(shown),
                withheld: None,
            };
        }
        let persons = |groups: &[(usize, String, G)]| {
            groups
                .iter()
                .map(|(_, _, group)| group.persons())
                .sum::<u64>()
        };
        while persons(&small) < self.persons {
            match smallest(&shown) {
                Some(at) => small.push(shown.remove(at)),
                None => break,
            }
        }
        small.sort_by_key(|(at, _, _)| *at);
        let withheld = Some(Withheld {
            groups: small.len(),
            persons: persons(&small),
            small: self.small,
        });
        let enough = persons(&small) >= self.persons;
        // those of nobody would name the one group that everybody is in
        let mut groups = if enough { named(shown) } else { Vec::new() };
        let merged = named(small)
            .into_iter()
            .map(|(_, group)| group)
            .reduce(|mut sum, group| {
                sum.merge(group);
                sum
            });
        if let Some(merged) = merged.filter(|_| enough && self.small == SmallGroups::Merge) {
            groups.push((OTHER.to_owned(), merged));
        }
        Protected { groups, withheld }
    }
}

fn named<G>(groups: Vec<(usize, String, G)>) -> Vec<(String, G)> {
    groups
        .into_iter()
        .map(|(_, name, group)| (name, group))
        .collect()
}

/// Where the smallest group that is about somebody stands.
fn smallest<G: Group>(groups: &[(usize, String, G)]) -> Option<usize> {
    let somebody = groups
        .iter()
        .enumerate()
        .filter(|(_, (_, _, group))| !group.is_empty());
    let least = somebody.min_by(|(_, left), (_, right)| {
        (left.2.persons(), &left.1).cmp(&(right.2.persons(), &right.1))
    });
    least.map(|(at, _)| at)
}

/// The groups of a report that may be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Protected<G> {
    /// Name and figures.
    pub groups: Vec<(String, G)>,
    /// What was merged or left out, if anything was.
    pub withheld: Option<Withheld>,
}

/// What a report does not show group by group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Withheld {
    /// How many groups.
    pub groups: usize,
    /// How many persons they have, added up.
    pub persons: u64,
    /// Whether they were merged or left out.
    pub small: SmallGroups,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Cell {
        persons: u64,
        value: u64,
    }

    impl Group for Cell {
        fn persons(&self) -> u64 {
            self.persons
        }

        fn merge(&mut self, other: Self) {
            self.persons += other.persons;
            self.value += other.value;
        }
    }

    fn cells(sizes: &[u64]) -> Vec<(String, Cell)> {
        sizes
            .iter()
            .enumerate()
            .map(|(at, &persons)| {
                (
                    format!("g{at}"),
                    Cell {
                        persons,
                        value: persons * 7,
                    },
                )
            })
            .collect()
    }

    #[test]
    fn what_is_small_cannot_be_found_by_subtraction() {
        let protected = MinimumGroup::new(5)
            .unwrap()
            .with_small(SmallGroups::Suppress)
            .apply(cells(&[50, 1, 9, 0]));
        let names: Vec<&str> = protected
            .groups
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            names,
            ["g0", "g3"],
            "the next smallest is left out with the small one, the empty one stays"
        );
        assert_eq!(
            protected.withheld,
            Some(Withheld {
                groups: 2,
                persons: 10,
                small: SmallGroups::Suppress
            })
        );
    }

    #[test]
    fn too_few_in_all_are_not_shown() {
        let protected = MinimumGroup::new(100).unwrap().apply(cells(&[3, 4]));
        assert!(protected.groups.is_empty());
        assert_eq!(protected.withheld.map(|withheld| withheld.persons), Some(7));
        assert!(!MinimumGroup::new(100).unwrap().allows(7));
    }

    #[test]
    fn settings_are_checked() {
        assert_eq!(
            MinimumGroup::new(0).unwrap_err().to_string(),
            "the minimum group size is 0, expected: 1 person or more"
        );
        assert!(serde_json::from_str::<MinimumGroup>(r#"{"persons": 0}"#).is_err());
        let minimum = MinimumGroup::new(8).unwrap();
        assert_eq!(
            serde_json::from_str::<MinimumGroup>(&serde_json::to_string(&minimum).unwrap())
                .unwrap(),
            minimum
        );
    }

    proptest! {
        #[test]
        fn no_group_is_small_and_totals_stay(sizes in prop::collection::vec(0u64..40, 0..12), minimum in 1u64..60) {
            let minimum = MinimumGroup::new(minimum).unwrap();
            let total: u64 = sizes.iter().sum();
            let protected = minimum.apply(cells(&sizes));
            prop_assert!(protected.groups.iter().all(|(_, cell)| minimum.allows(cell.persons)));
            let shown: u64 = protected.groups.iter().map(|(_, cell)| cell.persons).sum();
            let worth: u64 = protected.groups.iter().map(|(_, cell)| cell.value).sum();
            // merged, nothing is missing; and what is missing, where the whole is too small, is the
            // whole
            prop_assert!((shown, worth) == (total, total * 7) || (shown == 0 && total < minimum.persons()));
            let suppressed = minimum.with_small(SmallGroups::Suppress).apply(cells(&sizes));
            let missing = total - suppressed.groups.iter().map(|(_, cell)| cell.persons).sum::<u64>();
            prop_assert!(missing == 0 || missing >= minimum.persons() || missing == total);
        }
    }
}
