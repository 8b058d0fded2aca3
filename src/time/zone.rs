//! Time zones: when a calendar day begins.

use crate::error::{Error, Result};
use crate::time::day::Day;
use crate::time::limits::DAY;
use serde::{Deserialize, Serialize};

/// A time zone. The rules come with the crate, so that a day begins at the same second on every
/// machine; without the feature `time` there is UTC alone. In serde it is its name.
///
/// ```
/// # #[cfg(feature = "time")] {
/// let zone = mixtouch::TimeZone::new("Europe/Berlin")?;
/// assert_eq!(zone.start_of("2026-07-01".parse()?)?, 1_782_856_800); // 2026-06-30T22:00:00Z
/// # }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone {
    #[cfg(feature = "time")]
    rules: jiff::tz::TimeZone,
}

impl Default for TimeZone {
    fn default() -> Self {
        Self::utc()
    }
}

impl TryFrom<String> for TimeZone {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        #[cfg(feature = "time")]
        return Self::new(&name);
        #[cfg(not(feature = "time"))]
        if name == "UTC" {
            Ok(Self::utc())
        } else {
            let expected = "UTC; other zones need the feature time";
            Err(Error::setting("time zone", format!("{name:?}"), expected))
        }
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

impl TimeZone {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self {
            #[cfg(feature = "time")]
            rules: jiff::tz::TimeZone::UTC,
        }
    }

    /// The zone of that name in the IANA database, such as `Europe/Berlin`.
    ///
    /// # Errors
    /// If the name is not in the database.
    #[cfg(feature = "time")]
    pub fn new(name: &str) -> Result<Self> {
        let rules = jiff::tz::TimeZoneDatabase::bundled().get(name);
        let unknown = |_| {
            Error::setting(
                "time zone",
                format!("{name:?}"),
                "a name of the IANA database, such as Europe/Berlin",
            )
        };
        Ok(Self {
            rules: rules.map_err(unknown)?,
        })
    }

    /// The instant at which the zone's clocks show a local time. One that occurs twice is the
    /// earlier; one that clocks skip is read with the offset before.
    #[cfg(all(feature = "time", any(feature = "csv", feature = "parquet")))]
    pub(crate) fn instant(&self, local: jiff::civil::DateTime) -> Option<jiff::Timestamp> {
        let local = self.rules.to_ambiguous_timestamp(local);
        local.compatible().ok()
    }

    /// The first second of a day, since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// If the day lies outside the years -9999 to 9999.
    #[cfg(feature = "time")]
    pub fn start_of(&self, day: Day) -> Result<i64> {
        let (year, month, date) = day.calendar();
        let start = i16::try_from(year)
            .ok()
            .and_then(|year| jiff::civil::Date::new(year, month as i8, date as i8).ok())
            .and_then(|date| date.to_zoned(self.rules.clone()).ok());
        Ok(start
            .ok_or_else(|| Error::setting("day", day, "a day of the years -9999 to 9999"))?
            .timestamp()
            .as_second())
    }

    /// The name, such as `Europe/Berlin`.
    #[cfg(feature = "time")]
    pub fn name(&self) -> &str {
        self.rules.iana_name().unwrap_or("UTC")
    }

    /// The name: `UTC`.
    #[cfg(not(feature = "time"))]
    pub fn name(&self) -> &str {
        "UTC"
    }

    /// How many seconds the zone's clocks are ahead of UTC at a second since 1970-01-01T00:00:00Z.
    #[cfg(feature = "time")]
    pub(crate) fn offset_at(&self, second: i64) -> i32 {
        let stamp = jiff::Timestamp::from_second(second);
        stamp.map_or(0, |stamp| self.rules.to_offset(stamp).seconds())
    }

    #[cfg(not(feature = "time"))]
    pub(crate) fn offset_at(&self, _: i64) -> i32 {
        0
    }

    /// The day that holds a second, given since 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// # #[cfg(feature = "time")] {
    /// let zone = mixtouch::TimeZone::new("America/New_York")?;
    /// // 2026-02-01T01:00:00Z
    /// assert_eq!(zone.day_of(1_769_907_600)?.to_string(), "2026-01-31");
    /// # }
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the day lies outside the years 0001 to 9999.
    pub fn day_of(&self, second: i64) -> Result<Day> {
        let local = second.saturating_add(i64::from(self.offset_at(second)));
        let days = local.div_euclid(i64::from(DAY));
        Day::new(i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The first second of a day, since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// None without the feature `time`.
    #[cfg(not(feature = "time"))]
    pub fn start_of(&self, day: Day) -> Result<i64> {
        Ok(i64::from(day.days()) * i64::from(DAY))
    }
}

#[cfg(all(test, feature = "time"))]
mod tests {
    use super::*;

    #[test]
    fn days_begin_where_the_zone_says() {
        let start = |zone: &str, day: &str| {
            TimeZone::new(zone)
                .unwrap()
                .start_of(day.parse().unwrap())
                .unwrap()
        };
        assert_eq!(start("UTC", "1970-01-02"), 86_400);
        assert_eq!(
            start("America/New_York", "2026-01-01") - start("UTC", "2026-01-01"),
            5 * 3600
        );
        // the day the clocks go forward is an hour short
        assert_eq!(
            start("Europe/Berlin", "2026-03-30") - start("Europe/Berlin", "2026-03-29"),
            23 * 3600
        );
        assert!(TimeZone::new("Mars/Olympus").is_err());
    }

    #[test]
    fn seconds_belong_to_the_day_of_their_zone() {
        for name in [
            "America/New_York",
            "Europe/Berlin",
            "Asia/Shanghai",
            "America/Sao_Paulo",
        ] {
            let zone = TimeZone::new(name).unwrap();
            // every day from 2017 to 2026, those without a midnight in Sao Paulo too
            for day in (17_167..20_454).map(|days| Day::new(days).unwrap()) {
                let start = zone.start_of(day).unwrap();
                assert_eq!(zone.day_of(start).unwrap(), day, "{name}");
                assert_eq!(zone.day_of(start - 1).unwrap(), day.plus(-1), "{name}");
            }
        }
    }

    #[test]
    fn zones_are_their_names() {
        let berlin = TimeZone::new("Europe/Berlin").unwrap();
        let text = serde_json::to_string(&berlin).unwrap();
        assert_eq!(text, r#""Europe/Berlin""#);
        assert_eq!(serde_json::from_str::<TimeZone>(&text).unwrap(), berlin);
        assert_eq!(
            serde_json::from_str::<TimeZone>(r#""UTC""#).unwrap(),
            TimeZone::utc()
        );
        assert!(serde_json::from_str::<TimeZone>(r#""Mars/Olympus""#).is_err());
    }
}
