//! Newton's method with halved steps, for concave objectives.

use crate::linalg::cholesky::Cholesky;

/// An objective's value, slope and curvature at a point.
pub(crate) struct Expansion {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    /// Minus the second derivatives, row by row; only the lower triangle is read.
    pub(crate) information: Vec<f64>,
}

/// A concave objective with known derivatives.
pub(crate) trait Concave {
    fn expand(&self, point: &[f64]) -> Expansion;
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// Once a step gains this or less. A step that gains nothing is not taken.
    Gain(f64),
    /// Once the largest part of a step, relative to 1 + its coefficient, is this or less: the next
    /// step would be its square. The last step is taken.
    Step(f64),
}

/// Newton's method and its settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Newton {
    pub(crate) most_steps: usize,
    pub(crate) stop: Stop,
    /// Whether coefficients have units of their own, so that the curvature is scaled first.
    pub(crate) scaled: bool,
}

/// The point reached.
pub(crate) struct Maximum {
    pub(crate) point: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) steps: usize,
    /// False if the steps did not suffice, or the curvature is singular.
    pub(crate) converged: bool,
}

/// A fall of the objective that rounding may cause, relative to its size.
const ROUNDING: f64 = 1e-12;
/// The shortest part of a step that is tried where gain decides.
const SHORTEST: f64 = 1e-6;

impl Newton {
    /// Climbs from a start.
    pub(crate) fn maximise(&self, objective: &impl Concave, start: Vec<f64>) -> Maximum {
        let mut point = start;
        let mut here = objective.expand(&point);
        let maximum = |point: Vec<f64>, value: f64, steps: usize, converged: bool| Maximum {
            point,
            value,
            steps,
            converged,
        };
        for step in 1..=self.most_steps {
            let Some(direction) = self.direction(&here) else {
                return maximum(point, here.value, step, false);
            };
            let size = relative_size(&direction, &point);
            if !size.is_finite() {
                return maximum(point, here.value, step, false);
            }
            let (next, there) = self.search(objective, &point, &here, &direction, size);
            let gain = there.value - here.value;
            if !there.value.is_finite() {
                return maximum(point, here.value, step, false);
            }
            let (taken, done) = match self.stop {
                Stop::Gain(least) => (gain > 0.0, gain <= least),
                Stop::Step(least) => (true, size <= least),
            };
            if taken {
                (point, here) = (next, there);
            }
            if done {
                return maximum(point, here.value, step, gain.is_finite());
            }
        }
        maximum(point, here.value, self.most_steps, false)
    }

    /// The whole step; `None` if the curvature is singular.
    fn direction(&self, here: &Expansion) -> Option<Vec<f64>> {
        let (information, size) = (here.information.clone(), here.gradient.len());
        let factored = if self.scaled {
            Cholesky::new(information, size)
        } else {
            Cholesky::unscaled(information, size)
        };
        Some(factored?.solve(&here.gradient))
    }

    /// Halves the step until the objective does not fall: far from the maximum a whole one may
    /// overshoot.
    fn search(
        &self,
        objective: &impl Concave,
        point: &[f64],
        here: &Expansion,
        direction: &[f64],
        size: f64,
    ) -> (Vec<f64>, Expansion) {
        let mut length = 1.0;
        loop {
            let next: Vec<f64> = point
                .iter()
                .zip(direction)
                .map(|(from, by)| from + length * by)
                .collect();
            let there = objective.expand(&next);
            let (floor, last) = match self.stop {
                Stop::Gain(_) => (here.value, length < SHORTEST),
                Stop::Step(least) => (
                    here.value - ROUNDING * here.value.abs(),
                    length * size <= least,
                ),
            };
            if there.value >= floor || last {
                return (next, there);
            }
            length *= 0.5;
        }
    }
}

/// The largest part of a step, relative to 1 + its coefficient.
pub(crate) fn relative_size(step: &[f64], point: &[f64]) -> f64 {
    step.iter()
        .zip(point)
        .map(|(step, at)| step.abs() / (1.0 + at.abs()))
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `3 x - e^x - y^2 / 2`, largest at (ln 3, 0).
    struct Bent;

    impl Concave for Bent {
        fn expand(&self, point: &[f64]) -> Expansion {
            let (x, y) = (point[0], point[1]);
            Expansion {
                value: 3.0 * x - libm::exp(x) - 0.5 * y * y,
                gradient: vec![3.0 - libm::exp(x), -y],
                information: vec![libm::exp(x), 0.0, 0.0, 1.0],
            }
        }
    }

    #[test]
    fn a_maximum_is_found_from_afar() {
        for stop in [Stop::Gain(1e-14), Stop::Step(1e-9)] {
            for scaled in [false, true] {
                let newton = Newton {
                    most_steps: 50,
                    stop,
                    scaled,
                };
                let maximum = newton.maximise(&Bent, vec![-3.0, 7.0]);
                assert!(maximum.converged && maximum.steps < 15, "{}", maximum.steps);
                assert!((maximum.point[0] - libm::log(3.0)).abs() < 1e-6);
                let few = Newton {
                    most_steps: 2,
                    ..newton
                };
                assert!(!few.maximise(&Bent, vec![-3.0, 7.0]).converged);
            }
        }
    }

    /// So large and flat that a step overflows.
    struct Endless;

    impl Concave for Endless {
        fn expand(&self, _: &[f64]) -> Expansion {
            Expansion {
                value: 0.0,
                gradient: vec![1e300],
                information: vec![1e-300],
            }
        }
    }

    #[test]
    fn a_step_without_end_ends_the_climb() {
        for stop in [Stop::Gain(1e-14), Stop::Step(1e-9)] {
            let newton = Newton {
                most_steps: 50,
                stop,
                scaled: false,
            };
            let maximum = newton.maximise(&Endless, vec![0.0]);
            assert_eq!((maximum.converged, maximum.point), (false, vec![0.0]));
        }
    }

    /// A plane: no curvature.
    struct Flat;

    impl Concave for Flat {
        fn expand(&self, point: &[f64]) -> Expansion {
            Expansion {
                value: point[0],
                gradient: vec![1.0],
                information: vec![0.0],
            }
        }
    }

    #[test]
    fn singular_curvature_ends_without_converging() {
        let newton = Newton {
            most_steps: 50,
            stop: Stop::Step(1e-9),
            scaled: false,
        };
        let maximum = newton.maximise(&Flat, vec![0.0]);
        assert_eq!((maximum.converged, maximum.point), (false, vec![0.0]));
    }
}
