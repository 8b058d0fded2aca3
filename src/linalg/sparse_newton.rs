//! Newton's method where the matrix of second derivatives would be too large: by products of it.

use crate::linalg::dot::dot;
use crate::linalg::newton::{Maximum, Stop, relative_size};
use std::ops::Range;

/// A sum of concave functions, each of a sum of few coefficients.
pub(crate) trait Terms: Sync {
    /// How many terms there are.
    fn len(&self) -> usize;
    /// The coefficients that a term adds up.
    fn columns(&self, term: usize) -> impl Iterator<Item = usize>;
    /// A term's function at that sum.
    fn derive(&self, term: usize, sum: f64) -> Derived;
}

/// A function at a point.
pub(crate) struct Derived {
    pub(crate) value: f64,
    pub(crate) slope: f64,
    /// Minus the second derivative, 0 or more.
    pub(crate) curvature: f64,
}

/// Newton's method for the sum of the terms less `penalty / 2 x coefficient^2` for each
/// coefficient. Steps come from conjugate gradients, so memory grows with the coefficients and not
/// with their square (Nocedal and Wright 2006, chapter 7).
pub(crate) struct SparseNewton<'a, T> {
    pub(crate) terms: &'a T,
    pub(crate) penalties: &'a [f64],
    pub(crate) most_steps: usize,
    pub(crate) stop: Stop,
}

/// Terms are added up over this many runs, so that bits do not depend on threads.
const RUNS: usize = 16;
/// How far the residual of a step shrinks.
const RESIDUAL: f64 = 1e-8;
/// Products a step may take.
const MOST_PRODUCTS: usize = 1_000;
/// The shortest part of a step that is tried.
const SHORTEST: f64 = 1e-6;

/// What a step starts from.
struct Slopes {
    gradient: Vec<f64>,
    /// Of minus the second derivatives.
    diagonal: Vec<f64>,
    curvatures: Vec<f64>,
}

impl<T: Terms> SparseNewton<'_, T> {
    /// Climbs from a start.
    pub(crate) fn maximise(&self, start: Vec<f64>) -> Maximum {
        let mut point = start;
        let mut value = self.value(&point);
        let mut steps = 0;
        while steps < self.most_steps {
            steps += 1;
            let direction = self.direction(&self.slopes(&point));
            let size = relative_size(&direction, &point);
            let Some((next, reached)) = self.search(&point, value, &direction) else {
                // a step that gains nothing, where gain decides, is the end
                let arrived = size.is_finite() && matches!(self.stop, Stop::Gain(_));
                return maximum(point, value, steps, arrived);
            };
            let gain = reached - value;
            (point, value) = (next, reached);
            let done = match self.stop {
                Stop::Gain(least) => gain <= least,
                Stop::Step(least) => size <= least,
            };
            if done {
                return maximum(point, value, steps, true);
            }
        }
        maximum(point, value, steps, false)
    }

    /// Halves the step until the value does not fall beyond rounding; none if it always does.
    fn search(&self, point: &[f64], value: f64, direction: &[f64]) -> Option<(Vec<f64>, f64)> {
        let mut length = 1.0;
        while length >= SHORTEST {
            let moved = point.iter().zip(direction);
            let next: Vec<f64> = moved.map(|(from, by)| from + length * by).collect();
            let reached = self.value(&next);
            let floor = match self.stop {
                Stop::Gain(_) => value,
                Stop::Step(_) => value - 1e-12 * value.abs(),
            };
            if reached >= floor && reached.is_finite() {
                return Some((next, reached));
            }
            length *= 0.5;
        }
        None
    }

    fn sum(&self, term: usize, point: &[f64]) -> f64 {
        self.terms.columns(term).map(|column| point[column]).sum()
    }

    fn value(&self, point: &[f64]) -> f64 {
        let value = |terms: Range<usize>| -> f64 {
            terms
                .map(|term| self.terms.derive(term, self.sum(term, point)).value)
                .sum()
        };
        let sum = fold(0..self.terms.len(), RUNS, &value, &|left, right| {
            left + right
        });
        let penalties = point.iter().zip(self.penalties);
        sum - penalties
            .map(|(at, penalty)| penalty / 2.0 * at * at)
            .sum::<f64>()
    }

    fn slopes(&self, point: &[f64]) -> Slopes {
        let slopes = |terms: Range<usize>| {
            let mut found = Slopes {
                gradient: vec![0.0; point.len()],
                diagonal: vec![0.0; point.len()],
                curvatures: Vec::with_capacity(terms.len()),
            };
            for term in terms {
                let Derived {
                    slope, curvature, ..
                } = self.terms.derive(term, self.sum(term, point));
                for column in self.terms.columns(term) {
                    found.gradient[column] += slope;
                    found.diagonal[column] += curvature;
                }
                found.curvatures.push(curvature);
            }
            found
        };
        let mut found = fold(0..self.terms.len(), RUNS, &slopes, &|mut left, right| {
            add(&mut left.gradient, &right.gradient);
            add(&mut left.diagonal, &right.diagonal);
            left.curvatures.extend(right.curvatures);
            left
        });
        for (at, penalty) in self.penalties.iter().enumerate() {
            found.gradient[at] -= penalty * point[at];
            found.diagonal[at] += penalty;
        }
        found
    }

    /// Minus the second derivatives times a vector.
    fn product(&self, curvatures: &[f64], vector: &[f64]) -> Vec<f64> {
        let product = |terms: Range<usize>| {
            let mut found = vec![0.0; vector.len()];
            for term in terms {
                let part = curvatures[term] * self.sum(term, vector);
                for column in self.terms.columns(term) {
                    found[column] += part;
                }
            }
            found
        };
        let mut found = fold(0..self.terms.len(), RUNS, &product, &|mut left, right| {
            add(&mut left, &right);
            left
        });
        for (at, penalty) in self.penalties.iter().enumerate() {
            found[at] += penalty * vector[at];
        }
        found
    }

    /// The whole step, by conjugate gradients with the diagonal as preconditioner.
    fn direction(&self, slopes: &Slopes) -> Vec<f64> {
        let scaled = |residual: &[f64]| -> Vec<f64> {
            let diagonal = residual.iter().zip(&slopes.diagonal);
            diagonal
                .map(|(part, scale)| if *scale > 0.0 { part / scale } else { 0.0 })
                .collect()
        };
        let mut residual = slopes.gradient.clone();
        let mut along = scaled(&residual);
        let (mut step, mut size) = (vec![0.0; residual.len()], dot(&residual, &along));
        let target = size * RESIDUAL * RESIDUAL;
        for _ in 0..MOST_PRODUCTS {
            let product = self.product(&slopes.curvatures, &along);
            let curvature = dot(&along, &product);
            if !(curvature > 0.0 && size > target) {
                break;
            }
            let length = size / curvature;
            for at in 0..step.len() {
                step[at] += length * along[at];
                residual[at] -= length * product[at];
            }
            let next = scaled(&residual);
            let left = dot(&residual, &next);
            for (along, next) in along.iter_mut().zip(next) {
                *along = next + left / size * *along;
            }
            size = left;
        }
        step
    }
}

