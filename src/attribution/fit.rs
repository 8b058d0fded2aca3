//! How a model is fitted.

use crate::attribution::evidence::Gathering;
use crate::attribution::model::AttributionModel;
use crate::attribution::needs::Needs;
use crate::attribution::replicate::Replicate;
use crate::attribution::type_name::short_name;
use crate::channel::Channels;
use crate::error::Result;
use crate::journeys::Accumulator;
use crate::journeys::arena::Journeys;
use crate::progress::{Progress, Stage, step};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A specification that learns a model from journeys.
///
/// Fitting gathers [`Fit::Evidence`] in one pass over the journeys and solves it. Evidence of
/// disjoint sets of persons merges into that of all, and it is serialisable, so that the pass can
/// be spread over machines. `&F`, `Box<F>` and `Arc<F>` are specifications wherever `F` is.
///
/// ```
/// use mixtouch::attribution::EvidenceVersion;
/// use mixtouch::{Accumulator, AttributionModel, Channels, Fit, Journey, Result};
/// use mixtouch::{Outcome, PathTable, attribute};
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

    /// Evidence of no journeys, to be gathered from these: where what is gathered depends on them
    /// all, such as on how many conversions there are. Like [`Fit::evidence`] by default.
    fn evidence_for(&self, journeys: &Journeys) -> Self::Evidence {
        self.evidence(journeys.channels())
    }

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

    /// The model of a bootstrap replicate's evidence. `earlier` is that of the evidence itself, and
    /// `replicate` gives random numbers for what a fit reads besides evidence. Like
    /// [`Fit::solve_from`] by default.
    ///
    /// # Errors
    /// Like [`Fit::solve_from`].
    fn solve_replicate(
        &self,
        evidence: Self::Evidence,
        earlier: &Self::Model,
        _replicate: &Replicate,
    ) -> Result<Self::Model> {
        self.solve_from(evidence, earlier)
    }

    /// The model of one segment's evidence, where that of all journeys is at hand: for what a fit
    /// reads besides evidence and that is about all persons. Ignores it by default.
    ///
    /// # Errors
    /// Like [`Fit::solve_with_progress`].
    fn solve_segment(
        &self,
        evidence: Self::Evidence,
        _whole: &Self::Model,
        progress: &dyn Progress,
    ) -> Result<Self::Model> {
        self.solve_with_progress(evidence, None, progress)
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
        let fresh = || Gathering::new(self.evidence_for(journeys), self.needs());
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

            fn evidence_for(&self, journeys: &Journeys) -> Self::Evidence {
                (**self).evidence_for(journeys)
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

            fn solve_replicate(
                &self,
                evidence: Self::Evidence,
                earlier: &Self::Model,
                replicate: &Replicate,
            ) -> Result<Self::Model> {
                (**self).solve_replicate(evidence, earlier, replicate)
            }

            fn solve_segment(
                &self,
                evidence: Self::Evidence,
                whole: &Self::Model,
                progress: &dyn Progress,
            ) -> Result<Self::Model> {
                (**self).solve_segment(evidence, whole, progress)
            }
        }
    )*};
}

forward_fits!(&F, Box<F>, Arc<F>);
