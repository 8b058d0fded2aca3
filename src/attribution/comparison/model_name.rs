//! The models of the library by name.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A model of the library by its name on command lines and in settings files.
///
/// [`Comparison::named`](crate::attribution::Comparison::named) adds it to a comparison.
///
/// ```
/// use mixtouch::attribution::ModelName;
///
/// assert_eq!("time-decay".parse::<ModelName>()?, ModelName::TimeDecay);
/// assert_eq!(ModelName::Shapley.to_string(), "shapley");
/// let error = "crystal-ball".parse::<ModelName>().unwrap_err().to_string();
/// assert!(error.contains("\"crystal-ball\", expected: last-touch, first-touch"));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum ModelName {
    /// `last-touch`: [`LastTouch`](crate::attribution::rules::LastTouch).
    LastTouch,
    /// `first-touch`: [`FirstTouch`](crate::attribution::rules::FirstTouch).
    FirstTouch,
    /// `last-non-direct`: [`LastNonDirect`](crate::attribution::rules::LastNonDirect).
    LastNonDirect,
    /// `linear`: [`Linear`](crate::attribution::rules::Linear).
    Linear,
    /// `time-decay`: [`TimeDecay`](crate::attribution::rules::TimeDecay). Needs times.
    TimeDecay,
    /// `position-based`: the U of [`Position`](crate::attribution::rules::Position).
    PositionBased,
    /// `markov`: [`Markov`](crate::attribution::markov::Markov).
    Markov,
    /// `shapley`: [`SimplifiedShapley`](crate::attribution::shapley::SimplifiedShapley).
    Shapley,
    /// `time-to-event`: [`AdditiveHazard`](crate::attribution::hazard::AdditiveHazard). Needs
    /// times.
    TimeToEvent,
    /// `position-j`: the J of [`Position`](crate::attribution::rules::Position).
    PositionJ,
    /// `position-inverse-j`: the inverse J of [`Position`](crate::attribution::rules::Position).
    PositionInverseJ,
    /// `position-w`: [`WShaped`](crate::attribution::rules::WShaped). Needs the channels of its
    /// stage.
    PositionW,
    /// `markov-within-journeys`: [`Markov`](crate::attribution::markov::Markov), divided journey by
    /// journey.
    MarkovWithinJourneys,
    /// `shapley-set-rate`: [`SetRateShapley`](crate::attribution::shapley::SetRateShapley).
    ShapleySetRate,
    /// `counterfactual`: [`Counterfactual`](crate::attribution::Counterfactual).
    Counterfactual,
    /// `logistic`: [`LogisticRegression`](crate::attribution::regression::LogisticRegression).
    Logistic,
    /// `shao-li`: [`ShaoLi`](crate::attribution::regression::ShaoLi).
    ShaoLi,
    /// `time-to-event-log-link`:
    /// [`LogLinearHazard`](crate::attribution::hazard::LogLinearHazard). Needs times.
    TimeToEventLogLink,
}

impl ModelName {
    /// Every model.
    pub const ALL: [Self; 18] = [
        Self::LastTouch,
        Self::FirstTouch,
        Self::LastNonDirect,
        Self::Linear,
        Self::TimeDecay,
        Self::PositionBased,
        Self::Markov,
        Self::Shapley,
        Self::TimeToEvent,
        Self::PositionJ,
        Self::PositionInverseJ,
        Self::PositionW,
        Self::MarkovWithinJourneys,
        Self::ShapleySetRate,
        Self::Counterfactual,
        Self::Logistic,
        Self::ShaoLi,
        Self::TimeToEventLogLink,
    ];

    /// The models to start with: the common rules, and one of each family that learns.
    pub const DEFAULT: [Self; 9] = [
        Self::LastTouch,
        Self::FirstTouch,
        Self::LastNonDirect,
        Self::Linear,
        Self::TimeDecay,
        Self::PositionBased,
        Self::Markov,
        Self::Shapley,
        Self::TimeToEvent,
    ];

    /// The name, such as `last-touch`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LastTouch => "last-touch",
            Self::FirstTouch => "first-touch",
            Self::LastNonDirect => "last-non-direct",
            Self::Linear => "linear",
            Self::TimeDecay => "time-decay",
            Self::PositionBased => "position-based",
            Self::Markov => "markov",
            Self::Shapley => "shapley",
            Self::TimeToEvent => "time-to-event",
            Self::PositionJ => "position-j",
            Self::PositionInverseJ => "position-inverse-j",
            Self::PositionW => "position-w",
            Self::MarkovWithinJourneys => "markov-within-journeys",
            Self::ShapleySetRate => "shapley-set-rate",
            Self::Counterfactual => "counterfactual",
            Self::Logistic => "logistic",
            Self::ShaoLi => "shao-li",
            Self::TimeToEventLogLink => "time-to-event-log-link",
        }
    }

    /// Whether the model needs the times of touches, which a path table lacks.
    pub const fn needs_times(self) -> bool {
        matches!(
            self,
            Self::TimeDecay | Self::TimeToEvent | Self::TimeToEventLogLink
        )
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ModelName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let named = Self::ALL.into_iter().find(|model| model.name() == text);
        named.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::setting("the name of a model", format!("{text:?}"), names)
        })
    }
}

impl TryFrom<String> for ModelName {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<ModelName> for String {
    fn from(model: ModelName) -> Self {
        model.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for model in ModelName::ALL {
            assert_eq!(model.name().parse::<ModelName>().unwrap(), model);
            let json = serde_json::to_string(&model).unwrap();
            assert_eq!(json, format!("{:?}", model.name()));
            assert_eq!(serde_json::from_str::<ModelName>(&json).unwrap(), model);
        }
        assert!(serde_json::from_str::<ModelName>("\"Linear\"").is_err());
    }
}
