//! Which figures are surely larger than others.

use crate::report::chart::Mark;
use crate::stats::normal;

/// The places of two figures of which the first is surely the larger: its interval lies wholly above
/// that of the second. Of all such pairs, the one whose figures lie farthest apart.
pub(crate) fn surely_apart(marks: &[Mark]) -> Option<(usize, usize)> {
    let known = || marks.iter().enumerate();
    let known = || known().filter_map(|(at, mark)| Some((at, mark.value()?, mark.interval()?)));
    let pairs = known().flat_map(|more| known().map(move |less| (more, less)));
    let apart = pairs.filter(|(more, less)| more.2.0 > less.2.1);
    // of several pairs as far apart, the first
    let farthest = apart.reduce(|farthest, pair| {
        let distance =
            |((_, more, _), (_, less, _)): &((usize, f64, _), (usize, f64, _))| more - less;
        match distance(&pair) > distance(&farthest) {
            true => pair,
            false => farthest,
        }
    });
    farthest.map(|(more, less)| (more.0, less.0))
}

/// Those of [`surely_apart`] whose difference is also beyond what chance makes of so many pairs: the
/// p-value, multiplied by their number (Bonferroni), is below what the intervals leave out.
pub(crate) fn told_apart(marks: &[Mark], level: f64) -> Option<(usize, usize)> {
    let (more, less) = surely_apart(marks)?;
    let known = marks.iter().filter_map(|mark| mark.interval()).count() as f64;
    let pairs = known * (known - 1.0) / 2.0;
    let p_value = p_value(marks[more].interval()?, marks[less].interval()?, level);
    (pairs * p_value < 1.0 - level).then_some((more, less))
}

/// Standard errors between the middle and an end of an interval.
pub(crate) fn deviations(level: f64) -> f64 {
    normal::quantile(0.5 + level / 2.0)
}

/// The standard error that an interval is as wide as.
pub(crate) fn standard_error((low, high): (f64, f64), level: f64) -> f64 {
    (high - low) / (2.0 * deviations(level))
}

/// The p-value of no difference between two figures, by the widths of their intervals.
pub(crate) fn p_value(one: (f64, f64), other: (f64, f64), level: f64) -> f64 {
    let middle = |(low, high): (f64, f64)| low + (high - low) / 2.0;
    let error = libm::hypot(standard_error(one, level), standard_error(other, level));
    let apart = middle(one) - middle(other);
    match error > 0.0 {
        true => normal::two_sided(apart / error),
        false => f64::from(u8::from(apart == 0.0)),
    }
}

/// The place of the figure that is surely the smallest: its interval lies wholly below all others,
/// which are known.
pub(crate) fn surely_last(marks: &[Mark]) -> Option<usize> {
    surely_at_the_end(marks, |(low, high)| (-high, -low))
}

/// The place of the figure that is surely the largest: its interval lies wholly above all others,
/// which are known.
pub(crate) fn surely_first(marks: &[Mark]) -> Option<usize> {
    surely_at_the_end(marks, |ends| ends)
}

fn surely_at_the_end(marks: &[Mark], turned: impl Fn((f64, f64)) -> (f64, f64)) -> Option<usize> {
    let ends = marks.iter().map(|mark| mark.interval().map(&turned));
    let known: Vec<(f64, f64)> = ends.collect::<Option<_>>()?;
    let first = (0..known.len()).max_by(|a, b| known[*a].0.total_cmp(&known[*b].0))?;
    let mut others = (0..known.len()).filter(|at| *at != first);
    let above = others.all(|at| known[at].1 < known[first].0);
    (above && known.len() > 1).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(low: f64, high: f64) -> Mark {
        Mark::new(0.5 * (low + high)).with_interval(low, high)
    }

    #[test]
    fn intervals_that_overlap_are_not_ranked() {
        let marks = [between(1.0, 5.0), between(2.0, 3.0), Mark::MISSING];
        assert_eq!((surely_apart(&marks), surely_first(&marks)), (None, None));
        // the first figure is anywhere, the second surely above the third
        let marks = [between(0.0, 9.0), between(4.0, 6.0), between(1.0, 2.0)];
        assert_eq!(
            (surely_apart(&marks), surely_first(&marks)),
            (Some((1, 2)), None)
        );
        let marks = [between(1.0, 3.0), between(4.0, 6.0), between(1.0, 2.0)];
        assert_eq!(
            (surely_apart(&marks), surely_first(&marks)),
            (Some((1, 2)), Some(1))
        );
        assert_eq!((surely_apart(&[]), surely_first(&marks[..1])), (None, None));
        let marks = [between(4.0, 6.0), between(7.0, 9.0), between(1.0, 2.0)];
        assert_eq!(
            (surely_first(&marks), surely_last(&marks)),
            (Some(1), Some(2))
        );
    }

    #[test]
    fn of_several_that_are_surely_less_the_least_is_named() {
        // the second has the lower upper end, the third the lower figure
        let marks = [
            Mark::new(2.0).with_interval(1.0, 3.0),
            Mark::new(0.4).with_interval(0.3, 0.5),
            Mark::new(0.1).with_interval(-0.6, 0.8),
        ];
        assert_eq!(surely_apart(&marks), Some((0, 2)));
    }

    #[test]
    fn the_ends_of_many_figures_are_apart_by_chance() {
        // 2.8 errors apart: p = .005, of one pair
        let two = [between(0.0, 1.0), between(1.01, 2.01)];
        assert_eq!(told_apart(&two, 0.95), Some((1, 0)));
        // the same two of ten figures: of 45 pairs
        let ten = [&two[..], &[between(0.4, 1.6); 8]].concat();
        assert_eq!(surely_apart(&ten), Some((1, 0)));
        assert_eq!(told_apart(&ten, 0.95), None);
    }
}
