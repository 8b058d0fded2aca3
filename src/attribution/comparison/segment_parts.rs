//! The parts of a comparison that are one segment's.

use crate::attribution::comparison::entry::Named;
use crate::attribution::comparison::fitting::Entrant;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::comparison::part::Part;
use crate::attribution::comparison::table::SegmentTable;
use crate::error::Result;
use crate::journeys::Segment;
use crate::journeys::arena::Journeys;

/// Whether the model reads persons' whole timelines.
pub(super) fn whole(named: &Named) -> bool {
    named.entry.needs().timeline
}

/// What each channel cost; empty where no costs are stated.
pub(super) fn known_costs(journeys: &Journeys) -> Vec<Option<f64>> {
    let costs = journeys.costs().unwrap_or_default();
    costs.iter().copied().map(Some).collect()
}

/// The models that read whole timelines, or the others, on a segment's journeys.
pub(super) fn segment_part<'a>(
    segment: &'a Segment<'_>,
    timelines: bool,
    entrants: &'a [Entrant<'a>],
) -> Part<'a> {
    let own = entrants.iter().filter(|own| whole(own.named) == timelines);
    Part {
        entrants: own.collect(),
        sample: segment.sample(timelines),
        segment: Some(segment.draws(timelines)),
        costs: segment.costs().to_vec(),
    }
}

/// The table of a segment, its models in the order they were added.
pub(super) fn segment_table(
    name: String,
    segment: &Segment<'_>,
    mut models: Vec<ModelTable>,
    entrants: &[Entrant<'_>],
) -> Result<SegmentTable> {
    let place = |model: &ModelTable| {
        let mut names = entrants.iter().map(|entrant| &entrant.named.name);
        names.position(|name| *name == model.model)
    };
    models.sort_by_key(place);
    Ok(SegmentTable {
        segment: name,
        totals: segment.totals()?,
        models,
    })
}
