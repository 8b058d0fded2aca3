//! The values of one array.

use crate::error::Result;
use crate::io::arrow::arrays::wrong_type;
use crate::io::arrow::rows::hashes::{hash_of, mixed};
use crate::io::arrow::simple::{as_numbers, as_texts, nearest};
use crate::io::record::Value;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrowPrimitiveType, BooleanArray, LargeStringArray, StringArray, StringViewArray,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use std::borrow::Cow;

/// An array whose values are read row by row.
#[derive(Debug)]
pub(super) struct Column<'a> {
    values: Values<'a>,
    nulls: Option<NullBuffer>,
}

/// The values, null or not.
#[derive(Debug)]
enum Values<'a> {
    Missing,
    Text(Cow<'a, StringArray>),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
    /// The keys of a dictionary, what they mean, and how many there are.
    Dictionary(Vec<u32>, Box<Column<'a>>, usize),
    Boolean(&'a BooleanArray),
    Integer(Cow<'a, [i64]>),
    Number(Cow<'a, [f64]>),
    /// Times and how many nanoseconds a 1 is.
    Instant(&'a [i64], i128),
    Local(&'a [i64], i128),
    Date(Cow<'a, [i32]>),
}

impl<'a> Column<'a> {
    /// The values of an array inside structs of these nulls.
    ///
    /// # Errors
    /// If the array holds no values, but structs or lists.
    pub(super) fn new(
        array: &'a dyn Array,
        outer: Option<&NullBuffer>,
        path: &str,
    ) -> Result<Self> {
        let own = match array.data_type() {
            DataType::Dictionary(..) => array.nulls().cloned(), // those of values are with them
            _ => array.logical_nulls(),
        };
        Ok(Self {
            values: Values::new(array, path)?,
            nulls: NullBuffer::union(outer, own.as_ref()),
        })
    }

    /// Whether some row may have a value.
    pub(super) fn has_values(&self) -> bool {
        let nulls = self.nulls.as_ref();
        let has_some = nulls.is_none_or(|nulls| nulls.null_count() < nulls.len());
        has_some && !matches!(self.values, Values::Missing)
    }

    #[inline]
    pub(super) fn value(&self, row: usize) -> Value<'_> {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Value::Missing;
        }
        match &self.values {
            Values::Missing => Value::Missing,
            Values::Text(texts) => Value::Text(texts.value(row)),
            Values::LargeText(texts) => Value::Text(texts.value(row)),
            Values::TextView(texts) => Value::Text(texts.value(row)),
            Values::Dictionary(keys, values, _) => values.value(keys[row] as usize),
            Values::Boolean(flags) => Value::Boolean(flags.value(row)),
            Values::Integer(numbers) => Value::Integer(numbers[row]),
            Values::Number(numbers) => Value::Number(numbers[row]),
            Values::Instant(times, unit) => Value::Instant(i128::from(times[row]) * unit),
            Values::Local(times, unit) => Value::Local(i128::from(times[row]) * unit),
            Values::Date(days) => Value::Date(days[row]),
        }
    }

    /// Adds the value of each row to its hash.
    pub(super) fn add_hashes(&self, hashes: &mut [u64]) {
        let nulls = self.nulls.as_ref();
        let rows = hashes.iter_mut().enumerate();
        match &self.values {
            Values::TextView(texts) => {
                for (row, hash) in rows {
                    // a text of up to 12 bytes stands in its view
                    let view = texts.views()[row];
                    let number = match (view as u32 <= 12, nulls.is_some_and(|n| n.is_null(row))) {
                        (_, true) => hash_of(Value::Missing),
                        (true, _) => mixed(view as u64, (view >> 64) as u64),
                        (false, _) => hash_of(Value::Text(texts.value(row))),
                    };
                    *hash = mixed(*hash, number);
                }
            }
            _ => rows.for_each(|(row, hash)| *hash = mixed(*hash, hash_of(self.value(row)))),
        }
    }

    /// What `map` makes of the text of each row, `none` where it is none. A text of a dictionary is
    /// mapped once.
    pub(super) fn map_texts<T: Copy>(
        &self,
        rows: usize,
        none: T,
        map: &impl Fn(&str) -> T,
    ) -> Vec<T> {
        if let Values::Dictionary(keys, values, texts) = &self.values {
            let mapped = values.map_texts(*texts, none, map);
            let is_null = |row| self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
            let text = |row: usize| match is_null(row) {
                true => none,
                false => mapped[keys[row] as usize],
            };
            return (0..rows).map(text).collect();
        }
        let text = |row| match self.value(row) {
            Value::Text(text) => map(text),
            _ => none,
        };
        (0..rows).map(text).collect()
    }
}

/// The numbers of an array as they are, nulls aside.
fn widened<T: ArrowPrimitiveType, N: From<T::Native>>(array: &dyn Array) -> Vec<N> {
    let numbers = array.as_primitive::<T>().values().iter();
    numbers.map(|&number| N::from(number)).collect()
}

impl<'a> Values<'a> {
    fn new(array: &'a dyn Array, path: &str) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Null => Self::Missing,
            DataType::Utf8 => Self::Text(Cow::Borrowed(array.as_string())),
            DataType::LargeUtf8 => Self::LargeText(array.as_string()),
            DataType::Utf8View => Self::TextView(array.as_string_view()),
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Int64 => {
                Self::Integer(Cow::Borrowed(array.as_primitive::<Int64Type>().values()))
            }
            DataType::Int32 => Self::Integer(Cow::Owned(widened::<Int32Type, _>(array))),
            DataType::Int16 => Self::Integer(Cow::Owned(widened::<Int16Type, _>(array))),
            DataType::Int8 => Self::Integer(Cow::Owned(widened::<Int8Type, _>(array))),
            DataType::UInt64 => unsigned(array),
            DataType::UInt32 => Self::Integer(Cow::Owned(widened::<UInt32Type, _>(array))),
            DataType::UInt16 => Self::Integer(Cow::Owned(widened::<UInt16Type, _>(array))),
            DataType::UInt8 => Self::Integer(Cow::Owned(widened::<UInt8Type, _>(array))),
            DataType::Float64 => {
                Self::Number(Cow::Borrowed(array.as_primitive::<Float64Type>().values()))
            }
            DataType::Float32 => Self::Number(Cow::Owned(widened::<Float32Type, _>(array))),
            DataType::Timestamp(unit, zone) => timestamps(array, unit, zone.is_some()),
            DataType::Date32 => {
                Self::Date(Cow::Borrowed(array.as_primitive::<Date32Type>().values()))
            }
            DataType::Date64 => Self::Local(array.as_primitive::<Date64Type>().values(), 1_000_000),
            DataType::Dictionary(..) => dictionary(array, path)?,
            _ => return Self::converted(array, path),
        })
    }

    /// Values of the rarer types, each array converted once.
    fn converted(array: &dyn Array, path: &str) -> Result<Self> {
        if let Some(numbers) = decimals(array) {
            return Ok(numbers);
        }
        if let Some(numbers) = as_numbers(array) {
            return Ok(Self::Number(Cow::Owned(
                numbers.as_primitive::<Float64Type>().values().to_vec(),
            )));
        }
        match as_texts(array) {
            Some(texts) => Ok(Self::Text(Cow::Owned(texts.as_string().clone()))),
            None => Err(wrong_type(
                path,
                array,
                "a text, number, time or truth value",
            )),
        }
    }
}

/// Integers beyond 63 bits are identifiers: their digits stay.
fn unsigned<'a>(array: &dyn Array) -> Values<'a> {
    let numbers = array.as_primitive::<UInt64Type>();
    let whole = numbers
        .values()
        .iter()
        .map(|&number| i64::try_from(number).ok());
    match whole.collect() {
        Some(whole) => Values::Integer(Cow::Owned(whole)),
        None => {
            let digits = numbers
                .iter()
                .map(|number| number.map(|number| number.to_string()));
            Values::Text(Cow::Owned(digits.collect()))
        }
    }
}

fn timestamps<'a>(array: &'a dyn Array, unit: &TimeUnit, has_zone: bool) -> Values<'a> {
    let (times, unit): (&[i64], i128) = match unit {
        TimeUnit::Second => (
            array.as_primitive::<TimestampSecondType>().values(),
            1_000_000_000,
        ),
        TimeUnit::Millisecond => (
            array.as_primitive::<TimestampMillisecondType>().values(),
            1_000_000,
        ),
        TimeUnit::Microsecond => (
            array.as_primitive::<TimestampMicrosecondType>().values(),
            1_000,
        ),
        TimeUnit::Nanosecond => (array.as_primitive::<TimestampNanosecondType>().values(), 1),
    };
    match has_zone {
        true => Values::Instant(times, unit),
        false => Values::Local(times, unit),
    }
}

fn dictionary<'a>(array: &'a dyn Array, path: &str) -> Result<Values<'a>> {
    let dictionary = array.as_any_dictionary();
    let values = Column::new(dictionary.values().as_ref(), None, path)?;
    if dictionary.values().is_empty() {
        return Ok(Values::Missing);
    }
    let keys = match dictionary.keys().as_primitive_opt::<Int32Type>() {
        Some(keys) => keys.values().iter().map(|&key| key as u32).collect(),
        None => dictionary
            .normalized_keys()
            .into_iter()
            .map(|key| key as u32)
            .collect(),
    };
    let texts = dictionary.values().len();
    Ok(Values::Dictionary(keys, Box::new(values), texts))
}

