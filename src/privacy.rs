//! Protection of small groups in reports.
//!
//! A report by region, device or kind of journey can disclose a person: the figures of a segment of
//! one person are that person's purchases. With a [`MinimumGroup`] every group shown has at least
//! that many persons. Smaller groups are merged into `(other)` or left out. Where they are too few
//! together, the smallest of the others joins them; otherwise a reader could subtract the groups
//! shown from the total. Totals stay as they are.
//!
//! Minimum groups do not protect against reports that are compared with each other, before and after
//! a purchase. [`DifferentialPrivacy`] does, by noise of a stated size.
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
//! let regions = regions.map(|(name, persons)| (name.to_owned(), Buyers(persons)));
//! let protected = MinimumGroup::new(10)?.apply(regions);
//! // "south" is too small; alone it could be found by subtraction, so "west" joins it
//! let shown = protected.groups.iter().map(|(name, buyers)| (name.as_str(), buyers.0));
//! assert!(shown.eq([("north", 120), ("east", 90), ("(other)", 17)]));
//! # Ok::<(), mixtouch::Error>(())
//! ```

mod differential;

pub use self::differential::{DifferentialPrivacy, NoiseKey};

use crate::error::{Error, Result};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// The name of the merged small groups.
pub const OTHER: &str = "(other)";

/// The figures of one group of persons in a report.
///
/// ```
/// use mixtouch::privacy::Group;
///
/// /// Sales of some persons.
/// struct Sales {
///     persons: u64,
///     value: f64,
/// }
///
/// impl Group for Sales {
///     fn persons(&self) -> u64 {
///         self.persons
///     }
///
///     fn merge(&mut self, other: Self) {
///         self.persons += other.persons;
///         self.value += other.value;
///     }
/// }
///
/// let mut north = Sales { persons: 90, value: 1_200.0 };
/// north.merge(Sales { persons: 3, value: 40.0 });
/// assert_eq!((north.persons(), north.value), (93, 1_240.0));
/// ```
pub trait Group {
    /// The number of distinct persons in the figures.
    fn persons(&self) -> u64;

    /// Adds another group's figures.
    fn merge(&mut self, other: Self);

    /// The number of distinct persons in several groups together: at least, where groups share
    /// persons. By default the sum, which is right where no person is in two groups.
    fn persons_together(groups: &[&Self]) -> u64 {
        groups.iter().map(|group| group.persons()).sum()
    }

    /// Whether the group has no persons; such groups disclose nothing and are shown.
    fn is_empty(&self) -> bool {
        self.persons() == 0
    }
}

/// The treatment of small groups.
///
/// ```
/// use mixtouch::privacy::{MinimumGroup, SmallGroups};
///
/// let suppress = MinimumGroup::new(20)?.with_small(SmallGroups::Suppress);
/// assert_eq!(suppress.small(), SmallGroups::Suppress);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmallGroups {
    /// One group, [`OTHER`], holds them all.
    #[default]
    Merge,
    /// They are left out.
    Suppress,
}

/// The smallest number of persons in a group that a report shows, 1 or more.
///
/// ```
/// use mixtouch::privacy::MinimumGroup;
///
/// let minimum = MinimumGroup::new(20)?;
/// assert!(minimum.allows(20) && !minimum.allows(19));
/// assert!(minimum.allows(0), "a group of no persons discloses nothing");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MinimumGroup {
    persons: u64,
    small: SmallGroups,
}

read_settings!(MinimumGroup, Fields);

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
    /// Shows groups of any size.
    fn default() -> Self {
        Self {
            persons: 1,
            small: SmallGroups::Merge,
        }
    }
}

impl MinimumGroup {
    /// Merges groups of fewer persons.
    ///
    /// # Errors
    /// If the minimum is 0.
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

    /// The treatment of small groups: merged by default.
    #[must_use]
    pub fn with_small(self, small: SmallGroups) -> Self {
        Self { small, ..self }
    }

    /// The smallest number of persons in a group that is shown.
    pub fn persons(&self) -> u64 {
        self.persons
    }

    /// The treatment of small groups.
    pub fn small(&self) -> SmallGroups {
        self.small
    }

    /// Whether a group of `persons` may be shown. Ask it for a report's total too, which
    /// [`MinimumGroup::apply`] does not check.
    pub fn allows(&self, persons: u64) -> bool {
        persons == 0 || persons >= self.persons
    }

    /// The groups to show, in the order given, then the merged small groups.
    ///
    /// The smallest of the other groups (equal ones by name) join the small groups until together
    /// they reach the minimum. Where all groups together do not, none is shown.
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
            let groups: Vec<&G> = groups.iter().map(|(_, _, group)| group).collect();
            G::persons_together(&groups)
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
        // empty groups would reveal the one group that holds everybody
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

/// The position of the smallest group that has persons.
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

/// The groups of a report to show.
///
/// ```
/// use mixtouch::privacy::{Group, MinimumGroup};
///
/// #[derive(Debug, PartialEq)]
/// struct Buyers(u64);
///
/// impl Group for Buyers {
///     fn persons(&self) -> u64 {
///         self.0
///     }
///
///     fn merge(&mut self, other: Self) {
///         self.0 += other.0;
///     }
/// }
///
/// let regions = [("north".to_owned(), Buyers(90)), ("west".to_owned(), Buyers(3))];
/// let protected = MinimumGroup::new(2)?.apply(regions);
/// assert_eq!((protected.groups.len(), protected.withheld), (2, None));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Protected<G> {
    /// Names and figures, in order.
    pub groups: Vec<(String, G)>,
    /// What was merged or left out, if anything was.
    pub withheld: Option<Withheld>,
}

/// The groups that a report merged or left out.
///
/// ```
/// use mixtouch::privacy::{Group, MinimumGroup};
///
/// #[derive(Debug, PartialEq)]
/// struct Buyers(u64);
///
/// impl Group for Buyers {
///     fn persons(&self) -> u64 {
///         self.0
///     }
///
///     fn merge(&mut self, other: Self) {
///         self.0 += other.0;
///     }
/// }
///
/// let regions = [("north".to_owned(), Buyers(90)), ("west".to_owned(), Buyers(3))];
/// let withheld = MinimumGroup::new(20)?.apply(regions).withheld.unwrap();
/// assert_eq!((withheld.groups, withheld.persons), (2, 93));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Withheld {
    /// The number of groups.
    pub groups: usize,
    /// Their persons together.
    pub persons: u64,
    /// Whether they were merged or left out.
    pub small: SmallGroups,
}

#[cfg(test)]
mod tests;
