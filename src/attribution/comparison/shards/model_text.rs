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

/// The model of that name as JSON; nothing where it is one that attributes nothing.
///
/// # Errors
/// If it has no form in JSON.
pub(super) fn write(name: ModelName, model: &dyn Model) -> Result<Option<String>> {
    fn text<M: Serialize + 'static>(model: &dyn Any) -> Result<Option<String>> {
        let own: Option<&M> = model.downcast_ref();
        own.map(|own| write_json("a model", own)).transpose()
    }
    match name {
        ModelName::LastNonDirect => text::<LastNonDirectModel>(model),
        ModelName::PositionW => text::<WShapedModel>(model),
        ModelName::Markov => text::<MarkovModel>(model),
        ModelName::MarkovWithinJourneys => text::<MarkovJourneys>(model),
        ModelName::ShapleySetRate => text::<SetRateShapleyModel>(model),
        ModelName::Counterfactual => text::<CounterfactualModel>(model),
        ModelName::Logistic => text::<LogisticRegressionModel>(model),
        ModelName::ShaoLi => text::<ShaoLiModel>(model),
        ModelName::TimeToEvent => text::<AdditiveHazardModel>(model),
        ModelName::TimeToEventLogLink => text::<LogLinearHazardModel>(model),
        ModelName::LastTouch
        | ModelName::FirstTouch
        | ModelName::Linear
        | ModelName::TimeDecay
        | ModelName::PositionBased
        | ModelName::PositionJ
        | ModelName::PositionInverseJ
        | ModelName::Shapley => Ok(Some("null".to_owned())),
    }
}

/// The model as [`write`] wrote it.
///
/// # Errors
/// If the text is not that of such a model.
pub(super) fn read(name: ModelName, named: &Named, text: &str) -> Result<Fitted> {
    fn model<M>(text: &str) -> Result<Fitted>
    where
        M: DeserializeOwned + AttributionModel + 'static,
    {
        Ok(Arc::new(read_json::<M>("a stored model", text)?))
    }
    match name {
        ModelName::LastNonDirect => model::<LastNonDirectModel>(text),
        ModelName::PositionW => model::<WShapedModel>(text),
        ModelName::Markov => model::<MarkovModel>(text),
        ModelName::MarkovWithinJourneys => model::<MarkovJourneys>(text),
        ModelName::ShapleySetRate => model::<SetRateShapleyModel>(text),
        ModelName::Counterfactual => model::<CounterfactualModel>(text),
        ModelName::Logistic => model::<LogisticRegressionModel>(text),
        ModelName::ShaoLi => model::<ShaoLiModel>(text),
        ModelName::TimeToEvent => model::<AdditiveHazardModel>(text),
        ModelName::TimeToEventLogLink => model::<LogLinearHazardModel>(text),
        ModelName::LastTouch
        | ModelName::FirstTouch
        | ModelName::Linear
        | ModelName::TimeDecay
        | ModelName::PositionBased
        | ModelName::PositionJ
        | ModelName::PositionInverseJ
        | ModelName::Shapley => named.entry.solve(Box::new(Nothing), Start::Fresh, &()),
    }
}
