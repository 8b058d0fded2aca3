//! Which channel has the credit of what tested touches brought, and how much of it.

/// Cells over which a share is integrated.
const CELLS: usize = 4_096;
/// The prior of no mediator at all.
const NONE: f64 = 0.5;

/// A test that a mediator may explain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Excess {
    /// What the test says beyond what the log shows of the touches themselves.
    pub(super) beyond: f64,
    /// The variance of that.
    pub(super) variance: f64,
}

/// How much of a channel's credit belongs to the touches that brought its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Passed {
    /// The posterior's median, 0 to 1, or a draw.
    pub(super) share: f64,
    /// The probability that any does.
    pub(super) probability: f64,
}

/// By candidate, its share. Each has by test the conversions that flow through it where it passes
/// on all its credit.
///
/// A test measures `log + mu F`; mu is Uniform(0, 1) for one candidate or 0 for all, which has prior
/// 1/2. Candidates are as likely as the conversions that flow through them: one whose touches the
/// tested ones hardly bring cannot be what the test saw.
///
/// `draw` is a point of the posterior: where in the probability of candidates, and where in that of
/// the share.
pub(super) fn shares(tests: &[Excess], flows: &[Vec<f64>], draw: Option<[f64; 2]>) -> Vec<Passed> {
    let each = flows.iter();
    let candidates: Vec<Candidate> = each.map(|flows| Candidate::new(tests, flows)).collect();
    let probabilities = probabilities(&candidates, flows);
    let mut before = 0.0;
    let passed = |(candidate, &probability): (&Candidate, &f64)| {
        let from = before;
        before += probability;
        let share = match draw {
            Some([which, at]) if (from..before).contains(&which) => candidate.quantile(at),
            // the rest of the probability lies at 0
            None if probability > 0.5 => candidate.quantile((probability - 0.5) / probability),
            _ => 0.0,
        };
        Passed { share, probability }
    };
    candidates.iter().zip(&probabilities).map(passed).collect()
}

/// That each candidate is the one that passes credit on.
fn probabilities(candidates: &[Candidate], flows: &[Vec<f64>]) -> Vec<f64> {
    let totals: Vec<f64> = flows.iter().map(|flows| flows.iter().sum()).collect();
    let all: f64 = totals.iter().sum();
    let weight = |(candidate, &total): (&Candidate, &f64)| match total > 0.0 {
        true => libm::log((1.0 - NONE) * total / all) + candidate.evidence,
        false => f64::NEG_INFINITY,
    };
    let weights: Vec<f64> = candidates.iter().zip(&totals).map(weight).collect();
    let most = weights.iter().copied().fold(libm::log(NONE), f64::max);
    let sum: f64 = weights.iter().map(|weight| libm::exp(weight - most)).sum();
    let sum = sum + libm::exp(libm::log(NONE) - most);
    let weights = weights.iter();
    weights
        .map(|weight| libm::exp(weight - most) / sum)
        .collect()
}

/// One channel as the only mediator: its likelihood beside that of none, as a function of its share.
struct Candidate {
    /// The logarithm of the mean likelihood ratio.
    evidence: f64,
    /// The probability below the end of each cell.
    below: Vec<f64>,
}

impl Candidate {
    fn new(tests: &[Excess], flows: &[f64]) -> Self {
        let pairs = || tests.iter().zip(flows);
        let slope: f64 = pairs()
            .map(|(test, flow)| flow * test.beyond / test.variance)
            .sum();
        let curvature: f64 = pairs()
            .map(|(test, flow)| flow * flow / test.variance)
            .sum();
        let ratio = |share: f64| share * (slope - 0.5 * curvature * share);
        let middle = |cell: usize| (cell as f64 + 0.5) / CELLS as f64;
        let ratios: Vec<f64> = (0..CELLS).map(|cell| ratio(middle(cell))).collect();
        let most = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        let mut below: Vec<f64> = Vec::with_capacity(CELLS);
        for ratio in ratios {
            sum += libm::exp(ratio - most);
            below.push(sum);
        }
        below.iter_mut().for_each(|part| *part /= sum);
        Self {
            evidence: most + libm::log(sum / CELLS as f64),
            below,
        }
    }

    fn quantile(&self, probability: f64) -> f64 {
        let cell = self.below.partition_point(|&below| below < probability);
        (cell as f64 + 0.5) / CELLS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excess(beyond: f64, error: f64) -> Excess {
        Excess {
            beyond,
            variance: error * error,
        }
    }

    #[test]
    fn the_channel_whose_flow_explains_the_test_passes_its_credit_on() {
        // 497 beyond the log, of which one channel's flow explains 500 and another's 90
        let passed = shares(
            &[excess(497.0, 60.0)],
            &[vec![500.0], vec![90.0], vec![0.0]],
            None,
        );
        assert!(passed[0].probability > 0.99 && passed[0].share > 0.85);
        assert!(passed[1].share == 0.0 && passed[2].share == 0.0);
    }

    #[test]
    fn a_test_like_the_log_passes_nothing_on() {
        for beyond in [-50.0, 0.0, 60.0] {
            let passed = shares(&[excess(beyond, 60.0)], &[vec![500.0], vec![90.0]], None);
            assert!(
                passed.iter().all(|channel| channel.share == 0.0),
                "{passed:?}"
            );
        }
    }

    #[test]
    fn shares_are_those_of_a_normal_cut_to_0_to_1() {
        use crate::stats::normal;
        // 250 of 500 with an error of 50: mu is Normal(0.5, 0.1)
        let passed = shares(&[excess(250.0, 50.0)], &[vec![500.0]], None)[0];
        let mass = normal::below(5.0) - normal::below(-5.0);
        let ratio = (12.5f64).exp() * (2.0 * std::f64::consts::PI).sqrt() * 0.1 * mass;
        approx::assert_relative_eq!(
            passed.probability,
            ratio / (1.0 + ratio),
            max_relative = 1e-6
        );
        assert!((passed.share - 0.5).abs() < 1e-3, "{passed:?}");
    }

    #[test]
    fn draws_fall_to_candidates_as_often_as_they_are_probable() {
        let tests = [excess(250.0, 130.0)];
        let flows = [vec![500.0], vec![0.0], vec![90.0]];
        let known = shares(&tests, &flows, None);
        let point = |at: usize| (at as f64 + 0.5) / 1_000.0;
        let draws = |channel: usize| -> Vec<f64> {
            let each = (0..1_000).map(|at| shares(&tests, &flows, Some([point(at), 0.5])));
            each.map(|passed| passed[channel].share).collect()
        };
        for (channel, passed) in known.iter().enumerate() {
            let positive = draws(channel).iter().filter(|&&share| share > 0.0).count();
            assert!((positive as f64 / 1_000.0 - passed.probability).abs() <= 0.001);
        }
    }
}
