//! Channels named by a setting.

use crate::channel::Channels;
use crate::error::{Error, Result};

/// By channel, whether it is named.
pub(super) fn flags(
    channels: &Channels,
    role: &'static str,
    names: &[String],
) -> Result<Vec<bool>> {
    let mut flags = vec![false; channels.len()];
    for name in names {
        let unknown = || Error::UnknownChannel {
            role: role.into(),
            channel: name.clone(),
            known: channels.iter().map(str::to_owned).collect(),
        };
        flags[channels.id(name).ok_or_else(unknown)?.index()] = true;
    }
    Ok(flags)
}
