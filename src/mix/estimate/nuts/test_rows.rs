//! Lift tests and beliefs about returns in the density.

use std::ops::Range;

use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::transformed::Sums;
use crate::mix::specification::pseudo_observations::{Kind, PseudoObservation};

/// A test or a belief: sum over columns of effect x entry = target, within a standard error.
#[derive(Debug, Clone)]
pub(super) struct TestRow {
    pub(super) channel: usize,
    observation: PseudoObservation,
}

impl TestRow {
    pub(super) fn new(observation: &PseudoObservation) -> Self {
        Self {
            channel: observation.channel,
            observation: observation.clone(),
        }
    }

    /// Logarithm of the density of what was found, and its derivative by what is predicted.
    pub(super) fn log_density(&self, predicted: f64) -> (f64, f64) {
        let error = self.observation.standard_error;
        let distance = (self.observation.target - predicted) / error;
        (-0.5 * distance * distance, distance / error)
    }

    /// What an effect of 1 predicts for a column that covers these geos.
    pub(super) fn entry(&self, forward: &Forward, geos: &Range<usize>, design: &Design) -> f64 {
        let (periods, scales) = (design.periods, &design.scales.kpi);
        let sum: f64 = match &self.observation.kind {
            Kind::Lift {
                other,
                sign,
                from,
                to,
            } => other
                .iter()
                .filter(|(geo, _)| geos.contains(geo))
                .map(|(geo, activity)| {
                    let changed = forward.other(activity.of_geo(0), *to).response;
                    let present = &forward.response()[geo * periods + from..geo * periods + to];
                    let difference: f64 = changed[*from..]
                        .iter()
                        .zip(present)
                        .map(|(a, b)| a - b)
                        .sum();
                    sign * difference * scales[*geo]
                })
                .sum(),
            Kind::Total { worth } => geos
                .clone()
                .map(|geo| {
                    let rows = geo * periods..(geo + 1) * periods;
                    let worth = |row: usize| worth.as_ref().map_or(1.0, |w| w[row]);
                    rows.map(|row| forward.response()[row] * worth(row))
                        .sum::<f64>()
                        * scales[geo]
                })
                .sum(),
        };
        sum / self.observation.unit
    }

    /// Adds `scale` times the derivative of the entry by each transformed value: to the adjoint for
    /// the panel's activity, to the sums for the test's.
    pub(super) fn add_adjoint(
        &self,
        forward: &Forward,
        geos: &Range<usize>,
        design: &Design,
        scale: f64,
        adjoint: &mut [f64],
        sums: &mut Sums,
    ) {
        let (periods, scales) = (design.periods, &design.scales.kpi);
        let scale = scale / self.observation.unit;
        match &self.observation.kind {
            Kind::Lift {
                other,
                sign,
                from,
                to,
            } => {
                for (geo, activity) in other.iter().filter(|(geo, _)| geos.contains(geo)) {
                    let series = activity.of_geo(0);
                    let part = scale * sign * scales[*geo];
                    adjoint[geo * periods + from..geo * periods + to]
                        .iter_mut()
                        .for_each(|cell| *cell -= part);
                    let changed = forward.other(series, *to);
                    let mut by_changed = vec![0.0; *to];
                    by_changed[*from..].fill(part);
                    forward.other_way_back(&changed, series, &by_changed, sums);
                }
            }
            Kind::Total { worth } => {
                for geo in geos.clone() {
                    for row in geo * periods..(geo + 1) * periods {
                        let worth = worth.as_ref().map_or(1.0, |w| w[row]);
                        adjoint[row] += scale * worth * scales[geo];
                    }
                }
            }
        }
    }
}
