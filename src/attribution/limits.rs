//! What models do not take on: every bound on memory and time in one place.
//!
//! Work grows with what occurs in the data. Where it cannot, the models below say so with
//! [`Error::Setting`](crate::Error::Setting), before the memory is taken; the bounds are some ten
//! times what logs of persons need.

/// Rows x entries that one person's events may have: a person (a bot, a test account) whose tens of
/// thousands of events each follow touches of hundreds of channels. 16 million, 200 MB.
pub(super) const MOST_ENTRIES: usize = 1 << 24;

/// Channels of a time-to-event model with pairs, which has a rate for each pair: half a million.
pub(super) const MOST_PAIRED_CHANNELS: usize = 1_000;

/// Rates with standard errors: they come from the inverse of a matrix with as many rows. 32 MB.
pub(super) const MOST_STANDARD_ERRORS: usize = 2_000;

/// Coefficients up to which Newton's method solves with the whole matrix of second derivatives;
/// beyond, with products of it, in memory that grows with the coefficients.
pub(super) const DENSE_COEFFICIENTS: usize = 600;

/// Steps of a chain, times eighths of its channels, that removal effects of a Markov chain may read
/// in one sweep: about 20,000 channels of sparse data.
pub(super) const MOST_SWEPT: usize = 400_000_000;

/// Sweeps over a chain after which its flows count as not settling.
pub(super) const MOST_SWEEPS: usize = 100_000;

/// Pairs of channels that Shao and Li's model keeps a rate of: 8 million, half a gigabyte.
pub(super) const MOST_PAIRS: usize = 1 << 23;

/// Sets that the set-rate game may look up for all sets that convert, and pairs that Shao and Li's
/// model may count: half a billion, some ten seconds.
pub(super) const MOST_LOOKUPS: usize = 1 << 29;

/// Channels of one journey that the response game draws orders of.
pub(super) const MOST_PLAYERS: usize = 5_000;

/// Responses that exact Shapley values may ask for in all; beyond, fewer channels count as few.
pub(super) const MOST_RESPONSES: usize = 1 << 28;

/// Responses x channels that sampled Shapley values take at least: a quarter of a minute.
pub(super) const MOST_SAMPLED: u64 = 1 << 34;

/// Positions that the ordered report keeps apart; those behind count at the last.
pub(super) const MOST_POSITIONS: usize = 1_000;
