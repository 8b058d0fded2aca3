//! The maximum-likelihood rates of an additive intensity.

use crate::attribution::hazard::rows::Rows;
use crate::error::Result;
use crate::linalg::anderson::History;
use crate::progress::{Progress, Stage, step};
use std::ops::Range;

/// Events with what stood before them, and how long each feature was exposed: the log-likelihood of
/// rates `r` is `sum over events of log(sum_k r_k x_k) - sum_k r_k E_k`, concave in `r`. The
/// baseline is the last rate, with `x = 1` always.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) rows: &'a Rows,
    /// By feature, and the baseline's last.
    pub(super) exposure: &'a [f64],
}

/// Rates and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solution {
    pub(super) rates: Vec<f64>,
    pub(super) log_likelihood: f64,
    pub(super) steps: u64,
    pub(super) converged: bool,
}

/// One look at all events: what each feature's rate is multiplied by up to its exposure, and the
/// log-likelihood.
struct Step {
    sums: Vec<f64>,
    log_likelihood: f64,
}

/// Rows a task reads at a time: the shape of every sum depends on the number of rows only.
const GRAIN: usize = 4096;
/// The likelihood's gain, by event, up to which a step counts as quiet.
const GAIN: f64 = 1e-9;
/// Rounds between two reports to the observer.
const REPORT: u64 = 32;
/// Quiet steps in a row that end the search: one alone may be chance.
const QUIET: u32 = 3;
/// So do a stretch of steps which together gain no more than this by event: rates on their way to 0
/// take thousands of steps that are never quite quiet and move nothing.
const STRETCH: (u64, f64) = (64, 1e-7);
/// A falling rate has died out below this many expected events, and this part of all events.
const DEAD: (f64, f64) = (1e-3, 1e-4);

