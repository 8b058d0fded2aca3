//! The logarithm of the posterior's density, and its gradient.

use std::ops::Range;

use crate::error::Result;
use crate::linalg::dot::dot;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::effect::{MEDIAN, bounded, log_prior};
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::layout::Layout;
use crate::mix::estimate::nuts::test_rows::TestRow;
use crate::mix::estimate::nuts::unconstrained::quantile;
use crate::mix::panel::Panel;
use crate::mix::specification::columns::Source;

/// The posterior of a panel under a specification, with the baseline's coefficients integrated out.
///
/// With v = y - sum of effects, S = v'v - |Q'v|^2 its square outside the baseline's span (Q
/// orthonormal, flat priors on the baseline), n rows and p baseline columns:
///
/// log density = -(n - p) log sigma - S / (2 sigma^2) + tests + priors
///
/// An effect is not sampled itself but as u, the logarithm of its mean contribution: beta = e^u / D
/// with D the mean response. The map from (u, transforms) to (beta, transforms) is triangular with
/// unit diagonal in the logarithm, so priors on effect, contribution or return need no Jacobian.
#[derive(Debug, Clone)]
pub(super) struct Density {
    pub(super) design: Design,
    pub(super) layout: Layout,
    tests: Vec<TestRow>,
    /// By media column: the geos it covers.
    geos: Vec<Range<usize>>,
    /// By geo: its part of the mean response, a row's weight.
    row_weights: Vec<f64>,
    /// Bounded controls by row, times square roots of observation weights, and their sizes.
    controls: Vec<(Vec<f64>, f64)>,
    /// Rows less baseline columns.
    freedom: f64,
}

/// A point evaluated: transforms, coefficients by column, noise.
pub(super) struct Point {
    pub(super) channels: Vec<Forward>,
    /// Media, then controls with bounds.
    pub(super) coefficients: Vec<f64>,
    /// Mean response by media column.
    means: Vec<f64>,
    pub(super) deviation: f64,
}

/// A test at a point.
struct Tested {
    /// The derivative of the log density by what the test predicts.
    derivative: f64,
    /// By media column, what an effect of 1 predicts.
    entries: Vec<f64>,
}

impl Density {
    pub(super) fn new(design: Design, panel: &Panel) -> Result<Self> {
        let layout = Layout::new(&design, panel)?;
        let tests = design.tests.iter().map(TestRow::new);
        let media = &design.columns[..layout.signs.len()];
        let geos = media
            .iter()
            .map(|column| column.geo.map_or(0..design.geos, |geo| geo..geo + 1));
        let whole = design.periods as f64 * design.scales.kpi.iter().sum::<f64>();
        let controls = design.columns[layout.signs.len()..].iter().map(|column| {
            let Source::Control(c) = column.source else {
                unreachable!("controls follow media");
            };
            let mut values = design.baseline.bounded[c].1.clone();
            if let Some(weights) = &design.root_weights {
                values.iter_mut().zip(weights).for_each(|(v, w)| *v *= w);
            }
            let size = (dot(&values, &values) / values.len() as f64).sqrt();
            (values, 0.1 / if size > 0.0 { size } else { 1.0 })
        });
        Ok(Self {
            tests: tests.collect(),
            geos: geos.collect(),
            row_weights: design
                .scales
                .kpi
                .iter()
                .map(|scale| scale / whole)
                .collect(),
            controls: controls.collect(),
            freedom: (design.observations - design.unpenalised()) as f64,
            layout,
            design,
        })
    }

    pub(super) fn dimension(&self) -> usize {
        self.layout.dimension()
    }

