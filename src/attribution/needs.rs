//! What models and their evidence read.

use crate::error::{Error, Result};
use crate::journeys::arena::Journeys;

/// What a model or its evidence reads besides the sequence of channels.
///
/// ```
/// use mixtouch::attribution::Needs;
///
/// let needs = Needs { times: true, ..Needs::default() };
/// assert!(!needs.timeline && needs.journeys);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The second of each touch. False by default.
    pub times: bool,
    /// All touches of the person up to the close, not only those in the journey's window. A model
    /// that asks for them weighs and credits those. False by default.
    pub timeline: bool,
    /// Any journey at all. True by default; false for a specification that only looks channel
    /// names up, whose evidence is then complete before the first journey. Of a model it is
    /// ignored.
    pub journeys: bool,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            times: false,
            timeline: false,
            journeys: true,
        }
    }
}

impl Needs {
    /// Of models that read whole timelines.
    pub const TIMELINE: Self = Self {
        times: true,
        timeline: true,
        journeys: true,
    };
    /// Of specifications that look names up only.
    pub const NAMES: Self = Self {
        times: false,
        timeline: false,
        journeys: false,
    };

    /// Fails unless the journeys have what is needed; `name` is the model's.
    pub(super) fn check(self, journeys: &Journeys, name: &str) -> Result<()> {
        if (self.times || self.timeline) && !journeys.has_times() {
            return Err(Error::MissingInput {
                model: name.to_owned().into(),
                needs: "the times of touches".into(),
            });
        }
        Ok(())
    }
}
