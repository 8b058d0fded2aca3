//! The last touch, those of channels such as `direct` skipped.

use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::rules::names::NamesOnly;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// All credit to the last touch that is not `direct` (or of the channels named); where all are, to
/// the last one. Like Google Analytics' last non-direct click. Names that do not occur have no
/// effect.
///
/// ```
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::rules::LastNonDirect;
///
/// let mut table = PathTable::new();
/// table.push(["social", "direct"], Outcome::new(1.0, 0.0, 50.0)?)?;
/// let journeys = table.journeys()?;
/// let credits = attribute(&journeys, &LastNonDirect::default().fit(&journeys)?)?;
/// assert_eq!(credits.channel("social").map(|tally| tally.conversions), Some(1.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastNonDirect {
    direct: Vec<String>,
}

impl Default for LastNonDirect {
    fn default() -> Self {
        Self::new(["direct"])
    }
}

impl LastNonDirect {
    /// Skips the channels named.
    pub fn new<S: Into<String>>(direct: impl IntoIterator<Item = S>) -> Self {
        Self {
            direct: direct.into_iter().map(Into::into).collect(),
        }
    }
}

/// [`LastNonDirect`] with its names looked up in one table of channels.
///
/// ```
/// use mixtouch::attribution::rules::LastNonDirect;
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = LastNonDirect::new(["search"]).fit(&journeys)?;
/// assert_eq!(attribute(&journeys, &model)?.channel("social").unwrap().conversions, 5.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "LastNonDirectFields")]
pub struct LastNonDirectModel {
    channels: Channels,
    direct: Vec<ChannelId>,
}

#[derive(Deserialize)]
struct LastNonDirectFields {
    channels: Channels,
    direct: Vec<ChannelId>,
}

impl TryFrom<LastNonDirectFields> for LastNonDirectModel {
    type Error = Error;

    fn try_from(LastNonDirectFields { channels, direct }: LastNonDirectFields) -> Result<Self> {
        channels.check_ids("a direct channel", &direct)?;
        Ok(Self { channels, direct })
    }
}

impl Fit for LastNonDirect {
    type Evidence = NamesOnly;
    type Model = LastNonDirectModel;

    fn needs(&self) -> Needs {
        Needs::NAMES
    }

    fn evidence(&self, channels: &Channels) -> NamesOnly {
        NamesOnly::new(channels)
    }

    fn solve(&self, names: NamesOnly) -> Result<LastNonDirectModel> {
        let channels = names.into_channels();
        let direct = self
            .direct
            .iter()
            .filter_map(|name| channels.id(name))
            .collect();
        Ok(LastNonDirectModel { channels, direct })
    }
}

impl AttributionModel for LastNonDirectModel {
    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    fn parameters(&self) -> Parameters {
        let names: Vec<String> = self
            .direct
            .iter()
            .map(|&id| self.channels.name(id).to_owned())
            .collect();
        parameters([("direct", names.into())])
    }

    #[inline]
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let last = journey
            .channels()
            .iter()
            .rposition(|channel| !self.direct.contains(channel));
        weights[last.unwrap_or(weights.len() - 1)] = 1.0;
        0.0
    }
}
