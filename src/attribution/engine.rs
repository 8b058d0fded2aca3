//! Scoring: one model's weights over all journeys, divided into credit.

use crate::attribution::credits::Credits;
use crate::attribution::model::AttributionModel;
use crate::attribution::name_map::NameMap;
use crate::attribution::touched::touched;
use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey, Sample};

/// Scores all journeys with one model, in parallel.
///
/// A fitted model scores by name: touches of channels it was not fitted on get no credit, and
/// conversions without another touch are unattributed. To refuse them instead, ask
/// [`Channels::check_contains`](crate::Channels::check_contains) of the model's channels first.
///
/// # Errors
/// If the journeys lack what the model needs, or it gives a weight that is not finite, or negative
/// without [`AttributionModel::is_signed`].
///
/// ```
/// use mixtouch::attribution::rules::Linear;
/// use mixtouch::{Outcome, PathTable, attribute};
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

/// Like [`attribute`], with the outcomes of a sample.
pub(crate) fn attribute_sample<M: AttributionModel + ?Sized>(
    sample: Sample<'_>,
    model: &M,
) -> Result<Credits> {
    model.needs().check(sample.journeys, model.name())?;
    let names = names(sample.journeys, model);
    sample
        .accumulate_converting(|| Scoring::new(sample.journeys, model, names.as_ref()))?
        .finish()
}

/// Credits on their way, with the model they come from.
pub(super) struct Scoring<'a, M: ?Sized> {
    model: &'a M,
    /// Where the journeys have other channels than the model.
    names: Option<&'a NameMap>,
    credits: Credits,
}

impl<'a, M: AttributionModel + ?Sized> Scoring<'a, M> {
    pub(super) fn new(journeys: &Journeys, model: &'a M, names: Option<&'a NameMap>) -> Self {
        Self {
            model,
            names,
            credits: Credits::new(journeys.channels().clone()),
        }
    }

    /// Fails unless the model has a share for each of its channels: a conversion would be lost.
    fn check_shares(&self) -> Result<()> {
        let Some(shares) = self.model.channel_shares() else {
            return Ok(());
        };
        let own = self.credits.by_channel().len();
        let channels = self.model.channels().map_or(own, Channels::len);
        let found = shares.removal_effects().len();
        if found == channels {
            return Ok(());
        }
        Err(Error::setting(
            format!("the number of channel shares of {}", self.model.name()),
            found,
            format!("one for each channel, {channels}"),
        ))
    }

    /// # Errors
    /// If the model gave a weight it may not give, or has too few or too many shares.
    pub(super) fn finish(mut self) -> Result<Credits> {
        self.check_shares()?;
        match (self.model.channel_shares(), self.names) {
            (Some(shares), Some(names)) => self.credits.divide(&names.shares(shares)?),
            (Some(shares), None) => self.credits.divide(shares),
            (None, _) => (),
        }
        self.credits
            .check_weights(self.model.name(), self.model.is_signed())?;
        self.credits.settle();
        Ok(self.credits)
    }
}

impl<M: AttributionModel + ?Sized> Accumulator for Scoring<'_, M> {
    fn observe(&mut self, journey: Journey<'_>) {
        let Self { model, names, .. } = *self;
        self.credits.weigh_and_add(journey, |journey, weights| {
            weigh(model, names, journey, weights)
        });
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let block = if self.model.needs().timeline {
            block.with_timelines()
        } else {
            block
        };
        match (self.model.channel_shares(), self.names) {
            (Some(_), names) => self.credits.pool(block, |channels| {
                names.is_none_or(|names| names.knows_any(channels))
            }),
            (None, None) => self.model.credit(block, &mut self.credits),
            (None, Some(_)) => block
                .filter(|journey| journey.outcome.conversions > 0.0)
                .for_each(|journey| self.observe(journey)),
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.credits.merge(later.credits)
    }
}

