//! A channel's activity by geo, with what ran before the panel's first period.

/// A channel's activity in units of each geo's scale, each geo's history before its periods.
///
/// History works on the periods by carry-over; nothing else is looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Activity {
    pub(super) values: Vec<f64>,
    /// Where the activity is reach: how often each person reached saw it, in units of the largest
    /// frequency.
    pub(super) frequency: Option<Vec<f64>>,
    pub(super) history: usize,
    pub(super) periods: usize,
}

impl Activity {
    /// Joins what is given by geo, then period: `earlier`, `history` periods a geo, and `values`,
    /// `periods` a geo; both divided by the geo's scale.
    pub(crate) fn new(earlier: &[f64], values: &[f64], scales: &[f64]) -> Self {
        let (history, periods) = (earlier.len() / scales.len(), values.len() / scales.len());
        Self {
            values: joined(earlier, values, scales),
            frequency: None,
            history,
            periods,
        }
    }

    /// Whether it is reach with its frequency.
    pub(crate) const fn is_reach(&self) -> bool {
        self.frequency.is_some()
    }

    /// Periods without history.
    pub(crate) const fn periods(&self) -> usize {
        self.periods
    }

    /// How many geos there are.
    #[cfg(feature = "bayes")]
    pub(crate) fn geos(&self) -> usize {
        self.values.len() / (self.history + self.periods)
    }

    /// All geos' series, history first, one after the other, and the length of each.
    #[cfg(feature = "bayes")]
    pub(crate) fn all(&self) -> (&[f64], usize) {
        (&self.values, self.history + self.periods)
    }

    /// Each geo's series, history first.
    pub(crate) fn series(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(self.history + self.periods)
    }

    /// One geo's frequency, history first; none where the activity is no reach.
    #[cfg(feature = "bayes")]
    pub(crate) fn frequency_of(&self, geo: usize) -> Option<&[f64]> {
        let length = self.history + self.periods;
        let frequency = self.frequency.as_ref()?;
        Some(&frequency[geo * length..(geo + 1) * length])
    }

    /// One geo alone, with its history and with other values in its first periods, of which no more
    /// are kept than are given. Frequency stays.
    pub(crate) fn with_changed(&self, geo: usize, changed: &[f64]) -> Self {
        let length = self.history + self.periods;
        let kept = self.history + changed.len();
        let mut values = self.of_geo(geo)[..kept].to_vec();
        values[self.history..].copy_from_slice(changed);
        let frequency = self.frequency.as_ref();
        Self {
            values,
            frequency: frequency.map(|f| f[geo * length..geo * length + kept].to_vec()),
            history: self.history,
            periods: changed.len(),
        }
    }

    /// One geo's series, history first.
    pub(crate) fn of_geo(&self, geo: usize) -> &[f64] {
        let length = self.history + self.periods;
        &self.values[geo * length..(geo + 1) * length]
    }
}

/// Each geo's history and what follows, divided by the geo's scale.
pub(super) fn joined(earlier: &[f64], values: &[f64], scales: &[f64]) -> Vec<f64> {
    let (history, periods) = (earlier.len() / scales.len(), values.len() / scales.len());
    let mut joined = Vec::with_capacity(earlier.len() + values.len());
    for (geo, scale) in scales.iter().enumerate() {
        let before = &earlier[geo * history..(geo + 1) * history];
        let within = &values[geo * periods..(geo + 1) * periods];
        joined.extend(before.iter().chain(within).map(|x| x / scale));
    }
    joined
}
