//! The orders a chain may have.

use crate::error::{Error, Result};

/// Longer than any journey that says something.
const LONGEST: usize = 1000;

/// Fails for an order that is not 1 to 1000.
pub(super) fn check_order(order: usize) -> Result<usize> {
    if (1..=LONGEST).contains(&order) {
        Ok(order)
    } else {
        Err(Error::setting("order", order, format!("1 to {LONGEST}")))
    }
}
