//! Settings of the models that have any, and models added by name.

use crate::attribution::comparison::model_name::ModelName;
use crate::attribution::comparison::run::Comparison;
use crate::attribution::counterfactual::Counterfactual;
use crate::attribution::fit::Fit;
use crate::attribution::hazard::{AdditiveHazard, LogLinearHazard};
use crate::attribution::markov::{Markov, MarkovJourneys};
use crate::attribution::needs::Needs;
use crate::attribution::regression::{LogisticRegression, ShaoLi};
use crate::attribution::rules::{
    FirstTouch, LastNonDirect, LastTouch, Linear, Position, TimeDecay, WShaped,
};
use crate::attribution::shapley::{SetRateShapley, SimplifiedShapley};
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// The settings of models added by name; each is the specification itself.
///
/// By default last-non-direct skips `direct`, the half-life of time-decay is 7 days, the Markov
/// chain has order 1, and position-w has no stage yet, so that it cannot be built.
///
/// ```
/// use mixtouch::attribution::markov::Markov;
/// use mixtouch::attribution::{ModelName, ModelSettings};
/// use mixtouch::{Comparison, Outcome, PathTable};
///
/// let settings = ModelSettings::default().with_markov(Markov::order(2)?);
/// let mut paths = PathTable::new();
/// paths.push(["social", "search"], Outcome::new(20.0, 50.0, 0.0)?)?;
/// let mut comparison = Comparison::new();
/// for name in ["linear", "markov"] {
///     comparison = comparison.named(name.parse()?, &settings)?;
/// }
/// let table = comparison.run(&paths.journeys()?)?;
/// assert_eq!(table.models()[1].parameters["order"], 2.0.into());
/// // the channels whose first touch is the stage are not known
/// assert!(Comparison::new().named(ModelName::PositionW, &settings).is_err());
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ModelSettings {
    last_non_direct: LastNonDirect,
    time_decay: TimeDecay,
    position_w: Option<WShaped>,
    markov: Markov,
    time_to_event: AdditiveHazard,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    last_non_direct: LastNonDirect,
    time_decay: TimeDecay,
    position_w: Option<WShaped>,
    markov: Markov,
    time_to_event: AdditiveHazard,
}

impl From<Fields> for ModelSettings {
    fn from(fields: Fields) -> Self {
        Self {
            last_non_direct: fields.last_non_direct,
            time_decay: fields.time_decay,
            position_w: fields.position_w,
            markov: fields.markov,
            time_to_event: fields.time_to_event,
        }
    }
}

read_settings!(ModelSettings, Fields);

impl ModelSettings {
    /// The same settings with these of `last-non-direct`.
    #[must_use]
    pub fn with_last_non_direct(self, last_non_direct: LastNonDirect) -> Self {
        Self {
            last_non_direct,
            ..self
        }
    }

    /// The same settings with these of `time-decay`.
    #[must_use]
    pub fn with_time_decay(self, time_decay: TimeDecay) -> Self {
        Self { time_decay, ..self }
    }

    /// The same settings with these of `position-w`.
    #[must_use]
    pub fn with_position_w(self, position_w: WShaped) -> Self {
        Self {
            position_w: Some(position_w),
            ..self
        }
    }

    /// The same settings with these of `markov` and `markov-within-journeys`.
    #[must_use]
    pub fn with_markov(self, markov: Markov) -> Self {
        Self { markov, ..self }
    }

    /// The same settings with these of `time-to-event`.
    #[must_use]
    pub fn with_time_to_event(self, time_to_event: AdditiveHazard) -> Self {
        Self {
            time_to_event,
            ..self
        }
    }

    /// The settings of `time-to-event`.
    pub const fn time_to_event(&self) -> &AdditiveHazard {
        &self.time_to_event
    }
}

impl Comparison {
    /// Adds the models to start with, [`ModelName::DEFAULT`]. Those that the journeys do not support
    /// are left out, with a [`Finding`](crate::attribution::Finding): a path table has no times for
    /// time decay, and a log of one second none to fit rates on. Models added by name are refused
    /// instead.
    ///
    /// ```
    /// use mixtouch::attribution::{Finding, ModelSettings};
    /// use mixtouch::{Comparison, Outcome, PathTable};
    ///
    /// let mut paths = PathTable::new();
    /// paths.push(["social", "search"], Outcome::new(20.0, 50.0, 0.0)?)?;
    /// let comparison = Comparison::new().defaults(&ModelSettings::default());
    /// let table = comparison.run(&paths.journeys()?)?;
    /// assert_eq!(table.models().len(), 7);
    /// let decay = &table.findings()[0];
    /// assert!(matches!(decay, Finding::LeftOut { model, .. } if model == "time-decay"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    #[must_use]
    pub fn defaults(self, settings: &ModelSettings) -> Self {
        let first = self.len();
        let add = |comparison: Self, name: ModelName| {
            let added = comparison.named(name, settings);
            added.expect("no model of the default lacks a setting")
        };
        let all = ModelName::DEFAULT.into_iter().fold(self, add);
        all.optional_from(first)
    }

