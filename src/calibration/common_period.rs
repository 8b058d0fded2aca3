//! Whether methods and tests are about the same days.

use crate::calibration::channel_totals::ChannelTotals;
use crate::error::{Error, Result};
use crate::time::Day;

/// Days by which ends may differ: a log's days are those of UTC, a panel's those of its shops.
const SLACK: i32 = 1;

/// An error if both methods' days are known and differ.
pub(super) fn of_methods([attribution, mix]: &[ChannelTotals; 2]) -> Result<()> {
    let (Some((from, to)), Some((first, last))) = (attribution.days, mix.days) else {
        return Ok(());
    };
    let is_near = |one: Day, other: Day| one.since(other).abs() <= SLACK;
    if is_near(from, first) && is_near(to, last) {
        return Ok(());
    }
    Err(Error::setting(
        format!("period of {}", mix.method),
        format!("{first} to {last}"),
        format!(
            "that of {}, {from} to {to}, give or take a day",
            attribution.method
        ),
    ))
}

/// An error if a test ran on days that a method is not about.
pub(super) fn of_test(
    method: &ChannelTotals,
    channel: &str,
    (start, end): (Day, Day),
) -> Result<()> {
    let Some((from, to)) = method.days else {
        return Ok(());
    };
    if from.plus(-SLACK) <= start && end <= to.plus(SLACK) {
        return Ok(());
    }
    Err(Error::setting(
        format!("test of {channel:?}"),
        format!("{start} to {end}"),
        format!(
            "days within the period of {}, {from} to {to}",
            method.method
        ),
    ))
}
