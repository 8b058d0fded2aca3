//! Timestamps as logs write them.

use crate::error::{Error, Result};
#[cfg(feature = "time")]
use crate::io::clock::{Clock, floored};
use crate::io::time_unit::TimeUnit;
use crate::time::TimeZone;
use crate::time::limits::second;
use crate::time::rfc3339::TIMESTAMPS;

/// A timestamp, floored to the second.
#[cfg(any(feature = "csv", test))]
#[inline]
pub(super) fn parse(text: &[u8], row: u64, column: &str) -> Result<u32> {
    parse_in(text, row, column, TimeUnit::Seconds, || Ok(None))
}

/// Like the other parser, but plain numbers are of the unit, and a timestamp without offset is
/// local time of the zone, if there is one.
#[inline]
pub(super) fn parse_in(
    text: &[u8],
    row: u64,
    column: &str,
    unit: TimeUnit,
    zone: impl FnOnce() -> Result<Option<TimeZone>>,
) -> Result<u32> {
    if let Some(number) = whole(text) {
        return unit.second(i128::from(number), row, column);
    }
    parse_other(text, row, column, unit, zone)
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

/// The nanoseconds inside the second of a timestamp that reads, 0 to 999,999,999: digits behind the
/// point, or what an integer in a finer unit holds. Offsets of zones are whole seconds.
#[inline]
pub(super) fn fraction(text: &[u8], unit: TimeUnit) -> u32 {
    if text.len() <= 10 && unit == TimeUnit::Seconds {
        return 0; // the least text with a fraction of such a second is older than 2001
    }
    fraction_of(text, unit)
}

fn fraction_of(text: &[u8], unit: TimeUnit) -> u32 {
    const DIGITS: usize = 9;
    if let Some(point) = memchr::memchr(b'.', text) {
        let digits = text[point + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let digits = digits.map(|byte| u32::from(byte - b'0'));
        let nine = digits.chain(std::iter::repeat(0)).take(DIGITS);
        return nine.fold(0, |number, digit| number * 10 + digit);
    }
    let number = whole(text).map(i128::from).or_else(|| long(text));
    number.map_or(0, |number| unit.fraction(number))
}

/// A longer integer, a number with a fraction, or RFC 3339.
#[cold]
fn parse_other(
    text: &[u8],
    row: u64,
    column: &str,
    unit: TimeUnit,
    zone: impl FnOnce() -> Result<Option<TimeZone>>,
) -> Result<u32> {
    let bad =
        |expected: &'static str| Error::field(row, column, String::from_utf8_lossy(text), expected);
    if let Some(number) = long(text).or_else(|| with_fraction(text).map(i128::from)) {
        return unit.second(number, row, column);
    }
    let seconds = clock_second(text, zone)?.map_err(bad)?;
    second(seconds).ok_or_else(|| bad("1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z"))
}

/// An integer of 19 to 30 digits, such as nanoseconds.
fn long(text: &[u8]) -> Option<i128> {
    let is_long = (19..=30).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let digits = std::str::from_utf8(text).ok().filter(|_| is_long)?;
    digits.parse().ok()
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

/// The second of a date or time of day; what was expected, where there is none.
#[cfg(feature = "time")]
fn clock_second(
    text: &[u8],
    zone: impl FnOnce() -> Result<Option<TimeZone>>,
) -> Result<std::result::Result<i64, &'static str>> {
    let Some(clock) = std::str::from_utf8(text).ok().and_then(Clock::read) else {
        return Ok(Err(TIMESTAMPS));
    };
    if let Clock::Instant(instant) = clock {
        return Ok(Ok(floored(instant).0));
    }
    let Some(zone) = zone()? else {
        return Ok(Err(LOCAL));
    };
    let instant = clock.instant(Some(&zone));
    Ok(instant.map(|instant| floored(instant).0).ok_or(TIMESTAMPS))
}

/// The second at which the zone's clocks show a time, in nanoseconds since 1970-01-01T00:00:00 on
/// such a clock.
#[cfg(all(feature = "time", feature = "parquet"))]
pub(super) fn local_second(nanoseconds: i128, zone: &TimeZone) -> Option<i64> {
    let local = crate::io::clock::local_clock(nanoseconds)?;
    Some(floored(zone.instant(local)?).0)
}

/// Without rules of zones all clocks show UTC.
#[cfg(all(not(feature = "time"), feature = "parquet"))]
pub(super) fn local_second(nanoseconds: i128, _: &TimeZone) -> Option<i64> {
    i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()
}

/// What a local time lacks.
#[cfg(feature = "time")]
pub(super) const LOCAL: &str =
    "an offset such as +01:00, or a zone in which local times and dates are read";

#[cfg(not(feature = "time"))]
fn clock_second(
    _: &[u8],
    _: impl FnOnce() -> Result<Option<TimeZone>>,
) -> Result<std::result::Result<i64, &'static str>> {
    Ok(Err(TIMESTAMPS))
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
            let zone = || Ok(Some(TimeZone::new(zone).unwrap()));
            parse_in(text.as_bytes(), 2, "timestamp", TimeUnit::Seconds, zone).ok()
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
        assert_eq!(
            read("Europe/Berlin", "2026-01-01"),
            Some(1_767_222_000),
            "a date is its midnight"
        );
        for bad in ["noon", "2026-01-01T25:00:00", "1969-12-31T12:00:00"] {
            assert_eq!(read("Europe/Berlin", bad), None, "{bad}");
        }
    }

    /// `micros.csv`, `iso_naive.csv` and `bq_utc_suffix.csv`: what exports write.
    #[cfg(feature = "time")]
    #[test]
    fn times_as_exports_write_them() {
        let read = |unit, text: &str| {
            parse_in(text.as_bytes(), 2, "timestamp", unit, || Ok(None))
                .map_err(|error| error.to_string())
        };
        let micros = TimeUnit::Microseconds;
        assert_eq!(read(micros, "1767225600000000"), Ok(1_767_225_600));
        assert_eq!(read(micros, "1767225600000000.5"), Ok(1_767_225_600));
        assert_eq!(
            read(TimeUnit::Nanoseconds, "1767225600000000000"),
            Ok(1_767_225_600)
        );
        let seconds = TimeUnit::Seconds;
        let hint = read(seconds, "1767225600000000").unwrap_err();
        assert!(
            hint.ends_with("(this looks like microseconds: state the unit us)"),
            "{hint}"
        );
        let hint = read(seconds, "20240910").unwrap_err();
        assert!(
            hint.ends_with("(this looks like a date YYYYMMDD)"),
            "{hint}"
        );
        assert_eq!(read(seconds, "2026-01-02 01:00:00 UTC"), Ok(1_767_315_600));
        for local in ["2026-01-02 01:00:00", "2026-01-02T01:00:00", "2026-01-02"] {
            let message = read(seconds, local).unwrap_err();
            assert!(message.contains("a zone in which local times"), "{message}");
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
