//! All partitions to one arena, a few at a time.
//!
//! ```text
//!            wave 1        wave 2        wave 3
//! gather+cut [p0 p1 p2 p3] [p4 p5 p6 p7] [p8 ..]
//! assemble                 [p0 .. p3]    [p4 .. p7]    [p8 ..]
//! ```
//!
//! One wave is added to the arena while the next one is cut, so that of a large log the journeys of
//! few partitions stand in memory twice.

use crate::channel::ChannelNames;
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::event::{CleanedRows, CostTable};
use crate::journeys::arena::columns::{Journeys, People, Places};
use crate::journeys::arena::conversions::Conversions;
use crate::journeys::arena::labels::TouchLabels;
use crate::journeys::arena::observation::Observation;
use crate::journeys::arena::totals::Totals;
use crate::journeys::build::assemble::{AssembledColumns, GrowingArena};
use crate::journeys::build::costs::settled_costs;
use crate::journeys::build::counts::RowCounts;
use crate::journeys::build::cut::PartitionCutter;
use crate::journeys::build::cut_journeys::CutJourneys;
use crate::journeys::build::gather::{Scratch, Source};
use crate::journeys::build::labels::split;
use crate::journeys::build::names::Names;
use crate::journeys::build::orders::Orders;
use crate::journeys::build::partition::{PartitionedRows, SaleRow, runs};
use crate::journeys::build::ties::Ties;
use crate::journeys::irregularities::Irregularities;
use crate::journeys::options::JourneyOptions;
use crate::progress::{Progress, Stage, step};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;

/// Partitions that a thread cuts before they are added to the arena; more where they have fewer
/// rows than this.
const WAVE: usize = 16;
const WAVE_ROWS: usize = 1 << 18;

/// The journeys of all partitions, on their way into the arena.
pub(super) struct CutPartitions {
    arena: GrowingArena,
    channels: Channels,
    costs: Vec<f64>,
    /// Of touches, by code of the segment and channel.
    segment_costs: BTreeMap<(u32, ChannelId), f64>,
    censored: u64,
    counts: RowCounts,
    observation: Observation,
}

/// What a builder has taken in.
pub(super) struct BuilderRows<'a> {
    pub(super) names: &'a Names,
    pub(super) batches: &'a [PartitionedRows],
    pub(super) costs: &'a CostTable,
    /// Whether rows of one person and second have an order of their own.
    pub(super) ties_by_name: bool,
}

