//! Counts of journeys' steps from state to state.

use crate::attribution::evidence::EvidenceVersion;
use crate::attribution::markov::ends::Ends;
use crate::attribution::markov::order_range::check_order;
use crate::attribution::markov::pairs::Pairs;
use crate::attribution::ngram_table::NgramTable;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::arena::Block;
use crate::journeys::{Journey, Outcome};
use serde::{Deserialize, Serialize};

/// Counts of steps: the evidence of a [`Markov`](crate::attribution::markov::Markov) chain. A
/// journey weighs conversions + nulls.
///
/// Order 1 counts in a square of channels up to 300 of them (720 KB, and twice that once there are
/// null journeys); all else in a hash table of the sequences that occur, so that memory grows with
/// what was observed, never with channels^order.
///
/// ```
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let transitions = Markov::order(1)?.gather(&journeys)?;
/// assert_eq!((transitions.order(), transitions.channels().len()), (1, 2));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Sorted", into = "Sorted")]
pub struct Transitions {
    channels: Channels,
    order: usize,
    ignore_nulls: bool,
    counts: Counts,
}

#[derive(Debug, Clone)]
enum Counts {
    Dense(Pairs),
    Sparse(Sequences),
}

/// The sequences that occur: `order` channels where journeys start and end, one more for a step.
#[derive(Debug, Clone, Default)]
struct Sequences {
    ends: NgramTable<Ends>,
    steps: NgramTable<f64>,
}

impl Sequences {
    fn observe(&mut self, path: &[ChannelId], order: usize, outcome: Outcome) {
        let weight = outcome.conversions + outcome.nulls;
        self.ends.value(&path[..order.min(path.len())]).starts += weight;
        for window in path.windows(order + 1) {
            *self.steps.value(window) += weight;
        }
        self.ends
            .value(&path[path.len().saturating_sub(order)..])
            .add(outcome);
    }

    fn merge(&mut self, later: &Self) {
        later
            .ends
            .iter()
            .for_each(|(state, ends)| *self.ends.value(state) += ends);
        later
            .steps
            .iter()
            .for_each(|(step, weight)| *self.steps.value(step) += weight);
    }
}

