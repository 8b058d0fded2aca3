//! Values as texts.

use crate::io::record::Value;
use std::borrow::Cow;

/// A value as a text, empty where there is none.
pub(super) fn text_of(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Missing => Cow::Borrowed(""),
        Value::Text(text) => Cow::Borrowed(text),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Boolean(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
        Value::Instant(nanoseconds) | Value::Local(nanoseconds) => stamp(nanoseconds),
        Value::Date(days) => stamp(i128::from(days) * 86_400_000_000_000),
    }
}

fn stamp(nanoseconds: i128) -> Cow<'static, str> {
    let stamp = jiff::Timestamp::from_nanosecond(nanoseconds);
    Cow::Owned(stamp.map_or_else(|_| nanoseconds.to_string(), |stamp| stamp.to_string()))
}
