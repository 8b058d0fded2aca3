//! Rows that cannot be read: refused, or skipped up to a limit.

use crate::error::{Error, Result};
use crate::io::mapping::names::Names;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What becomes of rows that cannot be read.
///
/// ```
/// use mixtouch::io::BadRows;
///
/// let tolerant: BadRows = serde_json::from_str(r#"{"skip": 100}"#)?;
/// assert_eq!(tolerant, BadRows::Skip(100));
/// assert_eq!(BadRows::default(), BadRows::Refuse);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadRows {
    /// The first one is the error.
    #[default]
    Refuse,
    /// They are counted and left out, up to this number.
    Skip(u64),
    /// They are counted and left out, up to this share of all rows, from 0 to 1.
    SkipShare(f64),
}

impl BadRows {
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::SkipShare(share) if !(0.0..=1.0).contains(&share) => {
                Err(Error::setting("bad_rows.skip_share", share, "0 to 1"))
            }
            _ => Ok(()),
        }
    }
}

/// Rows that were skipped, as they could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SkippedRows {
    /// How many.
    pub rows: u64,
    /// How many by column and what was expected of it.
    pub reasons: BTreeMap<String, u64>,
    /// What was wrong with the first ten, without what looks like an e-mail address or a telephone
    /// number.
    pub first: Vec<String>,
}

/// The errors kept as examples.
const EXAMPLES: usize = 10;

/// The reasons kept apart; further ones count as one.
const REASONS: usize = 100;

/// Rows that were skipped, while rows are read.
#[derive(Debug, Default)]
pub(super) struct Skips {
    pub(super) rows: u64,
    reasons: Names,
    first: Vec<String>,
}

impl Skips {
    /// Counts a row.
    pub(super) fn add(&mut self, error: Error) {
        self.rows += 1;
        self.reasons.add(&reason(&error));
        if self.first.len() < EXAMPLES {
            self.first.push(error.without_addresses().to_string());
        }
    }

    /// Adds those of later rows.
    pub(super) fn append(&mut self, later: Self) {
        self.rows += later.rows;
        self.reasons.append(later.reasons, REASONS);
        let room = EXAMPLES.saturating_sub(self.first.len());
        self.first.extend(later.first.into_iter().take(room));
    }

    /// An error if there are already more than allowed.
    pub(super) fn check_so_far(&self, allowed: BadRows, rows: u64) -> Result<()> {
        match allowed {
            BadRows::Skip(_) => self.check(allowed, rows),
            _ => Ok(()),
        }
    }

    /// An error if there are more than allowed of this many rows.
    pub(super) fn check(&self, allowed: BadRows, rows: u64) -> Result<()> {
        let most = match allowed {
            BadRows::Refuse => 0,
            BadRows::Skip(most) => most,
            BadRows::SkipShare(share) => (share * rows as f64) as u64,
        };
        if self.rows <= most {
            return Ok(());
        }
        let first = self.first.first().map_or("", String::as_str);
        let value = format!("{} of {rows}, the first: {first}", self.rows);
        Err(Error::setting(
            "the number of rows that cannot be read",
            value,
            format!("at most {most}"),
        ))
    }
}

impl From<Skips> for SkippedRows {
    fn from(skips: Skips) -> Self {
        Self {
            rows: skips.rows,
            reasons: skips.reasons.into_counts(),
            first: skips.first,
        }
    }
}

/// Why a row cannot be read, without its number and value.
fn reason(error: &Error) -> String {
    match error {
        Error::Field {
            column, expected, ..
        } => format!("{column}: expected {expected}"),
        Error::Malformed { reason, .. } => {
            let place = reason.find(" at line 1 column ").unwrap_or(reason.len());
            reason[..place].to_owned()
        }
        other => other.to_string(),
    }
}
