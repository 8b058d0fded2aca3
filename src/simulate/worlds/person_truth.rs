//! What touches were worth, added up over persons.

use crate::simulate::worlds::catalogue::{Channel, Mechanism};
use crate::simulate::worlds::{ChannelTruth, Truth};

/// Expected conversions, added up over persons.
#[derive(Debug, Clone)]
pub(super) struct PersonTruth {
    pub(super) removal: Vec<f64>,
    pub(super) shapley: Vec<f64>,
    pub(super) total: f64,
    pub(super) baseline: f64,
}

impl PersonTruth {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            removal: vec![0.0; channels],
            shapley: vec![0.0; channels],
            total: 0.0,
            baseline: 0.0,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.removal
            .iter_mut()
            .zip(&other.removal)
            .for_each(|(sum, part)| *sum += part);
        self.shapley
            .iter_mut()
            .zip(&other.shapley)
            .for_each(|(sum, part)| *sum += part);
        self.total += other.total;
        self.baseline += other.baseline;
    }

    pub(super) fn named(self, mechanism: &Mechanism) -> Truth {
        let row = |(at, channel): (usize, &Channel)| ChannelTruth {
            channel: channel.name.to_owned(),
            paid: channel.paid,
            removal: self.removal[at],
            shapley: self.shapley[at],
        };
        let mut channels: Vec<ChannelTruth> =
            mechanism.channels.iter().enumerate().map(row).collect();
        channels.sort_by(|left, right| left.channel.cmp(&right.channel));
        Truth {
            channels,
            total: self.total,
            baseline: self.baseline,
        }
    }
}

/// The Shapley value of one player, from what every set of players is worth.
pub(super) fn shapley(worths: &[f64], players: usize, player: usize) -> f64 {
    // n! / (s! (n - 1 - s)!) orders have the same s players ahead; the reciprocal is the weight of
    // such a set.
    let mut weights = vec![1.0 / players as f64; players];
    for size in 1..players {
        weights[size] = weights[size - 1] * size as f64 / (players - size) as f64;
    }
    let gain =
        |set: usize| weights[set.count_ones() as usize] * (worths[set | 1 << player] - worths[set]);
    (0..worths.len())
        .filter(|set| set >> player & 1 == 0)
        .map(gain)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glove_game() {
        // one left glove, two right ones: 2/3, 1/6, 1/6 (a textbook example)
        let worth = |set: usize| f64::from(u8::from(set & 1 == 1 && set > 1));
        let worths: Vec<f64> = (0..8).map(worth).collect();
        let values: Vec<f64> = (0..3).map(|player| shapley(&worths, 3, player)).collect();
        values
            .iter()
            .zip([2.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0])
            .for_each(|(value, known)| {
                approx::assert_relative_eq!(*value, known, max_relative = 1e-14)
            });
    }
}
