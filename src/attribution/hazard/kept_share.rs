//! The share of what a log shows of a channel that the channel caused, as tests tell it.

use crate::stats::ConfidenceLevel;
use std::f64::consts::PI;

/// How far the share may be from 1 where the log is right: half of the prior is a normal about 1
/// with this deviation.
pub(in crate::attribution) const SPREAD: f64 = 0.1;
/// The prior's half for selection: any share from 0 to 1 alike.
const SELECTION: f64 = 0.5;
/// The largest share considered.
pub(in crate::attribution) const MOST: f64 = 2.0;
/// Cells of the whole range, and of the range about each peak.
const CELLS: (usize, usize) = (2_048, 256);
/// Deviations about a peak that get cells of their own.
const REACH: f64 = 8.0;

/// One test beside the log's figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    /// Conversions that the log says the touches brought, and that figure's variance.
    pub(super) log: f64,
    pub(super) log_variance: f64,
    /// What the test says, and its variance.
    pub(super) tested: f64,
    pub(super) tested_variance: f64,
}

impl Comparison {
    /// The logarithm of Normal(tested; share x log, tested variance + share^2 x log variance), but
    /// for a constant.
    fn log_likelihood(&self, share: f64) -> f64 {
        let variance = self.tested_variance + share * share * self.log_variance;
        let error = self.tested - share * self.log;
        -0.5 * (error * error / variance + libm::log(variance))
    }
}

/// The share's posterior: piecewise between knots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeptShare {
    knots: Vec<f64>,
    /// The probability below each knot: of the share, where the log is right, and where it selects.
    below: Vec<f64>,
    right: Vec<f64>,
    selected: Vec<f64>,
    /// The probability that the log's figure holds selection.
    pub(super) selection: f64,
    /// The share by the tests alone, and its standard error.
    alone: (f64, f64),
}

impl KeptShare {
    /// The posterior given tests of one channel.
    pub(super) fn new(tests: &[Comparison]) -> Self {
        Self::with_spread(tests, SPREAD)
    }

    /// By Simpson's rule between knots, close together where the prior or a test has its peak.
    fn with_spread(tests: &[Comparison], spread: f64) -> Self {
        let knots = knots(tests, spread);
        let fit = |share: f64| -> f64 { tests.iter().map(|test| test.log_likelihood(share)).sum() };
        let middles = knots.windows(2).map(|ends| 0.5 * (ends[0] + ends[1]));
        let middles: Vec<f64> = middles.collect();
        let [at_knots, at_middles] = [&knots, &middles]
            .map(|shares| shares.iter().map(|&share| fit(share)).collect::<Vec<_>>());
        let all = at_knots.iter().chain(&at_middles);
        let most = all.copied().fold(f64::NEG_INFINITY, f64::max);
        let right = |share: f64, fit: f64| {
            let z = (share - 1.0) / spread;
            libm::exp(fit - most - 0.5 * z * z) / (spread * libm::sqrt(2.0 * PI))
        };
        let (mut below, mut right_below, mut selected_below) = (vec![0.0], vec![0.0], vec![0.0]);
        let (mut is_right, mut is_selected) = (0.0, 0.0);
        for (cell, &middle) in middles.iter().enumerate() {
            let sixth = (knots[cell + 1] - knots[cell]) / 6.0;
            let fits = [at_knots[cell], at_middles[cell], at_knots[cell + 1]];
            let shares = [knots[cell], middle, knots[cell + 1]];
            let simpson = |[low, centre, high]: [f64; 3]| sixth * (low + 4.0 * centre + high);
            let own = fits.map(|fit| libm::exp(fit - most));
            let selection = if middle < 1.0 { simpson(own) } else { 0.0 };
            let densities = [0, 1, 2].map(|at| right(shares[at], fits[at]));
            is_selected += SELECTION * selection;
            is_right += (1.0 - SELECTION) * simpson(densities);
            below.push(is_selected + is_right);
            right_below.push(is_right);
            selected_below.push(is_selected);
        }
        let scaled = |mut parts: Vec<f64>, sum: f64| {
            if sum > 0.0 {
                parts.iter_mut().for_each(|part| *part /= sum);
            }
            parts
        };
        Self {
            knots,
            below: scaled(below, is_selected + is_right),
            right: scaled(right_below, is_right),
            selected: scaled(selected_below, is_selected),
            selection: is_selected / (is_selected + is_right),
            alone: by_tests_alone(tests),
        }
    }

    /// The share below which that probability lies.
    pub(super) fn quantile(&self, probability: f64) -> f64 {
        self.inverse(&self.below, probability)
    }

