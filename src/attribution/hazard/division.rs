//! Where each part of an intensity belongs.

use crate::attribution::hazard::basis::Basis;
use crate::attribution::hazard::sliding::MANY;
use crate::attribution::hazard::upstream::Upstream;
use crate::journeys::journey::Timeline;

/// The parts of an intensity on their way to touches and the baseline.
pub(super) struct Division<'a> {
    pub(super) captured: &'a [bool],
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
        captured: &'a [bool],
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
            captured,
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
        if part == 0.0 || self.captured[channel.index()] {
            return part;
        }
        let upstream = self.upstream.iter();
        let Some(at) = upstream
            .map(|upstream| upstream.channel)
            .position(|own| own == channel)
        else {
            self.weights[touch] += part;
            return 0.0;
        };
        if let Some(waiting) = self.waiting.get_mut(at) {
            waiting[touch] += part;
            return 0.0;
        }
        let (timeline, captured, weights) = (self.timeline, self.captured, &mut *self.weights);
        let mut left = part;
        self.upstream[at].parents(timeline, touch, self.basis, |parent, share| {
            if !captured[timeline.channels[parent].index()] {
                weights[parent] += part * share;
                left -= part * share;
            }
        });
        left.max(0.0)
    }

    /// Divides what waits; the result goes to the baseline.
    pub(super) fn finish(self) -> f64 {
        let (timeline, captured, weights) = (self.timeline, self.captured, self.weights);
        let mut baseline = 0.0;
        for (upstream, parts) in self.upstream.iter().zip(&self.waiting) {
            baseline += upstream.divide(timeline, parts, self.basis, |parent, part| {
                if captured[timeline.channels[parent].index()] {
                    return false;
                }
                weights[parent] += part;
                true
            });
        }
        baseline
    }
}
