//! Models and specifications of any type, made alike.

use crate::attribution::evidence::Gathering;
use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::replicate::Replicate;
use crate::error::{Error, Result};
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey};
use crate::progress::Progress;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::sync::Arc;

/// A model or specification under the name it has in the table.
#[derive(Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) entry: Arc<dyn Entry>,
    /// Whether it is left out where the journeys do not support it.
    pub(crate) optional: bool,
}

/// A model whose type can be asked for, so that a fit can start from an earlier one.
pub(crate) trait Model: AttributionModel + Any {}

impl<M: AttributionModel + Any> Model for M {}

pub(crate) type Fitted = Arc<dyn Model>;

/// What a fit starts with besides its evidence.
#[derive(Clone, Copy)]
pub(crate) enum Start<'a> {
    Fresh,
    /// The evidence is of a segment; the model of all journeys.
    Segment(&'a dyn Model),
    /// The evidence is of a replicate; the model of the evidence itself.
    Replicate(&'a dyn Model, &'a Replicate),
}

/// What a comparison needs of each of its models: the object-safe twin of [`Fit`].
pub(crate) trait Entry: Send + Sync {
    fn needs(&self) -> Needs;
    fn needs_evidence(&self) -> bool;
    fn evidence(&self, journeys: &Journeys) -> Box<dyn Evidence>;
    /// Evidence as [`Evidence::to_json`] wrote it.
    fn read_evidence(&self, text: &str) -> Result<Box<dyn Evidence>>;
    fn solve(
        &self,
        evidence: Box<dyn Evidence>,
        start: Start<'_>,
        progress: &dyn Progress,
    ) -> Result<Fitted>;
}

pub(crate) struct Ready(pub(crate) Fitted);

impl Entry for Ready {
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn needs_evidence(&self) -> bool {
        false
    }

    fn evidence(&self, _: &Journeys) -> Box<dyn Evidence> {
        Box::new(Nothing)
    }

    fn read_evidence(&self, _: &str) -> Result<Box<dyn Evidence>> {
        Ok(Box::new(Nothing))
    }

    fn solve(&self, _: Box<dyn Evidence>, _: Start<'_>, _: &dyn Progress) -> Result<Fitted> {
        Ok(self.0.clone())
    }
}

pub(crate) struct ToFit<F>(pub(crate) F);

impl<F> Entry for ToFit<F>
where
    F: Fit + Send + Sync,
    F::Evidence: 'static,
    F::Model: 'static,
{
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn needs_evidence(&self) -> bool {
        self.0.needs().journeys
    }

    fn evidence(&self, journeys: &Journeys) -> Box<dyn Evidence> {
        Box::new(Gathering::new(
            self.0.evidence_for(journeys),
            self.0.needs(),
        ))
    }

    fn read_evidence(&self, text: &str) -> Result<Box<dyn Evidence>> {
        let evidence: F::Evidence = read_json("stored evidence", text)?;
        Ok(Box::new(Gathering::new(evidence, self.0.needs())))
    }

    fn solve(
        &self,
        evidence: Box<dyn Evidence>,
        start: Start<'_>,
        progress: &dyn Progress,
    ) -> Result<Fitted> {
        let evidence: Box<dyn Any> = evidence;
        let Gathering { evidence, .. } = *evidence
            .downcast::<Gathering<F::Evidence>>()
            .expect("the evidence this entry started");
        // not the model of a part without exposure
        fn own<M: 'static>(model: &dyn Model) -> Option<&M> {
            (model as &dyn Any).downcast_ref()
        }
        let (model, replicate) = match start {
            Start::Fresh => (None, None),
            Start::Segment(whole) => (own(whole), None),
            Start::Replicate(earlier, replicate) => (own(earlier), Some(replicate)),
        };
        let model = match (model, replicate) {
            (Some(earlier), Some(replicate)) => {
                self.0.solve_replicate(evidence, earlier, replicate)
            }
            (Some(whole), None) => self.0.solve_segment(evidence, whole, progress),
            (None, _) => self.0.solve_with_progress(evidence, None, progress),
        }?;
        Ok(Arc::new(model))
    }
}

/// The object-safe twin of [`Accumulator`].
pub(crate) trait Evidence: Any + Send {
    fn observe_block(&mut self, block: Block<'_>);
    fn merge(&mut self, later: Box<dyn Evidence>) -> Result<()>;
    fn to_json(&self) -> Result<String>;
}

impl<E: Accumulator + Serialize + Any> Evidence for Gathering<E> {
    fn observe_block(&mut self, block: Block<'_>) {
        Accumulator::observe_block(self, block);
    }

    fn merge(&mut self, later: Box<dyn Evidence>) -> Result<()> {
        let later: Box<dyn Any> = later;
        let later = later.downcast::<Self>();
        Accumulator::merge(self, *later.expect("the evidence of the same entry"))
    }

    fn to_json(&self) -> Result<String> {
        write_json("evidence", &self.evidence)
    }
}

impl Evidence for Nothing {
    fn observe_block(&mut self, _: Block<'_>) {}

    fn merge(&mut self, _: Box<dyn Evidence>) -> Result<()> {
        Ok(())
    }

    fn to_json(&self) -> Result<String> {
        Ok("null".to_owned())
    }
}

/// # Errors
/// If the text is not that of such a thing.
pub(super) fn read_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Damaged {
        what: what.into(),
        reason: error.to_string(),
    })
}

/// # Errors
/// If it has no form in JSON, as a map with keys that are no texts.
pub(super) fn write_json<T: Serialize>(what: &'static str, of: &T) -> Result<String> {
    serde_json::to_string(of).map_err(|error| Error::Damaged {
        what: what.into(),
        reason: error.to_string(),
    })
}

/// The evidence of a model that needs none.
pub(crate) struct Nothing;

impl Accumulator for Box<dyn Evidence> {
    fn observe(&mut self, _: Journey<'_>) {
        unreachable!("boxed evidence takes in whole blocks");
    }

    fn observe_block(&mut self, block: Block<'_>) {
        (**self).observe_block(block);
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        (**self).merge(later)
    }
}
