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
    costs: Vec<Option<f64>>,
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

    /// What each channel cost in the segment, by channel: the cost of touches whose rows lie in it.
    /// Unknown where a table states the channel's costs, which knows no segments.
    pub(crate) fn costs(&self) -> &[Option<f64>] {
        &self.costs
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
    /// Whether any journey closes in them, of one person at least. Those of several segments may be
    /// the same person.
    has_journey: bool,
}

impl Group for SegmentGroup {
    fn persons(&self) -> u64 {
        Self::persons_together(&[self])
    }

    fn persons_together(groups: &[&Self]) -> u64 {
        let sum = |count: fn(&Self) -> u64| groups.iter().map(|group| count(group)).sum::<u64>();
        let closed = sum(|group| group.closed).max(sum(|group| group.has_journey.into()).min(1));
        let counts = [sum(|group| group.began), closed].into_iter();
        counts.filter(|&persons| persons > 0).min().unwrap_or(0)
    }

    fn merge(&mut self, other: Self) {
        self.codes.extend(other.codes);
        self.began += other.began;
        self.closed += other.closed;
        self.has_journey |= other.has_journey;
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
        segments
            .by_journey
            .iter()
            .for_each(|&code| codes[code as usize].has_journey = true);
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

    fn segment_costs(&self, group: &SegmentGroup) -> Vec<Option<f64>> {
        let unknown = vec![None; self.channels.len()];
        let (Some(costs), Some(segments)) = (&self.costs, &self.segments) else {
            return unknown;
        };
        let (mut own, mut all) = (vec![0.0; costs.len()], vec![0.0; costs.len()]);
        for (&(code, channel), cost) in &segments.costs {
            all[channel.index()] += cost;
            if group.codes.contains(&code) {
                own[channel.index()] += cost;
            }
        }
        let each = own.into_iter().zip(all).zip(costs);
        // all costs of the channel stand on touches
        each.map(|((own, all), cost)| ((all - cost).abs() <= 1e-9 * cost).then_some(own))
            .collect()
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
            costs: self.segment_costs(group),
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