/// Decimals: integers where they have no decimals, their digits where these are too many, else the
/// nearest floats.
fn decimals<'a>(array: &dyn Array) -> Option<Values<'a>> {
    macro_rules! whole {
        ($decimal:ty) => {{
            let numbers = array.as_primitive::<$decimal>().values().iter();
            numbers
                .map(|&number| i128::from(number))
                .collect::<Vec<i128>>()
        }};
    }
    let (numbers, scale) = match array.data_type() {
        DataType::Decimal32(_, scale) => (whole!(Decimal32Type), *scale),
        DataType::Decimal64(_, scale) => (whole!(Decimal64Type), *scale),
        DataType::Decimal128(_, scale) => (whole!(Decimal128Type), *scale),
        DataType::Decimal256(_, scale) => {
            let numbers = array.as_primitive::<Decimal256Type>().values().iter();
            let numbers: Option<Vec<i128>> = numbers.map(|number| number.to_i128()).collect();
            (numbers?, *scale)
        }
        _ => return None,
    };
    if scale != 0 {
        let numbers = numbers.iter().map(|&number| nearest(number, scale));
        return Some(Values::Number(numbers.collect()));
    }
    let whole = numbers.iter().map(|&number| i64::try_from(number).ok());
    Some(match whole.collect() {
        Some(whole) => Values::Integer(Cow::Owned(whole)),
        None => {
            let digits = numbers.iter().map(|number| Some(number.to_string()));
            Values::Text(Cow::Owned(digits.collect()))
        }
    })
}
