//! The scalar function `person_key`: by what persons are brought together.

use crate::error::argument;
use datafusion::arrow::array::{ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

const NAME: &str = "person_key";

/// `person_key(person)`: texts without the blanks around them, as the library reads them; blank ones
/// are null. Everything else is as it was.
pub(crate) fn function() -> ScalarUDF {
    ScalarUDF::from(PersonKeys {
        signature: Signature::any(1, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct PersonKeys {
    signature: Signature,
}

impl ScalarUDFImpl for PersonKeys {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [of] if is_text(of) => Ok(DataType::Utf8),
            [of] => Ok(of.clone()),
            _ => Err(argument(NAME, "expected: the column of persons")),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let persons = ColumnarValue::values_to_arrays(&args.args)?.remove(0);
        let keys = match is_text(persons.data_type()) {
            true => trimmed(&persons)?,
            false => persons,
        };
        Ok(ColumnarValue::Array(keys))
    }
}

fn is_text(of: &DataType) -> bool {
    match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn trimmed(persons: &ArrayRef) -> Result<ArrayRef> {
    let persons = cast(persons, &DataType::Utf8)?;
    let texts = persons.as_string::<i32>();
    let has_blanks = |text: Option<&str>| text.is_some_and(|of| of.is_empty() || of.trim() != of);
    if !texts.iter().any(has_blanks) {
        return Ok(persons);
    }
    let key = |text: &str| {
        Some(text.trim())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let keys: StringArray = texts.iter().map(|text| text.and_then(key)).collect();
    Ok(Arc::new(keys))
}
