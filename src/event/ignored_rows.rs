//! Counts of rows that a log ignores.

use crate::event::row::Kind;
use serde::{Deserialize, Serialize};

/// The numbers of rows that were ignored, by kind. Attribution uses touches and conversions only.
///
/// ```
/// use mixtouch::{Event, Events, Kind};
///
/// let mut log = Events::new();
/// log.push(Event::of_kind(Kind::Survey, "ann", 1_767_225_600).with_goal("nps"))?;
/// assert_eq!((log.len(), log.ignored_rows().surveys), (0, 1));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IgnoredRows {
    /// Returned goods.
    pub returns: u64,
    /// Cart events.
    pub carts: u64,
    /// Survey answers.
    pub surveys: u64,
    /// Service cases, openings and closings.
    pub cases: u64,
    /// Moments at which an ad could be shown.
    #[serde(default, skip_serializing_if = "is_none")]
    pub opportunities: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands on a reference"
)]
fn is_none(rows: &u64) -> bool {
    *rows == 0
}

impl IgnoredRows {
    /// The sum over all kinds.
    pub fn total(&self) -> u64 {
        self.returns + self.carts + self.surveys + self.cases + self.opportunities
    }

    pub(super) fn count(&mut self, kind: Kind) {
        match kind {
            Kind::Return => self.returns += 1,
            Kind::Cart => self.carts += 1,
            Kind::Survey => self.surveys += 1,
            Kind::CaseOpen | Kind::CaseClose => self.cases += 1,
            Kind::Opportunity => self.opportunities += 1,
            Kind::Touch | Kind::Conversion => {}
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.returns += other.returns;
        self.carts += other.carts;
        self.surveys += other.surveys;
        self.cases += other.cases;
        self.opportunities += other.opportunities;
    }
}
