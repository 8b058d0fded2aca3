//! Models that need no fitting, as specifications.

use crate::attribution::model::{AttributionModel, Fit, Needs};
use crate::attribution::rules::names::Names;
use crate::channel::Channels;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// A model that needs no fitting, as a specification whose fit is the model itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fixed<M>(pub M);

impl<M: AttributionModel + Clone> Fit for Fixed<M> {
    type Evidence = Names;
    type Model = M;

    fn evidence(&self, channels: &Channels) -> Names {
        Names::new(channels)
    }

    fn needs(&self) -> Needs {
        Needs {
            journeys: false,
            ..self.0.needs()
        }
    }

    fn solve(&self, _: Names) -> Result<M> {
        Ok(self.0.clone())
    }
}
