//! The bounds of a plan.

use serde::{Deserialize, Serialize};

use crate::budget::channel::ChannelBudget;
use crate::budget::group::GroupBudget;
use crate::budget::names::repeated;
use crate::budget::plan::{Bound, PlannedGroup};
use crate::budget::risk::Risk;
use crate::budget::tree::{Group, Tree};
use crate::error::{Error, Result};

/// The bounds of a plan: on channels, on groups of them, and through the goal on the total.
///
/// Two groups have no channel in common, or one lies within the other. Bounds are checked where a
/// plan is made, or by [`Budget::check`].
///
/// ```
/// use mixtouch::budget::{Budget, ChannelBudget, GroupBudget};
///
/// let budget = Budget::new([
///     ChannelBudget::new("tv", 50.0).with_bounds(0.0..=100.0),
///     ChannelBudget::new("search", 30.0).with_bounds(10.0..=60.0),
///     ChannelBudget::new("social", 20.0).with_bounds(0.0..=40.0),
/// ])
/// .with_group(GroupBudget::new("online", ["search", "social"]).with_bounds(20.0..=80.0));
/// budget.check()?;
/// assert_eq!(budget.channel("search").map(ChannelBudget::high), Some(60.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Budget {
    channels: Vec<ChannelBudget>,
    groups: Vec<GroupBudget>,
    #[serde(skip_serializing_if = "is_mean")]
    risk: Risk,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channels: Vec<ChannelBudget>,
    #[serde(default)]
    groups: Vec<GroupBudget>,
    #[serde(default)]
    risk: Risk,
}

fn is_mean(risk: &Risk) -> bool {
    *risk == Risk::Mean
}

impl TryFrom<Fields> for Budget {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let budget = Self {
            channels: fields.channels,
            groups: fields.groups,
            risk: fields.risk,
        };
        budget.check().map(|()| budget)
    }
}

impl Budget {
    /// Bounds on each channel that a plan covers; one or more, each name once.
    pub fn new(channels: impl IntoIterator<Item = ChannelBudget>) -> Self {
        Self {
            channels: channels.into_iter().collect(),
            groups: Vec::new(),
            risk: Risk::Mean,
        }
    }

    /// What of an uncertain outcome the plan makes large; the mean unless set. Steps are
    /// chosen by it too. It does not go with a target ROI.
    #[must_use]
    pub fn with_risk(self, risk: Risk) -> Self {
        Self { risk, ..self }
    }

    /// What of an uncertain outcome the plan makes large.
    pub const fn risk(&self) -> Risk {
        self.risk
    }

    /// Adds bounds on the common spend of a group of channels.
    #[must_use]
    pub fn with_group(mut self, group: GroupBudget) -> Self {
        self.groups.push(group);
        self
    }

    /// The same bounds for channels that take any amount, planned for the mean.
    pub(crate) fn without_steps(&self) -> Self {
        let channels = self.channels.iter().cloned();
        Self {
            channels: channels.map(ChannelBudget::without_steps).collect(),
            groups: self.groups.clone(),
            risk: Risk::Mean,
        }
    }

    /// The channels, in the order in which they were given.
    pub fn channels(&self) -> &[ChannelBudget] {
        &self.channels
    }

    /// A channel by its name.
    pub fn channel(&self, name: &str) -> Option<&ChannelBudget> {
        self.channels
            .iter()
            .find(|channel| channel.channel() == name)
    }

    /// The groups, in the order in which they were given.
    pub fn groups(&self) -> &[GroupBudget] {
        &self.groups
    }

    /// Checks all bounds, as [`Budget::plan`] does.
    ///
    /// # Errors
    /// If there is no channel, a name is given twice, the risk's number or a step is out of range,
    /// or a number is negative, not finite (but for a group's upper bound) or a lower bound above
    /// its upper bound. Also if a group is empty, names a channel that is not in the budget, shares
    /// some but not all of its channels with another group, or its bounds cannot be met.
    pub fn check(&self) -> Result<()> {
        if self.channels.is_empty() {
            return Err(Error::Empty {
                what: "budget".into(),
                expected: "at least one channel".into(),
            });
        }
        if let Some(twice) = repeated(self.channels.iter().map(ChannelBudget::channel)) {
            return Err(Error::setting(
                "channel of the budget",
                format!("{twice:?} twice"),
                "each channel once",
            ));
        }
        self.risk.check()?;
        self.channels.iter().try_for_each(ChannelBudget::check)?;
        self.groups.iter().try_for_each(GroupBudget::check)?;
        self.tree()?.span(0).map(|_| ())
    }

    /// Each channel's spend now.
    pub(crate) fn now(&self) -> Vec<f64> {
        self.channels.iter().map(ChannelBudget::now).collect()
    }

    /// The bounds as a tree of groups.
    pub(crate) fn tree(&self) -> Result<Tree> {
        let bounds = |bound: fn(&ChannelBudget) -> f64| self.channels.iter().map(bound).collect();
        Tree::new(
            bounds(ChannelBudget::low),
            bounds(ChannelBudget::high),
            &self.tree_groups()?,
        )
    }

