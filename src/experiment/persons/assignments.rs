//! Who was assigned to which arm, and when.

use crate::error::{Error, Result};
use crate::event::{Event, Events, Kind, PersonKey};

/// The log of a test's assignments: a row each time a person was assigned to an arm, or would have
/// been shown the ad.
///
/// A person counts from the first row on. Which rows there are decides what is compared:
///
/// | rows | compared are |
/// |---|---|
/// | everybody, at the assignment | all persons meant to be treated (intent to treat) |
/// | those who saw the ad, and those of the control who would have seen it | persons reached (ghost ads: Johnson, Lewis and Nubbemeyer 2017), with less noise |
///
/// ```
/// use mixtouch::experiment::Assignments;
///
/// let mut assignments = Assignments::new();
/// assignments.assign("ann", 1_767_225_600, "shown")?;
/// assignments.assign("bob", 1_767_225_700, "withheld")?;
/// assert_eq!(assignments.len(), 2);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Assignments(Events);

impl Assignments {
    /// No assignments.
    pub fn new() -> Self {
        Self::default()
    }

    /// Assigns a person to an arm at a time in Unix seconds.
    ///
    /// # Errors
    /// If the arm has no name, or as for [`Events::push`].
    pub fn assign<'a>(
        &mut self,
        person: impl Into<PersonKey<'a>>,
        time: i64,
        arm: &'a str,
    ) -> Result<()> {
        if arm.is_empty() {
            return Err(Error::setting("arm of a test", "\"\"", "a name"));
        }
        self.0.push(Event::touch(person, time, arm))
    }

    /// The touches of a log, whose channels are the arms: an export read with a mapping, or the
    /// impressions of a campaign.
    pub fn from_events(events: Events) -> Self {
        Self(events)
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows().next().is_none()
    }

    /// Person, time and arm of each row.
    pub(super) fn rows(&self) -> impl Iterator<Item = (PersonKey<'_>, i64, &str)> {
        self.0
            .iter()
            .filter(|event| event.kind() == Kind::Touch)
            .filter_map(|event| Some((event.person(), event.time(), event.channel()?)))
    }
}
