//! Times as files write them.

use crate::error::{Error, Result};
use crate::io::clock::{Clock, floored, local_clock};
use crate::io::record::Value;
use crate::io::time_unit::{TimeUnit, USUAL, is_date};
use crate::io::timestamp::LOCAL;
use crate::io::values::Read;
use crate::time::TimeZone;
use jiff::Timestamp;
use jiff::fmt::strtime::{self, BrokenDownTime};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How a column writes times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::io) struct TimeFormat {
    /// Of plain numbers: seconds where none is stated.
    pub(in crate::io) unit: Option<TimeUnit>,
    /// Of local times and dates.
    pub(in crate::io) zone: Option<TimeZone>,
    /// Patterns of strftime such as `%m/%d/%Y %I:%M:%S %p`, tried in order. Where there are some,
    /// no other text is read; numbers are where a unit is stated.
    pub(in crate::io) formats: Vec<String>,
}

/// A second and its fraction, by which rows of one second are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::io) struct Moment {
    /// Since 1970-01-01T00:00:00Z.
    pub(in crate::io) second: u32,
    /// 0 to 999,999,999.
    pub(in crate::io) nanosecond: u32,
}

/// The times that are read, for messages.
const EXPECTED: &str = "a time from 2000-01-01 to 2099-12-31: seconds since 1970-01-01T00:00:00Z, \
                        2026-01-31T13:45:00+01:00, or a date";

impl TimeFormat {
    /// # Errors
    /// If a pattern is not one of strftime.
    pub(in crate::io) fn check(&self) -> Result<()> {
        let day = jiff::civil::date(2026, 1, 31).at(13, 45, 0, 0);
        let Ok(sample) = day.to_zoned(jiff::tz::TimeZone::UTC) else {
            return Ok(());
        };
        let bad = |format: &&String| {
            format.is_empty() || strtime::format(format.as_bytes(), &sample).is_err()
        };
        match self.formats.iter().find(bad) {
            None => Ok(()),
            Some(format) => Err(Error::setting(
                "the format of times",
                format!("{format:?}"),
                "a pattern of strftime, such as %Y-%m-%d %H:%M:%S",
            )),
        }
    }

    /// The moment that a value of a row states; none where it is missing.
    #[inline]
    pub(in crate::io) fn moment(&self, value: Value<'_>) -> Read<Option<Moment>> {
        self.moment_in(value, self.zone.as_ref())
    }

    /// Like the other, with the zone that the row states.
    pub(in crate::io) fn moment_in(
        &self,
        value: Value<'_>,
        zone: Option<&TimeZone>,
    ) -> Read<Option<Moment>> {
        let moment = match value {
            Value::Missing => return Ok(None),
            Value::Text(text) if text.trim().is_empty() => return Ok(None),
            Value::Text(text) => self.of_text(text.trim(), zone),
            Value::Integer(number) => self.of_integer(i128::from(number), zone),
            Value::Number(number) => self.of_number(number),
            Value::Instant(nanoseconds) => of_nanoseconds(nanoseconds),
            Value::Local(nanoseconds) => of_local(nanoseconds, zone),
            Value::Date(days) => of_local(i128::from(days) * 86_400_000_000_000, zone),
            Value::Boolean(_) => Err(EXPECTED.into()),
        };
        moment.map(Some)
    }

    fn of_text(&self, text: &str, zone: Option<&TimeZone>) -> Read<Moment> {
        if !self.formats.is_empty()
            && let Some(moment) = self.by_formats(text, zone)
        {
            return moment;
        }
        let reads_numbers = self.unit.is_some() || self.formats.is_empty();
        if reads_numbers
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'))
        {
            if let Ok(number) = text.parse() {
                return self.of_plain_integer(number);
            }
            if let Ok(number) = text.parse() {
                return self.of_number(number);
            }
        }
        if !self.formats.is_empty() {
            return Err(self.expected_formats());
        }
        let clock = Clock::read(text).ok_or(EXPECTED)?;
        of_instant(clock.instant(zone).ok_or(LOCAL)?)
    }

