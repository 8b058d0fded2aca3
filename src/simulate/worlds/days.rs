//! The days of every world.

/// Seconds of a day.
pub(super) const DAY: f64 = crate::time::limits::DAY as f64;
/// 2026-01-01T00:00:00Z.
pub(super) const START: i64 = 1_767_225_600;
/// Days watched.
pub(super) const DAYS: f64 = 90.0;
