//! The posterior's mode, and the shape of the posterior about it.

use std::collections::VecDeque;

use crate::linalg::dot::dot_in_order;
use crate::linalg::symmetric_eigen::symmetric_eigen;
use crate::mix::estimate::nuts::bent::Bent;
use crate::mix::estimate::nuts::density::{Density, Room};

/// Steps that the ascent remembers.
const MEMORY: usize = 10;
const MOST_STEPS: usize = 400;
/// The ascent ends where no number moves the log density by more.
const FLAT: f64 = 1e-4;

/// Curvatures below are taken for this: along such directions the posterior is as wide as its
/// prior.
const LEAST_CURVATURE: f64 = 0.3;

/// A point with the log density and its gradient.
#[derive(Clone)]
struct Here {
    z: Vec<f64>,
    log_density: f64,
    gradient: Vec<f64>,
}

impl Here {
    fn new(density: &Density, z: Vec<f64>, room: &mut Room) -> Self {
        let mut gradient = vec![0.0; z.len()];
        let log_density = density.evaluate(&z, &mut gradient, room);
        Self {
            z,
            log_density,
            gradient,
        }
    }

    fn is_sound(&self) -> bool {
        self.log_density.is_finite() && self.gradient.iter().all(|g| g.is_finite())
    }
}

/// A point of highest density near a start, by L-BFGS (Nocedal 1980) with steps halved until the
/// density rises.
pub(super) fn mode(density: &Density, start: Vec<f64>) -> Vec<f64> {
    let mut room = Room::default();
    let mut here = Here::new(density, start, &mut room);
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
    for _ in 0..MOST_STEPS {
        if here.gradient.iter().all(|g| g.abs() < FLAT) {
            break;
        }
        let mut direction = uphill(&here.gradient, &memory);
        let mut rise = dot_in_order(&direction, &here.gradient);
        if rise <= 0.0 {
            memory.clear();
            direction = uphill(&here.gradient, &memory);
            rise = dot_in_order(&direction, &here.gradient);
        }
        let Some(next) = step(density, &here, (&direction, rise), &mut room) else {
            if memory.is_empty() {
                break;
            }
            memory.clear();
            continue;
        };
        let moved: Vec<f64> = difference(&next.z, &here.z);
        let bent: Vec<f64> = difference(&here.gradient, &next.gradient);
        let curvature = dot_in_order(&moved, &bent);
        if curvature > 1e-10 {
            memory.push_back((moved, bent, 1.0 / curvature));
            if memory.len() > MEMORY {
                memory.pop_front();
            }
        }
        here = next;
    }
    here.z
}

/// The next point along a direction, or none where the density rises no more.
fn step(
    density: &Density,
    here: &Here,
    (direction, rise): (&[f64], f64),
    room: &mut Room,
) -> Option<Here> {
    let longest = direction.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
    // No number moves by more than 2 at once: the scale of all priors is about 1.
    let mut length = (2.0 / longest).min(1.0);
    for _ in 0..40 {
        let z = here.z.iter().zip(direction).map(|(z, d)| z + length * d);
        let next = Here::new(density, z.collect(), room);
        if next.is_sound() && next.log_density >= here.log_density + 1e-4 * length * rise {
            return Some(next);
        }
        length *= 0.5;
    }
    None
}

/// The gradient times the inverse curvature that the memory knows of.
fn uphill(gradient: &[f64], memory: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut direction = gradient.to_vec();
    let mut parts = Vec::with_capacity(memory.len());
    for (moved, bent, inverse) in memory.iter().rev() {
        let part = inverse * dot_in_order(moved, &direction);
        direction
            .iter_mut()
            .zip(bent)
            .for_each(|(d, b)| *d -= part * b);
        parts.push(part);
    }
    let scale = memory.back().map_or_else(
        || 1.0 / dot_in_order(gradient, gradient).sqrt().max(1.0),
        |(moved, bent, _)| dot_in_order(moved, bent) / dot_in_order(bent, bent),
    );
    direction.iter_mut().for_each(|d| *d *= scale);
    for ((moved, bent, inverse), part) in memory.iter().zip(parts.iter().rev()) {
        let back = inverse * dot_in_order(bent, &direction);
        direction
            .iter_mut()
            .zip(moved)
            .for_each(|(d, m)| *d += (part - back) * m);
    }
    direction
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// A linear map under which the posterior about its mode is about round, in bent coordinates.
#[derive(Debug, Clone)]
pub(super) struct Rounding {
    /// The coordinates of the mode.
    pub(super) centre: Vec<f64>,
    /// That of the numbers that all geos share: columns, one after the other.
    pub(super) shared: Vec<f64>,
    /// How many these are.
    pub(super) size: usize,
    /// The scale of each number after them.
    pub(super) others: Vec<f64>,
}

impl Rounding {
    pub(super) fn new(bent: &Bent<'_>, mode: &[f64]) -> Self {
        let others = bent.density.deviations(mode);
        let (size, centre) = (mode.len() - others.len(), bent.bend(mode));
        Self {
            shared: rounding(bent, &centre, size),
            centre,
            size,
            others,
        }
    }
}

/// By central differences of the gradient, for the first `size` coordinates.
fn rounding(bent: &Bent<'_>, centre: &[f64], size: usize) -> Vec<f64> {
    const STEP: f64 = 1e-4;
    let mut curvature = vec![0.0; size * size];
    let (mut up, mut down) = (vec![0.0; centre.len()], vec![0.0; centre.len()]);
    let mut w = centre.to_vec();
    let mut room = Room::default();
    for column in 0..size {
        w[column] = centre[column] + STEP;
        bent.evaluate(&w, &mut up, &mut room);
        w[column] = centre[column] - STEP;
        bent.evaluate(&w, &mut down, &mut room);
        w[column] = centre[column];
        for row in 0..size {
            curvature[row * size + column] = -(up[row] - down[row]) / (2.0 * STEP);
        }
    }
    for row in 0..size {
        for column in 0..row {
            let mean = 0.5 * (curvature[row * size + column] + curvature[column * size + row]);
            let mean = if mean.is_finite() { mean } else { 0.0 };
            curvature[row * size + column] = mean;
            curvature[column * size + row] = mean;
        }
    }
    let (values, mut vectors) = symmetric_eigen(curvature, size);
    for (vector, value) in vectors.chunks_mut(size).zip(values) {
        let value = if value.is_nan() {
            LEAST_CURVATURE
        } else {
            value
        };
        let scale = 1.0 / value.max(LEAST_CURVATURE).sqrt();
        vector.iter_mut().for_each(|cell| *cell *= scale);
    }
    vectors
}
