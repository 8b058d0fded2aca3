//! Exposures and conversions: the evidence of an additive hazard.

use crate::attribution::evidence::EvidenceVersion;
use crate::attribution::hazard::decay::DAY;
use crate::attribution::hazard::design::Design;
use crate::attribution::hazard::process::{Person, Process};
use crate::attribution::hazard::sliding::{Around, MANY, Target};
use crate::attribution::hazard::tested::{TestedTouches, Window};
use crate::attribution::hazard::upstream::Arrivals;
use crate::attribution::limits::{MOST_ENTRIES, MOST_PAIRED_CHANNELS};
use crate::channel::{ChannelId, Channels};
use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::Block;
use serde::{Deserialize, Serialize};

/// The evidence of an [`AdditiveHazard`](crate::attribution::hazard::AdditiveHazard): how long
/// every feature was exposed over all persons, and what preceded each conversion. Persons without a
/// conversion leave exposure only, so it stays small, and fitting never reads the touches again.
///
/// Evidence gathered apart, over different persons, merges into that of all; state the end of
/// observation ([`TimeRange`](crate::time::TimeRange)) when each part would otherwise end with its
/// own last row.
///
/// ```
/// use mixtouch::attribution::hazard::AdditiveHazard;
/// use mixtouch::{Event, Events, Fit, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_229_200))?;
/// log.push(Event::touch("bob", 1_767_225_600, "search"))?;
/// log.push(Event::touch("bob", 1_769_904_000, "search"))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let evidence = AdditiveHazard::default().gather(&journeys)?;
/// assert_eq!(evidence.conversions(), 1.0);
/// assert!(evidence.person_days() > 31.0, "ann and bob are watched to the last row");
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Exposures {
    version: EvidenceVersion<1>,
    channels: Channels,
    pub(super) design: Design,
    pub(super) conversions: Process,
    pub(super) arrivals: Vec<Arrivals>,
    /// Channels whose credit goes to the baseline because the journeys leave them out.
    pub(super) excluded: Vec<ChannelId>,
    /// What experiments are compared with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tests: Vec<TestedTouches>,
    #[serde(skip)]
    entries: Vec<(u32, f64)>,
}

#[derive(Deserialize)]
struct Fields {
    version: EvidenceVersion<1>,
    channels: Channels,
    design: Design,
    conversions: Process,
    arrivals: Vec<Arrivals>,
    excluded: Vec<ChannelId>,
    #[serde(default)]
    tests: Vec<TestedTouches>,
}

impl TryFrom<Fields> for Exposures {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            version,
            channels,
            design,
            conversions,
            arrivals,
            excluded,
            tests,
        } = fields;
        // features are counted of channels that there are: a stated number may be beyond counting
        let sound = design.channels == channels.len() && {
            let features = design.features();
            conversions.is_sound(features)
                && arrivals.iter().all(|arrivals| arrivals.is_sound(&design))
                && excluded.iter().all(|id| id.index() < channels.len())
                && tests.iter().all(|test| test.is_sound(&design, features))
        };
        if !sound {
            return Err(Error::setting(
                "evidence of time to event",
                "inconsistent",
                "exposures and rows of the same features",
            ));
        }
        Ok(Self {
            version,
            channels,
            design,
            conversions,
            arrivals,
            excluded,
            tests,
            entries: Vec::new(),
        })
    }
}

