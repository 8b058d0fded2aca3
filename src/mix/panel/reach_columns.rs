//! The columns of a table that make a channel measured in reach and frequency.

use crate::error::Result;
use crate::mix::panel::build::Panel;

/// The columns of a channel that is measured in reach and frequency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReachColumns {
    name: String,
    reach: String,
    frequency: String,
    spend: Option<String>,
}

impl ReachColumns {
    /// The channel's name, its columns of reach and frequency, and that of its spend.
    pub(super) fn new(
        name: String,
        [reach, frequency]: [String; 2],
        spend: Option<String>,
    ) -> Self {
        Self {
            name,
            reach,
            frequency,
            spend,
        }
    }

    /// The names of all columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        [self.reach.as_str(), self.frequency.as_str()]
            .into_iter()
            .chain(self.spend.as_deref())
    }

    /// The panel with the channel, whose columns `values` gives by name.
    pub(super) fn add_to(&self, panel: Panel, values: &dyn Fn(&str) -> Vec<f64>) -> Result<Panel> {
        let (reach, frequency) = (values(&self.reach), values(&self.frequency));
        let spend = self.spend.as_deref();
        let spend = spend.map_or_else(|| vec![0.0; reach.len()], values);
        panel.with_reach_frequency(&self.name, spend, reach, frequency)
    }
}
