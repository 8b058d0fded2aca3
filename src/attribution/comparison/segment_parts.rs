//! The parts of a comparison that are one segment's.

use crate::attribution::comparison::entry::Named;
use crate::attribution::comparison::fitting::Entrant;
use crate::attribution::comparison::model_table::ModelTable;
use crate::attribution::comparison::part::Part;
use crate::attribution::comparison::table::SegmentTable;
use crate::error::{Error, Result};
use crate::journeys::Segment;
use crate::journeys::arena::Journeys;

/// Whether the model reads persons' whole timelines.
pub(super) fn whole(named: &Named) -> bool {
    named.entry.needs().timeline
}

/// The most segments times journeys: every segment looks at all journeys, which takes minutes then.
const MOST_LOOKS: u64 = 20_000_000_000;

/// An error if there are too many segments for so many journeys.
pub(super) fn check_segments(segments: usize, journeys: &Journeys) -> Result<()> {
    let looks = segments as u64 * journeys.len() as u64;
    if looks <= MOST_LOOKS {
        return Ok(());
    }
    let most = MOST_LOOKS / journeys.len() as u64;
    let expected = format!(
        "at most {most} for {} journeys; a minimum group merges small ones",
        journeys.len()
    );
    Err(Error::setting("segments", segments, expected))
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
