//! Flows of several channels side by side, over the states they reach.

use crate::attribution::limits::{MOST_SWEEPS, MOST_SWEPT};
use crate::attribution::markov::system::{LANES, System};
use crate::error::{Error, Result};

type Lanes = [f64; LANES];
/// Sweeps between two looks at whether it is enough.
const CHECK: usize = 4;
/// What still moves, summed over states, bounds what the lost conversions are off by, for no state
/// converts more than surely. It is enough when that is this part of them,
const ENOUGH: f64 = 1e-13;
/// or this part of all visits, where rounding begins; the more sweeps it takes, the more of that
/// there is.
const ROUNDING: f64 = 1e-16;
const SWEEPS: f64 = 1e3;

/// The states that contain channels of each group of [`LANES`].
pub(super) struct Groups<'a> {
    system: &'a System<'a>,
    states: Vec<Vec<u32>>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(system: &'a System<'a>, channels: usize) -> Self {
        let mut states: Vec<Vec<u32>> = vec![Vec::new(); channels.div_ceil(LANES)];
        for at in 0..system.chain.len() {
            for channel in system.chain.state(at) {
                let own = &mut states[channel.index() / LANES];
                if own.last() != Some(&(at as u32)) {
                    own.push(at as u32);
                }
            }
        }
        Self { system, states }
    }

    /// The states with a channel from `first` on.
    pub(super) fn states(&self, first: usize) -> &[u32] {
        &self.states[first / LANES]
    }

    /// Fails if one sweep for all groups would read more steps than the limit.
    pub(super) fn check_size(&self) -> Result<()> {
        let (states, steps) = (self.system.chain.len(), self.system.chain.step_count());
        if self.states.len().saturating_mul(states + steps) <= MOST_SWEPT {
            return Ok(());
        }
        let (mut reach, mut read) = (Reach::fresh(states), 0);
        for own in &self.states {
            reach.find(self.system, own);
            let inflow = |&at: &u32| 1 + self.system.inflow(at as usize).count();
            read += reach.members.iter().map(inflow).sum::<usize>();
            if read > MOST_SWEPT {
                return Err(Error::setting(
                    "the number of steps of a Markov chain times eighths of its channels",
                    "larger",
                    format!("at most {MOST_SWEPT}: a lower order, or fewer channels"),
                ));
            }
        }
        Ok(())
    }
}

/// The states that walks can be in behind some states: no other has any flow.
pub(super) struct Reach {
    members: Vec<u32>,
    /// By state, its place among the members.
    places: Vec<u32>,
}

/// Of a state that is not reached.
const NOWHERE: u32 = u32::MAX;

impl Reach {
    /// Of no state yet, in a chain of that many.
    pub(super) fn fresh(states: usize) -> Self {
        Self {
            members: Vec::new(),
            places: vec![NOWHERE; states],
        }
    }

    /// Finds what is reached from these states, which are among it.
    pub(super) fn find(&mut self, system: &System<'_>, from: &[u32]) {
        for at in self.members.drain(..) {
            self.places[at as usize] = NOWHERE;
        }
        self.members.extend(from);
        from.iter().for_each(|&at| self.places[at as usize] = 0);
        let mut next = 0;
        while let Some(&at) = self.members.get(next) {
            for (to, _) in system.chain.steps(at as usize) {
                if self.places[to] == NOWHERE {
                    self.places[to] = 0;
                    self.members.push(to as u32);
                }
            }
            next += 1;
        }
        self.members.sort_unstable();
        for (place, &at) in self.members.iter().enumerate() {
            self.places[at as usize] = place as u32;
        }
    }
}

/// The flows behind the channels from `first` on, by state reached.
pub(super) struct Flows<'a> {
    system: &'a System<'a>,
    first: usize,
    members: &'a [u32],
    /// Steps between members by state entered, as in the system.
    ends: Vec<usize>,
    sources: Vec<u32>,
    probabilities: Vec<f64>,
}