    /// Adds a model of the library by name, to be fitted if it needs fitting.
    ///
    /// # Errors
    /// If the settings lack what the model needs: the channels of the stage of `position-w`.
    pub fn named(self, name: ModelName, settings: &ModelSettings) -> Result<Self> {
        let called = name.name();
        Ok(match name {
            ModelName::LastTouch => self.model(called, LastTouch),
            ModelName::FirstTouch => self.model(called, FirstTouch),
            ModelName::LastNonDirect => self.fit(called, settings.last_non_direct.clone()),
            ModelName::Linear => self.model(called, Linear),
            ModelName::TimeDecay => self.model(called, settings.time_decay.clone()),
            ModelName::PositionBased => self.model(called, Position::u()),
            ModelName::PositionJ => self.model(called, Position::j()),
            ModelName::PositionInverseJ => self.model(called, Position::inverse_j()),
            ModelName::PositionW => match &settings.position_w {
                Some(position) => self.fit(called, position.clone()),
                None => return Err(no_stage()),
            },
            ModelName::Markov => self.fit(called, settings.markov),
            ModelName::MarkovWithinJourneys => self.fit(called, WithinJourneys(settings.markov)),
            ModelName::Shapley => self.model(called, SimplifiedShapley),
            ModelName::ShapleySetRate => self.fit(called, SetRateShapley),
            ModelName::Counterfactual => self.fit(called, Counterfactual),
            ModelName::Logistic => self.fit(called, LogisticRegression::new()),
            ModelName::ShaoLi => self.fit(called, ShaoLi),
            ModelName::TimeToEvent => self.fit(called, settings.time_to_event.clone()),
            ModelName::TimeToEventLogLink => self.fit(called, LogLinearHazard::default()),
        })
    }
}

fn no_stage() -> Error {
    Error::setting(
        "the stage of position-w",
        "not given",
        "at least one channel, whose first touch is the stage",
    )
}

/// A Markov chain whose credit is divided journey by journey.
struct WithinJourneys(Markov);

impl Fit for WithinJourneys {
    type Evidence = <Markov as Fit>::Evidence;
    type Model = MarkovJourneys;

    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn evidence(&self, channels: &Channels) -> Self::Evidence {
        self.0.evidence(channels)
    }

    fn solve(&self, evidence: Self::Evidence) -> Result<MarkovJourneys> {
        Ok(self.0.solve(evidence)?.within_journeys())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::{Outcome, PathTable};

    #[test]
    fn a_model_is_built_from_every_name() {
        let settings = ModelSettings::default().with_position_w(WShaped::new(["search"]).unwrap());
        let mut paths = PathTable::new();
        for (path, conversions, nulls) in [
            (&["social", "search"][..], 20.0, 50.0),
            (&["social"], 5.0, 100.0),
            (&["search"], 7.0, 30.0),
        ] {
            let outcome = Outcome::new(conversions, nulls, 0.0).unwrap();
            paths.push(path.iter().copied(), outcome).unwrap();
        }
        let journeys = paths.journeys().unwrap();
        for name in ModelName::ALL {
            let comparison = Comparison::new().named(name, &settings).unwrap();
            match comparison.run(&journeys) {
                Ok(table) => assert!(table.model(name.name()).is_some() && !name.needs_times()),
                Err(error) => {
                    assert!(name.needs_times(), "{error}");
                    assert!(
                        error.to_string().contains("the times of touches"),
                        "{error}"
                    );
                }
            }
        }
    }

    #[test]
    fn settings_are_read_with_defaults_and_without_unknown_fields() {
        let text = r#"{"markov": {"order": 2, "ignore_nulls": true}}"#;
        let read: ModelSettings = serde_json::from_str(text).unwrap();
        let markov = Markov::order(2).unwrap().with_ignore_nulls(true);
        assert_eq!(read, ModelSettings::default().with_markov(markov));
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(
            serde_json::from_str::<ModelSettings>(&written).unwrap(),
            read
        );
        for (text, meant) in [
            (r#"{"makrov": {}}"#, "did you mean `markov`"),
            (r#"{"markov": {"ordre": 2}}"#, "did you mean `order`"),
            (
                r#"{"time_decay": {"half_life_second": 9}}"#,
                "did you mean `half_life_seconds`",
            ),
            (
                r#"{"time_to_event": {"demand_captures": ["a"]}}"#,
                "did you mean `demand_capture`",
            ),
            (
                r#"{"position_w": {"stages": ["a"]}}"#,
                "did you mean `stage`",
            ),
            (
                r#"{"last_non_direct": {"directs": ["a"]}}"#,
                "did you mean `direct`",
            ),
        ] {
            let error = serde_json::from_str::<ModelSettings>(text)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("unknown field") && error.contains(meant),
                "{error}"
            );
        }
        let partial = r#"{"markov": {"ignore_nulls": true}, "time_decay": {}}"#;
        let read: ModelSettings = serde_json::from_str(partial).unwrap();
        let markov = Markov::default().with_ignore_nulls(true);
        assert_eq!(read, ModelSettings::default().with_markov(markov));
    }
}
