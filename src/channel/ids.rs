//! Numbers of channels and the table of their names.

use crate::error::{ANY_TEXT, Error, Result};
use crate::util::interner::Interner;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The number of a channel in its [`Channels`] table: its rank by name, so that the order of rows
/// cannot change it.
///
/// ```
/// use mixtouch::{ChannelId, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(1.0, 0.0, 0.0)?)?;
/// let journeys = paths.journeys()?;
/// let social = journeys.channels().id("social").unwrap();
/// assert_eq!(social, ChannelId::new(1).unwrap(), "search has number 0");
/// assert_eq!(journeys.channels().name(social), "social");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelId(pub(crate) u16);

impl ChannelId {
    /// The most channels there can be: 65,535. The last number stands for "none".
    pub const LIMIT: usize = u16::MAX as usize;
    pub(crate) const NONE: Self = Self(u16::MAX);

    /// The channel numbered `index`, if it can exist.
    pub fn new(index: usize) -> Option<Self> {
        (index < Self::LIMIT).then_some(Self(index as u16))
    }

    /// The number, from 0.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Channel names numbered in order of first appearance, while a log or a path table is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChannelNames(Interner);

impl ChannelNames {
    /// The channel of that name; a new name gets the next number.
    ///
    /// A name beyond the limit gets no number, so that the table stays usable without that row.
    pub(crate) fn id(&mut self, name: &str) -> Result<ChannelId> {
        if self.len() >= ChannelId::LIMIT && self.0.find(name).is_none() {
            return Err(Error::TooManyChannels {
                limit: ChannelId::LIMIT,
                channel: name.to_owned(),
            });
        }
        Ok(ChannelId(self.0.intern(name)? as u16))
    }

    /// Numbers every one of these channels.
    pub(crate) fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
        for name in names {
            let name = name.trim();
            if name.is_empty() {
                return Err(Error::setting("a channel's name", "empty", ANY_TEXT));
            }
            self.id(name)?;
        }
        Ok(())
    }

    /// The name of a channel of this table; `None` for [`ChannelId::NONE`].
    pub(crate) fn name(&self, id: ChannelId) -> Option<&str> {
        (id != ChannelId::NONE).then(|| self.0.get(id.0.into()))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The names by number.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.0.iter()
    }
}

/// The names of all channels, sorted; cloning is cheap.
///
/// ```
/// let channels = mixtouch::Channels::new(["search", "e-mail", "tv"])?;
/// assert_eq!(channels.iter().collect::<Vec<_>>(), ["e-mail", "search", "tv"]);
/// assert_eq!(channels.id("search").map(|id| id.index()), Some(1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Channels(Arc<[Box<str>]>);

impl Channels {
    /// A table of these names, in any order, repeats allowed.
    ///
    /// # Errors
    /// If a name is empty, or there are more than [`ChannelId::LIMIT`] names.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut names: Vec<Box<str>> = names
            .into_iter()
            .map(|name| name.into().into_boxed_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        if names.first().is_some_and(|name| name.is_empty()) {
            return Err(Error::setting("a channel's name", "empty", ANY_TEXT));
        }
        if let Some(extra) = names.get(ChannelId::LIMIT) {
            return Err(Error::TooManyChannels {
                limit: ChannelId::LIMIT,
                channel: extra.to_string(),
            });
        }
        Ok(Self(names.into()))
    }

    /// How many channels there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of a channel of this table.
    ///
    /// # Panics
    /// When `id` comes from a larger table.
    pub fn name(&self, id: ChannelId) -> &str {
        &self.0[id.index()]
    }

    /// The channel of that name.
    pub fn id(&self, name: &str) -> Option<ChannelId> {
        self.0
            .binary_search_by(|other| (**other).cmp(name))
            .ok()
            .map(|at| ChannelId(at as u16))
    }

    /// The names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }

