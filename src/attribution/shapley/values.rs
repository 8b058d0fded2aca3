//! Shapley values kept by set of channels.

use crate::attribution::distinct::spread_evenly;
use crate::attribution::ngram_table::NgramTable;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// One value for each channel of a set, for as many sets as there are.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Pairs", into = "Pairs")]
pub(super) struct SetValues {
    channels: Channels,
    /// Where each set's values begin.
    starts: NgramTable<usize>,
    values: Vec<f64>,
}

/// The same as sorted pairs.
#[derive(PartialEq, Serialize, Deserialize)]
struct Pairs {
    channels: Channels,
    values: Vec<(Vec<ChannelId>, Vec<f64>)>,
}

impl From<&SetValues> for Pairs {
    fn from(values: &SetValues) -> Self {
        let order = values.starts.sorted().into_iter().map(|at| at as usize);
        let pair = |at: usize| {
            let (set, start) = (values.starts.key(at), values.starts.get(at));
            (
                set.to_vec(),
                values.values[start..start + set.len()].to_vec(),
            )
        };
        Self {
            channels: values.channels.clone(),
            values: order.map(pair).collect(),
        }
    }
}

impl From<SetValues> for Pairs {
    fn from(values: SetValues) -> Self {
        Self::from(&values)
    }
}

impl PartialEq for SetValues {
    fn eq(&self, other: &Self) -> bool {
        Pairs::from(self) == Pairs::from(other)
    }
}

impl TryFrom<Pairs> for SetValues {
    type Error = Error;

    fn try_from(pairs: Pairs) -> Result<Self> {
        for (set, values) in &pairs.values {
            pairs.channels.check_ids("a channel of a set", set)?;
            if set.len() != values.len() || !set.is_sorted_by(|left, right| left < right) {
                let expected = "channels in order without repeats, and one value each";
                return Err(Error::setting(
                    "a set with its values",
                    format!("{set:?}: {values:?}"),
                    expected,
                ));
            }
        }
        Ok(Self::new(pairs.channels, pairs.values))
    }
}

impl SetValues {
    pub(super) fn new(channels: Channels, pairs: Vec<(Vec<ChannelId>, Vec<f64>)>) -> Self {
        let (mut starts, mut values) = (NgramTable::default(), Vec::new());
        for (set, own) in pairs {
            *starts.value(&set) = values.len();
            values.extend(own);
        }
        Self {
            channels,
            starts,
            values,
        }
    }

    /// How many sets there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn channels(&self) -> &Channels {
        &self.channels
    }

    /// The values of a set, in order and without repeats.
    pub(super) fn get(&self, set: &[ChannelId]) -> Option<&[f64]> {
        let start = self.starts.get(self.starts.find(set)?);
        Some(&self.values[start..start + set.len()])
    }
}

/// Weighs each touch by its channel's value, spread evenly over the channel's touches; `set` holds
/// the path's channels in order.
pub(super) fn spread_values(
    path: &[ChannelId],
    set: &[ChannelId],
    values: &[f64],
    weights: &mut [f64],
) {
    spread_evenly(path, weights, |channel| {
        set.binary_search(&channel).map_or(0.0, |at| values[at])
    });
}
