//! What may be spent where.

use serde::{Deserialize, Serialize};

use crate::budget::plan::{Bound, PlannedGroup};
use crate::budget::tree::Tree;
use crate::error::{Error, Result};

/// A channel's spend now and the least and most it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ChannelFields")]
pub struct ChannelBudget {
    channel: String,
    now: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelFields {
    channel: String,
    now: f64,
    low: f64,
    high: f64,
}

impl TryFrom<ChannelFields> for ChannelBudget {
    type Error = Error;

    fn try_from(f: ChannelFields) -> Result<Self> {
        Self::new(f.channel, f.now, f.low, f.high)
    }
}

impl ChannelBudget {
    /// A channel that spends `now` and may spend from `low` to `high`, both included. The spend now
    /// may lie outside.
    ///
    /// An upper bound is always needed: a response curve says little far beyond the spend it was
    /// learnt from.
    ///
    /// # Errors
    /// If a number is negative or not finite, or `low` is above `high`.
    pub fn new(channel: impl Into<String>, now: f64, low: f64, high: f64) -> Result<Self> {
        let channel = channel.into();
        for (name, value) in [
            ("spend now", now),
            ("lower bound", low),
            ("upper bound", high),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::setting(
                    format!("{name} of channel {channel:?}"),
                    value,
                    "a finite number from 0",
                ));
            }
        }
        if low > high {
            return Err(Error::setting(
                format!("lower bound of channel {channel:?}"),
                low,
                format!("at most its upper bound {high}"),
            ));
        }
        Ok(Self {
            channel,
            now,
            low,
            high,
        })
    }

    /// A channel whose spend stays as it is.
    ///
    /// # Errors
    /// If the spend is negative or not finite.
    pub fn fixed(channel: impl Into<String>, now: f64) -> Result<Self> {
        Self::new(channel, now, now, now)
    }

    /// A channel that may spend from `least` to `most` times what it spends now.
    ///
    /// # Errors
    /// As for [`ChannelBudget::new`].
    pub fn scaled(channel: impl Into<String>, now: f64, least: f64, most: f64) -> Result<Self> {
        Self::new(channel, now, least * now, most * now)
    }

    /// The channel's name.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Its spend now.
    pub const fn now(&self) -> f64 {
        self.now
    }

    /// The least it may spend.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The most it may spend.
    pub const fn high(&self) -> f64 {
        self.high
    }
}

/// Bounds on what several channels spend together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "GroupFields")]
pub struct GroupBudget {
    group: String,
    channels: Vec<String>,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFields {
    group: String,
    channels: Vec<String>,
    low: f64,
    high: f64,
}

impl TryFrom<GroupFields> for GroupBudget {
    type Error = Error;

    fn try_from(f: GroupFields) -> Result<Self> {
        Self::new(f.group, f.channels, f.low, f.high)
    }
}

impl GroupBudget {
    /// A group of channels that together spend from `low` to `high`, both included; `high` may be
    /// infinite.
    ///
    /// # Errors
    /// If the group has no channel or one twice, a bound is negative or not a number, or `low` is
    /// above `high`.
    pub fn new(
        group: impl Into<String>,
        channels: impl IntoIterator<Item = impl Into<String>>,
        low: f64,
        high: f64,
    ) -> Result<Self> {
        let group = group.into();
        let channels: Vec<String> = channels.into_iter().map(Into::into).collect();
        if channels.is_empty() {
            return Err(Error::Empty {
                what: format!("group {group:?}").into(),
                expected: "at least one channel".into(),
            });
        }
        if let Some(twice) = repeated(channels.iter()) {
            return Err(Error::setting(
                format!("channel of group {group:?}"),
                format!("{twice:?} twice"),
                "each channel once",
            ));
        }
        if !(low.is_finite() && low >= 0.0) {
            return Err(Error::setting(
                format!("lower bound of group {group:?}"),
                low,
                "a finite number from 0",
            ));
        }
        if high.is_nan() || high < low {
            return Err(Error::setting(
                format!("upper bound of group {group:?}"),
                high,
                format!("at least its lower bound {low}"),
            ));
        }
        Ok(Self {
            group,
            channels,
            low,
            high,
        })
    }
}

/// The bounds of a plan: on channels, on groups of them, and through the goal on the total.
///
/// Groups are apart from one another or one within the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "BudgetFields")]
pub struct Budget {
    channels: Vec<ChannelBudget>,
    groups: Vec<GroupBudget>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BudgetFields {
    channels: Vec<ChannelBudget>,
    #[serde(default)]
    groups: Vec<GroupBudget>,
}

impl TryFrom<BudgetFields> for Budget {
    type Error = Error;

    fn try_from(f: BudgetFields) -> Result<Self> {
        f.groups
            .into_iter()
            .try_fold(Self::new(f.channels)?, Self::with_group)
    }
}

impl Budget {
    /// Bounds by channel.
    ///
    /// # Errors
    /// If there is no channel, or two have the same name.
    pub fn new(channels: Vec<ChannelBudget>) -> Result<Self> {
        if channels.is_empty() {
            return Err(Error::Empty {
                what: "budget".into(),
                expected: "at least one channel".into(),
            });
        }
        if let Some(twice) = repeated(channels.iter().map(|channel| &channel.channel)) {
            return Err(Error::setting(
                "channel of the budget",
                format!("{twice:?} twice"),
                "each channel once",
            ));
        }
        Ok(Self {
            channels,
            groups: Vec::new(),
        })
    }

    /// The same with bounds on a group.
    ///
    /// # Errors
    /// If the group names a channel that is not in the budget, shares some but not all of its
    /// channels with another group, or its bounds cannot be met.
    pub fn with_group(mut self, group: GroupBudget) -> Result<Self> {
        self.groups.push(group);
        self.tree()?.span(0)?;
        Ok(self)
    }

