//! Random numbers that are the same on every machine.

/// A stream of random numbers fixed by its seed: SplitMix64 (Steele, Lea and Flood 2014), whose
/// state is a counter.
///
/// The n-th number is a hash of `seed + n * gamma`, so a stream is a few instructions a number,
/// passes BigCrush, and [`Random::stream`] gives any number of independent streams by hashing names
/// into the seed: work can be split over threads by item, never by order of arrival. The draws use
/// integer arithmetic, exact floating-point operations and `libm` only, and hence do not depend on
/// the machine. Not for cryptography.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Random {
    state: u64,
}

/// 2^64 divided by the golden ratio, odd: successive states are spread evenly.
pub(crate) const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64: a bijection of 64 bits in which every bit of the input moves every
/// bit of the output.
pub(crate) const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// One step of SplitMix64: a bijection of 64-bit numbers whose bits look random.
#[inline]
pub(crate) const fn step(number: u64) -> u64 {
    mix(number.wrapping_add(GAMMA))
}

impl Random {
    /// The stream of a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A stream of its own for an item (a person, a replicate, a geo), whatever has been drawn from
    /// other streams.
    ///
    /// It depends on where this stream stands and on `key`, and leaves this stream as it is.
    #[must_use]
    pub(crate) const fn stream(&self, key: u64) -> Self {
        // Mixed twice with the key in between, or stream(k) would be this stream shifted by k.
        Self {
            state: mix(
                mix(self.state.wrapping_add(GAMMA)) ^ mix(key.wrapping_mul(GAMMA).wrapping_add(1))
            ),
        }
    }

