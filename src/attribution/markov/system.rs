//! A chain as a linear system.

use crate::attribution::markov::chain::Chain;

/// Channels whose flows are swept side by side: a cache line of them.
pub(super) const LANES: usize = 8;

/// What is to be known of a chain for all channels alike.
pub(super) struct System<'a> {
    pub(super) chain: &'a Chain,
    /// Expected visits of each state by one walk.
    pub(super) flow: Vec<f64>,
    /// What a visit brings at once.
    pub(super) conversions: Vec<f64>,
    pub(super) value: Vec<f64>,
    /// Steps by state entered: where they end in the columns that follow, the state left, the
    /// probability.
    ends: Vec<usize>,
    sources: Vec<u32>,
    probabilities: Vec<f64>,
}

impl<'a> System<'a> {
    pub(super) fn new(chain: &'a Chain) -> Self {
        let started = chain.started();
        let per_visit = |at: usize, weight: f64| {
            if chain.visits[at] > 0.0 {
                weight / chain.visits[at]
            } else {
                0.0
            }
        };
        let states = 0..chain.len();
        let (ends, sources, probabilities) = by_target(chain);
        Self {
            chain,
            flow: states
                .clone()
                .map(|at| {
                    if started > 0.0 {
                        chain.visits[at] / started
                    } else {
                        0.0
                    }
                })
                .collect(),
            conversions: states
                .clone()
                .map(|at| per_visit(at, chain.ends[at].conversions))
                .collect(),
            value: states
                .map(|at| per_visit(at, chain.ends[at].value))
                .collect(),
            ends,
            sources,
            probabilities,
        }
    }

    /// The lanes in which a state is removed: those of its channels, where the first lane is that
    /// of channel `first`.
    #[inline]
    pub(super) fn lanes(&self, at: usize, first: usize) -> impl Iterator<Item = usize> {
        self.chain
            .state(at)
            .iter()
            .filter_map(move |id| id.index().checked_sub(first).filter(|lane| *lane < LANES))
    }

    /// The states left for a state, with the probability.
    pub(super) fn inflow(&self, at: usize) -> impl Iterator<Item = (usize, f64)> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        let range = start..self.ends[at];
        let sources = self.sources[range.clone()]
            .iter()
            .map(|&source| source as usize);
        sources.zip(self.probabilities[range].iter().copied())
    }
}

/// The steps sorted by state entered, then left.
fn by_target(chain: &Chain) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
    let mut next = vec![0; chain.len() + 1];
    for from in 0..chain.len() {
        chain.steps(from).for_each(|(to, _)| next[to + 1] += 1);
    }
    for at in 0..chain.len() {
        next[at + 1] += next[at];
    }
    let (mut sources, mut probabilities) =
        (vec![0; chain.step_count()], vec![0.0; chain.step_count()]);
    for from in 0..chain.len() {
        for (to, weight) in chain.steps(from) {
            sources[next[to]] = from as u32;
            probabilities[next[to]] = weight / chain.visits[from];
            next[to] += 1;
        }
    }
    next.pop();
    (next, sources, probabilities)
}
