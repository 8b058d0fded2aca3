//! A candidate of the search: a point of the unit cube, judged.

use crate::mix::estimate::design::Design;
use crate::mix::estimate::problem::{Linear, Problem, Workspace};
use crate::mix::estimate::sufficient_statistics::SufficientStatistics;
use crate::mix::posterior::Objectives;
use crate::mix::specification::MixSpecification;

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
    /// The range that a specification states, if any.
    pub(crate) fn asked(specification: &MixSpecification) -> Option<Self> {
        let (low, high) = specification.penalty?;
        Some(Self(low, high))
    }

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

/// One KPI's problem with the range of penalties to search.
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

/// What one KPI of a candidate is judged with.
pub(crate) type Buffers = (SufficientStatistics, Workspace);

/// The problems of several KPIs that share their transforms: a point has the transforms' parameters,
/// then each KPI's penalty. Mostly there is one.
#[derive(Debug, Clone)]
pub(crate) struct Spaces(pub(crate) Vec<Space>);

impl Spaces {
    /// The design of the first KPI, whose transforms are those of all.
    pub(crate) fn design(&self) -> &Design {
        &self.0[0].problem.design
    }

    /// Number of coordinates of a point.
    pub(crate) fn dimensions(&self) -> usize {
        self.design().dimensions() + self.0.len()
    }

    /// A KPI's own point: the transforms and its penalty.
    pub(crate) fn point_of(&self, kpi: usize, point: &[f64]) -> Vec<f64> {
        let transforms = self.design().dimensions();
        let mut own = point[..transforms].to_vec();
        own.push(point[transforms + kpi]);
        own
    }

    /// Each KPI's penalty at a point.
    pub(crate) fn penalties(&self, point: &[f64]) -> Vec<f64> {
        let own = point[self.design().dimensions()..].iter();
        let spaces = self.0.iter().zip(own);
        spaces.map(|(space, u)| space.penalties.at(*u)).collect()
    }

    /// All channels of all KPIs set to a point, then judged together.
    pub(crate) fn evaluate(&self, point: &[f64], buffers: &mut [Buffers]) -> Option<Objectives> {
        let spaces = self.0.iter().zip(buffers).enumerate();
        let judged = spaces.map(|(kpi, (space, (statistics, workspace)))| {
            let own = self.point_of(kpi, point);
            Some(space.evaluate(&own, statistics, workspace)?.1)
        });
        judged.collect::<Option<Vec<Objectives>>>().map(together)
    }

    /// Buffers for [`Spaces::evaluate`].
    pub(crate) fn buffers(&self) -> Vec<Buffers> {
        self.0.iter().map(Space::buffers).collect()
    }
}

/// What several KPIs' solutions are judged by together: the sum of scores, the mean of errors.
pub(crate) fn together(all: Vec<Objectives>) -> Objectives {
    let count = all.len() as f64;
    let mean = |figure: &dyn Fn(&Objectives) -> f64| all.iter().map(figure).sum::<f64>() / count;
    let mean_of_known = |figure: &dyn Fn(&Objectives) -> Option<f64>| {
        let known: Vec<f64> = all.iter().filter_map(figure).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    };
    Objectives {
        nrmse: mean(&|o| o.nrmse),
        validation_nrmse: mean_of_known(&|o| o.validation_nrmse),
        rssd: mean(&|o| o.rssd),
        lift_error: mean_of_known(&|o| o.lift_error),
        score: all.iter().map(|o| o.score).sum(),
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
