//! Channels that differ only in case.

use crate::channel::{ChannelId, ChannelNames};
use crate::error::Result;
use crate::event::append::recode_channel;
use crate::event::log::Events;

impl Events {
    /// Makes channels that differ only in case one, written in small letters: `TV` is `tv`. A cost
    /// table does not follow by itself: [`CostTable::fold_channels`](crate::CostTable::fold_channels).
    ///
    /// ```
    /// use mixtouch::{Event, Events};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "Facebook"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "facebook"))?;
    /// log.fold_channels()?;
    /// assert!(log.iter().all(|event| event.channel() == Some("facebook")));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more than 65,535 channels, which does not happen to a log that could be filled.
    pub fn fold_channels(&mut self) -> Result<()> {
        let small: Vec<String> = self.channels.iter().map(str::to_lowercase).collect();
        if self.channels.iter().eq(small.iter().map(String::as_str)) {
            return Ok(());
        }
        let mut names = ChannelNames::default();
        let ids = small.iter().map(|name| names.id(name));
        let ids = ids.collect::<Result<Vec<ChannelId>>>()?;
        for channel in &mut self.channel {
            *channel = recode_channel(&ids, *channel);
        }
        self.channels = names;
        self.unknown_costs.fold_channels();
        Ok(())
    }
}
