//! The laws every model obeys, to be checked over a model of your own.
//!
//! [`check`] fits a specification on three built-in sets of journeys and checks every [`Law`] on
//! them; a test of your crate calls it. A model that needs no fitting goes in as [`Fixed`]. Laws
//! are stated in words at [`Law`], and this crate holds its own models to the same ones.
//!
//! The built-in channels are `call`, `direct`, `e-mail`, `search`, `social`, `tv` and `unseen`,
//! which has no touch: a specification that names channels names some of these. A rule that reads
//! names goes in as a `Fit` with the evidence [`NamesOnly`](crate::attribution::NamesOnly); one that
//! reads them otherwise than against names it holds, say by their length, breaks
//! [`Law::Relabelling`] by design. Leave that law out:
//!
//! ```
//! use mixtouch::attribution::laws::{Law, Lawful};
//!
//! fn check_all_but_names(specification: &impl Lawful) {
//!     for law in Law::ALL.into_iter().filter(|law| *law != Law::Relabelling) {
//!         law.check(specification).unwrap();
//!     }
//! }
//! # check_all_but_names(&mixtouch::attribution::rules::LastNonDirect::default());
//! ```
//!
//! ```
//! use mixtouch::attribution::{EvidenceVersion, laws};
//! use mixtouch::{Accumulator, AttributionModel, Channels, Fit, Journey, Result};
//! use serde::{Deserialize, Serialize};
//!
//! /// Each touch weighs how many converting journeys end with its channel.
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct CloserShare;
//!
//! /// Conversions by last channel: the evidence, and all there is to the model.
//! #[derive(Debug, PartialEq, Serialize, Deserialize)]
//! struct Closers {
//!     version: EvidenceVersion<1>,
//!     channels: Channels,
//!     conversions: Vec<f64>,
//! }
//!
//! impl Accumulator for Closers {
//!     fn observe(&mut self, journey: Journey<'_>) {
//!         if let Some(last) = journey.channels().last() {
//!             self.conversions[last.index()] += journey.outcome().conversions();
//!         }
//!     }
//!
//!     fn merge(&mut self, later: Self) -> Result<()> {
//!         self.channels.same_as(&later.channels)?;
//!         for (sum, other) in self.conversions.iter_mut().zip(later.conversions) {
//!             *sum += other;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! impl Fit for CloserShare {
//!     type Evidence = Closers;
//!     type Model = Closers;
//!
//!     fn evidence(&self, channels: &Channels) -> Closers {
//!         let conversions = vec![0.0; channels.len()];
//!         Closers { version: EvidenceVersion, channels: channels.clone(), conversions }
//!     }
//!
//!     fn solve(&self, evidence: Closers) -> Result<Closers> {
//!         Ok(evidence)
//!     }
//! }
//!
//! impl AttributionModel for Closers {
//!     fn channels(&self) -> Option<&Channels> {
//!         Some(&self.channels)
//!     }
//!
//!     fn weigh(&self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
//!         for (weight, channel) in weights.iter_mut().zip(journey.channels()) {
//!             *weight = self.conversions[channel.index()];
//!         }
//!         0.0
//!     }
//! }
//!
//! laws::check(&CloserShare).unwrap();
//!
//! /// Gives nothing to the first of several touches.
//! #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
//! struct AllButTheFirst;
//!
//! impl AttributionModel for AllButTheFirst {
//!     fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
//!         weights[1..].fill(1.0);
//!         0.0
//!     }
//! }
//!
//! // a journey of one touch is left without credit
//! let broken = laws::check(&laws::Fixed(AllButTheFirst)).unwrap_err();
//! assert_eq!(broken.law(), laws::Law::Conservation);
//! ```

mod fixed;
mod lawful;
mod relabelling;
mod repetition;
mod scoring;
#[cfg(test)]
mod tests;
mod verdict;
mod worlds;

pub use self::fixed::Fixed;
pub use self::lawful::{Lasting, Lawful};

use std::fmt;

/// A law of attribution models.
///
/// ```
/// use mixtouch::attribution::laws::Law;
/// use mixtouch::attribution::rules::LastNonDirect;
///
/// Law::OneTouch.check(&LastNonDirect::default()).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Law {
    /// Weights are finite, and 0 or more unless the model
    /// [is signed](crate::attribution::AttributionModel::is_signed).
    Weights,
    /// Credited + baseline + unattributed = total, for conversions and value; only outcomes
    /// without touches are unattributed.
    Conservation,
    /// Model and credit are the same to the bit on any number of threads and for any order of
    /// persons.
    Determinism,
    /// Evidence of shards, stored, read and merged, gives the credit of the whole to 1e-12 of the
    /// total. Stored evidence has a version, and another version of it does not read.
    Merging,
    /// Renaming channels, which changes their order, changes no credit by more than 1e-12 of the
    /// total. A model that states no channels
    /// ([`channels`](crate::attribution::AttributionModel::channels)) gives the same credit to
    /// renamed channels without a new fit.
    Relabelling,
    /// The only touch of a journey and the baseline share all of its outcome.
    OneTouch,
    /// Specification, model and credit are equal to themselves stored and read.
    Serialisation,
}

impl Law {
    /// All laws, in the order in which [`check`] checks them.
    pub const ALL: [Self; 7] = [
        Self::Weights,
        Self::Conservation,
        Self::OneTouch,
        Self::Determinism,
        Self::Serialisation,
        Self::Merging,
        Self::Relabelling,
    ];

    /// Checks this law over a specification.
    ///
    /// # Errors
    /// If the specification breaks the law, or cannot be fitted on the built-in journeys.
    pub fn check(self, specification: &impl Lawful) -> Result<(), Broken> {
        let verdict = match self {
            Self::Weights => scoring::weights(specification),
            Self::Conservation => scoring::conservation(specification),
            Self::Determinism => repetition::determinism(specification),
            Self::Merging => repetition::merging(specification),
            Self::Relabelling => relabelling::relabelling(specification),
            Self::OneTouch => scoring::one_touch(specification),
            Self::Serialisation => repetition::serialisation(specification),
        };
        verdict.map_err(|finding| Broken {
            law: self,
            finding: finding.0,
        })
    }
}

/// Checks every law over a specification, and stops at the first it breaks.
///
/// # Errors
/// If the specification breaks a law, or cannot be fitted on the built-in journeys.
pub fn check(specification: &impl Lawful) -> Result<(), Broken> {
    Law::ALL
        .into_iter()
        .try_for_each(|law| law.check(specification))
}

/// A law that a specification breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    law: Law,
    finding: String,
}

impl Broken {
    /// The law.
    pub fn law(&self) -> Law {
        self.law
    }

    /// What was found, in words with figures.
    pub fn finding(&self) -> &str {
        &self.finding
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the law {:?} is broken: {}", self.law, self.finding)
    }
}

impl std::error::Error for Broken {}
