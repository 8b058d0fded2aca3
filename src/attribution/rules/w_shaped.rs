//! Fixed parts for the first touch, the last, and the one that marks a stage.

use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::rules::names::NamesOnly;
use crate::attribution::rules::position::Position;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// W: 0.3 for the first touch, 0.3 for the first touch of a channel that marks a stage (a demo
/// request, say), 0.3 for the last, 0.1 shared by the others. Roles that fall on one touch add up;
/// without others or without a stage the parts are renormalised, a journey that never reaches the
/// stage is divided by [`Position::u`].
///
/// ```
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::rules::WShaped;
///
/// let mut table = PathTable::new();
/// table.push(["search", "demo", "e-mail", "call"], Outcome::new(1.0, 0.0, 100.0)?)?;
/// let journeys = table.journeys()?;
/// let credits = attribute(&journeys, &WShaped::new(["demo"])?.fit(&journeys)?)?;
/// assert_eq!(credits.channel("demo").map(|tally| tally.value.round()), Some(30.0));
/// assert_eq!(credits.channel("e-mail").map(|tally| tally.value.round()), Some(10.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WShaped {
    stage: Vec<String>,
}

#[derive(Deserialize)]
struct WShapedFields {
    stage: Vec<String>,
}

read_settings!(WShaped, WShapedFields);

impl TryFrom<WShapedFields> for WShaped {
    type Error = Error;

    fn try_from(fields: WShapedFields) -> Result<Self> {
        Self::new(fields.stage)
    }
}

impl WShaped {
    /// With the channels whose first touch marks the stage.
    ///
    /// # Errors
    /// If no channel is named.
    pub fn new<S: Into<String>>(stage: impl IntoIterator<Item = S>) -> Result<Self> {
        let stage: Vec<String> = stage.into_iter().map(Into::into).collect();
        if stage.is_empty() {
            return Err(Error::setting(
                "stage",
                "no channel",
                "at least one channel",
            ));
        }
        Ok(Self { stage })
    }
}

/// [`WShaped`] with its names looked up in one table of channels.
///
/// ```
/// use mixtouch::attribution::rules::WShaped;
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = WShaped::new(["search"])?.fit(&journeys)?;
/// let credits = attribute(&journeys, &model)?;
/// assert!((credits.channel("social").unwrap().conversions - 3.0).abs() < 2.0);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WShapedModelFields")]
pub struct WShapedModel {
    channels: Channels,
    stage: Vec<ChannelId>,
}

#[derive(Deserialize)]
struct WShapedModelFields {
    channels: Channels,
    stage: Vec<ChannelId>,
}

impl TryFrom<WShapedModelFields> for WShapedModel {
    type Error = Error;

    fn try_from(WShapedModelFields { channels, stage }: WShapedModelFields) -> Result<Self> {
        channels.check_ids("a stage's channel", &stage)?;
        Ok(Self { channels, stage })
    }
}

impl Fit for WShaped {
    type Evidence = NamesOnly;
    type Model = WShapedModel;

    fn needs(&self) -> Needs {
        Needs::NAMES
    }

    fn evidence(&self, channels: &Channels) -> NamesOnly {
        NamesOnly::new(channels)
    }

    /// # Errors
    /// If a stage is not one of the journeys' channels.
    fn solve(&self, names: NamesOnly) -> Result<WShapedModel> {
        let channels = names.into_channels();
        let find = |name: &String| {
            let unknown = || channels.undeclared("stage", name);
            channels.id(name).ok_or_else(unknown)
        };
        let stage = self.stage.iter().map(find).collect::<Result<_>>()?;
        Ok(WShapedModel { channels, stage })
    }
}

impl AttributionModel for WShapedModel {
    fn channels(&self) -> Option<&Channels> {
        Some(&self.channels)
    }

    fn parameters(&self) -> Parameters {
        let names: Vec<String> = self
            .stage
            .iter()
            .map(|&id| self.channels.name(id).to_owned())
            .collect();
        parameters([("stage", names.into())])
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        let Some(stage) = journey
            .channels()
            .iter()
            .position(|channel| self.stage.contains(channel))
        else {
            return Position::u().weigh(journey, weights);
        };
        let roles = [0, stage, weights.len() - 1];
        let others = (0..weights.len()).filter(|at| !roles.contains(at)).count();
        weights.fill(0.1 / others.max(1) as f64);
        for role in roles {
            weights[role] = 0.0;
        }
        for role in roles {
            weights[role] += 0.3;
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::rules::position::tests::shares;

    #[test]
    fn w_adds_roles_up() {
        let channels = Channels::new(["a", "stage"]).unwrap();
        let w = WShaped::new(["stage"])
            .unwrap()
            .solve(NamesOnly::new(&channels))
            .unwrap();
        assert_eq!(shares(&w, &[0, 1, 0, 0, 0]), [0.3, 0.3, 0.05, 0.05, 0.3]);
        assert_eq!(
            shares(&w, &[1, 0, 1, 0]),
            [0.6, 0.05, 0.05, 0.3],
            "only the first touch of the stage counts"
        );
        assert_eq!(shares(&w, &[0, 1, 0]), [0.333333, 0.333333, 0.333333]);
        assert_eq!(shares(&w, &[1, 0]), [0.666667, 0.333333]);
        assert_eq!(shares(&w, &[1]), [1.0]);
        assert_eq!(shares(&w, &[0, 0, 0]), [0.4, 0.2, 0.4], "no stage: as U");
        assert!(
            WShaped::new(["demo"])
                .unwrap()
                .solve(NamesOnly::new(&channels))
                .is_err()
        );
    }
}
