//! Quadratic problems with bounds on each coefficient: the exact minimum of x'Ax / 2 - b'x between
//! `lower` and `upper`.

use crate::linalg::cholesky::{backward, factorise, forward};

/// Scratch for solving, kept between calls so that the search does not allocate.
#[derive(Debug, Clone, Default)]
pub(crate) struct BoundedSolver {
    factor: Vec<f64>,
    side: Vec<f64>,
    free: Vec<usize>,
    state: Vec<State>,
    pending: Vec<(usize, State)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Lower,
    Upper,
}

/// Exchanges that may pass without fewer violations before single exchanges take over, which always
/// end (Júdice and Pires 1994).
const PATIENCE: usize = 3;

impl BoundedSolver {
    /// Solves into `x`; false if A is not positive definite to working precision. A is n x n,
    /// row-major.
    ///
    /// Block principal pivoting (Kim and Park 2011): guess which coefficients are free, solve for
    /// those, exchange all that violate their bound or whose gradient points inwards, until none
    /// does. With a handful of media it ends after one to three rounds.
    pub(crate) fn solve(
        &mut self,
        a: &[f64],
        b: &[f64],
        lower: &[f64],
        upper: &[f64],
        x: &mut [f64],
    ) -> bool {
        let n = b.len();
        self.state.clear();
        self.state.resize(n, State::Free);
        let (mut fewest, mut patience) = (n + 1, PATIENCE);
        // The finite methods end long before; the limit is a guard against rounding in degenerate
        // problems.
        for _ in 0..10 * n + 20 {
            if !self.solve_free(a, b, lower, upper, x) {
                return false;
            }
            self.find_violations(a, b, lower, upper, x);
            if self.pending.is_empty() {
                return true;
            }
            if self.pending.len() < fewest {
                (fewest, patience) = (self.pending.len(), PATIENCE);
            } else {
                patience = patience.saturating_sub(1);
            }
            let exchanges = if patience == 0 { 1 } else { self.pending.len() };
            for &(i, state) in &self.pending[..exchanges] {
                self.state[i] = state;
            }
        }
        x.iter_mut()
            .zip(lower.iter().zip(upper))
            .for_each(|(x, (l, u))| *x = x.clamp(*l, *u));
        true
    }

    /// Lists the coefficients whose state violates a condition with the state they should be in,
    /// the last coefficient first.
    fn find_violations(&mut self, a: &[f64], b: &[f64], lower: &[f64], upper: &[f64], x: &[f64]) {
        let mut pending = std::mem::take(&mut self.pending);
        pending.clear();
        pending.extend(
            (0..b.len())
                .rev()
                .filter_map(|i| Some((i, self.exchange(i, a, b, lower, upper, x)?))),
        );
        self.pending = pending;
    }

    /// The state a coefficient should be in instead, if its present one violates a condition.
    fn exchange(
        &self,
        i: usize,
        a: &[f64],
        b: &[f64],
        lower: &[f64],
        upper: &[f64],
        x: &[f64],
    ) -> Option<State> {
        let n = b.len();
        let scale = a[i * n + i].abs();
        match self.state[i] {
            State::Free if x[i] < lower[i] => Some(State::Lower),
            State::Free if x[i] > upper[i] => Some(State::Upper),
            State::Free => None,
            bound => {
                let row = &a[i * n..(i + 1) * n];
                let gradient = row.iter().zip(x.iter()).map(|(a, x)| a * x).sum::<f64>() - b[i];
                let tolerance = 1e-13 * (b[i].abs() + scale * x[i].abs());
                let inwards = if bound == State::Lower {
                    gradient < -tolerance
                } else {
                    gradient > tolerance
                };
                (inwards && lower[i] < upper[i]).then_some(State::Free)
            }
        }
    }

    /// Solves for the free coefficients with the others at their bounds.
    fn solve_free(
        &mut self,
        a: &[f64],
        b: &[f64],
        lower: &[f64],
        upper: &[f64],
        x: &mut [f64],
    ) -> bool {
        let n = b.len();
        self.free.clear();
        for i in 0..n {
            match self.state[i] {
                State::Free => self.free.push(i),
                State::Lower => x[i] = lower[i],
                State::Upper => x[i] = upper[i],
            }
        }
        let m = self.free.len();
        self.factor.resize(n * n, 0.0);
        self.side.resize(n, 0.0);
        for (row, &i) in self.free.iter().enumerate() {
            for (column, &j) in self.free[..=row].iter().enumerate() {
                self.factor[row * m + column] = a[i * n + j];
            }
            let fixed: f64 = (0..n)
                .filter(|&j| self.state[j] != State::Free)
                .map(|j| a[i * n + j] * x[j])
                .sum();
            self.side[row] = b[i] - fixed;
        }
        if !factorise(&mut self.factor, m, m) {
            return false;
        }
        forward(&self.factor, m, m, &mut self.side);
        backward(&self.factor, m, m, &mut self.side);
        for (row, &i) in self.free.iter().enumerate() {
            x[i] = self.side[row];
        }
        true
    }

