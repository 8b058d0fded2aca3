//! The response-model game: Shapley values of what a model predicts.

use crate::attribution::channel_sets::ChannelSetCounts;
use crate::attribution::distinct::with_distinct;
use crate::attribution::fit::Fit;
use crate::attribution::limits::{MOST_PLAYERS, MOST_RESPONSES, MOST_SAMPLED};
use crate::attribution::model::AttributionModel;
use crate::attribution::parameters::{Parameters, parameters};
use crate::attribution::shapley::game::{EXACT, Estimate, FEWEST, Stop, shapley};
use crate::attribution::shapley::values::{SetValues, spread_values};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::util::Random;
use crate::util::random::step;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A prediction for a person who met a set of channels: a probability of conversion, expected
/// conversions, or any other finite number. Closures over the channels in order implement it.
///
/// ```
/// use mixtouch::ChannelId;
/// use mixtouch::attribution::shapley::Response;
///
/// /// Each further channel closes half of the gap to certainty.
/// struct Halving;
///
/// impl Response for Halving {
///     fn respond(&self, set: &[ChannelId]) -> f64 {
///         1.0 - 0.5f64.powi(set.len() as i32)
///     }
/// }
///
/// assert_eq!(Halving.respond(&[]), 0.0);
/// ```
pub trait Response: Send + Sync {
    /// The prediction for exactly this set, in order and without repeats; for the empty set what
    /// comes without marketing.
    fn respond(&self, set: &[ChannelId]) -> f64;
}

impl<F: Fn(&[ChannelId]) -> f64 + Send + Sync> Response for F {
    fn respond(&self, set: &[ChannelId]) -> f64 {
        self(set)
    }
}

/// Shapley value of the game in which a set of channels is worth what a [`Response`] predicts for
/// it, played anew over the channels of every journey.
///
/// Up to 20 channels every subset is asked for, or up to fewer where all sets together would ask for
/// more than 268 million responses. Beyond, random orders of the channels are, each
/// forwards and backwards (antithetic pairs), until the largest standard error is below 1 % of what
/// the channels add up to or 10,000 pairs were drawn; both can be set, and the errors are readable.
/// A channel that the model predicts to do harm has no credit: negative values count as 0. With a
/// baseline, `v` of the empty set is credited to it rather than to the channels.
///
/// ```
/// use mixtouch::{ChannelId, Fit, Outcome, PathTable, attribute};
/// use mixtouch::attribution::shapley::ResponseShapley;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(12.0, 0.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let search = journeys.channels().id("search").unwrap();
/// // 2 % of those reached convert, 4 % after search, and 7 % after both
/// let rate = move |set: &[ChannelId]| match (set.len(), set.contains(&search)) {
///     (0, _) => 0.0,
///     (1, false) => 0.02,
///     (1, true) => 0.04,
///     _ => 0.07,
/// };
/// let credits = attribute(&journeys, &ResponseShapley::new(rate).fit(&journeys)?)?;
/// // search (0.04 + 0.07 - 0.02) / 2 = 0.045 of 0.07
/// assert!((credits.channel("search").unwrap().conversions - 12.0 * 0.045 / 0.07).abs() < 1e-12);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields<R>")]
pub struct ResponseShapley<R> {
    response: R,
    baseline: bool,
    seed: u64,
    exact: usize,
    error: f64,
    pairs: usize,
}

/// Errors fall with the root of the pairs: a million are ten times as near as the 10,000 by default.
const MOST_PAIRS: usize = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<R> {
    response: R,
    baseline: bool,
    seed: u64,
    exact: usize,
    error: f64,
    pairs: usize,
}

impl<R> TryFrom<Fields<R>> for ResponseShapley<R> {
    type Error = Error;

    fn try_from(fields: Fields<R>) -> Result<Self> {
        let game = Self::new(fields.response)
            .with_baseline(fields.baseline)
            .with_seed(fields.seed)
            .with_exact(fields.exact)
            .with_error(fields.error)
            .with_most_pairs(fields.pairs);
        game.check()?;
        Ok(game)
    }
}

impl<R> ResponseShapley<R> {
    /// The game of this response.
    pub fn new(response: R) -> Self {
        Self {
            response,
            baseline: false,
            seed: 0,
            exact: EXACT,
            error: 0.01,
            pairs: 10_000,
        }
    }

