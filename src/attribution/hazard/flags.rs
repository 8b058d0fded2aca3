//! Channels named by a setting.

use crate::channel::Channels;
use crate::error::Result;

/// By channel, whether it is named.
pub(super) fn flags(
    channels: &Channels,
    role: &'static str,
    names: &[String],
) -> Result<Vec<bool>> {
    let mut flags = vec![false; channels.len()];
    for name in names {
        let unknown = || channels.undeclared(role, name);
        flags[channels.id(name).ok_or_else(unknown)?.index()] = true;
    }
    Ok(flags)
}
