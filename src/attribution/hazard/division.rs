//! Where each part of an intensity belongs.

use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::sliding::MANY;
use crate::attribution::hazard::upstream::Upstream;
use crate::journeys::journey::Timeline;

/// The parts of an intensity on their way to touches and the baseline.
pub(super) struct Division<'a> {
    /// By channel, the share of its parts that does not go to the baseline.
    pub(super) kept: &'a [f64],
    pub(super) upstream: &'a [Upstream],
    pub(super) basis: &'a Basis,
    pub(super) timeline: Timeline<'a>,
    pub(super) weights: &'a mut [f64],
    /// By upstream channel, then touch: what waits to be divided among the touches that brought
    /// it. Empty for timelines of few touches, which are divided at once.
    waiting: Vec<Vec<f64>>,
}

impl<'a> Division<'a> {
    pub(super) fn new(
        kept: &'a [f64],
        upstream: &'a [Upstream],
        basis: &'a Basis,
        timeline: Timeline<'a>,
        weights: &'a mut [f64],
    ) -> Self {
        let touches = timeline.times.len();
        let waiting = if touches < MANY {
            Vec::new()
        } else {
            vec![vec![0.0; touches]; upstream.len()]
        };
        Self {
            kept,
            upstream,
            basis,
            timeline,
            weights,
            waiting,
        }
    }

    /// Adds a touch's part where it belongs; the result goes to the baseline.
    #[inline]
    pub(super) fn give(&mut self, touch: usize, part: f64) -> f64 {
        let channel = self.timeline.channels[touch];
        let own = part * self.kept[channel.index()];
        if own == 0.0 {
            return part;
        }
        let lost = part - own;
        let upstream = self.upstream.iter();
        let Some(at) = upstream
            .map(|upstream| upstream.channel)
            .position(|own| own == channel)
        else {
            self.weights[touch] += own;
            return lost;
        };
        let all = self.upstream;
        let upstream = &all[at];
        let flow = own * upstream.share;
        if upstream.is_found {
            self.weights[touch] += own - flow;
        }
        if let Some(waiting) = self.waiting.get_mut(at) {
            waiting[touch] += flow;
            return lost;
        }
        lost + self.pass_on(upstream, touch, flow)
    }

    /// Divides a touch's part among the touches that brought it; the result goes to the baseline.
    fn pass_on(&mut self, upstream: &Upstream, touch: usize, part: f64) -> f64 {
        let (timeline, kept, weights) = (self.timeline, self.kept, &mut *self.weights);
        let (mut left, mut lost) = (part, 0.0);
        upstream.parents(timeline, touch, self.basis, |parent, share| {
            let brought = part * share;
            let credited = brought * kept[timeline.channels[parent].index()];
            weights[parent] += credited;
            if upstream.is_found {
                left -= brought;
                lost += brought - credited;
            } else {
                left -= credited;
            }
        });
        if upstream.is_found {
            weights[touch] += left.max(0.0);
            return lost;
        }
        left.max(0.0)
    }

    /// Divides what waits; the result goes to the baseline.
    pub(super) fn finish(self) -> f64 {
        let (timeline, kept, weights) = (self.timeline, self.kept, self.weights);
        let mut baseline = 0.0;
        for (upstream, parts) in self.upstream.iter().zip(&self.waiting) {
            let mut lost = 0.0;
            let left = upstream.divide(timeline, parts, self.basis, |parent, part| {
                let credited = part * kept[timeline.channels[parent].index()];
                weights[parent] += credited;
                if upstream.is_found {
                    lost += part - credited;
                    return part;
                }
                credited
            });
            if !upstream.is_found {
                baseline += left;
                continue;
            }
            baseline += lost;
            // stays with the channel, whichever of its touches has it
            let all: f64 = parts.iter().sum();
            if all > 0.0 {
                let each = weights.iter_mut().zip(parts);
                each.for_each(|(weight, part)| *weight += left * part / all);
            }
        }
        baseline
    }
}