    /// The estimate: the posterior's median, where a log that is right has its own best share and no
    /// other. So a test that says nothing leaves 1, as does one that the log agrees with.
    pub(super) fn estimate(&self) -> f64 {
        let best = self.inverse(&self.right, 0.5);
        let part = 0.5 / self.selection;
        if part >= 1.0 {
            return best;
        }
        let at = |probability| self.inverse(&self.selected, probability);
        // all of a right log's probability lies at its best share
        best.clamp(at(1.0 - part), at(part))
    }

    /// The shortest interval that holds that probability, with that of the tests alone: what was
    /// believed of the log takes nothing away that they leave open. So a channel that brings next to
    /// nothing has 0 in it.
    pub(super) fn interval(&self, level: ConfidenceLevel) -> (f64, f64) {
        let (low, high) = self.shortest(level.get());
        let (share, error) = self.alone;
        let half = level.z() * error;
        let ends = [share - half, share + half].map(|end| end.clamp(0.0, MOST));
        (low.min(ends[0]), high.max(ends[1]))
    }

    fn shortest(&self, probability: f64) -> (f64, f64) {
        let ends = |low: f64| (self.quantile(low), self.quantile(low + probability));
        let starts = self.below.iter().copied();
        let starts = starts.take_while(|low| low + probability < 1.0);
        let each = starts.chain([1.0 - probability]).map(ends);
        let shorter = |one: &(f64, f64), other: &(f64, f64)| {
            let [one, other] = [one, other].map(|(low, high)| high - low);
            one.total_cmp(&other)
        };
        each.min_by(shorter).unwrap_or((0.0, MOST))
    }