/// Up to this many channels all pairs are counted; beyond, those seen.
const DENSE: usize = 300;
/// How far sums of fractional tallies may lie apart.
const BALANCE: f64 = 1e-6;
impl Transitions {
    /// No journeys yet; the order has been checked.
    pub(super) fn new(channels: &Channels, order: usize, ignore_nulls: bool) -> Self {
        let dense = order == 1 && channels.len() <= DENSE;
        let counts = if dense {
            Counts::Dense(Pairs::new(channels.len()))
        } else {
            Counts::Sparse(Sequences::default())
        };
        Self {
            channels: channels.clone(),
            order,
            ignore_nulls,
            counts,
        }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The number of channels that make a state, 1 to 1000.
    pub fn order(&self) -> usize {
        self.order
    }

    /// Where journeys start and end, by state, sorted.
    pub(super) fn ends(&self) -> Vec<(Vec<ChannelId>, Ends)> {
        match &self.counts {
            Counts::Dense(pairs) => {
                let (ends, _) = pairs.totals();
                self.channels
                    .ids()
                    .map(|id| vec![id])
                    .zip(ends)
                    .filter(|(_, ends)| *ends != Ends::default())
                    .collect()
            }
            Counts::Sparse(Sequences { ends, .. }) => ends
                .sorted()
                .into_iter()
                .map(|at| (ends.key(at as usize).to_vec(), ends.get(at as usize)))
                .collect(),
        }
    }

    /// Hands on every step, sorted: a state and the channel that comes next. Steps of a state to
    /// itself, which the chain merges, are among them.
    pub(super) fn each_step(&self, mut take: impl FnMut(&[ChannelId], f64)) {
        match &self.counts {
            Counts::Dense(pairs) => pairs
                .totals()
                .1
                .iter()
                .for_each(|(pair, weight)| take(pair, *weight)),
            Counts::Sparse(Sequences { steps, .. }) => {
                steps
                    .sorted()
                    .into_iter()
                    .for_each(|at| take(steps.key(at as usize), steps.get(at as usize)));
            }
        }
    }
}

impl Accumulator for Transitions {
    fn observe(&mut self, journey: Journey<'_>) {
        if let Some(outcome) = counted(&journey, self.ignore_nulls) {
            match &mut self.counts {
                Counts::Dense(pairs) => pairs.observe(journey.channels, outcome),
                Counts::Sparse(sequences) => {
                    sequences.observe(journey.channels, self.order, outcome)
                }
            }
        }
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let Counts::Dense(pairs) = &mut self.counts else {
            block.for_each(|journey| self.observe(journey));
            return;
        };
        let (mixed, nulls) = block.split_nulls();
        mixed.for_each(|journey| {
            if let Some(outcome) = counted(&journey, self.ignore_nulls) {
                pairs.observe(journey.channels, outcome);
            }
        });
        if !self.ignore_nulls {
            pairs.observe_nulls(&nulls);
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        for (name, left, right) in [
            ("order", self.order, later.order),
            (
                "ignore nulls",
                usize::from(self.ignore_nulls),
                usize::from(later.ignore_nulls),
            ),
        ] {
            if left != right {
                return Err(Error::setting(
                    name,
                    right,
                    format!("the same on both sides, {left}"),
                ));
            }
        }
        match (&mut self.counts, &later.counts) {
            (Counts::Dense(pairs), Counts::Dense(others)) => pairs.merge(others),
            (Counts::Sparse(sequences), Counts::Sparse(others)) => sequences.merge(others),
            _ => unreachable!("the same order and channels count in the same way"),
        }
        Ok(())
    }

    fn size(&self) -> usize {
        let heap = match &self.counts {
            Counts::Dense(pairs) => pairs.heap_size(),
            Counts::Sparse(Sequences { ends, steps }) => ends.heap_size() + steps.heap_size(),
        };
        size_of::<Self>() + heap
    }
}

/// The outcome of a journey as it counts, or nothing where it does not.
#[inline]
fn counted(journey: &Journey<'_>, ignore_nulls: bool) -> Option<Outcome> {
    let outcome = journey.outcome;
    let counted = if ignore_nulls {
        Outcome {
            nulls: 0.0,
            ..outcome
        }
    } else {
        outcome
    };
    (!journey.is_empty() && counted.conversions + counted.nulls > 0.0).then_some(counted)
}

/// The same as sorted pairs.
#[derive(PartialEq, Serialize, Deserialize)]
struct Sorted {
    version: EvidenceVersion<1>,
    channels: Channels,
    order: usize,
    ignore_nulls: bool,
    ends: Vec<(Vec<ChannelId>, Ends)>,
    steps: Vec<(Vec<ChannelId>, f64)>,
}

impl Sorted {
    /// As often as a state is entered it is left, for journeys are counted whole: what follows from
    /// the counts relies on it.
    fn check_balance(&self) -> Result<()> {
        let mut passed = NgramTable::<[f64; 2]>::default();
        for (state, ends) in &self.ends {
            let [entered, left] = passed.value(state);
            *entered += ends.starts;
            *left += ends.conversions + ends.nulls;
        }
        for (step, weight) in &self.steps {
            passed.value(&step[..self.order])[1] += weight;
            passed.value(&step[1..])[0] += weight;
        }
        match passed
            .iter()
            .find(|(_, [entered, left])| (entered - left).abs() > BALANCE * entered.max(*left))
        {
            Some((state, [entered, left])) => {
                let names: Vec<&str> = state.iter().map(|&id| self.channels.name(id)).collect();
                let counts = format!("{entered} entering and {left} leaving");
                Err(Error::setting(
                    format!("the journeys through {}", names.join(" > ")),
                    counts,
                    "as many entering as leaving",
                ))
            }
            None => Ok(()),
        }
    }
}

impl From<&Transitions> for Sorted {
    fn from(evidence: &Transitions) -> Self {
        let mut steps = Vec::new();
        evidence.each_step(|step, weight| steps.push((step.to_vec(), weight)));
        let Transitions {
            order,
            ignore_nulls,
            ..
        } = *evidence;
        Self {
            version: EvidenceVersion,
            channels: evidence.channels.clone(),
            order,
            ignore_nulls,
            ends: evidence.ends(),
            steps,
        }
    }
}

impl From<Transitions> for Sorted {
    fn from(evidence: Transitions) -> Self {
        Self::from(&evidence)
    }
}

impl PartialEq for Transitions {
    fn eq(&self, other: &Self) -> bool {
        Sorted::from(self) == Sorted::from(other)
    }
}

impl TryFrom<Sorted> for Transitions {
    type Error = Error;

    fn try_from(sorted: Sorted) -> Result<Self> {
        let Sorted {
            order,
            ignore_nulls,
            ..
        } = sorted;
        let mut evidence = Self::new(&sorted.channels, check_order(order)?, ignore_nulls);
        let states = sorted.ends.iter().map(|(state, _)| state);
        let steps = sorted.steps.iter().map(|(step, _)| step);
        for key in states.chain(steps) {
            sorted.channels.check_ids("a channel of a state", key)?;
        }
        for (state, ends) in &sorted.ends {
            evidence.put_ends(state, *ends)?;
        }
        for (step, weight) in &sorted.steps {
            evidence.put_step(step, *weight)?;
        }
        sorted.check_balance()?;
        Ok(evidence)
    }
}

impl Transitions {
    fn put_ends(&mut self, state: &[ChannelId], ends: Ends) -> Result<()> {
        if !(1..=self.order).contains(&state.len()) {
            return Err(Error::setting(
                "the length of a state",
                state.len(),
                format!("1 to the order, {}", self.order),
            ));
        }
        if !ends.is_valid() {
            let expected = "finite numbers, 0 or more";
            return Err(Error::setting("a count", format!("{ends:?}"), expected));
        }
        match &mut self.counts {
            Counts::Dense(pairs) => pairs.put(state[0], ends),
            Counts::Sparse(sequences) => *sequences.ends.value(state) += ends,
        }
        Ok(())
    }

    fn put_step(&mut self, step: &[ChannelId], weight: f64) -> Result<()> {
        if step.len() != self.order + 1 {
            return Err(Error::setting(
                "the length of a step",
                step.len(),
                format!("the order and one, {}", self.order + 1),
            ));
        }
        if !(weight >= 0.0 && weight.is_finite()) {
            let expected = "a finite number, 0 or more";
            return Err(Error::setting("a count", weight, expected));
        }
        match &mut self.counts {
            Counts::Dense(pairs) => pairs.put_step(step[0], step[1], weight),
            Counts::Sparse(sequences) => *sequences.steps.value(step) += weight,
        }
        Ok(())
    }
}
