//! How a check ends, and comparisons to rounding.

use crate::attribution::credits::Credits;
use crate::attribution::tally::Tally;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a check found wrong.
pub(super) struct Finding(pub(super) String);

impl<E: std::error::Error> From<E> for Finding {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

pub(super) type Verdict<T = ()> = Result<T, Finding>;

/// Ends a check with a finding unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        let holds: bool = $condition;
        if !holds {
            return Err($crate::attribution::laws::verdict::Finding(format!($($message)+)));
        }
    };
}
pub(super) use ensure;

pub(super) fn json(item: &impl Serialize) -> Verdict<String> {
    Ok(serde_json::to_string(item)?)
}

/// The item, written and read again.
pub(super) fn again<T: Serialize + DeserializeOwned>(item: &T) -> Verdict<T> {
    Ok(serde_json::from_str(&json(item)?)?)
}

/// Fails unless the two are equal to 1e-12 of `scale`.
pub(super) fn ensure_close(what: &str, scale: Tally, left: Tally, right: Tally) -> Verdict {
    let close = |scale: f64, left: f64, right: f64| (left - right).abs() <= 1e-12 * scale;
    ensure!(
        close(scale.conversions, left.conversions, right.conversions)
            && close(scale.value, left.value, right.value),
        "{what}: {} differ from {}",
        outcome(left),
        outcome(right)
    );
    Ok(())
}

fn outcome(tally: Tally) -> String {
    format!("{} conversions worth {}", tally.conversions, tally.value)
}

/// Fails unless the credit of the whole and that of merged parts are equal.
pub(super) fn ensure_same_credits(left: &Credits, right: &Credits) -> Verdict {
    let scale = left.total();
    ensure_close("total", scale, left.total(), right.total())?;
    ensure_close("baseline", scale, left.baseline(), right.baseline())?;
    ensure_close(
        "unattributed",
        scale,
        left.unattributed(),
        right.unattributed(),
    )?;
    for (name, tally) in left.channels().iter().zip(left.by_channel()) {
        let other = right.channel(name).unwrap_or_default();
        ensure_close(name, scale, *tally, other)?;
    }
    Ok(())
}
