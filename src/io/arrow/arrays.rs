//! Arrow arrays of many types as the few types that columns of a log have.

use crate::error::{Error, Result};
use crate::event::Placeholders;
use crate::event::person::PersonTable;
use crate::io::time_unit::DATES;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{AnyDictionaryArray, Array, ArrowPrimitiveType, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use std::borrow::Cow;

#[cold]
pub(super) fn wrong_type(column: &str, array: &dyn Array, expected: &'static str) -> Error {
    Error::setting(
        format!("the type of column {column}"),
        array.data_type(),
        expected,
    )
}

/// The seconds of the usual column: 64-bit integers, no null, all within 0 to 2^32 - 1, none that
/// could be a date YYYYMMDD. Branch-free.
pub(super) fn plain_seconds(array: &dyn Array) -> Option<Vec<u32>> {
    const FIRST: i64 = *DATES.start() as i64;
    const DATE_SPAN: u64 = (*DATES.end() - *DATES.start()) as u64;
    if array.null_count() > 0 {
        return None;
    }
    let seconds = array.as_primitive_opt::<Int64Type>()?.values();
    let beyond = seconds.iter().fold(0, |bits, &second| {
        let is_date = second.wrapping_sub(FIRST) as u64 <= DATE_SPAN;
        bits | second as u64 >> 32 | u64::from(is_date)
    });
    (beyond == 0).then(|| seconds.iter().map(|&second| second as u32).collect())
}

/// The seconds of a column of timestamps in seconds: no null, all within 0 to 2^32 - 1. Branch-free.
pub(super) fn timestamp_seconds(array: &dyn Array) -> Option<Vec<u32>> {
    if array.null_count() > 0 {
        return None;
    }
    let seconds = array.as_primitive_opt::<TimestampSecondType>()?.values();
    let beyond = seconds
        .iter()
        .fold(0, |bits, &second| bits | second as u64 >> 32);
    (beyond == 0).then(|| seconds.iter().map(|&second| second as u32).collect())
}

/// The persons of the usual column: 64-bit integers, no null, none among the codes of texts or the
/// placeholders.
pub(super) fn plain_persons(array: &dyn Array, placeholders: &Placeholders) -> Option<Vec<u64>> {
    if array.null_count() > 0 {
        return None;
    }
    let codes: Vec<u64> = match array.data_type() {
        DataType::UInt64 => array.as_primitive::<UInt64Type>().values().to_vec(),
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .values()
            .iter()
            .map(|&number| number as u64)
            .collect(),
        _ => return None,
    };
    let (least, most) = codes.iter().fold((u64::MAX, 0), |(least, most), &code| {
        (code.min(least), code.max(most))
    });
    let stands_for_somebody = placeholders
        .largest_number()
        .is_none_or(|largest| least > largest);
    (most < PersonTable::TEXT && stands_for_somebody).then_some(codes)
}

/// The integers of a column of any integer or timestamp type.
pub(super) fn integers(array: &dyn Array) -> Option<Box<dyn Iterator<Item = Option<i128>> + '_>> {
    fn boxed<T: ArrowPrimitiveType<Native: Into<i128>>>(
        array: &dyn Array,
    ) -> Box<dyn Iterator<Item = Option<i128>> + '_> {
        Box::new(
            array
                .as_primitive::<T>()
                .iter()
                .map(|number| number.map(Into::into)),
        )
    }
    Some(match array.data_type() {
        DataType::UInt64 => boxed::<UInt64Type>(array),
        DataType::Int64 => boxed::<Int64Type>(array),
        DataType::UInt32 => boxed::<UInt32Type>(array),
        DataType::Int32 => boxed::<Int32Type>(array),
        DataType::UInt16 => boxed::<UInt16Type>(array),
        DataType::Int16 => boxed::<Int16Type>(array),
        DataType::UInt8 => boxed::<UInt8Type>(array),
        DataType::Int8 => boxed::<Int8Type>(array),
        DataType::Date64 => boxed::<Date64Type>(array),
        DataType::Timestamp(TimeUnit::Second, _) => boxed::<TimestampSecondType>(array),
        DataType::Timestamp(TimeUnit::Millisecond, _) => boxed::<TimestampMillisecondType>(array),
        DataType::Timestamp(TimeUnit::Microsecond, _) => boxed::<TimestampMicrosecondType>(array),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => boxed::<TimestampNanosecondType>(array),
        _ => return None,
    })
}

/// The numbers of a column, 0 where there is none.
pub(super) fn numbers(array: &dyn Array) -> Option<Cow<'_, [f64]>> {
    Some(match array.data_type() {
        DataType::Float64 if array.null_count() == 0 => {
            Cow::Borrowed(array.as_primitive::<Float64Type>().values())
        }
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .iter()
            .map(Option::unwrap_or_default)
            .collect(),
        DataType::Float32 => array
            .as_primitive::<Float32Type>()
            .iter()
            .map(|number| f64::from(number.unwrap_or_default()))
            .collect(),
        DataType::Null => Cow::Owned(vec![0.0; array.len()]),
        _ => integers(array)?
            .map(|number| number.unwrap_or_default() as f64)
            .collect(),
    })
}

