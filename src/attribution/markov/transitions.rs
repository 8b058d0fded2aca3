//! How often journeys step from one channel to another.

use super::{State, Transition};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journey::Journey;
use crate::journeys::Accumulator;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Counts of steps: the evidence of a [`Markov`](super::Markov) chain. A journey weighs conversions + nulls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Sorted", into = "Sorted")]
pub struct Transitions {
    channels: Channels,
    ignore_nulls: bool,
    /// By channel: journeys that start there, and how those end whose last touch it is.
    pub(super) starts: Vec<f64>,
    pub(super) conversions: Vec<f64>,
    pub(super) nulls: Vec<f64>,
    pub(super) value: Vec<f64>,
    steps: Steps,
}

/// Counts by pair of channels.
#[derive(Debug, Clone, PartialEq)]
enum Steps {
    /// All pairs, row by row: an addition a touch.
    Dense(Vec<f64>),
    /// The pairs seen.
    Sparse(HashMap<(ChannelId, ChannelId), f64>),
}

/// Up to this many channels all pairs are counted (720 KB); beyond, those seen.
const DENSE: usize = 300;

#[derive(Serialize, Deserialize)]
struct Sorted {
    channels: Channels,
    ignore_nulls: bool,
    starts: Vec<f64>,
    conversions: Vec<f64>,
    nulls: Vec<f64>,
    value: Vec<f64>,
    steps: Vec<(ChannelId, ChannelId, f64)>,
}

impl From<Transitions> for Sorted {
    fn from(evidence: Transitions) -> Self {
        let steps = evidence.steps();
        let Transitions { channels, ignore_nulls, starts, conversions, nulls, value, .. } = evidence;
        Self { channels, ignore_nulls, starts, conversions, nulls, value, steps }
    }
}

impl TryFrom<Sorted> for Transitions {
    type Error = Error;

    fn try_from(sorted: Sorted) -> Result<Self> {
        let mut evidence = Self::new(&sorted.channels, sorted.ignore_nulls);
        let count = sorted.channels.len();
        let columns = [&sorted.starts, &sorted.conversions, &sorted.nulls, &sorted.value];
        if columns.iter().any(|column| column.len() != count) {
            return Err(Error::setting("the length of a column of counts", "another", format!("one a channel, {count}")));
        }
        let weights = columns.into_iter().flatten().copied().chain(sorted.steps.iter().map(|step| step.2));
        if let Some(weight) = weights.into_iter().find(|weight| !(*weight >= 0.0 && weight.is_finite())) {
            return Err(Error::setting("a count", weight, "a finite number from 0"));
        }
        for &(from, to, weight) in &sorted.steps {
            if from.index().max(to.index()) >= count {
                let stray = from.index().max(to.index());
                return Err(Error::setting("a channel of a step", stray, format!("below the number of channels, {count}")));
            }
            evidence.steps.add(count, from, to, weight);
        }
        let Sorted { starts, conversions, nulls, value, .. } = sorted;
        Ok(Self { starts, conversions, nulls, value, ..evidence })
    }
}

impl Steps {
    #[inline]
    fn add(&mut self, channels: usize, from: ChannelId, to: ChannelId, weight: f64) {
        match self {
            Self::Dense(counts) => counts[from.index() * channels + to.index()] += weight,
            Self::Sparse(counts) => *counts.entry((from, to)).or_default() += weight,
        }
    }
}

