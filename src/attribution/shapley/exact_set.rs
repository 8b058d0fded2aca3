//! The exact-set game, a diagnostic.

use crate::attribution::channel_sets::ChannelSetCounts;
use crate::attribution::shapley::weight::weight;
use crate::channel::Channels;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Raw Shapley values of the game in which a set is worth the conversions of journeys with exactly
/// that set of channels. They sum to the worth of the set of all channels, which few journeys or
/// none have: a diagnostic, no credit.
///
/// A set `T` adds `w(|T| - 1) v(T)` to each channel in it and takes `w(|T|) v(T)` from each
/// outside, with `w(s) = s! (n - s - 1)! / n!`: the sum over all orders, read set by set, for any
/// number of channels.
///
/// ```
/// use mixtouch::{Outcome, PathTable};
/// use mixtouch::attribution::ChannelSetCounts;
/// use mixtouch::attribution::shapley::ExactSetShapley;
///
/// let mut table = PathTable::new();
/// table.push(["social"], Outcome::new(2.0, 0.0, 0.0)?)?;
/// table.push(["social", "search"], Outcome::new(4.0, 0.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let report = ExactSetShapley::new(&journeys.accumulate(|| ChannelSetCounts::new(journeys.channels()))?);
/// assert_eq!(report.iter().collect::<Vec<_>>(), [("search", 1.0), ("social", 3.0)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct ExactSetShapley {
    channels: Channels,
    values: Vec<f64>,
}

#[derive(Deserialize)]
struct Fields {
    channels: Channels,
    values: Vec<f64>,
}

impl TryFrom<Fields> for ExactSetShapley {
    type Error = Error;

    fn try_from(Fields { channels, values }: Fields) -> Result<Self> {
        channels.check_column("the values by channel", values.len())?;
        Ok(Self { channels, values })
    }
}

impl ExactSetShapley {
    /// The values of the game these coalitions make.
    pub fn new(coalitions: &ChannelSetCounts) -> Self {
        let channels = coalitions.channels().clone();
        let players = channels.len();
        let mut values = vec![0.0; players];
        for (set, outcome) in coalitions.sorted() {
            let inside = weight(players, set.len() - 1) * outcome.conversions();
            let outside = if set.len() < players {
                weight(players, set.len()) * outcome.conversions()
            } else {
                0.0
            };
            values.iter_mut().for_each(|value| *value -= outside);
            set.iter()
                .for_each(|channel| values[channel.index()] += inside + outside);
        }
        Self { channels, values }
    }

    /// Each channel with its Shapley value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.channels.iter().zip(self.values.iter().copied())
    }
}
