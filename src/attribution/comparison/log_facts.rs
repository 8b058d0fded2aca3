//! What a comparison tells of a log besides credit.

use crate::channel::Channels;
use crate::error::{Error, Result};
use crate::journeys::arena::{Journeys, Totals};
use crate::journeys::{Irregularities, JourneyOptions};
use crate::time::TimeRange;
use serde::{Deserialize, Serialize};

/// What a comparison tells of a log besides credit; of shards of a log it adds up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LogFacts {
    pub(crate) channels: Channels,
    pub(crate) totals: Totals,
    pub(crate) observed: Option<TimeRange>,
    pub(crate) forgotten: Option<TimeRange>,
    /// A single goal included.
    irregularities: Irregularities,
    /// Of all persons, also outside journeys.
    touches: u64,
    pub(crate) options: Option<JourneyOptions>,
    /// By channel, where any are known.
    pub(crate) costs: Option<Vec<f64>>,
}

impl LogFacts {
    pub(crate) fn of(journeys: &Journeys) -> Self {
        Self {
            channels: journeys.channels().clone(),
            totals: journeys.totals(),
            observed: journeys.observed(),
            forgotten: journeys.forgotten(),
            irregularities: journeys.shard_irregularities(),
            touches: journeys.all_touches() as u64,
            options: journeys.options().cloned(),
            costs: journeys.costs().map(<[f64]>::to_vec),
        }
    }

    pub(crate) fn irregularities(&self) -> Irregularities {
        self.irregularities.clone().told()
    }

    /// What each channel cost; empty where no costs are known.
    pub(crate) fn known_costs(&self) -> Vec<Option<f64>> {
        let costs = self.costs.iter().flatten();
        costs.copied().map(Some).collect()
    }

    /// Adds a later shard's.
    ///
    /// # Errors
    /// If its channels are others, or its journeys were cut by other options.
    pub(crate) fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        if self.options != later.options {
            return Err(Error::setting(
                "the options that journeys of a shard were cut by",
                format!("{:?}", later.options),
                format!("those of the shard before it, {:?}", self.options),
            ));
        }
        self.totals += later.totals;
        self.observed = hull(self.observed, later.observed)?;
        self.forgotten = hull(self.forgotten, later.forgotten)?;
        self.touches += later.touches;
        self.irregularities
            .merge(later.irregularities, self.touches);
        match (&mut self.costs, later.costs) {
            (Some(costs), Some(more)) => {
                let sums = costs.iter_mut().zip(more);
                sums.for_each(|(sum, cost)| *sum += cost);
            }
            (costs @ None, more) => *costs = more,
            (Some(_), None) => {}
        }
        Ok(())
    }
}

/// The shortest range that holds both.
fn hull(one: Option<TimeRange>, other: Option<TimeRange>) -> Result<Option<TimeRange>> {
    let (Some(one), Some(other)) = (one, other) else {
        return Ok(one.or(other));
    };
    let (from, to) = (one.from().min(other.from()), one.to().max(other.to()));
    TimeRange::new(from, to).map(Some)
}
