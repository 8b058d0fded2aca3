//! Importance sampling with a tail smoothed by a generalised Pareto distribution.
//!
//! Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed importance sampling (JMLR 25(72),
//! 2024); the fit of the tail by Zhang and Stephens, A new and efficient estimation method for the
//! generalized Pareto distribution (Technometrics 51(3), 2009).

/// Normalised weights as logarithms, with the shape of their tail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Smoothed {
    pub(crate) log_weights: Vec<f64>,
    /// The shape k of the tail: up to 0.7 sums over the weights are reliable, beyond not. Infinite
    /// where the tail has too few values.
    pub(crate) shape: f64,
}

/// Weights in proportion to e^`log_ratios`, the largest replaced by quantiles of the distribution
/// that fits them.
pub(crate) fn smoothed(mut log_ratios: Vec<f64>) -> Smoothed {
    let count = log_ratios.len();
    let largest = log_ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    log_ratios.iter_mut().for_each(|x| *x -= largest);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| log_ratios[*a].total_cmp(&log_ratios[*b]));
    let tail = (0.2 * count as f64).min(3.0 * (count as f64).sqrt()).ceil() as usize;
    let mut shape = f64::INFINITY;
    if tail > 4 && tail < count {
        let cutoff = log_ratios[order[count - tail - 1]].max(libm::log(f64::MIN_POSITIVE));
        let beyond: Vec<usize> = order[count - tail..]
            .iter()
            .copied()
            .filter(|at| log_ratios[*at] > cutoff)
            .collect();
        if beyond.len() > 4 {
            let from = libm::exp(cutoff);
            let excess = beyond.iter().map(|at| libm::exp(log_ratios[*at]) - from);
            let fit = generalised_pareto(&excess.collect::<Vec<f64>>());
            shape = fit.0;
            if shape.is_finite() {
                for (at, place) in beyond.iter().enumerate() {
                    let share = (at as f64 + 0.5) / beyond.len() as f64;
                    let value = from + quantile(share, fit);
                    log_ratios[*place] = libm::log(value).min(0.0);
                }
            }
        }
    }
    let whole = log_sum_exp(&log_ratios);
    log_ratios.iter_mut().for_each(|x| *x -= whole);
    Smoothed {
        log_weights: log_ratios,
        shape,
    }
}

/// log of the sum of e^x.
pub(crate) fn log_sum_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let sum: f64 = values.iter().map(|x| libm::exp(x - largest)).sum();
    largest + libm::log(sum)
}

/// Shape and scale of the generalised Pareto distribution of ascending values above 0. The shape is
/// drawn to 0.5 as if by ten values.
fn generalised_pareto(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let quarter = values[((count / 4.0 + 0.5) as usize).max(1) - 1];
    let last = values[values.len() - 1];
    let points = 30 + count.sqrt() as usize;
    let mean_log = |b: f64| values.iter().map(|x| libm::log1p(-b * x)).sum::<f64>() / count;
    let candidates: Vec<(f64, f64)> = (1..=points)
        .map(|j| {
            let root = (points as f64 / (j as f64 - 0.5)).sqrt();
            let b = (1.0 - root) / (3.0 * quarter) + 1.0 / last;
            let k = mean_log(b);
            (b, count * (libm::log(-b / k) - k - 1.0))
        })
        .collect();
    let weight = |length: f64| {
        let others = candidates
            .iter()
            .map(|(_, other)| libm::exp(other - length));
        1.0 / others.sum::<f64>()
    };
    let weights = candidates.iter().map(|(b, length)| (*b, weight(*length)));
    let counted = weights.filter(|(_, weight)| *weight >= 10.0 * f64::EPSILON);
    let (sum, all) = counted.fold((0.0, 0.0), |(sum, all), (b, w)| (sum + b * w, all + w));
    let b = sum / all;
    let k = mean_log(b);
    ((count * k + 10.0 * 0.5) / (count + 10.0), -k / b)
}

/// The value below which the share of the distribution lies.
fn quantile(share: f64, (shape, scale): (f64, f64)) -> f64 {
    let log = -libm::log1p(-share);
    if shape.abs() < f64::EPSILON {
        scale * log
    } else {
        scale * libm::expm1(shape * log) / shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn the_shape_of_simulated_tails_is_found() {
        for shape in [0.1, 0.4, 0.9] {
            let mut random = Random::new(4);
            let mut values: Vec<f64> = (0..3_000)
                .map(|_| quantile(random.uniform(), (shape, 2.0)))
                .collect();
            values.sort_by(f64::total_cmp);
            let (k, scale) = generalised_pareto(&values);
            assert!((k - shape).abs() < 0.06, "{shape}: {k}");
            assert!((scale / 2.0 - 1.0).abs() < 0.1, "{scale}");
        }
    }

    /// What `arviz.stats.stats._psislw` of ArviZ 0.18.0 gives for ratios x^-c.
    #[test]
    fn figures_of_arviz() {
        let places = (0..200).map(|i| (f64::from(i * 37 % 200) + 0.5) / 200.0);
        let logs: Vec<f64> = places.map(libm::log).collect();
        for (c, shape, first, square) in [
            (
                0.3,
                0.349_036_971_473_985_8,
                -3.856_200_383_918_203,
                0.005_905_939_688_059_338,
            ),
            (
                0.8,
                0.714_565_726_952_410_9,
                -2.034_644_081_724_447,
                0.028_878_616_093_775_35,
            ),
            (
                1.5,
                1.226_622_170_336_015_6,
                -0.769_285_207_835_852,
                0.238_154_047_519_260_6,
            ),
        ] {
            let found = smoothed(logs.iter().map(|log| -c * log).collect());
            assert!((found.shape - shape).abs() < 1e-10, "{c}: {}", found.shape);
            assert!((found.log_weights[0] - first).abs() < 1e-10);
            let squares: f64 = found.log_weights.iter().map(|w| (2.0 * w).exp()).sum();
            assert!((squares - square).abs() < 1e-12);
        }
    }

    #[test]
    fn weights_sum_to_one_and_heavy_tails_are_named() {
        // Ratios of a normal to one of half its deviation have a tail that nothing tames; the other
        // way round they are bounded.
        let mut random = Random::new(1);
        let draws: Vec<f64> = (0..1_000).map(|_| random.normal()).collect();
        let heavy = smoothed(draws.iter().map(|x| 0.5 * x * x * 0.9).collect());
        let light = smoothed(draws.iter().map(|x| -0.5 * x * x).collect());
        assert!(heavy.shape > 0.7, "{}", heavy.shape);
        assert!(light.shape < 0.5, "{}", light.shape);
        for result in [&heavy, &light] {
            assert!(log_sum_exp(&result.log_weights).abs() < 1e-12);
        }
        assert_eq!(smoothed(vec![0.0; 3]).shape, f64::INFINITY);
        let even = smoothed(vec![-2.0; 100]);
        assert!(
            even.log_weights
                .iter()
                .all(|w| (w - (0.01_f64).ln()).abs() < 1e-12)
        );
    }
}
