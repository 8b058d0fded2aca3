//! Columns of rarer types as the types that logs are read from.

use crate::error::{Error, Result};
use crate::io::places::{Field, Places};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Schema};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

/// The batch, with bytes as texts, and decimals and short floats as the numbers or texts that their
/// column holds.
pub(super) fn simplified<'a>(
    batch: &'a RecordBatch,
    places: &Places,
) -> Result<Cow<'a, RecordBatch>> {
    let amounts = [Field::Value, Field::Cost].map(|field| places.of(field));
    let time = places.of(Field::Timestamp);
    let mut changed: Vec<(usize, ArrayRef)> = Vec::new();
    for at in places.all() {
        let array = batch.column(at);
        let simple = match Some(at) {
            at if amounts.contains(&at) => as_numbers(array),
            at if at == time => None,
            _ => as_texts(array).or_else(|| decimal_texts(array)),
        };
        changed.extend(simple.map(|simple| (at, simple)));
    }
    if changed.is_empty() {
        return Ok(Cow::Borrowed(batch));
    }
    let (mut fields, mut arrays) = (batch.schema().fields().to_vec(), batch.columns().to_vec());
    for (at, array) in changed {
        let field = fields[at].as_ref().clone();
        let field = field.with_data_type(array.data_type().clone());
        fields[at] = Arc::new(field.with_nullable(true));
        arrays[at] = array;
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays);
    batch
        .map(Cow::Owned)
        .map_err(|error| Error::Io(std::io::Error::other(error)))
}

/// Columns of bytes as texts: UTF-8 where they are, else their hexadecimal digits. Bytes of one
/// fixed length are identifiers: digits always, in the form of a UUID where there are 16.
pub(super) fn as_texts(array: &dyn Array) -> Option<ArrayRef> {
    let texts: StringArray = match array.data_type() {
        DataType::Binary => array.as_binary::<i32>().iter().map(of_bytes).collect(),
        DataType::LargeBinary => array.as_binary::<i64>().iter().map(of_bytes).collect(),
        DataType::BinaryView => array.as_binary_view().iter().map(of_bytes).collect(),
        DataType::FixedSizeBinary(_) => {
            let texts = array.as_fixed_size_binary().iter();
            texts.map(|bytes| bytes.map(digits)).collect()
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            let texts = as_texts(dictionary.values().as_ref())?;
            return Some(dictionary.with_values(texts));
        }
        _ => return None,
    };
    Some(Arc::new(texts))
}

fn of_bytes(bytes: Option<&[u8]>) -> Option<Cow<'_, str>> {
    bytes.map(|bytes| match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(hexadecimal(bytes)),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // a string takes whatever is written
        write!(text, "{byte:02x}").ok();
    }
    text
}

fn digits(bytes: &[u8]) -> String {
    let mut text = hexadecimal(bytes);
    if bytes.len() == 16 {
        for at in [20, 16, 12, 8] {
            text.insert(at, '-');
        }
    }
    text
}

/// Decimals as texts: identifiers of many digits.
fn decimal_texts(array: &dyn Array) -> Option<ArrayRef> {
    macro_rules! texts {
        ($decimal:ty) => {{
            let array = array.as_primitive::<$decimal>();
            let text = |row| array.is_valid(row).then(|| array.value_as_string(row));
            (0..array.len()).map(text).collect::<StringArray>()
        }};
    }
    Some(Arc::new(match array.data_type() {
        DataType::Decimal32(..) => texts!(Decimal32Type),
        DataType::Decimal64(..) => texts!(Decimal64Type),
        DataType::Decimal128(..) => texts!(Decimal128Type),
        DataType::Decimal256(..) => texts!(Decimal256Type),
        _ => return None,
    }))
}

