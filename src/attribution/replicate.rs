//! One replicate of a bootstrap.

use crate::util::Random;

/// Random numbers of one replicate of a bootstrap, for what a fit reads besides the journeys, such as
/// experiments.
///
/// They are fixed by the bootstrap's seed, the replicate and the item they are drawn for.
///
/// ```
/// use mixtouch::attribution::Replicate;
///
/// let (one, other) = (Replicate::new(1, 0), Replicate::new(1, 1));
/// assert_eq!(one.normal("test of tv"), one.normal("test of tv"));
/// assert_ne!(one.normal("test of tv"), other.normal("test of tv"));
/// assert!((0.0..1.0).contains(&one.uniform("tv")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replicate(Random);

/// Keeps items apart from persons, which have streams of the same replicate.
const ITEMS: u64 = 0x6974_656d_735f_3031;

impl Replicate {
    /// The replicate of that number in a bootstrap of that seed.
    pub fn new(seed: u64, number: u64) -> Self {
        Self::of_stream(&Random::new(seed).stream(number))
    }

    /// The replicate whose persons are drawn from this stream.
    pub(crate) fn of_stream(stream: &Random) -> Self {
        Self(stream.stream(ITEMS))
    }

    /// A standard normal number for an item.
    pub fn normal(&self, item: &str) -> f64 {
        self.of_item(item).normal()
    }

    /// A number from 0 to 1, 1 excluded, for an item.
    pub fn uniform(&self, item: &str) -> f64 {
        self.of_item(item).uniform()
    }

    fn of_item(&self, item: &str) -> Random {
        let bytes = item.bytes();
        bytes.fold(self.0.clone(), |stream, byte| stream.stream(byte.into()))
    }
}
