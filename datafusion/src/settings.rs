//! What all parts of a log have to agree on.

use crate::error::external;
use datafusion::error::Result;
use mixtouch::journeys::PersonCutter;
use mixtouch::{Channels, Error, JourneyOptions};
use serde::{Deserialize, Serialize};

/// What every partition of a log has to agree on: the channels, in the order of their names, and how
/// journeys are cut, the end of observation included. As JSON it is the `settings` of the functions
/// in SQL.
///
/// ```
/// use mixtouch::JourneyOptions;
/// use mixtouch_datafusion::LogSettings;
///
/// let options = JourneyOptions::default().with_observation_end(1_775_000_000);
/// let settings = LogSettings::new(["social", "search"], options)?;
/// assert_eq!(settings.channels(), ["search", "social"]);
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct LogSettings {
    channels: Vec<String>,
    options: JourneyOptions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    channels: Vec<String>,
    options: JourneyOptions,
}

impl TryFrom<Fields> for LogSettings {
    type Error = Error;

    fn try_from(fields: Fields) -> mixtouch::Result<Self> {
        Self::checked(fields.channels, fields.options)
    }
}

impl LogSettings {
    /// Settings of a log with these channels.
    ///
    /// # Errors
    /// If the options state no end of observation, name a channel that is not among `channels`, or
    /// ask for what partitions do not have: segments, columns of touches, journeys net of returns.
    pub fn new<S: Into<String>>(
        channels: impl IntoIterator<Item = S>,
        options: JourneyOptions,
    ) -> Result<Self> {
        let channels = channels.into_iter().map(Into::into).collect();
        Self::checked(channels, options).map_err(external)
    }

    /// Settings of a log whose last row is of the second `last`, which is the end of observation
    /// where the options state none.
    pub(crate) fn of_log(
        channels: Vec<String>,
        last: i64,
        options: JourneyOptions,
    ) -> Result<Self> {
        let stated = Self::checked(channels.clone(), options.clone());
        stated
            .or_else(|_| Self::checked(channels, options.with_observation_end(last)))
            .map_err(external)
    }

    fn checked(mut channels: Vec<String>, options: JourneyOptions) -> mixtouch::Result<Self> {
        channels.sort_unstable();
        channels.dedup();
        check_returns(&options)?;
        let known = Channels::new(channels.iter().map(String::as_str))?;
        PersonCutter::new(options.clone(), known)?;
        Ok(Self { channels, options })
    }

    /// The channels, by name.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// How journeys are cut.
    pub fn options(&self) -> &JourneyOptions {
        &self.options
    }

    /// A number that other channels have another of: packed rows say channels by their number.
    pub(crate) fn fingerprint(&self) -> u32 {
        let names = self
            .channels
            .iter()
            .flat_map(|name| name.bytes().chain([0]));
        names.fold(0x811c_9dc5, |sum, byte| {
            (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    }
}

/// # Errors
/// If journeys shall be net of returns: a return may name an order of another partition.
fn check_returns(options: &JourneyOptions) -> mixtouch::Result<()> {
    let written = serde_json::to_value(options).unwrap_or_default();
    match written["net_of_returns"].as_bool() {
        Some(true) => Err(Error::Setting {
            name: "net_of_returns".into(),
            value: "true".into(),
            expected: "false: a return may be of an order in another partition".into(),
        }),
        _ => Ok(()),
    }
}
