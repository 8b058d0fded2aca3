//! The edges of a map, and how they are found.

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

use crate::kpi::map::by_person::{EdgeSums, Pair};
use crate::kpi::map::durations::DurationHistogram;
use crate::util::random::step;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EdgeCounts {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) count: u64,
    /// Of them, those after which the journey ended without a conversion.
    pub(crate) left: u64,
    pub(crate) persons: u64,
    pub(crate) times: DurationHistogram,
    pub(crate) sums: EdgeSums,
    /// Of the person at hand: left, and count.
    #[serde(skip)]
    pub(super) own: Pair,
}

/// From both ends to the place among the edges. Where there are few steps a table of all ends finds
/// it without a hash: 10 million journeys of `benches/kpis.rs` took 1.2 s with hashes and take 0.5
/// s (2 cores).
#[derive(Debug, Clone)]
pub(super) enum Places {
    /// By both ends in turn; [`NOWHERE`] is none.
    Dense(Vec<u32>),
    Sparse(HashTable<u32>),
}

const NOWHERE: u32 = u32::MAX;
/// The most nodes with a table of all ends: 256 KiB of it.
const DENSE: usize = 256;

impl Places {
    pub(super) fn new(nodes: usize) -> Self {
        if nodes > DENSE {
            Self::Sparse(HashTable::new())
        } else {
            Self::Dense(vec![NOWHERE; nodes * nodes])
        }
    }

    /// The place of an edge, which is the next one where it is new.
    #[inline]
    pub(super) fn find(&mut self, edges: &[EdgeCounts], from: u32, to: u32, nodes: usize) -> usize {
        let next = edges.len() as u32;
        match self {
            Self::Dense(places) => {
                let place = &mut places[from as usize * nodes + to as usize];
                *place = if *place == NOWHERE { next } else { *place };
                *place as usize
            }
            Self::Sparse(places) => {
                let hash = |from: u32, to: u32| step(u64::from(from) << 32 | u64::from(to));
                let ends = |at: u32| {
                    edges
                        .get(at as usize)
                        .map_or((from, to), |edge| (edge.from, edge.to))
                };
                let found = places
                    .find(hash(from, to), |&at| ends(at) == (from, to))
                    .copied();
                found.unwrap_or_else(|| {
                    places.insert_unique(hash(from, to), next, |&at| hash(ends(at).0, ends(at).1));
                    next
                }) as usize
            }
        }
    }
}
