//! What a model is.

use crate::attribution::calibration::Calibration;
use crate::attribution::credits::Credits;
use crate::attribution::fit_record::FitRecord;
use crate::attribution::needs::Needs;
use crate::attribution::parameters::Parameters;
use crate::attribution::sensitivity::Sensitivity;
use crate::attribution::shares::ChannelShares;
use crate::attribution::type_name::short_name;
use crate::channel::{ChannelId, Channels};
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use std::sync::Arc;

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
/// let journeys = table.journeys()?;
/// let models: [Box<dyn AttributionModel>; 1] = [Box::new(SecondTouch)];
/// for model in &models {
///     let credits = attribute(&journeys, model)?;
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

    /// Whether the model estimates what would have come without marketing. A report then shows its
    /// baseline, also where it is 0. False by default.
    fn has_baseline(&self) -> bool {
        false
    }

    /// The channels the model was fitted on, if it uses their numbers.
    ///
    /// Journeys with other channels are scored by name: the model sees them without the touches of
    /// channels it does not know, which get no credit; a journey of such touches alone is
    /// unattributed.
    fn channels(&self) -> Option<&Channels> {
        None
    }

    /// Those of [`AttributionModel::channels`] that the fit saw no touch of. None by default.
    ///
    /// A builder knows every channel it has seen, also one whose only row lies outside the journeys
    /// fitted on. Its touches get no credit, and a [`Comparison`](crate::Comparison) names it, as a
    /// channel that the model does not know.
    fn unseen_channels(&self) -> Vec<ChannelId> {
        Vec::new()
    }

    /// What the model carries with it of its fit; nothing by default. A
    /// [`StoredModel`](crate::attribution::StoredModel) has it, and a report tells it.
    fn fit_record(&self) -> Option<FitRecord<'_>> {
        None
    }

    /// The part of what sets the parameters that comes from a prior or a penalty rather than from
    /// the data, 0 to 1. Unknown by default.
    ///
    /// A [`Comparison`](crate::Comparison) reports a model with more than half.
    fn prior_share(&self) -> Option<f64> {
        None
    }

    /// What experiments say of channels beside what the journeys say; nothing by default. A
    /// [`Comparison`](crate::Comparison) reports it.
    fn calibration(&self) -> &[Calibration] {
        &[]
    }

    /// How strong selection would have to be to explain the credit of each of
    /// [`AttributionModel::channels`]; nothing by default. A [`Comparison`](crate::Comparison)
    /// reports it.
    fn sensitivity(&self) -> &[Sensitivity] {
        &[]
    }

    /// The settings, for reports.
    fn parameters(&self) -> Parameters {
        Parameters::default()
    }

    /// How many numbers the model learned from data: rates, probabilities, coefficients. `None` for
    /// rules and other models that learn nothing.
    ///
    /// Set beside [`AttributionModel::fitted_conversions`] it says how much the data can tell: 12
    /// conversions do not determine 43 rates.
    fn free_parameters(&self) -> Option<usize> {
        None
    }

    /// How many conversions it learned them from. `None` where it learned nothing, or does not keep
    /// the number.
    fn fitted_conversions(&self) -> Option<f64> {
        None
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

/// What a model that holds another one passes on to it.
macro_rules! forward_to_model {
    ($self:ident, $model:expr) => {
        fn name(&$self) -> &'static str {
            $model.name()
        }

        fn needs(&$self) -> Needs {
            $model.needs()
        }

        fn is_signed(&$self) -> bool {
            $model.is_signed()
        }

        fn has_baseline(&$self) -> bool {
            $model.has_baseline()
        }

        fn channels(&$self) -> Option<&Channels> {
            $model.channels()
        }

        fn prior_share(&$self) -> Option<f64> {
            $model.prior_share()
        }

        fn calibration(&$self) -> &[Calibration] {
            $model.calibration()
        }

        fn sensitivity(&$self) -> &[Sensitivity] {
            $model.sensitivity()
        }

        fn parameters(&$self) -> Parameters {
            $model.parameters()
        }

        fn free_parameters(&$self) -> Option<usize> {
            $model.free_parameters()
        }

        fn fitted_conversions(&$self) -> Option<f64> {
            $model.fitted_conversions()
        }

        fn weigh(&$self, journey: Journey<'_>, weights: &mut [f64]) -> f64 {
            $model.weigh(journey, weights)
        }

        fn channel_shares(&$self) -> Option<&ChannelShares> {
            $model.channel_shares()
        }

        fn credit(&$self, block: Block<'_>, credits: &mut Credits) {
            $model.credit(block, credits);
        }
    };
}

pub(in crate::attribution) use forward_to_model;

macro_rules! forward_models {
    ($($pointer:ty),*) => {$(
        impl<M: AttributionModel + ?Sized> AttributionModel for $pointer {
            forward_to_model!(self, (**self));

            fn unseen_channels(&self) -> Vec<ChannelId> {
                (**self).unseen_channels()
            }

            fn fit_record(&self) -> Option<FitRecord<'_>> {
                (**self).fit_record()
            }
        }
    )*};
}

forward_models!(&M, Box<M>, Arc<M>);