    /// The channels in order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = ChannelId> + use<> {
        (0..self.len()).map(|at| ChannelId(at as u16))
    }

    /// The channels of both tables: those of shards whose channels differ are merged by name.
    ///
    /// ```
    /// use mixtouch::Channels;
    ///
    /// let (monday, tuesday) = (Channels::new(["search", "tv"])?, Channels::new(["search", "tiktok"])?);
    /// let both = monday.union(&tuesday)?;
    /// assert_eq!(both.iter().collect::<Vec<_>>(), ["search", "tiktok", "tv"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more than [`ChannelId::LIMIT`] names.
    pub fn union(&self, other: &Self) -> Result<Self> {
        if self.same_as(other).is_ok() {
            return Ok(self.clone());
        }
        Self::new(self.iter().chain(other.iter()))
    }

    /// The number of each of these channels, in order, in another table; `None` for those it lacks.
    ///
    /// ```
    /// use mixtouch::Channels;
    ///
    /// let (fitted, today) = (Channels::new(["search", "tv"])?, Channels::new(["radio", "search"])?);
    /// let numbers: Vec<_> = today.ids_in(&fitted).into_iter().map(|id| id.map(|id| id.index())).collect();
    /// assert_eq!(numbers, [None, Some(0)]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn ids_in(&self, other: &Self) -> Vec<Option<ChannelId>> {
        self.iter().map(|name| other.id(name)).collect()
    }

    /// A column with one entry for each of these channels as one of another table, `filler` for
    /// channels that are not among these. A table that lacks a channel loses its entry: take a
    /// [`Channels::union`].
    ///
    /// ```
    /// use mixtouch::Channels;
    ///
    /// let part = Channels::new(["search", "tv"])?;
    /// let whole = part.union(&Channels::new(["tiktok"])?)?;
    /// assert_eq!(part.column_in(&whole, &[3.0, 5.0], 0.0), [3.0, 0.0, 5.0]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn column_in<T: Clone>(&self, other: &Self, column: &[T], filler: T) -> Vec<T> {
        let mut moved = vec![filler; other.len()];
        for (id, value) in self.ids_in(other).into_iter().zip(column) {
            if let Some(id) = id {
                moved[id.index()] = value.clone();
            }
        }
        moved
    }

    /// Fails unless `other` holds the same names.
    pub fn same_as(&self, other: &Self) -> Result<()> {
        if Arc::ptr_eq(&self.0, &other.0) || self == other {
            return Ok(());
        }
        Err(Error::ChannelMismatch {
            left: self.abridged(),
            right: other.abridged(),
        })
    }

    /// Fails unless every one of these names is in the table: a model that was fitted on the table's
    /// channels has learned nothing of others.
    ///
    /// ```
    /// use mixtouch::Channels;
    ///
    /// let fitted = Channels::new(["search", "tv"])?;
    /// assert!(fitted.check_contains(&Channels::new(["tv"])?).is_ok());
    /// let error = fitted.check_contains(&Channels::new(["tiktok", "tv"])?).unwrap_err();
    /// assert!(error.to_string().contains("tiktok"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If a name is not in the table.
    pub fn check_contains(&self, names: &Self) -> Result<()> {
        match names.iter().find(|name| self.id(name).is_none()) {
            None => Ok(()),
            Some(name) => Err(Error::setting(
                "a channel to be scored",
                format!("{name:?}"),
                format!("one that the model was fitted on, {}", self.abridged()),
            )),
        }
    }

    /// The error of a setting that names a channel which is not in the table.
    pub(crate) fn undeclared(
        &self,
        role: impl Into<std::borrow::Cow<'static, str>>,
        name: impl Into<String>,
    ) -> Error {
        Error::UndeclaredChannel {
            role: role.into(),
            channel: name.into(),
            known: self.iter().map(str::to_owned).collect(),
        }
    }

    /// Fails unless a column read from a file has one entry for each channel.
    pub(crate) fn check_column(&self, what: &'static str, len: usize) -> Result<()> {
        if len == self.len() {
            Ok(())
        } else {
            Err(Error::setting(
                what,
                format!("{len} long"),
                format!("one entry a channel, {}", self.len()),
            ))
        }
    }

    /// Fails unless numbers read from a file are those of channels.
    pub(crate) fn check_ids(&self, what: &'static str, ids: &[ChannelId]) -> Result<()> {
        match ids.iter().find(|id| id.index() >= self.len()) {
            None => Ok(()),
            Some(stray) => Err(Error::setting(
                what,
                stray.index(),
                format!("below the number of channels, {}", self.len()),
            )),
        }
    }

    fn abridged(&self) -> String {
        let shown: Vec<&str> = self.iter().take(8).collect();
        let rest = self.len() - shown.len();
        if rest == 0 {
            shown.join(", ")
        } else {
            format!("{} and {rest} more", shown.join(", "))
        }
    }
}

impl TryFrom<Vec<String>> for Channels {
    type Error = Error;

    fn try_from(names: Vec<String>) -> Result<Self> {
        let table = Self::new(names.iter().cloned())?;
        if !table.iter().eq(names.iter().map(String::as_str)) {
            return Err(Error::setting(
                "a table of channel names",
                "out of order",
                "sorted names without repeats",
            ));
        }
        Ok(table)
    }
}

impl From<Channels> for Vec<String> {
    fn from(channels: Channels) -> Self {
        channels.iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_contain_each_other_stay_apart() {
        let channels = Channels::new(["eta", "beta", "theta", "zeta"]).unwrap();
        assert_eq!(channels.name(channels.id("eta").unwrap()), "eta");
        assert_eq!(channels.id("et"), None);
    }

    #[test]
    fn too_many_names_are_refused() {
        let names = (0..=ChannelId::LIMIT).map(|n| format!("c{n:06}"));
        let error = Channels::new(names).unwrap_err();
        assert_eq!(
            error.to_string(),
            "more than 65535 channels, first one too many: \"c065535\""
        );
    }

    #[test]
    fn a_file_out_of_order_is_refused() {
        assert!(serde_json::from_str::<Channels>(r#"["b","a"]"#).is_err());
        assert!(serde_json::from_str::<Channels>(r#"["a","a"]"#).is_err());
        assert_eq!(
            serde_json::from_str::<Channels>(r#"["a","b"]"#)
                .unwrap()
                .len(),
            2
        );
    }
}
