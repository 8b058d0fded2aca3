//! From the derivatives by each row's prediction to those by transforms, sizes and multipliers.

use crate::linalg::dot::dot;
use crate::mix::estimate::nuts::density::{CONFOUNDING, Density, Point, Tested};
use crate::mix::estimate::nuts::test_rows::Adjoint;
use crate::mix::estimate::nuts::transformed::Sums;

/// What the rows and the tests say of a term.
struct Said {
    /// The derivative by the logarithm of the effect.
    by_effect: f64,
    /// By row of the term: derivatives by each response before multipliers.
    by_response: Vec<f64>,
    /// By row of the term: derivatives by multipliers that the responses do not say; none where the
    /// effect is the same everywhere.
    by_multiplier: Vec<f64>,
}

impl Density {
    /// Adds the gradient by channels, and gives the density of their priors; `rest` is the
    /// derivative by each row's prediction.
    pub(super) fn channels(
        &self,
        z: &[f64],
        point: &Point,
        rest: &[f64],
        by_test: &[Tested],
        gradient: &mut [f64],
    ) -> f64 {
        let mut log_density = 0.0;
        for (c, forward) in point.channels.iter().enumerate() {
            let mut adjoint = vec![0.0; self.design.rows()];
            let mut sums = forward.sums();
            for (k, term) in self.terms.iter().enumerate() {
                if term.channel == c {
                    let said = self.said(k, point, rest, by_test, &mut sums, gradient);
                    let way = (said, adjoint.as_mut_slice(), &mut sums);
                    log_density += self.term(k, (z, point), way, gradient);
                }
            }
            if let Some(at) = self.layout.confounders[c] {
                gradient[at] -= z[at];
            }
            let range = self.layout.transform(c);
            forward.way_back(&self.design.channels[c], &adjoint, &mut sums);
            forward.finish(&sums, &mut gradient[range.clone()]);
            for (cell, parameter) in gradient[range].iter_mut().zip(&forward.parameters) {
                *cell += parameter.log_prior_slope;
                log_density += parameter.log_prior;
            }
        }
        log_density
    }

    /// What rows and tests say of a term; adds the gradient by what is confounded.
    fn said(
        &self,
        k: usize,
        point: &Point,
        rest: &[f64],
        by_test: &[Tested],
        sums: &mut Sums,
        gradient: &mut [f64],
    ) -> Said {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let forward = &point.channels[term.channel];
        let rows = term.rows(self.design.periods);
        let (response, rest) = (&forward.response()[rows.clone()], &rest[rows]);
        let shown = size.effect * point.confounding[term.channel];
        let mut by_response: Vec<f64> = rest.iter().map(|g| shown * g).collect();
        let mut by_effect = match size.factors() {
            None => shown * dot(rest, response),
            Some(factors) => {
                let cells = by_response.iter().zip(response).zip(factors);
                cells.map(|((by, h), m)| by * h * m).sum()
            }
        };
        if let Some(at) = self.layout.confounders[term.channel] {
            gradient[at] += CONFOUNDING * by_effect;
        }
        let mut by_multiplier = vec![0.0; size.factors().map_or(0, <[f64]>::len)];
        for (test, tested) in self.tests.iter().zip(by_test) {
            if test.channel == term.channel && size.effect != 0.0 {
                let scale = size.effect * tested.derivative;
                by_effect += scale * tested.entries[k];
                let mut way = Adjoint {
                    by_response: &mut by_response,
                    by_multiplier: &mut by_multiplier,
                    sums,
                };
                test.add_adjoint(forward, term, size.factors(), &self.design, scale, &mut way);
            }
        }
        Said {
            by_effect,
            by_response,
            by_multiplier,
        }
    }

    /// Adds the gradient by one term, and to the adjoint of its channel; gives the density of its
    /// priors.
    fn term(
        &self,
        k: usize,
        (z, point): (&[f64], &Point),
        (mut said, adjoint, sums): (Said, &mut [f64], &mut Sums),
        gradient: &mut [f64],
    ) -> f64 {
        let (term, size) = (&self.terms[k], &point.terms[k]);
        let forward = &point.channels[term.channel];
        let rows = term.rows(self.design.periods);
        let at = self.layout.effect(k);
        let (mut log_density, by_number) = size.way_back(
            term,
            (forward, &self.design.channels[term.channel]),
            (z[at], said.by_effect),
            (&mut said.by_response, &mut said.by_multiplier),
            sums,
        );
        gradient[at] += by_number;
        let cells = adjoint[rows.clone()].iter_mut().zip(&said.by_response);
        let Some(multipliers) = &size.multipliers else {
            cells.for_each(|(cell, by)| *cell += by);
            return log_density;
        };
        let cells = cells.zip(&multipliers.rows);
        cells.for_each(|((cell, by), m)| *cell += by * m);
        let response = &forward.response()[rows];
        let own = said.by_response.iter().zip(response);
        let by = said.by_multiplier.iter_mut().zip(own);
        by.for_each(|(cell, (by, h))| *cell += by * h);
        log_density += multipliers.way_back(
            &self.design,
            &self.layout,
            (k, term),
            &self.centring,
            (z, &said.by_multiplier),
            gradient,
        );
        log_density
    }
}
