//! How far an axis reaches.

use crate::report::chart::{Mark, Series};

/// How many times the largest amount an interval may reach before it is cut with an arrow.
const FARTHEST: f64 = 2.5;

/// How many times the largest of all other rows a row may be before the axis ends without it.
const APART: f64 = 6.0;

/// The lowest and highest of some amounts; `None` where there are none.
pub(crate) fn bounds(amounts: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    amounts.into_iter().fold(None, |ends, amount| match ends {
        None => Some((amount, amount)),
        Some((low, high)) => Some((amount.min(low), amount.max(high))),
    })
}

/// The range of a forest, and whether the axis ends before some amounts. A few rows whose amounts are
/// many times those of all others would press these flat: the axis is that of the others.
pub(crate) fn range_of_rows(rows: &[Vec<Mark>], always: &[f64]) -> ((f64, f64), bool) {
    let size = |marks: &Vec<Mark>| {
        let amounts = marks.iter().filter_map(|mark| mark.value());
        amounts.map(f64::abs).fold(0.0, f64::max)
    };
    let sizes: Vec<f64> = rows.iter().map(size).collect();
    let least = always.iter().map(|value| value.abs()).fold(0.0, f64::max);
    let most = most_of_others(&sizes, least);
    let kept = rows.iter().zip(sizes).filter(|(_, size)| *size <= most);
    let kept: Vec<Mark> = kept.flat_map(|(marks, _)| marks.iter().copied()).collect();
    (range_of(kept.into_iter(), always), most < f64::MAX)
}

/// The largest of the rows that set the axis: of all, or without the fewer than half that are many
/// times as large as those and as an amount that is always shown.
fn most_of_others(sizes: &[f64], least: f64) -> f64 {
    let mut sizes: Vec<f64> = sizes.iter().copied().filter(|size| *size > 0.0).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let cuts = (1..sizes.len().div_ceil(2)).rev();
    let others = |cut: usize| sizes[cut].max(least);
    let mut apart = cuts.filter(|&cut| sizes[cut - 1] > APART * others(cut));
    apart.next().map_or(f64::MAX, others)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn range(rows: &[&[f64]], always: &[f64]) -> ((f64, f64), bool) {
        let marks = |row: &&[f64]| row.iter().map(|value| Mark::new(*value)).collect();
        let rows: Vec<Vec<Mark>> = rows.iter().map(marks).collect();
        range_of_rows(&rows, always)
    }

    #[test]
    fn the_axis_is_that_of_most_rows() {
        let of = |amounts: &[f64], always: &[f64]| {
            let rows: Vec<&[f64]> = amounts.chunks(1).collect();
            range(&rows, always)
        };
        assert_eq!(of(&[40.0, 2.0, 1.0], &[]), ((1.0, 2.0), true));
        assert_eq!(of(&[-40.0, 2.0, 1.0], &[]), ((1.0, 2.0), true));
        // six times is not many times, nor is it beside what is always shown
        assert_eq!(of(&[12.0, 2.0, 1.0], &[]), ((1.0, 12.0), false));
        assert_eq!(of(&[5.0, 0.2, 0.1], &[1.0]), ((0.1, 5.0), false));
        // half of the rows are not a few
        assert_eq!(of(&[40.0, 1.0], &[]), ((1.0, 40.0), false));
        assert_eq!(of(&[50.0, 40.0, 2.0, 1.0], &[]), ((1.0, 50.0), false));
        assert_eq!(of(&[400.0, 40.0, 2.0, 1.0, 3.0], &[]), ((1.0, 3.0), true));
        assert_eq!(of(&[], &[]), ((0.0, 1.0), false));
        // the truth beside an estimate counts as the estimate does
        let truth = range(&[&[2.0, 90.0], &[2.0, 3.0], &[1.0, 1.0]], &[]);
        assert_eq!(truth, ((1.0, 3.0), true));
    }
}
