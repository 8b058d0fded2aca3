//! What frequent paths are made of.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::journeys::Accumulator;
use crate::journeys::Journey;
use crate::journeys::arena::{Block, CountedJourneys, Journeys};
use crate::kpi::map::frequent_paths::{FrequentPath, FrequentPaths};
use crate::kpi::map::packed_paths::{Codes, PackedPaths, Taken};
use crate::kpi::map::steps::Steps;
use crate::kpi::members::least_persons;
use crate::kpi::options::KpiOptions;
use crate::privacy::MinimumGroup;
use crate::stats::{ConfidenceLevel, Proportion, RatioSums};

/// Counts behind [`FrequentPaths`]: how many journeys took each path. Counts of parts merge to
/// those of the whole. A row of a path table counts with its whole tallies.
///
/// In memory: 72 bytes for each different path where there are at most 30 steps, 80 where there are
/// at most 1,022, 88 beyond.
///
/// ```
/// use mixtouch::kpi::KpiOptions;
/// use mixtouch::kpi::journeys::ConversionCounts;
/// use mixtouch::kpi::map::{MapCounts, PathCounts, Steps};
/// use mixtouch::{Event, Events, JourneyOptions, Journeys};
///
/// let mut log = Events::new();
/// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
/// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
/// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
/// let steps = Steps::channels(journeys.channels());
/// // the map, the paths and the conversion rates in one pass
/// let start = || {
///     let rates = ConversionCounts::new(journeys.channels());
///     (MapCounts::new(steps.clone()), (PathCounts::new(&steps), rates))
/// };
/// let (map, (paths, rates)) = journeys.accumulate(start)?;
/// let options = KpiOptions::default();
/// assert_eq!(paths.report(&journeys.counted()?, 10, &options)?.paths[0].value, 50.0);
/// let persons = map.report(&journeys.counted()?, &options)?.persons;
/// assert_eq!(persons, rates.report(&journeys, &options)?.population);
/// # Ok::<(), mixtouch::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct PathCounts {
    steps: Steps,
    codes: Codes,
    table: Table,
    /// By person, converted of all journeys.
    all: RatioSums,
    /// Of the person at hand: journeys, and those that converted.
    own: [u64; 2],
}

/// Paths by the words that their keys take.
#[derive(Debug, Clone)]
enum Table {
    One(PackedPaths<1>),
    Two(PackedPaths<2>),
    Three(PackedPaths<3>),
}

