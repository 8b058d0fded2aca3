//! Which channels are offline.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::channel::Channels;
use crate::error::{Error, Result};

/// The channels and places of sale that are offline; all others are online.
///
/// ```
/// use mixtouch::kpi::OfflineChannels;
///
/// let offline = OfflineChannels::new(["store", "call centre"]);
/// assert!(offline.contains("store") && !offline.contains("search"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfflineChannels(BTreeSet<String>);

impl OfflineChannels {
    /// The offline channels by name.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Whether a channel or place of sale is offline.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// By number, whether each channel is offline.
    pub(crate) fn flags(&self, names: Option<&Channels>) -> Vec<bool> {
        names.map_or_else(Vec::new, |names| {
            names.iter().map(|name| self.contains(name)).collect()
        })
    }

    /// Fails if a name is in none of the tables.
    pub(crate) fn check(&self, known: &[Option<&Channels>]) -> Result<()> {
        let tables = || known.iter().copied().flatten();
        let is_known = |name: &&String| tables().any(|table| table.id(name).is_some());
        let Some(stray) = self.0.iter().find(|name| !is_known(name)) else {
            return Ok(());
        };
        let names: BTreeSet<&str> = tables().flat_map(Channels::iter).collect();
        Err(Error::UnknownChannel {
            role: "the list of offline channels".into(),
            channel: stray.clone(),
            known: names.into_iter().map(str::to_owned).collect(),
        })
    }
}
