//! Which model a stored one is.

use crate::attribution::comparison::model_name::ModelName;
use crate::attribution::type_name::short_name;
use crate::error::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::marker::PhantomData;

/// The name of a model's type, which a stored model states ahead of the model, so that one of another
/// kind is refused by name rather than for a field it lacks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ModelKind<M>(PhantomData<fn() -> M>);

impl<M> ModelKind<M> {
    /// Also of models stored by versions that did not say.
    pub(super) fn unsaid() -> Self {
        Self(PhantomData)
    }
}

impl<M> Serialize for ModelKind<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind(short_name::<M>()))
    }
}

impl<'de, M> Deserialize<'de> for ModelKind<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (found, own) = (String::deserialize(deserializer)?, kind(short_name::<M>()));
        if found == own {
            return Ok(Self::unsaid());
        }
        let error = Error::setting("the stored model", found, own);
        Err(serde::de::Error::custom(error))
    }
}

/// The model's name in settings, or that of its type.
fn kind(name: &'static str) -> &'static str {
    let known = match name {
        "MarkovModel" => ModelName::Markov,
        "MarkovJourneys" => ModelName::MarkovWithinJourneys,
        "AdditiveHazardModel" => ModelName::TimeToEvent,
        "LogLinearHazardModel" => ModelName::TimeToEventLogLink,
        "SetRateShapleyModel" => ModelName::ShapleySetRate,
        "CounterfactualModel" => ModelName::Counterfactual,
        "LogisticRegressionModel" => ModelName::Logistic,
        "ShaoLiModel" => ModelName::ShaoLi,
        other => return other,
    };
    known.name()
}
