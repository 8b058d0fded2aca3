//! The times of a record batch.

use crate::error::Result;
use crate::io::arrow::arrays::{integers, map_texts, plain_seconds, timestamp_seconds};
use crate::io::arrow::source::Source;
use crate::io::columns::zone_of;
use crate::io::places::Field;
use crate::io::time_unit::TimeUnit as Unit;
use crate::io::timestamp::{self, local_second};
use crate::time::limits::{bad_time, second};
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Date32Type;
use arrow_schema::{DataType, TimeUnit};

impl Source<'_> {
    pub(super) fn times(&self, keeps: &[bool]) -> Result<Vec<u32>> {
        let Some(array) = self.array(Field::Timestamp) else {
            return Ok(Vec::new());
        };
        let per_second = match array.data_type() {
            DataType::Timestamp(TimeUnit::Second, _) => 1,
            DataType::Timestamp(TimeUnit::Millisecond, _) | DataType::Date64 => 1_000,
            DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000_000,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
            DataType::Date32 => return self.dates(array, keeps),
            _ => return self.untyped_times(array, keeps),
        };
        let has_offset = matches!(array.data_type(), DataType::Timestamp(_, Some(_)));
        let is_local = !has_offset && self.has_zone();
        if !is_local && let Some(seconds) = timestamp_seconds(array) {
            return Ok(seconds);
        }
        let numbers = integers(array).into_iter().flatten();
        match is_local {
            true => {
                let nanoseconds = 1_000_000_000 / per_second;
                self.local_times(
                    numbers.map(|time| time.map(|time| time * nanoseconds)),
                    keeps,
                )
            }
            false => self.instants(
                numbers.map(|time| time.map(|t| t.div_euclid(per_second))),
                keeps,
            ),
        }
    }

    /// The nanoseconds of the rows inside their seconds; none where all are 0.
    pub(super) fn fractions(&self) -> Result<Vec<u32>> {
        let Some(array) = self.array(Field::Timestamp) else {
            return Ok(Vec::new());
        };
        let own = self.columns.time_unit();
        let unit = match array.data_type() {
            DataType::Timestamp(TimeUnit::Millisecond, _) | DataType::Date64 => Unit::Milliseconds,
            DataType::Timestamp(TimeUnit::Microsecond, _) => Unit::Microseconds,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Unit::Nanoseconds,
            DataType::Timestamp(TimeUnit::Second, _) | DataType::Date32 => return Ok(Vec::new()),
            _ => own,
        };
        let fractions: Vec<u32> = match integers(array) {
            Some(_) if unit == Unit::Seconds => return Ok(Vec::new()),
            Some(numbers) => numbers
                .map(|number| unit.fraction(number.unwrap_or(0)))
                .collect(),
            None => map_texts(array, self.columns.name(Field::Timestamp), 0, |text| {
                Ok(timestamp::fraction(text.as_bytes(), own))
            })?,
        };
        let is_whole = fractions.iter().all(|&fraction| fraction == 0);
        Ok(if is_whole { Vec::new() } else { fractions })
    }

    /// Whether local times can be read in a zone; they are in UTC otherwise.
    fn has_zone(&self) -> bool {
        self.columns.zone().is_some() || self.places.zone.is_some()
    }

    /// Dates, as their midnights.
    fn dates(&self, array: &dyn Array, keeps: &[bool]) -> Result<Vec<u32>> {
        const DAY: i128 = crate::time::limits::DAY as i128;
        let days = array.as_primitive::<Date32Type>().iter();
        let seconds = days.map(|day| day.map(|day| i128::from(day) * DAY));
        match self.has_zone() {
            true => self.local_times(seconds.map(|time| time.map(|t| t * 1_000_000_000)), keeps),
            false => self.instants(seconds, keeps),
        }
    }

    /// Plain numbers and texts.
    fn untyped_times(&self, array: &dyn Array, keeps: &[bool]) -> Result<Vec<u32>> {
        let (name, unit) = (
            self.columns.name(Field::Timestamp),
            self.columns.time_unit(),
        );
        if unit == Unit::Seconds
            && let Some(times) = plain_seconds(array)
        {
            return Ok(times);
        }
        match integers(array) {
            Some(numbers) => self.each_time(numbers, keeps, |row, number| {
                unit.second(number, self.line(row), name)
            }),
            None => self.text_times(array, keeps),
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    fn instants(
        &self,
        seconds: impl Iterator<Item = Option<i128>>,
        keeps: &[bool],
    ) -> Result<Vec<u32>> {
        let name = self.columns.name(Field::Timestamp);
        self.each_time(seconds, keeps, |row, seconds| {
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            second(seconds).ok_or_else(|| bad_time(self.line(row), name, seconds))
        })
    }

    /// Nanoseconds on the clock of the rows' zone.
    fn local_times(
        &self,
        nanoseconds: impl Iterator<Item = Option<i128>>,
        keeps: &[bool],
    ) -> Result<Vec<u32>> {
        let (name, zones) = (self.columns.name(Field::Timestamp), self.zones()?);
        let own = self.columns.zone().cloned().unwrap_or_default();
        self.each_time(nanoseconds, keeps, |row, local| {
            let named = match zones.get(row) {
                Some(zone) if !zone.is_empty() => zone_of(zone, self.line(row), self.columns)?,
                _ => None,
            };
            let seconds = local_second(local, named.as_ref().unwrap_or(&own)).unwrap_or(i64::MAX);
            second(seconds).ok_or_else(|| bad_time(self.line(row), name, seconds))
        })
    }

    /// The result of `time` for each row that is kept.
    fn each_time(
        &self,
        numbers: impl Iterator<Item = Option<i128>>,
        keeps: &[bool],
        time: impl Fn(usize, i128) -> Result<u32>,
    ) -> Result<Vec<u32>> {
        let kept = |(row, number): (usize, Option<i128>)| match number {
            _ if !keeps[row] => Ok(0),
            Some(number) => time(row, number),
            None => Err(self.bad(row, Field::Timestamp, "", "a time")),
        };
        numbers.enumerate().map(kept).collect()
    }

    fn text_times(&self, array: &dyn Array, keeps: &[bool]) -> Result<Vec<u32>> {
        let name = self.columns.name(Field::Timestamp);
        let zones = self.zones()?;
        let texts = map_texts(array, name, String::new(), |text| Ok(text.to_owned()))?;
        let parse = |(row, text): (usize, String)| {
            if !keeps[row] {
                return Ok(0);
            }
            let line = self.line(row);
            let zone = || {
                zone_of(
                    zones.get(row).map_or("", String::as_str),
                    line,
                    self.columns,
                )
            };
            timestamp::parse_in(text.as_bytes(), line, name, self.columns.time_unit(), zone)
        };
        texts.into_iter().enumerate().map(parse).collect()
    }

    /// The time zones that rows name; empty where there is no such column.
    fn zones(&self) -> Result<Vec<String>> {
        let Some(at) = self.places.zone else {
            return Ok(Vec::new());
        };
        map_texts(
            self.batch.column(at).as_ref(),
            self.columns.zone_column(),
            String::new(),
            |text| Ok(text.to_owned()),
        )
    }
}
