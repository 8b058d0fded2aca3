//! Channels: small numbers for the places of touches, the table of their names, and the rules that
//! find a visit's channel from its tags, referrer and click ids.

#[cfg(feature = "mapping")]
mod grouping;
mod ids;

#[cfg(feature = "mapping")]
pub use self::grouping::{
    CachedGrouping, ChannelRule, ChannelRules, ClickIdPriority, Condition, Group, Grouping,
    Preparation, Traffic, Unassigned,
};
#[cfg(feature = "mapping")]
pub(crate) use self::grouping::{GroupCodes, Pattern};
pub(crate) use self::ids::ChannelNames;
pub use self::ids::{ChannelId, Channels};