impl<'a> Flows<'a> {
    pub(super) fn new(system: &'a System<'a>, reach: &'a Reach, first: usize) -> Self {
        let (mut ends, mut sources, mut probabilities) = (Vec::new(), Vec::new(), Vec::new());
        for &at in &reach.members {
            for (source, probability) in system.inflow(at as usize) {
                if reach.places[source] != NOWHERE {
                    sources.push(reach.places[source]);
                    probabilities.push(probability);
                }
            }
            ends.push(sources.len());
        }
        Self {
            system,
            first,
            members: &reach.members,
            ends,
            sources,
            probabilities,
        }
    }

    /// Conversions and value lost without each channel.
    ///
    /// # Errors
    /// If the flows do not settle.
    pub(super) fn settle(&self) -> Result<[[f64; 2]; LANES]> {
        let mut after = vec![[0.0; LANES]; self.members.len()];
        for (flows, &at) in after.iter_mut().zip(self.members) {
            let at = at as usize;
            self.system
                .lanes(at, self.first)
                .for_each(|lane| flows[lane] = self.system.flow[at]);
        }
        let mut change = after.clone();
        let visits: f64 = self.system.flow.iter().sum();
        let mut before = [0.0; LANES];
        for sweep in 1..=MOST_SWEEPS {
            let moved = self.sweep_once(&mut after, &mut change);
            if sweep % CHECK == 0 {
                let lost = self.lost(&after);
                let rounding = ROUNDING * visits * (1.0 + sweep as f64 / SWEEPS);
                if (0..LANES).all(|lane| moved[lane] <= (ENOUGH * lost[lane][0]).max(rounding)) {
                    return Ok(lost);
                }
                if usize::is_power_of_two(sweep) {
                    extrapolate(&mut after, &change, before, moved);
                }
            }
            before = moved;
        }
        Err(Error::NotConverged {
            what: "the removal effects of a Markov chain".into(),
            iterations: MOST_SWEEPS,
        })
    }

    /// Replaces the flows of every state by what flows into it, and notes the changes and their
    /// sum.
    fn sweep_once(&self, after: &mut [Lanes], change: &mut [Lanes]) -> Lanes {
        let mut moved = [0.0; LANES];
        for (place, &at) in self.members.iter().enumerate() {
            let mut sum = self.inflow(place, after);
            self.system
                .lanes(at as usize, self.first)
                .for_each(|lane| sum[lane] = self.system.flow[at as usize]);
            for lane in 0..LANES {
                change[place][lane] = sum[lane] - after[place][lane];
                moved[lane] += change[place][lane].abs();
            }
            after[place] = sum;
        }
        moved
    }

    #[inline]
    fn inflow(&self, place: usize, after: &[Lanes]) -> Lanes {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        let range = start..self.ends[place];
        let mut sum = [0.0; LANES];
        for (&source, probability) in self.sources[range.clone()]
            .iter()
            .zip(&self.probabilities[range])
        {
            let from = &after[source as usize];
            for lane in 0..LANES {
                sum[lane] += probability * from[lane];
            }
        }
        sum
    }

    fn lost(&self, after: &[Lanes]) -> [[f64; 2]; LANES] {
        let mut lost = [[0.0; 2]; LANES];
        for (flows, &at) in after.iter().zip(self.members) {
            for lane in 0..LANES {
                lost[lane][0] += flows[lane] * self.system.conversions[at as usize];
                lost[lane][1] += flows[lane] * self.system.value[at as usize];
            }
        }
        lost
    }
}

/// Once changes shrink by a steady factor from sweep to sweep, the rest of them is a geometric
/// series (Lyusternik): walks of a thousand steps then settle as fast as short ones.
fn extrapolate(after: &mut [Lanes], change: &[Lanes], before: Lanes, moved: Lanes) {
    let mut further = [0.0; LANES];
    for lane in 0..LANES {
        let factor = moved[lane] / before[lane];
        if factor > 0.0 && factor < 1.0 {
            further[lane] = factor / (1.0 - factor);
        }
    }
    for (flows, change) in after.iter_mut().zip(change) {
        for lane in 0..LANES {
            flows[lane] += further[lane] * change[lane];
        }
    }
}