impl Problem<'_> {
    /// Where a search without better knowledge begins: half of the events to the baseline, half
    /// spread evenly over the features.
    pub(super) fn start(&self) -> Vec<f64> {
        let (events, features) = (self.rows.weight(), self.exposure.len() - 1);
        let mut rates: Vec<f64> = self
            .exposure
            .iter()
            .map(|exposure| events / (2.0 * features.max(1) as f64 * exposure))
            .collect();
        rates[features] = events / (2.0 * self.exposure[features]);
        self.restrict(&mut rates);
        rates
    }

    /// A rate without exposure can only be 0.
    fn restrict(&self, rates: &mut [f64]) {
        for (rate, &exposure) in rates.iter_mut().zip(self.exposure) {
            if !(exposure > 0.0 && rate.is_finite()) {
                *rate = 0.0;
            }
        }
    }

    /// EM with Anderson's acceleration (Walker and Ni 2011; for EM, Henderson and Varadhan 2019):
    /// each look at the events gives a plain step, and the last few steps say how far to go on. A
    /// step onwards that lowers the likelihood is taken back for the plain one, which never does.
    ///
    /// # Errors
    /// If the observer stops the search.
    pub(super) fn maximise(
        &self,
        start: Vec<f64>,
        most_steps: u64,
        progress: &dyn Progress,
    ) -> Result<Solution> {
        let mut rates = start;
        self.restrict(&mut rates);
        let events = self.rows.weight();
        let mut at = self.look(&rates);
        let mut history = History::new(self.exposure);
        let (mut steps, mut quiet, mut converged) = (0, 0, false);
        let mut stretch = (STRETCH.0, at.log_likelihood);
        let mut rounds = 0u64;
        while steps < most_steps && !converged {
            if rounds.is_multiple_of(REPORT) {
                step(progress, Stage::Fitting, steps, None)?;
            }
            rounds += 1;
            let plain = self.advance(&rates, &at.sums);
            let onward = history.onward(&rates, &plain);
            let (mut next, mut look) = self.with_look(onward.unwrap_or_else(|| plain.clone()));
            steps += 1;
            if look.log_likelihood.is_nan() || look.log_likelihood < at.log_likelihood {
                history.forget();
                (next, look) = self.with_look(plain);
                steps += 1;
            }
            let gain = look.log_likelihood - at.log_likelihood;
            (rates, at) = (next, look);
            quiet = if gain <= GAIN * events { quiet + 1 } else { 0 };
            converged = quiet == QUIET;
            if steps >= stretch.0 {
                converged |= at.log_likelihood - stretch.1 <= STRETCH.1 * events;
                stretch = (steps + STRETCH.0, at.log_likelihood);
            }
        }
        if let Some((alive, look)) = self.without_dead(&rates, &at) {
            (rates, at) = (alive, look);
            steps += 1;
        }
        // after a plain step, and only then, rates times exposures add up to the events
        let (rates, look) = self.with_look(self.advance(&rates, &at.sums));
        Ok(Solution {
            rates,
            log_likelihood: look.log_likelihood,
            steps: steps + 1,
            converged,
        })
    }

    /// The rates with those that died out set to 0, if there are any.
    ///
    /// At the maximum a rate is 0 where the events it would explain, the sum of `x / lambda`, are
    /// fewer than its exposure (Karush, Kuhn and Tucker). EM multiplies such a rate by the ratio of
    /// the two at every step and never arrives. A rate has died out if it expects less than
    /// [`DEAD`] says, falls, and still would where it is 0; and if without all of these the
    /// likelihood falls by no more than a quiet step gains.
    fn without_dead(&self, rates: &[f64], at: &Step) -> Option<(Vec<f64>, Step)> {
        let events = self.rows.weight();
        let least = DEAD.0.min(DEAD.1 * events);
        let falls = |feature: usize, step: &Step| step.sums[feature] < self.exposure[feature];
        let mut dead: Vec<usize> = (0..rates.len())
            .filter(|&at| rates[at] > 0.0 && rates[at] * self.exposure[at] < least)
            .collect();
        dead.retain(|&feature| falls(feature, at));
        while !dead.is_empty() {
            let mut alive = rates.to_vec();
            dead.iter().for_each(|&feature| alive[feature] = 0.0);
            let (alive, look) = self.with_look(alive);
            let fallen = dead.len();
            dead.retain(|&feature| falls(feature, &look));
            if dead.len() == fallen {
                let floor = at.log_likelihood - GAIN * events;
                return (look.log_likelihood >= floor).then_some((alive, look));
            }
        }
        None
    }

    fn with_look(&self, rates: Vec<f64>) -> (Vec<f64>, Step) {
        let look = self.look(&rates);
        (rates, look)
    }

    /// The EM step: each rate times the events it would explain over those it expects.
    pub(super) fn advance(&self, rates: &[f64], sums: &[f64]) -> Vec<f64> {
        let step = |((&rate, &sum), &exposure): ((&f64, &f64), &f64)| {
            if exposure > 0.0 {
                rate * sum / exposure
            } else {
                0.0
            }
        };
        rates
            .iter()
            .zip(sums)
            .zip(self.exposure)
            .map(step)
            .collect()
    }

    /// For given rates, the log-likelihood and the sums over events of `x_k / lambda`.
    fn look(&self, rates: &[f64]) -> Step {
        let mut step = self.fold(0..self.rows.len(), rates);
        step.log_likelihood -= rates
            .iter()
            .zip(self.exposure)
            .map(|(rate, exposure)| rate * exposure)
            .sum::<f64>();
        step
    }

    /// The log-likelihood at `rates`.
    #[cfg(test)]
    pub(super) fn log_likelihood(&self, rates: &[f64]) -> f64 {
        self.look(rates).log_likelihood
    }

    /// One plain step.
    #[cfg(test)]
    pub(super) fn step(&self, rates: &[f64]) -> Vec<f64> {
        self.advance(rates, &self.look(rates).sums)
    }

    fn fold(&self, rows: Range<usize>, rates: &[f64]) -> Step {
        let grains = rows.len().div_ceil(GRAIN);
        if grains <= 1 {
            return self.read(rows, rates);
        }
        let middle = rows.start + grains / 2 * GRAIN;
        let (mut left, right) = rayon::join(
            || self.fold(rows.start..middle, rates),
            || self.fold(middle..rows.end, rates),
        );
        left.sums
            .iter_mut()
            .zip(right.sums)
            .for_each(|(sum, other)| *sum += other);
        left.log_likelihood += right.log_likelihood;
        left
    }

    fn read(&self, rows: Range<usize>, rates: &[f64]) -> Step {
        let baseline = rates.len() - 1;
        let mut sums = vec![0.0; rates.len()];
        let mut logarithms = Logarithms {
            product: 1.0,
            sum: 0.0,
        };
        for row in rows.map(|at| self.rows.get(at)) {
            let entries = row.features.iter().zip(row.values);
            let intensity = entries
                .clone()
                .fold(rates[baseline], |sum, (&feature, value)| {
                    sum + rates[feature as usize] * value
                });
            let part = row.weight / intensity;
            for (&feature, value) in entries {
                sums[feature as usize] += value * part;
            }
            sums[baseline] += part;
            logarithms.add(intensity, row.weight);
        }
        Step {
            sums,
            log_likelihood: logarithms.sum(),
        }
    }
}

