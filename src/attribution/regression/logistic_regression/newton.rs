//! Newton's method for penalised logistic regression on sets of channels.

use crate::attribution::channel_sets::ChannelSetCounts;
use crate::attribution::limits::DENSE_COEFFICIENTS;
use crate::linalg::newton::{Concave, Expansion, Maximum, Newton, Stop};
use crate::linalg::sparse_newton::{Derived, SparseNewton, Terms};
use crate::stats::special::softplus;

/// The intercept and then a coefficient a channel, and how they came about.
pub(crate) struct Fitted {
    pub(crate) coefficients: Vec<f64>,
    pub(crate) steps: usize,
    pub(crate) converged: bool,
    pub(crate) log_likelihood: f64,
    pub(crate) prior_share: Option<f64>,
}

const MOST_STEPS: usize = 100;
/// Behind a step this small, relative to the coefficients, the next would be its square.
const SMALL: f64 = 1e-9;

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
    let maximum = maximum(&rows, &penalties);
    let log_likelihood = rows
        .iter()
        .map(|row| row.log_likelihood(&maximum.point))
        .sum();
    Fitted {
        prior_share: prior_share(&rows, &penalties, &maximum.point),
        coefficients: maximum.point,
        steps: maximum.steps,
        converged: maximum.converged,
        log_likelihood,
    }
}

/// The penalty's part of the information on a coefficient, on average over the channels that rows
/// have; none without such rows.
fn prior_share(rows: &[Row], penalties: &[f64], coefficients: &[f64]) -> Option<f64> {
    let mut information = penalties.to_vec();
    for row in rows {
        let p = sigmoid(row.odds(coefficients));
        let weight = row.all * p * (1.0 - p);
        row.columns
            .iter()
            .for_each(|&column| information[column] += weight);
    }
    let shares = penalties.iter().zip(&information).skip(1);
    let shares = shares.map(|(penalty, information)| penalty / information);
    let known: Vec<f64> = shares.filter(|&share| share < 1.0).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

fn maximum(rows: &[Row], penalties: &[f64]) -> Maximum {
    let (most_steps, stop) = (MOST_STEPS, Stop::Step(SMALL));
    let start = vec![0.0; penalties.len()];
    if penalties.len() <= DENSE_COEFFICIENTS {
        let newton = Newton {
            most_steps,
            stop,
            scaled: false,
        };
        return newton.maximise(&Penalised { rows, penalties }, start);
    }
    let newton = SparseNewton {
        terms: &Table(rows),
        penalties,
        most_steps,
        stop,
    };
    newton.maximise(start)
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
        self.log_likelihood_at(self.odds(coefficients))
    }

    fn log_likelihood_at(&self, odds: f64) -> f64 {
        -self.converted * softplus(-odds) - (self.all - self.converted) * softplus(odds)
    }
}

/// The log-likelihood of rows, one by one.
struct Table<'a>(&'a [Row]);

impl Terms for Table<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn columns(&self, term: usize) -> impl Iterator<Item = usize> {
        self.0[term].columns.iter().copied()
    }

    fn derive(&self, term: usize, odds: f64) -> Derived {
        let row = &self.0[term];
        let p = sigmoid(odds);
        Derived {
            value: row.log_likelihood_at(odds),
            slope: row.converted - row.all * p,
            curvature: row.all * p * (1.0 - p),
        }
    }
}

/// The log-likelihood of rows, less `penalty / 2 x coefficient^2` for each coefficient.
struct Penalised<'a> {
    rows: &'a [Row],
    penalties: &'a [f64],
}

impl Concave for Penalised<'_> {
    fn expand(&self, coefficients: &[f64]) -> Expansion {
        let (gradient, information) = self.derivatives(coefficients);
        Expansion {
            value: self.value(coefficients),
            gradient,
            information,
        }
    }
}

impl Penalised<'_> {
    fn value(&self, coefficients: &[f64]) -> f64 {
        let likelihood: f64 = self
            .rows
            .iter()
            .map(|row| row.log_likelihood(coefficients))
            .sum();
        likelihood
            - coefficients
                .iter()
                .zip(self.penalties)
                .map(|(at, penalty)| penalty / 2.0 * at * at)
                .sum::<f64>()
    }

    /// The gradient and minus the second derivatives, whose weights are `n p (1 - p)`.
    fn derivatives(&self, coefficients: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let size = coefficients.len();
        let mut gradient: Vec<f64> = coefficients
            .iter()
            .zip(self.penalties)
            .map(|(at, penalty)| -penalty * at)
            .collect();
        let mut information = vec![0.0; size * size];
        (0..size).for_each(|at| information[at * size + at] = self.penalties[at]);
        for row in self.rows {
            let p = sigmoid(row.odds(coefficients));
            let weight = row.all * p * (1.0 - p);
            for (place, &column) in row.columns.iter().enumerate() {
                gradient[column] += row.converted - row.all * p;
                // Columns ascend, so this is the lower triangle.
                row.columns[..=place]
                    .iter()
                    .for_each(|&other| information[column * size + other] += weight);
            }
        }
        (gradient, information)
    }
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