    fn inverse(&self, below: &[f64], probability: f64) -> f64 {
        let after = below.partition_point(|&below| below < probability);
        let after = after.clamp(1, self.knots.len() - 1);
        let (low, high) = (below[after - 1], below[after]);
        let part = if high > low {
            ((probability - low) / (high - low)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.knots[after - 1] + part * (self.knots[after] - self.knots[after - 1])
    }
}

/// The tests' shares, weighted by their precision, with the standard error.
fn by_tests_alone(tests: &[Comparison]) -> (f64, f64) {
    let weighed = tests.iter().map(|test| {
        let share = (test.tested / test.log).clamp(0.0, MOST);
        let variance = test.tested_variance + share * share * test.log_variance;
        let weight = test.log * test.log / variance;
        (weight, weight * test.tested / test.log)
    });
    let (weights, sum) = weighed.fold((0.0, 0.0), |all, (weight, part)| {
        (all.0 + weight, all.1 + part)
    });
    (sum / weights, weights.sqrt().recip())
}

/// The ends of cells, in order; 1, where the prior's density jumps, is one.
fn knots(tests: &[Comparison], spread: f64) -> Vec<f64> {
    let even = (0..=CELLS.0).map(|at| MOST * at as f64 / CELLS.0 as f64);
    let mut knots: Vec<f64> = even.collect();
    let peaks = tests.iter().filter(|test| test.log > 0.0).map(|test| {
        let share = (test.tested / test.log).clamp(0.0, MOST);
        let variance = test.tested_variance + share * share * test.log_variance;
        (share, variance.sqrt() / test.log)
    });
    for (peak, deviation) in peaks.chain([(1.0, spread)]) {
        let step = 2.0 * REACH * deviation / CELLS.1 as f64;
        let near = (0..=CELLS.1).map(|at| peak - REACH * deviation + step * at as f64);
        knots.extend(near.filter(|share| (0.0..=MOST).contains(share)));
    }
    knots.sort_by(f64::total_cmp);
    knots.dedup();
    knots
}

/// How many standard errors a test and the log are apart.
pub(super) fn disagreement(test: &Comparison) -> f64 {
    (test.tested - test.log) / (test.tested_variance + test.log_variance).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::normal;
    use proptest::prelude::*;

    fn test(log: f64, tested: f64, error: f64) -> Comparison {
        Comparison {
            log,
            log_variance: 0.0,
            tested,
            tested_variance: error * error,
        }
    }

    /// The probability of selection where the log is either right exactly or selects: in closed
    /// form, from the density of the share at 1 and its mass from 0 to 1.
    fn selection(log: f64, tested: f64, error: f64) -> f64 {
        let (mean, deviation) = (tested / log, error / log);
        let mass = normal::below((1.0 - mean) / deviation) - normal::below(-mean / deviation);
        let z = (1.0 - mean) / deviation;
        let factor = (2.0 * PI).sqrt() * deviation * mass / (-0.5 * z * z).exp();
        factor / (1.0 + factor)
    }

    #[test]
    fn a_narrow_prior_gives_the_closed_form() {
        for (log, tested, error) in [
            (500.0, 20.0, 220.0),
            (1_000.0, 950.0, 100.0),
            (400.0, 100.0, 80.0),
            (100.0, 130.0, 40.0),
        ] {
            let found = KeptShare::with_spread(&[test(log, tested, error)], 1e-5);
            let known = selection(log, tested, error);
            approx::assert_relative_eq!(found.selection, known, max_relative = 1e-4);
            // below 1 lies selection alone: a normal cut to 0 to 1
            let p = 0.3 * found.selection;
            let (mean, deviation) = (tested / log, error / log);
            let share = normal::truncated(mean, deviation, (0.0, 1.0), 0.3);
            approx::assert_relative_eq!(found.quantile(p), share, max_relative = 1e-3);
        }
    }

    #[test]
    fn the_estimate_stays_near_1_until_a_test_contradicts() {
        let estimate =
            |tested: f64, error: f64| KeptShare::new(&[test(1_000.0, tested, error)]).estimate();
        assert!((estimate(1_000.0, 50.0) - 1.0).abs() < 0.01);
        // a tenth below: the log is right but for that tenth
        assert!((estimate(900.0, 10.0) - 0.9).abs() < 0.005);
        assert!((estimate(100.0, 50.0) - 0.1).abs() < 0.01);
        assert!(estimate(-300.0, 50.0) < 0.02 && estimate(5_000.0, 50.0) < 2.0);
    }

    #[test]
    fn a_test_that_says_nothing_leaves_the_log_as_it_is() {
        // the prior's median is 0.88: half of it lies below 1 by selection alone
        for (tested, error) in [(1_000.0, 1e6), (0.0, 1e6), (700.0, 4_000.0)] {
            let share = KeptShare::new(&[test(1_000.0, tested, error)]);
            assert!(
                (share.estimate() - 1.0).abs() < 0.02,
                "{tested} {}",
                share.estimate()
            );
            assert!(share.quantile(0.05) < 0.2 && share.quantile(0.95) > 1.0);
        }
    }

    #[test]
    fn the_interval_holds_what_tests_leave_open() {
        let share = |tested: f64, error: f64| KeptShare::new(&[test(1_000.0, tested, error)]);
        // the log is likely right, but the test does not know: 0.4 give or take 0.66
        let (low, high) = share(400.0, 400.0).interval(ConfidenceLevel::P90);
        assert!(low == 0.0 && high > 1.0, "{low} {high}");
        // half a normal about 0, whose densest 90 % begin at 0
        let (low, high) = share(0.0, 100.0).interval(ConfidenceLevel::P90);
        assert_eq!(low, 0.0);
        approx::assert_relative_eq!(high, 0.1645, max_relative = 1e-3);
        // a whole normal, which is symmetric
        let (low, high) = share(400.0, 50.0).interval(ConfidenceLevel::P90);
        approx::assert_relative_eq!(low, 0.4 - 0.0822, max_relative = 1e-2);
        approx::assert_relative_eq!(high, 0.4 + 0.0822, max_relative = 1e-2);
        // a test that says nothing: what the log says, and any selection
        let (low, high) = share(1_000.0, 1e6).interval(ConfidenceLevel::P90);
        assert!(low < 0.25 && high > 1.0, "{low} {high}");
    }

    #[test]
    fn tests_multiply_and_precise_ones_are_resolved() {
        let sharp = KeptShare::new(&[test(1_000.0, 250.0, 0.5)]);
        approx::assert_relative_eq!(sharp.quantile(0.5), 0.25, max_relative = 1e-4);
        let width = sharp.quantile(0.95) - sharp.quantile(0.05);
        approx::assert_relative_eq!(width, 2.0 * 1.6449 * 0.0005, max_relative = 0.01);
        let wide = KeptShare::new(&[test(1_000.0, 250.0, 100.0)]);
        let both = KeptShare::new(&[test(1_000.0, 250.0, 100.0); 4]);
        let spread = |share: &KeptShare| share.quantile(0.84) - share.quantile(0.16);
        approx::assert_relative_eq!(spread(&both), 0.1, max_relative = 0.02);
        assert!(spread(&wide) > 1.8 * spread(&both));
    }

    proptest! {
        #[test]
        fn quantiles_rise_and_stay_in_range(
            log in 0.0f64..1e6, tested in -1e6f64..1e6, error in 1e-3f64..1e6, own in 0.0f64..1e5,
        ) {
            let test = Comparison { log_variance: own * own, ..test(log, tested, error) };
            let share = KeptShare::new(&[test]);
            let quantiles = [0.0, 0.05, 0.5, 0.95, 1.0].map(|p| share.quantile(p));
            prop_assert!(quantiles.is_sorted(), "{quantiles:?}");
            prop_assert!(quantiles.iter().all(|share| (0.0..=MOST).contains(share)));
            prop_assert!((0.0..=1.0).contains(&share.selection));
            prop_assert!((0.0..=MOST).contains(&share.estimate()));
        }
    }
}
