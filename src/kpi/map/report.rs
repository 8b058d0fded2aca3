//! From counts to the map, and the map as text.

use std::fmt;

use crate::error::Result;
use crate::journeys::arena::{CountedJourneys, Journeys};
use crate::kpi::map::edges::EdgeCounts;
use crate::kpi::map::friction::{Excess, friction, handoffs};
use crate::kpi::map::journey_map::{JourneyMap, MapEdge, Node, StepFigures};
use crate::kpi::map::map_counts::{CONVERSION, DROP, MapCounts, START, StepCounts};
use crate::kpi::map::steps::Steps;
use crate::kpi::options::KpiOptions;
use crate::report::{Cell, Report, Section, Table};
use crate::stats::difference::p_text;
use crate::stats::{ConfidenceLevel, Proportion, RatioSums};

impl JourneyMap {
    /// The map of these journeys.
    ///
    /// ```
    /// use mixtouch::kpi::KpiOptions;
    /// use mixtouch::kpi::map::{JourneyMap, Steps};
    /// use mixtouch::{Event, Events, JourneyOptions, Journeys};
    ///
    /// let mut log = Events::new();
    /// log.push(Event::touch("ann", 1_767_225_600, "social"))?;
    /// log.push(Event::touch("ann", 1_767_225_700, "search"))?;
    /// log.push(Event::conversion("ann", 1_767_225_800))?;
    /// log.push(Event::touch("bob", 1_767_225_600, "social"))?;
    /// let journeys = Journeys::from_events(&log, JourneyOptions::default())?;
    /// let steps = Steps::channels(journeys.channels());
    /// let map = JourneyMap::new(&journeys, &steps, &KpiOptions::default())?;
    /// let edge = map.edge("social", "search").expect("ann went along it");
    /// assert_eq!((edge.taken.rate, edge.median_seconds), (Some(0.5), Some(100.0)));
    /// assert!(map.to_dot(1).starts_with("digraph"));
    /// # Ok::<(), mixtouch::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the steps are of other channels, or journeys have no persons and times or neither touch
    /// nor conversion.
    pub fn new(journeys: &Journeys, steps: &Steps, options: &KpiOptions) -> Result<Self> {
        let counted = journeys.counted()?;
        steps.check(journeys.channels())?;
        journeys
            .accumulate(|| MapCounts::new(steps.clone()))?
            .report(&counted, options)
    }
}

impl MapCounts {
    /// The map of the journeys counted; `counted` says which they are.
    ///
    /// # Errors
    /// If they have other channels.
    pub fn report(&self, counted: &CountedJourneys, options: &KpiOptions) -> Result<JourneyMap> {
        self.steps.check(counted.channels())?;
        let level = options.level();
        let share = |sums: RatioSums| Proportion::clustered(&sums, level);
        let step = |(name, counts): (&String, &StepCounts)| StepFigures {
            step: name.clone(),
            visits: counts.visits,
            persons: counts.persons,
            reached: share(counts.sums.reached(counts.journeys, &self.sums.all)),
            conversion: share(
                counts
                    .sums
                    .converted
                    .own(counts.persons, [counts.converted, counts.journeys]),
            ),
            drop_off: share(
                counts
                    .sums
                    .drop_off(counts.persons, [counts.left, counts.journeys]),
            ),
        };
        let map = JourneyMap {
            window: options.shown(counted.range()),
            population: self.journeys,
            persons: self.persons,
            censored: counted.censored(),
            conversion: share(self.sums.all),
            steps: self
                .steps
                .names()
                .iter()
                .zip(&self.by_step)
                .map(step)
                .collect(),
            edges: self.edges(level),
            friction: friction(self, level)?,
            handoffs: handoffs(self, level)?,
        };
        Ok(map.protected(options.minimum()))
    }

