//! Journeys and persons told apart by a column of the log.

use super::sample::{Draws, Sample};
use super::{Journeys, Totals};
use crate::error::Result;
use crate::intern::Interner;

/// Which segment each journey and each person belongs to.
#[derive(Debug, Clone)]
pub(super) struct Segments {
    names: Vec<String>,
    by_journey: Vec<u32>,
    by_person: Vec<u32>,
}

impl Segments {
    /// From codes in order of first appearance to ranks by name, so that the order of rows does not matter.
    pub(super) fn new(texts: &Interner, mut by_journey: Vec<u32>, mut by_person: Vec<u32>) -> Self {
        let mut names: Vec<String> = texts.iter().map(str::to_owned).collect();
        names.sort_unstable();
        let rank = |text: &str| names.partition_point(|name| name.as_str() < text) as u32;
        let ranks: Vec<u32> = texts.iter().map(rank).collect();
        by_journey.iter_mut().chain(&mut by_person).for_each(|code| *code = ranks[*code as usize]);
        Self { names, by_journey, by_person }
    }
}

/// One segment of an arena: the journeys that close in it, and the persons who began in it.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) name: &'a str,
    journeys: &'a Journeys,
    by_journey: Draws,
    by_person: Draws,
}

impl Segment<'_> {
    /// Which journeys count, each once: those of the persons who began in the segment, for models that read whole timelines, or
    /// those that close in it.
    pub(crate) fn draws(&self, timelines: bool) -> &Draws {
        if timelines { &self.by_person } else { &self.by_journey }
    }

    /// The journeys with those of other segments blanked out.
    pub(crate) fn sample(&self, timelines: bool) -> Sample<'_> {
        Sample { journeys: self.journeys, draws: Some(self.draws(timelines)) }
    }

    /// What the journeys that close in the segment add up to.
    pub(crate) fn totals(&self) -> Result<Totals> {
        self.sample(false).accumulate(Totals::default)
    }
}

impl Journeys {
    /// The segments in order of their names; none where the log was not told apart.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let segments = self.segments.as_ref();
        segments.into_iter().flat_map(|segments| segments.names.iter().zip(0..).map(|(name, code)| self.segment(segments, name, code)))
    }

    /// The segment of a person's first row.
    pub(crate) fn person_segment(&self, person: usize) -> Option<&str> {
        let segments = self.segments.as_ref()?;
        segments.by_person.get(person).map(|&code| segments.names[code as usize].as_str())
    }

    fn segment<'a>(&'a self, segments: &Segments, name: &'a str, code: u32) -> Segment<'a> {
        let is = |codes: &[u32]| codes.iter().map(|&other| u8::from(other == code)).collect::<Vec<u8>>();
        let persons = is(&segments.by_person);
        let mut of_persons = Vec::with_capacity(self.len());
        if let Some(people) = &self.people {
            persons.iter().enumerate().for_each(|(person, &counts)| of_persons.resize(people.journey_ends.get(person), counts));
        }
        Segment {
            name,
            journeys: self,
            by_journey: Draws::Persons { by_person: persons.clone(), by_journey: is(&segments.by_journey) },
            by_person: Draws::Persons { by_person: persons, by_journey: of_persons },
        }
    }
}
