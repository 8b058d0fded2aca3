//! Whether chains of dependent draws say the same, and how much.
//!
//! Vehtari, Gelman, Simpson, Carpenter and Buerkner, Rank-normalization, folding, and localization:
//! an improved R-hat for assessing convergence of MCMC (Bayesian Analysis 16(2), 2021).

use crate::stats::normal;
use crate::stats::quantile::of_sample;

/// Rank-normalised split R-hat: the larger of that of the draws and that of their distances from
/// the median. Chains are equally long, 4 draws or more.
pub(crate) fn r_hat(chains: &[Vec<f64>]) -> f64 {
    let halves = split(chains);
    let median = quantile(&halves, 0.5);
    let folded: Vec<Vec<f64>> = halves
        .iter()
        .map(|chain| chain.iter().map(|x| (x - median).abs()).collect())
        .collect();
    plain_r_hat(&ranked(&halves)).max(plain_r_hat(&ranked(&folded)))
}

/// The number of independent draws that would know the middle as well.
pub(crate) fn ess_bulk(chains: &[Vec<f64>]) -> f64 {
    ess(&ranked(&split(chains)))
}

/// The number of independent draws that would know the 5 % and the 95 % point as well.
pub(crate) fn ess_tail(chains: &[Vec<f64>]) -> f64 {
    let halves = split(chains);
    let below = |probability: f64| {
        let end = quantile(&halves, probability);
        let inside: Vec<Vec<f64>> = halves
            .iter()
            .map(|chain| {
                chain
                    .iter()
                    .map(|x| f64::from(u8::from(*x <= end)))
                    .collect()
            })
            .collect();
        ess(&inside)
    };
    below(0.05).min(below(0.95))
}

/// The energy Bayesian fraction of missing information of one chain: mean squared step of the
/// energy over its variance (Betancourt 2016). 1 where the energy never moves.
pub(crate) fn bfmi(energies: &[f64]) -> f64 {
    if energies.len() < 2 {
        return 1.0;
    }
    let steps: f64 = energies
        .windows(2)
        .map(|p| (p[1] - p[0]) * (p[1] - p[0]))
        .sum();
    let centre = mean(energies);
    let spread: f64 = energies.iter().map(|e| (e - centre) * (e - centre)).sum();
    if spread > 0.0 { steps / spread } else { 1.0 }
}

/// Each chain's first and second half.
fn split(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let half = chains.first().map_or(0, Vec::len) / 2;
    chains
        .iter()
        .flat_map(|chain| [chain[..half].to_vec(), chain[chain.len() - half..].to_vec()])
        .collect()
}

fn quantile(chains: &[Vec<f64>], probability: f64) -> f64 {
    let mut all: Vec<f64> = chains.concat();
    all.sort_by(f64::total_cmp);
    of_sample(&all, probability)
}

/// Draws replaced by the normal scores of their ranks among all; ties share their mean rank.
fn ranked(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let length = chains.first().map_or(0, Vec::len);
    let all: Vec<f64> = chains.concat();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| all[a].total_cmp(&all[b]));
    let mut scores = vec![0.0; all.len()];
    let mut from = 0;
    while from < order.len() {
        let tied = order[from..]
            .iter()
            .take_while(|&&at| all[at] == all[order[from]])
            .count();
        let rank = from as f64 + 0.5 * (tied as f64 + 1.0);
        let score = normal::quantile((rank - 0.375) / (all.len() as f64 + 0.25));
        order[from..from + tied]
            .iter()
            .for_each(|&at| scores[at] = score);
        from += tied;
    }
    scores.chunks(length.max(1)).map(<[f64]>::to_vec).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sum of squares about the mean over n - 1.
fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|x| (x - centre) * (x - centre)).sum();
    squares / (values.len() as f64 - 1.0)
}

/// Mean variance within chains, and the variance of all.
fn variances(chains: &[Vec<f64>]) -> (f64, f64) {
    let length = chains[0].len() as f64;
    let within = chains.iter().map(|chain| variance(chain)).sum::<f64>() / chains.len() as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    (within, (length - 1.0) / length * within + variance(&means))
}

