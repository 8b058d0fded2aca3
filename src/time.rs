//! Days, time zones, ranges of time and calendar periods.

mod day;
mod periods;
mod range;
mod zone;

pub use self::day::Day;
pub use self::periods::Periods;
pub use self::range::Window;
pub use self::zone::TimeZone;