/// Decimals and short floats as 64-bit floats: the nearest to each decimal.
pub(super) fn as_numbers(array: &dyn Array) -> Option<ArrayRef> {
    macro_rules! numbers {
        ($decimal:ty, $scale:expr) => {{
            let numbers = array.as_primitive::<$decimal>().iter();
            let scale = *$scale;
            let nearest = |value| nearest(i128::from(value), scale);
            numbers
                .map(|value| value.map(nearest))
                .collect::<Float64Array>()
        }};
    }
    Some(Arc::new(match array.data_type() {
        DataType::Float16 => {
            let numbers = array.as_primitive::<Float16Type>().iter();
            numbers
                .map(|number| number.map(|number| number.to_f64()))
                .collect()
        }
        DataType::Decimal32(_, scale) => numbers!(Decimal32Type, scale),
        DataType::Decimal64(_, scale) => numbers!(Decimal64Type, scale),
        DataType::Decimal128(_, scale) => numbers!(Decimal128Type, scale),
        DataType::Decimal256(_, _) => {
            let array = array.as_primitive::<Decimal256Type>();
            let number = |row| {
                let text = array.is_valid(row).then(|| array.value_as_string(row))?;
                text.parse::<f64>().ok()
            };
            (0..array.len()).map(number).collect::<Float64Array>()
        }
        _ => return None,
    }))
}

/// The nearest float to a whole number of parts.
pub(super) fn nearest(value: i128, scale: i8) -> f64 {
    const EXACT: [f64; 16] = [
        1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    match usize::try_from(scale)
        .ok()
        .and_then(|scale| EXACT.get(scale))
    {
        // both are exact, so that the quotient is rounded once
        Some(parts) if value.unsigned_abs() < 1 << 53 => value as f64 / parts,
        _ => format!("{value}e{}", -i32::from(scale))
            .parse()
            .unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{BinaryArray, Decimal128Array, FixedSizeBinaryArray, Float16Array};

    #[test]
    fn decimals_are_the_nearest_floats() {
        assert_eq!(nearest(12345, 2), 123.45);
        assert_eq!(nearest(-5, 1), -0.5);
        assert_eq!(nearest(7, -2), 700.0);
        assert_eq!(nearest(1 << 53, 3), 9_007_199_254_740.992);
        assert_eq!(nearest(i128::MAX, 38), 1.701_411_834_604_692_3);
        let decimals = Decimal128Array::from(vec![Some(5050), None]);
        let decimals = decimals.with_precision_and_scale(10, 2).unwrap();
        let numbers = as_numbers(&decimals).unwrap();
        let numbers = numbers.as_primitive::<arrow_array::types::Float64Type>();
        assert_eq!((numbers.value(0), numbers.is_null(1)), (50.5, true));
        let halves = Float16Array::from_iter([Some(half(1.5))]);
        let numbers = as_numbers(&halves).unwrap();
        assert_eq!(
            numbers
                .as_primitive::<arrow_array::types::Float64Type>()
                .value(0),
            1.5
        );
    }

    /// Of a type that is not named here, but inferred.
    fn half(number: f32) -> <Float16Type as arrow_array::ArrowPrimitiveType>::Native {
        <Float16Type as arrow_array::ArrowPrimitiveType>::Native::from_f32(number)
    }

    #[test]
    fn bytes_are_texts() {
        let bytes = BinaryArray::from_opt_vec(vec![Some(b"ann"), Some(b"\xff\x01"), None]);
        let texts = as_texts(&bytes).unwrap();
        let texts: Vec<_> = texts.as_string::<i32>().iter().collect();
        assert_eq!(texts, [Some("ann"), Some("ff01"), None]);
        let ids = FixedSizeBinaryArray::try_from_iter([[0xab; 16]].into_iter()).unwrap();
        let texts = as_texts(&ids).unwrap();
        assert_eq!(
            texts.as_string::<i32>().value(0),
            "abababab-abab-abab-abab-abababababab"
        );
        let ids = FixedSizeBinaryArray::try_from_iter([*b"visitor1"].into_iter()).unwrap();
        assert_eq!(
            as_texts(&ids).unwrap().as_string::<i32>().value(0),
            "76697369746f7231"
        );
    }
}
