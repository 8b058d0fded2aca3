//! What customers bought before the period reported.

use crate::error::Result;
use crate::event::{Events, Kind};
use crate::journeys::arena::Journeys;
use crate::journeys::build::JourneyBuilder;
use crate::time::TimeRange;

/// Journeys of the whole log up to the end of those given, cut in the same way; none where the ones
/// given have no first day, or the log no conversion before it.
pub(crate) fn history(log: &Events, journeys: &Journeys) -> Result<Option<Journeys>> {
    let Some(options) = journeys.options() else {
        return Ok(None);
    };
    let from = options.period.from();
    let is_earlier =
        |row: usize| log.row(row).kind() == Kind::Conversion && i64::from(log.times()[row]) < from;
    if !(0..log.len()).any(is_earlier) {
        return Ok(None);
    }
    let whole = TimeRange::until(options.period.to())?;
    let mut builder = JourneyBuilder::new(options.clone().with_period(whole));
    builder.add_channels(journeys.channels().iter())?;
    builder.extend(log)?;
    builder.build().map(Some)
}
