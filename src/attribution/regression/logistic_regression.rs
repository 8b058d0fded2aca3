//! Logistic regression on which channels a person met.

mod newton;

use crate::attribution::channel_sets::ChannelSetCounts;
use crate::attribution::fit::Fit;
use crate::attribution::model::AttributionModel;
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::shapley::{Response, ResponseShapley, ResponseShapleyModel};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::util::known_fields::read_settings;
use serde::{Deserialize, Serialize};

/// Logistic regression of conversion on the presence of each channel, over converting and null
/// journeys (Shao and Li 2011 use it, bagged, as their reference):
/// `log p / (1 - p) = a + sum of b_c over the channels met`.
///
/// Coefficients maximise the likelihood less `penalty / 2 x sum of b_c^2`; the intercept is free.
/// Newton's method on the table of channel sets finds the one maximum, so it is the same on every
/// machine and needs one row a distinct set, however many journeys. The penalty keeps coefficients
/// of channels apart that always come together, or before every conversion; bagging, which Shao and
/// Li need for that, would make the answer depend on a seed.
///
/// Credit is the Shapley value of the predicted probability over a journey's channels
/// ([`ResponseShapley`]) and not a coefficient's part in the log-odds: conversions are what is
/// divided, Shapley values add up to the probability, and they do not hang on where the intercept
/// happens to lie. No channel at all is worth 0, for the data have no journey without touches to
/// learn from; so nothing is left to a baseline, and a journey of one touch gives it all. A channel
/// that lowers the probability by more than its part of it gets nothing. Like every model of who
/// converts, it cannot tell an effect from a correlation.
///
/// ```
/// use mixtouch::{Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::regression::LogisticRegression;
///
/// let mut table = PathTable::new();
/// table.push(["social"], Outcome::new(100.0, 900.0, 0.0)?)?;
/// table.push(["search"], Outcome::new(200.0, 800.0, 0.0)?)?;
/// table.push(["social", "search"], Outcome::new(360.0, 640.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let model = LogisticRegression::new().fit(&journeys)?;
/// // odds 1/9, 1/4 and 9/16 = 1/4 x 9/4 = 1/9 x 81/16: an exact fit with intercept log 4/81
/// let (_, search) = model.coefficients().next().unwrap();
/// assert!((search - (81.0f64 / 16.0).ln()).abs() < 0.05, "but for the penalty");
/// let credits = attribute(&journeys, &model)?;
/// let [search, social] = credits.by_channel() else { unreachable!() };
/// assert!(search.conversions > social.conversions);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LogisticRegression {
    penalty: f64,
}

#[derive(Deserialize)]
#[serde(default)]
struct Fields {
    penalty: f64,
}

impl Default for Fields {
    fn default() -> Self {
        let LogisticRegression { penalty } = LogisticRegression::new();
        Self { penalty }
    }
}

read_settings!(LogisticRegression, Fields);

impl TryFrom<Fields> for LogisticRegression {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let specification = Self::new().with_penalty(fields.penalty);
        specification.check()?;
        Ok(specification)
    }
}

impl Default for LogisticRegression {
    fn default() -> Self {
        Self::new()
    }
}

impl LogisticRegression {
    /// With a penalty of 1, as heavy as a coefficient of 1 being one standard deviation of its
    /// prior.
    pub fn new() -> Self {
        Self { penalty: 1.0 }
    }

    /// Another penalty, > 0; checked by fitting. Without one, a channel before every conversion has
    /// no finite coefficient.
    #[must_use]
    pub fn with_penalty(self, penalty: f64) -> Self {
        Self { penalty }
    }

    fn check(self) -> Result<()> {
        if self.penalty > 0.0 && self.penalty.is_finite() {
            return Ok(());
        }
        Err(Error::setting(
            "the penalty of coefficients",
            self.penalty,
            "a finite number > 0",
        ))
    }
}

/// The probability of conversion given the channels met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Curve {
    intercept: f64,
    coefficients: Vec<f64>,
}

impl Curve {
    fn probability(&self, set: &[ChannelId]) -> f64 {
        let odds = set.iter().fold(self.intercept, |sum, channel| {
            sum + self
                .coefficients
                .get(channel.index())
                .copied()
                .unwrap_or(0.0)
        });
        newton::sigmoid(odds)
    }
}

impl Response for Curve {
    fn respond(&self, set: &[ChannelId]) -> f64 {
        if set.is_empty() {
            0.0
        } else {
            self.probability(set)
        }
    }
}

/// A fitted [`LogisticRegression`].
///
/// ```
/// use mixtouch::attribution::regression::LogisticRegression;
/// use mixtouch::{Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let model = LogisticRegression::new().fit(&journeys)?;
/// let [search, social] = ["search", "social"].map(|name| journeys.channels().id(name).unwrap());
/// assert!(model.predict(&[search, social]) > model.predict(&[social]));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ModelFields")]
pub struct LogisticRegressionModel {
    specification: LogisticRegression,
    steps: usize,
    converged: bool,
    log_likelihood: f64,
    prior_share: Option<f64>,
    game: ResponseShapleyModel<Curve>,
}

