//! Timestamps as logs write them.

use crate::error::{Error, Result};
use crate::time::TimeZone;
use crate::time::limits::{bad_time, second};
use crate::time::rfc3339::{TIMESTAMPS, rfc3339};

/// A timestamp, floored to the second.
#[cfg(any(feature = "csv", test))]
#[inline]
pub(super) fn parse(text: &[u8], row: u64, column: &str) -> Result<u32> {
    parse_in(text, row, column, || Ok(None))
}

/// Like the other parser, but a timestamp without offset is local time of the zone, if there is
/// one.
#[inline]
pub(super) fn parse_in(
    text: &[u8],
    row: u64,
    column: &str,
    zone: impl FnOnce() -> Result<Option<TimeZone>>,
) -> Result<u32> {
    if let Some(seconds) = whole(text) {
        return second(seconds).ok_or_else(|| bad_time(row, column, seconds));
    }
    parse_other(text, row, column, zone)
}

/// A plain integer of at most 18 digits.
#[inline]
fn whole(text: &[u8]) -> Option<i64> {
    let (negative, digits) = text
        .strip_prefix(b"-")
        .map_or((false, text), |digits| (true, digits));
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut number = 0;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(if negative { -number } else { number })
}

/// Seconds with a fraction, or RFC 3339.
#[cold]
fn parse_other(
    text: &[u8],
    row: u64,
    column: &str,
    zone: impl FnOnce() -> Result<Option<TimeZone>>,
) -> Result<u32> {
    let bad = || Error::field(row, column, String::from_utf8_lossy(text), TIMESTAMPS);
    if let Some(seconds) = with_fraction(text) {
        return second(seconds).ok_or_else(|| bad_time(row, column, seconds));
    }
    let seconds = match std::str::from_utf8(text).ok().and_then(rfc3339) {
        Some(seconds) => seconds,
        None => zone()?
            .and_then(|zone| zone.local(std::str::from_utf8(text).ok()?))
            .ok_or_else(bad)?,
    };
    second(seconds).ok_or_else(|| {
        Error::field(
            row,
            column,
            String::from_utf8_lossy(text),
            "1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z",
        )
    })
}

/// Digits, a point, digits.
fn with_fraction(text: &[u8]) -> Option<i64> {
    let point = text.iter().position(|&byte| byte == b'.')?;
    let (seconds, fraction) = (&text[..point], &text[point + 1..]);
    let digits = !fraction.is_empty()
        && fraction.iter().all(u8::is_ascii_digit)
        && !seconds.starts_with(b"-");
    digits.then(|| whole(seconds))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<u32> {
        parse(text.as_bytes(), 2, "timestamp").ok()
    }

    #[test]
    fn seconds() {
        assert_eq!(read("1767225600"), Some(1_767_225_600));
        assert_eq!(read("1767225600.999"), Some(1_767_225_600));
        assert_eq!(read("0"), Some(0));
        for bad in [
            "",
            "-1",
            "-0.5",
            "1e9",
            " 1",
            "1.",
            "4294967296",
            "1767225600000",
            "99999999999999999999",
            "12:30",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[cfg(feature = "time")]
    #[test]
    fn dates_with_offset() {
        assert_eq!(read("2026-01-01T00:00:00Z"), Some(1_767_225_600));
        assert_eq!(read("2026-01-01T02:00:00.75+02:00"), Some(1_767_225_600));
        assert_eq!(read("2025-12-31 19:00:00-05:00"), Some(1_767_225_600));
        for bad in [
            "2026-01-01T00:00:00",
            "2026-01-01",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[cfg(feature = "time")]
    #[test]
    fn local_times() {
        let read = |zone: &str, text: &str| {
            parse_in(text.as_bytes(), 2, "timestamp", || {
                Ok(Some(TimeZone::new(zone).unwrap()))
            })
            .ok()
        };
        assert_eq!(
            read("Europe/Berlin", "2026-01-01T01:00:00"),
            Some(1_767_225_600)
        );
        assert_eq!(
            read("Europe/Berlin", "2026-07-01 02:00:00.9"),
            Some(1_782_864_000)
        );
        assert_eq!(
            read("America/New_York", "2025-12-31T19:00"),
            Some(1_767_225_600)
        );
        assert_eq!(
            read("Europe/Berlin", "2026-01-01T00:00:00Z"),
            Some(1_767_225_600),
            "an offset says it all"
        );
        // 2026-10-25: 02:30 twice, the earlier is summer time; 2026-03-29: 02:30 is skipped, half
        // an hour after 02:00 it is 03:30
        assert_eq!(
            read("Europe/Berlin", "2026-10-25T02:30:00"),
            Some(1_792_888_200)
        );
        assert_eq!(
            read("Europe/Berlin", "2026-03-29T02:30:00"),
            read("Europe/Berlin", "2026-03-29T03:30:00")
        );
        for bad in [
            "2026-01-01",
            "noon",
            "2026-01-01T25:00:00",
            "1969-12-31T12:00:00",
        ] {
            assert_eq!(read("Europe/Berlin", bad), None, "{bad}");
        }
    }

    #[test]
    fn errors_name_the_row_and_what_was_allowed() {
        let message = parse(b"yesterday", 17, "timestamp")
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("row 17: timestamp is \"yesterday\", expected: seconds since 1970"),
            "{message}"
        );
    }
}