impl Transitions {
    /// No journeys yet.
    pub fn new(channels: &Channels, ignore_nulls: bool) -> Self {
        let count = channels.len();
        let zeros = vec![0.0; count];
        let steps = if count <= DENSE { Steps::Dense(vec![0.0; count * count]) } else { Steps::Sparse(HashMap::new()) };
        Self {
            channels: channels.clone(),
            ignore_nulls,
            starts: zeros.clone(),
            conversions: zeros.clone(),
            nulls: zeros.clone(),
            value: zeros,
            steps,
        }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The steps between different channels, sorted. Steps from a channel to itself are none: touches in a row are one state.
    pub fn steps(&self) -> Vec<(ChannelId, ChannelId, f64)> {
        let count = self.channels.len();
        let mut steps: Vec<_> = match &self.steps {
            Steps::Dense(counts) => {
                let id = |at: usize| ChannelId(at as u16);
                counts.iter().enumerate().map(|(at, &weight)| (id(at / count), id(at % count), weight)).collect()
            }
            Steps::Sparse(counts) => counts.iter().map(|(&(from, to), &weight)| (from, to, weight)).collect(),
        };
        steps.retain(|&(from, to, weight)| from != to && weight > 0.0);
        steps.sort_unstable_by_key(|&(from, to, _)| (from, to));
        steps
    }

    /// What leaves each channel in all.
    pub(super) fn leaving(&self) -> Vec<f64> {
        let mut leaving: Vec<f64> = self.conversions.iter().zip(&self.nulls).map(|(conversions, nulls)| conversions + nulls).collect();
        for (from, _, weight) in self.steps() {
            leaving[from.index()] += weight;
        }
        leaving
    }

    /// The transition matrix.
    pub(super) fn probabilities(&self) -> Vec<Transition> {
        let started: f64 = self.starts.iter().sum();
        let leaving = self.leaving();
        let entry = |from, to, weight, all| Transition { from, to, weight, probability: weight / all };
        let mut entries = Vec::new();
        for id in self.channels.ids() {
            let at = id.index();
            entries.push(entry(State::Start, State::Channel(id), self.starts[at], started));
            entries.push(entry(State::Channel(id), State::Conversion, self.conversions[at], leaving[at]));
            entries.push(entry(State::Channel(id), State::Null, self.nulls[at], leaving[at]));
        }
        let step = |(from, to, weight): (ChannelId, ChannelId, f64)| {
            entry(State::Channel(from), State::Channel(to), weight, leaving[from.index()])
        };
        entries.extend(self.steps().into_iter().map(step));
        entries.retain(|entry| entry.weight > 0.0);
        entries.sort_unstable_by_key(|entry| (entry.from, entry.to));
        entries
    }
}

impl Accumulator for Transitions {
    #[inline]
    fn observe(&mut self, journey: Journey<'_>) {
        let outcome = journey.outcome();
        let nulls = if self.ignore_nulls { 0.0 } else { outcome.nulls() };
        let weight = outcome.conversions() + nulls;
        let [first, .., last] = *journey.channels() else {
            if let [only] = *journey.channels() {
                self.starts[only.index()] += weight;
                self.end(only, outcome.conversions(), nulls, outcome.value());
            }
            return;
        };
        self.starts[first.index()] += weight;
        let channels = self.channels.len();
        for pair in journey.channels().windows(2) {
            self.steps.add(channels, pair[0], pair[1], weight);
        }
        self.end(last, outcome.conversions(), nulls, outcome.value());
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        if self.ignore_nulls != later.ignore_nulls {
            return Err(Error::setting("ignore nulls", later.ignore_nulls, format!("the same on both sides, {}", self.ignore_nulls)));
        }
        add(&mut self.starts, &later.starts);
        add(&mut self.conversions, &later.conversions);
        add(&mut self.nulls, &later.nulls);
        add(&mut self.value, &later.value);
        match (&mut self.steps, &later.steps) {
            (Steps::Dense(counts), Steps::Dense(others)) => add(counts, others),
            (counts, _) => later.steps().into_iter().for_each(|(from, to, weight)| counts.add(self.channels.len(), from, to, weight)),
        }
        Ok(())
    }
}

impl Transitions {
    #[inline]
    fn end(&mut self, last: ChannelId, conversions: f64, nulls: f64, value: f64) {
        self.conversions[last.index()] += conversions;
        self.nulls[last.index()] += nulls;
        self.value[last.index()] += value;
    }
}

fn add(sums: &mut [f64], others: &[f64]) {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
}
