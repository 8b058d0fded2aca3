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

/// What `take` makes of a value's text; an integer is written out without memory of its own.
#[inline]
pub(super) fn with_text<T>(value: Value<'_>, take: impl FnOnce(&str) -> T) -> T {
    let Value::Integer(number) = value else {
        return take(&text_of(value));
    };
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    take(std::str::from_utf8(&digits[at..]).unwrap_or_default())
}

fn stamp(nanoseconds: i128) -> Cow<'static, str> {
    let stamp = jiff::Timestamp::from_nanosecond(nanoseconds);
    Cow::Owned(stamp.map_or_else(|_| nanoseconds.to_string(), |stamp| stamp.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_as_the_standard_library_writes_them() {
        for number in [0, 7, -7, 10, 1_767_225_600, i64::MAX, i64::MIN] {
            with_text(Value::Integer(number), |text| {
                assert_eq!(text, number.to_string())
            });
        }
    }
}
