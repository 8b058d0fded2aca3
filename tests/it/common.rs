//! What several tests use.

/// The crate's own generator, which is not public.
#[allow(dead_code, reason = "tests draw from some of its distributions")]
#[path = "../../src/util/random.rs"]
pub(crate) mod random;
