//! Lift tests and beliefs about returns in the density.

use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::term::Term;
use crate::mix::estimate::nuts::transformed::{Series, Sums};
use crate::mix::specification::part::Part;
use crate::mix::specification::pseudo_observations::{EntryScratch, Kind, PseudoObservation};

/// A test or a belief: the sum of what terms predict = target, within a standard error.
#[derive(Debug, Clone)]
pub(super) struct TestRow {
    pub(super) channel: usize,
    observation: PseudoObservation,
}

/// What a test predicts of a term.
pub(super) struct Predicted {
    pub(super) outcome: f64,
    /// The derivative by the effect.
    pub(super) by_effect: f64,
    /// Where effects multiply: by row of the panel, the derivative of its scaled KPI by what is added
    /// to its logarithm.
    levels: Option<Vec<f64>>,
}

impl Predicted {
    /// Of a term that a test does not concern.
    pub(super) const NOTHING: Self = Self {
        outcome: 0.0,
        by_effect: 0.0,
        levels: None,
    };
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

    /// What an effect predicts for a term with these multipliers.
    pub(super) fn predict(
        &self,
        forward: &Forward,
        term: &Term,
        (effect, multipliers): (f64, Option<&[f64]>),
        design: &Design,
    ) -> Predicted {
        let observation = &self.observation;
        let (curve, response) = (&forward.kernel.curve, forward.response());
        let changes = || observation.changes(curve, response, design.periods);
        let levels = observation.levels.as_ref();
        if let Some((seen, changes)) = levels.and_then(|seen| Some((seen, changes()?))) {
            return self.multiply(term, (effect, multipliers), (seen, &changes), design);
        }
        let entry = self.entry(forward, term, multipliers, design);
        Predicted {
            outcome: effect * entry,
            by_effect: entry,
            levels: None,
        }
    }

    /// What an effect predicts where it is added to the logarithm of the KPI that was `seen`, by
    /// row: that times e^(effect x change) - 1, for changes of the response that the panel does not
    /// show.
    fn multiply(
        &self,
        term: &Term,
        (effect, multipliers): (f64, Option<&[f64]>),
        (seen, changes): (&[f64], &[f64]),
        design: &Design,
    ) -> Predicted {
        let (sign, rows) = (self.observation.sign(), term.rows(design.periods));
        let (mut outcome, mut by_effect, mut levels) = (0.0, 0.0, vec![0.0; design.rows()]);
        for row in rows.clone() {
            let change = changes[row] * multipliers.map_or(1.0, |m| m[row - rows.start]);
            let unit = design.scales.kpi[row / design.periods] / self.observation.unit;
            let added = sign * effect * change;
            levels[row] = seen[row] * libm::exp(added);
            outcome += unit * sign * seen[row] * libm::expm1(added);
            by_effect += unit * levels[row] * change;
        }
        Predicted {
            outcome,
            by_effect,
            levels: Some(levels),
        }
    }

    /// What an effect of 1 predicts for a term with these multipliers, where effects add up.
    fn entry(
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

    /// Adds `scale` times the derivative of what is predicted of an effect of 1 by each transformed
    /// value, and by each multiplier where responses outside the panel move it.
    pub(super) fn add_adjoint(
        &self,
        forward: &Forward,
        term: &Term,
        multipliers: Option<&[f64]>,
        design: &Design,
        (scale, predicted): (f64, &Predicted),
        adjoint: &mut Adjoint<'_>,
    ) {
        let (periods, scales) = (design.periods, &design.scales.kpi);
        let level = |row: usize| predicted.levels.as_ref().map_or(1.0, |levels| levels[row]);
        let scale = scale / self.observation.unit;
        match &self.observation.kind {
            Kind::Lift {
                other,
                sign,
                from,
                to,
            } => {
                for (geo, activity) in other.iter().filter(|(geo, _)| term.geos.contains(geo)) {
                    let part = |t: usize| scale * sign * scales[*geo] * level(geo * periods + t);
                    let first = (geo - term.geos.start) * periods;
                    let series = Series::of_geo(activity, 0);
                    let changed = forward.other(series, *to);
                    let mut by_changed = vec![0.0; *to];
                    for t in *from..*to {
                        let part = part(t);
                        adjoint.by_response[first + t] -= part;
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