    /// Whether the last solution has a coefficient free, not at a bound.
    pub(crate) fn is_free(&self, i: usize) -> bool {
        self.state[i] == State::Free
    }

    /// The logarithm of the determinant of A's free part at the last solution.
    pub(crate) fn log_determinant(&self) -> f64 {
        let m = self.free.len();
        2.0 * (0..m)
            .map(|i| libm::log(self.factor[i * m + i]))
            .sum::<f64>()
    }
}

/// How far a point is from satisfying the conditions of Karush, Kuhn and Tucker: the largest of
/// bound violations and of gradients that should vanish or point outwards, each coefficient
/// measured in units of its own right-hand side's scale.
pub(crate) fn kkt_residual(a: &[f64], b: &[f64], lower: &[f64], upper: &[f64], x: &[f64]) -> f64 {
    let n = b.len();
    let mut worst = 0.0_f64;
    for i in 0..n {
        let row = &a[i * n..(i + 1) * n];
        let gradient = row.iter().zip(x).map(|(a, x)| a * x).sum::<f64>() - b[i];
        let scale = b[i].abs() + row.iter().zip(x).map(|(a, x)| (a * x).abs()).sum::<f64>();
        let inwards = if x[i] <= lower[i] {
            (-gradient).max(0.0)
        } else if x[i] >= upper[i] {
            gradient.max(0.0)
        } else {
            gradient.abs()
        };
        let outside = (lower[i] - x[i]).max(x[i] - upper[i]).max(0.0);
        worst = worst
            .max(outside)
            .max(if scale > 0.0 { inwards / scale } else { 0.0 });
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The minimum by trying every combination of free, lower and upper.
    fn by_enumeration(a: &[f64], b: &[f64], lower: &[f64], upper: &[f64]) -> Vec<f64> {
        let n = b.len();
        let mut best = (f64::INFINITY, vec![]);
        for code in 0..3_usize.pow(n as u32) {
            let states: Vec<usize> = (0..n).map(|i| code / 3_usize.pow(i as u32) % 3).collect();
            let mut solver = BoundedSolver {
                state: vec![State::Free; n],
                ..BoundedSolver::default()
            };
            for (state, digit) in solver.state.iter_mut().zip(&states) {
                *state = [State::Free, State::Lower, State::Upper][*digit];
            }
            let mut x = vec![0.0; n];
            assert!(solver.solve_free(a, b, lower, upper, &mut x));
            let inside = (0..n).all(|i| x[i] >= lower[i] - 1e-12 && x[i] <= upper[i] + 1e-12);
            let value: f64 = (0..n)
                .map(|i| x[i] * (0.5 * (0..n).map(|j| a[i * n + j] * x[j]).sum::<f64>() - b[i]))
                .sum();
            if inside && value < best.0 {
                best = (value, x);
            }
        }
        best.1
    }

    proptest! {
        #[test]
        fn finds_the_minimum(seed in prop::collection::vec(-1.0..1.0_f64, 24), b in prop::collection::vec(-2.0..2.0_f64, 4), width in 0.05..2.0_f64) {
            let n = 4;
            let mut a = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..n {
                    a[i * n + j] = (0..6).map(|k| seed[i * 6 + k] * seed[j * 6 + k]).sum::<f64>() + if i == j { 0.05 } else { 0.0 };
                }
            }
            let (lower, upper) = (vec![0.0; n], vec![width; n]);
            let mut x = vec![0.0; n];
            prop_assert!(BoundedSolver::default().solve(&a, &b, &lower, &upper, &mut x));
            prop_assert!(kkt_residual(&a, &b, &lower, &upper, &x) <= 1e-8);
            for (found, expected) in x.iter().zip(by_enumeration(&a, &b, &lower, &upper)) {
                prop_assert!((found - expected).abs() < 1e-8, "{found} {expected}");
            }
        }
    }

    #[test]
    fn singular_problems_are_refused() {
        let mut x = [0.0; 2];
        let unbounded = ([f64::NEG_INFINITY; 2], [f64::INFINITY; 2]);
        assert!(!BoundedSolver::default().solve(
            &[1.0, 1.0, 1.0, 1.0],
            &[1.0, 2.0],
            &unbounded.0,
            &unbounded.1,
            &mut x
        ));
    }

    #[test]
    fn residual_sees_a_wrong_answer() {
        assert!(kkt_residual(&[2.0], &[2.0], &[0.0], &[5.0], &[1.1]) > 0.01);
        assert!(kkt_residual(&[2.0], &[2.0], &[0.0], &[5.0], &[-0.1]) > 0.01);
        assert_eq!(kkt_residual(&[2.0], &[2.0], &[0.0], &[0.5], &[0.5]), 0.0);
    }
}
