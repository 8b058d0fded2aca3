//! The models that a comparison fitted.

use crate::attribution::comparison::entry::Fitted;
use crate::attribution::comparison::fitting::Entrant;
use crate::attribution::comparison::timed::Timed;
use crate::attribution::model::AttributionModel;
use std::any::Any;
use std::fmt;

/// The models of a comparison as they were fitted on all journeys, in the order they were added, with
/// those given ready. A model is asked for by its type, so that it can be stored
/// ([`Comparison::run_with_models`](crate::Comparison::run_with_models)).
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazardModel;
/// use mixtouch::attribution::markov::{Markov, MarkovModel};
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(20.0, 50.0, 0.0)?)?;
/// let comparison = Comparison::new().fit("markov", Markov::order(1)?);
/// let (_, models) = comparison.run_with_models(&paths.journeys()?)?;
/// assert_eq!(models.names().collect::<Vec<_>>(), ["markov"]);
/// assert!(models.get::<MarkovModel>("markov").is_some());
/// assert!(models.get::<AdditiveHazardModel>("markov").is_none());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Clone)]
pub struct FittedModels(Vec<(String, Fitted)>);

impl fmt::Debug for FittedModels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl FittedModels {
    pub(super) fn new(entrants: &[Entrant<'_>], fitted: &[Timed<Fitted>]) -> Self {
        let models = entrants.iter().zip(fitted);
        let named = |(entrant, model): (&Entrant<'_>, &Timed<Fitted>)| {
            (entrant.named.name.clone(), model.item.clone())
        };
        Self(models.map(named).collect())
    }

    /// The names given to the models.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The model of that name, if it is of the type `M`.
    pub fn get<M: AttributionModel + 'static>(&self, name: &str) -> Option<&M> {
        let model: &dyn Any = &**self.fitted(name)?;
        model.downcast_ref()
    }

    /// The model of that name, whatever its type.
    pub fn model(&self, name: &str) -> Option<&dyn AttributionModel> {
        let model: &dyn AttributionModel = &**self.fitted(name)?;
        Some(model)
    }

    fn fitted(&self, name: &str) -> Option<&Fitted> {
        let mut models = self.0.iter();
        models.find(|(own, _)| own == name).map(|(_, model)| model)
    }
}
