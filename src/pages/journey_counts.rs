//! What is counted of journeys for their charts, in one pass.

use crate::journeys::Journeys;
use std::collections::BTreeMap;

/// Touches after which a path is not counted by its own.
const LONGEST: usize = 8;
/// The positions that a flow shows.
pub(crate) const POSITIONS: usize = 3;
const DAY: f64 = 86_400.0;

/// Touches, steps and paths; all sums are of journeys.
pub(crate) struct JourneyCounts {
    /// Journeys that touch each channel.
    pub(crate) touched: Vec<f64>,
    /// By position: from channel (row) to channel, conversion or none.
    pub(crate) flows: Vec<BTreeMap<(usize, usize), f64>>,
    /// Steps from a channel to another.
    pub(crate) steps: BTreeMap<(usize, usize), f64>,
    /// Conversions by channel whose touch was alone, first, in between or last.
    pub(crate) roles: Vec<[f64; 4]>,
    /// Journeys whose last touch is each channel: with a conversion, and without.
    pub(crate) ends: Vec<[f64; 2]>,
    /// Conversions by pair of channels in their journeys; a channel with itself: all of its.
    pub(crate) together: BTreeMap<(usize, usize), f64>,
    /// Conversions by number of touches.
    pub(crate) lengths: BTreeMap<usize, f64>,
    /// Conversions by whole days from the first touch.
    pub(crate) days: BTreeMap<u64, f64>,
    /// Conversions by path.
    pub(crate) paths: BTreeMap<Vec<usize>, f64>,
    pub(crate) journeys: f64,
    pub(crate) single: f64,
}

impl JourneyCounts {
    pub(crate) fn new(journeys: &Journeys) -> Self {
        let channels = journeys.channels().len();
        let mut counts = Self {
            touched: vec![0.0; channels],
            flows: vec![BTreeMap::new(); POSITIONS],
            steps: BTreeMap::new(),
            roles: vec![[0.0; 4]; channels],
            ends: vec![[0.0; 2]; channels],
            together: BTreeMap::new(),
            lengths: BTreeMap::new(),
            days: BTreeMap::new(),
            paths: BTreeMap::new(),
            journeys: 0.0,
            single: 0.0,
        };
        for journey in journeys.iter() {
            let path: Vec<usize> = journey.channels().iter().map(|id| id.index()).collect();
            let outcome = journey.outcome();
            counts.add_path(&path, outcome.conversions(), outcome.nulls(), channels);
            if outcome.conversions() > 0.0 {
                counts.add_conversions(&path, outcome.conversions());
                if let (true, Some(age)) = (journeys.has_times(), journey.ages().next()) {
                    let days = (f64::from(age) / DAY) as u64;
                    *counts.days.entry(days).or_default() += outcome.conversions();
                }
            }
        }
        counts
    }

    fn add_path(&mut self, path: &[usize], conversions: f64, nulls: f64, channels: usize) {
        let all = conversions + nulls;
        self.journeys += all;
        if path.len() == 1 {
            self.single += all;
        }
        if let Some(&last) = path.last() {
            self.ends[last][0] += conversions;
            self.ends[last][1] += nulls;
        }
        for channel in distinct(path) {
            self.touched[channel] += all;
        }
        for pair in path.windows(2) {
            *self.steps.entry((pair[0], pair[1])).or_default() += all;
        }
        for (position, &channel) in path.iter().take(POSITIONS).enumerate() {
            let flow = &mut self.flows[position];
            match path.get(position + 1) {
                Some(&next) if position + 1 < POSITIONS => {
                    *flow.entry((channel, next)).or_default() += all;
                }
                _ => {
                    *flow.entry((channel, channels)).or_default() += conversions;
                    *flow.entry((channel, channels + 1)).or_default() += nulls;
                }
            }
        }
    }

    fn add_conversions(&mut self, path: &[usize], conversions: f64) {
        *self.lengths.entry(path.len()).or_default() += conversions;
        let last = path.len().saturating_sub(1);
        for (at, &channel) in path.iter().enumerate() {
            let role = match at {
                0 if last == 0 => 0,
                0 => 1,
                _ if at < last => 2,
                _ => 3,
            };
            self.roles[channel][role] += conversions;
        }
        let present = distinct(path);
        for &a in &present {
            for &b in &present {
                *self.together.entry((a, b)).or_default() += conversions;
            }
        }
        if (1..=LONGEST).contains(&path.len()) {
            *self.paths.entry(path.to_vec()).or_default() += conversions;
        }
    }
}

fn distinct(path: &[usize]) -> Vec<usize> {
    let mut channels = path.to_vec();
    channels.sort_unstable();
    channels.dedup();
    channels
}
