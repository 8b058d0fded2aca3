//! The last touch, those of channels such as `direct` skipped.

use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::rules::names::NamesOnly;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// All credit to the last touch that is not direct traffic (or of the channels named); where all
/// are, to the last one. Like Google Analytics' last non-direct click. Names match in either case.
///
/// By default direct is what analytics tools call so: `direct`, `(direct)`, `(direct) / (none)`,
/// `direct / (none)`, `direct / none`, `direct traffic`, `typed/bookmarked`. They need not occur;
/// fitting refuses any other name that the journeys' channels lack.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastNonDirect {
    direct: Vec<String>,
}

/// What direct traffic is called, in Google Analytics and elsewhere.
const USUAL: [&str; 7] = [
    "direct",
    "(direct)",
    "(direct) / (none)",
    "direct / (none)",
    "direct / none",
    "direct traffic",
    "typed/bookmarked",
];

#[derive(Deserialize)]
#[serde(default)]
struct Fields {
    direct: Vec<String>,
}

impl Default for Fields {
    fn default() -> Self {
        let LastNonDirect { direct } = LastNonDirect::default();
        Self { direct }
    }
}

impl From<Fields> for LastNonDirect {
    fn from(Fields { direct }: Fields) -> Self {
        Self { direct }
    }
}

read_settings!(LastNonDirect, Fields);

impl Default for LastNonDirect {
    fn default() -> Self {
        Self::new(USUAL)
    }
}

impl LastNonDirect {
    /// Skips the channels named instead of the usual ones.
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

    /// # Errors
    /// If a name that is not a usual one of direct traffic is not one of the journeys' channels.
    fn solve(&self, names: NamesOnly) -> Result<LastNonDirectModel> {
        let channels = names.into_channels();
        let is = |name: &str, id: ChannelId| channels.name(id).eq_ignore_ascii_case(name);
        let may_lack = |name: &str| USUAL.contains(&name.to_ascii_lowercase().as_str());
        let lacks = |name: &&String| !may_lack(name) && !channels.ids().any(|id| is(name, id));
        if let Some(name) = self.direct.iter().find(lacks) {
            return Err(channels.undeclared("direct", name));
        }
        let is_direct = |id: &ChannelId| self.direct.iter().any(|name| is(name, *id));
        let direct = channels.ids().filter(is_direct).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::engine::attribute;
    use crate::journeys::{Outcome, PathTable};

    #[test]
    fn direct_traffic_is_known_by_its_usual_names() {
        let mut table = PathTable::new();
        for (path, value) in [
            (["google / cpc", "(direct) / (none)"], 50.0),
            (["newsletter / email", "Direct"], 70.0),
        ] {
            table
                .push(path, Outcome::new(1.0, 0.0, value).unwrap())
                .unwrap();
        }
        let journeys = table.journeys().unwrap();
        let model = LastNonDirect::default().fit(&journeys).unwrap();
        let credits = attribute(&journeys, &model).unwrap();
        for (channel, value) in [("google / cpc", 50.0), ("newsletter / email", 70.0)] {
            assert_eq!(
                credits.channel(channel).map(|tally| tally.value),
                Some(value)
            );
        }
        let error = LastNonDirect::new(["direkt"])
            .fit(&journeys)
            .unwrap_err()
            .to_string();
        let expected = "direct names channel \"direkt\", expected: perhaps \"Direct\"; ";
        assert!(
            error.starts_with(expected) && error.contains("add_channels"),
            "{error}"
        );
        assert!(LastNonDirect::new(["direct"]).fit(&journeys).is_ok());
    }
}