    /// The channels in order.
    pub fn channels(&self) -> &[ChannelBudget] {
        &self.channels
    }

    /// What each channel spends now.
    pub(crate) fn now(&self) -> Vec<f64> {
        self.channels.iter().map(|channel| channel.now).collect()
    }

    pub(crate) fn tree(&self) -> Result<Tree> {
        let bounds = |bound: fn(&ChannelBudget) -> f64| self.channels.iter().map(bound).collect();
        let groups = self.groups.iter().map(|group| {
            Ok((
                group.group.clone(),
                group.low,
                group.high,
                self.members(group)?,
            ))
        });
        Tree::new(
            bounds(ChannelBudget::low),
            bounds(ChannelBudget::high),
            &groups.collect::<Result<Vec<_>>>()?,
        )
    }

    fn members(&self, group: &GroupBudget) -> Result<Vec<usize>> {
        let index = |name: &String| {
            self.channels
                .iter()
                .position(|channel| channel.channel == *name)
                .ok_or_else(|| Error::UnknownChannel {
                    role: format!("group {:?}", group.group).into(),
                    channel: name.clone(),
                    known: self
                        .channels
                        .iter()
                        .map(|channel| channel.channel.clone())
                        .collect(),
                })
        };
        group.channels.iter().map(index).collect()
    }

    pub(crate) fn planned_groups(&self, spend: &[f64]) -> Vec<PlannedGroup> {
        let planned = |group: &GroupBudget| {
            let within = |channel: &str| group.channels.iter().any(|name| name == channel);
            let planned: f64 = self
                .channels
                .iter()
                .zip(spend)
                .filter(|(channel, _)| within(&channel.channel))
                .map(|(_, x)| x)
                .sum();
            // Relative to the bound: a group without an upper one has no width.
            let near = |bound: f64| (planned - bound).abs() <= 1e-9 * bound;
            let at_bound = match (near(group.low), near(group.high)) {
                (true, true) => Some(Bound::Fixed),
                (true, false) => Some(Bound::Lower),
                (false, true) => Some(Bound::Upper),
                (false, false) => None,
            };
            PlannedGroup {
                group: group.group.clone(),
                planned,
                at_bound,
            }
        };
        self.groups.iter().map(planned).collect()
    }
}

fn repeated<'a>(names: impl Iterator<Item = &'a String>) -> Option<&'a String> {
    let mut sorted: Vec<&String> = names.collect();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .find(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels() -> Vec<ChannelBudget> {
        ["tv", "search", "social"]
            .map(|name| ChannelBudget::new(name, 10.0, 5.0, 20.0).unwrap())
            .to_vec()
    }

    #[test]
    fn impossible_bounds_are_refused() {
        let message = |result: Result<ChannelBudget>| result.unwrap_err().to_string();
        assert_eq!(
            message(ChannelBudget::new("tv", 1.0, 3.0, 2.0)),
            "lower bound of channel \"tv\" is 3, expected: at most its upper bound 2"
        );
        assert_eq!(
            message(ChannelBudget::new("tv", -1.0, 0.0, 2.0)),
            "spend now of channel \"tv\" is -1, expected: a finite number from 0"
        );
        assert!(ChannelBudget::new("tv", 1.0, 0.0, f64::INFINITY).is_err());
        assert!(ChannelBudget::scaled("tv", 1.0, f64::NAN, 2.0).is_err());
        assert!(GroupBudget::new("online", ["a", "a"], 0.0, 1.0).is_err());
        assert!(GroupBudget::new("online", [""; 0], 0.0, 1.0).is_err());
        assert!(GroupBudget::new("online", ["a"], 2.0, 1.0).is_err());
        assert!(Budget::new(vec![]).is_err());
        assert!(Budget::new(vec![ChannelBudget::fixed("tv", 1.0).unwrap(); 2]).is_err());
    }

    #[test]
    fn groups_name_known_channels_and_can_be_met() {
        let budget = Budget::new(channels()).unwrap();
        let group = |names: &[&str], low, high| {
            GroupBudget::new("online", names.iter().copied(), low, high).unwrap()
        };
        let unknown = budget
            .clone()
            .with_group(group(&["search", "mail"], 0.0, 50.0))
            .unwrap_err()
            .to_string();
        assert_eq!(
            unknown,
            "group \"online\" names channel \"mail\", expected: tv, search, social"
        );
        let unmet = budget
            .clone()
            .with_group(group(&["search", "social"], 41.0, 50.0))
            .unwrap_err()
            .to_string();
        assert_eq!(
            unmet,
            "budget of group \"online\" is 41 to 50, expected: 10 to 40, as its channels' bounds allow"
        );
        let crossing = budget
            .with_group(group(&["tv", "search"], 0.0, 30.0))
            .unwrap()
            .with_group(group(&["search", "social"], 0.0, 30.0));
        assert!(crossing.is_err());
    }

    #[test]
    fn serde_checks_too() {
        let budget = Budget::new(channels())
            .unwrap()
            .with_group(GroupBudget::new("online", ["search", "social"], 12.0, 30.0).unwrap())
            .unwrap();
        let json = serde_json::to_string(&budget).unwrap();
        assert_eq!(serde_json::from_str::<Budget>(&json).unwrap(), budget);
        assert!(serde_json::from_str::<Budget>(&json.replace("12.0", "1200.0")).is_err());
        assert!(
            serde_json::from_str::<Budget>(&json.replace("\"low\":5.0", "\"low\":500.0")).is_err()
        );
    }
}
