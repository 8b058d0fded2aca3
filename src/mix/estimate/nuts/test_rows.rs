//! Lift tests and beliefs about returns in the density.

use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::term::Term;
use crate::mix::estimate::nuts::transformed::{Series, Sums};
use crate::mix::specification::part::Part;
use crate::mix::specification::pseudo_observations::{EntryScratch, Kind, PseudoObservation};

/// A test or a belief: sum over terms of effect x entry = target, within a standard error.
#[derive(Debug, Clone)]
pub(super) struct TestRow {
    pub(super) channel: usize,
    observation: PseudoObservation,
}

/// Where derivatives by what is transformed and by what multiplies it are added up, by row.
pub(super) struct Adjoint<'a> {
    /// By row of the term: derivatives by each response, before multipliers.
    pub(super) by_response: &'a mut [f64],
    /// By row of the term: derivatives by multipliers that the responses do not say.
    pub(super) by_multiplier: &'a mut [f64],
    pub(super) sums: &'a mut Sums,
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

    /// What an effect of 1 predicts for a term with these multipliers.
    pub(super) fn entry(
        &self,
        forward: &Forward,
        term: &Term,
        multipliers: Option<&[f64]>,
        design: &Design,
    ) -> f64 {
        let geo = (term.geos.len() < design.geos).then_some(term.geos.start);
        let part = match (multipliers, geo) {
            (None, _) => Part::Whole,
            (Some(by_period), Some(_)) => Part::Hat(by_period),
            (Some(rows), None) => Part::Rows(rows),
        };
        self.observation.entry(
            geo,
            part,
            &forward.kernel.curve,
            forward.response(),
            &design.scales.kpi,
            &mut EntryScratch::default(),
        )
    }

    /// Adds `scale` times the derivative of the entry by each transformed value, and by each
    /// multiplier where responses outside the panel move it.
    pub(super) fn add_adjoint(
        &self,
        forward: &Forward,
        term: &Term,
        multipliers: Option<&[f64]>,
        design: &Design,
        scale: f64,
        adjoint: &mut Adjoint<'_>,
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
                for (geo, activity) in other.iter().filter(|(geo, _)| term.geos.contains(geo)) {
                    let part = scale * sign * scales[*geo];
                    let first = (geo - term.geos.start) * periods;
                    adjoint.by_response[first + from..first + to]
                        .iter_mut()
                        .for_each(|cell| *cell -= part);
                    let series = Series::of_geo(activity, 0);
                    let changed = forward.other(series, *to);
                    let mut by_changed = vec![0.0; *to];
                    for t in *from..*to {
                        by_changed[t] = part * multipliers.map_or(1.0, |m| m[first + t]);
                        if let Some(cell) = adjoint.by_multiplier.get_mut(first + t) {
                            *cell += part * changed.response[t];
                        }
                    }
                    forward.other_way_back(&changed, series, &by_changed, adjoint.sums);
                }
            }
            Kind::Total { worth } => {
                for (cell, row) in adjoint.by_response.iter_mut().zip(term.rows(periods)) {
                    let worth = worth.as_ref().map_or(1.0, |w| w[row]);
                    *cell += scale * worth * scales[row / periods];
                }
            }
        }
    }
}
