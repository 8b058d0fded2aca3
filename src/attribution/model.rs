//! What a model is, and how one is fitted.

use crate::attribution::credits::Credits;
use crate::attribution::evidence::Gathering;
use crate::attribution::parameters::Parameters;
use crate::attribution::shares::ChannelShares;
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{Block, Journeys};
use crate::progress::{Progress, Stage, step};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What a model or its evidence reads besides the sequence of channels.
///
/// ```
/// use mixtouch::attribution::Needs;
///
/// let needs = Needs { times: true, ..Needs::default() };
/// assert!(!needs.timeline && needs.journeys);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// The second of each touch. False by default.
    pub times: bool,
    /// All touches of the person up to the close, not only those in the journey's window. A model
    /// that asks for them weighs and credits those. False by default.
    pub timeline: bool,
    /// Any journey at all. True by default; false for a specification that only looks channel
    /// names up, whose evidence is then complete before the first journey. Of a model it is
    /// ignored.
    pub journeys: bool,
}

impl Default for Needs {
    fn default() -> Self {
        Self {
            times: false,
            timeline: false,
            journeys: true,
        }
    }
}

impl Needs {
    /// Of models that read whole timelines.
    pub(super) const TIMELINE: Self = Self {
        times: true,
        timeline: true,
        journeys: true,
    };
    /// Of specifications that look names up only.
    pub(super) const NAMES: Self = Self {
        times: false,
        timeline: false,
        journeys: false,
    };

    /// Fails unless the journeys have what is needed; `name` is the model's.
    pub(super) fn check(self, journeys: &Journeys, name: &str) -> Result<()> {
        if (self.times || self.timeline) && !journeys.has_times() {
            return Err(Error::MissingInput {
                model: name.to_owned().into(),
                needs: "the times of touches".into(),
            });
        }
        Ok(())
    }
}

/// A model that divides a journey's outcome among its touches.
///
/// `&M`, `Box<M>` and `Arc<M>` are models wherever `M` is, also for `M = dyn AttributionModel`.
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
/// let models: [Box<dyn AttributionModel>; 1] = [Box::new(SecondTouch)];
/// for model in &models {
///     let credits = attribute(&table.journeys()?, model)?;
///     assert_eq!(credits.channel("search").map(|tally| tally.conversions), Some(2.0));
/// }
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait AttributionModel: Send + Sync {
    /// What errors call the model: the name of its type by default.
    fn name(&self) -> &'static str {
        short_name::<Self>()
    }

    /// What the model reads besides the sequence of channels. Nothing by default.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// Whether weights may be negative, and credit with them. False by default: scoring then fails
    /// where a weight is below 0.
    fn is_signed(&self) -> bool {
        false
    }

    /// The channels the model was fitted on, if it uses their numbers: it then scores journeys with
    /// the same channels only.
    fn channels(&self) -> Option<&Channels> {
        None
    }

    /// The settings, for reports.
    fn parameters(&self) -> Parameters {
        Parameters::default()
    }

    /// Puts raw weights into a zeroed slice with one cell per touch, of which there is at least
    /// one, and returns the weight of the baseline (0 for most).
    ///
    /// The engine divides each weight by the sum of all; where that is not > 0 the outcome is
    /// unattributed. Weights are finite, and 0 or more unless [`AttributionModel::is_signed`].
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

macro_rules! forward_models {
    ($($pointer:ty),*) => {$(
        impl<M: AttributionModel + ?Sized> AttributionModel for $pointer {
            fn name(&self) -> &'static str {
                (**self).name()
            }

            fn needs(&self) -> Needs {
                (**self).needs()
            }

            fn is_signed(&self) -> bool {
                (**self).is_signed()
            }

            fn channels(&self) -> Option<&Channels> {
                (**self).channels()
            }

            fn parameters(&self) -> Parameters {
                (**self).parameters()
            }

            fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
                (**self).weigh(journey, weights)
            }

            fn channel_shares(&self) -> Option<&ChannelShares> {
                (**self).channel_shares()
            }

            fn credit(&self, block: Block<'_>, credits: &mut Credits) {
                (**self).credit(block, credits);
            }
        }
    )*};
}

forward_models!(&M, Box<M>, Arc<M>);

