//! Dividing conversions among the touches before them.
//!
//! A rule needs no fitting and implements [`AttributionModel`] alone. A model that learns from the
//! journeys comes as a specification that implements [`Fit`]: it gathers [`Fit::Evidence`] in one
//! pass, and solves it into its model. Models only state raw weights; the engine divides, so that
//! credited + baseline + unattributed = total holds for all of them.

mod channel_sets;
mod comparison;
mod counterfactual;
mod credits;
mod grams;
pub mod hazard;
#[cfg(test)]
mod laws;
pub mod markov;
mod parameters;
pub mod regression;
pub mod rules;
pub mod shapley;
mod shares;
mod stream;

pub use self::channel_sets::ChannelSetCounts;
pub use self::comparison::Comparison;
pub use self::comparison::bootstrap::Bootstrap;
pub use self::comparison::table::{
    BaselineCredit, ChannelCredit, ComparisonTable, ModelTable, SegmentTable,
};
pub use self::counterfactual::{Counterfactual, CounterfactualModel, PathOutcomes};
pub use self::credits::{Credits, Tally};
pub use self::parameters::{Parameter, Parameters};
pub use self::shares::ChannelShares;
pub use self::stream::{JourneyCredit, TouchCredit, stream_credits};

use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Sample};

/// What a model needs beyond the sequence of channels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// When each touch happened.
    pub times: bool,
    /// All touches of the person up to the close, not only those in the journey's window; it weighs
    /// and credits those.
    pub timeline: bool,
}

/// Something that divides a journey's outcome among its touches.
///
/// ```
/// use mixtouch::{AttributionModel, Journey, Outcome, PathTable, attribute};
///
/// /// All credit to the second touch, or to the only one.
/// struct SecondTouch;
///
/// impl AttributionModel for SecondTouch {
///     fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
///         let second = weights.len().min(2) - 1;
///         weights[second] = 1.0;
///         0.0
///     }
/// }
///
/// let mut table = PathTable::new();
/// table.push(["social", "search", "e-mail"], Outcome::new(2.0, 0.0, 80.0)?)?;
/// let credits = attribute(&table.journeys()?, &SecondTouch)?;
/// assert_eq!(credits.channel("search").map(|tally| tally.conversions), Some(2.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait AttributionModel: Send + Sync {
    /// What the model needs beyond the sequence of channels. Nothing by default.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// The channels whose numbers the model uses, where it uses any: it then scores journeys with
    /// the same channels only.
    fn channels(&self) -> Option<&Channels> {
        None
    }

    /// The settings, for reports.
    fn parameters(&self) -> Parameters {
        Parameters::default()
    }

    /// Puts raw weights into a zeroed slice with one cell per touch, of which there is at least
    /// one, and returns the weight of the baseline (0 for most). The engine divides each by the sum
    /// of all; where that is not above 0 the outcome is unattributed.
    fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64;

    /// Each channel's share of all attributed conversions, for models whose answer is not a sum
    /// over journeys.
    fn channel_shares(&self) -> Option<&ChannelShares> {
        None
    }

    /// Adds a block's credits; provided, one virtual call a block.
    fn credit(&self, block: Block<'_>, credits: &mut Credits) {
        for journey in block {
            if journey.outcome.conversions > 0.0 {
                credits.weigh_and_add(journey, |journey, weights| self.weigh(journey, weights));
            }
        }
    }
}

/// A specification that learns a model from journeys.
pub trait Fit {
    /// What it needs to know: mergeable, and serialisable where fitting is spread over machines.
    type Evidence: Accumulator;
    /// What it learns.
    type Model: AttributionModel;

    /// Evidence of no journeys.
    fn evidence(&self, channels: &Channels) -> Self::Evidence;

    /// Whether the evidence needs what an input may lack.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// The model the evidence supports.
    ///
    /// # Errors
    /// When the evidence supports none.
    fn solve(&self, evidence: Self::Evidence) -> Result<Self::Model>;

    /// The model the evidence supports, where one fitted on similar evidence is at hand: a
    /// bootstrap replicate's search may start there. Does not look at it by default.
    ///
    /// # Errors
    /// As [`Fit::solve`]; or the earlier model is of another kind.
    fn solve_from(&self, evidence: Self::Evidence, _earlier: &Self::Model) -> Result<Self::Model> {
        self.solve(evidence)
    }

    /// Gathers the evidence of all journeys in parallel and solves it.
    ///
    /// # Errors
    /// As [`Fit::solve`]; or the journeys lack what the specification needs.
    fn fit(&self, journeys: &Journeys) -> Result<Self::Model>
    where
        Self: Sync,
    {
        check_needs(journeys, self.needs(), short_name::<Self>())?;
        self.solve(journeys.accumulate(|| self.evidence(journeys.channels()))?)
    }
}

