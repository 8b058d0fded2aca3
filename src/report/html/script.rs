//! The few lines of script of a page, which reads as well without.

/// Sorts a table by a column whose heading is pressed; copies tables as CSV.
pub(crate) const SCRIPT: &str = include_str!("page.js");
