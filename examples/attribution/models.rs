//! The models and reports that the command line asks for.

use crate::experiments::{FIRST, Tested};
use crate::input::Input;
use crate::options::Options;
use crate::reports::ReportName;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastNonDirect, WShaped};
use mixtouch::attribution::{Bootstrap, FittedModels, ModelName, ModelSettings};
use mixtouch::experiment::LiftTest;
use mixtouch::{Comparison, Error, Journeys, Result};

/// time-to-event, calibrated by the retailer's first tests.
pub(crate) const TESTED: &str = "time-to-event-tested";

/// What the command line asks for.
pub(crate) struct Chosen {
    pub(crate) comparison: Comparison,
    /// The same models without intervals.
    pub(crate) in_windows: Comparison,
    pub(crate) reports: Vec<ReportName>,
}

pub(crate) fn chosen(options: &Options, input: &Input) -> Result<Chosen> {
    let journeys = &input.journeys;
    let settings = settings(options)?;
    check_channels(options, journeys)?;
    let mut comparison = Comparison::new();
    let mut reports = Vec::new();
    for text in &options.models {
        match ReportName::find(text) {
            Some(report) => reports.push(report),
            None => comparison = comparison.named(model(text)?, &settings)?,
        }
    }
    let event = ModelName::TimeToEvent.name();
    if options.lift.is_some()
        && !options.models.is_empty()
        && !options.models.iter().any(|text| text == event)
    {
        return Err(Error::Setting {
            name: "--lift".into(),
            value: "given without the model it calibrates".into(),
            expected: format!("--model {event}").into(),
        });
    }
    if options.models.is_empty() {
        comparison = add_default(comparison, &settings, &input.tests);
    }
    let in_windows = comparison.clone();
    if let Some(replicates) = options.bootstrap {
        comparison = comparison.bootstrap(Bootstrap::new(replicates, options.seed)?);
    }
    Ok(Chosen {
        comparison,
        in_windows,
        reports,
    })
}

/// One model, fitted on the journeys.
pub(crate) fn fitted(options: &Options, name: &str, journeys: &Journeys) -> Result<FittedModels> {
    let comparison = Comparison::new().named(model(name)?, &settings(options)?)?;
    Ok(comparison.run_with_models(journeys)?.1)
}

fn settings(options: &Options) -> Result<ModelSettings> {
    let hazard = AdditiveHazard::default()
        .with_lift_tests(lift_tests(options)?)
        .with_lift_test_zone(options.zone()?)
        .with_unpaid(options.unpaid.iter().cloned())
        .with_pairs(options.pairs)
        .with_demand_capture(options.demand_capture.iter().cloned())
        .with_upstream(options.upstream.iter().cloned())
        .with_symmetric_upstream(options.upstream_symmetric);
    let mut settings = ModelSettings::default()
        .with_last_non_direct(last_non_direct(options))
        .with_time_decay(options.time_decay()?)
        .with_markov(Markov::order(options.order)?.with_ignore_nulls(options.ignore_nulls))
        .with_time_to_event(hazard);
    if !options.stage.is_empty() {
        settings = settings.with_position_w(WShaped::new(options.stage.iter().cloned())?);
    }
    Ok(settings)
}

/// The tests of --lift that are about the goal reported.
fn lift_tests(options: &Options) -> Result<Vec<LiftTest>> {
    let Some(path) = &options.lift else {
        return Ok(Vec::new());
    };
    let mut tests = LiftTest::read_csv_file(path)?;
    let all = tests.len();
    let goal = options.goal.as_deref();
    tests.retain(|test| test.goal().is_none_or(|own| Some(own) == goal));
    if tests.len() < all {
        eprintln!(
            "{} of {all} lift tests are left out: their goal is not the one named by --goal",
            all - tests.len()
        );
    }
    Ok(tests)
}

fn last_non_direct(options: &Options) -> LastNonDirect {
    if options.direct.is_empty() {
        return LastNonDirect::default();
    }
    LastNonDirect::new(options.direct.iter().cloned())
}

/// An error if an option names a channel that the journeys lack.
fn check_channels(options: &Options, journeys: &Journeys) -> Result<()> {
    let channels = journeys.channels();
    for (role, names, ignores_case) in [
        ("--direct", &options.direct, true),
        ("--stage", &options.stage, false),
        ("--demand-capture", &options.demand_capture, false),
        ("--upstream", &options.upstream, false),
        ("--unpaid", &options.unpaid, false),
    ] {
        let is = |name: &str, other: &str| {
            name == other || (ignores_case && name.eq_ignore_ascii_case(other))
        };
        let lacks = |name: &&String| !channels.iter().any(|other| is(name, other));
        if let Some(name) = names.iter().find(lacks) {
            return Err(Error::UndeclaredChannel {
                role: role.into(),
                channel: name.clone(),
                known: channels.iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(())
}

/// The model of that name; the error also names the reports.
fn model(text: &str) -> Result<ModelName> {
    text.parse().map_err(|_| {
        let models = ModelName::ALL.map(ModelName::name);
        let reports = ReportName::ALL.map(ReportName::name);
        Error::Setting {
            name: "--model".into(),
            value: format!("{text:?}"),
            expected: [&models[..], &reports].concat().join(", ").into(),
        }
    })
}

/// The models to start with; those that the journeys do not support are left out with a finding.
fn add_default(comparison: Comparison, settings: &ModelSettings, tests: &[Tested]) -> Comparison {
    let comparison = comparison.defaults(settings);
    if tests.is_empty() {
        return comparison;
    }
    comparison.fit(TESTED, calibrated(settings.time_to_event(), tests, FIRST))
}

/// time-to-event with the first tests.
fn calibrated(hazard: &AdditiveHazard, tests: &[Tested], count: usize) -> AdditiveHazard {
    let tests = tests.iter().take(count).map(|(test, _)| test.clone());
    hazard.clone().with_lift_tests(tests)
}

/// time-to-event with one test, two, and so on, each by its number of tests.
pub(crate) fn each_calibrated(options: &Options, tests: &[Tested]) -> Result<Comparison> {
    let settings = settings(options)?;
    let mut comparison = Comparison::new();
    for count in 1..=tests.len() {
        let hazard = calibrated(settings.time_to_event(), tests, count);
        comparison = comparison.fit(count.to_string(), hazard);
    }
    Ok(comparison)
}
