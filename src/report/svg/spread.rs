//! How far an axis reaches.

use crate::report::chart::{Mark, Series};

/// How many times the largest amount an interval may reach before it is cut with an arrow.
const FARTHEST: f64 = 2.5;

/// The lowest and highest of some amounts; `None` where there are none.
pub(crate) fn bounds(amounts: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    amounts.into_iter().fold(None, |ends, amount| match ends {
        None => Some((amount, amount)),
        Some((low, high)) => Some((amount.min(low), amount.max(high))),
    })
}

/// The range of amounts and intervals with those of a list always in it. One interval that is far
/// wider than the amounts does not press all others flat: it leaves the range.
pub(crate) fn range(series: &[Series], always: &[f64]) -> (f64, f64) {
    let marks = || series.iter().flat_map(|series| series.marks());
    range_of(marks().copied(), always)
}

/// The range of amounts and intervals.
pub(crate) fn range_of(marks: impl Iterator<Item = Mark> + Clone, always: &[f64]) -> (f64, f64) {
    let amounts = marks
        .clone()
        .filter_map(Mark::value)
        .chain(always.iter().copied());
    let Some((low, high)) = bounds(amounts) else {
        return (0.0, 1.0);
    };
    let most = low.abs().max(high.abs());
    let reach = if most > 0.0 {
        FARTHEST * most
    } else {
        f64::MAX
    };
    let ends = marks
        .flat_map(Mark::figures)
        .map(|end| end.clamp(-reach, reach));
    bounds(ends.chain([low, high])).unwrap_or((0.0, 1.0))
}
