//! What was watched, and for how long.

use crate::channel::ChannelId;

/// What was watched: conversions from one second to another, both included.
///
/// ```
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "search"))?;
/// log.push(Event::conversion("bob", 1_767_312_000))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// assert_eq!(journeys.observation().end(), 1_767_312_000);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    pub(crate) from: u32,
    pub(crate) end: u32,
    /// The second from which on nothing is read, where one was stated: the log may end earlier.
    pub(crate) to: Option<u32>,
    pub(crate) excluded: Vec<ChannelId>,
}

impl Observation {
    /// The first second whose conversions are reported, since 1970-01-01T00:00:00Z.
    pub fn from(&self) -> u32 {
        self.from
    }

    /// The last second watched, since 1970-01-01T00:00:00Z.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// The channels left out of journeys, which get no credit.
    pub fn excluded(&self) -> &[ChannelId] {
        &self.excluded
    }
}