impl Exposures {
    pub(super) fn new(
        channels: &Channels,
        design: Design,
        upstream: &[ChannelId],
        symmetric: bool,
    ) -> Self {
        let too_wide = design.pairs && channels.len() > MOST_PAIRED_CHANNELS;
        let features = if too_wide { 0 } else { design.features() };
        Self {
            version: EvidenceVersion,
            conversions: Process::new(features),
            arrivals: upstream
                .iter()
                .map(|&channel| Arrivals::new(channel, upstream, symmetric, &design))
                .collect(),
            channels: channels.clone(),
            design,
            excluded: Vec::new(),
            tests: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// The same, which takes in what brought the touches of these channels as well.
    pub(super) fn with_candidates(self, channels: &[ChannelId], symmetric: bool) -> Self {
        let candidates = channels
            .iter()
            .map(|&channel| Arrivals::new(channel, &[channel], symmetric, &self.design));
        Self {
            arrivals: self.arrivals.iter().cloned().chain(candidates).collect(),
            ..self
        }
    }

    /// The same, which takes in what the touches of these tests are exposed to as well.
    pub(super) fn with_tests(self, windows: impl IntoIterator<Item = Window>) -> Self {
        let features = self.conversions.exposure.len();
        let tests = windows.into_iter();
        Self {
            tests: tests
                .map(|window| TestedTouches::new(window, features))
                .collect(),
            ..self
        }
    }

    /// The names of the channels.
    pub fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Conversions inside the likelihood: those from their person's first touch on.
    pub fn conversions(&self) -> f64 {
        self.conversions.rows.weight()
    }

    /// Days from each person's first touch to the end of observation, over all persons.
    pub fn person_days(&self) -> f64 {
        self.conversions.watched / DAY
    }

    /// Fails unless the other evidence is of the same settings.
    pub(super) fn same_settings(&self, other: &Self) -> Result<()> {
        let keys = |evidence: &Self| -> Vec<_> {
            let keys = evidence.arrivals.iter().map(Arrivals::key);
            keys.map(|(channel, flagged, symmetric)| (channel, flagged.to_vec(), symmetric))
                .collect()
        };
        let windows = |evidence: &Self| -> Vec<_> {
            let tests = evidence.tests.iter();
            tests.map(|test| test.window).collect()
        };
        if windows(self) != windows(other) {
            return Err(Error::setting(
                "evidence of time to event",
                "of other lift tests",
                "evidence of one specification, with the same tests",
            ));
        }
        if self.design == other.design && keys(self) == keys(other) {
            return Ok(());
        }
        Err(Error::setting(
            "evidence of time to event",
            "of other settings",
            "evidence of one specification",
        ))
    }

    /// Whether there are more channels than pairs are fitted for: nothing is gathered then.
    fn is_too_wide(&self) -> bool {
        self.design.pairs && self.channels.len() > MOST_PAIRED_CHANNELS
    }

    /// Fails for what is beyond the limits.
    pub(super) fn check_size(&self) -> Result<()> {
        if self.is_too_wide() {
            return Err(Error::setting(
                "the number of channels of time to event with pairs",
                self.channels.len(),
                format!("at most {MOST_PAIRED_CHANNELS}"),
            ));
        }
        let mut processes = self.arrivals.iter().map(|arrivals| &arrivals.process);
        if self.conversions.too_large || processes.any(|process| process.too_large) {
            return Err(Error::setting(
                "the number of events x channels x functions of age of one person",
                "larger",
                format!("at most {MOST_ENTRIES}: leave that person out, or cap its touches"),
            ));
        }
        Ok(())
    }

    fn exclude(&mut self, channels: &[ChannelId]) {
        if self.excluded != channels {
            self.excluded.extend(channels);
            self.excluded.sort_unstable();
            self.excluded.dedup();
        }
    }

    /// Takes in one person, conversions with their seconds in order.
    pub(super) fn observe_person(
        &mut self,
        person: Person<'_>,
        conversions: impl Iterator<Item = (u32, f64)>,
    ) {
        let Person {
            channels,
            times,
            from,
            end,
            weight,
        } = person;
        let Some(&first) = times.first().filter(|_| weight > 0.0) else {
            return;
        };
        if self.is_too_wide() {
            return;
        }
        let open = first.max(from);
        self.conversions.watched += weight * f64::from(end.saturating_sub(open));
        self.design.expose(
            channels,
            times,
            open,
            end,
            weight,
            &mut self.conversions.exposure,
        );
        let conversions = conversions.filter(|&(at, _)| at >= first);
        if times.len() >= MANY {
            self.observe_many(person, conversions.collect());
        } else {
            for (at, count) in conversions {
                let before = times.partition_point(|&time| time <= at);
                self.entries.clear();
                self.design
                    .entries(&channels[..before], &times[..before], at, &mut self.entries);
                self.conversions
                    .rows
                    .push(&mut self.entries, weight * count);
            }
        }
        for arrivals in &mut self.arrivals {
            arrivals.observe(person, &self.design.basis, &mut self.entries);
        }
        for test in &mut self.tests {
            test.observe(person, &self.design);
        }
    }
}

impl Exposures {
    /// Adds a row for each conversion, in time linear in the person's touches and conversions.
    fn observe_many(&mut self, person: Person<'_>, conversions: Vec<(u32, f64)>) {
        let (channels, times, functions) = (person.channels, person.times, self.design.basis.len());
        let firsts: Vec<usize> = self.design.each_feature(channels, times).collect();
        let mut groups = firsts.clone();
        groups.sort_unstable();
        groups.dedup();
        let part = |first| Some((groups.binary_search(first).ok()?, 1.0));
        let parts: Vec<_> = firsts.iter().map(part).collect();
        let process = &mut self.conversions;
        if !process.has_room(conversions.len(), groups.len() * functions) {
            return;
        }
        let target = |&(at, _): &(u32, f64)| (times.partition_point(|&time| time <= at), at);
        let targets: Vec<Target> = conversions.iter().map(target).collect();
        let mut counts = targets.iter().zip(&conversions);
        let (design, entries) = (&self.design, &mut self.entries);
        let around = Around::new(&design.basis, times, &parts, groups.len(), &targets);
        around.before(|sums| {
            entries.clear();
            let present = sums.iter().enumerate().filter(|(_, sum)| **sum > 0.0);
            entries.extend(present.map(|(at, sum)| {
                let feature = groups[at / functions] + at % functions;
                (feature as u32, *sum)
            }));
            if let Some((&(before, at), (_, count))) = counts.next() {
                design.pair_entries(&channels[..before], &times[..before], at, entries);
                process.rows.push(entries, person.weight * count);
            }
        });
    }
}

impl Accumulator for Exposures {
    /// A journey from outside an arena is taken for all touches of one person, watched up to its
    /// close.
    fn observe(&mut self, journey: Journey<'_>) {
        let (channels, times) = (journey.credited_channels(), journey.credited_times());
        if times.len() == channels.len() {
            let conversions = journey.outcome.conversions;
            let person = Person {
                channels,
                times,
                from: 0,
                end: journey.close,
                weight: 1.0,
            };
            self.observe_person(
                person,
                (conversions > 0.0)
                    .then_some((journey.close, conversions))
                    .into_iter(),
            );
        }
    }

    fn observe_block(&mut self, block: Block<'_>) {
        let observation = block.observation();
        self.exclude(&observation.excluded);
        for timeline in block.people() {
            let (channels, times) = (timeline.channels, timeline.times);
            let person = Person {
                channels,
                times,
                from: observation.from,
                end: observation.end,
                weight: timeline.weight,
            };
            self.observe_person(
                person,
                timeline
                    .conversions()
                    .map(|(at, outcome)| (at, outcome.conversions)),
            );
        }
    }

    fn check_channels(&self, journeys: &Channels) -> Result<()> {
        self.channels.same_as(journeys)
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.channels.same_as(&later.channels)?;
        self.same_settings(&later)?;
        self.conversions.merge(later.conversions);
        self.arrivals
            .iter_mut()
            .zip(later.arrivals)
            .for_each(|(own, other)| own.merge(other));
        self.tests
            .iter_mut()
            .zip(later.tests)
            .for_each(|(own, other)| own.merge(other));
        self.exclude(&later.excluded);
        Ok(())
    }

    fn size(&self) -> usize {
        let arrivals: usize = self.arrivals.iter().map(Arrivals::heap_size).sum();
        let tests: usize = self.tests.iter().map(TestedTouches::heap_size).sum();
        size_of::<Self>()
            + self.conversions.heap_size()
            + size_of_val(&self.arrivals[..])
            + arrivals
            + size_of_val(&self.tests[..])
            + tests
            + self.entries.capacity() * size_of::<(u32, f64)>()
    }
}
