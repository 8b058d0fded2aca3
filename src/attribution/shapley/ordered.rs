//! The ordered game, a report by channel and position.

use crate::attribution::distinct::{distinct, spread_evenly};
use crate::attribution::limits::MOST_POSITIONS;
use crate::attribution::tally::Tally;
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// Shapley value of the subset-sum game played by channels at positions (Zhao, Mahboobi and Bagheri
/// 2018, "ordered"): a touch gets `1 / (distinct channels x touches of its channel)`. Summed over
/// positions it is the subset-sum game, so it is a report of channel by position, not a model of
/// its own. Touches behind the 1,000th of a journey count at position 1,000.
///
/// ```
/// use mixtouch::{Outcome, PathTable};
/// use mixtouch::attribution::shapley::OrderedShapley;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search", "social"], Outcome::new(1.0, 0.0, 60.0)?)?;
/// let journeys = table.journeys()?;
/// let report = journeys.accumulate(|| OrderedShapley::new(journeys.channels()))?;
/// let social = report.positions("social").iter().map(|tally| tally.conversions);
/// assert!(social.eq([0.25, 0.0, 0.25]));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct OrderedShapley {
    channels: Channels,
    /// By channel, then position from the first touch.
    positions: Vec<Vec<Tally>>,
}

#[derive(Deserialize)]
struct Fields {
    channels: Channels,
    positions: Vec<Vec<Tally>>,
}

impl TryFrom<Fields> for OrderedShapley {
    type Error = Error;

    fn try_from(
        Fields {
            channels,
            positions,
        }: Fields,
    ) -> Result<Self> {
        channels.check_column("the credit by channel and position", positions.len())?;
        Ok(Self {
            channels,
            positions,
        })
    }
}

impl OrderedShapley {
    /// A report of no journeys.
    pub fn new(channels: &Channels) -> Self {
        Self {
            channels: channels.clone(),
            positions: vec![Vec::new(); channels.len()],
        }
    }

    /// The credit of a channel at each position, the first touch of a journey first.
    pub fn positions(&self, channel: &str) -> &[Tally] {
        self.channels
            .id(channel)
            .map_or(&[], |id| &self.positions[id.index()])
    }

    /// Each channel with its credit by position.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Tally])> {
        self.channels
            .iter()
            .zip(self.positions.iter().map(Vec::as_slice))
    }

    fn add(&mut self, channel: usize, position: usize, tally: Tally) {
        let position = position.min(MOST_POSITIONS - 1);
        let positions = &mut self.positions[channel];
        if positions.len() <= position {
            positions.resize(position + 1, Tally::default());
        }
        positions[position] += tally;
    }
}

impl Accumulator for OrderedShapley {
    fn observe(&mut self, journey: Journey<'_>) {
        let outcome = journey.outcome();
        if outcome.conversions() == 0.0 || journey.is_empty() {
            return;
        }
        let mut shares = vec![0.0; journey.len()];
        let players = distinct(journey.channels()).len() as f64;
        spread_evenly(journey.channels(), &mut shares, |_| 1.0 / players);
        for (position, (channel, share)) in journey.channels().iter().zip(shares).enumerate() {
            let tally = Tally {
                conversions: outcome.conversions() * share,
                value: outcome.value() * share,
            };
            self.add(channel.index(), position, tally);
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        for (channel, positions) in later.positions.into_iter().enumerate() {
            for (position, tally) in positions.into_iter().enumerate() {
                self.add(channel, position, tally);
            }
        }
        Ok(())
    }
}
