//! Dates and times of day, as tools write them.

use crate::time::TimeZone;
use jiff::Timestamp;
use jiff::civil::DateTime;
use std::borrow::Cow;

/// What a text says of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Clock {
    /// With an offset: one instant.
    Instant(Timestamp),
    /// Without: what the clock of some zone shows. Midnight where the text is a date.
    Local(DateTime),
}

impl Clock {
    /// RFC 3339, and what tools write in its place: `UTC` or `GMT` or a blank before an offset,
    /// hours of one digit, no offset, dates alone.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ');
        if let Ok(instant) = text.parse() {
            return Some(Self::Instant(instant));
        }
        if !text.is_ascii() || text.contains('[') || !text.contains('-') {
            return None;
        }
        let (clock, offset) = offset(text);
        let clock = two_digit_hour(clock)?;
        match offset {
            Some(offset) => format!("{clock}{offset}").parse().ok().map(Self::Instant),
            None => clock.parse().ok().map(Self::Local),
        }
    }

    /// The instant; a local time is read in the zone. None without a zone, or where the zone has no
    /// such time.
    pub(super) fn instant(self, zone: Option<&TimeZone>) -> Option<Timestamp> {
        match self {
            Self::Instant(instant) => Some(instant),
            Self::Local(local) => zone?.instant(local),
        }
    }
}

/// What the clock of some zone shows, from nanoseconds since 1970-01-01T00:00:00 on that clock.
#[cfg(any(feature = "mapping", feature = "parquet"))]
pub(super) fn local_clock(nanoseconds: i128) -> Option<DateTime> {
    let as_if_utc = Timestamp::from_nanosecond(nanoseconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(as_if_utc))
}

/// The second and the nanoseconds inside it.
pub(super) fn floored(instant: Timestamp) -> (i64, u32) {
    let nanoseconds = instant.as_nanosecond();
    let second = nanoseconds.div_euclid(PER_SECOND) as i64;
    (second, nanoseconds.rem_euclid(PER_SECOND) as u32)
}

const PER_SECOND: i128 = 1_000_000_000;

/// The clock, and the offset after it in the form that RFC 3339 has, if there is one.
fn offset(text: &str) -> (&str, Option<&str>) {
    for name in ["UTC", "GMT", "Z", "z"] {
        if let Some(clock) = text.strip_suffix(name) {
            return (clock.trim_end_matches(' '), Some("Z"));
        }
    }
    let date = "2026-01-31".len();
    match text.rfind(['+', '-']).filter(|&sign| sign > date) {
        Some(sign) => (text[..sign].trim_end_matches(' '), Some(&text[sign..])),
        None => (text, None),
    }
}

/// The clock with two digits for the hour; none where a text stands in place of a time of day.
fn two_digit_hour(clock: &str) -> Option<Cow<'_, str>> {
    let bytes = clock.as_bytes();
    let Some(blank) = bytes
        .iter()
        .position(|byte| matches!(byte, b' ' | b'T' | b't'))
    else {
        return Some(Cow::Borrowed(clock));
    };
    let time = clock[blank + 1..].trim_start_matches(' ');
    let hour = time.bytes().take_while(u8::is_ascii_digit).count();
    match hour {
        1 => Some(Cow::Owned(format!("{}T0{time}", &clock[..blank]))),
        2.. => Some(Cow::Borrowed(clock)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(text: &str, zone: Option<&str>) -> Option<i64> {
        let zone = zone.map(|name| TimeZone::new(name).unwrap());
        let instant = Clock::read(text)?.instant(zone.as_ref())?;
        Some(floored(instant).0)
    }

    #[test]
    fn offsets_as_tools_write_them() {
        for text in [
            "2026-01-01T00:00:00Z",
            "2026-01-01 00:00:00 UTC",
            "2026-01-01 00:00:00.999 UTC",
            "2026-01-01T00:00:00 GMT",
            "2026-01-01 01:00:00 +0100",
            "2026-01-01 01:00:00 +01",
            "2026-01-01 01:00:00+01",
            "2026-01-01 1:00:00 +01:00",
            "2025-12-31 19:00:00 -0500",
            " 2026-01-01 0:00:00 UTC ",
        ] {
            assert_eq!(second(text, None), Some(1_767_225_600), "{text}");
            assert_eq!(
                second(text, Some("Asia/Tokyo")),
                Some(1_767_225_600),
                "{text}"
            );
        }
    }

    #[test]
    fn local_times_and_dates_need_a_zone() {
        for text in [
            "2026-01-01 01:00:00.714",
            "2026-01-01T01:00",
            "2026-01-01 1:00:00",
        ] {
            assert_eq!(second(text, None), None, "{text}");
            assert_eq!(
                second(text, Some("Europe/Berlin")),
                Some(1_767_225_600),
                "{text}"
            );
        }
        assert_eq!(second("2026-01-01", None), None);
        assert_eq!(second("2026-01-01", Some("UTC")), Some(1_767_225_600));
        assert_eq!(
            second("2026-01-01", Some("Europe/Berlin")),
            Some(1_767_222_000)
        );
        assert_eq!(second("2026-01-01", Some("Etc/GMT+5")), Some(1_767_243_600));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "noon",
            "20240910",
            "2026-13-01",
            "2026-01-01 25:00:00",
            "2026-01-01 12:00:00 CET",
            "2026-01-01 noon",
            "2026-01-01 12:00:00[Europe/Berlin]",
            "01/02/2026 12:00",
            "2026-01-01 12:00:00 +99",
            "\u{ff12}026-01-01",
        ] {
            assert_eq!(second(text, Some("UTC")), None, "{text:?}");
        }
    }

    #[test]
    fn fractions_stay() {
        let instant = Clock::read("2026-01-01T00:00:00.25Z").unwrap();
        let floor = floored(instant.instant(None).unwrap());
        assert_eq!(floor, (1_767_225_600, 250_000_000));
        let before = Clock::read("1969-12-31T23:59:59.75Z").unwrap();
        assert_eq!(floored(before.instant(None).unwrap()), (-1, 750_000_000));
    }

    #[cfg(any(feature = "mapping", feature = "parquet"))]
    #[test]
    fn clocks_show_fractions() {
        let local = local_clock(1_767_225_600_500_000_000).unwrap();
        assert_eq!(local.to_string(), "2026-01-01T00:00:00.5");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}", digits in "[0-9 TZ:+./-]{0,32}") {
            let utc = TimeZone::utc();
            for text in [&text, &digits] {
                if let Some(clock) = Clock::read(text) {
                    clock.instant(Some(&utc));
                }
            }
        }
    }
}
