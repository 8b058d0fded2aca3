//! The ways most often taken.

use std::fmt;

use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

use super::steps::Steps;
use crate::error::Result;
use crate::journey::Journey;
use crate::journeys::{Accumulator, Block, Journeys};
use crate::omnichannel::table::{self, figure, percent};
use crate::omnichannel::{Level, Rate, Window};
use crate::person::mix;
use crate::privacy::MinimumGroup;

/// The paths most journeys took, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPaths {
    /// The time reported.
    pub window: Window,
    /// Journeys, those without a step included.
    pub population: u64,
    /// Different paths.
    pub distinct: u64,
    /// The most frequent ones, the first first; equal ones in the order of their steps.
    pub paths: Vec<FrequentPath>,
}

/// One path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FrequentPath {
    /// Its steps; none where a conversion followed on no touch.
    pub steps: Vec<String>,
    /// Whether it is many paths that begin with these steps and go on.
    pub goes_on: bool,
    /// Persons who took it.
    pub persons: u64,
    /// Its share of all journeys.
    pub share: Rate,
    /// Of those who took it, the journeys that converted.
    pub conversion: Rate,
    /// What these were worth.
    pub value: f64,
}

impl FrequentPaths {
    /// Steps that are told apart: longer paths are counted by their first ten.
    pub const LONGEST: usize = 10;

    /// The `most` frequent paths of persons enough to be shown; one path more is never told by subtraction, as the others are not
    /// shown either.
    ///
    /// ```
    /// use mixtouch::omnichannel::{FrequentPaths, Level, Steps};
    /// use mixtouch::privacy::MinimumGroup;
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let steps = Steps::channels(journeys.channels());
    /// let paths = FrequentPaths::of(&journeys, &steps, 10, &MinimumGroup::default(), Level::default())?;
    /// assert_eq!(paths.paths[0].steps, ["social", "search"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Steps of other channels; journeys without persons and times, or without any touch or conversion.
    pub fn of(journeys: &Journeys, steps: &Steps, most: usize, minimum: &MinimumGroup, level: Level) -> Result<Self> {
        steps.check(journeys.channels())?;
        let window = Window::of(journeys)?;
        let counts = journeys.accumulate(|| PathCounts::new(steps))?;
        let population = counts.paths.iter().map(|path| path.journeys).sum();
        let mut order: Vec<usize> = (0..counts.paths.len()).filter(|&at| minimum.allows(counts.paths[at].persons)).collect();
        order.sort_by(|&left, &right| {
            let fewer = || counts.paths[right].journeys.cmp(&counts.paths[left].journeys);
            fewer().then_with(|| counts.steps_of(left).cmp(counts.steps_of(right)))
        });
        order.truncate(most);
        let paths = order.into_iter().map(|at| counts.path(at, population, level)).collect();
        Ok(Self { window, population, distinct: counts.paths.len() as u64, paths })
    }
}

/// Ends a path that goes on.
const MORE: u16 = u16::MAX;

/// Different paths and how often each was taken. Their steps stand in one buffer.
#[derive(Debug)]
struct PathCounts<'a> {
    steps: &'a Steps,
    buffer: Vec<u16>,
    paths: Vec<Path>,
    places: HashTable<u32>,
    person: u64,
    scratch: Vec<u16>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Path {
    hash: u64,
    end: usize,
    journeys: u64,
    converted: u64,
    value: f64,
    persons: u64,
    seen: u64,
}

impl<'a> PathCounts<'a> {
    fn new(steps: &'a Steps) -> Self {
        Self { steps, buffer: Vec::new(), paths: Vec::new(), places: HashTable::new(), person: 0, scratch: Vec::new() }
    }

    fn steps_of(&self, at: usize) -> &[u16] {
        let start = if at == 0 { 0 } else { self.paths[at - 1].end };
        &self.buffer[start..self.paths[at].end]
    }

    fn path(&self, at: usize, population: u64, level: Level) -> FrequentPath {
        let (path, steps) = (self.paths[at], self.steps_of(at));
        FrequentPath {
            steps: steps.iter().filter(|&&step| step != MORE).map(|&step| self.steps.names()[usize::from(step)].clone()).collect(),
            goes_on: steps.last() == Some(&MORE),
            persons: path.persons,
            share: Rate::new(path.journeys, population, level),
            conversion: Rate::new(path.converted, path.journeys, level),
            value: path.value,
        }
    }

    /// The place of a path, new or known.
    fn place(&mut self, steps: &[u16]) -> usize {
        let hash = steps.iter().fold(steps.len() as u64, |hash, &step| mix(hash ^ u64::from(step)));
        let is = |&at: &u32| self.paths[at as usize].hash == hash && self.steps_of(at as usize) == steps;
        if let Some(&at) = self.places.find(hash, is) {
            return at as usize;
        }
        let at = self.paths.len();
        self.buffer.extend_from_slice(steps);
        self.paths.push(Path { hash, end: self.buffer.len(), ..Path::default() });
        let paths = &self.paths;
        self.places.insert_unique(hash, at as u32, |&other| paths[other as usize].hash);
        at
    }

    fn walk(&mut self, journey: Journey<'_>) {
        let mut steps = std::mem::take(&mut self.scratch);
        steps.clear();
        for &channel in journey.channels() {
            let step = self.steps.of(channel);
            if steps.last() == Some(&step) {
                continue;
            }
            if steps.len() == FrequentPaths::LONGEST {
                steps.push(MORE);
                break;
            }
            steps.push(step);
        }
        let (at, outcome) = (self.place(&steps), journey.outcome());
        self.scratch = steps;
        let (person, path) = (self.person, &mut self.paths[at]);
        path.journeys += (outcome.conversions() + outcome.nulls()) as u64;
        path.converted += outcome.conversions() as u64;
        path.value += outcome.value();
        path.persons += u64::from(path.seen != person);
        path.seen = person;
    }
}

impl Accumulator for PathCounts<'_> {
    fn observe(&mut self, journey: Journey<'_>) {
        self.person += 1;
        self.walk(journey);
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            self.person += 1;
            person.journeys().for_each(|(_, journey)| self.walk(journey));
        }
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        for at in 0..later.paths.len() {
            let more = later.paths[at];
            let place = self.place(later.steps_of(at));
            let path = &mut self.paths[place];
            path.journeys += more.journeys;
            path.converted += more.converted;
            path.value += more.value;
            path.persons += more.persons;
        }
        self.person += later.person;
        Ok(())
    }
}

impl fmt::Display for FrequentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = if self.steps.is_empty() { "(no touch)".to_owned() } else { self.steps.join(" > ") };
        f.pad(&format!("{steps}{}", if self.goes_on { " > .." } else { "" }))
    }
}

impl fmt::Display for FrequentPaths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "paths, {}: {} journeys on {} different ones", self.window, self.population, self.distinct)?;
        let row = |path: &FrequentPath| {
            let (share, conversion) = (percent(path.share.rate), percent(path.conversion.rate));
            vec![path.to_string(), path.share.count.to_string(), share, conversion, figure(Some(path.value), 2)]
        };
        table::write(f, &["path", "journeys", "share", "converted", "value"], self.paths.iter().map(row))
    }
}
