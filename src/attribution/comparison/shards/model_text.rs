//! The library's models as text.

use crate::attribution::comparison::entry::{
    Fitted, Model, Named, Nothing, Start, read_json, write_json,
};
use crate::attribution::comparison::model_name::ModelName;
use crate::attribution::counterfactual::CounterfactualModel;
use crate::attribution::hazard::{AdditiveHazardModel, LogLinearHazardModel};
use crate::attribution::markov::{MarkovJourneys, MarkovModel};
use crate::attribution::model::AttributionModel;
use crate::attribution::regression::{LogisticRegressionModel, ShaoLiModel};
use crate::attribution::rules::{LastNonDirectModel, WShapedModel};
use crate::attribution::shapley::SetRateShapleyModel;
use crate::error::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::sync::Arc;

/// How models of one type are written and read.
struct Form {
    write: fn(&dyn Any) -> Result<Option<String>>,
    read: fn(&str) -> Result<Fitted>,
}

impl Form {
    fn of<M>() -> Self
    where
        M: Serialize + DeserializeOwned + AttributionModel + 'static,
    {
        Self {
            write: |model| {
                let own: Option<&M> = model.downcast_ref();
                own.map(|own| write_json("a model", own)).transpose()
            },
            read: |text| Ok(Arc::new(read_json::<M>("a stored model", text)?)),
        }
    }

    /// None of rules that need no fit: their settings say all.
    fn named(name: ModelName) -> Option<Self> {
        Some(match name {
            ModelName::LastNonDirect => Self::of::<LastNonDirectModel>(),
            ModelName::PositionW => Self::of::<WShapedModel>(),
            ModelName::Markov => Self::of::<MarkovModel>(),
            ModelName::MarkovWithinJourneys => Self::of::<MarkovJourneys>(),
            ModelName::ShapleySetRate => Self::of::<SetRateShapleyModel>(),
            ModelName::Counterfactual => Self::of::<CounterfactualModel>(),
            ModelName::Logistic => Self::of::<LogisticRegressionModel>(),
            ModelName::ShaoLi => Self::of::<ShaoLiModel>(),
            ModelName::TimeToEvent => Self::of::<AdditiveHazardModel>(),
            ModelName::TimeToEventLogLink => Self::of::<LogLinearHazardModel>(),
            ModelName::LastTouch
            | ModelName::FirstTouch
            | ModelName::Linear
            | ModelName::TimeDecay
            | ModelName::PositionBased
            | ModelName::PositionJ
            | ModelName::PositionInverseJ
            | ModelName::Shapley => return None,
        })
    }
}

/// The model of that name as JSON; nothing where it is one that attributes nothing.
///
/// # Errors
/// If it has no form in JSON.
pub(super) fn write(name: ModelName, model: &dyn Model) -> Result<Option<String>> {
    match Form::named(name) {
        Some(form) => (form.write)(model),
        None => Ok(Some("null".to_owned())),
    }
}

/// The model as [`write`] wrote it.
///
/// # Errors
/// If the text is not that of such a model.
pub(super) fn read(name: ModelName, named: &Named, text: &str) -> Result<Fitted> {
    match Form::named(name) {
        Some(form) => (form.read)(text),
        None => named.entry.solve(Box::new(Nothing), Start::Fresh, &()),
    }
}