    /// Whether what is predicted without any channel is credited to the baseline. Off by default:
    /// every journey in the data has touches, so it is an extrapolation.
    #[must_use]
    pub fn with_baseline(self, baseline: bool) -> Self {
        Self { baseline, ..self }
    }

    /// Up to how many channels, 0 to 20, all subsets of a set are asked for; 20 by default.
    #[must_use]
    pub fn with_exact(self, exact: usize) -> Self {
        Self { exact, ..self }
    }

    /// The standard error to stop at, > 0, as a part of what the channels of a set add up to; 0.01
    /// by default.
    #[must_use]
    pub fn with_error(self, error: f64) -> Self {
        Self { error, ..self }
    }

    /// Pairs of orders at which sampling gives up, 2 to 1,000,000; 10,000 by default.
    #[must_use]
    pub fn with_most_pairs(self, pairs: usize) -> Self {
        Self { pairs, ..self }
    }

    /// The seed of the orders drawn; 0 by default.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Fails for a setting outside its range.
    fn check(&self) -> Result<()> {
        let (name, value, expected) = if self.exact > EXACT {
            let name = "the number of channels with exact Shapley values";
            (name, self.exact.to_string(), "0 to 20")
        } else if !(self.error > 0.0 && self.error.is_finite()) {
            let name = "the standard error to stop at";
            (name, self.error.to_string(), "a finite number > 0")
        } else if !(2..=MOST_PAIRS).contains(&self.pairs) {
            let name = "the number of pairs of orders";
            (name, self.pairs.to_string(), "2 to 1000000")
        } else {
            return Ok(());
        };
        Err(Error::setting(name, value, expected))
    }
}

impl<R: Clone> ResponseShapley<R> {
    /// The same game, with exact values up to as many channels as these sets leave time for.
    ///
    /// # Errors
    /// If a set, or all of them, are beyond the limits.
    fn affordable(&self, sets: &[Vec<ChannelId>]) -> Result<Self> {
        let mut game = self.clone();
        let responses = |exact: usize| -> usize {
            let few = sets.iter().filter(|set| set.len() <= exact);
            few.map(|set| 1 << set.len()).sum()
        };
        while responses(game.exact) > MOST_RESPONSES {
            game.exact -= 1;
        }
        let many = || sets.iter().map(Vec::len).filter(|&len| len > game.exact);
        let responses_of = |len: usize| 2 * FEWEST as u64 * (len as u64).pow(2);
        let sampled: u64 = many().map(responses_of).sum();
        if let Some(most) = many().max().filter(|&most| most > MOST_PLAYERS) {
            let name = "the number of channels of one journey, for a response game";
            return Err(Error::setting(
                name,
                most,
                format!("at most {MOST_PLAYERS}"),
            ));
        }
        if sampled > MOST_SAMPLED {
            let name = "the number of responses x channels of a response game";
            return Err(Error::setting(
                name,
                sampled,
                format!("at most {MOST_SAMPLED}"),
            ));
        }
        Ok(game)
    }
}

impl<R: Response> ResponseShapley<R> {
    /// The same numbers for a set whichever journeys it comes with: its orders are drawn from a
    /// stream of its own.
    fn estimate(&self, set: &[ChannelId]) -> Estimate {
        let key = set
            .iter()
            .fold(0, |key, channel| step(key ^ u64::from(channel.0)));
        let mut members = Vec::with_capacity(set.len());
        let worth = |players: &[usize]| {
            members.clear();
            members.extend(players.iter().map(|&player| set[player]));
            self.response.respond(&members)
        };
        let stop = Stop {
            error: self.error,
            pairs: self.pairs,
        };
        shapley(
            set.len(),
            worth,
            Random::new(self.seed).stream(key),
            stop,
            self.exact,
        )
    }
}

