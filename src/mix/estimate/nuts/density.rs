//! The logarithm of the posterior's density, and its gradient.

use crate::error::Result;
use crate::linalg::dot::dot;
use crate::linalg::wide::add_times;
use crate::mix::estimate::design::Design;
use crate::mix::estimate::nuts::by_row::ByRow;
use crate::mix::estimate::nuts::confounding;
use crate::mix::estimate::nuts::effect::bounded;
use crate::mix::estimate::nuts::forward::Forward;
use crate::mix::estimate::nuts::layout::Layout;
use crate::mix::estimate::nuts::likelihood::{Family, rows, sampled_baseline};
use crate::mix::estimate::nuts::multipliers::{Centring, Multipliers};
use crate::mix::estimate::nuts::size::Size;
use crate::mix::estimate::nuts::term::Term;
use crate::mix::estimate::nuts::test_rows::{Predicted, TestRow};
use crate::mix::estimate::nuts::transformed::Transformed;
use crate::mix::panel::Panel;
use crate::mix::specification::columns::Source;
use crate::mix::specification::{MixSpecification, Pooling};

/// The scale of the prior of the spread of geos' effects, drawn together by a year of periods.
const SPREAD: f64 = 0.1;

/// The posterior of a panel under a specification.
///
/// log density = rows + tests + priors. Where the noise is normal, rows are those of
/// [`likelihood`](crate::mix::estimate::nuts::likelihood) with the baseline's coefficients
/// integrated out. An effect is not sampled itself but as the logarithm of its mean contribution;
/// see [`size`](crate::mix::estimate::nuts::size).
#[derive(Debug, Clone)]
pub(super) struct Density {
    pub(super) design: Design,
    pub(super) layout: Layout,
    pub(super) terms: Vec<Term>,
    pub(super) centring: Centring,
    pub(super) family: Family,
    pub(super) tests: Vec<TestRow>,
    /// Bounded controls by row, times square roots of observation weights, and their sizes.
    pub(super) controls: Vec<(Vec<f64>, f64)>,
}

/// A point evaluated: transforms, sizes of terms, coefficients of controls with bounds, noise.
pub(super) struct Point {
    pub(super) channels: Vec<Forward>,
    pub(super) terms: Vec<Size>,
    pub(super) controls: Vec<f64>,
    /// By channel: what demand that moves its spend adds, as a share of what it causes.
    pub(super) confounding: Vec<f64>,
    pub(super) deviation: f64,
}

/// Memory that evaluations take over from each other.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    transformed: Vec<Transformed>,
    rest: Vec<f64>,
    by_row: ByRow,
}

impl Room {
    fn take_back(&mut self, point: Point) {
        let channels = point.channels.into_iter().map(Forward::into_room);
        self.transformed.clear();
        self.transformed.extend(channels);
    }
}

/// A test at a point.
pub(super) struct Tested {
    /// The derivative of the log density by what the test predicts.
    pub(super) derivative: f64,
    /// By term.
    pub(super) terms: Vec<Predicted>,
}

impl Density {
    pub(super) fn new(panel: &Panel, specification: &MixSpecification) -> Result<Self> {
        let mut design = Design::new(panel, specification, 0)?;
        let several = design.geos > 1;
        let (partial, separate, strength) = match specification.pooling {
            Pooling::Partial(strength) => (several, false, strength),
            Pooling::Separate => (false, several, 1.0),
            Pooling::Pooled => (false, false, 1.0),
        };
        if separate {
            design = design.by_geo(panel, specification);
        }
        // A changing effect is one term, whatever its knots.
        design
            .columns
            .retain(|column| column.knot.unwrap_or(0) == 0);
        let terms = Term::all(&design, panel, specification)?;
        let layout = Layout::new(&design, &terms, panel, specification, partial);
        let year = panel.period().year() as f64;
        Ok(Self {
            tests: design.tests.iter().map(TestRow::new).collect(),
            centring: Centring {
                scale: SPREAD * (year / strength).sqrt(),
                centred: vec![vec![false; design.geos]; terms.len()],
            },
            family: Family::new(panel, specification.likelihood),
            controls: controls(&design, terms.len()),
            terms,
            layout,
            design,
        })
    }

