//! A person's history as numbers.

use std::collections::HashMap;

use crate::event::{Event, Events, Kind};

const DAY: f64 = 86_400.0;
/// Days over which rows are counted.
const WINDOW: f64 = 30.0;
/// Days after which the last row of a kind is 1/e as recent.
const RECENT: f64 = 3.0;
/// Channels with features of their own: those with the most touches. The others share theirs.
const MOST: usize = 32;

/// What kinds of rows a history counts.
pub(super) struct Histories<'a> {
    /// By name of channel, its number.
    channels: HashMap<&'a str, usize>,
    count: usize,
    /// The first second of the log and its length.
    start: i64,
    length: f64,
}

impl<'a> Histories<'a> {
    pub(super) fn new(log: &'a Events) -> Self {
        let mut touches: HashMap<&str, u64> = HashMap::new();
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for event in log.iter() {
            (first, last) = (first.min(event.time()), last.max(event.time()));
            if let (Kind::Touch, Some(channel)) = (event.kind(), event.channel()) {
                *touches.entry(channel).or_default() += 1;
            }
        }
        let mut names: Vec<(&str, u64)> = touches.into_iter().collect();
        names.sort_unstable_by(|one, other| (other.1, one.0).cmp(&(one.1, other.0)));
        let count = names.len().min(MOST);
        let number = |(at, (name, _)): (usize, (&'a str, u64))| (name, at.min(MOST - 1));
        Self {
            channels: names.into_iter().enumerate().map(number).collect(),
            count,
            start: first,
            length: (last.saturating_sub(first) as f64).max(1.0),
        }
    }
}

/// The rows of one person so far, as times of each kind.
#[derive(Default)]
pub(super) struct History {
    touches: HashMap<usize, Vec<i64>>,
    conversions: Vec<i64>,
    /// By channel: all opportunities, and those with the ad shown.
    opportunities: HashMap<String, [Vec<i64>; 2]>,
}

impl History {
    pub(super) fn take_in(&mut self, row: &Event<'_>, histories: &Histories<'_>) {
        let (time, channel) = (row.time(), row.channel().unwrap_or_default());
        match row.kind() {
            Kind::Touch => {
                if let Some(&number) = histories.channels.get(channel) {
                    self.touches.entry(number).or_default().push(time);
                }
            }
            Kind::Conversion => self.conversions.push(time),
            Kind::Opportunity => {
                let own = self.opportunities.entry(channel.to_owned()).or_default();
                own[0].push(time);
                if row.value() == 1.0 {
                    own[1].push(time);
                }
            }
            _ => {}
        }
    }

    /// The features at a moment of a channel, the constant first.
    pub(super) fn features(&self, channel: &str, now: i64, histories: &Histories<'_>) -> Vec<f64> {
        let mut features = vec![1.0, (now - histories.start) as f64 / histories.length];
        let none = Vec::new();
        for number in 0..histories.count {
            features.extend(pair(self.touches.get(&number).unwrap_or(&none), now));
        }
        features.extend(pair(&self.conversions, now));
        let [all, shown] = match self.opportunities.get(channel) {
            Some([all, shown]) => [all, shown],
            None => [&none, &none],
        };
        features.extend(pair(all, now));
        features.extend(pair(shown, now));
        features
    }
}

/// How many rows there were lately, and how recent the last is.
fn pair(times: &[i64], now: i64) -> [f64; 2] {
    let age = |time: i64| (now - time) as f64 / DAY;
    let lately = times.partition_point(|&time| age(time) > WINDOW);
    let count = (times.len() - lately) as f64;
    let recent = times
        .last()
        .map_or(0.0, |&time| libm::exp(-age(time) / RECENT));
    [libm::log1p(count), recent]
}