fn maximum(point: Vec<f64>, value: f64, steps: usize, converged: bool) -> Maximum {
    Maximum {
        point,
        value,
        steps,
        converged,
    }
}

fn add(sums: &mut [f64], others: &[f64]) {
    let pairs = sums.iter_mut().zip(others);
    pairs.for_each(|(sum, other)| *sum += other);
}

/// The same tree of sums on any number of threads.
fn fold<S: Send>(
    terms: Range<usize>,
    runs: usize,
    read: &(impl Fn(Range<usize>) -> S + Sync),
    join: &(impl Fn(S, S) -> S + Sync),
) -> S {
    if runs == 1 {
        return read(terms);
    }
    let middle = terms.start + terms.len() / 2;
    let (left, right) = rayon::join(
        || fold(terms.start..middle, runs / 2, read, join),
        || fold(middle..terms.end, runs / 2, read, join),
    );
    join(left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts of Poisson variables whose log means are an intercept and a group's effect.
    struct Counts(Vec<(usize, f64)>);

    impl Terms for Counts {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn columns(&self, term: usize) -> impl Iterator<Item = usize> {
            [0, self.0[term].0].into_iter()
        }

        fn derive(&self, term: usize, sum: f64) -> Derived {
            let (count, mean) = (self.0[term].1, libm::exp(sum));
            Derived {
                value: count * sum - mean,
                slope: count - mean,
                curvature: mean,
            }
        }
    }

    #[test]
    fn a_maximum_meets_its_equations() {
        let counts: Vec<(usize, f64)> =
            (0..900).map(|at| (1 + at % 300, (at % 7) as f64)).collect();
        let penalties: Vec<f64> = (0..301)
            .map(|at| f64::from(u8::from(at > 0)) * 0.5)
            .collect();
        let terms = Counts(counts.clone());
        for stop in [Stop::Gain(1e-10), Stop::Step(1e-9)] {
            let newton = SparseNewton {
                terms: &terms,
                penalties: &penalties,
                most_steps: 50,
                stop,
            };
            let maximum = newton.maximise(vec![0.0; 301]);
            assert!(maximum.converged && maximum.steps < 15, "{}", maximum.steps);
            let mut slopes: Vec<f64> = penalties.iter().map(|penalty| -penalty).collect();
            (0..301).for_each(|at| slopes[at] *= maximum.point[at]);
            for (column, count) in &counts {
                let mean = libm::exp(maximum.point[0] + maximum.point[*column]);
                slopes[0] += count - mean;
                slopes[*column] += count - mean;
            }
            assert!(slopes.iter().all(|slope| slope.abs() < 1e-4), "{slopes:?}");
        }
    }
}
