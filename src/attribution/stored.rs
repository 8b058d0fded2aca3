//! A fitted model as it is stored.

use crate::attribution::model::AttributionModel;
use crate::attribution::parameters::Parameters;
use crate::attribution::provenance::Provenance;
use crate::journeys::arena::Journeys;
use serde::{Deserialize, Serialize};

/// A fitted model with what made it: the crate's version, the number of the format, the time of the
/// journeys it was fitted on, and its settings.
///
/// Another number of the format does not read. In JSON numbers stand with the fewest digits that
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
    model: M,
}

impl<M: AttributionModel> StoredModel<M> {
    /// The model, which was fitted on these journeys.
    pub fn new(model: M, fitted_on: &Journeys) -> Self {
        Self {
            provenance: Provenance::new(Some(fitted_on), None),
            settings: model.parameters(),
            model,
        }
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

    /// The model on its own.
    pub fn into_model(self) -> M {
        self.model
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::fit::Fit;
    use crate::attribution::hazard::{AdditiveHazard, AdditiveHazardModel};
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
    fn another_format_is_refused() {
        let (text, model) = stored();
        let read = serde_json::from_str::<StoredModel<AdditiveHazardModel>>;
        assert_eq!(read(&text).unwrap().into_model(), model);
        let later = text.replace("\"format\":1", "\"format\":2");
        let error = read(&later).unwrap_err().to_string();
        let expected =
            "the format of a stored report or model is 2, of mixtouch 0.1.0, expected: 1";
        assert!(error.starts_with(expected), "{error}");
    }
}
