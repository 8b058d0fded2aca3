//! A visit's channel from what the log says of it: tags (`utm_source` and the like), the referrer,
//! the landing page and click ids.
//!
//! Settings are [`ChannelRules`], compiled once into a [`Grouping`]. A visit is [`Traffic`], what
//! the rules made of it a [`Group`]. Tools' own rules are data: `rules/*.toml`, read as a user's
//! rules are. Lists of engines, networks and shops are `lists/*.txt`.

mod address;
mod cache;
mod clicks;
mod condition;
mod engine;
mod field;
mod lists;
mod pattern;
mod preparation;
mod raw;
mod rules;
mod sets;
mod shipped;
mod traffic;
mod visit;

pub use self::cache::CachedGrouping;
pub(crate) use self::cache::GroupCodes;
pub use self::condition::{ChannelRule, Condition};
pub use self::engine::Grouping;
pub(crate) use self::pattern::Pattern;
pub use self::preparation::{ClickIdPriority, Preparation};
pub use self::rules::{ChannelRules, Unassigned};
pub use self::traffic::{Group, Traffic};
