//! Random numbers that are the same on every machine: the stream that the crate itself uses, so that
//! tests keep their figures whatever becomes of the crate's own.
#![allow(dead_code, reason = "each test and bench takes its part of it")]

/// A stream of SplitMix64 (Steele, Lea and Flood 2014), fixed by its seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Random {
    state: u64,
}

/// 2^64 divided by the golden ratio, odd: successive states are spread evenly.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64: a bijection of 64 bits in which every bit of the input moves every
/// bit of the output.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
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
