//! Tests of the retailer, simulated: on persons, on regions, and those to run next.

use mixtouch::attribution::{TestDesign, TestPriorities};
use mixtouch::experiment::{
    Effect, GeoCandidate, GeoCourse, GeoLift, GeoSelection, GeoTest, PersonLift, PersonTest,
    PowerAnalysis,
};
use mixtouch::pages::ExperimentsChapter;
use mixtouch::report::html::Chapter;
use mixtouch::simulate::SimulatedPersonTest;
use mixtouch::simulate::panels::PanelWorld;
use mixtouch::stats::ConfidenceLevel;
use mixtouch::{ComparisonTable, Day, Result};

/// What being shown the ad, and the change of spend in regions, bring on top.
const LIFTS: (f64, f64) = (0.1, 0.15);
/// Regions treated, and the weeks of their test.
const TREATED: usize = 2;
const WEEKS: usize = 8;

const ABOUT: &str = "Two tests simulated apart, on persons and on regions of their own. What a test of \
                     a channel is worth is of the retailer.";

pub(crate) struct Experiments {
    persons: PersonLift,
    geos: GeoLift,
    course: GeoCourse,
    candidates: Vec<GeoCandidate>,
    pub(crate) priorities: TestPriorities,
}

impl Experiments {
    /// Tests on so many persons and on the regions of a market; what tests to come are worth by
    /// what the log shows.
    pub(crate) fn new(persons: u64, seed: u64, table: &ComparisonTable) -> Result<Self> {
        let world = SimulatedPersonTest::new(persons, LIFTS.0, seed)?;
        let persons = PersonTest::new("withheld")
            .with_level(ConfidenceLevel::P90)
            .lift(&world.assignments, &world.log)?;
        let (days, sales) = regions(seed)?;
        let candidates = GeoSelection::new(days.clone(), sales.clone())?
            .with_return(2.0)
            .candidates()?;
        let test = geo_test(days, sales)?;
        Ok(Self {
            persons,
            geos: test.synthetic_control(ConfidenceLevel::P90)?,
            course: test.course_by_synthetic_control(ConfidenceLevel::P90)?,
            candidates,
            priorities: TestPriorities::new(table, "time-to-event", TestDesign::default())?,
        })
    }

    pub(crate) fn chapter(&self) -> Chapter {
        let rate = self.persons.control.converted.rate.unwrap_or(0.5);
        let more = Effect::Rates {
            control: rate,
            treatment: 1.05 * rate,
        };
        ExperimentsChapter::new()
            .with_person_test("Display withheld", &self.persons)
            .with_truth("Display withheld", LIFTS.0)
            .with_geo_test("TV in two regions", &self.geos)
            .with_truth("TV in two regions", LIFTS.1)
            .with_course("TV in two regions", &self.course)
            .with_priorities(&self.priorities)
            .with_geo_candidates(&self.candidates)
            .with_power("5 % more buyers", PowerAnalysis::new(more))
            .chapter()
            .with_introduction(ABOUT)
    }
}

type Outcomes = (Vec<Day>, Vec<(String, Vec<f64>)>);

/// A simulated market of regions, weekly.
fn regions(seed: u64) -> Result<Outcomes> {
    let panel = PanelWorld::regional()?.simulate(seed);
    let names = panel.geo_names().map(str::to_owned);
    let sales = names.zip(panel.kpi.chunks(panel.periods).map(<[f64]>::to_vec));
    Ok((panel.dates[..panel.periods].to_vec(), sales.collect()))
}

/// The first regions sell more in the last weeks.
fn geo_test(days: Vec<Day>, mut sales: Vec<(String, Vec<f64>)>) -> Result<GeoTest> {
    let start = days.len() - WEEKS;
    for (_, sales) in &mut sales[..TREATED] {
        sales[start..]
            .iter_mut()
            .for_each(|value| *value *= 1.0 + LIFTS.1);
    }
    let treated: Vec<String> = sales[..TREATED]
        .iter()
        .map(|(geo, _)| geo.clone())
        .collect();
    let treated: Vec<&str> = treated.iter().map(String::as_str).collect();
    let (from, to) = (days[start], days[days.len() - 1].plus(6));
    GeoTest::new(days, sales, &treated, from, to)
}
