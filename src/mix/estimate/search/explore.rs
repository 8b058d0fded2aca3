//! Exploration: candidates evenly over the cube.

use rayon::prelude::*;

use crate::mix::estimate::search::candidate::{Spaces, Trial};
use crate::mix::estimate::search::watch::Watch;
use crate::util::Random;

/// The given candidates and `count` others evenly over the cube, those without a solution left out.
/// Once the observer asks to stop, no more are evaluated.
pub(crate) fn explore(
    spaces: &Spaces,
    seed: u64,
    count: usize,
    from: &[Vec<f64>],
    watch: &Watch<'_>,
) -> Vec<Trial> {
    let dimensions = spaces.dimensions();
    let mut random = Random::new(seed).stream(0);
    let shift: Vec<f64> = (0..dimensions).map(|_| random.uniform()).collect();
    let steps = recurrence(dimensions);
    let fresh = |i: usize| -> Vec<f64> {
        shift
            .iter()
            .zip(&steps)
            .map(|(s, a)| (s + (i + 1) as f64 * a).fract())
            .collect()
    };
    let trials: Vec<Option<Trial>> = (0..count + from.len())
        .into_par_iter()
        .map_init(
            || spaces.buffers(),
            |buffers, i| {
                if watch.is_stopped() {
                    return None;
                }
                let point = i
                    .checked_sub(count)
                    .map_or_else(|| fresh(i), |known| from[known].clone());
                let judged = spaces.evaluate(&point, buffers);
                watch.count(1);
                let objectives = judged?;
                Some(Trial { point, objectives })
            },
        )
        .collect();
    trials.into_iter().flatten().collect()
}

/// The steps of Roberts' recurrence R_d (2018): powers of 1 / g with g the root of g^(d+1) = g + 1.
fn recurrence(dimensions: usize) -> Vec<f64> {
    let mut root = 2.0_f64;
    for _ in 0..64 {
        root = libm::pow(1.0 + root, 1.0 / (dimensions as f64 + 1.0));
    }
    (1..=dimensions)
        .map(|j| libm::pow(root, -(j as f64)).fract())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recurrence_is_roberts() {
        // The golden ratio's inverse in one dimension, the plastic number's in two (Roberts 2018).
        assert!((recurrence(1)[0] - 0.618_033_988_749_894_8).abs() < 1e-12);
        let two = recurrence(2);
        assert!(
            (two[0] - 0.754_877_666_246_692_7).abs() < 1e-12
                && (two[1] - 0.569_840_290_998_053_1).abs() < 1e-12
        );
    }
}
