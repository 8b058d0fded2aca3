//! Numbers and times as files write them, in the units and forms that a mapping states.

pub(super) mod number;
pub(super) mod time;

use std::borrow::Cow;

/// What was read, or what was expected in its place.
pub(super) type Read<T> = std::result::Result<T, Cow<'static, str>>;
