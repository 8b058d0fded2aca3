//! The moments at which an ad could be shown, with what came before and after.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::{Error, Result};
use crate::event::{Event, Events, Kind, PersonKey};
use crate::experiment::uplift::features::{Histories, History};
use crate::experiment::uplift::folds::fold;

/// What to count.
pub(super) struct Rules<'a> {
    pub(super) goal: Option<&'a str>,
    /// Seconds after a moment in which conversions count.
    pub(super) follow: i64,
}

/// One moment.
pub(super) struct Moment {
    /// The person, by place among all.
    pub(super) person: u32,
    pub(super) fold: usize,
    pub(super) shown: bool,
    pub(super) outcome: f64,
    pub(super) history: Vec<f64>,
}

/// All moments of a channel that are followed to the end, persons by key.
pub(super) struct Moments {
    pub(super) channel: String,
    pub(super) all: Vec<Moment>,
    /// Moments not followed to the end.
    pub(super) cut_off: u64,
    /// Seconds of the first and the last moment.
    pub(super) span: (i64, i64),
}

impl Moments {
    fn new(channel: &str) -> Self {
        Self {
            channel: channel.to_owned(),
            all: Vec::new(),
            cut_off: 0,
            span: (i64::MAX, i64::MIN),
        }
    }

    /// By channel, in order of names.
    pub(super) fn by_channel(log: &Events, rules: &Rules<'_>) -> Result<Vec<Self>> {
        let histories = Histories::new(log);
        let end = log.iter().map(|event| event.time()).max();
        let end = end.unwrap_or(i64::MIN);
        let mut channels: BTreeMap<&str, Self> = BTreeMap::new();
        for (at, (key, rows)) in persons(log).into_iter().enumerate() {
            let mut history = History::default();
            let mut upcoming = rows.iter().peekable();
            let counts = |row: &&Event<'_>| {
                row.kind() == Kind::Conversion
                    && rules.goal.is_none_or(|goal| row.goal() == Some(goal))
            };
            let (mut orders, mut conversions) = (HashSet::new(), Vec::new());
            for row in rows.iter().filter(counts) {
                // an order's further lines and repeats are the same conversion
                let order = row.order_id().map(|id| (id, row.goal()));
                if order.is_none_or(|order| orders.insert(order)) {
                    conversions.push(row.time());
                }
            }
            let before = |time: i64| conversions.partition_point(|&other| other < time);
            for row in rows.iter().filter(|row| row.kind() == Kind::Opportunity) {
                while let Some(earlier) = upcoming.next_if(|other| other.time() < row.time()) {
                    history.take_in(earlier, &histories);
                }
                let (channel, shown) = opportunity(row)?;
                let moments = channels
                    .entry(channel)
                    .or_insert_with(|| Self::new(channel));
                let until = row.time().saturating_add(rules.follow);
                if until > end {
                    moments.cut_off += 1;
                    continue;
                }
                let (first, last) = moments.span;
                moments.span = (first.min(row.time()), last.max(row.time()));
                moments.all.push(Moment {
                    person: at as u32,
                    fold: fold(key),
                    shown,
                    outcome: (before(until) - before(row.time())) as f64,
                    history: history.features(channel, row.time(), &histories),
                });
            }
        }
        if channels.is_empty() {
            return Err(Error::Empty {
                what: "the log of opportunities".into(),
                expected: "rows of the kind opportunity, in a log that keeps all kinds".into(),
            });
        }
        Ok(channels.into_values().collect())
    }
}

/// The rows of each person, oldest first; persons by key.
fn persons(log: &Events) -> Vec<(PersonKey<'_>, Vec<Event<'_>>)> {
    let mut persons: HashMap<PersonKey<'_>, Vec<Event<'_>>> = HashMap::new();
    for event in log.iter() {
        persons.entry(event.person()).or_default().push(event);
    }
    let mut persons: Vec<_> = persons.into_iter().collect();
    persons.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    for (_, rows) in &mut persons {
        let key = |row: &Event<'_>| (row.time(), row.kind(), row.value() as i64);
        rows.sort_by(|one, other| {
            let names = one.channel().cmp(&other.channel());
            key(one).cmp(&key(other)).then(names)
        });
    }
    persons
}

/// The channel of an opportunity and whether the ad was shown.
pub(super) fn opportunity<'a>(row: &Event<'a>) -> Result<(&'a str, bool)> {
    let Some(channel) = row.channel().filter(|channel| !channel.is_empty()) else {
        let expected = "the channel whose ad could be shown";
        return Err(Error::setting("an opportunity's channel", "none", expected));
    };
    match row.value() {
        0.0 => Ok((channel, false)),
        1.0 => Ok((channel, true)),
        other => Err(Error::setting(
            format!("the value of an opportunity of {channel}"),
            other,
            "1 where the ad was shown, 0 where it was not",
        )),
    }
}