/// Does the same with a table of any width.
macro_rules! each {
    ($packed:expr, $table:ident => $body:expr) => {
        match $packed {
            Table::One($table) => $body,
            Table::Two($table) => $body,
            Table::Three($table) => $body,
        }
    };
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    steps: Steps,
    paths: Vec<Path>,
    all: RatioSums,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Path {
    steps: Vec<u16>,
    goes_on: bool,
    journeys: u64,
    converted: u64,
    value: f64,
    persons: u64,
    products: [f64; 4],
}

/// No count read from a file is larger, so that thousands of them add up without overflow.
const MOST: u64 = 1 << 53;
const LONGEST: usize = FrequentPaths::LONGEST;

impl Path {
    fn new((steps, goes_on): (Vec<u16>, bool), taken: Taken) -> Self {
        let Taken {
            journeys,
            converted,
            value,
            persons,
            products,
        } = taken;
        Self {
            steps,
            goes_on,
            journeys,
            converted,
            value,
            persons,
            products,
        }
    }

    fn taken(&self) -> Taken {
        Taken {
            journeys: self.journeys,
            converted: self.converted,
            value: self.value,
            persons: self.persons,
            products: self.products,
        }
    }

    /// Whether it can be a path over this many steps.
    fn is_sound(&self, steps: usize) -> bool {
        let walked = self.steps.windows(2).all(|pair| pair[0] != pair[1])
            && self.steps.iter().all(|&step| usize::from(step) < steps);
        let whole = self.steps.len() == LONGEST || (self.steps.len() < LONGEST && !self.goes_on);
        walked
            && whole
            && self.converted <= self.journeys
            && self.journeys.max(self.persons) <= MOST
            && self.value.is_finite()
            && self
                .products
                .iter()
                .all(|&sum| sum.is_finite() && sum >= 0.0)
    }
}

impl From<PathCounts> for Fields {
    fn from(mut counts: PathCounts) -> Self {
        counts.settle();
        let codes = counts.codes;
        let paths = each!(&counts.table, table => {
            table.paths().iter().map(|(key, taken)| Path::new(codes.steps(key), *taken)).collect()
        });
        Self {
            steps: counts.steps,
            paths,
            all: counts.all,
        }
    }
}

impl TryFrom<Fields> for PathCounts {
    type Error = Error;

    fn try_from(Fields { steps, paths, all }: Fields) -> Result<Self> {
        if !paths.iter().all(|path| path.is_sound(steps.names().len())) {
            return Err(Error::setting(
                "the counts of paths",
                "out of order",
                "paths of their own steps, none counted above its whole",
            ));
        }
        let mut counts = Self {
            all,
            ..Self::new(&steps)
        };
        let codes = counts.codes;
        for path in &paths {
            let on = path.goes_on.then_some(0);
            let steps = path.steps.iter().copied().chain(on);
            each!(&mut counts.table, table => table.add(codes.key(steps, LONGEST), path.taken()));
        }
        Ok(counts)
    }
}

impl FrequentPaths {
    /// The `most` frequent paths among those of at least the minimum of persons. Those not shown are
    /// of at least as many distinct persons together, so that what the whole is more than the paths
    /// shown is never of one person.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::map::{FrequentPaths, Steps};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800).with_value(50.0))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let steps = Steps::channels(journeys.channels());
    /// let paths = FrequentPaths::new(&journeys, &steps, 10, &KpiOptions::default())?;
    /// assert_eq!(paths.paths[0].steps, ["social", "search"]);
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the steps are of other channels, or journeys have no persons and times or neither touch
    /// nor conversion.
    pub fn new(
        journeys: &Journeys,
        steps: &Steps,
        most: usize,
        options: &KpiOptions,
    ) -> Result<Self> {
        steps.check(journeys.channels())?;
        journeys.observed_range()?;
        journeys
            .accumulate(|| PathCounts::new(steps))?
            .report(&journeys.counted()?, most, options)
    }
}

impl PathCounts {
    /// Counts of no journey.
    pub fn new(steps: &Steps) -> Self {
        let codes = Codes::new(steps.names().len());
        let table = match codes.words(LONGEST + 1) {
            1 => Table::One(PackedPaths::default()),
            2 => Table::Two(PackedPaths::default()),
            _ => Table::Three(PackedPaths::default()),
        };
        Self {
            steps: steps.clone(),
            codes,
            table,
            all: RatioSums::default(),
            own: [0; 2],
        }
    }

    /// The `most` frequent paths of the journeys counted, among those of at least the minimum of
    /// persons; `counted` says which they are.
    ///
    /// # Errors
    /// If they have other channels.
    pub fn report(
        mut self,
        counted: &CountedJourneys,
        most: usize,
        options: &KpiOptions,
    ) -> Result<FrequentPaths> {
        self.steps.check(counted.channels())?;
        let window = options.shown(counted.range());
        self.settle();
        let (population, distinct, paths) = each!(&self.table, table => {
            let all = table.paths();
            let population = all.iter().map(|(_, taken)| taken.journeys).sum();
            let frequent = frequent(all, most, options.minimum()).into_iter();
            (population, all.len() as u64, frequent.map(|(key, taken)| Path::new(self.codes.steps(&key), taken)).collect::<Vec<_>>())
        });
        let paths = paths
            .into_iter()
            .map(|path| self.path(path, options.level()))
            .collect();
        Ok(FrequentPaths {
            window,
            population,
            distinct,
            paths,
        })
    }

    fn path(&self, path: Path, level: ConfidenceLevel) -> FrequentPath {
        let [own, own_won, won, own_all] = path.products;
        let [converted, journeys] = [path.converted, path.journeys].map(|count| count as f64);
        let (all, squares) = (self.all.totals().1, self.all.squares()[2]);
        let share =
            RatioSums::from_sums(self.all.persons(), [journeys, all], [own, own_all, squares]);
        let conversion =
            RatioSums::from_sums(path.persons, [converted, journeys], [won, own_won, own]);
        FrequentPath {
            steps: path
                .steps
                .iter()
                .map(|&step| self.steps.names()[usize::from(step)].clone())
                .collect(),
            goes_on: path.goes_on,
            persons: path.persons,
            share: Proportion::clustered(&share, level),
            conversion: Proportion::clustered(&conversion, level),
            value: path.value,
        }
    }

    fn settle(&mut self) {
        each!(&mut self.table, table => table.settle());
    }

    fn walk(&mut self, journey: Journey<'_>) {
        let outcome = journey.outcome();
        let (converted, nulls) = (outcome.conversions() as u64, outcome.nulls() as u64);
        let own = [converted.saturating_add(nulls), converted];
        if own[0] == 0 {
            return;
        }
        self.own = [
            self.own[0].saturating_add(own[0]),
            self.own[1].saturating_add(converted),
        ];
        let mut last = None;
        let steps = journey
            .channels()
            .iter()
            .map(|&channel| self.steps.number(channel));
        let steps = steps.filter(|&step| last.replace(step) != Some(step));
        let codes = self.codes;
        each!(&mut self.table, table => table.take(codes.key(steps, LONGEST), own, outcome.value()));
    }

    /// Counts the person at hand, whose journeys are walked.
    fn finish_person(&mut self) {
        let [journeys, converted] = std::mem::take(&mut self.own);
        self.all.add_counts(converted, journeys);
        each!(&mut self.table, table => table.finish_person(journeys));
    }
}

/// The first `most` of the paths of enough persons, the most frequent first; equal ones in their
/// order. Where the others are of too few persons together, the path of fewest persons joins them.
fn frequent<K: Copy + Ord>(
    paths: &[(K, Taken)],
    most: usize,
    minimum: &MinimumGroup,
) -> Vec<(K, Taken)> {
    let (mut shown, hidden): (Vec<_>, Vec<_>) = paths
        .iter()
        .copied()
        .partition(|(_, taken)| minimum.allows(taken.persons));
    let order = |left: &(K, Taken), right: &(K, Taken)| {
        right
            .1
            .journeys
            .cmp(&left.1.journeys)
            .then(left.0.cmp(&right.0))
    };
    let are_all = most >= shown.len();
    if !are_all {
        shown.select_nth_unstable_by(most, order);
        shown.truncate(most);
    }
    shown.sort_unstable_by(order);
    if are_all && !hidden.is_empty() && !minimum.allows(persons_together(&hidden)) {
        let fewest = shown.iter().enumerate().rev();
        let fewest = fewest.min_by_key(|(_, (_, taken))| taken.persons);
        fewest.map(|(at, _)| at).map(|at| shown.remove(at));
    }
    shown
}

/// The distinct persons of some paths, at least; a person may have taken several.
fn persons_together<K>(paths: &[(K, Taken)]) -> u64 {
    let sum = |number: fn(&Taken) -> f64| paths.iter().map(|(_, taken)| number(taken)).sum();
    least_persons(
        sum(|taken| taken.journeys as f64),
        sum(|taken| taken.products[3]),
    )
}

impl Accumulator for PathCounts {
    /// A journey on its own is a person of its own.
    fn observe(&mut self, journey: Journey<'_>) {
        self.walk(journey);
        self.finish_person();
        each!(&mut self.table, table => table.tidy());
    }

    fn observe_block(&mut self, block: Block<'_>) {
        for person in block.people() {
            person
                .journeys()
                .for_each(|(_, journey)| self.walk(journey));
            self.finish_person();
        }
        each!(&mut self.table, table => table.tidy());
    }

    fn merge(&mut self, later: Self) -> Result<()> {
        self.steps.same_as(&later.steps)?;
        match (&mut self.table, later.table) {
            (Table::One(table), Table::One(later)) => table.merge(later),
            (Table::Two(table), Table::Two(later)) => table.merge(later),
            (Table::Three(table), Table::Three(later)) => table.merge(later),
            _ => unreachable!("equal steps take equally many words"),
        }
        self.all.merge(&later.all);
        Ok(())
    }
}
