//! Groups of visits, remembered.

use crate::channel::grouping::engine::Grouping;
use crate::channel::grouping::raw::Raw;
use crate::channel::grouping::traffic::{Group, Traffic};
use crate::channel::ids::ChannelId;
use crate::error::Result;
use crate::util::interner::Interner;

/// The most groups remembered; then all are forgotten.
const MOST_GROUPS: usize = 1 << 16;

/// The most bytes of visits remembered.
const MOST_BYTES: usize = 1 << 25;

/// A [`Grouping`] that remembers groups, from [`Grouping::cached`]. Its size is bounded.
///
/// ```
/// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
///
/// let grouping = Grouping::new(&ChannelRules::default())?;
/// let mut cached = grouping.cached();
/// let visit = Traffic { source: "google", medium: "organic", ..Traffic::default() };
/// assert_eq!(cached.group(&visit)?.channel(), Some("Organic Search"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CachedGrouping<'a> {
    grouping: &'a Grouping,
    keys: Interner,
    groups: Vec<Remembered>,
    key: String,
    bytes: usize,
}

/// A group, and where a log keeps its texts.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) group: Group,
    pub(crate) codes: Option<GroupCodes>,
}

/// The numbers that a log gave to the texts of a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GroupCodes {
    pub(crate) channel: ChannelId,
    /// Of source and medium together, and of the campaign.
    pub(crate) levels: [u32; 2],
}

impl Grouping {
    /// The same, remembering the groups of visits that are alike in all that matters. One for each
    /// thread.
    ///
    /// ```
    /// use mixtouch::channel::{ChannelRules, Grouping, Traffic};
    ///
    /// let grouping = Grouping::new(&ChannelRules::default())?;
    /// let mut cached = grouping.cached();
    /// for url in ["https://shop.example/?gclid=a1", "https://shop.example/?gclid=b2"] {
    ///     let visit = Traffic { url, ..Traffic::default() };
    ///     assert_eq!(cached.group(&visit)?, &grouping.group(&visit)?);
    /// }
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    pub fn cached(&self) -> CachedGrouping<'_> {
        CachedGrouping::new(self)
    }
}

impl<'a> CachedGrouping<'a> {
    fn new(grouping: &'a Grouping) -> Self {
        Self {
            grouping,
            keys: Interner::default(),
            groups: Vec::new(),
            key: String::new(),
            bytes: 0,
        }
    }

    /// The group of a visit, as [`Grouping::group`] finds it.
    ///
    /// # Errors
    /// If no rule matches and `unassigned = "error"`.
    pub fn group(&mut self, traffic: &Traffic<'_>) -> Result<&Group> {
        self.remembered(traffic).map(|found| &found.group)
    }

    /// The same, with the numbers that a log gave to its texts, once it gave them.
    ///
    /// # Errors
    /// If [`CachedGrouping::group`] fails.
    pub(crate) fn remembered(&mut self, traffic: &Traffic<'_>) -> Result<&mut Remembered> {
        let raw = Raw::new(traffic, &self.grouping.needs);
        raw.write_key(&mut self.key);
        if let Some(at) = self.keys.find(&self.key) {
            return Ok(&mut self.groups[at as usize]);
        }
        let group = self.grouping.group_raw(&raw)?;
        if self.groups.len() >= MOST_GROUPS || self.bytes > MOST_BYTES {
            (self.keys, self.bytes) = (Interner::default(), 0);
            self.groups.clear();
        }
        let at = self.keys.intern(&self.key)? as usize;
        self.bytes += self.key.len();
        self.groups.push(Remembered { group, codes: None });
        Ok(&mut self.groups[at])
    }
}
