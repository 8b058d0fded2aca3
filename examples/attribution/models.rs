//! The models and reports that the command line asks for.

use crate::options::Options;
use crate::reports::ReportName;
use mixtouch::attribution::hazard::AdditiveHazard;
use mixtouch::attribution::markov::Markov;
use mixtouch::attribution::rules::{LastNonDirect, WShaped};
use mixtouch::attribution::{Bootstrap, FittedModels, ModelName, ModelSettings};
use mixtouch::experiment::LiftTest;
use mixtouch::{Comparison, Error, Journeys, Result};

/// Channels of the simulated retailer that people touch because they are about to buy.
pub(crate) const CAPTURE: [&str; 4] = ["search", "direct", "store", "call centre"];

/// time-to-event, told of the channels in [`CAPTURE`].
pub(crate) const FLAGGED: &str = "time-to-event-flagged";

/// What the command line asks for.
pub(crate) struct Chosen {
    pub(crate) comparison: Comparison,
    pub(crate) reports: Vec<ReportName>,
}

pub(crate) fn chosen(options: &Options, journeys: &Journeys) -> Result<Chosen> {
    let settings = settings(options)?;
    check_channels(options, journeys)?;
    let mut comparison = Comparison::new();
    if let Some(replicates) = options.bootstrap {
        comparison = comparison.bootstrap(Bootstrap::new(replicates, options.seed)?);
    }
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
        comparison = add_default(comparison, &settings, options);
    }
    Ok(Chosen {
        comparison,
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
fn add_default(comparison: Comparison, settings: &ModelSettings, options: &Options) -> Comparison {
    let comparison = comparison.defaults(settings);
    if options.is_simulated() && options.demand_capture.is_empty() {
        let hazard = settings.time_to_event().clone();
        let flagged = hazard.with_lift_tests([]).with_demand_capture(CAPTURE);
        return comparison.fit(FLAGGED, flagged);
    }
    comparison
}
