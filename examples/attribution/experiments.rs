//! Experiments at the simulated retailer, and what they and further ones are worth.

use crate::input::Input;
use crate::models;
use crate::options::Options;
use mixtouch::attribution::{ComparisonTable, ModelName, TestDesign, TestPriorities};
use mixtouch::experiment::LiftTest;
#[cfg(feature = "html")]
use mixtouch::report::html::{Check, Verdict};
use mixtouch::report::{Cell, Report, Section, Table};
use mixtouch::simulate::truth::TruthComparison;
use mixtouch::simulate::worlds::Holdout;
use mixtouch::{Journeys, Result};
use serde_json::{Value, json};

/// A test and its truth.
pub(crate) type Tested = (LiftTest, f64);

/// Channels withheld from half of the persons, those with the most credit first.
const CHANNELS: [&str; 4] = ["search", "store", "direct", "call centre"];
/// The tests that the last column of the default run has.
pub(crate) const FIRST: usize = 2;

/// The tests of a simulated retailer; none where other models or data are asked for.
pub(crate) fn simulated(options: &Options, journeys: &Journeys) -> Result<Vec<Tested>> {
    let is_default = options.is_simulated()
        && options.models.is_empty()
        && options.demand_capture.is_empty()
        && options.lift.is_none()
        && options.shows_all_days();
    let channels = journeys.channels();
    let known = CHANNELS.iter().all(|name| channels.id(name).is_some());
    if !(is_default && known) {
        return Ok(Vec::new());
    }
    let (first, last) = ("2026-01-15".parse()?, "2026-03-15".parse()?);
    let mut tests = Vec::new();
    for (at, channel) in CHANNELS.iter().enumerate() {
        let holdout = Holdout::new(*channel, first, last).with_tail_days(7);
        let seed = options.seed.wrapping_mul(1_000).wrapping_add(at as u64);
        match holdout.run_at_retailer(options.persons, options.seed, seed) {
            Ok(test) => tests.push(test),
            // a handful of persons buy nothing in a group
            Err(_) => return Ok(Vec::new()),
        }
    }
    Ok(tests)
}

/// How far time-to-event is from the truth with one test, two, and so on: the tests, a distance
/// each.
pub(crate) fn distances(options: &Options, input: &Input) -> Result<Vec<f64>> {
    let Some(truth) = input.truth.as_ref().filter(|_| !input.tests.is_empty()) else {
        return Ok(Vec::new());
    };
    let comparison = models::each_calibrated(options, &input.tests)?;
    let table = match &input.training {
        None => comparison.run(&input.journeys)?,
        Some(training) => comparison.run_on(training, &input.journeys)?,
    };
    let truth = truth.compared(&table);
    let counts = 1..=input.tests.len();
    let distance = |count: usize| truth.distance(&count.to_string());
    Ok(counts.filter_map(distance).collect())
}

/// The table of what each further test brings.
pub(crate) fn section(input: &Input, truth: &TruthComparison, distances: &[f64]) -> String {
    let event = ModelName::TimeToEvent.name();
    let Some(without) = truth.distance(event).filter(|_| !distances.is_empty()) else {
        return String::new();
    };
    let mut table = Table::new([
        format!("{event}, tested one after another"),
        "it brought".to_owned(),
        "by the test (s.e.)".to_owned(),
        "distance".to_owned(),
    ]);
    let percent = |distance: f64| Cell::number(100.0 * distance, 1);
    table.push_row([
        Cell::from("nothing"),
        Cell::MISSING,
        Cell::MISSING,
        percent(without),
    ]);
    for ((test, brought), distance) in input.tests.iter().zip(distances) {
        let (found, error) = (test.brought(), test.standard_error());
        table.push_row([
            Cell::from(test.channel()),
            Cell::number(*brought, 1),
            Cell::text(format!("{found:.1} ({error:.1})")),
            percent(*distance),
        ]);
    }
    let line = format!(
        "{} has the first {FIRST}: each channel withheld from half of the persons for 60 days. \
         --lift reads tests of yours.",
        models::TESTED
    );
    Section::new().with_table(table).with_line(line).to_string()
}

/// The tests that no model has, in a sentence.
#[cfg(feature = "html")]
pub(crate) fn kept_for_later(input: &Input) -> Vec<Check> {
    let later = input.tests.iter().skip(FIRST);
    let later: Vec<&str> = later.map(|(test, _)| test.channel()).collect();
    let text = format!(
        "Tests of {} are kept for later: no figure here rests on them",
        later.join(" and ")
    );
    let action = "Hold what models say of these channels against the tests before the tests are given \
                  to a model.";
    match later.is_empty() {
        true => Vec::new(),
        false => vec![Check::new(Verdict::Good, text).with_action(action)],
    }
}

/// The tests that were simulated, as `simulate` writes them, with the distance once each is done.
pub(crate) fn documents(tests: &[Tested], distances: &[f64]) -> Value {
    let document = |((test, truth), distance): (&Tested, &f64)| {
        let mut document = json!(test);
        document["truth"] = json!(truth);
        document["distance"] = json!(distance);
        document
    };
    tests.iter().zip(distances).map(document).collect()
}

/// What tests of paid channels are worth, by time-to-event where it was run on a log with costs.
pub(crate) fn priorities(
    options: &Options,
    table: &ComparisonTable,
) -> Result<Option<TestPriorities>> {
    let event = ModelName::TimeToEvent.name();
    if table.model(event).is_none() {
        return Ok(None);
    }
    let mut design = TestDesign::default().with_share(options.test_share);
    if let Some(margin) = options.margin {
        design = design.with_margin(margin);
    }
    if let Some((more, returning)) = options.growth {
        design = design.with_growth(more, returning);
    }
    let tests = TestPriorities::new(table, event, design)?;
    Ok(Some(tests).filter(|tests| !tests.rows().is_empty()))
}

pub(crate) fn priorities_text(tests: &TestPriorities) -> String {
    format!("\n{}", tests.to_text())
}
