//! Shapley values of any game: exact where there are few players, by permutations beyond.

use crate::attribution::shapley::weight::weight;
use crate::util::Random;

/// Up to this many players every coalition is asked for once: a million of them, 8 MB.
pub(super) const EXACT: usize = 20;
/// Pairs of permutations before the spread is trusted.
pub(super) const FEWEST: usize = 32;

/// When sampling is enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stop {
    /// The largest standard error of a value, as a part of what all values add up to.
    pub(super) error: f64,
    /// Pairs of permutations at most.
    pub(super) pairs: usize,
}

/// Values by player, with their standard errors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Estimate {
    pub(super) values: Vec<f64>,
    pub(super) errors: Vec<f64>,
}

/// The values of all players; `worth` takes a coalition's players in order.
pub(super) fn shapley(
    players: usize,
    mut worth: impl FnMut(&[usize]) -> f64,
    random: Random,
    stop: Stop,
    exact: usize,
) -> Estimate {
    if players <= exact.min(EXACT) {
        every_coalition(players, worth)
    } else {
        permutations(players, &mut worth, random, stop)
    }
}

/// Every coalition `S` without a player adds `w(|S|) (v(S + player) - v(S))`.
fn every_coalition(players: usize, mut worth: impl FnMut(&[usize]) -> f64) -> Estimate {
    let mut members = Vec::with_capacity(players);
    let worths: Vec<f64> = (0..1usize << players)
        .map(|bits| {
            members.clear();
            members.extend((0..players).filter(|at| bits >> at & 1 == 1));
            worth(&members)
        })
        .collect();
    let weights: Vec<f64> = (0..players).map(|others| weight(players, others)).collect();
    let value = |player: usize| {
        let without = (0..worths.len()).filter(|bits| bits >> player & 1 == 0);
        without
            .map(|bits| {
                weights[bits.count_ones() as usize] * (worths[bits | 1 << player] - worths[bits])
            })
            .sum()
    };
    Estimate {
        values: (0..players).map(value).collect(),
        errors: vec![0.0; players],
    }
}

/// Means over random orders of the players, each taken forwards and backwards: what a player adds
/// when it comes early is made up for by what it adds when it comes late, which cancels most of the
/// noise (antithetic pairs; Mitchell and co-authors 2022). In every order the contributions add up
/// to the whole, so the means do.
fn permutations(
    players: usize,
    worth: &mut impl FnMut(&[usize]) -> f64,
    mut random: Random,
    stop: Stop,
) -> Estimate {
    let mut order: Vec<usize> = (0..players).collect();
    let whole = worth(&order) - worth(&[]);
    let (mut sums, mut squares, mut pair) =
        (vec![0.0; players], vec![0.0; players], vec![0.0; players]);
    let mut pairs = 0;
    let error = |sum: f64, square: f64, pairs: f64| {
        ((square / pairs - (sum / pairs) * (sum / pairs)).max(0.0) / (pairs - 1.0)).sqrt()
    };
    while pairs < stop.pairs.max(2) {
        for at in (1..players).rev() {
            order.swap(at, random.index(at as u64 + 1) as usize);
        }
        pair.fill(0.0);
        contributions(&order, worth, &mut pair);
        order.reverse();
        contributions(&order, worth, &mut pair);
        for (player, both) in pair.iter().enumerate() {
            sums[player] += both / 2.0;
            squares[player] += both * both / 4.0;
        }
        pairs += 1;
        if pairs >= FEWEST && pairs.is_multiple_of(FEWEST) {
            let worst = (0..players)
                .map(|at| error(sums[at], squares[at], pairs as f64))
                .fold(0.0, f64::max);
            if worst <= stop.error * whole.abs() {
                break;
            }
        }
    }
    let count = pairs as f64;
    Estimate {
        values: sums.iter().map(|sum| sum / count).collect(),
        errors: sums
            .iter()
            .zip(&squares)
            .map(|(&sum, &square)| error(sum, square, count))
            .collect(),
    }
}

/// What each player adds to those before it.
fn contributions(order: &[usize], worth: &mut impl FnMut(&[usize]) -> f64, into: &mut [f64]) {
    let mut members = Vec::with_capacity(order.len());
    let mut before = worth(&members);
    for &player in order {
        let at = members.partition_point(|&member| member < player);
        members.insert(at, player);
        let with = worth(&members);
        into[player] += with - before;
        before = with;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: Stop = Stop {
        error: 0.002,
        pairs: 100_000,
    };

    /// The airport game (Littlechild and Owen 1973): a coalition costs what its longest runway
    /// costs, and player k of cost c_1 < .. < c_n pays the sum over j up to k of (c_j - c_(j - 1))
    /// / (n - j + 1).
    fn airport(players: usize) -> (impl Fn(&[usize]) -> f64, Vec<f64>) {
        let cost = |player: usize| (player + 1) as f64;
        let values = (0..players)
            .map(|player| (0..=player).map(|at| 1.0 / (players - at) as f64).sum())
            .collect();
        (
            move |members: &[usize]| members.last().map_or(0.0, |&last| cost(last)),
            values,
        )
    }

    #[test]
    fn exact_values_are_the_known_ones() {
        for players in [1, 2, 5, 12] {
            let (worth, expected) = airport(players);
            let estimate = shapley(players, worth, Random::new(1), STOP, EXACT);
            for (value, expected) in estimate.values.iter().zip(&expected) {
                approx::assert_relative_eq!(value, expected, max_relative = 1e-12);
            }
        }
    }

    #[test]
    fn sampled_values_agree_within_their_errors_and_add_up() {
        let (worth, expected) = airport(30);
        let estimate = shapley(30, worth, Random::new(1), STOP, EXACT);
        let mut beyond = 0;
        for ((value, error), expected) in
            estimate.values.iter().zip(&estimate.errors).zip(&expected)
        {
            assert!(*error <= 0.002 * 30.0 + 1e-12);
            assert!(
                (value - expected).abs() < 5.0 * error,
                "{value} {error} {expected}"
            );
            beyond += u32::from((value - expected).abs() > 2.0 * error);
        }
        assert!(beyond <= 5, "{beyond} of 30 beyond two standard errors");
        approx::assert_relative_eq!(
            estimate.values.iter().sum::<f64>(),
            30.0,
            max_relative = 1e-9
        );
    }

    #[test]
    fn an_additive_game_needs_no_luck() {
        let worth = |members: &[usize]| members.iter().map(|&member| member as f64).sum();
        let estimate = shapley(25, worth, Random::new(9), STOP, EXACT);
        for (player, (value, error)) in estimate.values.iter().zip(&estimate.errors).enumerate() {
            approx::assert_relative_eq!(*value, player as f64, epsilon = 1e-9);
            assert!(*error < 1e-6);
        }
    }
}
