//! Which rows a fit looks at, and how much each of them counts.

use crate::mix::panel::Panel;
use crate::mix::specification::mix_specification::MixSpecification;
use crate::mix::transform::AdstockFamily;

/// At most this part of the panel's periods is left out because what ran before them is not known.
const MOST_LEFT_OUT: usize = 13;

impl MixSpecification {
    /// How many of the panel's first periods are not looked at, as their spend's own past is not
    /// known: what was set, or the usual carry-over less what history there is, at most a
    /// thirteenth of the panel. 0 where no channel has an adstock.
    pub(crate) fn burn_in_for(&self, panel: &Panel) -> usize {
        let carries = |name: &&str| self.settings(name).adstock != AdstockFamily::None;
        if panel.channel_names().filter(carries).count() == 0 {
            return 0;
        }
        let history = panel.channels().iter().filter(|c| carries(&c.name()));
        let history = history
            .map(|c| c.history().len() / panel.geos().len())
            .min();
        let usual = panel.period().default_window();
        let asked = self
            .burn_in
            .unwrap_or_else(|| usual.min(panel.periods() / MOST_LEFT_OUT));
        asked.saturating_sub(history.unwrap_or(0))
    }

    /// The square root of each row's weight in units of their mean, so that weights have no scale; 0 for rows that are not looked at; `None` where all
    /// count alike.
    pub(crate) fn root_weights(&self, panel: &Panel) -> Option<Vec<f64>> {
        let burn_in = self.burn_in_for(panel);
        if burn_in == 0 && panel.weights().is_none() {
            return None;
        }
        let mean = panel.mean_weight();
        let weight = |row: usize| {
            let own = panel.weights().map_or(1.0, |weights| weights[row]);
            (own / mean).sqrt()
        };
        let rows = 0..panel.rows();
        Some(
            rows.map(|row| match row % panel.periods() < burn_in {
                true => 0.0,
                false => weight(row),
            })
            .collect(),
        )
    }
}
