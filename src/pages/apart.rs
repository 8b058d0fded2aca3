//! Which figures are surely larger than others.

use crate::stats::normal;

/// The ends of a figure's interval; none where they are not known.
pub(crate) type Ends = Option<(f64, f64)>;

/// The places of two figures of which the first is surely the larger: its interval lies wholly above
/// that of the second. Of all such pairs, the highest lower end and the lowest upper end.
pub(crate) fn surely_apart(ends: &[Ends]) -> Option<(usize, usize)> {
    let known = || {
        let each = ends.iter().enumerate();
        each.filter_map(|(at, ends)| ends.map(|(low, high)| (at, low, high)))
    };
    let more = known().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let less = known().min_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)))?;
    (more.1 > less.2).then_some((more.0, less.0))
}

/// Those of [`surely_apart`] whose difference is also beyond what chance makes of so many pairs: the
/// p-value, multiplied by their number (Bonferroni), is below what the intervals leave out.
pub(crate) fn told_apart(ends: &[Ends], level: f64) -> Option<(usize, usize)> {
    let (more, less) = surely_apart(ends)?;
    let known = ends.iter().flatten().count() as f64;
    let pairs = known * (known - 1.0) / 2.0;
    let p_value = p_value(ends[more]?, ends[less]?, level);
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
pub(crate) fn surely_last(ends: &[Ends]) -> Option<usize> {
    let turned = ends
        .iter()
        .map(|ends| ends.map(|(low, high)| (-high, -low)));
    surely_first(&turned.collect::<Vec<_>>())
}

/// The place of the figure that is surely the largest: its interval lies wholly above all others,
/// which are known.
pub(crate) fn surely_first(ends: &[Ends]) -> Option<usize> {
    let known: Vec<(f64, f64)> = ends.iter().copied().collect::<Option<_>>()?;
    let first = (0..known.len()).max_by(|a, b| known[*a].0.total_cmp(&known[*b].0))?;
    let mut others = (0..known.len()).filter(|at| *at != first);
    let above = others.all(|at| known[at].1 < known[first].0);
    (above && known.len() > 1).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_that_overlap_are_not_ranked() {
        let ends = [Some((1.0, 5.0)), Some((2.0, 3.0)), None];
        assert_eq!((surely_apart(&ends), surely_first(&ends)), (None, None));
        // the first figure is anywhere, the second surely above the third
        let ends = [Some((0.0, 9.0)), Some((4.0, 6.0)), Some((1.0, 2.0))];
        assert_eq!(
            (surely_apart(&ends), surely_first(&ends)),
            (Some((1, 2)), None)
        );
        let ends = [Some((1.0, 3.0)), Some((4.0, 6.0)), Some((1.0, 2.0))];
        assert_eq!(
            (surely_apart(&ends), surely_first(&ends)),
            (Some((1, 2)), Some(1))
        );
        assert_eq!((surely_apart(&[]), surely_first(&ends[..1])), (None, None));
        let ends = [Some((4.0, 6.0)), Some((7.0, 9.0)), Some((1.0, 2.0))];
        assert_eq!(
            (surely_first(&ends), surely_last(&ends)),
            (Some(1), Some(2))
        );
    }

    #[test]
    fn the_ends_of_many_figures_are_apart_by_chance() {
        // 2.8 errors apart: p = .005, of one pair
        let two = [Some((0.0, 1.0)), Some((1.01, 2.01))];
        assert_eq!(told_apart(&two, 0.95), Some((1, 0)));
        // the same two of ten figures: of 45 pairs
        let ten = [&two[..], &[Some((0.4, 1.6)); 8]].concat();
        assert_eq!(surely_apart(&ten), Some((1, 0)));
        assert_eq!(told_apart(&ten, 0.95), None);
    }
}
