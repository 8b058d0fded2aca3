//! Two JSON documents beside each other.

use serde_json::Value;

/// The largest difference of two documents' numbers, as a share of the larger of 1 and the number;
/// everything else has to be equal.
pub(crate) fn difference(one: &Value, other: &Value, place: &str) -> f64 {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() / one.abs().max(1.0)
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let each = one.iter().zip(other).enumerate();
            each.map(|(at, (one, other))| difference(one, other, &format!("{place}[{at}]")))
                .fold(0.0, f64::max)
        }
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => one
            .iter()
            .map(|(key, value)| difference(value, &other[key], &format!("{place}.{key}")))
            .fold(0.0, f64::max),
        _ => {
            assert_eq!(one, other, "{place}");
            0.0
        }
    }
}