impl CutPartitions {
    /// Cuts every partition that has rows.
    ///
    /// # Errors
    /// If the options name a channel that is not there, if a partition has 2^32 touches, or if the
    /// observer stops.
    pub(super) fn new(
        options: &JourneyOptions,
        rows: &BuilderRows<'_>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let &BuilderRows {
            names,
            batches,
            costs,
            ties_by_name,
        } = rows;
        let channels = Channels::new(names.channels.iter().chain(costs.channels()))?;
        let ranks: Vec<ChannelId> = names
            .channels
            .iter()
            .filter_map(|name| channels.id(name))
            .collect();
        let last = batches.iter().filter_map(|batch| batch.last).max();
        let mut cutter = PartitionCutter::new(options, &channels, ranks, last.unwrap_or(0))?;
        cutter.count_goals(names.goals.len() > 0);
        let sales: Vec<&[SaleRow]> = batches.iter().map(PartitionedRows::all_sales).collect();
        let returns: Vec<&[SaleRow]> = batches.iter().map(PartitionedRows::all_returns).collect();
        let (table, len) = (&names.people, names.orders.len());
        let orders = Orders::new(&sales, &returns, len, table, options);
        let rows: usize = batches.iter().map(PartitionedRows::len).sum();
        // partition by partition where amounts are added up, so that the sums have the same bits
        let adds_up = orders.has_repeats() || batches.iter().any(|batch| !batch.cost.is_empty());
        let filled = filled_runs(batches, if adds_up { usize::MAX } else { rows });
        let ties = ties_by_name.then(|| Ties::new(names, &channels));
        let mut cut = Self {
            arena: GrowingArena::new(filled.len(), rows),
            costs: vec![0.0; channels.len()],
            segment_costs: BTreeMap::new(),
            censored: 0,
            counts: RowCounts::default(),
            observation: cutter.observation(),
            channels,
        };
        let source = Source {
            batches,
            table,
            options,
            orders: &orders,
            ties: ties.as_ref(),
        };
        cut.counts.unmatched_returns = orders.unmatched_returns();
        cut.add_waves(&source, &cutter, &filled, progress)?;
        Ok(cut)
    }

    fn add_waves(
        &mut self,
        source: &Source<'_>,
        cutter: &PartitionCutter,
        filled: &[Range<usize>],
        progress: &dyn Progress,
    ) -> Result<()> {
        let rows: usize = source.batches.iter().map(PartitionedRows::len).sum();
        let shared = source.options.keeps_runs();
        let cut =
            |scratch: &mut Scratch, run: &Range<usize>| cutter.cut(source.gather(run, scratch));
        let total = Some(filled.len() as u64);
        step(progress, Stage::Building, 0, total)?;
        let (mut parts, mut done) = (Vec::new(), 0);
        let wave = WAVE.max(WAVE_ROWS * filled.len() / rows.max(1));
        for runs in filled.chunks(wave * rayon::current_num_threads()) {
            // while the last ones are added the next ones are cut: no thread waits for another at
            // the end of each
            let next = || runs.par_iter().map_init(Scratch::default, cut).collect();
            let (added, cut) = rayon::join(|| self.add(parts, shared), next);
            added?;
            parts = cut;
            done += runs.len() as u64;
            step(progress, Stage::Building, done, total)?;
        }
        self.add(parts, shared)
    }

    fn add(&mut self, parts: Vec<CutJourneys>, shared: bool) -> Result<()> {
        for part in &parts {
            let touches = part
                .timeline
                .channels
                .len()
                .max(part.touches.channels.len());
            u32::try_from(touches).map_err(|_| {
                Error::setting(
                    "touches in one partition of persons",
                    touches,
                    "fewer than 2^32",
                )
            })?;
            self.costs
                .iter_mut()
                .zip(&part.costs)
                .for_each(|(sum, cost)| *sum += cost);
            for (&key, cost) in &part.segment_costs {
                *self.segment_costs.entry(key).or_default() += cost;
            }
            self.censored += part.censored;
            self.counts.add(&part.counts);
        }
        self.arena.add(&parts, shared);
        Ok(())
    }

    /// The arena of all journeys.
    pub(super) fn journeys(
        self,
        names: Names,
        options: &JourneyOptions,
        table: &CostTable,
        cleaned_rows: CleanedRows,
    ) -> Result<Journeys> {
        let costs = settled_costs(self.costs, table, &self.channels, options)?;
        let irregularities = Irregularities::new(self.counts, cleaned_rows, &names.goals, options);
        let AssembledColumns {
            touches,
            timeline,
            starts,
            ends,
            closes,
            outcomes,
            places,
            conversion_counts,
            conversions,
            people,
            segments,
        } = self
            .arena
            .finish(options.keeps_runs(), &names.segments, self.segment_costs);
        let mut journeys = Journeys {
            channels: self.channels,
            touches,
            starts,
            ends,
            closes,
            outcomes,
            places: Places::new(&names.places, places)?,
            people: Some(People {
                table: names.people,
                ..people
            }),
            timeline,
            costs,
            observation: self.observation,
            options: Some(Box::new(options.clone())),
            segments,
            labels: (!options.touch_columns.is_empty())
                .then(|| TouchLabels::new(&options.touch_columns, &names.labels, split)),
            conversions: options.orders.then(|| {
                let texts = [names.goals, names.orders];
                Conversions::new(conversions, &conversion_counts, texts, names.places)
            }),
            censored: self.censored,
            irregularities,
            net_of_returns: options.net_of_returns,
            forgotten: None,
            totals: Totals::default(),
        };
        journeys.totals = journeys.accumulate(Totals::default)?;
        Ok(journeys)
    }
}

/// The runs of partitions that have rows.
fn filled_runs(batches: &[PartitionedRows], rows: usize) -> Vec<Range<usize>> {
    let has_rows = |run: &Range<usize>| {
        batches.iter().any(|batch| {
            let sales = batch.sales(run).len() + batch.returns(run).len();
            !batch.touches(run).is_empty() || sales > 0
        })
    };
    runs(rows).filter(has_rows).collect()
}

impl Places {
    /// From numbers of `names` to ranks by name; nothing where no conversion names its place.
    fn new(names: &ChannelNames, mut places: Vec<ChannelId>) -> Result<Option<Self>> {
        if places.iter().all(|&place| place == ChannelId::NONE) {
            return Ok(None);
        }
        let table = Channels::new(names.iter())?;
        let ranks: Vec<ChannelId> = names.iter().filter_map(|name| table.id(name)).collect();
        places
            .iter_mut()
            .filter(|place| **place != ChannelId::NONE)
            .for_each(|place| *place = ranks[place.index()]);
        Ok(Some(Self {
            names: table,
            by_journey: places,
        }))
    }
}

#[cfg(test)]
mod tests;