/// A sum of weighted logarithms. Events of weight 1 are multiplied and share a logarithm, which
/// took a third of a look's time.
struct Logarithms {
    product: f64,
    sum: f64,
}

impl Logarithms {
    /// Two numbers within this many times 1 have a product that is neither 0 nor infinite.
    const RANGE: std::ops::Range<f64> = 1e-150..1e150;

    #[inline]
    fn add(&mut self, number: f64, weight: f64) {
        if weight != 1.0 || !Self::RANGE.contains(&number) {
            self.sum += weight * libm::log(number);
            return;
        }
        self.product *= number;
        if !Self::RANGE.contains(&self.product) {
            self.sum += libm::log(self.product);
            self.product = 1.0;
        }
    }

    fn sum(self) -> f64 {
        self.sum + libm::log(self.product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(rows: &[(Vec<(u32, f64)>, f64)]) -> Rows {
        let mut all = Rows::default();
        rows.iter()
            .for_each(|(entries, weight)| all.push(&mut entries.clone(), *weight));
        all
    }

    #[test]
    fn one_channel_by_hand() {
        // 6 events with the touch, 2 without, 3 and 4 days: theta + b = 6/3 and b = 2/4 were they
        // apart; together b (4 + 3) + theta 3 = 8, 6/(theta + b) = 3 and 6/(theta + b) + 2/b = 7,
        // so b = 1/2 and theta = 3/2
        let rows = rows(&[(vec![(0, 1.0)], 6.0), (vec![], 2.0)]);
        let problem = Problem {
            rows: &rows,
            exposure: &[3.0, 7.0],
        };
        let solution = problem.maximise(problem.start(), 10_000, &()).unwrap();
        assert!(solution.converged);
        approx::assert_relative_eq!(solution.rates[0], 1.5, max_relative = 1e-4);
        approx::assert_relative_eq!(solution.rates[1], 0.5, max_relative = 1e-4);
    }

    #[test]
    fn no_events_give_rates_of_zero_and_too_few_steps_are_told() {
        let none = rows(&[]);
        let empty = Problem {
            rows: &none,
            exposure: &[3.0, 7.0],
        };
        assert_eq!(
            empty.maximise(empty.start(), 10_000, &()).unwrap().rates,
            [0.0, 0.0]
        );
        let some = rows(&[(vec![(0, 1.0)], 6.0), (vec![], 2.0)]);
        let problem = Problem {
            rows: &some,
            exposure: &[3.0, 7.0],
        };
        assert!(!problem.maximise(problem.start(), 3, &()).unwrap().converged);
    }

    #[test]
    fn a_rate_without_exposure_is_zero() {
        let rows = rows(&[(vec![(0, 1.0)], 6.0)]);
        let problem = Problem {
            rows: &rows,
            exposure: &[0.0, 7.0],
        };
        let solution = problem.maximise(problem.start(), 10_000, &()).unwrap();
        assert_eq!(solution.rates[0], 0.0);
        approx::assert_relative_eq!(solution.rates[1], 6.0 / 7.0, max_relative = 1e-12);
    }

    type Events = Vec<(Vec<(u32, f64)>, f64)>;

    fn problems() -> impl Strategy<Value = (Events, Vec<f64>)> {
        let row = (
            prop::collection::vec((0u32..5, 0.1f64..3.0), 0..4),
            0.5f64..9.0,
        );
        (
            prop::collection::vec(row, 1..40),
            prop::collection::vec(0.01f64..50.0, 6),
        )
    }

    proptest! {
        #[test]
        fn no_step_lowers_the_likelihood((events, exposure) in problems()) {
            let rows = rows(&events);
            let problem = Problem { rows: &rows, exposure: &exposure };
            let mut rates = problem.start();
            let mut before = problem.log_likelihood(&rates);
            for _ in 0..60 {
                rates = problem.step(&rates);
                let after = problem.log_likelihood(&rates);
                prop_assert!(after >= before - 1e-9 * before.abs().max(1.0), "{before} to {after}");
                before = after;
            }
            let solution = problem.maximise(problem.start(), 100_000, &()).unwrap();
            let weight = rows.weight();
            prop_assert!(solution.converged);
            prop_assert!(solution.log_likelihood >= before - 1e-6 * weight);
            let products = solution.rates.iter().zip(&exposure).map(|(rate, exposure)| rate * exposure);
            let expected: f64 = products.sum();
            prop_assert!((expected / weight - 1.0).abs() < 1e-12, "{expected} expected of {weight}");
            prop_assert!(solution.rates.iter().all(|rate| *rate >= 0.0));
        }
    }
}
