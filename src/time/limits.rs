//! What one row of a log can hold: seconds from 1970 to 2106, and amounts up to 10^15.

use crate::error::{Error, Result};

/// Seconds in a day of UTC.
pub(crate) const DAY: u32 = 86_400;

/// The largest value or cost of one row.
pub(crate) const LARGEST: f64 = 1e15;

/// The times a log can hold, for error messages.
pub(crate) const SECONDS: &str = "seconds since 1970-01-01T00:00:00Z, 0 to 4294967295";

/// A length of time in whole seconds, for error messages.
pub(crate) const LENGTH: &str = "1 to 4294967295 seconds";

/// A time as a log stores it; `None` outside 1970-01-01 to 2106-02-07.
pub(crate) fn second(seconds: i64) -> Option<u32> {
    u32::try_from(seconds).ok()
}

/// The error for a time that a log cannot hold. Milliseconds are the usual slip, so it names them
/// and their like.
#[cold]
pub(crate) fn bad_time(row: u64, column: &str, time: i64) -> Error {
    const UNITS: [(&str, i64); 3] = [
        ("milliseconds", 1_000),
        ("microseconds", 1_000_000),
        ("nanoseconds", 1_000_000_000),
    ];
    let is_past = time > 0 && second(time).is_none();
    let mut units = UNITS.into_iter().filter(|_| is_past);
    let unit = units.find(|(_, per_second)| second(time / per_second).is_some());
    let hint = unit.map_or(String::new(), |(name, _)| {
        format!(" (this looks like {name})")
    });
    Error::field(row, column, time.to_string(), format!("{SECONDS}{hint}"))
}

/// Refuses an amount of money that is not finite, too large or, unless `signed`, negative.
#[inline]
pub(crate) fn check_amount(row: u64, column: &str, amount: f64, signed: bool) -> Result<()> {
    let low = if signed { -LARGEST } else { 0.0 };
    if (low..=LARGEST).contains(&amount) {
        return Ok(());
    }
    let hint = if amount < 0.0 && column == "value" {
        " (a refund is a row of kind return)"
    } else {
        ""
    };
    Err(Error::field(
        row,
        column,
        amount.to_string(),
        format!("{low} to {LARGEST}{hint}"),
    ))
}
