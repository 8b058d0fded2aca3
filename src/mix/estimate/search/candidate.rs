//! A candidate of the search: a point of the unit cube, judged.

use crate::mix::estimate::problem::{Linear, Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::Objectives;

/// A candidate that was evaluated.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) point: Vec<f64>,
    pub(crate) objectives: Objectives,
}

/// The penalties of the pilot, before the noise is known.
pub(crate) const UNINFORMED: PenaltyRange = PenaltyRange(1e-6, 1e-1);

/// The range of penalties that is searched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PenaltyRange(pub(crate) f64, pub(crate) f64);

impl PenaltyRange {
    /// The penalty at a quantile: uniform in the logarithm; a range from 0 begins at a millionth of
    /// its end.
    pub(crate) fn at(self, u: f64) -> f64 {
        let Self(low, high) = self;
        if low == high {
            return low;
        }
        let low = low.max(1e-6 * high);
        (low * libm::pow(high / low, u)).min(high)
    }
}

/// A problem with the range of penalties to search.
#[derive(Debug, Clone)]
pub(crate) struct Space {
    pub(crate) problem: Problem,
    pub(crate) penalties: PenaltyRange,
}

impl Space {
    /// The penalty of a point, whose last coordinate it is.
    pub(crate) fn penalty(&self, point: &[f64]) -> f64 {
        self.penalties.at(point[point.len() - 1])
    }

    /// Number of coordinates of a point: the transforms' parameters and the penalty.
    pub(crate) fn dimensions(&self) -> usize {
        self.problem.design.dimensions() + 1
    }

    /// All channels set to a point, then judged.
    pub(crate) fn evaluate(
        &self,
        point: &[f64],
        statistics: &mut SufficientStatistics,
        workspace: &mut Workspace,
    ) -> Option<(Linear, Objectives)> {
        set_all(&self.problem, point, statistics);
        self.problem
            .judge(statistics, self.penalty(point), workspace)
    }

    /// Buffers for [`Space::evaluate`].
    pub(crate) fn buffers(&self) -> (SufficientStatistics, Workspace) {
        (
            SufficientStatistics::new(&self.problem.design),
            Workspace::default(),
        )
    }
}

/// All channels' columns at a point.
pub(crate) fn set_all(problem: &Problem, point: &[f64], statistics: &mut SufficientStatistics) {
    for (c, offsets) in problem.design.offsets().windows(2).enumerate() {
        set_channel(problem, c, &point[offsets[0]..offsets[1]], statistics);
    }
}

/// One channel's columns at its part of a point.
pub(crate) fn set_channel(
    problem: &Problem,
    channel: usize,
    at: &[f64],
    statistics: &mut SufficientStatistics,
) {
    let design = &problem.design;
    statistics.set_step(channel, design.channels[channel].step_share(at));
    let transform = design.channels[channel].transform(at, design.order);
    let curve = transform.bind(&design.channels[channel].activity);
    statistics.set_channel(channel, &curve, design);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_span_their_range() {
        assert_eq!(PenaltyRange(0.0, 0.0).at(0.7), 0.0);
        let range = PenaltyRange(0.1, 10.0);
        assert_eq!((range.at(0.0), range.at(0.5)), (0.1, 1.0));
        let from_zero = PenaltyRange(0.0, 1.0);
        assert_eq!((from_zero.at(0.0), from_zero.at(1.0)), (1e-6, 1.0));
    }
}