    fn of_integer(&self, number: i128, zone: Option<&TimeZone>) -> Read<Moment> {
        if self.formats.is_empty() {
            return self.of_plain_integer(number);
        }
        match self.by_formats(&number.to_string(), zone) {
            Some(moment) => moment,
            None if self.unit.is_some() => self.of_plain_integer(number),
            None => Err(self.expected_formats()),
        }
    }

    #[inline]
    fn of_plain_integer(&self, number: i128) -> Read<Moment> {
        let per_second = self.unit.unwrap_or_default().per_second() as i64;
        // what 64 bits do not hold is no usual time in any unit
        let moment = i64::try_from(number).ok().and_then(|number| {
            let rest = number.rem_euclid(per_second);
            let nanosecond = (rest * (1_000_000_000 / per_second)) as u32;
            usual(number.div_euclid(per_second).into(), nanosecond)
        });
        moment.ok_or_else(|| self.refused(number))
    }

    /// A number with a fraction, or a large one that a table stores as a float.
    fn of_number(&self, number: f64) -> Read<Moment> {
        let per_second = self.unit.unwrap_or_default().per_second() as f64;
        let second = (number / per_second).floor();
        if !(0.0..1e12).contains(&second) {
            let whole = if number.abs() < 1e30 {
                number as i128
            } else {
                i128::MAX
            };
            return Err(self.refused(whole));
        }
        let rest = (number - second * per_second) * (1e9 / per_second);
        let nanosecond = rest.clamp(0.0, 999_999_999.0) as u32;
        usual(second as i128, nanosecond).ok_or_else(|| self.refused(number as i128))
    }

    /// The moment by the first pattern that fits, if one does.
    fn by_formats(&self, text: &str, zone: Option<&TimeZone>) -> Option<Read<Moment>> {
        let parsed = self.formats.iter().find_map(|format| {
            let parts = BrokenDownTime::parse(format.as_bytes(), text.as_bytes()).ok()?;
            let named = parts
                .iana_time_zone()
                .and_then(|name| TimeZone::new(name).ok());
            match parts.to_timestamp() {
                Ok(instant) => Some((Clock::Instant(instant), named)),
                Err(_) => Some((Clock::Local(parts.to_datetime().ok()?), named)),
            }
        });
        let (clock, named) = parsed?;
        let instant = clock.instant(named.as_ref().or(zone));
        Some(instant.ok_or_else(|| LOCAL.into()).and_then(of_instant))
    }

    #[cold]
    fn expected_formats(&self) -> Cow<'static, str> {
        let formats: Vec<String> = self
            .formats
            .iter()
            .map(|text| format!("{text:?}"))
            .collect();
        format!("a time by {}", formats.join(" or ")).into()
    }

    #[cold]
    fn refused(&self, number: i128) -> Cow<'static, str> {
        let unit = self.unit.unwrap_or_default();
        let hint = if is_date(number) {
            " (this looks like a date YYYYMMDD: state the format %Y%m%d)".to_owned()
        } else {
            unit.hint(number)
        };
        format!("{unit} since 1970-01-01T00:00:00Z, from 2000-01-01 to 2099-12-31{hint}").into()
    }
}

#[inline]
fn usual(second: i128, nanosecond: u32) -> Option<Moment> {
    USUAL.contains(&second).then_some(Moment {
        second: second as u32,
        nanosecond,
    })
}

fn of_instant(instant: Timestamp) -> Read<Moment> {
    let (second, nanosecond) = floored(instant);
    usual(i128::from(second), nanosecond).ok_or_else(|| EXPECTED.into())
}

#[inline]
fn of_nanoseconds(nanoseconds: i128) -> Read<Moment> {
    // what 64 bits do not hold is no usual time
    let moment = i64::try_from(nanoseconds).ok().and_then(|nanoseconds| {
        let rest = nanoseconds.rem_euclid(1_000_000_000);
        usual(nanoseconds.div_euclid(1_000_000_000).into(), rest as u32)
    });
    moment.ok_or_else(|| EXPECTED.into())
}

fn of_local(nanoseconds: i128, zone: Option<&TimeZone>) -> Read<Moment> {
    let zone = zone.ok_or(LOCAL)?;
    let instant = local_clock(nanoseconds).and_then(|local| zone.instant(local));
    of_instant(instant.ok_or(EXPECTED)?)
}

#[cfg(test)]
mod tests;
