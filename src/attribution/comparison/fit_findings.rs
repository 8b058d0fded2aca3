//! What weakens what a model learned from journeys.

use crate::attribution::comparison::calibration_report;
use crate::attribution::comparison::finding::Finding;
use crate::attribution::comparison::log_facts::LogFacts;
use crate::attribution::comparison::sightings::Sightings;
use crate::attribution::model::AttributionModel;
use crate::channel::{ChannelId, Channels};
use crate::journeys::arena::Journeys;
use crate::time::limits::DAY;

/// Conversions for each free parameter below which intervals are not to be trusted (Vittinghoff and
/// McCulloch 2007).
const ENOUGH: f64 = 5.0;
/// Days below which not every day of the week was seen.
const WEEK: f64 = 7.0;

/// What weakens everything that is learned from these journeys.
pub(crate) fn of_journeys(journeys: &Journeys) -> Vec<Finding> {
    of_log(&LogFacts::of(journeys), &Sightings::over(journeys))
}

/// What weakens everything that is learned from this log.
pub(super) fn of_log(log: &LogFacts, sightings: &Sightings) -> Vec<Finding> {
    let forgotten = log.forgotten.map(|time| Finding::Forgotten { time });
    let mut findings: Vec<Finding> = forgotten.into_iter().collect();
    findings.extend(short_fit(log));
    findings.extend(never_alone(&log.channels, sightings));
    findings
}

/// What weakens this model. How many conversions it was fitted on is stated where it does not know.
pub(crate) fn of_model(
    name: &str,
    model: &dyn AttributionModel,
    conversions: Option<f64>,
) -> Vec<Finding> {
    let few = few_conversions(name, model, conversions);
    let tests = calibration_report::findings(name, model.calibration());
    few.into_iter()
        .chain(mostly_prior(name, model))
        .chain(tests)
        .collect()
}

fn short_fit(log: &LogFacts) -> Option<Finding> {
    let days = log.observed?.seconds() as f64 / f64::from(DAY);
    (days < WEEK).then_some(Finding::ShortFit { days })
}

fn never_alone(channels: &Channels, sightings: &Sightings) -> Vec<Finding> {
    let name = |id: ChannelId| channels.name(id).to_owned();
    let findings = sightings
        .never_alone()
        .map(|(id, with)| Finding::NeverAlone {
            channel: name(id),
            with: with.iter().copied().map(name).collect(),
        });
    findings.collect()
}

fn few_conversions(
    name: &str,
    model: &dyn AttributionModel,
    conversions: Option<f64>,
) -> Option<Finding> {
    let parameters = model.free_parameters()?;
    let conversions = model.fitted_conversions().or(conversions)?;
    (conversions < ENOUGH * parameters as f64).then(|| Finding::FewConversions {
        model: name.to_owned(),
        conversions,
        parameters,
    })
}

fn mostly_prior(name: &str, model: &dyn AttributionModel) -> Option<Finding> {
    let share = model.prior_share().filter(|&share| share > 0.5)?;
    let model = name.to_owned();
    Some(Finding::MostlyPrior { model, share })
}
