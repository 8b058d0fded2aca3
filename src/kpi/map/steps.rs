//! What the steps of a map are: channels, or the stages they stand for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};

/// A stage of the customer journey.
///
/// ```
/// use mixtouch::kpi::map::Stage;
///
/// let names = Stage::ALL.map(Stage::name);
/// assert_eq!(names, ["discovery", "consideration", "purchase", "use", "loyalty"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// The customer becomes aware of the offer.
    Discovery,
    /// The customer compares offers.
    Consideration,
    /// The customer buys.
    Purchase,
    /// The customer uses what was bought.
    Use,
    /// The customer comes back and recommends.
    Loyalty,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 5] = [
        Self::Discovery,
        Self::Consideration,
        Self::Purchase,
        Self::Use,
        Self::Loyalty,
    ];

    /// The name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Consideration => "consideration",
            Self::Purchase => "purchase",
            Self::Use => "use",
            Self::Loyalty => "loyalty",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The steps of a map: channels or stages. Successive touches of one step are one visit to it.
///
/// ```
/// use mixtouch::kpi::map::{Stage, Steps};
/// use mixtouch::Channels;
///
/// let channels = Channels::new(["social", "search", "store"])?;
/// let stages = [
///     ("social", Stage::Discovery),
///     ("search", Stage::Consideration),
///     ("store", Stage::Purchase),
/// ];
/// assert_eq!(Steps::stages(&channels, stages)?.names().len(), 5);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Steps {
    channels: Channels,
    names: Vec<String>,
    /// By channel, the number of its step.
    #[serde(rename = "of")]
    by_channel: Vec<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channels: Channels,
    names: Vec<String>,
    #[serde(rename = "of")]
    by_channel: Vec<u16>,
}

impl TryFrom<Fields> for Steps {
    type Error = Error;

    fn try_from(
        Fields {
            channels,
            names,
            by_channel,
        }: Fields,
    ) -> Result<Self> {
        channels.check_column("the steps by channel", by_channel.len())?;
        match by_channel
            .iter()
            .find(|&&step| usize::from(step) >= names.len())
        {
            Some(stray) => Err(Error::setting(
                "the step of a channel",
                stray,
                format!("below the number of steps, {}", names.len()),
            )),
            None => Ok(Self {
                channels,
                names,
                by_channel,
            }),
        }
    }
}

impl Steps {
    /// Steps of a map by channels: every channel is a step.
    pub fn channels(channels: &Channels) -> Self {
        let names = channels.iter().map(str::to_owned).collect();
        Self {
            channels: channels.clone(),
            names,
            by_channel: channels.ids().map(|id| id.0).collect(),
        }
    }

    /// Steps of a map by stages: the five stages are the steps, and the table gives each channel's
    /// stage.
    ///
    /// # Errors
    /// If a channel has no stage or two, or a stage is given for an unknown channel.
    pub fn stages<'n>(
        channels: &Channels,
        table: impl IntoIterator<Item = (&'n str, Stage)>,
    ) -> Result<Self> {
        let mut stages: Vec<Option<Stage>> = vec![None; channels.len()];
        for (name, stage) in table {
            let stray = || Error::UnknownChannel {
                role: "the table of stages".into(),
                channel: name.to_owned(),
                known: channels.iter().map(str::to_owned).collect(),
            };
            let cell = &mut stages[channels.id(name).ok_or_else(stray)?.index()];
            if cell.is_some_and(|other| other != stage) {
                return Err(Error::setting(
                    format!("the stage of channel {name:?}"),
                    stage,
                    "one stage",
                ));
            }
            *cell = Some(stage);
        }
        let stage = |(name, stage): (&str, Option<Stage>)| {
            let missing = || {
                Error::setting(
                    format!("the stage of channel {name:?}"),
                    "missing",
                    "a stage for each channel",
                )
            };
            stage.map(|stage| stage as u16).ok_or_else(missing)
        };
        let by_channel = channels.iter().zip(stages).map(stage);
        Ok(Self {
            channels: channels.clone(),
            names: Stage::ALL.map(|stage| stage.name().to_owned()).into(),
            by_channel: by_channel.collect::<Result<_>>()?,
        })
    }

    /// The names of the steps in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn number(&self, channel: ChannelId) -> u16 {
        self.by_channel[channel.index()]
    }

    /// Fails unless `other` has the same steps for the same channels.
    pub(crate) fn same_as(&self, other: &Self) -> Result<()> {
        self.channels.same_as(&other.channels)?;
        if self.by_channel == other.by_channel && self.names == other.names {
            return Ok(());
        }
        Err(Error::setting(
            "the steps to be merged",
            other.names.join(", "),
            format!("the same for each channel: {}", self.names.join(", ")),
        ))
    }

    /// Fails unless the channels are those of the journeys.
    pub(crate) fn check(&self, channels: &Channels) -> Result<()> {
        self.channels.same_as(channels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_channel_needs_one_stage() {
        let channels = Channels::new(["tv", "web"]).unwrap();
        let message = |table: &[(&'static str, Stage)]| {
            Steps::stages(&channels, table.iter().copied())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(&[("tv", Stage::Use)]),
            "the stage of channel \"web\" is missing, expected: a stage for each channel"
        );
        assert_eq!(
            message(&[("radio", Stage::Use)]),
            "the table of stages names channel \"radio\", expected: tv, web"
        );
        assert!(
            message(&[("tv", Stage::Use), ("tv", Stage::Loyalty)])
                .starts_with("the stage of channel \"tv\" is loyalty")
        );
        let stages = Steps::stages(
            &channels,
            [("tv", Stage::Discovery), ("web", Stage::Purchase)],
        )
        .unwrap();
        assert!(stages.same_as(&Steps::channels(&channels)).is_err());
        let text = serde_json::to_string(&stages).unwrap();
        assert_eq!(serde_json::from_str::<Steps>(&text).unwrap(), stages);
        assert!(serde_json::from_str::<Steps>(&text.replace("[0,2]", "[0,5]")).is_err());
    }
}
