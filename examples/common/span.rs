//! Lengths of time as options state them.

use mixtouch::{Error, Result};
use std::time::Duration;

/// A length of time: a number and d, h, m or s.
pub(crate) fn span(option: &'static str, text: &str) -> Result<Duration> {
    let unit = [("d", 86_400.0), ("h", 3600.0), ("m", 60.0), ("s", 1.0)]
        .into_iter()
        .find(|(unit, _)| text.ends_with(unit));
    let seconds = unit
        .and_then(|(unit, seconds)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * seconds));
    let seconds = seconds
        .filter(|&seconds| seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| Error::Setting {
        name: option.into(),
        value: format!("{text:?}"),
        expected: "a positive number and d, h, m or s, as in 30d".into(),
    })
}
