//! Newton's method for penalised logistic regression on sets of channels.

use crate::attribution::channel_sets::ChannelSetCounts;

/// The intercept and then a coefficient a channel, and how they came about.
pub(crate) struct Fitted {
    pub(crate) coefficients: Vec<f64>,
    pub(crate) steps: usize,
    pub(crate) converged: bool,
    pub(crate) log_likelihood: f64,
}

const MOST_STEPS: usize = 100;
/// Behind a step this small, relative to the coefficients, the next would be its square.
const SMALL: f64 = 1e-9;
const ROUNDING: f64 = 1e-12;

/// A set of columns that are 1, the intercept's among them, with how many converted out of how
/// many.
struct Row {
    columns: Vec<usize>,
    converted: f64,
    all: f64,
}

pub(crate) fn fit(sets: &ChannelSetCounts, penalty: f64) -> Fitted {
    let row = |(set, outcome): (Vec<crate::channel::ChannelId>, crate::journeys::Outcome)| Row {
        columns: std::iter::once(0)
            .chain(set.iter().map(|id| id.index() + 1))
            .collect(),
        converted: outcome.conversions,
        all: outcome.conversions + outcome.nulls,
    };
    let rows: Vec<Row> = sets.sorted().into_iter().map(row).collect();
    let size = sets.channels().len() + 1;
    let penalties: Vec<f64> = (0..size)
        .map(|at| if at == 0 { FREE } else { penalty })
        .collect();
    let mut coefficients = vec![0.0; size];
    let (mut steps, mut converged) = (0, false);
    let mut best = objective(&rows, &coefficients, &penalties);
    while steps < MOST_STEPS && !converged {
        let step = newton_step(&rows, &coefficients, &penalties);
        let largest = step
            .iter()
            .zip(&coefficients)
            .map(|(step, at)| step.abs() / (1.0 + at.abs()))
            .fold(0.0, f64::max);
        converged = largest <= SMALL;
        // Half the step until the objective does not fall by more than rounding: far from the
        // maximum a whole one may overshoot.
        let mut scale = 1.0;
        loop {
            let moved: Vec<f64> = coefficients
                .iter()
                .zip(&step)
                .map(|(at, step)| at + scale * step)
                .collect();
            let reached = objective(&rows, &moved, &penalties);
            if reached >= best - ROUNDING * best.abs() || scale * largest <= SMALL {
                (coefficients, best) = (moved, reached);
                break;
            }
            scale /= 2.0;
        }
        steps += 1;
    }
    let log_likelihood = rows
        .iter()
        .map(|row| row.log_likelihood(&coefficients))
        .sum();
    Fitted {
        coefficients,
        steps,
        converged,
        log_likelihood,
    }
}

/// The intercept's own penalty: next to none, so that it is finite where nobody, or everybody,
/// converts.
const FREE: f64 = 1e-6;

impl Row {
    fn odds(&self, coefficients: &[f64]) -> f64 {
        self.columns
            .iter()
            .map(|&column| coefficients[column])
            .sum()
    }

    /// `converted x log p + rest x log (1 - p)`, with log p = -log(1 + e^-odds).
    fn log_likelihood(&self, coefficients: &[f64]) -> f64 {
        let odds = self.odds(coefficients);
        -self.converted * softplus(-odds) - (self.all - self.converted) * softplus(odds)
    }
}

fn objective(rows: &[Row], coefficients: &[f64], penalties: &[f64]) -> f64 {
    let likelihood: f64 = rows
        .iter()
        .map(|row| row.log_likelihood(coefficients))
        .sum();
    likelihood
        - coefficients
            .iter()
            .zip(penalties)
            .map(|(at, penalty)| penalty / 2.0 * at * at)
            .sum::<f64>()
}

/// Solves `H step = g`, `g` the gradient and `H` the negative Hessian: weights `n p (1 - p)`.
fn newton_step(rows: &[Row], coefficients: &[f64], penalties: &[f64]) -> Vec<f64> {
    let size = coefficients.len();
    let mut gradient: Vec<f64> = coefficients
        .iter()
        .zip(penalties)
        .map(|(at, penalty)| -penalty * at)
        .collect();
    let mut hessian = vec![0.0; size * size];
    (0..size).for_each(|at| hessian[at * size + at] = penalties[at]);
    for row in rows {
        let p = sigmoid(row.odds(coefficients));
        let weight = row.all * p * (1.0 - p);
        for (place, &column) in row.columns.iter().enumerate() {
            gradient[column] += row.converted - row.all * p;
            // Columns ascend, so this is the lower triangle.
            row.columns[..=place]
                .iter()
                .for_each(|&other| hessian[column * size + other] += weight);
        }
    }
    solve(hessian, gradient)
}

/// Solves a symmetric positive definite system, of which the lower triangle is given, by Cholesky.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for at in 0..size {
        for column in 0..=at {
            let (above, own) = matrix.split_at(at * size);
            let other = if column == at {
                &own[..column]
            } else {
                &above[column * size..column * size + column]
            };
            let sum: f64 = own[..column]
                .iter()
                .zip(other)
                .map(|(left, right)| left * right)
                .sum();
            let rest = own[column] - sum;
            matrix[at * size + column] = if column == at {
                rest.max(f64::MIN_POSITIVE).sqrt()
            } else {
                rest / matrix[column * size + column]
            };
        }
        let sum: f64 = matrix[at * size..at * size + at]
            .iter()
            .zip(&right)
            .map(|(left, right)| left * right)
            .sum();
        right[at] = (right[at] - sum) / matrix[at * size + at];
    }
    for at in (0..size).rev() {
        let sum: f64 = (at + 1..size)
            .map(|below| matrix[below * size + at] * right[below])
            .sum();
        right[at] = (right[at] - sum) / matrix[at * size + at];
    }
    right
}

/// `1 / (1 + e^-x)`, without overflow.
pub(crate) fn sigmoid(x: f64) -> f64 {
    let small = libm::exp(-x.abs());
    if x >= 0.0 {
        1.0 / (1.0 + small)
    } else {
        small / (1.0 + small)
    }
}

/// `log(1 + e^x)`, without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cholesky_solves() {
        // [[4, 2, 1], [2, 5, 3], [1, 3, 6]] x = [1, 2, 3]
        let solved = solve(
            vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 1.0, 3.0, 6.0],
            vec![1.0, 2.0, 3.0],
        );
        for (row, right) in [[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]]
            .iter()
            .zip([1.0, 2.0, 3.0])
        {
            let product: f64 = row
                .iter()
                .zip(&solved)
                .map(|(left, right)| left * right)
                .sum();
            assert!((product - right).abs() < 1e-12);
        }
    }
}
