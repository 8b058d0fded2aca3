//! Rules that give the first, last and middle touches fixed parts.

use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::rules::touch_rules::Names;
use crate::attribution::{AttributionModel, Fit};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use serde::{Deserialize, Serialize};

/// A part for the first touch, one for the last, and one that the touches between share; of two
/// touches the ends share all in proportion, a single touch takes it.
///
/// | | first | middle | last | two touches | source |
/// |---|---|---|---|---|---|
/// | [`Position::u`] | 0.4 | 0.2 | 0.4 | 0.5 / 0.5 | Google Analytics, DP6, fractribution |
/// | [`Position::j`] | 0.2 | 0.2 | 0.6 | 0.25 / 0.75 | Adobe |
/// | [`Position::inverse_j`] | 0.6 | 0.2 | 0.2 | 0.75 / 0.25 | Adobe |
///
/// Adobe's worked example, $50 over four touches, by J:
///
/// ```
/// use mixtouch::{Outcome, PathTable, attribute};
/// use mixtouch::attribution::rules::Position;
///
/// let mut table = PathTable::new();
/// table.push(["paid search", "social", "e-mail", "display"], Outcome::new(1.0, 0.0, 50.0)?)?;
/// let credits = attribute(&table.journeys()?, &Position::j())?;
/// let value = |channel| credits.channel(channel).map(|tally| tally.value.round());
/// assert_eq!([value("paid search"), value("social"), value("display")], [Some(10.0), Some(5.0), Some(30.0)]);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PositionFields")]
pub struct Position {
    first: f64,
    middle: f64,
    last: f64,
}

#[derive(Deserialize)]
struct PositionFields {
    first: f64,
    middle: f64,
    last: f64,
}

impl TryFrom<PositionFields> for Position {
    type Error = Error;

    fn try_from(fields: PositionFields) -> Result<Self> {
        Self::new(fields.first, fields.middle, fields.last)
    }
}

impl Default for Position {
    fn default() -> Self {
        Self::u()
    }
}

impl Position {
    /// U: 0.4, 0.2, 0.4.
    pub const fn u() -> Self {
        Self {
            first: 0.4,
            middle: 0.2,
            last: 0.4,
        }
    }

    /// J: 0.2, 0.2, 0.6.
    pub const fn j() -> Self {
        Self {
            first: 0.2,
            middle: 0.2,
            last: 0.6,
        }
    }

    /// Inverse J: 0.6, 0.2, 0.2.
    pub const fn inverse_j() -> Self {
        Self {
            first: 0.6,
            middle: 0.2,
            last: 0.2,
        }
    }

    /// Parts of any size, in proportion.
    ///
    /// # Errors
    /// A part that is negative, not finite or above 10^15; ends that are both zero, which would
    /// leave short journeys without credit.
    pub fn new(first: f64, middle: f64, last: f64) -> Result<Self> {
        for (name, part) in [
            ("the first touch's part", first),
            ("the middle touches' part", middle),
            ("the last touch's part", last),
        ] {
            if !(0.0..=1e15).contains(&part) {
                return Err(Error::setting(name, part, "0 to 10^15"));
            }
        }
        if first + last <= 0.0 {
            return Err(Error::setting(
                "the first and the last touch's part",
                "0 both",
                "at least one above 0",
            ));
        }
        Ok(Self {
            first,
            middle,
            last,
        })
    }
}

impl AttributionModel for Position {
    fn parameters(&self) -> Parameters {
        parameters([
            ("first", self.first.into()),
            ("middle", self.middle.into()),
            ("last", self.last.into()),
        ])
    }

    #[inline]
    fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
        if let [first, between @ .., last] = weights {
            let each = self.middle / between.len() as f64;
            between.fill(each);
            *first = self.first;
            *last = self.last;
        } else {
            weights[0] = 1.0;
        }
        0.0
    }
}

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WShapedFields")]
pub struct WShaped {
    stage: Vec<String>,
}

#[derive(Deserialize)]
struct WShapedFields {
    stage: Vec<String>,
}

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
    /// No channel named.
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
    type Evidence = Names;
    type Model = WShapedModel;

    fn evidence(&self, channels: &Channels) -> Names {
        Names::new(channels)
    }

    /// # Errors
    /// A stage that is no channel of the journeys.
    fn solve(&self, Names { channels }: Names) -> Result<WShapedModel> {
        let find = |name: &String| {
            let known = || channels.iter().map(str::to_owned).collect();
            channels.id(name).ok_or_else(|| Error::UnknownChannel {
                role: "stage".into(),
                channel: name.clone(),
                known: known(),
            })
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
    use crate::journeys::Outcome;

    fn shares(model: &impl AttributionModel, channels: &[u16]) -> Vec<f64> {
        let channels: Vec<ChannelId> = channels.iter().map(|&id| ChannelId(id)).collect();
        let mut weights = vec![0.0; channels.len()];
        model.weigh(
            Journey::new(&channels, &[], 0, Outcome::NULL).unwrap(),
            &mut weights,
        );
        let sum: f64 = weights.iter().sum();
        weights
            .iter()
            .map(|weight| (weight / sum * 1e6).round() / 1e6)
            .collect()
    }

    #[test]
    fn short_journeys_are_renormalised() {
        assert_eq!(shares(&Position::u(), &[0]), [1.0]);
        assert_eq!(shares(&Position::u(), &[0, 0]), [0.5, 0.5]);
        assert_eq!(shares(&Position::j(), &[0, 0]), [0.25, 0.75]);
        assert_eq!(shares(&Position::inverse_j(), &[0, 0]), [0.75, 0.25]);
        assert_eq!(shares(&Position::u(), &[0, 0, 0]), [0.4, 0.2, 0.4]);
        assert_eq!(
            shares(&Position::new(2.0, 4.0, 2.0).unwrap(), &[0, 0, 0, 0]),
            [0.25, 0.25, 0.25, 0.25]
        );
    }

    #[test]
    fn w_adds_roles_up() {
        let channels = Channels::new(["a", "stage"]).unwrap();
        let w = WShaped::new(["stage"])
            .unwrap()
            .solve(Names::new(&channels))
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
                .solve(Names::new(&channels))
                .is_err()
        );
    }

    #[test]
    fn parts_are_checked() {
        for (first, middle, last) in [
            (-0.1, 0.5, 0.5),
            (f64::NAN, 0.5, 0.5),
            (0.0, 1.0, 0.0),
            (f64::INFINITY, 0.0, 0.0),
        ] {
            assert!(Position::new(first, middle, last).is_err());
        }
        assert!(
            serde_json::from_str::<Position>(r#"{"first": 0.0, "middle": 1.0, "last": 0.0}"#)
                .is_err()
        );
    }
}
