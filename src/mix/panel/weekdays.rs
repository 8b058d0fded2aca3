//! Geos whose weeks begin on different days.

use crate::mix::panel::period::{Frequency, weekday};
use crate::time::Day;

/// The first geo whose weeks begin on another weekday than the first's, with what is expected of
/// its first date. Geos are given by name with their dates in order; geos that have no even step of
/// weeks do not count.
pub(super) fn other_weekday(
    geos: &[(&str, Vec<Day>)],
    period: Option<Frequency>,
) -> Option<(usize, String)> {
    let mut first: Option<&(&str, Vec<Day>)> = None;
    for (at, geo) in geos.iter().enumerate() {
        let (name, dates) = geo;
        let Some(period) = period.or_else(|| Frequency::from_dates(dates).ok()) else {
            continue;
        };
        if !period.is_weekly() || period.misstep(dates).is_some() {
            continue;
        }
        let (other_name, other) = *first.get_or_insert(geo);
        if dates[0].weekday() != other[0].weekday() {
            let expected = format!(
                "a {}, on which the weeks of geo {other_name} begin; those of geo {name} begin on \
                 {}s",
                weekday(other[0]),
                weekday(dates[0])
            );
            return Some((at, expected));
        }
    }
    None
}
