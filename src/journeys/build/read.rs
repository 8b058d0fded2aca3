//! Batches of events to rows by partition, several pieces at a time.

use crate::error::Result;
use crate::event::{CleanedDays, CleanedRows, CostTable, Events, IgnoredRows, Kind};
use crate::journeys::build::labels::BatchLabels;
use crate::journeys::build::names::Names;
use crate::journeys::build::partition::PartitionedRows;
use crate::journeys::build::spread::Recoding;
use crate::journeys::options::JourneyOptions;
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Rows spread at a time, at most. The more, the longer the stretches that gathering reads.
pub(super) const ROWS: usize = 1 << 19;
/// Rows below which a piece is not worth a thread of its own.
pub(super) const FEW_ROWS: usize = 1 << 17;

/// The rows of one piece.
pub(super) struct ParsedRows {
    pub(super) batches: Vec<PartitionedRows>,
    pub(super) ignored_rows: IgnoredRows,
    pub(super) cleaned_rows: CleanedRows,
    pub(super) cleaned_days: CleanedDays,
    /// What touches of missing persons cost.
    pub(super) costs: CostTable,
    pub(super) rows: u64,
}

/// The rows of a batch of events by partition, in pieces of `least` rows or more.
pub(super) fn partitioned(
    events: &Events,
    names: &Mutex<&mut Names>,
    options: &JourneyOptions,
    least: usize,
) -> Result<ParsedRows> {
    let (touched, labels) = (touched(events), BatchLabels::new(events, options)?);
    let texts = names
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .absorb(events, &touched, labels, options)?;
    let recoding = Recoding { texts, options };
    // pieces of one size: no thread is left with the last one
    let pieces = events
        .len()
        .div_ceil(ROWS)
        .next_multiple_of(4)
        .min(events.len().div_ceil(least));
    let rows = events.len().div_ceil(pieces.max(1)).max(1);
    let starts = (0..events.len())
        .into_par_iter()
        .step_by(rows)
        .with_max_len(1);
    let batches = starts
        .map(|start| PartitionedRows::new(events, start..events.len().min(start + rows), &recoding))
        .collect();
    let (ignored_rows, cleaned_rows) = (events.ignored_rows(), events.cleaned_rows());
    Ok(ParsedRows {
        batches,
        ignored_rows,
        cleaned_rows,
        cleaned_days: events.cleaned_days(),
        costs: events.unknown_costs().clone(),
        rows: events.len() as u64 + ignored_rows.total() + cleaned_rows.left_out(),
    })
}

/// Which of a batch's channels some touch has; mostly the first rows have them all.
fn touched(events: &Events) -> Vec<bool> {
    let mut touched = vec![false; events.channel_names().len()];
    let mut others = touched.len();
    for (channel, _) in events
        .channel_ids()
        .iter()
        .zip(events.kinds())
        .filter(|(_, kind)| kind.0 == Kind::Touch)
    {
        others -= usize::from(!std::mem::replace(&mut touched[channel.index()], true));
        if others == 0 {
            break;
        }
    }
    touched
}