    pub(super) fn dimension(&self) -> usize {
        self.layout.dimension()
    }

    /// The baseline at a point, given what is left to it; where it is integrated out, the best.
    pub(super) fn baseline(&self, z: &[f64], rest: &[f64]) -> Vec<f64> {
        sampled_baseline(&self.design, &self.layout, z, rest)
    }

    /// Each channel's transform; what it writes into is taken from `room`, if there is any.
    fn forward(&self, z: &[f64], room: &mut Vec<Transformed>) -> Vec<Forward> {
        room.resize_with(self.design.channels.len(), Transformed::default);
        let channels = self.design.channels.iter().zip(room).enumerate();
        channels
            .map(|(c, (channel, room))| {
                let z = &z[self.layout.transform(c)];
                Forward::new(channel, self.design.order, z, std::mem::take(room))
            })
            .collect()
    }

    /// Transforms, sizes, coefficients and noise at a point.
    pub(super) fn point(&self, z: &[f64]) -> Point {
        self.point_in(z, &mut vec![])
    }

    /// What `of` makes of a point, in the memory of earlier ones.
    pub(super) fn at<T>(&self, z: &[f64], room: &mut Room, of: impl FnOnce(&Point) -> T) -> T {
        let point = self.point_in(z, &mut room.transformed);
        let made = of(&point);
        room.take_back(point);
        made
    }

    fn point_in(&self, z: &[f64], room: &mut Vec<Transformed>) -> Point {
        let channels = self.forward(z, room);
        let terms = self.terms.iter().enumerate().map(|(k, term)| {
            let multipliers =
                Multipliers::new(&self.design, &self.layout, (k, term), &self.centring, z);
            let z = z[self.layout.effect(k)];
            Size::new(&self.design, term, &channels[term.channel], multipliers, z)
        });
        let terms = terms.collect();
        let columns = self.design.columns[self.terms.len()..].iter();
        let controls = columns.zip(&self.controls).enumerate();
        let controls = controls.map(|(c, (column, (_, unit)))| {
            bounded(column, *unit, z[self.layout.control(c)]).value
        });
        let confounders = self.layout.confounders.iter();
        Point {
            terms,
            controls: controls.collect(),
            confounding: confounders
                .map(|at| at.map_or(0.0, |at| confounding::share(z[at]).0))
                .collect(),
            channels,
            deviation: libm::exp(z[self.layout.noise()]),
        }
    }

    /// KPI less all that moves with media, times square roots of observation weights. With
    /// `confounded` false, less what media cause only.
    pub(super) fn unexplained(&self, point: &Point, confounded: bool) -> Vec<f64> {
        let mut v = vec![];
        self.write_unexplained(point, confounded, &mut v);
        v
    }

    fn write_unexplained(&self, point: &Point, confounded: bool, v: &mut Vec<f64>) {
        v.clear();
        v.resize(self.design.rows(), 0.0);
        for (term, size) in self.terms.iter().zip(&point.terms) {
            let rows = term.rows(self.design.periods);
            let effect = size.effect;
            let response = &point.channels[term.channel].response()[rows.clone()];
            let demand = point.confounding[term.channel] * size.contribution();
            if confounded && demand != 0.0 {
                let cells = v[rows.clone()].iter_mut().zip(&term.course);
                cells.for_each(|(cell, x)| *cell -= demand * x);
            }
            match size.factors() {
                None => add_times(&mut v[rows], -effect, response),
                Some(factors) => {
                    let cells = v[rows].iter_mut().zip(response).zip(factors);
                    cells.for_each(|((cell, h), m)| *cell -= effect * m * h);
                }
            }
        }
        if let Some(weights) = &self.design.root_weights {
            v.iter_mut().zip(weights).for_each(|(cell, w)| *cell *= w);
        }
        for (cell, y) in v.iter_mut().zip(&self.design.kpi) {
            *cell += y;
        }
        for ((values, _), coefficient) in self.controls.iter().zip(&point.controls) {
            for (cell, x) in v.iter_mut().zip(values) {
                *cell -= coefficient * x;
            }
        }
    }

