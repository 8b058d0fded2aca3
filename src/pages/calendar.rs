//! What the lengths of periods do to figures.

use crate::time::TimeRange;
use crate::time::limits::DAY;

/// How a figure depends on the length of its period: a month has 28 to 31 days.
#[derive(Debug, Clone)]
pub(crate) enum Calendar {
    /// Not at all, such as a share of answers.
    Free,
    /// More persons have bought by the end of a longer period, at most in proportion to its days:
    /// the days of each period.
    Grows(Vec<f64>),
    /// What was bought shortly before a period counts as if it were in it: for so many days of each
    /// period.
    Before(Vec<i64>),
}

impl Calendar {
    /// That of a share of persons who bought in each period.
    pub(crate) fn grows(windows: impl Iterator<Item = TimeRange>) -> Self {
        Self::Grows(windows.map(days).collect())
    }

    /// That of customers who are active for a time after a purchase: of a period that is shorter,
    /// purchases before it count at its end.
    pub(crate) fn before(windows: impl Iterator<Item = TimeRange>, active_seconds: u32) -> Self {
        let active = f64::from(active_seconds) / f64::from(DAY);
        // a day with a change of the clocks is a day
        let shared = |window| (active - days(window)).max(0.0).round() as i64;
        Self::Before(windows.map(shared).collect())
    }

    /// Whether figures of two periods are figures of the same thing.
    pub(crate) fn alike(&self, one: usize, other: usize) -> bool {
        match self {
            Self::Before(shared) => shared.get(one) == shared.get(other),
            Self::Free | Self::Grows(_) => true,
        }
    }

    /// Whether all periods are alike.
    pub(crate) fn all_alike(&self) -> bool {
        match self {
            Self::Before(shared) => shared.windows(2).all(|pair| pair[0] == pair[1]),
            Self::Free | Self::Grows(_) => true,
        }
    }

    /// The factor from one figure to the other by lengths alone that comes nearest to what was
    /// counted.
    pub(crate) fn factor(&self, periods: [usize; 2], counted: [f64; 2]) -> f64 {
        let Self::Grows(days) = self else {
            return 1.0;
        };
        let [before, after] = periods.map(|at| days.get(at).copied().unwrap_or(1.0));
        let by_length = after / before;
        let counted = counted[1] / counted[0];
        if !(by_length.is_finite() && counted.is_finite()) {
            return 1.0;
        }
        counted.clamp(by_length.min(1.0), by_length.max(1.0))
    }
}

fn days(window: TimeRange) -> f64 {
    (window.to() - window.from()) as f64 / f64::from(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANUARY: i64 = 1_767_225_600;

    /// January to April of 2026.
    fn months() -> impl Iterator<Item = TimeRange> {
        let ends = [0, 31, 59, 90, 120].map(|day| JANUARY + day * i64::from(DAY));
        (0..4).map(move |at| TimeRange::new(ends[at], ends[at + 1]).unwrap())
    }

    #[test]
    fn periods_are_alike_where_as_many_days_before_them_count() {
        let calendar = Calendar::before(months(), 31 * DAY);
        assert!(calendar.alike(0, 2) && !calendar.alike(1, 2) && !calendar.alike(2, 3));
        assert!(!calendar.all_alike());
        assert!(Calendar::before(months(), 28 * DAY).all_alike());
    }

    #[test]
    fn lengths_explain_up_to_their_ratio() {
        let calendar = Calendar::grows(months());
        // 28 to 31 days explain a rise of up to 10.7 %, and no fall
        assert_eq!(calendar.factor([1, 2], [0.20, 0.21]), 0.21 / 0.20);
        assert_eq!(calendar.factor([1, 2], [0.20, 0.30]), 31.0 / 28.0);
        assert_eq!(calendar.factor([1, 2], [0.20, 0.10]), 1.0);
        assert_eq!(calendar.factor([1, 2], [0.0, 0.10]), 1.0);
    }
}
