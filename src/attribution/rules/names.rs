//! The evidence of rules that only look channel names up.

use crate::attribution::evidence::EvidenceVersion;
use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use serde::{Deserialize, Serialize};

/// The evidence of a rule that looks channels up by name: their table, and nothing of the journeys.
///
/// A journey holds numbers of channels. A rule that needs their names is a [`Fit`] with this
/// evidence and [`Needs::NAMES`], so that no pass over the journeys is made:
///
/// ```
/// use mixtouch::attribution::{NamesOnly, Needs};
/// use mixtouch::{AttributionModel, Channels, Comparison, Fit, Journey, Outcome, PathTable, Result};
///
/// /// A touch of a paid channel weighs twice one of another. Paid channels are named `paid ..`.
/// struct PaidTwice;
///
/// struct PaidTwiceModel {
///     channels: Channels,
///     weights: Vec<f64>,
/// }
///
/// impl Fit for PaidTwice {
///     type Evidence = NamesOnly;
///     type Model = PaidTwiceModel;
///
///     fn needs(&self) -> Needs {
///         Needs::NAMES
///     }
///
///     fn evidence(&self, channels: &Channels) -> NamesOnly {
///         NamesOnly::new(channels)
///     }
///
///     fn solve(&self, names: NamesOnly) -> Result<PaidTwiceModel> {
///         let channels = names.into_channels();
///         let weight = |name: &str| if name.starts_with("paid ") { 2.0 } else { 1.0 };
///         let weights = channels.iter().map(weight).collect();
///         Ok(PaidTwiceModel { channels, weights })
///     }
/// }
///
/// impl AttributionModel for PaidTwiceModel {
///     fn channels(&self) -> Option<&Channels> {
///         Some(&self.channels)
///     }
///
///     fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
///         for (weight, channel) in weights.iter_mut().zip(journey.channels()) {
///             *weight = self.weights[channel.index()];
///         }
///         0.0
///     }
/// }
///
/// let mut paths = PathTable::new();
/// paths.push(["newsletter", "paid search"], Outcome::new(3.0, 0.0, 90.0)?)?;
/// let table = Comparison::new().fit("paid-twice", PaidTwice).run(&paths.journeys()?)?;
/// let search = table.model("paid-twice").and_then(|model| model.channel("paid search"));
/// assert_eq!(search.map(|credit| credit.conversions), Some(2.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
///
/// [`Fit`]: crate::attribution::Fit
/// [`Needs::NAMES`]: crate::attribution::Needs::NAMES
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamesOnly {
    version: EvidenceVersion<1>,
    channels: Channels,
}

impl NamesOnly {
    /// The names of these channels.
    pub fn new(channels: &Channels) -> Self {
        Self {
            version: EvidenceVersion,
            channels: channels.clone(),
        }
    }

    /// The table of channels.
    pub fn into_channels(self) -> Channels {
        self.channels
    }
}

impl Accumulator for NamesOnly {
    fn observe(&mut self, _: Journey<'_>) {}

    fn observe_block(&mut self, _: Block<'_>) {}

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)
    }
}