/// [`ResponseShapley`] with the values of every set that was seen to convert. Other sets are worked
/// out when they are met.
///
/// ```
/// use mixtouch::attribution::shapley::ResponseShapley;
/// use mixtouch::{ChannelId, Fit, Outcome, PathTable};
///
/// let mut paths = PathTable::new();
/// paths.push(["social"], Outcome::new(1.0, 9.0, 50.0)?)?;
/// paths.push(["social", "search"], Outcome::new(4.0, 6.0, 200.0)?)?;
/// let journeys = paths.journeys()?;
/// let game = ResponseShapley::new(|set: &[ChannelId]| 0.1 * set.len() as f64);
/// let model = game.fit(&journeys)?;
/// let social = journeys.channels().id("social").unwrap();
/// assert_eq!(model.values(&[social]), Some(&[0.1][..]));
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseShapleyModel<R> {
    game: ResponseShapley<R>,
    values: SetValues,
    errors: SetValues,
}

impl<R> ResponseShapleyModel<R> {
    /// The response.
    pub fn response(&self) -> &R {
        &self.game.response
    }

    /// The values of a set that was seen to convert, in order and without repeats: together `v` of
    /// the set less `v` of none.
    pub fn values(&self, set: &[ChannelId]) -> Option<&[f64]> {
        self.values.get(set)
    }

    /// Their standard errors, 0 where they are exact.
    pub fn standard_errors(&self, set: &[ChannelId]) -> Option<&[f64]> {
        self.errors.get(set)
    }
}

impl<R: Response + Clone> Fit for ResponseShapley<R> {
    type Evidence = ChannelSetCounts;
    type Model = ResponseShapleyModel<R>;

    fn evidence(&self, channels: &Channels) -> ChannelSetCounts {
        ChannelSetCounts::new(channels)
    }

    /// # Errors
    /// If a setting is outside its range, a response is not a finite number, or the sets are beyond
    /// the [limits](crate::attribution#limits).
    fn solve(&self, counts: ChannelSetCounts) -> Result<ResponseShapleyModel<R>> {
        self.check()?;
        let converting = |(set, outcome): (Vec<ChannelId>, crate::journeys::Outcome)| {
            (outcome.conversions > 0.0).then_some(set)
        };
        let sets: Vec<Vec<ChannelId>> =
            counts.sorted().into_iter().filter_map(converting).collect();
        let game = self.affordable(&sets)?;
        let estimates: Vec<Estimate> = sets.par_iter().map(|set| game.estimate(set)).collect();
        for (set, Estimate { values, .. }) in sets.iter().zip(&estimates) {
            if let Some(value) = values.iter().find(|value| !value.is_finite()) {
                let names: Vec<&str> = set.iter().map(|&id| counts.channels().name(id)).collect();
                return Err(Error::setting(
                    format!("the response to {} or a part of it", names.join(", ")),
                    value,
                    "finite numbers",
                ));
            }
        }
        let (values, errors) = sets
            .into_iter()
            .zip(estimates)
            .map(|(set, found)| ((set.clone(), found.values), (set, found.errors)))
            .unzip();
        let channels = counts.channels();
        Ok(ResponseShapleyModel {
            game,
            values: SetValues::new(channels.clone(), values),
            errors: SetValues::new(channels.clone(), errors),
        })
    }
}

impl<R: Response> AttributionModel for ResponseShapleyModel<R> {
    fn channels(&self) -> Option<&Channels> {
        Some(self.values.channels())
    }

    fn parameters(&self) -> Parameters {
        let ResponseShapley {
            exact,
            error,
            pairs,
            baseline,
            seed,
            ..
        } = self.game;
        parameters([
            ("baseline", baseline.into()),
            ("exact", (exact as f64).into()),
            ("error", error.into()),
            ("most_pairs", (pairs as f64).into()),
            ("seed", (seed as f64).into()),
        ])
    }

    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
        with_distinct(journey.channels(), |set| match self.values.get(set) {
            Some(values) => spread_values(journey.channels(), set, values, weights),
            // the engine refuses a weight that is no number
            None if set.len() > MOST_PLAYERS => weights.fill(f64::NAN),
            None => spread_values(
                journey.channels(),
                set,
                &self.game.estimate(set).values,
                weights,
            ),
        });
        // `max` would turn a response that is no number into 0
        for weight in weights.iter_mut().filter(|weight| **weight < 0.0) {
            *weight = 0.0;
        }
        if self.game.baseline {
            self.game.response.respond(&[]).max(0.0)
        } else {
            0.0
        }
    }
}