#[derive(Deserialize)]
struct ModelFields {
    specification: LogisticRegression,
    steps: usize,
    converged: bool,
    log_likelihood: f64,
    #[serde(default)]
    prior_share: Option<f64>,
    game: ResponseShapleyModel<Curve>,
}

impl TryFrom<ModelFields> for LogisticRegressionModel {
    type Error = Error;

    /// # Errors
    /// If the model has not one finite coefficient for each of its channels.
    fn try_from(fields: ModelFields) -> Result<Self> {
        let game = &fields.game;
        let coefficients = &game.response().coefficients;
        if let Some(channels) = AttributionModel::channels(game) {
            channels.check_column("the coefficients of a regression", coefficients.len())?;
        }
        let unusable = |number: &&f64| !number.is_finite();
        if let Some(number) = coefficients.iter().find(unusable) {
            return Err(Error::setting("a coefficient", number, "a finite number"));
        }
        let ModelFields {
            specification,
            steps,
            converged,
            log_likelihood,
            prior_share,
            game,
        } = fields;
        Ok(Self {
            specification,
            steps,
            converged,
            log_likelihood,
            prior_share,
            game,
        })
    }
}

impl LogisticRegressionModel {
    /// Log-odds of a conversion without any of the channels.
    pub fn intercept(&self) -> f64 {
        self.game.response().intercept
    }

    /// Each channel with what it adds to the log-odds.
    pub fn coefficients(&self) -> impl Iterator<Item = (&str, f64)> {
        let names = AttributionModel::channels(&self.game)
            .into_iter()
            .flat_map(Channels::iter);
        names.zip(self.game.response().coefficients.iter().copied())
    }

    /// The predicted probability that a person who met these channels, each named once, converts.
    pub fn predict(&self, set: &[ChannelId]) -> f64 {
        self.game.response().probability(set)
    }

    /// Log-likelihood at the coefficients, the penalty left out.
    pub fn log_likelihood(&self) -> f64 {
        self.log_likelihood
    }

    /// Newton steps taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Whether the last step changed no coefficient by more than 1e-9 of its size.
    pub fn converged(&self) -> bool {
        self.converged
    }
}

impl Fit for LogisticRegression {
    type Evidence = ChannelSetCounts;
    type Model = LogisticRegressionModel;

    fn evidence(&self, channels: &Channels) -> ChannelSetCounts {
        ChannelSetCounts::new(channels)
    }

    /// # Errors
    /// If the penalty is not > 0.
    fn solve(&self, sets: ChannelSetCounts) -> Result<LogisticRegressionModel> {
        self.check()?;
        let fit = newton::fit(&sets, self.penalty);
        let curve = Curve {
            intercept: fit.coefficients[0],
            coefficients: fit.coefficients[1..].to_vec(),
        };
        let game = ResponseShapley::new(curve).solve(sets)?;
        Ok(LogisticRegressionModel {
            specification: *self,
            steps: fit.steps,
            converged: fit.converged,
            log_likelihood: fit.log_likelihood,
            prior_share: fit.prior_share,
            game,
        })
    }
}

impl AttributionModel for LogisticRegressionModel {
    fn channels(&self) -> Option<&Channels> {
        AttributionModel::channels(&self.game)
    }

    /// A coefficient a channel, and the intercept.
    fn free_parameters(&self) -> Option<usize> {
        Some(1 + self.game.response().coefficients.len())
    }

    fn prior_share(&self) -> Option<f64> {
        self.prior_share
    }

    fn parameters(&self) -> Parameters {
        parameters([("penalty", self.specification.penalty.into())])
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        self.game.weigh(journey, weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journeys::{Outcome, PathTable};

    /// A channel without a coefficient counted as one of 0.
    #[test]
    fn a_stored_model_has_a_coefficient_for_each_channel() {
        let mut paths = PathTable::new();
        for (path, won) in [(&["a"][..], 1.0), (&["b"], 2.0), (&["a", "b"], 4.0)] {
            paths
                .push(path.iter().copied(), Outcome::new(won, 9.0, 0.0).unwrap())
                .unwrap();
        }
        let model = LogisticRegression::new()
            .fit(&paths.journeys().unwrap())
            .unwrap();
        let stored = serde_json::to_value(&model).unwrap();
        let read = serde_json::from_value::<LogisticRegressionModel>;
        assert_eq!(read(stored.clone()).unwrap(), model);
        for few in [serde_json::json!([]), serde_json::json!([0.5, 0.5, 0.5])] {
            let mut stored = stored.clone();
            stored["game"]["game"]["response"]["coefficients"] = few;
            let error = read(stored).unwrap_err().to_string();
            assert!(error.contains("one entry a channel, 2"), "{error}");
        }
    }
}
