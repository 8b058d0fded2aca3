//! Conversion rates by path, for paths that lack one touch.

use crate::channel::ChannelId;
use hashbrown::HashTable;

/// Conversion rates > 0 of paths, found by fingerprint.
///
/// A path's fingerprint is the polynomial `sum of (channel + 1) x BASE^place` modulo 2^61 - 1, for
/// two bases. That of the path without one touch follows from sums up to the touch and behind it,
/// so all of a journey's paths without one touch are looked up in time linear in its length. Of a
/// billion paths of a thousand touches two share a fingerprint with a chance of 1 in 10^12.
#[derive(Debug, Clone, Default)]
pub(super) struct PathRates(HashTable<(Fingerprint, f64)>);

/// A path's polynomial for each base.
type Fingerprint = [u64; 2];

/// 2^61 - 1, a prime.
const PRIME: u64 = (1 << 61) - 1;
/// Two numbers below it without meaning.
const BASES: [u64; 2] = [0x0B5A_D4EC_EDA1_CE2B, 0x1234_7065_9E37_79B9];

impl PathRates {
    /// Of paths with their rates; those of rate 0 are as if they did not occur.
    pub(super) fn new<'a>(paths: impl Iterator<Item = (&'a [ChannelId], f64)>) -> Self {
        let mut rates = HashTable::new();
        for (path, rate) in paths.filter(|(_, rate)| *rate > 0.0) {
            let entry = (fingerprint(path), rate);
            rates.insert_unique(hash(entry.0), entry, |other: &(Fingerprint, f64)| {
                hash(other.0)
            });
        }
        Self(rates)
    }

    fn rate(&self, path: Fingerprint) -> f64 {
        let found = self.0.find(hash(path), |other| other.0 == path);
        found.map_or(0.0, |found| found.1)
    }

    /// Puts the rate of the path without each touch into `weights`, and returns that of the whole.
    pub(super) fn without_each(&self, path: &[ChannelId], weights: &mut [f64]) -> f64 {
        let (inverses, whole) = (BASES.map(inverse), fingerprint(path));
        let (mut before, mut powers) = ([0; 2], [1; 2]);
        for (weight, channel) in weights.iter_mut().zip(path) {
            let mut without = [0; 2];
            for at in 0..2 {
                let through = add(before[at], times(digit(*channel), powers[at]));
                let behind = add(whole[at], PRIME - through);
                without[at] = add(before[at], times(behind, inverses[at]));
                before[at] = through;
                powers[at] = times(powers[at], BASES[at]);
            }
            *weight = self.rate(without);
        }
        self.rate(whole)
    }
}

fn fingerprint(path: &[ChannelId]) -> Fingerprint {
    BASES.map(|base| {
        let digits = path.iter().rev();
        digits.fold(0, |sum, &channel| add(times(sum, base), digit(channel)))
    })
}

fn digit(channel: ChannelId) -> u64 {
    u64::from(channel.0) + 1
}

fn hash(path: Fingerprint) -> u64 {
    // hash tables read the high bits, of which a fingerprint has 61
    (path[0] ^ path[1]).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The sum of two numbers of 0 to the prime.
fn add(left: u64, right: u64) -> u64 {
    reduced(left + right)
}

fn times(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    reduced((product as u64 & PRIME) + (product >> 61) as u64)
}

fn reduced(number: u64) -> u64 {
    if number >= PRIME {
        number - PRIME
    } else {
        number
    }
}

/// `base^(PRIME - 2)`, which times `base` is 1 (Fermat).
fn inverse(base: u64) -> u64 {
    let (mut power, mut result, mut exponent) = (base, 1, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, power);
        }
        power = times(power, power);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::Random;

    #[test]
    fn an_inverse_undoes_its_base() {
        for base in BASES {
            assert!(base < PRIME);
            assert_eq!(times(base, inverse(base)), 1);
        }
        assert_eq!(times(PRIME - 1, PRIME - 1), 1);
    }

    #[test]
    fn every_path_without_a_touch_is_found() {
        let mut random = Random::new(7);
        let path: Vec<ChannelId> = (0..40).map(|_| ChannelId(random.index(3) as u16)).collect();
        let without = |at: usize| [&path[..at], &path[at + 1..]].concat();
        let paths: Vec<Vec<ChannelId>> = (0..40).step_by(2).map(without).collect();
        let mut known = paths.clone();
        known.sort();
        known.dedup();
        let rate = |path: &[ChannelId]| {
            let place = known.iter().position(|other| other == path);
            place.map_or(0.0, |place| (place + 1) as f64)
        };
        let rates = PathRates::new(known.iter().map(|path| (&path[..], rate(path))));
        let mut found = vec![0.0; 40];
        assert_eq!(rates.without_each(&path, &mut found), 0.0);
        for (at, found) in found.into_iter().enumerate() {
            assert_eq!(found, rate(&without(at)), "{at}");
        }
        assert_eq!(rates.without_each(&known[3], &mut [0.0; 39]), 4.0);
    }
}
