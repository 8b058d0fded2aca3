//! A histogram of durations: exact up to 1,024 values, logarithmic bins beyond.
//!
//! Its median is the only quantile outside `stats::quantile`, for its rule depends on the bins: the
//! mean of the two middle order statistics (types 6 and 7 of Hyndman and Fan agree on it), with the
//! values of a bin taken as evenly spread over the bin.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Up to this many values are kept as they are.
const EXACT: usize = 1024;
/// Bins an octave: 32 make a value no more than 1.6 % wrong.
const BITS: u32 = 5;
const BINS: usize = (33 - BITS as usize) << BITS;

/// Seconds in any order: as they are while there are up to 1,024, counted in bins of 1/32 octave
/// beyond. What it holds depends on the seconds alone, neither on their order nor on how they were
/// gathered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub(crate) struct DurationHistogram {
    exact: Vec<u32>,
    bins: Vec<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    exact: Vec<u32>,
    bins: Vec<u64>,
}

impl TryFrom<Fields> for DurationHistogram {
    type Error = Error;

    fn try_from(Fields { exact, bins }: Fields) -> Result<Self> {
        let fits = if bins.is_empty() {
            exact.len() <= EXACT
        } else {
            exact.is_empty() && bins.len() == BINS
        };
        if fits && bins.iter().all(|&count| count <= 1 << 53) {
            return Ok(Self { exact, bins });
        }
        Err(Error::setting(
            "times of an edge",
            format!("{} and {} bins", exact.len(), bins.len()),
            format!("up to {EXACT}, or {BINS} bins"),
        ))
    }
}

impl DurationHistogram {
    /// Adds a duration that occurred `times` times.
    #[inline]
    pub(crate) fn add(&mut self, seconds: u32, times: u64) {
        if self.bins.is_empty() && self.exact.len() as u64 + times <= EXACT as u64 {
            self.exact
                .extend(std::iter::repeat_n(seconds, times as usize));
        } else {
            self.spill();
            self.bins[bin(seconds)] += times;
        }
    }

    pub(crate) fn merge(&mut self, later: Self) {
        if !later.bins.is_empty()
            || !self.bins.is_empty()
            || self.exact.len() + later.exact.len() > EXACT
        {
            self.spill();
            self.bins
                .iter_mut()
                .zip(later.bins)
                .for_each(|(count, more)| *count += more);
            later
                .exact
                .into_iter()
                .for_each(|seconds| self.bins[bin(seconds)] += 1);
        } else {
            self.exact.extend(later.exact);
        }
    }

    /// With the exact values in increasing order.
    pub(crate) fn sorted(mut self) -> Self {
        self.exact.sort_unstable();
        self
    }

    /// Into bins, unless they are there already.
    #[inline]
    fn spill(&mut self) {
        if self.bins.is_empty() {
            self.bins.resize(BINS, 0);
        }
        for seconds in std::mem::take(&mut self.exact) {
            self.bins[bin(seconds)] += 1;
        }
    }

    /// The median, that of an even number half-way between the two in the middle.
    pub(crate) fn median(&self) -> Option<f64> {
        let count = self.exact.len() as u64 + self.bins.iter().sum::<u64>();
        let last = count.checked_sub(1)?;
        let exact = self.clone().sorted().exact;
        let at = |rank: u64| {
            if self.bins.is_empty() {
                f64::from(exact[rank as usize])
            } else {
                self.in_bins(rank)
            }
        };
        Some(0.5 * (at(last / 2) + at(last.div_ceil(2))))
    }

    /// The value of a rank from 0, which lies among them, as if a bin's were spread over it.
    fn in_bins(&self, rank: u64) -> f64 {
        let mut below = 0;
        for (at, &count) in self.bins.iter().enumerate() {
            if rank < below + count {
                let (low, width) = bounds(at);
                // whole seconds fill the narrowest bins
                let part = (rank - below) as f64 + 0.5;
                return if width == 1.0 {
                    low
                } else {
                    low + width * part / count as f64 - 0.5
                };
            }
            below += count;
        }
        unreachable!("the rank is below the number of values")
    }
}

#[inline]
fn bin(seconds: u32) -> usize {
    match seconds.checked_ilog2() {
        Some(octave) if octave >= BITS => {
            let within = (seconds >> (octave - BITS)) as usize & ((1 << BITS) - 1);
            ((octave - BITS + 1) << BITS) as usize + within
        }
        _ => seconds as usize,
    }
}

/// Where a bin begins, and how wide it is.
fn bounds(bin: usize) -> (f64, f64) {
    let (octave, within) = (bin >> BITS, bin & ((1 << BITS) - 1));
    if octave == 0 {
        return (bin as f64, 1.0);
    }
    let width = (1_u64 << (octave - 1)) as f64;
    (((1 << BITS) + within) as f64 * width, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bins_cover_every_second() {
        for seconds in [
            0,
            1,
            31,
            32,
            33,
            63,
            64,
            65,
            3600,
            86_400,
            u32::MAX - 1,
            u32::MAX,
        ] {
            let (low, width) = bounds(bin(seconds));
            assert!(
                (low..low + width).contains(&f64::from(seconds))
                    && width <= 1.0_f64.max(low / 32.0),
                "{seconds}: {low} {width}"
            );
        }
        assert_eq!(bin(u32::MAX) + 1, BINS);
        assert_eq!(DurationHistogram::default().median(), None);
    }

    proptest! {
        #[test]
        fn medians_are_near_whatever_the_pieces(seconds in prop::collection::vec(0u32..5_000_000, 1..3000), cut in 0usize..3000) {
            let histogram = |part: &[u32]| {
                let mut times = DurationHistogram::default();
                part.iter().for_each(|&seconds| times.add(seconds, 1));
                times
            };
            let cut = cut.min(seconds.len());
            let (mut merged, whole) = (histogram(&seconds[..cut]), histogram(&seconds));
            merged.merge(histogram(&seconds[cut..]));
            prop_assert_eq!(merged.sorted(), whole.clone().sorted());
            let mut often = DurationHistogram::default();
            often.add(77, seconds.len() as u64);
            prop_assert!((often.median().unwrap() - 77.0).abs() <= 1.0);
            let mut sorted = seconds.clone();
            sorted.sort_unstable();
            let (low, high) = (f64::from(sorted[(sorted.len() - 1) / 2]), f64::from(sorted[sorted.len() / 2]));
            let median = whole.median().unwrap();
            let slack = if seconds.len() <= EXACT { 0.0 } else { 1.0 / 32.0 };
            prop_assert!((low * (1.0 - slack)..=high * (1.0 + slack)).contains(&median), "{} to {}: {}", low, high, median);
        }
    }
}
