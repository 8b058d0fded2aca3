//! The chain itself: states, steps between them, and where walks start and end.

use crate::attribution::markov::ends::Ends;
use crate::attribution::markov::state::{State, Transition};
use crate::attribution::markov::transitions::Transitions;
use crate::attribution::ngram_table::NgramTable;
use crate::channel::ChannelId;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// States in order of their channels; steps row by row, sorted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub(super) struct Chain {
    /// The channels of all states, one state after the other, and where each ends.
    channels: Vec<ChannelId>,
    state_ends: Vec<usize>,
    pub(super) ends: Vec<Ends>,
    /// Where each state's steps end in the columns that follow.
    step_ends: Vec<usize>,
    targets: Vec<u32>,
    weights: Vec<f64>,
    /// What leaves each state in all. As much enters it, for every journey starts somewhere and
    /// ends somewhere.
    pub(super) visits: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
struct Fields {
    states: Vec<(Vec<ChannelId>, Ends)>,
    steps: Vec<(u32, u32, f64)>,
}

impl From<Chain> for Fields {
    fn from(chain: Chain) -> Self {
        let states = (0..chain.len())
            .map(|at| (chain.state(at).to_vec(), chain.ends[at]))
            .collect();
        let steps = (0..chain.len())
            .flat_map(|from| {
                chain
                    .steps(from)
                    .map(move |(to, weight)| (from as u32, to as u32, weight))
            })
            .collect();
        Self { states, steps }
    }
}

impl TryFrom<Fields> for Chain {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let (states, steps) = (fields.states.len(), &fields.steps);
        if !fields.states.is_sorted_by(|left, right| left.0 < right.0) {
            return Err(Error::setting(
                "the states of a chain",
                "out of order",
                "sorted, each once",
            ));
        }
        if !steps.is_sorted_by(|left, right| (left.0, left.1) < (right.0, right.1)) {
            return Err(Error::setting(
                "the steps of a chain",
                "out of order",
                "sorted, each once",
            ));
        }
        if let Some(step) = steps
            .iter()
            .find(|step| step.0.max(step.1) as usize >= states)
        {
            return Err(Error::setting(
                "a state of a step",
                step.0.max(step.1),
                format!("below the number of states, {states}"),
            ));
        }
        let bad = |weight: &f64| !(*weight >= 0.0 && weight.is_finite());
        if steps.iter().any(|step| bad(&step.2))
            || fields.states.iter().any(|(_, ends)| !ends.is_valid())
        {
            return Err(Error::setting(
                "a count of a chain",
                "negative or not finite",
                "finite numbers, 0 or more",
            ));
        }
        Ok(Self::assemble(
            fields
                .states
                .iter()
                .map(|(state, ends)| (state.as_slice(), *ends)),
            fields.steps.into_iter(),
        ))
    }
}

impl Chain {
    /// The chain of these counts. Steps of a state to itself are none: equal states in a row are
    /// one.
    pub(super) fn new(evidence: &Transitions) -> Self {
        let mut states = NgramTable::<Ends>::default();
        for (state, ends) in evidence.ends() {
            *states.value(&state) += ends;
        }
        let mut steps = Vec::new();
        evidence.each_step(|step, weight| {
            let (from, to) = (&step[..step.len() - 1], &step[1..]);
            if from != to && weight > 0.0 {
                steps.push((states.place(from) as u32, states.place(to) as u32, weight));
            }
        });
        let order = states.sorted();
        let mut ranks = vec![0; order.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(rank, &place)| ranks[place as usize] = rank as u32);
        let sorted = order
            .iter()
            .map(|&place| (states.key(place as usize), states.get(place as usize)));
        // Sorted by sequence, and so by state left, then by state entered.
        Self::assemble(
            sorted,
            steps
                .into_iter()
                .map(|(from, to, weight)| (ranks[from as usize], ranks[to as usize], weight)),
        )
    }

    fn assemble<'a>(
        states: impl Iterator<Item = (&'a [ChannelId], Ends)>,
        steps: impl Iterator<Item = (u32, u32, f64)>,
    ) -> Self {
        let (mut channels, mut state_ends, mut ends, mut visits) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (state, end) in states {
            channels.extend_from_slice(state);
            state_ends.push(channels.len());
            visits.push(end.conversions + end.nulls);
            ends.push(end);
        }
        let (mut step_ends, mut targets, mut weights) =
            (vec![0; ends.len()], Vec::new(), Vec::new());
        for (from, to, weight) in steps {
            targets.push(to);
            weights.push(weight);
            step_ends[from as usize] = targets.len();
            visits[from as usize] += weight;
        }
        for at in 1..step_ends.len() {
            step_ends[at] = step_ends[at].max(step_ends[at - 1]);
        }
        Self {
            channels,
            state_ends,
            ends,
            step_ends,
            targets,
            weights,
            visits,
        }
    }

    /// How many states there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The channels of a state.
    pub(super) fn state(&self, at: usize) -> &[ChannelId] {
        let start = if at == 0 { 0 } else { self.state_ends[at - 1] };
        &self.channels[start..self.state_ends[at]]
    }

    /// Where a state's steps lead, and how often.
    pub(super) fn steps(&self, from: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let start = if from == 0 {
            0
        } else {
            self.step_ends[from - 1]
        };
        let range = start..self.step_ends[from];
        self.targets[range.clone()]
            .iter()
            .map(|&to| to as usize)
            .zip(self.weights[range].iter().copied())
    }

    /// How many different steps there are.
    pub(super) fn step_count(&self) -> usize {
        self.targets.len()
    }

    /// How many journeys there are.
    pub(super) fn started(&self) -> f64 {
        self.ends.iter().map(|ends| ends.starts).sum()
    }

    /// How many of them convert.
    pub(super) fn converted(&self) -> f64 {
        self.ends.iter().map(|ends| ends.conversions).sum()
    }

    /// How many probabilities are free: those > 0, less one for the start and each state.
    pub(super) fn free_probabilities(&self) -> usize {
        let left = self.visits.iter().filter(|&&visits| visits > 0.0).count();
        let start = usize::from(self.started() > 0.0);
        self.transitions().count() - left - start
    }

    /// The transition matrix, sorted by state left, then entered.
    pub(super) fn transitions(&self) -> impl Iterator<Item = Transition<'_>> {
        let started = self.started();
        let state = |at: usize| State::Channels(self.state(at));
        let start = (0..self.len())
            .map(move |at| Transition::new(State::Start, state(at), self.ends[at].starts, started));
        let rest = (0..self.len()).flat_map(move |at| {
            let entry = move |to, weight| Transition::new(state(at), to, weight, self.visits[at]);
            let Ends {
                conversions, nulls, ..
            } = self.ends[at];
            let last = [
                entry(State::Conversion, conversions),
                entry(State::Null, nulls),
            ];
            self.steps(at)
                .map(move |(to, weight)| entry(state(to), weight))
                .chain(last)
        });
        start.chain(rest).filter(|entry| entry.weight > 0.0)
    }
}