/// A specification that learns a model from journeys.
///
/// Fitting gathers [`Fit::Evidence`] in one pass over the journeys and solves it. Evidence of
/// disjoint sets of persons merges into that of all, and it is serialisable, so that the pass can
/// be spread over machines. `&F`, `Box<F>` and `Arc<F>` are specifications wherever `F` is.
///
/// ```
/// use mixtouch::attribution::EvidenceVersion;
/// use mixtouch::{
///     Accumulator, AttributionModel, Channels, Fit, Journey, Outcome, PathTable, Result, attribute,
/// };
/// use serde::{Deserialize, Serialize};
///
/// /// Each touch weighs how many converting journeys end with its channel.
/// struct CloserShare;
///
/// /// Conversions by last channel.
/// #[derive(Serialize, Deserialize)]
/// struct Closers {
///     version: EvidenceVersion<1>,
///     channels: Channels,
///     conversions: Vec<f64>,
/// }
///
/// impl Accumulator for Closers {
///     fn observe(&mut self, journey: Journey<'_>) {
///         if let Some(last) = journey.channels().last() {
///             self.conversions[last.index()] += journey.outcome().conversions();
///         }
///     }
///
///     fn merge(&mut self, later: Self) -> Result<()> {
///         self.channels.same_as(&later.channels)?;
///         for (sum, other) in self.conversions.iter_mut().zip(later.conversions) {
///             *sum += other;
///         }
///         Ok(())
///     }
/// }
///
/// impl Fit for CloserShare {
///     type Evidence = Closers;
///     type Model = CloserModel;
///
///     fn evidence(&self, channels: &Channels) -> Closers {
///         let conversions = vec![0.0; channels.len()];
///         Closers { version: EvidenceVersion, channels: channels.clone(), conversions }
///     }
///
///     fn solve(&self, evidence: Closers) -> Result<CloserModel> {
///         Ok(CloserModel(evidence))
///     }
/// }
///
/// struct CloserModel(Closers);
///
/// impl AttributionModel for CloserModel {
///     fn channels(&self) -> Option<&Channels> {
///         Some(&self.0.channels)
///     }
///
///     fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
///         for (weight, channel) in weights.iter_mut().zip(journey.channels()) {
///             *weight = self.0.conversions[channel.index()];
///         }
///         0.0
///     }
/// }
///
/// let mut table = PathTable::new();
/// table.push(["social", "search"], Outcome::new(3.0, 5.0, 0.0)?)?;
/// table.push(["search", "social"], Outcome::new(1.0, 5.0, 0.0)?)?;
/// let journeys = table.journeys()?;
/// let credits = attribute(&journeys, &CloserShare.fit(&journeys)?)?;
/// assert_eq!(credits.channel("search").map(|tally| tally.conversions), Some(3.0));
/// # Ok::<(), mixtouch::Error>(())
/// ```
pub trait Fit {
    /// What it learns from: mergeable, and serialisable with an
    /// [`EvidenceVersion`](crate::attribution::EvidenceVersion).
    type Evidence: Accumulator + Serialize + DeserializeOwned;
    /// What it learns.
    type Model: AttributionModel;

    /// Evidence of no journeys.
    fn evidence(&self, channels: &Channels) -> Self::Evidence;

    /// What the evidence reads besides the sequence of channels. Where it asks for timelines, it
    /// sees each journey with its person's.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// The model the evidence supports.
    ///
    /// # Errors
    /// If the evidence supports none.
    fn solve(&self, evidence: Self::Evidence) -> Result<Self::Model>;

    /// The model the evidence supports, where one fitted on similar evidence is at hand: a
    /// bootstrap replicate's search may start there. Ignores it by default.
    ///
    /// # Errors
    /// Like [`Fit::solve`]; or if the earlier model has other settings.
    fn solve_from(&self, evidence: Self::Evidence, _earlier: &Self::Model) -> Result<Self::Model> {
        self.solve(evidence)
    }

    /// Like [`Fit::solve`], or [`Fit::solve_from`] where an earlier model is at hand, for long
    /// searches: reports steps of [`Stage::Fitting`](crate::progress::Stage::Fitting). Reports
    /// nothing by default.
    ///
    /// # Errors
    /// Like [`Fit::solve_from`]; or if the observer stops the search.
    fn solve_with_progress(
        &self,
        evidence: Self::Evidence,
        earlier: Option<&Self::Model>,
        _progress: &dyn Progress,
    ) -> Result<Self::Model> {
        match earlier {
            Some(earlier) => self.solve_from(evidence, earlier),
            None => self.solve(evidence),
        }
    }

    /// Gathers the evidence of all journeys in parallel: of a shard, to be stored and merged.
    ///
    /// # Errors
    /// If the journeys lack what the specification needs.
    fn gather(&self, journeys: &Journeys) -> Result<Self::Evidence>
    where
        Self: Sync,
    {
        self.needs().check(journeys, short_name::<Self>())?;
        let fresh = || Gathering::new(self.evidence(journeys.channels()), self.needs());
        let gathered = if self.needs().journeys {
            journeys.accumulate(fresh)?
        } else {
            fresh()
        };
        Ok(gathered.evidence)
    }

    /// Gathers the evidence of all journeys in parallel and solves it.
    ///
    /// # Errors
    /// Like [`Fit::gather`] and [`Fit::solve`].
    fn fit(&self, journeys: &Journeys) -> Result<Self::Model>
    where
        Self: Sync,
    {
        self.solve(self.gather(journeys)?)
    }

    /// Like [`Fit::fit`], watched by an observer.
    ///
    /// # Errors
    /// Like [`Fit::fit`]; or if the observer stops the work.
    fn fit_with_progress(&self, journeys: &Journeys, progress: &dyn Progress) -> Result<Self::Model>
    where
        Self: Sync,
    {
        step(progress, Stage::Fitting, 0, None)?;
        self.solve_with_progress(self.gather(journeys)?, None, progress)
    }
}

macro_rules! forward_fits {
    ($($pointer:ty),*) => {$(
        impl<F: Fit + ?Sized> Fit for $pointer {
            type Evidence = F::Evidence;
            type Model = F::Model;

            fn evidence(&self, channels: &Channels) -> Self::Evidence {
                (**self).evidence(channels)
            }

            fn needs(&self) -> Needs {
                (**self).needs()
            }

            fn solve(&self, evidence: Self::Evidence) -> Result<Self::Model> {
                (**self).solve(evidence)
            }

            fn solve_from(
                &self,
                evidence: Self::Evidence,
                earlier: &Self::Model,
            ) -> Result<Self::Model> {
                (**self).solve_from(evidence, earlier)
            }

            fn solve_with_progress(
                &self,
                evidence: Self::Evidence,
                earlier: Option<&Self::Model>,
                progress: &dyn Progress,
            ) -> Result<Self::Model> {
                (**self).solve_with_progress(evidence, earlier, progress)
            }
        }
    )*};
}

forward_fits!(&F, Box<F>, Arc<F>);

/// The name of a type without its path and parameters.
fn short_name<T: ?Sized>() -> &'static str {
    let name = std::any::type_name::<T>();
    let name = name.split('<').next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}