fn plain_r_hat(chains: &[Vec<f64>]) -> f64 {
    let (within, all) = variances(chains);
    if within > 0.0 {
        (all / within).sqrt()
    } else {
        1.0
    }
}

/// The effective number of draws: autocovariances summed in pairs as long as these are positive and
/// fall (Geyer 1992).
fn ess(chains: &[Vec<f64>]) -> f64 {
    let (within, all) = variances(chains);
    let (length, count) = (chains[0].len(), chains.len() as f64);
    let total = count * length as f64;
    if all <= 0.0 {
        return total;
    }
    let centres: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let covariance = |lag: usize| {
        let of_chain = |(chain, centre): (&Vec<f64>, &f64)| {
            let pairs = chain.iter().zip(&chain[lag..]);
            pairs.map(|(a, b)| (a - centre) * (b - centre)).sum::<f64>() / length as f64
        };
        chains.iter().zip(&centres).map(of_chain).sum::<f64>() / count
    };
    // As n / (n - 1) is in `within`, it is in the covariances.
    let unbiased = length as f64 / (length as f64 - 1.0);
    let correlation = |lag: usize| 1.0 - (within - unbiased * covariance(lag)) / all;
    let (mut sum, mut last, mut lag) = (0.0, f64::INFINITY, 0);
    while lag + 1 < length {
        let first = if lag == 0 { 1.0 } else { correlation(lag) };
        let pair = first + correlation(lag + 1);
        if pair <= 0.0 {
            break;
        }
        last = pair.min(last);
        sum += last;
        lag += 2;
    }
    let time = (2.0 * sum - 1.0).max(1.0 / libm::log10(total.max(10.0)));
    total / time
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    /// Chains x_t = r x_(t-1) + noise, of variance 1.
    fn chains(seed: u64, r: f64, shift: f64) -> Vec<Vec<f64>> {
        (0..4)
            .map(|number| {
                let mut random = Random::new(seed).stream(number);
                let mut x = random.normal();
                (0..2_000)
                    .map(|_| {
                        x = r * x + (1.0 - r * r).sqrt() * random.normal();
                        x + shift * number as f64
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn effective_draws_of_autoregressions() {
        // 8,000 (1 - r) / (1 + r).
        for (r, expected) in [
            (0.0, 8_000.0),
            (0.5, 2_667.0),
            (0.9, 421.0),
            (-0.4, 18_667.0),
        ] {
            let mean = (0..10)
                .map(|seed| ess_bulk(&chains(seed, r, 0.0)))
                .sum::<f64>()
                / 10.0;
            assert!(
                (mean / expected - 1.0).abs() < 0.2,
                "{r}: {mean} for {expected}"
            );
        }
        let tail = ess_tail(&chains(1, 0.9, 0.0));
        assert!((300.0..1_200.0).contains(&tail), "{tail}");
    }

    #[test]
    fn energy_that_hardly_moves_is_missed() {
        // Independent energies: E (a - b)^2 = 2 variances; r of successive ones: 2 (1 - r).
        let of = |r: f64| bfmi(&chains(3, r, 0.0).concat());
        assert!((of(0.0) - 2.0).abs() < 0.1);
        assert!((of(0.95) - 0.1).abs() < 0.02);
        assert_eq!((bfmi(&[1.0]), bfmi(&[2.0; 9])), (1.0, 1.0));
    }

    #[test]
    fn chains_apart_are_found() {
        assert!(r_hat(&chains(1, 0.5, 0.0)) < 1.01);
        assert!(r_hat(&chains(1, 0.5, 0.3)) > 1.03);
        // Chains that differ in spread alone.
        let mut wide = chains(2, 0.0, 0.0);
        wide[0].iter_mut().for_each(|x| *x *= 3.0);
        assert!(r_hat(&wide) > 1.05);
    }

    #[test]
    fn chains_that_stand_still_say_nothing_wrong() {
        let still = vec![vec![1.0; 100]; 4];
        assert_eq!(r_hat(&still), 1.0);
        assert!(ess_bulk(&still).is_finite() && ess_tail(&still).is_finite());
    }
}
