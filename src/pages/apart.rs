//! Which figures are surely larger than others.

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
    }
}
