//! Scoring: one model's weights over all journeys, divided into credit.

use crate::attribution::credits::Credits;
use crate::attribution::model::AttributionModel;
use crate::error::Result;
use crate::journeys::arena::{Block, Journeys};
use crate::journeys::{Accumulator, Journey, Sample};

/// Scores all journeys with one model, in parallel.
///
/// # Errors
/// If the journeys lack what the model needs, the model was fitted on other channels, or it gives a
/// weight that is not finite, or negative without [`AttributionModel::is_signed`].
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
    check(sample.journeys, model, model.name())?;
    sample
        .accumulate_converting(|| Scoring::new(sample.journeys, model))?
        .finish()
}

/// Credits on their way, with the model they come from.
pub(super) struct Scoring<'a, M: ?Sized> {
    model: &'a M,
    credits: Credits,
}

impl<'a, M: AttributionModel + ?Sized> Scoring<'a, M> {
    pub(super) fn new(journeys: &Journeys, model: &'a M) -> Self {
        Self {
            model,
            credits: Credits::new(journeys.channels().clone()),
        }
    }

    /// # Errors
    /// If the model gave a weight it may not give.
    pub(super) fn finish(mut self) -> Result<Credits> {
        if let Some(shares) = self.model.channel_shares() {
            self.credits.divide(shares);
        }
        self.credits
            .check_weights(self.model.name(), self.model.is_signed())?;
        self.credits.settle();
        Ok(self.credits)
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

/// Fails unless the journeys have what the model needs and the same channels.
pub(super) fn check<M: AttributionModel + ?Sized>(
    journeys: &Journeys,
    model: &M,
    name: &str,
) -> Result<()> {
    model.needs().check(journeys, name)?;
    model
        .channels()
        .map_or(Ok(()), |channels| channels.same_as(journeys.channels()))
}