    /// 64 random bits.
    #[inline]
    pub(crate) const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }

    /// Uniform on [0, 1), a multiple of 2^-53.
    #[inline]
    pub(crate) fn uniform(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next_u64() >> 11) as f64 * UNIT
    }

    /// Uniform on [`low`, `high`).
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Uniform on 0, 1, .. `count` - 1 without bias (Lemire 2019); 0 if `count` is 0 or 1.
    pub(crate) const fn index(&mut self, count: u64) -> u64 {
        let threshold = if count == 0 {
            return 0;
        } else {
            count.wrapping_neg() % count
        };
        loop {
            let product = self.next_u64() as u128 * count as u128;
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal, by the polar method of Marsaglia and Bray (1964).
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// Exponential with the given rate (mean 1 / rate).
    pub(crate) fn exponential(&mut self, rate: f64) -> f64 {
        -libm::log1p(-self.uniform()) / rate
    }

    /// Poisson with the given mean; 0 for a mean of 0 or below.
    ///
    /// Counts uniform draws until their product falls below e^-mean (Knuth), in steps of a mean of
    /// at most 16, so that it stays exact for large means at a cost proportional to the mean;
    /// beyond a mean of 2^20 it is the rounded normal, whose distribution function is then within
    /// 0.0002 of the exact one.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        const STEP: f64 = 16.0;
        const LARGE: f64 = (1_u64 << 20) as f64;
        if mean > LARGE {
            // an infinite mean less an infinite deviation would be no number
            let mean = mean.min(f64::MAX);
            return (mean + mean.sqrt() * self.normal()).round() as u64;
        }
        let mut count = 0;
        let mut left = mean;
        while left > 0.0 {
            let limit = libm::exp(-left.min(STEP));
            let mut product = self.uniform();
            while product > limit {
                count += 1;
                product *= self.uniform();
            }
            left -= STEP;
        }
        count
    }

    /// Gamma with the given shape and scale 1, by Marsaglia and Tsang (2000); 0 for a shape of 0
    /// or less.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape.is_nan() || shape <= 0.0 {
            return 0.0;
        } else if shape < 1.0 {
            let boosted = self.gamma(shape + 1.0);
            return boosted * libm::pow(1.0 - self.uniform(), 1.0 / shape);
        }
        let d = shape.min(f64::MAX) - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            let cube = v * v * v;
            if cube > 0.0
                && libm::log(1.0 - self.uniform())
                    < 0.5 * x * x + d - d * cube + d * libm::log(cube)
            {
                return d * cube;
            }
        }
    }

    /// Beta with the given shapes (both > 0).
    #[cfg(test)]
    pub(crate) fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        // Both gammas can underflow when the shapes are tiny; the beta then sits at one of its
        // ends.
        if x + y > 0.0 {
            x / (x + y)
        } else {
            f64::from(u8::from(self.chance(a / (a + b))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(count: usize, mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let draws: Vec<f64> = (0..count).map(|_| draw()).collect();
        let mean = draws.iter().sum::<f64>() / count as f64;
        (
            mean,
            draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (count - 1) as f64,
        )
    }

    /// Mean within 5 standard errors, variance within 5 % of the known ones.
    fn assert_moments(name: &str, mean: f64, variance: f64, draw: impl FnMut() -> f64) {
        let (m, v) = moments(100_000, draw);
        assert!(
            (m - mean).abs() < 5.0 * (variance / 1e5).sqrt(),
            "{name}: mean {m}, not {mean}"
        );
        assert!(
            (v / variance - 1.0).abs() < 0.05,
            "{name}: variance {v}, not {variance}"
        );
    }

    #[test]
    fn splitmix_reference() {
        // The first outputs for seed 1234567, as listed for splitmix64.c by Sebastiano Vigna at
        // https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64.
        let mut random = Random::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| random.next_u64()), expected);
    }

    #[test]
    fn distributions_have_their_moments() {
        let mut r = Random::new(1);
        assert_moments("uniform", 0.5, 1.0 / 12.0, || r.uniform());
        assert_moments("normal", 0.0, 1.0, || r.normal());
        assert_moments("exponential", 0.25, 1.0 / 16.0, || r.exponential(4.0));
        assert_moments("poisson small", 0.7, 0.7, || r.poisson(0.7) as f64);
        assert_moments("poisson large", 75.0, 75.0, || r.poisson(75.0) as f64);
        assert_moments("poisson huge", 3e6, 3e6, || r.poisson(3e6) as f64);
        assert_moments("gamma below 1", 0.3, 0.3, || r.gamma(0.3));
        assert_moments("gamma", 7.5, 7.5, || r.gamma(7.5));
        assert_moments("index", 4.5, 99.0 / 12.0, || r.index(10) as f64);
    }

    #[test]
    fn streams_are_independent_of_one_another_and_of_order() {
        let base = Random::new(5);
        let first: Vec<u64> = (0..1000).map(|key| base.stream(key).next_u64()).collect();
        let mut distinct = first.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 1000);
        let (mut a, mut b) = (base.stream(0), base.stream(1));
        let products: f64 = (0..100_000).map(|_| a.normal() * b.normal()).sum::<f64>() / 1e5;
        assert!(
            products.abs() < 5.0 / 1e5_f64.sqrt(),
            "correlation {products}"
        );
        let shifted: Vec<u64> = {
            let mut s = base.stream(0);
            (0..1000).map(|_| s.next_u64()).collect()
        };
        assert!(first[1..].iter().all(|x| !shifted.contains(x)));
    }

    #[test]
    fn degenerate_arguments_have_a_result() {
        let mut r = Random::new(0);
        assert_eq!(
            (r.poisson(0.0), r.poisson(-1.0), r.index(0), r.index(1)),
            (0, 0, 0, 0)
        );
        assert_eq!(
            (r.poisson(f64::NAN), r.poisson(f64::INFINITY)),
            (0, u64::MAX)
        );
        assert_eq!(
            (r.gamma(0.0), r.gamma(f64::NEG_INFINITY), r.gamma(f64::NAN)),
            (0.0, 0.0, 0.0)
        );
        assert!(r.gamma(f64::INFINITY) > 1e300);
    }
}