    /// The groups with the places of their channels.
    pub(crate) fn tree_groups(&self) -> Result<Vec<Group>> {
        let groups = self.groups.iter().map(|group| {
            Ok(Group {
                name: group.group().to_owned(),
                low: group.low(),
                high: group.high(),
                members: self.members(group)?,
            })
        });
        groups.collect()
    }

    fn members(&self, group: &GroupBudget) -> Result<Vec<usize>> {
        let index = |name: &String| {
            self.channels
                .iter()
                .position(|channel| channel.channel() == name)
                .ok_or_else(|| Error::UnknownChannel {
                    role: format!("group {:?}", group.group()).into(),
                    channel: name.clone(),
                    known: self.names(),
                })
        };
        group.channels().iter().map(index).collect()
    }

    fn names(&self) -> Vec<String> {
        self.channels
            .iter()
            .map(|channel| channel.channel().to_owned())
            .collect()
    }

    /// The groups' parts of a spend.
    pub(crate) fn planned_groups(&self, spend: &[f64]) -> Vec<PlannedGroup> {
        self.groups
            .iter()
            .map(|group| self.planned_group(group, spend))
            .collect()
    }

    fn planned_group(&self, group: &GroupBudget, spend: &[f64]) -> PlannedGroup {
        let within = |channel: &str| group.channels().iter().any(|name| name == channel);
        let planned: f64 = self
            .channels
            .iter()
            .zip(spend)
            .filter(|(channel, _)| within(channel.channel()))
            .map(|(_, x)| x)
            .sum();
        // Relative to the bound: a group without an upper one has no width.
        let near = |bound: f64| (planned - bound).abs() <= 1e-9 * bound;
        PlannedGroup {
            group: group.group().to_owned(),
            planned,
            at_bound: Bound::from_sides(near(group.low()), near(group.high())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels() -> Vec<ChannelBudget> {
        ["tv", "search", "social"]
            .map(|name| ChannelBudget::new(name, 10.0).with_bounds(5.0..=20.0))
            .to_vec()
    }

    fn message(channel: ChannelBudget) -> String {
        Budget::new([channel]).check().unwrap_err().to_string()
    }

    #[test]
    fn impossible_bounds_are_refused() {
        let tv = |now| ChannelBudget::new("tv", now);
        assert_eq!(
            message(tv(1.0).with_bounds(3.0..=2.0)),
            "lower bound of channel \"tv\" is 3, expected: at most its upper bound 2"
        );
        assert_eq!(
            message(tv(-1.0).with_bounds(0.0..=2.0)),
            "spend now of channel \"tv\" is -1, expected: a finite number, 0 or more"
        );
        assert!(message(tv(1.0).with_bounds(0.0..=f64::INFINITY)).contains("upper bound"));
        assert!(message(tv(1.0).with_relative_bounds(f64::NAN..=2.0)).contains("lower bound"));
        assert!(Budget::new([]).check().is_err());
        assert!(Budget::new([tv(1.0), tv(2.0)]).check().is_err());
    }

    #[test]
    fn impossible_groups_are_refused() {
        let refused = |group: GroupBudget| {
            let budget = Budget::new(channels()).with_group(group);
            budget.check().unwrap_err().to_string()
        };
        let online = |names: &[&str]| GroupBudget::new("online", names.iter().copied());
        assert!(refused(online(&["tv", "tv"])).contains("\"tv\" twice"));
        assert!(refused(online(&[])).contains("group \"online\" is empty"));
        assert!(refused(online(&["tv"]).with_bounds(2.0..=1.0)).contains("upper bound"));
        assert!(refused(online(&["tv"]).with_bounds(-1.0..=1.0)).contains("lower bound"));
        assert_eq!(
            refused(online(&["search", "mail"])),
            "group \"online\" names channel \"mail\", expected: tv, search, social"
        );
        assert_eq!(
            refused(online(&["search", "social"]).with_bounds(41.0..=50.0)),
            "budget of group \"online\" is 41 to 50, expected: 10 to 40, as its channels' bounds \
             allow"
        );
    }

    #[test]
    fn crossing_groups_are_refused() {
        let pair = |names: [&str; 2]| GroupBudget::new(names[0], names).with_bounds(0.0..=30.0);
        let budget = Budget::new(channels()).with_group(pair(["tv", "search"]));
        assert!(budget.check().is_ok());
        assert!(
            budget
                .with_group(pair(["search", "social"]))
                .check()
                .is_err()
        );
    }

    #[test]
    fn serde_checks_too() {
        let online = GroupBudget::new("online", ["search", "social"]).with_bounds(12.0..=30.0);
        let budget = Budget::new(channels()).with_group(online);
        let json = serde_json::to_string(&budget).unwrap();
        assert_eq!(serde_json::from_str::<Budget>(&json).unwrap(), budget);
        assert!(serde_json::from_str::<Budget>(&json.replace("12.0", "1200.0")).is_err());
        assert!(
            serde_json::from_str::<Budget>(&json.replace("\"low\":5.0", "\"low\":500.0")).is_err()
        );
    }
}
