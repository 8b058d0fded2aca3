//! Days, time zones, ranges of time and calendar periods.
//!
//! A [`Day`] is a calendar date; a [`TimeZone`] says at which second it begins. A [`TimeRange`] is
//! a stretch of time, and [`Periods`] are ranges that follow each other, such as the months of a
//! year.
//!
//! ```
//! use mixtouch::TimeZone;
//! use mixtouch::time::{Periods, TimeRange};
//!
//! let utc = TimeZone::utc();
//! let year = TimeRange::days(Some("2026-01-01".parse()?), Some("2026-12-31".parse()?), &utc)?;
//! let quarters = Periods::months("2026-01-01".parse()?, 4, 3, &utc)?;
//! assert_eq!(quarters.range(), year);
//! # Ok::<(), mixtouch::Error>(())
//! ```

mod day;
pub(crate) mod limits;
pub(crate) mod moment;
mod periods;
pub(crate) mod range;
pub(crate) mod rfc3339;
mod zone;

pub use self::day::Day;
pub use self::periods::Periods;
pub use self::range::TimeRange;
pub use self::zone::TimeZone;
