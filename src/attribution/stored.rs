//! A fitted model as it is stored.

use crate::attribution::calibration::Calibration;
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::fit_findings;
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::credits::Credits;
use crate::attribution::fit_record::FitRecord;
use crate::attribution::model::{AttributionModel, forward_to_model};
use crate::attribution::model_kind::ModelKind;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::Parameters;
use crate::attribution::provenance::Provenance;
use crate::attribution::sensitivity::Sensitivity;
use crate::attribution::shares::ChannelShares;
use crate::attribution::touched::touched;
use crate::channel::{ChannelId, Channels};
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use serde::{Deserialize, Serialize};

/// A fitted model with what made it: the crate's version, the number of the format, the time of the
/// journeys it was fitted on, and its settings.
///
/// It is a model itself: a [`Comparison`](crate::Comparison) that is given it tells what it was fitted
/// on, what weakens it, and which channels it was not fitted on.
///
/// A higher number of the format does not read, and neither does a model of another kind. In JSON numbers stand with the fewest digits that
/// give the same number again; serde_json reads them so with its feature `float_roundtrip` only.
/// Turn it on, and a restored model equals the stored one to the bit.
///
/// ```
/// use mixtouch::attribution::StoredModel;
/// use mixtouch::attribution::markov::{Markov, MarkovModel};
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(20.0, 50.0, 0.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = Markov::order(1)?.fit(&journeys)?;
///
/// let text = serde_json::to_string(&StoredModel::new(&model, &journeys)).unwrap();
/// let restored: StoredModel<MarkovModel> = serde_json::from_str(&text).unwrap();
/// assert_eq!(restored.model(), &model);
/// assert_eq!(restored.settings()["order"], 1.0.into());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredModel<M> {
    provenance: Provenance,
    settings: Parameters,
    /// Not there in models stored by versions that did not say.
    #[serde(default = "ModelKind::unsaid")]
    kind: ModelKind<M>,
    /// Channels of the model that no journey of the fit touches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unseen: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Finding>,
    model: M,
}

impl<M: AttributionModel> StoredModel<M> {
    /// The model, which was fitted on these journeys.
    pub fn new(model: M, fitted_on: &Journeys) -> Self {
        let mut findings = Vec::new();
        if model.free_parameters().is_some() {
            let conversions = Some(fitted_on.totals().conversions);
            findings = fit_findings::of_journeys(fitted_on);
            findings.extend(fit_findings::of_model(model.name(), &model, conversions));
        }
        let touched = touched(fitted_on);
        let is_unseen = |name: &&str| {
            let id = fitted_on.channels().id(name);
            id.is_none_or(|id| !touched[id.index()])
        };
        let known = model.channels().into_iter().flat_map(Channels::iter);
        Self {
            provenance: Provenance::new(Some(&LogFacts::of(fitted_on)), None),
            settings: model.parameters(),
            kind: ModelKind::unsaid(),
            unseen: known.filter(is_unseen).map(str::to_owned).collect(),
            findings,
            model,
        }
    }
}

/// What the model does, and what is known of its fit.
impl<M: AttributionModel> AttributionModel for StoredModel<M> {
    forward_to_model!(self, self.model);

    fn unseen_channels(&self) -> Vec<ChannelId> {
        let named = self.unseen.iter().filter_map(|name| {
            let channels = self.model.channels()?;
            channels.id(name)
        });
        let mut unseen = self.model.unseen_channels();
        unseen.extend(named);
        unseen.sort_unstable();
        unseen.dedup();
        unseen
    }

    fn fit_record(&self) -> Option<FitRecord<'_>> {
        Some(FitRecord {
            provenance: &self.provenance,
            findings: &self.findings,
        })
    }
}

impl<M> StoredModel<M> {
    /// The version that made it, and the time of the journeys.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The model's settings by name.
    pub fn settings(&self) -> &Parameters {
        &self.settings
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// What weakens what the model learned: few conversions, a short time, channels that never part.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The model on its own, without what is known of its fit.
    pub fn into_model(self) -> M {
        self.model
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::fit::Fit;
    use crate::attribution::hazard::{AdditiveHazard, AdditiveHazardModel};
    use crate::attribution::markov::MarkovModel;
    use crate::journeys::JourneyOptions;
    use crate::simulate::worlds::World;

    fn stored() -> (String, AdditiveHazardModel) {
        let simulation = World::Baseline.simulate(500, 1).unwrap();
        let journeys = simulation.journeys(JourneyOptions::default()).unwrap();
        let model = AdditiveHazard::default().fit(&journeys).unwrap();
        let text = serde_json::to_string(&StoredModel::new(&model, &journeys)).unwrap();
        (text, model)
    }

    #[test]
    fn numbers_are_written_with_the_digits_that_give_them_again() {
        let (text, model) = stored();
        // read without serde_json, whose own reading is exact with a feature only
        let rates = text.split("\"rates\":[").nth(1).unwrap();
        let rates = rates.split(']').next().unwrap().split(',');
        let read: Vec<u64> = rates
            .map(|rate| rate.parse::<f64>().unwrap().to_bits())
            .collect();
        let singles = model.effects().map(|effect| effect.rate.to_bits());
        let written: Vec<u64> = singles.chain([model.baseline().to_bits()]).collect();
        assert_eq!(read, written);
    }

    #[test]
    fn a_model_of_another_kind_is_named() {
        let (text, _) = stored();
        let error = serde_json::from_str::<StoredModel<MarkovModel>>(&text).unwrap_err();
        let expected = "the stored model is time-to-event, expected: markov";
        assert!(error.to_string().starts_with(expected), "{error}");
        // as stored by a version that did not say
        let unsaid = text.replace("\"kind\":\"time-to-event\",", "");
        assert_ne!(unsaid, text);
        assert!(serde_json::from_str::<StoredModel<AdditiveHazardModel>>(&unsaid).is_ok());
    }

    #[test]
    fn another_format_is_refused() {
        let (text, model) = stored();
        let read = serde_json::from_str::<StoredModel<AdditiveHazardModel>>;
        assert_eq!(read(&text).unwrap().into_model(), model);
        let later = text.replace("\"format\":1", "\"format\":2");
        let error = read(&later).unwrap_err().to_string();
        let expected =
            "a report or model stored by mixtouch 0.1.0 has format 2, expected: at most 1";
        assert!(error.starts_with(expected), "{error}");
    }
}
