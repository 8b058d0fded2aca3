//! Poisson resampling: what a bootstrap replicate counts how often.

use crate::journeys::arena::columns::Journeys;
use crate::journeys::arena::sample::Sample;
use crate::journeys::arena::weights::BootstrapWeights;
use crate::journeys::journey::{Journey, Outcome};
use crate::util::Random;
use crate::util::random::step;
use rayon::prelude::*;

/// Draws bootstrap replicates: of a log one Poisson(1) number a person, for a person's journeys
/// belong together; of a path table independent Poisson numbers of conversions and nulls a row, whose
/// means are the row's own, fractions included.
///
/// Each number comes from a stream of its own, keyed by the person, or by what the row says:
/// neither the order of rows nor the number of threads matters.
#[derive(Debug)]
pub(crate) struct PoissonResampler<'a> {
    journeys: &'a Journeys,
    /// Of a path table.
    row_keys: Vec<u64>,
}

impl<'a> PoissonResampler<'a> {
    pub(crate) fn new(journeys: &'a Journeys) -> Self {
        let row_keys = if journeys.people.is_none() {
            row_keys(journeys)
        } else {
            Vec::new()
        };
        Self { journeys, row_keys }
    }

    /// One replicate; of all journeys, or of those that may have conversions.
    pub(crate) fn draw(&self, stream: &Random, all: bool) -> BootstrapWeights {
        let Some(people) = &self.journeys.people else {
            let rows = self
                .journeys
                .outcomes
                .iter()
                .zip(&self.row_keys)
                .map(|(outcome, key)| redraw(*outcome, &mut stream.stream(*key)));
            return BootstrapWeights::Rows(rows.collect());
        };
        let journeys = if all {
            self.journeys.len()
        } else {
            self.journeys.converting()
        };
        let persons = match journeys.checked_sub(1) {
            _ if all => people.codes.len(),
            Some(last) => people.journey_ends.first_above(last) + 1,
            None => 0,
        };
        let draw = |code: &u64| poisson_1(stream.stream(people.table.rank(*code)).next_u64());
        let by_person: Vec<u8> = people.codes[..persons]
            .par_iter()
            .with_min_len(1 << 14)
            .map(draw)
            .collect();
        let mut by_journey = Vec::with_capacity(journeys);
        for (person, &times) in by_person.iter().enumerate() {
            by_journey.resize(people.journey_ends.get(person), times);
        }
        BootstrapWeights::Persons {
            by_person,
            by_journey,
        }
    }

    /// The journeys with these draws.
    pub(crate) fn sample(&self, draws: &'a BootstrapWeights) -> Sample<'a> {
        Sample {
            journeys: self.journeys,
            draws: Some(draws),
        }
    }
}

fn redraw(outcome: Outcome, random: &mut Random) -> Outcome {
    let conversions = random.poisson(outcome.conversions) as f64;
    let nulls = random.poisson(outcome.nulls) as f64;
    let value = if outcome.conversions > 0.0 {
        outcome.value * (conversions / outcome.conversions)
    } else {
        0.0
    };
    Outcome {
        conversions,
        nulls,
        value,
    }
}

/// A key for each row of a path table, made of what the row says; rows that say the same are told
/// apart by counting them.
fn row_keys(journeys: &Journeys) -> Vec<u64> {
    let key = |journey: Journey<'_>| {
        let Outcome {
            conversions,
            nulls,
            value,
        } = journey.outcome;
        let tallies = [conversions, nulls, value]
            .iter()
            .fold(0, |key, tally| step(key ^ tally.to_bits()));
        journey
            .channels
            .iter()
            .fold(tallies, |key, channel| step(key ^ u64::from(channel.0)))
    };
    let keys: Vec<u64> = journeys.iter().map(key).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&row| keys[row]);
    let mut apart = keys.clone();
    for same in order.chunk_by(|&left, &right| keys[left] == keys[right]) {
        same.iter()
            .enumerate()
            .for_each(|(number, &row)| apart[row] = step(keys[row].wrapping_add(number as u64)));
    }
    apart
}

/// A Poisson(1) number from 64 random bits: how many of the distribution's steps lie below them, as
/// exact as 53 bits. The search starts where the highest byte allows, so there is next to nothing
/// left to search.
#[inline]
fn poisson_1(bits: u64) -> u8 {
    let mut count = usize::from(GUIDE[(bits >> 56) as usize]);
    while count < STEPS.len() && bits >= STEPS[count] {
        count += 1;
    }
    count as u8
}

/// By highest byte, how many steps lie below all numbers with it.
const GUIDE: [u8; 256] = {
    let mut guide = [0; 256];
    let mut byte = 0;
    while byte < guide.len() {
        let mut count = 0;
        while count < STEPS.len() && STEPS[count] <= (byte as u64) << 56 {
            count += 1;
        }
        guide[byte] = count as u8;
        byte += 1;
    }
    guide
};

/// P(X <= k) x 2^64 for k = 0, 1, ..; beyond 18 the probability is below 2^-53.
const STEPS: [u64; 18] = {
    let mut steps = [0; 18];
    let (mut term, mut sum, mut k) = (1.0 / std::f64::consts::E, 0.0, 0);
    while k < steps.len() {
        sum += term;
        steps[k] = (sum * 18_446_744_073_709_551_616.0) as u64;
        k += 1;
        term /= k as f64;
    }
    steps
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::paths::PathTable;

    #[test]
    fn numbers_are_poisson() {
        let mut random = Random::new(3);
        let mut counts = [0u32; 20];
        for _ in 0..1_000_000 {
            counts[usize::from(poisson_1(random.next_u64()))] += 1;
        }
        let mut probability = (-1.0f64).exp();
        for (k, &count) in counts.iter().enumerate().take(8) {
            let error = (f64::from(count) - 1e6 * probability).abs();
            assert!(error < 5.0 * (1e6 * probability).sqrt(), "{k}: {count}");
            probability /= (k + 1) as f64;
        }
        assert_eq!((poisson_1(0), poisson_1(u64::MAX)), (0, 18));
    }

    #[test]
    fn rows_that_say_the_same_are_drawn_apart_whatever_their_order() {
        let row = |conversions: f64| Outcome::new(conversions, 2.5, conversions * 3.0).unwrap();
        let draws = |rows: &[(&str, f64)]| {
            let mut table = PathTable::new();
            rows.iter()
                .for_each(|(name, conversions)| table.push([*name], row(*conversions)).unwrap());
            let journeys = table.journeys().unwrap();
            let BootstrapWeights::Rows(outcomes) =
                PoissonResampler::new(&journeys).draw(&Random::new(1), true)
            else {
                panic!("rows")
            };
            let mut drawn: Vec<_> = rows
                .iter()
                .zip(outcomes)
                .map(|(row, outcome)| (row.0.to_owned(), outcome.nulls, outcome.value))
                .collect();
            drawn.sort_by(|left, right| left.partial_cmp(right).unwrap());
            drawn
        };
        let mut rows = vec![("a", 50.0); 20];
        rows.push(("b", 7.0));
        let first = draws(&rows);
        assert!(first[..20].windows(2).any(|pair| pair[0] != pair[1]));
        rows.reverse();
        assert_eq!(draws(&rows), first);
    }
}