/// How the journeys' channels match those that the model knows, unless they are the same.
pub(super) fn names<M: AttributionModel + ?Sized>(
    journeys: &Journeys,
    model: &M,
) -> Option<NameMap> {
    let names = NameMap::of_ready(model, journeys.channels())?;
    let same = model.channels()?.same_as(journeys.channels()).is_ok();
    // a channel that was declared alone is in neither: journeys are then read as they are
    let is_needed = !same || {
        let touched = touched(journeys);
        names.unknown().any(|id| touched[id.index()])
    };
    is_needed.then_some(names)
}

/// The model's weights, by name where the journeys have other channels.
#[inline]
pub(super) fn weigh<M: AttributionModel + ?Sized>(
    model: &M,
    names: Option<&NameMap>,
    journey: Journey<'_>,
    weights: &mut [f64],
) -> f64 {
    match names {
        None => model.weigh(journey, weights),
        Some(names) => names.weigh(model, journey, weights),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::rules::Linear;
    use crate::attribution::stream::stream_credits;
    use crate::journeys::{Outcome, PathTable};
    use std::sync::Arc;

    /// Gives the last touch this weight, all others 2, the baseline the second number.
    struct Toy(f64, f64, bool);

    impl AttributionModel for Toy {
        fn is_signed(&self) -> bool {
            self.2
        }

        fn weigh(&self, _: Journey<'_>, weights: &mut [f64]) -> f64 {
            weights.fill(2.0);
            weights[weights.len() - 1] = self.0;
            self.1
        }
    }

    /// Journeys of two and of nine touches: weights of few touches take another way.
    fn journeys() -> Vec<Journeys> {
        let table = |touches| {
            let mut table = PathTable::new();
            let path = ["a"; 8].into_iter().take(touches).chain(["b"]);
            table
                .push(path, Outcome::new(2.0, 1.0, 8.0).unwrap())
                .unwrap();
            table.journeys().unwrap()
        };
        vec![table(1), table(8)]
    }

    #[test]
    fn weights_that_are_none_are_errors() {
        for (weight, baseline, signed) in [
            (f64::NAN, 0.0, false),
            (f64::INFINITY, 0.0, false),
            (f64::NEG_INFINITY, 0.0, true),
            (f64::NAN, 0.0, true),
            (1.0, f64::NAN, true),
            (-1.0, 0.0, false),
            (-99.0, 0.0, false),
            (1.0, -1.0, false),
        ] {
            let toy = Toy(weight, baseline, signed);
            for journeys in journeys() {
                let streamed = stream_credits(&journeys, &toy, |_| Ok(())).unwrap_err();
                let scored = attribute(&journeys, &toy).unwrap_err();
                for error in [streamed, scored] {
                    let text = error.to_string();
                    assert!(matches!(error, Error::Setting { .. }), "{text}");
                    assert!(text.starts_with("a weight of Toy is "), "{text}");
                }
            }
        }
    }

    #[test]
    fn declared_signs_and_zeros_are_weights() {
        for (others, journeys) in [1.0, 8.0].into_iter().zip(journeys()) {
            let credits = attribute(&journeys, &Toy(-1.0, 0.0, true)).unwrap();
            let expected = -2.0 / (2.0 * others - 1.0);
            assert_eq!(credits.channel("b").unwrap().conversions, expected);
            for zero in [0.0, -0.0] {
                let credits = attribute(&journeys, &Toy(zero, zero, false)).unwrap();
                assert_eq!(credits.channel("a").unwrap().conversions, 2.0);
            }
        }
    }

    #[test]
    fn pointers_to_a_model_score_like_the_model() {
        let boxed: Box<dyn AttributionModel> = Box::new(Linear);
        let shared: Arc<dyn AttributionModel> = Arc::new(Linear);
        for journeys in journeys() {
            let expected = attribute(&journeys, &Linear).unwrap();
            assert_eq!(attribute(&journeys, &boxed).unwrap(), expected);
            assert_eq!(attribute(&journeys, &shared).unwrap(), expected);
            assert_eq!(attribute(&journeys, &&Linear).unwrap(), expected);
            assert_eq!(shared.name(), "Linear");
        }
    }
}