    /// Where to begin to look for the mode: transforms at their priors' medians, effects at theirs.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut z = vec![0.0; self.dimension()];
        for (c, channel) in self.design.channels.iter().enumerate() {
            let range = self.layout.transform(c);
            for (cell, prior) in z[range].iter_mut().zip(channel.priors()) {
                *cell = quantile(prior, 0.5);
            }
        }
        let channels = self.forward(&z);
        for (k, (channel, geos)) in self.columns().enumerate() {
            let mean = self.mean_response(&channels[channel], geos);
            z[self.layout.effect(k)] = MEDIAN - 2.0 + libm::log(mean.max(1e-12));
        }
        let v = self.design.kpi.clone();
        let along = self.design.along_basis(&v);
        let square = (dot(&v, &v) - dot(&along, &along)).max(1e-12);
        z[self.layout.noise()] = 0.5 * libm::log(square / self.freedom);
        z
    }

    /// Each media column's channel and geos.
    pub(super) fn columns(&self) -> impl Iterator<Item = (usize, &Range<usize>)> {
        self.design
            .columns
            .iter()
            .zip(&self.geos)
            .map(|(column, geos)| {
                let Source::Channel(channel) = column.source else {
                    unreachable!("media come first");
                };
                (channel, geos)
            })
    }

    fn forward(&self, z: &[f64]) -> Vec<Forward> {
        let channels = self.design.channels.iter().enumerate();
        channels
            .map(|(c, channel)| {
                Forward::new(channel, self.design.order, &z[self.layout.transform(c)])
            })
            .collect()
    }

    /// The mean response of a column: over its rows, a geo's weighted by its scale of the KPI where
    /// the column covers all.
    pub(super) fn mean_response(&self, forward: &Forward, geos: &Range<usize>) -> f64 {
        let periods = self.design.periods;
        geos.clone()
            .map(|geo| {
                let sum: f64 = forward.response()[geo * periods..(geo + 1) * periods]
                    .iter()
                    .sum();
                sum * self.row_weight(geos, geo)
            })
            .sum()
    }

    fn row_weight(&self, geos: &Range<usize>, geo: usize) -> f64 {
        if geos.len() == self.design.geos {
            self.row_weights[geo]
        } else {
            1.0 / self.design.periods as f64
        }
    }

    /// Transforms, coefficients and noise at a point.
    pub(super) fn point(&self, z: &[f64]) -> Point {
        let channels = self.forward(z);
        let mut coefficients = Vec::with_capacity(self.design.columns.len());
        let mut means = Vec::with_capacity(self.geos.len());
        for (k, (channel, geos)) in self.columns().enumerate() {
            let mean = self.mean_response(&channels[channel], geos);
            let size = libm::exp(z[self.layout.effect(k)]);
            // A channel that never ran has no effect.
            let effect = if mean > 0.0 { size / mean } else { 0.0 };
            means.push(mean);
            coefficients.push(self.layout.signs[k] * effect);
        }
        for (c, column) in self.design.columns[self.geos.len()..].iter().enumerate() {
            let z = z[self.layout.control(c)];
            coefficients.push(bounded(column, self.controls[c].1, z).value);
        }
        Point {
            channels,
            coefficients,
            means,
            deviation: libm::exp(z[self.layout.noise()]),
        }
    }

    /// KPI less all effects, times square roots of observation weights.
    pub(super) fn unexplained(&self, point: &Point) -> Vec<f64> {
        let mut v = vec![0.0; self.design.rows()];
        let periods = self.design.periods;
        for ((channel, geos), effect) in self.columns().zip(&point.coefficients) {
            let rows = geos.start * periods..geos.end * periods;
            let response = &point.channels[channel].response()[rows.clone()];
            for (cell, h) in v[rows].iter_mut().zip(response) {
                *cell -= effect * h;
            }
        }
        if let Some(weights) = &self.design.root_weights {
            v.iter_mut().zip(weights).for_each(|(cell, w)| *cell *= w);
        }
        for (cell, y) in v.iter_mut().zip(&self.design.kpi) {
            *cell += y;
        }
        for ((values, _), coefficient) in self
            .controls
            .iter()
            .zip(&point.coefficients[self.geos.len()..])
        {
            for (cell, x) in v.iter_mut().zip(values) {
                *cell -= coefficient * x;
            }
        }
        v
    }

    /// The logarithm of the density at a point, and its gradient.
    pub(super) fn evaluate(&self, z: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let point = self.point(z);
        let mut rest = self.unexplained(&point);
        let along = self.design.along_basis(&rest);
        let square = (dot(&rest, &rest) - dot(&along, &along)).max(0.0);
        for (direction, along) in self.design.basis.directions.iter().zip(&along) {
            let rows = direction.start..direction.end();
            for (cell, d) in rest[rows].iter_mut().zip(&direction.values) {
                *cell -= along * d;
            }
        }
        let precision = 1.0 / (point.deviation * point.deviation);
        rest.iter_mut().for_each(|cell| *cell *= precision);
        let controls = self.controls(z, &rest, gradient);
        if let Some(weights) = &self.design.root_weights {
            rest.iter_mut()
                .zip(weights)
                .for_each(|(cell, w)| *cell *= w);
        }
        let (mut log_density, by_test) = self.tests(&point);
        log_density += controls + self.transforms(z, &point, &rest, &by_test, gradient);
        log_density += -self.freedom * z[self.layout.noise()] - 0.5 * square * precision;
        // The noise is half-normal with scale 1, in units of the KPI's scale.
        log_density += z[self.layout.noise()] - 0.5 * point.deviation * point.deviation;
        gradient[self.layout.noise()] =
            -self.freedom + square * precision + 1.0 - point.deviation * point.deviation;
        log_density
    }

    /// Adds the gradient by controls with bounds; `rest` is the derivative by each row's prediction
    /// before observation weights.
    fn controls(&self, z: &[f64], rest: &[f64], gradient: &mut [f64]) -> f64 {
        let mut log_density = 0.0;
        let columns = self.design.columns[self.geos.len()..].iter();
        for (c, (column, (values, unit))) in columns.zip(&self.controls).enumerate() {
            let at = self.layout.control(c);
            let here = bounded(column, *unit, z[at]);
            log_density += here.log_prior;
            gradient[at] = here.slope * dot(values, rest) + here.log_prior_slope;
        }
        log_density
    }

    /// The density of the tests, and what each predicts of the media columns.
    fn tests(&self, point: &Point) -> (f64, Vec<Tested>) {
        let mut log_density = 0.0;
        let tested = self.tests.iter().map(|test| {
            let forward = &point.channels[test.channel];
            let entry = |(channel, geos)| match channel == test.channel {
                true => test.entry(forward, geos, &self.design),
                false => 0.0,
            };
            let entries: Vec<f64> = self.columns().map(entry).collect();
            let parts = entries.iter().zip(&point.coefficients);
            let predicted = parts.map(|(entry, effect)| effect * entry).sum();
            let (density, derivative) = test.log_density(predicted);
            log_density += density;
            Tested {
                derivative,
                entries,
            }
        });
        let tested = tested.collect();
        (log_density, tested)
    }

    /// Adds the gradient by effects and transforms, and gives the density of their priors.
    fn transforms(
        &self,
        z: &[f64],
        point: &Point,
        rest: &[f64],
        by_test: &[Tested],
        gradient: &mut [f64],
    ) -> f64 {
        let mut log_density = 0.0;
        let periods = self.design.periods;
        for (c, forward) in point.channels.iter().enumerate() {
            let mut adjoint = vec![0.0; self.design.rows()];
            let mut sums = forward.sums();
            for (k, (channel, geos)) in self.columns().enumerate() {
                if channel != c {
                    continue;
                }
                let (effect, mean) = (point.coefficients[k], point.means[k]);
                let at = self.layout.effect(k);
                if mean <= 0.0 {
                    // Nothing is known of it but a prior about its contribution.
                    let (density, slope) = log_prior(z[at]);
                    log_density += density;
                    gradient[at] = slope;
                    continue;
                }
                let (density, prior_slope) = log_prior(libm::log(effect.abs()));
                log_density += density;
                let rows = geos.start * periods..geos.end * periods;
                let mut by_log_effect = effect
                    * dot(&rest[rows.clone()], &forward.response()[rows.clone()])
                    + prior_slope;
                for (cell, g) in adjoint[rows.clone()].iter_mut().zip(&rest[rows.clone()]) {
                    *cell += effect * g;
                }
                for (test, tested) in self.tests.iter().zip(by_test) {
                    if test.channel == c {
                        let scale = effect * tested.derivative;
                        by_log_effect += scale * tested.entries[k];
                        test.add_adjoint(
                            forward,
                            geos,
                            &self.design,
                            scale,
                            &mut adjoint,
                            &mut sums,
                        );
                    }
                }
                gradient[at] += by_log_effect;
                for geo in geos.clone() {
                    let pull = by_log_effect / mean * self.row_weight(geos, geo);
                    adjoint[geo * periods..(geo + 1) * periods]
                        .iter_mut()
                        .for_each(|cell| *cell -= pull);
                }
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
}