/// The result of `map` for each text of a column, row by row.
fn map_each<'a, T>(
    array: &'a dyn Array,
    column: &str,
    mut map: impl FnMut(Option<&'a str>) -> Result<T>,
) -> Result<Vec<T>> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(map).collect(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().map(map).collect(),
        DataType::Utf8View => array.as_string_view().iter().map(map).collect(),
        DataType::Null => (0..array.len()).map(|_| map(None)).collect(),
        _ => Err(wrong_type(column, array, "text")),
    }
}

/// Results that [`map_views`] remembers.
const REMEMBERED: u32 = 64;

/// The result of `map` for each view, `None` being a null. Equal views of one array are equal texts:
/// those seen lately are not mapped again, which spares a column of few names most of the work.
fn map_views<T: Clone>(
    views: &StringViewArray,
    mut map: impl FnMut(Option<&str>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut seen: Vec<Option<(u128, T)>> = vec![None; REMEMBERED as usize];
    let slot = |view: u128| {
        let folded = (view as u64) ^ (view >> 64) as u64;
        (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - REMEMBERED.ilog2())) as usize
    };
    let rows = views.views().iter().enumerate();
    let each = rows.map(|(row, &view)| {
        if views.is_null(row) {
            return map(None);
        }
        let seen = &mut seen[slot(view)];
        if let Some((known, value)) = seen
            && *known == view
        {
            return Ok(value.clone());
        }
        let value = map(Some(views.value(row)))?;
        *seen = Some((view, value.clone()));
        Ok(value)
    });
    each.collect()
}

/// The result of `map` for each text of a column, `none` for a null. Maps each text of a dictionary
/// that a row uses once, then looks up the rows branch-free.
pub(super) fn map_texts<T: Clone>(
    array: &dyn Array,
    column: &str,
    none: T,
    mut map: impl FnMut(&str) -> Result<T>,
) -> Result<Vec<T>> {
    let mut each = |text: Option<&str>| text.map_or_else(|| Ok(none.clone()), &mut map);
    let Some(dictionary) = array
        .as_any_dictionary_opt()
        .filter(|dictionary| !dictionary.values().is_empty())
    else {
        if array.null_count() == array.len() {
            return Ok(vec![none; array.len()]);
        }
        return match array.as_string_view_opt() {
            Some(views) => map_views(views, each),
            None => map_each(array, column, each),
        };
    };
    let texts = map_each(dictionary.values(), column, Ok)?;
    let keys = keys_or(array, dictionary, texts.len() as i32);
    let mut used = vec![false; texts.len() + 1];
    keys.iter().for_each(|&key| used[key as usize] = true);
    let known = texts
        .iter()
        .zip(&used)
        .map(|(text, used)| if *used { each(*text) } else { each(None) });
    let known: Vec<T> = known.chain([Ok(none.clone())]).collect::<Result<_>>()?;
    Ok(keys
        .iter()
        .map(|&key| known[key as usize].clone())
        .collect())
}

/// The keys of a dictionary's rows, `none` for a null.
fn keys_or<'a>(
    array: &dyn Array,
    dictionary: &'a dyn AnyDictionaryArray,
    none: i32,
) -> Cow<'a, [i32]> {
    let key = |row: usize, key: i32| if array.is_null(row) { none } else { key };
    match dictionary.keys().as_primitive_opt::<Int32Type>() {
        // the usual case of Parquet: no copy of the keys
        Some(keys) if array.null_count() == 0 => Cow::Borrowed(keys.values()),
        Some(keys) => {
            let keys = keys.values().iter().enumerate();
            keys.map(|(row, &number)| key(row, number)).collect()
        }
        None => {
            let keys = dictionary.normalized_keys().into_iter().enumerate();
            keys.map(|(row, number)| key(row, number as i32)).collect()
        }
    }
}

/// The text of one row, for a message.
pub(super) fn text_at(array: &dyn Array, row: usize) -> String {
    let texts = map_texts(array.slice(row, 1).as_ref(), "", String::new(), |text| {
        Ok(text.to_owned())
    });
    texts
        .ok()
        .and_then(|mut texts| texts.pop())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::StringArray;

    /// Short and long texts, more than are remembered, and nulls: views are read as plain texts are,
    /// and the same text again costs no second look.
    #[test]
    fn views_are_read_as_texts_are() {
        let name = |number: usize| match number % 7 {
            0 => None,
            1 => Some(format!(
                "a campaign with a long name, the {}th",
                number % 300
            )),
            _ => Some(format!("c{}", number % 200)),
        };
        let texts: Vec<Option<String>> = (0..5_000).map(name).collect();
        let told = |array: &dyn Array| {
            let mut looks = 0;
            let read = map_texts(array, "channel", "none".to_owned(), |text| {
                looks += 1;
                Ok(text.to_owned())
            });
            (read.unwrap(), looks)
        };
        let (plain, looks) = told(&texts.iter().map(Option::as_deref).collect::<StringArray>());
        let views: StringViewArray = texts.iter().map(Option::as_deref).collect();
        assert_eq!(told(&views).0, plain);
        assert_eq!(looks, 5_000 - 5_000_usize.div_ceil(7));
        let two: StringViewArray = (0..5_000)
            .map(|row| Some(["tv", "search"][row % 2]))
            .collect();
        assert_eq!(told(&two).1, 2);
        let bad = |array: &dyn Array| {
            map_texts(array, "kind", 0, |text| {
                Err::<i32, _>(wrong_type(text, array, "none"))
            })
            .is_err()
        };
        assert!(bad(&views));
    }
}
