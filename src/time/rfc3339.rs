//! Seconds written as RFC 3339 has them.

/// What a timestamp may be, for error messages.
#[cfg(feature = "time")]
pub(crate) const TIMESTAMPS: &str =
    "seconds since 1970-01-01T00:00:00Z, or RFC 3339 with offset such as 2026-01-31T13:45:00+01:00";
#[cfg(not(feature = "time"))]
pub(crate) const TIMESTAMPS: &str = "seconds since 1970-01-01T00:00:00Z";

/// The second since 1970-01-01T00:00:00Z, floored, of a date and time with offset.
#[cfg(feature = "time")]
pub(crate) fn rfc3339(text: &str) -> Option<i64> {
    let stamp: jiff::Timestamp = text.parse().ok()?;
    Some(stamp.as_nanosecond().div_euclid(1_000_000_000) as i64)
}

#[cfg(not(feature = "time"))]
pub(crate) fn rfc3339(_: &str) -> Option<i64> {
    None
}
