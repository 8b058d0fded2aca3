//! From the derivatives by each row's prediction to those by transforms, sizes and multipliers.

use crate::linalg::dot::dot;
use crate::mix::estimate::nuts::by_row::{ByRow, zeros};
use crate::mix::estimate::nuts::confounding;
use crate::mix::estimate::nuts::density::{Density, Point, Tested};
use crate::mix::estimate::nuts::test_rows::Adjoint;
use crate::mix::estimate::nuts::transformed::Sums;

impl Density {
    /// Adds the gradient by channels, and gives the density of their priors; `said` is the
    /// derivative by each row's prediction, and what each test says.
    pub(super) fn channels(
        &self,
        z: &[f64],
        point: &Point,
        said: (&[f64], &[Tested]),
        gradient: &mut [f64],
        by: &mut ByRow,
    ) -> f64 {
        let mut log_density = 0.0;
        for (c, forward) in point.channels.iter().enumerate() {
            zeros(&mut by.channel, self.design.rows());
            let mut sums = forward.sums();
            for (k, term) in self.terms.iter().enumerate() {
                if term.channel == c {
                    let by_effect = self.said(k, point, said, (by, &mut sums));
                    let by_contribution = self.demand(k, point, said.0, gradient);
                    let way = ((by_effect, by_contribution), &mut *by, &mut sums);
                    log_density += self.term(k, (z, point), way, gradient);
                }
            }
            if let Some(at) = self.layout.confounders[c] {
                gradient[at] = confounding::share(z[at]).1 * gradient[at] - z[at];
            }
            let range = self.layout.transform(c);
            forward.way_back(&self.design.channels[c], &by.channel, &mut sums);
            forward.finish(&sums, &mut gradient[range.clone()]);
            for (cell, parameter) in gradient[range].iter_mut().zip(&forward.parameters) {
                *cell += parameter.log_prior_slope;
                log_density += parameter.log_prior;
            }
        }
        log_density
    }

    /// What demand that moves a term's spend says: gives the derivative by the logarithm of the
    /// term's mean contribution, and adds the gradient by the demand.
    fn demand(&self, k: usize, point: &Point, rest: &[f64], gradient: &mut [f64]) -> f64 {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let Some(at) = self.layout.confounders[term.channel] else {
            return 0.0;
        };
        let rest = &rest[term.rows(self.design.periods)];
        let by_demand = size.contribution() * dot(rest, &term.course);
        gradient[at] += by_demand;
        point.confounding[term.channel] * by_demand
    }

    /// What rows and tests say of a term: gives the derivative by the logarithm of its effect, and
    /// writes those by row.
    fn said(
        &self,
        k: usize,
        point: &Point,
        (rest, by_test): (&[f64], &[Tested]),
        (by, sums): (&mut ByRow, &mut Sums),
    ) -> f64 {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let forward = &point.channels[term.channel];
        let rows = term.rows(self.design.periods);
        let (response, rest) = (&forward.response()[rows.clone()], &rest[rows]);
        let effect = size.effect;
        by.response.clear();
        by.response.extend(rest.iter().map(|g| effect * g));
        let mut by_effect = match size.factors() {
            None => effect * dot(rest, response),
            Some(factors) => {
                let cells = by.response.iter().zip(response).zip(factors);
                cells.map(|((by, h), m)| by * h * m).sum()
            }
        };
        zeros(&mut by.multiplier, size.factors().map_or(0, <[f64]>::len));
        for (test, tested) in self.tests.iter().zip(by_test) {
            if test.channel == term.channel && size.effect != 0.0 {
                let scale = size.effect * tested.derivative;
                let predicted = &tested.terms[k];
                by_effect += scale * predicted.by_effect;
                let mut way = Adjoint {
                    by_response: &mut by.response,
                    by_multiplier: &mut by.multiplier,
                    sums,
                };
                let scale = (scale, predicted);
                test.add_adjoint(forward, term, size.factors(), &self.design, scale, &mut way);
            }
        }
        by_effect
    }

    /// Adds the gradient by one term, and to the adjoint of its channel; gives the density of its
    /// priors.
    fn term(
        &self,
        k: usize,
        (z, point): (&[f64], &Point),
        ((by_effect, by_contribution), by, sums): ((f64, f64), &mut ByRow, &mut Sums),
        gradient: &mut [f64],
    ) -> f64 {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let forward = &point.channels[term.channel];
        let rows = term.rows(self.design.periods);
        let at = self.layout.effect(k);
        let (mut log_density, by_number) = size.way_back(
            term,
            (forward, &self.design.channels[term.channel]),
            (z[at], by_effect, by_contribution),
            (&mut by.response, &mut by.multiplier),
            sums,
        );
        gradient[at] += by_number;
        let cells = by.channel[rows.clone()].iter_mut().zip(&by.response);
        let Some(multipliers) = &size.multipliers else {
            cells.for_each(|(cell, by)| *cell += by);
            return log_density;
        };
        let cells = cells.zip(&multipliers.rows);
        cells.for_each(|((cell, by), m)| *cell += by * m);
        let response = &forward.response()[rows];
        let own = by.response.iter().zip(response);
        let cells = by.multiplier.iter_mut().zip(own);
        cells.for_each(|(cell, (by, h))| *cell += by * h);
        log_density += multipliers.way_back(
            &self.design,
            &self.layout,
            (k, term),
            &self.centring,
            (z, &by.multiplier),
            gradient,
        );
        log_density
    }
}
