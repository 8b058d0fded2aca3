//! From the derivatives by each row's prediction to those by transforms, sizes and multipliers.

use crate::linalg::dot::dot;
use crate::linalg::wide::dots;
use crate::mix::estimate::nuts::by_row::ByRow;
use crate::mix::estimate::nuts::confounding;
use crate::mix::estimate::nuts::density::{Density, Point, Tested};
use crate::mix::estimate::nuts::test_rows::Adjoint;
use crate::mix::estimate::nuts::transformed::Sums;

/// What is said of a term: the derivatives by the logarithms of its effect and of its mean
/// contribution, those by each row's prediction and by tests; with what it writes into.
type Way<'a> = (
    (f64, f64),
    (&'a [f64], &'a [Tested]),
    &'a mut ByRow,
    &'a mut Sums,
);

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
            // The terms of a channel write all of its rows.
            by.response.resize(self.design.rows(), 0.0);
            let mut sums = forward.sums();
            for (k, term) in self.terms.iter().enumerate() {
                if term.channel == c {
                    let by_effect = self.said(k, point, said, by);
                    let by_contribution = self.demand(k, point, said.0, gradient);
                    let way = ((by_effect, by_contribution), said, &mut *by, &mut sums);
                    log_density += self.term(k, (z, point), way, gradient);
                }
            }
            if let Some(at) = self.layout.confounders[c] {
                gradient[at] = confounding::share(z[at]).1 * gradient[at] - z[at];
            }
            let range = self.layout.transform(c);
            forward.way_back(&self.design.channels[c], &by.response, &mut sums);
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

    /// What rows and tests say of a term: the derivative by the logarithm of its effect.
    fn said(
        &self,
        k: usize,
        point: &Point,
        (rest, by_test): (&[f64], &[Tested]),
        by: &mut ByRow,
    ) -> f64 {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let rows = term.rows(self.design.periods);
        let response = &point.channels[term.channel].response()[rows.clone()];
        let rest = &rest[rows];
        let by_rows = match size.factors() {
            None => dots(rest, [response])[0],
            Some(factors) => {
                let products = rest.iter().zip(response).map(|(g, h)| g * h);
                by.multiplier.clear();
                by.multiplier.extend(products);
                dots(&by.multiplier, [factors])[0]
            }
        };
        let tests = self.tests.iter().zip(by_test);
        let tests = tests.filter(|(test, _)| test.channel == term.channel);
        let by_tests: f64 = tests
            .map(|(_, tested)| tested.derivative * tested.terms[k].by_effect)
            .sum();
        size.effect * (by_rows + by_tests)
    }

    /// Adds what tests say of a term's responses and multipliers.
    fn tested(
        &self,
        k: usize,
        point: &Point,
        by_test: &[Tested],
        (by, sums): (&mut ByRow, &mut Sums),
    ) {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let forward = &point.channels[term.channel];
        let by_response = &mut by.response[term.rows(self.design.periods)];
        for (test, tested) in self.tests.iter().zip(by_test) {
            if test.channel == term.channel && size.effect != 0.0 {
                let scale = size.effect * tested.derivative;
                let mut way = Adjoint {
                    by_response: &mut *by_response,
                    by_multiplier: &mut by.multiplier,
                    sums: &mut *sums,
                };
                let scale = (scale, &tested.terms[k]);
                test.add_adjoint(forward, term, size.factors(), &self.design, scale, &mut way);
            }
        }
    }

    /// Adds the gradient by one term, and writes the adjoint of its channel; gives the density of its
    /// priors.
    fn term(
        &self,
        k: usize,
        (z, point): (&[f64], &Point),
        ((by_effect, by_contribution), (rest, by_test), by, sums): Way<'_>,
        gradient: &mut [f64],
    ) -> f64 {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let forward = &point.channels[term.channel];
        let rows = term.rows(self.design.periods);
        let at = self.layout.effect(k);
        by.multiplier.clear();
        let factors = size.factors().map_or(0, <[f64]>::len);
        by.multiplier.resize(factors, 0.0);
        let (mut log_density, by_number) = size.way_back(
            term,
            (forward, &self.design.channels[term.channel]),
            (z[at], by_effect, by_contribution),
            (
                &rest[rows.clone()],
                &mut by.response[rows.clone()],
                &mut by.multiplier,
            ),
            sums,
        );
        gradient[at] += by_number;
        self.tested(k, point, by_test, (by, sums));
        let Some(multipliers) = &size.multipliers else {
            return log_density;
        };
        let by_response = &mut by.response[rows.clone()];
        let own = by_response.iter().zip(&forward.response()[rows]);
        let cells = by.multiplier.iter_mut().zip(own);
        cells.for_each(|(cell, (by, h))| *cell += by * h);
        let cells = by_response.iter_mut().zip(&multipliers.rows);
        cells.for_each(|(cell, m)| *cell *= m);
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
