//! Conversions that each channel took part in: a report, not a division.

use crate::attribution::distinct::distinct;
use crate::attribution::tally::Tally;
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// Every distinct channel of a journey gets the whole outcome (Adobe), so the channels add up to
/// more than the total: read it as "conversions this channel took part in".
///
/// ```
/// use mixtouch::{Outcome, PathTable};
/// use mixtouch::attribution::rules::Participation;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search", "social"], Outcome::new(2.0, 5.0, 80.0)?)?;
/// let journeys = table.journeys()?;
/// let report = journeys.accumulate(|| Participation::new(journeys.channels()))?;
/// assert!(report.iter().all(|(_, tally)| tally.conversions == 2.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Participation {
    channels: Channels,
    by_channel: Vec<Tally>,
}

#[derive(Deserialize)]
struct Fields {
    channels: Channels,
    by_channel: Vec<Tally>,
}

impl TryFrom<Fields> for Participation {
    type Error = Error;

    fn try_from(
        Fields {
            channels,
            by_channel,
        }: Fields,
    ) -> Result<Self> {
        channels.check_column("the participation by channel", by_channel.len())?;
        Ok(Self {
            channels,
            by_channel,
        })
    }
}

impl Participation {
    /// A report of no journeys.
    pub fn new(channels: &Channels) -> Self {
        Self {
            channels: channels.clone(),
            by_channel: vec![Tally::default(); channels.len()],
        }
    }

    /// Each channel with the conversions it took part in.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Tally)> {
        self.channels.iter().zip(self.by_channel.iter().copied())
    }
}

impl Accumulator for Participation {
    fn observe(&mut self, journey: Journey<'_>) {
        let outcome = journey.outcome();
        if outcome.conversions() > 0.0 {
            for channel in distinct(journey.channels()) {
                self.by_channel[channel.index()] += outcome.into();
            }
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        self.by_channel
            .iter_mut()
            .zip(later.by_channel)
            .for_each(|(tally, other)| *tally += other);
        Ok(())
    }
}
