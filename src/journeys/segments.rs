//! Segments: journeys and persons grouped by a column of the log.

use crate::error::Result;
use crate::journeys::arena::columns::Journeys;
use crate::journeys::arena::sample::Sample;
use crate::journeys::arena::totals::Totals;
use crate::journeys::arena::weights::BootstrapWeights;
use crate::privacy::{Group, MinimumGroup, Protected};

/// One segment of an arena: the journeys that close in it, and the persons who began in it.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    journeys: &'a Journeys,
    by_journey: BootstrapWeights,
    by_person: BootstrapWeights,
}

impl Segment<'_> {
    /// Which journeys count, each once: those of the persons who began in the segment, for models
    /// that read whole timelines, or those that close in it.
    pub(crate) fn draws(&self, timelines: bool) -> &BootstrapWeights {
        if timelines {
            &self.by_person
        } else {
            &self.by_journey
        }
    }

    /// The journeys with those of other segments blanked out.
    pub(crate) fn sample(&self, timelines: bool) -> Sample<'_> {
        Sample {
            journeys: self.journeys,
            draws: Some(self.draws(timelines)),
        }
    }

    /// What each channel cost in the segment, where that is known.
    pub(crate) fn costs(&self) -> Option<&[f64]> {
        None
    }

    /// What the journeys that close in the segment add up to.
    pub(crate) fn totals(&self) -> Result<Totals> {
        self.sample(false).accumulate(Totals::default)
    }
}

/// Segments that are reported as one, and how many persons they have at least.
#[derive(Debug, Default)]
pub(crate) struct SegmentGroup {
    codes: Vec<u32>,
    /// Persons who began in them.
    began: u64,
    /// Persons whose first journey closes in them: a count that adds up over segments, and no more
    /// than whose any journey does.
    closed: u64,
}

impl Group for SegmentGroup {
    fn persons(&self) -> u64 {
        [self.began, self.closed]
            .into_iter()
            .filter(|&persons| persons > 0)
            .min()
            .unwrap_or(0)
    }

    fn merge(&mut self, other: Self) {
        self.codes.extend(other.codes);
        self.began += other.began;
        self.closed += other.closed;
    }
}

impl Journeys {
    /// The segments of enough persons in order of their names, small ones together or left out;
    /// none where the journeys have no segments.
    pub(crate) fn segments(&self, minimum: MinimumGroup) -> Protected<SegmentGroup> {
        let (Some(segments), Some(people)) = (&self.segments, &self.people) else {
            return minimum.apply([]);
        };
        let mut codes: Vec<SegmentGroup> = (0..)
            .take(segments.names.len())
            .map(|code| SegmentGroup {
                codes: vec![code],
                ..SegmentGroup::default()
            })
            .collect();
        segments
            .by_person
            .iter()
            .for_each(|&code| codes[code as usize].began += 1);
        let mut first = 0;
        for end in (0..people.codes.len()).map(|person| people.journey_ends.get(person)) {
            if first < end {
                codes[segments.by_journey[first] as usize].closed += 1;
            }
            first = end;
        }
        // a segment that only later journeys close in has at least one person
        segments
            .by_journey
            .iter()
            .for_each(|&code| codes[code as usize].closed = codes[code as usize].closed.max(1));
        minimum.apply(segments.names.iter().cloned().zip(codes))
    }

    /// The segment of a person's first row.
    pub(crate) fn person_segment(&self, person: usize) -> Option<&str> {
        let segments = self.segments.as_ref()?;
        segments
            .by_person
            .get(person)
            .map(|&code| segments.names[code as usize].as_str())
    }

    /// One segment, or several together.
    pub(crate) fn segment(&self, group: &SegmentGroup) -> Segment<'_> {
        let is = |codes: &[u32]| {
            codes
                .iter()
                .map(|other| u8::from(group.codes.contains(other)))
                .collect::<Vec<u8>>()
        };
        let persons = self
            .segments
            .as_ref()
            .map_or(Vec::new(), |segments| is(&segments.by_person));
        let by_journey = self
            .segments
            .as_ref()
            .map_or(Vec::new(), |segments| is(&segments.by_journey));
        let mut of_persons = Vec::with_capacity(self.len());
        if let Some(people) = &self.people {
            persons.iter().enumerate().for_each(|(person, &counts)| {
                of_persons.resize(people.journey_ends.get(person), counts)
            });
        }
        Segment {
            journeys: self,
            by_journey: BootstrapWeights::Persons {
                by_person: persons.clone(),
                by_journey,
            },
            by_person: BootstrapWeights::Persons {
                by_person: persons,
                by_journey: of_persons,
            },
        }
    }
}
