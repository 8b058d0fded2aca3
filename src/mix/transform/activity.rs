//! A channel's activity by geo, with what ran before the panel's first period.

/// A channel's activity in units of each geo's scale, each geo's history before its periods.
///
/// History works on the periods by carry-over; nothing else is looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Activity {
    values: Vec<f64>,
    history: usize,
    periods: usize,
}

impl Activity {
    /// Joins what is given by geo, then period: `earlier`, `history` periods a geo, and `values`,
    /// `periods` a geo; both divided by the geo's scale.
    pub(crate) fn new(earlier: &[f64], values: &[f64], scales: &[f64]) -> Self {
        let (history, periods) = (earlier.len() / scales.len(), values.len() / scales.len());
        let mut joined = Vec::with_capacity(earlier.len() + values.len());
        for (geo, scale) in scales.iter().enumerate() {
            let before = &earlier[geo * history..(geo + 1) * history];
            let within = &values[geo * periods..(geo + 1) * periods];
            joined.extend(before.iter().chain(within).map(|x| x / scale));
        }
        Self {
            values: joined,
            history,
            periods,
        }
    }

    /// Periods of history.
    pub(crate) const fn history(&self) -> usize {
        self.history
    }

    /// Periods without history.
    pub(crate) const fn periods(&self) -> usize {
        self.periods
    }

    /// Each geo's series, history first.
    pub(crate) fn series(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(self.history + self.periods)
    }

    /// One geo's series, history first.
    pub(crate) fn of_geo(&self, geo: usize) -> &[f64] {
        let length = self.history + self.periods;
        &self.values[geo * length..(geo + 1) * length]
    }
}
