//! Texts that are the same in every row: settings, comparisons, models.

use crate::error::argument;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::scalar::ScalarValue;
use serde::de::DeserializeOwned;

/// The type of an argument that is the same in every row. A column of a dictionary holds the text
/// once, where a plain column would repeat it for every row of a batch.
pub(crate) fn constant_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// A literal of [`constant_type`].
pub(crate) fn constant(text: impl Into<String>) -> ScalarValue {
    let text = ScalarValue::Utf8(Some(text.into()));
    ScalarValue::Dictionary(Box::new(DataType::Int32), Box::new(text))
}

/// The text of an argument that is the same in every row, none where there is no row.
///
/// # Errors
/// If it is null, no text, or differs between rows.
pub(crate) fn constant_of(array: &ArrayRef, function: &str, what: &str) -> Result<Option<String>> {
    if array.is_empty() {
        return Ok(None);
    }
    let wrong = || argument(function, format!("{what} has to be one text for all rows"));
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let keys = dictionary.normalized_keys();
        if array.null_count() > 0 || keys.iter().any(|&key| key != keys[0]) {
            return Err(wrong());
        }
        return text_at(dictionary.values(), keys[0])?
            .ok_or_else(wrong)
            .map(Some);
    }
    text_at(array, 0)?.ok_or_else(wrong).map(Some)
}

/// The text of one row.
fn text_at(array: &ArrayRef, row: usize) -> Result<Option<String>> {
    let text = cast(&array.slice(row, 1), &DataType::Utf8)?;
    let text = text.as_string::<i32>();
    Ok(text.is_valid(0).then(|| text.value(0).to_owned()))
}

/// What a JSON text says.
///
/// # Errors
/// If it is not that of `what`.
pub(crate) fn read<T: DeserializeOwned>(text: &str, function: &str, what: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| argument(function, format!("{what}: {error}")))
}
