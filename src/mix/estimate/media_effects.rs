//! From the coefficients of media columns to the effects that a draw holds.

use crate::mix::specification::columns::{MediaColumn, Source};

/// The effect of a full response, in units of the KPI.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MediaEffects {
    /// By channel, then geo; of a changing effect that at its last knot.
    pub(crate) last: Vec<Vec<f64>>,
    /// Of changing effects by channel, then geo, then knot. A channel whose effect is constant has
    /// no geos here; without any changing effect there are no channels.
    pub(crate) knots: Vec<Vec<Vec<f64>>>,
    /// Of what two channels bring together, by synergy, then geo.
    pub(crate) synergies: Vec<Vec<f64>>,
}

impl MediaEffects {
    /// The effects by the columns' coefficients, which are in units of each geo's scale `kpi`.
    pub(crate) fn new(
        channels: usize,
        columns: &[MediaColumn],
        coefficients: &[f64],
        kpi: &[f64],
    ) -> Self {
        let geos = kpi.len();
        let changing = columns.iter().any(|column| column.knot.is_some());
        let mut effects = Self {
            last: vec![vec![0.0; geos]; channels],
            knots: vec![vec![]; if changing { channels } else { 0 }],
            synergies: vec![],
        };
        for (column, x) in columns.iter().zip(coefficients) {
            for geo in column.geo.map_or(0..geos, |g| g..g + 1) {
                let effect = x * kpi[geo];
                match column.source {
                    Source::Channel(c) => {
                        effects.last[c][geo] = effect;
                        if column.knot.is_some() {
                            effects.knots[c].resize(geos, vec![]);
                            effects.knots[c][geo].push(effect);
                        }
                    }
                    Source::Synergy(at) => {
                        effects.synergies.resize(at + 1, vec![0.0; geos]);
                        effects.synergies[at][geo] = effect;
                    }
                    Source::Control(_) => {}
                }
            }
        }
        effects
    }
}