/// Scores all journeys by one model, in parallel.
///
/// # Errors
/// The journeys lack what the model needs, or the model was fitted on other channels.
///
/// ```
/// use mixtouch::{Outcome, PathTable, attribute};
/// use mixtouch::attribution::rules::Linear;
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(2.0, 5.0, 80.0)?)?;
/// let credits = attribute(&table.journeys()?, &Linear)?;
/// assert_eq!(credits.channel("social").map(|tally| tally.value), Some(40.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub fn attribute<M: AttributionModel + ?Sized>(journeys: &Journeys, model: &M) -> Result<Credits> {
    attribute_sample(journeys.sample(), model)
}

/// The same of journeys with other outcomes than their own.
pub(crate) fn attribute_sample<M: AttributionModel + ?Sized>(
    sample: Sample<'_>,
    model: &M,
) -> Result<Credits> {
    check(sample.journeys, model, short_name::<M>())?;
    let scored = sample.accumulate_converting(|| Scoring {
        model,
        credits: Credits::new(sample.journeys.channels().clone()),
    })?;
    Ok(scored.finish())
}

/// Credits on their way, with the model they come from.
struct Scoring<'a, M: ?Sized> {
    model: &'a M,
    credits: Credits,
}

impl<M: AttributionModel + ?Sized> Scoring<'_, M> {
    fn finish(mut self) -> Credits {
        if let Some(shares) = self.model.channel_shares() {
            self.credits.divide(shares);
        }
        self.credits.settle();
        self.credits
    }
}

impl<M: AttributionModel + ?Sized> Accumulator for Scoring<'_, M> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.credits.weigh_and_add(journey, |journey, weights| {
            self.model.weigh(journey, weights)
        });
    }

    fn observe_block(&mut self, block: Block<'_>) {
        if self.model.channel_shares().is_some() {
            self.credits.pool(block);
        } else if self.model.needs().timeline {
            self.model.credit(block.with_timelines(), &mut self.credits);
        } else {
            self.model.credit(block, &mut self.credits);
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.credits.merge(later.credits)
    }
}

/// Fails unless the journeys have what the model needs and speak of its channels.
fn check<M: AttributionModel + ?Sized>(journeys: &Journeys, model: &M, name: &str) -> Result<()> {
    check_needs(journeys, model.needs(), name)?;
    model
        .channels()
        .map_or(Ok(()), |channels| channels.same_as(journeys.channels()))
}

fn check_needs(journeys: &Journeys, needs: Needs, name: &str) -> Result<()> {
    if (needs.times || needs.timeline) && !journeys.has_times() {
        return Err(Error::MissingInput {
            model: name.to_owned().into(),
            needs: "the times of touches".into(),
        });
    }
    Ok(())
}

fn short_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    name.rsplit("::").next().unwrap_or(name)
}

/// Up to this many touches a journey's channels are compared pair by pair, which needs no memory of
/// its own.
const PAIRWISE: usize = 32;

/// The weight of each touch where a channel's weight is spread evenly over its touches.
#[inline]
fn spread_evenly(channels: &[ChannelId], weights: &mut [f64], weight: impl Fn(ChannelId) -> f64) {
    // where the number of weights is known to the compiler, so is that of the channels then
    let channels = &channels[..weights.len()];
    if channels.len() <= PAIRWISE {
        for (at, &channel) in channels.iter().enumerate() {
            let touches = channels.iter().filter(|&&other| other == channel).count();
            weights[at] = weight(channel) / touches as f64;
        }
        return;
    }
    let sorted = sorted(channels);
    for (at, channel) in channels.iter().enumerate() {
        let first = sorted.partition_point(|other| other < channel);
        let touches = sorted[first..].partition_point(|other| other == channel);
        weights[at] = weight(*channel) / touches as f64;
    }
}

/// The channels in order, repeats kept.
fn sorted(channels: &[ChannelId]) -> Vec<ChannelId> {
    let mut sorted = channels.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The distinct channels in order.
fn distinct(channels: &[ChannelId]) -> Vec<ChannelId> {
    let mut sorted = sorted(channels);
    sorted.dedup();
    sorted
}

/// Hands on the distinct channels in order, without a detour over the heap for journeys of usual
/// length.
#[inline]
fn with_distinct<T>(channels: &[ChannelId], take: impl FnOnce(&[ChannelId]) -> T) -> T {
    if channels.len() > PAIRWISE {
        return take(&distinct(channels));
    }
    let mut set = [ChannelId::NONE; PAIRWISE];
    let mut len = 0;
    for &channel in channels {
        let at = set[..len]
            .iter()
            .position(|&other| other >= channel)
            .unwrap_or(len);
        if at == len || set[at] != channel {
            set.copy_within(at..len, at + 1);
            set[at] = channel;
            len += 1;
        }
    }
    take(&set[..len])
}
