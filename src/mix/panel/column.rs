//! A panel's columns: channels and controls.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A marketing channel's columns: spend, and the exposures it bought where the effect is to be
/// modelled on those.
///
/// ```
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// let search = &panel.channels()[0];
/// assert_eq!(search.name(), "Search-Ads");
/// assert_eq!(search.spend().len(), panel.rows());
/// assert_eq!(search.activity(), search.spend(), "it has no exposures of its own");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub(crate) name: String,
    pub(crate) spend: Vec<f64>,
    pub(crate) exposure: Option<Vec<f64>>,
    /// Where `exposure` is reach: how often each person reached saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) frequency: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) history: Vec<f64>,
    /// The frequency of what ran before, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) frequency_history: Vec<f64>,
}

impl Channel {
    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Spend by geo, then period.
    pub fn spend(&self) -> &[f64] {
        &self.spend
    }

    /// What the response is modelled on: exposures where there are some, spend otherwise.
    pub fn activity(&self) -> &[f64] {
        self.exposure.as_deref().unwrap_or(&self.spend)
    }

    /// How often each person reached saw the channel, by geo, then period, where the channel is
    /// measured in reach and frequency; its activity is then the reach.
    pub fn frequency(&self) -> Option<&[f64]> {
        self.frequency.as_deref()
    }

    /// The frequency of what ran before the first period: what is known of it, or the mean
    /// frequency of the persons reached in the panel.
    pub(crate) fn earlier_frequency(&self) -> Vec<f64> {
        let known = self.frequency_history.len() == self.history.len();
        if known {
            return self.frequency_history.clone();
        }
        vec![self.mean_frequency(0..self.spend.len()); self.history.len()]
    }

    /// The mean frequency of the persons reached in some rows; 1 where nobody was.
    pub(crate) fn mean_frequency(&self, rows: Range<usize>) -> f64 {
        let Some(frequency) = &self.frequency else {
            return 1.0;
        };
        let reach = &self.activity()[rows.clone()];
        let contacts: f64 = reach.iter().zip(&frequency[rows]).map(|(r, f)| r * f).sum();
        let persons: f64 = reach.iter().sum();
        if contacts > 0.0 {
            contacts / persons
        } else {
            1.0
        }
    }

    /// What ran before the first period, measured like [`Channel::activity`], by geo, then period;
    /// the last value of each geo belongs to the period before the panel's first. Empty where that
    /// is not known.
    pub fn history(&self) -> &[f64] {
        &self.history
    }

    pub(super) fn map(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Self {
            name: self.name.clone(),
            spend: f(&self.spend),
            exposure: self.exposure.as_deref().map(&f),
            frequency: self.frequency.as_deref().map(&f),
            history: self.history.clone(),
            frequency_history: self.frequency_history.clone(),
        }
    }
}

/// A control: a column that explains the KPI and is not marketing.
///
/// ```
/// use mixtouch::simulate::panels::PanelWorld;
///
/// let panel = PanelWorld::small_business()?.simulate(1).panel()?;
/// for control in panel.controls() {
///     assert_eq!(control.values().len(), panel.rows());
///     assert!(!control.is_event());
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
    #[serde(default)]
    pub(crate) event: bool,
}

impl Control {
    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values by geo, then period.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether it says when an event took place, so that a panel without the column is a panel
    /// without the event.
    pub const fn is_event(&self) -> bool {
        self.event
    }
}
