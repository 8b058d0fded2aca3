//! From counts to the map, and the map as text.

use std::fmt;

use crate::error::Result;
use crate::journeys::arena::Journeys;
use crate::kpi::map::friction::{Excess, friction, handoffs};
use crate::kpi::map::journey_map::{JourneyMap, MapEdge, Node, StepFigures};
use crate::kpi::map::map_counts::{CONVERSION, DROP, EdgeCounts, MapCounts, START, StepCounts};
use crate::kpi::map::steps::Steps;
use crate::kpi::options::KpiOptions;
use crate::report::text as table;
use crate::report::text::{figure, percent};
use crate::stats::difference::p_text;
use crate::stats::{ConfidenceLevel, Proportion};
use crate::time::Window;

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
    /// Steps of other channels; journeys without persons and times, as those of a path table, or
    /// without any touch or conversion.
    pub fn new(journeys: &Journeys, steps: &Steps, options: &KpiOptions) -> Result<Self> {
        Window::of(journeys)?;
        steps.check(journeys.channels())?;
        journeys
            .accumulate(|| MapCounts::new(steps.clone()))?
            .report(journeys, options)
    }
}

impl MapCounts {
    /// The map of the journeys counted, which are these.
    ///
    /// # Errors
    /// Journeys without persons and times; other channels.
    pub fn report(&self, journeys: &Journeys, options: &KpiOptions) -> Result<JourneyMap> {
        self.steps.check(journeys.channels())?;
        let level = options.level();
        let step = |(name, counts): (&String, &StepCounts)| StepFigures {
            step: name.clone(),
            visits: counts.visits,
            persons: counts.persons,
            reached: Proportion::from_counts(counts.journeys, self.journeys, level),
            conversion: Proportion::from_counts(counts.converted, counts.journeys, level),
            drop_off: Proportion::from_counts(counts.left, counts.journeys, level),
        };
        let map = JourneyMap {
            window: Window::of(journeys)?,
            population: self.journeys,
            persons: self.persons,
            immature: journeys.immature(),
            conversion: Proportion::from_counts(self.converted, self.journeys, level),
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
                taken: Proportion::from_counts(edge.count, all, level),
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

impl fmt::Display for JourneyMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "journey map, {}: {} journeys, {} of them immature",
            self.window, self.population, self.immature
        )?;
        writeln!(f, "  converted {}", self.conversion)?;
        let rates = |rates: &[&Proportion]| {
            rates
                .iter()
                .map(|rate| percent(rate.rate))
                .collect::<Vec<_>>()
        };
        let row = |row: &StepFigures| {
            [
                vec![row.step.clone(), row.visits.to_string()],
                rates(&[&row.reached, &row.conversion, &row.drop_off]),
            ]
            .concat()
        };
        table::write(
            f,
            &["step", "visits", "reached", "converted", "dropped"],
            self.steps.iter().map(row),
        )?;
        let row = |edge: &MapEdge| {
            let hours = figure(edge.median_seconds.map(|seconds| seconds / 3600.0), 1);
            vec![
                format!("{} > {}", edge.from, edge.to),
                edge.taken.count.to_string(),
                percent(edge.taken.rate),
                hours,
            ]
        };
        table::write(
            f,
            &["edge", "count", "share", "median hours"],
            self.edges.iter().map(row),
        )?;
        let row = |name: String, rate: &Proportion, excess: &Excess| {
            let ends = excess.interval.map_or_else(
                || "-".to_owned(),
                |ends| format!("{:.1} to {:.1}", ends.low(), ends.high()),
            );
            vec![
                name,
                percent(rate.rate),
                figure(Some(excess.count), 1),
                ends,
                excess
                    .adjusted_p_value
                    .map_or_else(|| "-".to_owned(), p_text),
            ]
        };
        let friction = self
            .friction
            .iter()
            .map(|point| row(point.step.clone(), &point.conversion, &point.lost))
            .collect();
        let handoffs = self.handoffs.iter().map(|point| {
            row(
                format!("{} > {}", point.from, point.to),
                &point.left,
                &point.excess,
            )
        });
        let tables: [(_, Vec<_>); 2] = [
            (["friction", "converted", "lost"], friction),
            (["handoff", "left", "excess"], handoffs.collect()),
        ];
        let mut shown = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
        shown.try_for_each(|(heading, rows)| {
            table::write(
                f,
                &[&heading[..], &["interval", "of all tests"]].concat(),
                rows,
            )
        })
    }
}