    fn edges(&self, level: ConfidenceLevel) -> Vec<MapEdge> {
        let edges = self.sorted_edges();
        let leaving = edges.chunk_by(|left, right| left.from == right.from);
        let shares = |edges: &[EdgeCounts]| {
            let all = edges.iter().map(|edge| edge.count).sum();
            let edge = |edge: &EdgeCounts| MapEdge {
                from: self.node(edge.from),
                to: self.node(edge.to),
                persons: edge.persons,
                taken: Proportion::clustered(
                    &edge
                        .sums
                        .taken(edge.count, all, &self.sums.nodes[edge.from as usize]),
                    level,
                ),
                median_seconds: edge.times.median(),
            };
            edges.iter().map(edge).collect::<Vec<_>>()
        };
        leaving.flat_map(shares).collect()
    }

    fn node(&self, number: u32) -> Node {
        let names = self.steps.names();
        match (number as usize).checked_sub(names.len()) {
            None => Node::Step(names[number as usize].clone()),
            Some(START) => Node::Start,
            Some(CONVERSION) => Node::Conversion,
            Some(DROP) => Node::Drop,
            Some(_) => unreachable!("there are three nodes beyond the steps"),
        }
    }
}

fn steps(steps: &[StepFigures]) -> Table {
    let row = |row: &StepFigures| {
        let rates = [&row.reached, &row.conversion, &row.drop_off];
        let rates = rates.map(|rate| Cell::percent(rate.rate, 2));
        [Cell::from(&row.step), Cell::count(row.visits)]
            .into_iter()
            .chain(rates)
            .collect::<Vec<_>>()
    };
    Table::new(["step", "visits", "reached", "converted", "dropped"])
        .with_rows(steps.iter().map(row))
}

fn edges(edges: &[MapEdge]) -> Table {
    let row = |edge: &MapEdge| {
        [
            Cell::text(format!("{} > {}", edge.from, edge.to)),
            Cell::count(edge.taken.count),
            Cell::percent(edge.taken.rate, 2),
            Cell::number(edge.median_seconds.map(|seconds| seconds / 3600.0), 1),
        ]
    };
    Table::new(["edge", "count", "share", "median hours"]).with_rows(edges.iter().map(row))
}

/// A row of a step or a handoff with more or fewer than the average.
fn excess(name: &str, rate: &Proportion, excess: &Excess) -> [Cell; 4] {
    let ends = excess.interval.map(|ends| (ends.low(), ends.high()));
    let count = Cell::number(excess.count, 1);
    let p_value = excess.adjusted_p_value.map(|p| Cell::text(p_text(p)));
    [
        Cell::from(name),
        Cell::percent(rate.rate, 2),
        count.with_interval(ends.map(|ends| ends.0), ends.map(|ends| ends.1)),
        p_value.into(),
    ]
}

impl Report for JourneyMap {
    fn title(&self) -> String {
        let Self {
            window,
            population,
            censored,
            ..
        } = self;
        format!("journey map, {window}: {population} journeys, {censored} of them censored")
    }

    fn sections(&self) -> Vec<Section> {
        let section = Section::new()
            .with_line(format!("converted {}", self.conversion))
            .with_table(steps(&self.steps))
            .with_table(edges(&self.edges));
        let friction = self
            .friction
            .iter()
            .map(|point| excess(&point.step, &point.conversion, &point.lost));
        let handoffs = self.handoffs.iter().map(|point| {
            excess(
                &format!("{} > {}", point.from, point.to),
                &point.left,
                &point.excess,
            )
        });
        let table = |[what, rate, count]: [&'static str; 3], rows: Vec<[Cell; 4]>| {
            let table = Table::new([what, rate, count, "of all tests"]);
            (!rows.is_empty()).then(|| table.with_rows(rows))
        };
        let tables = [
            table(["friction", "converted", "lost"], friction.collect()),
            table(["handoff", "left", "excess"], handoffs.collect()),
        ];
        vec![
            tables
                .into_iter()
                .flatten()
                .fold(section, Section::with_table),
        ]
    }
}

impl fmt::Display for JourneyMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document().fmt(f)
    }
}
