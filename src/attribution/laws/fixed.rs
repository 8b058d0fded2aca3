//! Models that need no fitting, as specifications.

use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::rules::names::NamesOnly;
use crate::channel::Channels;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// A model that needs no fitting, as a specification whose fit is the model itself.
///
/// A rule that looks channels up by name is no such model, as journeys hold numbers: it goes in as a
/// [`Fit`] with the evidence [`NamesOnly`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fixed<M>(pub M);

impl<M: AttributionModel + Clone> Fit for Fixed<M> {
    type Evidence = NamesOnly;
    type Model = M;

    fn evidence(&self, channels: &Channels) -> NamesOnly {
        NamesOnly::new(channels)
    }

    fn needs(&self) -> Needs {
        Needs {
            journeys: false,
            ..self.0.needs()
        }
    }

    fn solve(&self, _: NamesOnly) -> Result<M> {
        Ok(self.0.clone())
    }
}