    /// The logarithm of the density at a point, and its gradient.
    pub(super) fn evaluate(&self, z: &[f64], gradient: &mut [f64], room: &mut Room) -> f64 {
        gradient.fill(0.0);
        let point = self.point_in(z, &mut room.transformed);
        let mut rest = std::mem::take(&mut room.rest);
        self.write_unexplained(&point, true, &mut rest);
        let (design, layout) = (&self.design, &self.layout);
        let likelihood = rows(design, layout, &self.family, z, &mut rest, gradient);
        let controls = self.controls(z, &rest, gradient);
        if let Some(weights) = &self.design.root_weights {
            rest.iter_mut()
                .zip(weights)
                .for_each(|(cell, w)| *cell *= w);
        }
        let (tests, by_test) = self.tests(&point);
        let said = (rest.as_slice(), by_test.as_slice());
        let transforms = self.channels(z, &point, said, gradient, &mut room.by_row);
        room.rest = rest;
        room.take_back(point);
        let confounders = self.layout.confounders.iter().flatten();
        let confounders = confounders.map(|at| -0.5 * z[*at] * z[*at]).sum::<f64>();
        likelihood + controls + tests + transforms + confounders
    }

    /// Adds the gradient by controls with bounds; `rest` is the derivative by each row's prediction
    /// before observation weights.
    fn controls(&self, z: &[f64], rest: &[f64], gradient: &mut [f64]) -> f64 {
        let mut log_density = 0.0;
        let columns = self.design.columns[self.terms.len()..].iter();
        for (c, (column, (values, unit))) in columns.zip(&self.controls).enumerate() {
            let at = self.layout.control(c);
            let here = bounded(column, *unit, z[at]);
            log_density += here.log_prior;
            gradient[at] = here.slope * dot(values, rest) + here.log_prior_slope;
        }
        log_density
    }

    /// The density of the tests, and what each predicts of the terms.
    fn tests(&self, point: &Point) -> (f64, Vec<Tested>) {
        let mut log_density = 0.0;
        let tested = self.tests.iter().map(|test| {
            let forward = &point.channels[test.channel];
            let of_term = |(term, size): (&Term, &Size)| match term.channel == test.channel {
                true => {
                    let sized = (size.effect, size.factors());
                    test.predict(forward, term, sized, &self.design)
                }
                false => Predicted::NOTHING,
            };
            let terms = self.terms.iter().zip(&point.terms).map(of_term);
            let terms: Vec<Predicted> = terms.collect();
            let predicted = terms.iter().map(|term| term.outcome).sum();
            let (density, derivative) = test.log_density(predicted);
            log_density += density;
            Tested { derivative, terms }
        });
        let tested = tested.collect();
        (log_density, tested)
    }
}

/// Bounded controls by row, times square roots of observation weights, and their sizes.
fn controls(design: &Design, terms: usize) -> Vec<(Vec<f64>, f64)> {
    let columns = design.columns[terms..].iter();
    let values = columns.filter_map(|column| match column.source {
        Source::Control(c) => Some(design.baseline.bounded[c].1.clone()),
        _ => None,
    });
    values
        .map(|mut values| {
            if let Some(weights) = &design.root_weights {
                values.iter_mut().zip(weights).for_each(|(v, w)| *v *= w);
            }
            let size = (dot(&values, &values) / values.len() as f64).sqrt();
            (values, 0.1 / if size > 0.0 { size } else { 1.0 })
        })
        .collect()
}

#[cfg(test)]
mod tests;
